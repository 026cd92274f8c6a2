#include "runtime/api/fault.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft {
namespace {

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

FaultError describeFault(const Fault& fault, const Program& program, const Dram& dram, const FaultContext& context) {
  std::string message = fmt::format(
      "fault '{}' of the {}: {}\n", name(fault.cause),
      fault.engine == Engine::sequencer ? std::string("sequencer") : fmt::format("{} engine", engineName(fault.engine)),
      explanation(fault));
  if (context.timed)
    message += fmt::format("  cycle        {}\n", context.cycle);
  message += fmt::format("  pc           {:#010x}\n", fault.pc);
  message += fmt::format("  function     {}\n", program.locate(fault.pc));
  message += fmt::format("  instruction  {}\n", instructionText(dram, fault.pc));
  if (const Group* group = program.groupAt(fault.pc))
    message += fmt::format("  ONNX node    {}\n", fmt::join(group->onnxNodes, ", "));
  else if (program.manifest())
    message += "  ONNX node    none (start-up code)\n";
  else
    message += "  ONNX node    none (not a compiled network)\n";
  message += context.state;
  while (!message.empty() && message.back() == '\n')
    message.pop_back();
  return {message, fault};
}

} // namespace weft
