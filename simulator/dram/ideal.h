// The ideal DRAM: fixed latency, then a pipe of fixed bandwidth (isa/docs/timing.md, section 4).
#pragma once

#include "simulator/dram/dram_model.h"

namespace weft {

class IdealDram final : public DramTimingModel {
public:
  // `latency` in core cycles; bandwidth in 10^6 bytes per second, so that bandwidthMbS / clockMhz bytes move per cycle.
  IdealDram(uint32_t latency, uint32_t bandwidthMbS, uint32_t clockMhz);
  uint64_t access(uint64_t cycle, uint32_t address, uint32_t bytes, bool write) override;
  DramCounters counters() const override { return counters_; }

private:
  // Time is kept in 1/scale_ cycles, in which every begin and end is a whole number: a byte takes perByte_ of them.
  // 64 bits suffice for 10^12 cycles at the largest scale (10^7).
  uint64_t latency_;
  uint64_t scale_;
  uint64_t perByte_;
  uint64_t free_ = 0;
  DramCounters counters_;
};

} // namespace weft
