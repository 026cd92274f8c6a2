// Vector engine (isa/docs/timing.md, section 9).
#pragma once

#include "simulator/cycle/engine.h"
#include "simulator/cycle/walk.h"

#include <deque>

namespace weft {

class VectorEngine final : public EngineUnit {
public:
  VectorEngine(uint32_t queueSize, CoreState& core);
  void step(uint64_t cycle);
  Steady steady(uint64_t cycle);
  void advance(uint64_t cycle, uint64_t cycles);

private:
  enum class Phase : uint8_t { table, parameters, taps, drain };
  enum class Port : uint8_t { none, scratchpad, accumulators };
  // What an instruction reads.
  struct Shape {
    uint32_t parameterRows = 0;
    Port a = Port::none;
    bool b = false;        // second operand at rB
    bool window = false;   // pB is a window over operand A
    bool weights = false;  // operand B is the window's weights
    uint64_t pipeline = 0; // cycles from the issue of a row's last tap to its write
  };
  // Rows whose last taps were issued `interval` cycles apart.
  struct Issued {
    uint64_t first; // cycle
    uint64_t interval;
    uint64_t rows;
  };

  static Shape shape(Opcode op);
  void begin(const TensorOp& op);
  void findBanks(const TensorOp& op);
  void stepWrite(uint64_t cycle);
  void stepRead(uint64_t cycle);
  bool read(uint32_t address, uint64_t cycle);
  bool readAccumulator(uint32_t row, uint64_t cycle);
  void addressFault(uint32_t address, FaultLatch::Stage stage);
  void issued(uint64_t cycle);
  bool readsB() const { return shape_.b || shape_.weights; }
  void countRows(uint64_t rows) {
    core_.activity.*counts_.rows += rows;
    core_.activity.vectorWrites += rows;
    count(counter::vector_rows, rows);
  }
  void countTaps(uint64_t taps) {
    if (counts_.taps)
      core_.activity.*counts_.taps += taps;
  }

  uint32_t cols_;

  Flight* current_ = nullptr;
  Shape shape_;
  VectorCounts counts_;
  Phase phase_ = Phase::drain;
  uint32_t rowsRead_ = 0; // of the table or the parameters
  uint64_t taps_ = 1;     // of a result row
  uint64_t tap_ = 0;      // of the current row
  uint64_t rowsLeft_ = 0; // to issue
  uint64_t rowsToWrite_ = 0;
  Walk walkA_, walkB_, walkC_, tapWalk_;
  bool grantedA_ = false; // reads of the current tap
  bool grantedB_ = false;
  std::deque<Issued> issued_; // rows in the pipeline
  uint64_t retireAt_ = kForever;
  bool progress_ = false; // in this cycle: a tap was issued, or a row of parameters or table read
  bool refused_ = false;  // in this cycle

  // For steady operation: whether all addresses lie in their memories, and in which banks.
  bool safe_ = false;
  BankRange banksA_, banksB_, banksC_, banksD_, accumulatorBanks_;
};

} // namespace weft
