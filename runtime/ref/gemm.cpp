// The two inner kernels. This file is compiled with -O3: the loops are written so that the compiler vectorises them.
#include "runtime/ref/operators.h"

#include <algorithm>

namespace weft::ref {
namespace {

int32_t dot(const int16_t* a, const int16_t* b, size_t k) {
  // 16384 products of at most 255 * 255 fit an int32; partial sums are then added modulo 2^32.
  constexpr size_t kBlock = 16384;
  uint32_t total = 0;
  for (size_t first = 0; first < k; first += kBlock) {
    size_t last = std::min(k, first + kBlock);
    int32_t sum = 0;
    for (size_t i = first; i < last; ++i)
      sum += static_cast<int32_t>(a[i]) * static_cast<int32_t>(b[i]);
    total += static_cast<uint32_t>(sum);
  }
  return static_cast<int32_t>(total);
}

} // namespace

void multiplyTransposed(const int16_t* a, const int16_t* b, size_t m, size_t n, size_t k, int32_t* c, size_t ldc) {
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < n; ++j)
      c[i * ldc + j] = dot(a + i * k, b + j * k, k);
}

void multiply(const float* a, const float* b, size_t m, size_t n, size_t k, float* c, size_t ldc) {
  for (size_t i = 0; i < m; ++i) {
    float* row = c + i * ldc;
    for (size_t l = 0; l < k; ++l) {
      float factor = a[i * k + l];
      const float* other = b + l * n;
      for (size_t j = 0; j < n; ++j)
        row[j] += factor * other[j];
    }
  }
}

} // namespace weft::ref
