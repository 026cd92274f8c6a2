// Load engine: DRAM to scratchpad (isa/docs/timing.md, section 6).
#pragma once

#include "simulator/cycle/engine.h"
#include "simulator/cycle/walk.h"

#include <deque>

namespace weft {

class LoadEngine final : public EngineUnit {
public:
  LoadEngine(uint32_t queueSize, CoreState& core);
  // A cycle in two parts: what makes DRAM requests, and what needs a port of the scratchpad.
  void stepIssue(uint64_t cycle);
  void stepWrite(uint64_t cycle);

  Steady steady(uint64_t cycle);
  void advance(uint64_t cycle, uint64_t cycles);

private:
  struct Segment {
    bool real;
    uint32_t dram;
    uint32_t scratchpad;
    uint32_t bytes;
    uint64_t ready;  // of a real segment
    uint64_t pushed; // cycle
    bool last;       // of its instruction
    uint32_t pc;
    uint8_t fill; // the byte of a segment that is not real
  };
  // The next bytes of the segment at the head of the FIFO that are written in one access.
  struct Part {
    uint32_t address;
    uint32_t bytes;
    uint64_t available; // cycle
  };

  void push(uint64_t cycle);
  uint64_t dataOf(const Part& part) const;
  Part part() const;
  uint32_t partsLeft() const;
  void grant(uint64_t cycle, const Part& part);

  uint32_t bus_;
  uint32_t burst_;
  uint32_t line_;
  uint32_t fifoSize_;

  // Issue stage.
  Flight* issuing_ = nullptr;
  Walk dramWalk_;
  Walk scratchpadWalk_;
  uint64_t runsLeft_ = 0;
  uint32_t position_ = 0; // in the run
  uint32_t length_ = 0;   // of a run
  uint32_t lo0_ = 0, hi0_ = 0, lo1_ = 0, hi1_ = 0;

  std::deque<Segment> fifo_;
  uint32_t written_ = 0; // bytes of the head of the FIFO

  std::deque<uint64_t> retireAt_;
  bool frontFree_ = false; // at the beginning of the cycle
  bool pushed_ = false;    // in this cycle
};

} // namespace weft
