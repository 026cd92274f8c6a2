// Sequencer: instruction cache, scalar instructions, dispatch (isa/docs/timing.md, section 5).
#pragma once

#include "isa/semantics/scalar.h"
#include "simulator/cycle/engine.h"

#include <array>
#include <vector>

namespace weft {

class Sequencer {
public:
  // The engines in the order load, store, matrix, vector.
  Sequencer(CoreState& core, std::array<EngineUnit*, 4> engines, uint32_t entry);
  void step(uint64_t cycle);
  Steady steady(uint64_t cycle) const;
  void advance(uint64_t cycle, uint64_t cycles);

  // At the beginning of a cycle: it waits for an engine or a semaphore, and in vain.
  bool blocked(uint64_t cycle) const { return cycle >= next_ && pending_ && !conditionHolds(); }
  bool halted() const { return halted_; }
  uint32_t exitCode() const { return exitCode_; }
  uint32_t pc() const { return instructionPc_; }

private:
  bool fetch(uint64_t cycle);
  void execute(uint64_t cycle);
  void complete(uint64_t cycle);
  bool conditionHolds() const;
  uint64_t dramAccess(uint64_t cycle, const StepOutcome& outcome);
  uint32_t readCounter(uint64_t cycle, uint32_t number) const;
  void account(int number, uint64_t cycles = 1) { core_.counters[static_cast<size_t>(number)] += cycles; }

  CoreState& core_;
  std::array<EngineUnit*, 4> engines_;
  ScalarCore scalar_;
  const StepOutcome* pending_ = nullptr; // an instruction that is tried until its condition holds
  uint32_t instructionPc_ = 0;           // of the instruction executed last
  uint64_t next_ = 0;                    // cycle of the next look-up
  int waiting_;                          // counter of the cycles until then
  int pendingCause_ = 0;                 // counter of the cycles in which pending_ fails
  bool halted_ = false;
  uint32_t exitCode_ = 0;
  std::vector<uint32_t> lines_; // instruction cache: address of the line in each place; 0 if none
  uint64_t now_ = 0;
  CounterReader reader_;
};

} // namespace weft
