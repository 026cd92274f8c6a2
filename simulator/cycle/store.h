// Store engine: scratchpad to DRAM (isa/docs/timing.md, section 7).
#pragma once

#include "simulator/cycle/engine.h"
#include "simulator/cycle/walk.h"

#include <deque>

namespace weft {

class StoreEngine final : public EngineUnit {
public:
  StoreEngine(uint32_t queueSize, CoreState& core);
  // A cycle in two parts: what makes DRAM requests, and what needs a port of the scratchpad.
  void stepSend(uint64_t cycle);
  void stepRead(uint64_t cycle);

  Steady steady(uint64_t cycle);
  void advance(uint64_t cycle, uint64_t cycles);

private:
  struct Segment {
    uint32_t dram = 0;
    uint32_t scratchpad = 0;
    uint32_t bytes = 0;
    bool last = false; // of its instruction
    uint32_t pc = 0;
  };
  struct Sending {
    Segment segment;
    uint64_t at; // cycle of the DRAM request
  };
  struct Part {
    uint32_t address;
    uint32_t bytes;
  };

  // Segments that have begun before `cycle` and not completed before it.
  uint64_t outstanding(uint64_t cycle);
  bool mayBegin(uint64_t cycle) { return begun_ || outstanding(cycle) < limit_; }
  void nextSegment();
  Part part() const;
  uint32_t partsLeft() const;
  void grant(uint64_t cycle, const Part& part);

  uint32_t bus_;
  uint32_t burst_;
  uint32_t line_;
  uint32_t limit_;

  // Front stage.
  Flight* reading_ = nullptr;
  Walk dramWalk_;
  Walk scratchpadWalk_;
  uint64_t runsLeft_ = 0;
  uint32_t position_ = 0; // in the run, of the current segment
  uint32_t length_ = 0;   // of a run
  Segment segment_;
  bool begun_ = false; // segment_ has requested a read
  uint32_t read_ = 0;  // bytes of segment_

  std::deque<Sending> sending_;
  std::deque<uint64_t> completions_; // of sent segments, in order, those not yet known to be over
  uint64_t lastCompletion_ = 0;
  std::deque<uint64_t> retireAt_;
  bool frontFree_ = false; // at the beginning of the cycle
};

} // namespace weft
