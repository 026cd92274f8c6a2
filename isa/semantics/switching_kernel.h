// The inner loops of counting toggles: bits that differ, and products and partial sums of some activation rows in one
// weight tile.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::kernel {

// Bits in which `count` words of 64 bits differ, of those in `mask`. No alignment.
uint64_t differingBits(const void* a, const void* b, size_t count, uint64_t mask);

struct Toggles {
  uint64_t product = 0; // of 20 bits
  uint64_t sum = 0;     // of 32 bits
};

// Element (k, c) has product activations[m][k] * tile(k, c) and the sum of the products (0, c) to (k, c), modulo 2^32.
// Counts the bits in which they differ between each of `count` <= kMatrixBlock rows and the row before it, of all
// elements; `products` and `sums` ([k * cols + c]) hold the last row's, before and after. Operands as in multiplyAdd().
Toggles countToggles(const int16_t* activations, size_t count, size_t rows, const int16_t* tile, size_t cols,
                     int32_t* products, int32_t* sums);

// As implementations() of multiplyAdd().
using CountToggles = Toggles (*)(const int16_t*, size_t, size_t, const int16_t*, size_t, int32_t*, int32_t*);
struct ToggleImplementation {
  const char* name;
  size_t lanes; // cols must be a multiple
  CountToggles function;
};
size_t implementations(const ToggleImplementation*& list);

} // namespace weft::kernel
