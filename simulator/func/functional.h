// The functional simulator: runs a program instruction by instruction, without time. The fastest way to get a program's
// results; the semantics are those of isa/semantics, the same as the cycle simulator's.
#pragma once

#include "isa/semantics/dataflow.h"
#include "isa/semantics/state.h"

#include <functional>

namespace weft {

class RaceDetector;

struct RunOptions {
  uint32_t entry = kResetPc;
  uint64_t instructionLimit = UINT64_MAX; // of the sequencer; then the run ends with End::limit
  // Called every `progressInterval` sequencer instructions with their number; false ends the run with End::stopped.
  std::function<bool(uint64_t sequencerInstructions)> progress;
  uint64_t progressInterval = 1 << 16;
  RaceDetector* races = nullptr; // told of every instruction, if given
};

// Work of one engine.
struct EngineCounts {
  uint64_t instructions = 0;
  uint64_t macs = 0;             // matrix
  uint64_t dramBytesRead = 0;    // load, sequencer (data)
  uint64_t dramBytesWritten = 0; // store, sequencer
};

struct RunResult : DataflowResult {
  std::array<EngineCounts, 5> counts{}; // by Engine
  const EngineCounts& of(Engine engine) const { return counts[static_cast<size_t>(engine)]; }
};

// One message for a user: how the run ended, in words.
std::string describe(const RunResult& result);

class FunctionalSimulator {
public:
  // Both must outlive the simulator; `memory` was made for `machine` and holds the program.
  FunctionalSimulator(const Machine& machine, CoreMemory& memory) : machine_(machine), memory_(memory) {}

  // Runs from reset (registers zero, semaphores zero) until halt, fault, limit or stop. `rdctr` gives the numbers of
  // instructions, MACs and DRAM bytes; there being no time, the cycle number is the number of sequencer instructions,
  // and every busy, idle and stall counter is 0.
  RunResult run(const RunOptions& options = {});

private:
  const Machine& machine_;
  CoreMemory& memory_;
};

} // namespace weft
