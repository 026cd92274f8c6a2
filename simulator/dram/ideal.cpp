#include "simulator/dram/ideal.h"

#include <algorithm>
#include <numeric>

namespace weft {

IdealDram::IdealDram(uint32_t latency, uint32_t bandwidthMbS, uint32_t clockMhz) : latency_(latency) {
  uint32_t divisor = std::gcd(bandwidthMbS, clockMhz);
  scale_ = bandwidthMbS / divisor;
  perByte_ = clockMhz / divisor;
}

uint64_t IdealDram::access(uint64_t cycle, uint32_t, uint32_t bytes, bool write) {
  uint64_t begin = std::max((cycle + latency_) * scale_, free_);
  free_ = begin + bytes * perByte_;
  ++(write ? counters_.writes : counters_.reads);
  (write ? counters_.bytesWritten : counters_.bytesRead) += bytes;
  return ((write ? free_ : begin) + scale_ - 1) / scale_;
}

} // namespace weft
