// A fault of the core as an error message: what happened, where, for which node, and the state at that moment.
#pragma once

#include "isa/program/program.h"
#include "isa/semantics/state.h"
#include "isa/support/error.h"

namespace weft {

// A program did not come to its end. `what()` is the whole explanation; `fault` is for those who act on it.
class FaultError : public Error {
public:
  FaultError(const std::string& message, const Fault& cause) : Error(message), fault(cause) {}
  Fault fault;
};

// State of the machine to go with a fault; what a device does not have stays empty.
struct FaultContext {
  bool timed = false;
  uint64_t cycle = 0;
  std::string state; // further lines: registers, what each engine waits for
};

// "fault 'address' of the load engine: ..." for a program whose memory image is in `dram`.
FaultError describeFault(const Fault& fault, const Program& program, const Dram& dram, const FaultContext& context);

// The instruction at `pc` in assembly, or why there is none.
std::string instructionText(const Dram& dram, uint32_t pc);

} // namespace weft
