#include "runtime/api/fault.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft::runtime {
namespace {

std::string unitName(Engine engine) {
  return engine == Engine::sequencer ? "sequencer" : fmt::format("{} engine", engineName(engine));
}

// What a user can make of each cause.
std::string explanation(const Fault& fault) {
  switch (fault.cause) {
  case FaultCause::none:
    break;
  case FaultCause::illegalInstruction:
    return fmt::format("the word {:#018x} is no instruction", fault.information);
  case FaultCause::unimplemented:
    return "the instruction is part of the instruction set, but this machine does not implement it";
  case FaultCause::badOperand:
    return fmt::format("an operand has a value that is not allowed ({:#x})", fault.information);
  case FaultCause::misaligned:
    return fmt::format("the address or stride {:#x} is not aligned as the instruction needs it", fault.information);
  case FaultCause::address:
    return fmt::format("the address {:#x} is outside the memory", fault.information);
  case FaultCause::semaphoreOverflow:
    return fmt::format("semaphore s{} was signalled beyond its maximum", fault.information);
  case FaultCause::deadlock:
    return "every engine waits and nothing can ever happen again: a wait without its signal";
  case FaultCause::software:
    return fmt::format("the program stopped itself with trap {}", fault.information);
  }
  return "unknown";
}

} // namespace

std::string instructionText(const Dram& dram, uint32_t pc) {
  if (pc % 8 != 0 || !dram.contains(pc, 8))
    return "(no instruction can be at this address)";
  uint64_t word;
  std::memcpy(&word, dram.at(pc), sizeof word);
  Instruction instruction;
  if (!decode(word, instruction))
    return fmt::format(".quad {:#018x} (no instruction)", word);
  std::string text = print(instruction, pc);
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text;
}

std::string describePlace(const Program& program, const Dram& dram, uint32_t pc) {
  std::string text = fmt::format("{:#010x} ({}) {}", pc, program.locate(pc), instructionText(dram, pc));
  if (const Group* group = program.groupAt(pc))
    text += fmt::format(", for ONNX node {}", fmt::join(group->onnxNodes, ", "));
  return text;
}

FaultError describeFault(const Fault& fault, const Program& program, const Dram& dram, const FaultContext& context) {
  std::string message =
      fmt::format("fault '{}' of the {}: {}", name(fault.cause), unitName(fault.engine), explanation(fault));
  auto line = [&](const char* title, const std::string& text) { message += fmt::format("\n  {:<12} {}", title, text); };
  if (context.cycle)
    line("cycle", fmt::format("{}", *context.cycle));
  line("pc", fmt::format("{:#010x}", fault.pc));
  line("function", program.locate(fault.pc));
  line("instruction", instructionText(dram, fault.pc));
  if (const Group* group = program.groupAt(fault.pc))
    line("ONNX node", fmt::format("{}", fmt::join(group->onnxNodes, ", ")));
  else
    line("ONNX node", program.manifest() ? "none (start-up code)" : "none (not a compiled network)");
  for (const FaultContext::Unfinished& unit : context.unfinished)
    line("unfinished", fmt::format("{}: {}", unitName(unit.engine), describePlace(program, dram, unit.pc)));
  std::string counts;
  for (size_t i = 0; i < context.semaphores.size(); ++i)
    if (context.semaphores[i] != 0)
      counts += fmt::format("{}s{} = {}", counts.empty() ? "" : ", ", i, context.semaphores[i]);
  if (!context.semaphores.empty())
    line("semaphores", counts.empty() ? "all 0" : counts);
  return {message, fault};
}

} // namespace weft::runtime
