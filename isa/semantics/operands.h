// How tensor instructions read their operands; shared by checks, footprints, execution and models. What each
// instruction does with its registers is generated from its record (isa/generated/operands.h).
#pragma once

#include "isa/generated/operands.h"
#include "isa/generated/timing.h"
#include "isa/semantics/state.h"

#include <array>
#include <cstdint>

namespace weft::operands {

// The element type that a configuration names for one of the operands (slot::a, ...).
inline uint32_t typeAt(const PatternRegister& config, int slot) {
  return (config.field[config::types] >> slot) & 15;
}
inline uint32_t typeA(const PatternRegister& config) {
  return typeAt(config, slot::a);
}
inline uint32_t typeB(const PatternRegister& config) {
  return typeAt(config, slot::b);
}
inline uint32_t typeResult(const PatternRegister& config) {
  return typeAt(config, slot::result);
}
// Whether a configuration has the flag (flag::lut, ...).
inline bool hasFlag(const PatternRegister& config, uint32_t flag) {
  return (config.field[config::types] & flag) != 0;
}
// Whether the instruction passes its results through the LUT.
inline bool usesLut(const TensorOp& op) {
  const Lut lut = usage(op.instruction.op).lut;
  return lut == Lut::always || (lut == Lut::ifFlagged && hasFlag(op.pD, flag::lut));
}

// The values of rA to rD and pA to pD by their numbers 0 to 3.
inline uint32_t registerValue(const TensorOp& op, int number) {
  const uint32_t values[] = {op.a, op.b, op.c, op.d};
  return values[number];
}
inline const PatternRegister& patternRegister(const TensorOp& op, int number) {
  const PatternRegister* const patterns[] = {&op.pA, &op.pB, &op.pC, &op.pD};
  return *patterns[number];
}

// From the issue of a result row's last tap to its write (timing chapter, section 9).
inline uint32_t pipelineCycles(const Usage& use) {
  return use.floatRows ? timing::VX_FLOAT_PIPELINE : timing::VX_PIPELINE;
}

inline uint32_t count(const PatternRegister& walk, int dimension) {
  return walk.field[static_cast<size_t>(field::count0 + dimension)];
}
inline uint32_t stride(const PatternRegister& walk, int dimension) {
  return walk.field[static_cast<size_t>(field::stride0 + dimension)];
}
// Product of the four counts. Legal counts (at most LARGEST_COUNT) cannot overflow.
inline uint64_t points(const PatternRegister& walk) {
  uint64_t product = 1;
  for (int k = 0; k < 4; ++k)
    product *= count(walk, k);
  return product;
}

// Four nested loops with the counts of one walk, dimension 0 fastest, and an offset for each of N operands, modulo
// 2^32.
template <size_t N> class Nest {
public:
  explicit Nest(const PatternRegister& counts) {
    for (int k = 0; k < 4; ++k)
      count_[static_cast<size_t>(k)] = count(counts, k);
  }
  // The strides of operand n. firstDimension 1: dimension 0 does not move it (the runs of DMA).
  void setStrides(size_t n, const PatternRegister& walk, int firstDimension = 0) {
    for (int k = firstDimension; k < 4; ++k)
      stride_[n][static_cast<size_t>(k)] = stride(walk, k);
  }
  void setCount(size_t dimension, uint32_t value) { count_[dimension] = value; }
  uint32_t offset(size_t n) const { return offset_[n]; }
  uint32_t index(size_t dimension) const { return index_[dimension]; }
  // A dimension in which no operand moves repeats the same addresses.
  void dropRepetitions() {
    for (size_t k = 0; k < 4; ++k) {
      bool moves = false;
      for (size_t n = 0; n < N; ++n)
        moves = moves || stride_[n][k] != 0;
      if (!moves)
        count_[k] = 1;
    }
  }
  // To the next point; false after the last one, when all offsets are 0 again.
  bool next() {
    for (size_t k = 0; k < 4; ++k) {
      if (++index_[k] < count_[k]) {
        for (size_t n = 0; n < N; ++n)
          offset_[n] += stride_[n][k];
        return true;
      }
      index_[k] = 0;
      for (size_t n = 0; n < N; ++n)
        offset_[n] -= stride_[n][k] * (count_[k] - 1);
    }
    return false;
  }

private:
  std::array<uint32_t, 4> count_{};
  std::array<uint32_t, 4> index_{};
  std::array<std::array<uint32_t, 4>, N> stride_{};
  std::array<uint32_t, N> offset_{};
};

// The part of a load's runs that is real: dimension-0 bytes [lo0, hi0), dimension-1 indices [lo1, hi1), both within the
// counts; empty if a bound pair is.
struct Window {
  uint32_t lo0, hi0, lo1, hi1;
  bool empty() const { return lo0 >= hi0 || lo1 >= hi1; }
};
inline Window window(const PatternRegister& walk) {
  auto upTo = [](uint32_t value, uint32_t limit) { return value < limit ? value : limit; };
  return {walk.field[field::lo0], upTo(walk.field[field::hi0], count(walk, 0)), walk.field[field::lo1],
          upTo(walk.field[field::hi1], count(walk, 1))};
}

} // namespace weft::operands
