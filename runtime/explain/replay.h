// Times tensor instructions with the closed forms of the timing chapter: queues, semaphores, DMA segment by segment,
// the array step by step, the vector engine row by row. Left out are bank conflicts and the instructions of the
// sequencer, whose work between its dispatches has a mean cost for each operation: a model of the time, about ten times
// as fast as the simulator, and within 1 % of it on whole networks of some size.
#pragma once

#include "compiler/core/recorder.h"
#include "isa/machine/machine.h"
#include "isa/semantics/state.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace weft::explain {

inline constexpr size_t kEngines = 4; // load, store, matrix, vector: Engine without the sequencer

// What the sequencer's work costs from a layer's first dispatch up to the next layer's, in cycles. That is the share of
// the report: the layer's tiles, the next layer's set-up and fence, and what precedes its first dispatch.
struct SequencerCost {
  double perOperation = 0; // of core::Work, beside the cycle of each tensor instruction and fence
  double perFirst = 0;     // waiting for its cache line, where code has not been fetched before
};

// What an engine did in a layer, in cycles; the rest it waited for other engines or had nothing to do.
struct EngineTime {
  uint64_t busy = 0;
  uint64_t waiting = 0; // load, store: for DRAM; matrix: for its weights to be in the array
};

struct LayerTime {
  uint64_t cycles = 0; // from the dispatch of its first tensor instruction to that of the next layer's
  uint64_t instructions = 0;
  std::array<EngineTime, kEngines> engines;
  uint64_t dramBytesRead = 0, dramBytesWritten = 0; // whole beats
};

// A tensor instruction, or a fence as one with the opcode FENCE, and the work that precedes it.
struct Step {
  Step(const TensorOp& instruction, core::Work before = {}) : op(instruction), work(before) {}
  TensorOp op;
  core::Work work;
};

// Of a layer, in program order.
using Steps = std::vector<Step>;

class Replay {
public:
  explicit Replay(const Machine& machine); // with the ideal DRAM model
  ~Replay();
  void layer(const Steps& steps, const SequencerCost& cost);
  // Of all layers; ends the run.
  std::vector<LayerTime> finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace weft::explain
