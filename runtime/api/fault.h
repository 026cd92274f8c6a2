// A fault of the core as an error message: what happened, where, for which node, and the state at that moment.
#pragma once

#include "isa/program/program.h"
#include "isa/semantics/state.h"
#include "isa/support/error.h"

#include <optional>
#include <vector>

namespace weft::runtime {

// The program is wrong: it faulted, or a race was found. `what()` is the whole explanation.
class ProgramError : public Error {
public:
  using Error::Error;
};

class FaultError : public ProgramError {
public:
  FaultError(const std::string& message, const Fault& cause) : ProgramError(message), fault(cause) {}
  Fault fault;
};

// The machine at the moment of a fault, as far as a device knows it.
struct FaultContext {
  std::optional<uint64_t> cycle;
  // Units with work, and their oldest instruction that has not retired.
  struct Unfinished {
    Engine engine = Engine::sequencer;
    uint32_t pc = 0;
  };
  std::vector<Unfinished> unfinished;
  std::vector<uint32_t> semaphores; // counts by number; empty if unknown
};

// The error for a fault of a program whose memory image is in `dram`: cause, unit, cycle, instruction, function, ONNX
// node, and the context.
FaultError describeFault(const Fault& fault, const Program& program, const Dram& dram, const FaultContext& context);

// The instruction at `pc` in assembly, or why there is none.
std::string instructionText(const Dram& dram, uint32_t pc);
// "0x80000040 (conv0+0x18) mm ..., for ONNX node conv0".
std::string describePlace(const Program& program, const Dram& dram, uint32_t pc);

} // namespace weft::runtime
