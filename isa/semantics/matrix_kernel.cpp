#include "isa/semantics/matrix_kernel.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace weft::kernel {

void widen(const uint8_t* source, size_t count, int flip, int zero, int16_t* result) {
  // (x ^ 0x80) - 0x80 reads a byte as s8.
  int offset = flip + zero;
  for (size_t i = 0; i < count; ++i)
    result[i] = static_cast<int16_t>((source[i] ^ flip) - offset);
}

void widenTile(const uint8_t* source, size_t rows, size_t cols, int flip, int zero, int16_t* result) {
  int offset = flip + zero;
  for (size_t k = 0; k < rows; k += 2) {
    const uint8_t* even = source + k * cols;
    const uint8_t* odd = even + cols;
    int16_t* pairs = result + k * cols;
    for (size_t c = 0; c < cols; ++c) {
      pairs[2 * c] = static_cast<int16_t>((even[c] ^ flip) - offset);
      pairs[2 * c + 1] = static_cast<int16_t>((odd[c] ^ flip) - offset);
    }
  }
}

namespace {

void portable(const int16_t* activations, size_t count, size_t rows, const int16_t* tile, size_t cols, int32_t* sums) {
  for (size_t m = 0; m < count; ++m) {
    const int16_t* a = activations + m * rows;
    int32_t* sum = sums + m * cols;
    for (size_t k = 0; k < rows; k += 2) {
      const int16_t* w = tile + k * cols;
      for (size_t c = 0; c < cols; ++c) {
        int32_t pair = a[k] * w[2 * c] + a[k + 1] * w[2 * c + 1];
        sum[c] = static_cast<int32_t>(static_cast<uint32_t>(sum[c]) + static_cast<uint32_t>(pair));
      }
    }
  }
}

#if defined(__x86_64__)

// Two neighbouring int16 as one 32-bit value.
inline int pairAt(const int16_t* address) {
  int pair;
  std::memcpy(&pair, address, sizeof pair);
  return pair;
}

void sse2(const int16_t* activations, size_t count, size_t rows, const int16_t* tile, size_t cols, int32_t* sums) {
  for (size_t c = 0; c < cols; c += 4)
    for (size_t m = 0; m < count; ++m) {
      const int16_t* a = activations + m * rows;
      auto* target = reinterpret_cast<__m128i*>(sums + m * cols + c);
      __m128i sum = _mm_loadu_si128(target);
      for (size_t k = 0; k < rows; k += 2) {
        __m128i w = _mm_loadu_si128(reinterpret_cast<const __m128i*>(tile + k * cols + 2 * c));
        sum = _mm_add_epi32(sum, _mm_madd_epi16(_mm_set1_epi32(pairAt(a + k)), w));
      }
      _mm_storeu_si128(target, sum);
    }
}

// The sums of a group of rows stay in registers while the tile's pairs stream by once.
__attribute__((target("avx2"))) void avx2(const int16_t* activations, size_t count, size_t rows, const int16_t* tile,
                                          size_t cols, int32_t* sums) {
  constexpr size_t kRows = 8;
  for (size_t c = 0; c < cols; c += 8)
    for (size_t m = 0; m < count;) {
      const int16_t* a = activations + m * rows;
      int32_t* target = sums + m * cols + c;
      const int16_t* w = tile + 2 * c;
      if (count - m >= kRows) {
        __m256i sum[kRows];
        for (size_t g = 0; g < kRows; ++g)
          sum[g] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(target + g * cols));
        for (size_t k = 0; k < rows; k += 2) {
          __m256i pairs = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w + k * cols));
          for (size_t g = 0; g < kRows; ++g)
            sum[g] = _mm256_add_epi32(sum[g], _mm256_madd_epi16(_mm256_set1_epi32(pairAt(a + g * rows + k)), pairs));
        }
        for (size_t g = 0; g < kRows; ++g)
          _mm256_storeu_si256(reinterpret_cast<__m256i*>(target + g * cols), sum[g]);
        m += kRows;
      } else {
        __m256i sum = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(target));
        for (size_t k = 0; k < rows; k += 2) {
          __m256i pairs = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w + k * cols));
          sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_set1_epi32(pairAt(a + k)), pairs));
        }
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(target), sum);
        ++m;
      }
    }
}

__attribute__((target("avx512f,avx512bw"))) void avx512(const int16_t* activations, size_t count, size_t rows,
                                                        const int16_t* tile, size_t cols, int32_t* sums) {
  constexpr size_t kRows = 16;
  for (size_t c = 0; c < cols; c += 16)
    for (size_t m = 0; m < count;) {
      const int16_t* a = activations + m * rows;
      int32_t* target = sums + m * cols + c;
      const int16_t* w = tile + 2 * c;
      if (count - m >= kRows) {
        __m512i sum[kRows];
        for (size_t g = 0; g < kRows; ++g)
          sum[g] = _mm512_loadu_si512(target + g * cols);
        for (size_t k = 0; k < rows; k += 2) {
          __m512i pairs = _mm512_loadu_si512(w + k * cols);
          for (size_t g = 0; g < kRows; ++g)
            sum[g] = _mm512_add_epi32(sum[g], _mm512_madd_epi16(_mm512_set1_epi32(pairAt(a + g * rows + k)), pairs));
        }
        for (size_t g = 0; g < kRows; ++g)
          _mm512_storeu_si512(target + g * cols, sum[g]);
        m += kRows;
      } else {
        __m512i sum = _mm512_loadu_si512(target);
        for (size_t k = 0; k < rows; k += 2) {
          __m512i pairs = _mm512_loadu_si512(w + k * cols);
          sum = _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_set1_epi32(pairAt(a + k)), pairs));
        }
        _mm512_storeu_si512(target, sum);
        ++m;
      }
    }
}

#endif

struct Supported {
  std::array<Implementation, 4> list{};
  size_t count = 0;

  Supported() {
    list[count++] = {"portable", 1, portable};
#if defined(__x86_64__)
    list[count++] = {"sse2", 4, sse2};
    if (__builtin_cpu_supports("avx2"))
      list[count++] = {"avx2", 8, avx2};
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
      list[count++] = {"avx512", 16, avx512};
#endif
  }
};

const Supported& supported() {
  static const Supported result;
  return result;
}

} // namespace

size_t implementations(const Implementation*& list) {
  list = supported().list.data();
  return supported().count;
}

void multiplyAdd(const int16_t* activations, size_t count, size_t rows, const int16_t* tile, size_t cols,
                 int32_t* sums) {
  const Supported& all = supported();
  size_t best = all.count - 1;
  while (cols % all.list[best].lanes != 0)
    --best;
  all.list[best].function(activations, count, rows, tile, cols, sums);
}

} // namespace weft::kernel
