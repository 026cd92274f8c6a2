// The assembly text of a decoded instruction: the syntax of the description with the operands filled in.
#include "isa/generated/instructions.h"

#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "isa/support/error.h"

namespace weft {
namespace {

const OperandInfo& findOperand(const InstructionInfo& description, std::string_view name) {
  for (int i = 0; i < description.operandCount; ++i) {
    const OperandInfo& operand = description.operands[static_cast<size_t>(i)];
    if (name == operand.name)
      return operand;
  }
  checkFailed("findOperand", __FILE__, __LINE__, "the syntax names an operand that the instruction has not");
}

std::string operandText(const OperandInfo& operand, uint32_t value, std::optional<uint32_t> pc) {
  switch (operand.kind) {
  case OperandKind::reg:
    return registerName(static_cast<int>(value));
  case OperandKind::pattern:
    return fmt::format("p{}", value);
  case OperandKind::semaphore:
    return value == kNoSemaphore ? "-" : fmt::format("s{}", value);
  case OperandKind::target:
    if (pc)
      return fmt::format("{:#x}", *pc + value);
    return fmt::format("{}", static_cast<int32_t>(value));
  case OperandKind::imm:
  case OperandKind::field:
    return fmt::format("{}", static_cast<int32_t>(value));
  }
  checkFailed("operandText", __FILE__, __LINE__, "operand kind");
}

std::string printWith(const Instruction& instruction, std::optional<uint32_t> pc) {
  const InstructionInfo& description = info(instruction.op);
  std::string text;
  std::string_view rest = description.syntax;
  while (!rest.empty()) {
    if (rest.front() != '$') {
      text += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    rest.remove_prefix(1);
    const bool braces = rest.front() == '{';
    if (braces)
      rest.remove_prefix(1);
    const size_t length = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    const OperandInfo& operand = findOperand(description, rest.substr(0, length));
    text += operandText(operand, operandValue(instruction, operand), pc);
    rest.remove_prefix(length == std::string_view::npos ? rest.size() : length + (braces ? 1 : 0));
  }
  return text;
}

} // namespace

const char* engineName(Engine engine) {
  switch (engine) {
  case Engine::sequencer:
    return "sequencer";
  case Engine::load:
    return "load";
  case Engine::store:
    return "store";
  case Engine::matrix:
    return "matrix";
  case Engine::vector:
    return "vector";
  }
  checkFailed("engineName", __FILE__, __LINE__, "engine");
}

uint32_t operandValue(const Instruction& instruction, const OperandInfo& operand) {
  const uint64_t mask = (uint64_t{1} << operand.width) - 1;
  return static_cast<uint32_t>((encode(instruction) >> operand.low) & mask);
}

std::string print(const Instruction& instruction) {
  return printWith(instruction, std::nullopt);
}
std::string print(const Instruction& instruction, uint32_t pc) {
  return printWith(instruction, pc);
}

} // namespace weft
