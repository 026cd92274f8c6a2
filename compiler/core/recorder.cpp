#include "compiler/core/recorder.h"

#include "isa/support/error.h"

#include <string_view>

namespace weft::core {

void Recorder::loop(int64_t count, const std::function<void(Value)>& body) {
  for (int64_t i = 0; i < count; ++i) {
    laterTurns_ += i == 1;
    if (count > 1)
      operation();
    body(value32(static_cast<uint32_t>(i), count == 1));
  }
  laterTurns_ -= count > 1;
}

void Recorder::when(Value condition, const std::function<void()>& then, const std::function<void()>& otherwise) {
  if (!folded(condition))
    operation();
  if (bits(condition) != 0)
    then();
  else if (otherwise)
    otherwise();
}

void Recorder::issue(Opcode opcode, const std::vector<Value>& registers, const std::vector<int>& patterns,
                     const std::vector<Token>& waits, const std::vector<Token>& signals) {
  TensorOp op;
  op.instruction.op = opcode;
  const InstructionInfo& description = info(opcode);
  size_t nextRegister = 0, nextPattern = 0;
  for (int i = 0; i < description.operandCount; ++i) {
    const OperandInfo& operand = description.operands[static_cast<size_t>(i)];
    const std::string_view name = operand.name;
    if (operand.kind == OperandKind::reg) {
      const uint32_t value = bits(registers.at(nextRegister++));
      (name == "rA" ? op.a : name == "rB" ? op.b : name == "rC" ? op.c : op.d) = value;
    } else if (operand.kind == OperandKind::pattern) {
      const PatternRegister& value = pattern_[static_cast<size_t>(patterns.at(nextPattern++))];
      (name == "pA" ? op.pA : name == "pB" ? op.pB : name == "pC" ? op.pC : op.pD) = value;
    }
  }
  auto taken = [&](const std::vector<Token>& tokens, uint8_t& first, uint8_t& second) {
    uint8_t* next = &first;
    for (const Token& token : tokens) {
      if (token.when && !folded(*token.when))
        operation();
      if (!token.when || bits(*token.when) != 0) {
        WEFT_CHECK(next != nullptr, "more than two semaphores at one instruction");
        *next = static_cast<uint8_t>(token.semaphore);
        next = next == &first ? &second : nullptr;
      }
    }
  };
  taken(waits, op.instruction.w0, op.instruction.w1);
  taken(signals, op.instruction.s0, op.instruction.s1);
  dispatch_(op, std::exchange(work_, {}));
}

} // namespace weft::core
