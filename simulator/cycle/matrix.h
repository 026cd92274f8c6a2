// Matrix engine: weight loader, activation streamer, systolic array (isa/docs/timing.md, section 8).
#pragma once

#include "simulator/cycle/engine.h"
#include "simulator/cycle/walk.h"

#include <deque>

namespace weft {

class MatrixEngine final : public EngineUnit {
public:
  MatrixEngine(uint32_t queueSize, CoreState& core);
  void step(uint64_t cycle);
  Steady steady(uint64_t cycle);
  void advance(uint64_t cycle, uint64_t cycles);

private:
  // A step of an instruction: one weight tile and the rows that pass through it.
  struct Step {
    const Flight* flight = nullptr;
    uint32_t activations = 0; // base address of its rows
    uint64_t rows = 0;
    bool accumulates = false;
    bool last = false; // of its instruction
    bool safe = false; // every activation row lies in the scratchpad, every accumulator row in the accumulators
    BankRange banks;   // of the activations, if safe
    BankRange accumulatorBanks; // read, if safe; empty if it does not accumulate
  };
  // Rows granted in consecutive cycles, on their way through the array.
  struct Drain {
    uint64_t first; // cycle of the first grant
    uint64_t rows;
    uint64_t accumulatorRow;
    bool accumulates;
    bool safe;
    bool last; // its last row is the last of its instruction
    uint32_t pc;
    uint64_t end() const { return first + rows; } // cycle after the last grant
  };

  void stepArray(uint64_t cycle);
  bool stepStreamer(uint64_t cycle); // returns whether the last row of a step was granted
  void stepLoader(uint64_t cycle);
  void granted(uint64_t cycle, uint64_t rows);
  void beginTile();
  void tileDone();
  void popDrain();
  BankRange accumulatorBanks(uint64_t row, uint64_t rows) const;

  uint32_t rows_;
  uint32_t cols_;
  uint64_t delay_; // D

  // Loader.
  Flight* loading_ = nullptr;
  Walk stepWalk_;
  uint64_t stepsLeft_ = 0;
  bool firstStep_ = false;
  uint64_t rowsOfLoading_ = 0;   // M
  Walk::Extent extentOfLoading_; // of the row walk
  uint32_t weights_ = 0;         // address of the tile
  uint32_t loaded_ = 0;          // rows of the tile
  Step next_;                    // what the shadow is for
  bool shadowFull_ = false;

  // Streamer.
  Step current_;
  uint64_t rowsLeft_ = 0;
  Walk rowWalk_;

  // Array. Drains stay until their last row is written; those before reads_ have made their accumulator reads.
  std::deque<Drain> drains_;
  size_t reads_ = 0;

  // In the current cycle.
  bool refused_ = false;
  bool rowGranted_ = false;
};

} // namespace weft
