// The inner loop of the matrix instructions: activation rows times one weight tile, in int16 with int32 sums. Internal
// to isa/semantics.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::kernel {

// Operands of 8 bits with their zero points taken off fit int16: |x - z| <= 511. Products of two are summed in pairs,
// which fits int32; the sums then wrap modulo 2^32 as the accumulators do.

// Subtracts `zero` from `count` elements: u8 if flip is 0, s8 if it is 0x80.
void widen(const uint8_t* source, size_t count, int flip, int zero, int16_t* result);

// A weight tile of `rows` x `cols` bytes as pairs: result[(k / 2) * cols * 2 + 2 * c + k % 2] = W[k][c] - zero. `rows`
// is even.
void widenTile(const uint8_t* source, size_t rows, size_t cols, int flip, int zero, int16_t* result);

// sums[m][c] += sum over k of activations[m][k] * tile(k, c), for `count` rows of `rows` activations. `cols` is a power
// of two, at least 4. Picks the widest vectors that the processor has.
void multiplyAdd(const int16_t* activations, size_t count, size_t rows, const int16_t* tile, size_t cols,
                 int32_t* sums);

// Names of the implementations that this processor can run, the preferred one last, and one of them by its index; for
// tests and benchmarks.
using MultiplyAdd = void (*)(const int16_t*, size_t, size_t, const int16_t*, size_t, int32_t*);
struct Implementation {
  const char* name;
  size_t lanes; // cols must be a multiple
  MultiplyAdd function;
};
size_t implementations(const Implementation*& list);

} // namespace weft::kernel
