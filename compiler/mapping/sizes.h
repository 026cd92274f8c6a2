// Arithmetic that planning shares.
#pragma once

#include "isa/generated/timing.h"
#include "isa/machine/machine.h"

#include <algorithm>
#include <cstdint>

namespace weft::mapping {

constexpr int64_t divideUp(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}
constexpr int64_t roundUp(int64_t a, int64_t b) {
  return divideUp(a, b) * b;
}

// Of the DRAM interface: what the memory gives, if known, at most the port's.
double dramBytesPerCycle(const Machine& machine);

inline constexpr int64_t kLongestRun = timing::LARGEST_COUNT; // of a walk

} // namespace weft::mapping
