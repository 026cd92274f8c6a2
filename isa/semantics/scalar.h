// The sequencer's architectural state and what each of its instructions does, apart from time. A simulator fetches the
// word, calls step(), and acts on the outcome (dispatching tensor instructions, waiting for semaphores).
#pragma once

#include "isa/semantics/state.h"

#include <functional>

namespace weft {

// Supplies the value that `rdctr` reads, by counter number.
using CounterReader = std::function<uint32_t(uint32_t number)>;

// Where a scalar memory access went.
enum class AccessTarget : uint8_t { none, scalarMemory, dram };

struct StepOutcome {
  enum class Kind : uint8_t {
    done,      // executed; pc already advanced
    tensor,    // `op` is to be dispatched; pc already advanced
    fence,     // wait for the engines in `engines` (bit 0 load, 1 store, 2 matrix, 3 vector); pc advanced
    semWait,   // wait for instruction.w0, w1; pc advanced
    semSignal, // signal instruction.s0, s1; pc advanced
    halt,      // wait for all engines, then stop with `exitCode`
    fault,
  };
  Kind kind = Kind::done;
  Instruction instruction;
  bool taken = false;                       // a branch or jump that was taken
  AccessTarget access = AccessTarget::none; // of a scalar load, store or pload
  bool write = false;
  uint32_t address = 0;
  uint32_t bytes = 0;
  uint32_t engines = 0;
  uint32_t exitCode = 0;
  TensorOp op;
  Fault fault;
};

class ScalarCore {
public:
  uint32_t pc = kResetPc;
  std::array<uint32_t, 32> x{};
  std::array<PatternRegister, timing::PATTERN_REGISTERS> pattern;

  // Executes the instruction at pc; code is read from DRAM. On a fault pc and registers keep their values. The outcome
  // is valid until the next call; its `op` is only meaningful for Kind::tensor, `fault` only for Kind::fault.
  const StepOutcome& step(CoreMemory& memory, const CounterReader& readCounter);

private:
  void fault(FaultCause cause, uint64_t information);
  uint8_t* access(CoreMemory& memory, uint32_t address, uint32_t bytes, bool write);
  void load(CoreMemory& memory);
  void store(CoreMemory& memory);
  void loadPattern(CoreMemory& memory);
  void dispatch();

  StepOutcome outcome_;
};

} // namespace weft
