// An affine walk of up to four dimensions, of which any number of points can be passed at once.
#pragma once

#include "isa/semantics/state.h"

#include <array>
#include <cstdint>

namespace weft {

class Walk {
public:
  Walk() = default;
  // Counts from one pattern register, strides from the same or another. From `firstDimension` on (DMA: 1, runs are
  // contiguous); the dimensions below count once.
  Walk(const PatternRegister& counts, const PatternRegister& strides, size_t firstDimension = 0) {
    for (size_t k = firstDimension; k < 4; ++k) {
      count_[k] = counts.field[static_cast<size_t>(field::count0) + k];
      stride_[k] = strides.field[static_cast<size_t>(field::stride0) + k];
    }
  }

  // Of the current point, modulo 2^32.
  uint32_t offset() const { return offset_; }
  uint32_t index(size_t dimension) const { return index_[dimension]; }
  // Fits for legal counts (1 to 65535).
  uint64_t points() const {
    uint64_t product = 1;
    for (uint32_t count : count_)
      product *= count;
    return product;
  }

  // Passes n points; after the last one comes the first.
  void advance(uint64_t n) {
    for (size_t k = 0; k < 4 && n > 0; ++k) {
      uint64_t index = index_[k] + n;
      if (index < count_[k]) {
        offset_ += static_cast<uint32_t>(n) * stride_[k];
        index_[k] = static_cast<uint32_t>(index);
        return;
      }
      n = index / count_[k];
      auto next = static_cast<uint32_t>(index % count_[k]);
      offset_ += (next - index_[k]) * stride_[k];
      index_[k] = next;
    }
  }

  // Smallest and largest offset of any point, with signed strides and without reduction.
  struct Extent {
    int64_t low = 0;
    int64_t high = 0;
  };
  Extent extent() const {
    Extent extent;
    for (size_t k = 0; k < 4; ++k) {
      int64_t reach = static_cast<int64_t>(count_[k] - 1) * static_cast<int32_t>(stride_[k]);
      (reach < 0 ? extent.low : extent.high) += reach;
    }
    return extent;
  }

private:
  std::array<uint32_t, 4> count_{1, 1, 1, 1};
  std::array<uint32_t, 4> stride_{};
  std::array<uint32_t, 4> index_{};
  uint32_t offset_ = 0;
};

} // namespace weft
