#include "isa/semantics/switching_kernel.h"

#include "isa/semantics/matrix_blocks.h"

#include <array>
#include <bit>
#include <cstring>
#include <numeric>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace weft::kernel {
namespace {

constexpr uint32_t kProductMask = 0xfffff;

// In a function for processors that have the instruction, std::popcount() becomes it.
inline __attribute__((always_inline)) uint64_t bitsOf(const uint8_t* a, const uint8_t* b, size_t count, uint64_t mask) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; ++i) {
    uint64_t x, y;
    std::memcpy(&x, a + 8 * i, sizeof x);
    std::memcpy(&y, b + 8 * i, sizeof y);
    bits += static_cast<uint64_t>(__builtin_popcountll((x ^ y) & mask));
  }
  return bits;
}
uint64_t portableBits(const uint8_t* a, const uint8_t* b, size_t count, uint64_t mask) {
  return bitsOf(a, b, count, mask);
}
#if defined(__x86_64__)
__attribute__((target("popcnt"))) uint64_t popcntBits(const uint8_t* a, const uint8_t* b, size_t count, uint64_t mask) {
  return bitsOf(a, b, count, mask);
}
#endif

Toggles portable(const int16_t* activations, size_t count, size_t rows, const int16_t* tile, size_t cols,
                 int32_t* products, int32_t* sums) {
  Toggles toggles;
  std::array<uint32_t, operands::kMatrixBlock> above;
  for (size_t c = 0; c < cols; ++c) {
    above.fill(0);
    for (size_t k = 0; k < rows; ++k) {
      const int32_t weight = tile[(k / 2 * cols + c) * 2 + k % 2];
      auto product = static_cast<uint32_t>(products[k * cols + c]);
      auto sum = static_cast<uint32_t>(sums[k * cols + c]);
      for (size_t m = 0; m < count; ++m) {
        const auto next = static_cast<uint32_t>(activations[m * rows + k] * weight);
        above[m] += next;
        toggles.product += static_cast<uint64_t>(std::popcount((next ^ product) & kProductMask));
        toggles.sum += static_cast<uint64_t>(std::popcount(above[m] ^ sum));
        product = next;
        sum = above[m];
      }
      products[k * cols + c] = static_cast<int32_t>(product);
      sums[k * cols + c] = static_cast<int32_t>(sum);
    }
  }
  return toggles;
}

#if defined(__x86_64__)

// Weights and activations are 16 bits in lanes of 32 with nothing above them: pairs, of which the upper product is 0.

__attribute__((target("avx2"))) inline __m256i popcounts(__m256i bits) { // of 4 x 64
  const __m256i table = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m256i low = _mm256_set1_epi8(15);
  const __m256i bytes = _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(bits, low)),
                                        _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bits, 4), low)));
  return _mm256_sad_epu8(bytes, _mm256_setzero_si256());
}

__attribute__((target("avx2"))) inline uint64_t total(__m256i words) {
  return static_cast<uint64_t>(_mm256_extract_epi64(words, 0) + _mm256_extract_epi64(words, 1) +
                               _mm256_extract_epi64(words, 2) + _mm256_extract_epi64(words, 3));
}

__attribute__((target("avx2"))) Toggles avx2(const int16_t* activations, size_t count, size_t rows, const int16_t* tile,
                                             size_t cols, int32_t* products, int32_t* sums) {
  const __m256i mask = _mm256_set1_epi32(kProductMask);
  __m256i productToggles = _mm256_setzero_si256(), sumToggles = productToggles;
  __m256i above[operands::kMatrixBlock];
  for (size_t c = 0; c < cols; c += 8) {
    for (size_t m = 0; m < count; ++m)
      above[m] = _mm256_setzero_si256();
    for (size_t k = 0; k < rows; ++k) {
      const __m256i pairs = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(tile + (k / 2 * cols + c) * 2));
      const __m256i weights =
          k % 2 == 0 ? _mm256_and_si256(pairs, _mm256_set1_epi32(0xffff)) : _mm256_srli_epi32(pairs, 16);
      auto* lastProduct = reinterpret_cast<__m256i*>(products + k * cols + c);
      auto* lastSum = reinterpret_cast<__m256i*>(sums + k * cols + c);
      __m256i product = _mm256_loadu_si256(lastProduct), sum = _mm256_loadu_si256(lastSum);
      for (size_t m = 0; m < count; ++m) {
        const __m256i next =
            _mm256_madd_epi16(_mm256_set1_epi32(static_cast<uint16_t>(activations[m * rows + k])), weights);
        above[m] = _mm256_add_epi32(above[m], next);
        productToggles =
            _mm256_add_epi64(productToggles, popcounts(_mm256_and_si256(_mm256_xor_si256(next, product), mask)));
        sumToggles = _mm256_add_epi64(sumToggles, popcounts(_mm256_xor_si256(above[m], sum)));
        product = next;
        sum = above[m];
      }
      _mm256_storeu_si256(lastProduct, product);
      _mm256_storeu_si256(lastSum, sum);
    }
  }
  return {total(productToggles), total(sumToggles)};
}

__attribute__((target("avx512f,avx512bw,avx512vpopcntdq"))) Toggles avx512(const int16_t* activations, size_t count,
                                                                           size_t rows, const int16_t* tile,
                                                                           size_t cols, int32_t* products,
                                                                           int32_t* sums) {
  const __m512i mask = _mm512_set1_epi32(kProductMask);
  __m512i productToggles = _mm512_setzero_si512(), sumToggles = productToggles;
  __m512i above[operands::kMatrixBlock];
  for (size_t c = 0; c < cols; c += 16) {
    for (size_t m = 0; m < count; ++m)
      above[m] = _mm512_setzero_si512();
    for (size_t k = 0; k < rows; ++k) {
      const __m512i pairs = _mm512_loadu_si512(tile + (k / 2 * cols + c) * 2);
      const __m512i weights =
          k % 2 == 0 ? _mm512_and_si512(pairs, _mm512_set1_epi32(0xffff)) : _mm512_maskz_srli_epi32(0xffff, pairs, 16);
      __m512i product = _mm512_loadu_si512(products + k * cols + c);
      __m512i sum = _mm512_loadu_si512(sums + k * cols + c);
      for (size_t m = 0; m < count; ++m) {
        const __m512i next =
            _mm512_madd_epi16(_mm512_set1_epi32(static_cast<uint16_t>(activations[m * rows + k])), weights);
        above[m] = _mm512_add_epi32(above[m], next);
        productToggles = _mm512_add_epi64(productToggles,
                                          _mm512_popcnt_epi64(_mm512_and_si512(_mm512_xor_si512(next, product), mask)));
        sumToggles = _mm512_add_epi64(sumToggles, _mm512_popcnt_epi64(_mm512_xor_si512(above[m], sum)));
        product = next;
        sum = above[m];
      }
      _mm512_storeu_si512(products + k * cols + c, product);
      _mm512_storeu_si512(sums + k * cols + c, sum);
    }
  }
  std::array<uint64_t, 8> productWords, sumWords;
  _mm512_storeu_si512(productWords.data(), productToggles);
  _mm512_storeu_si512(sumWords.data(), sumToggles);
  return {std::accumulate(productWords.begin(), productWords.end(), uint64_t{0}),
          std::accumulate(sumWords.begin(), sumWords.end(), uint64_t{0})};
}

#endif

struct Supported {
  std::array<ToggleImplementation, 3> list{};
  size_t count = 0;

  Supported() {
    list[count++] = {"portable", 1, portable};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
      list[count++] = {"avx2", 8, avx2};
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vpopcntdq"))
      list[count++] = {"avx512", 16, avx512};
#endif
  }
};

const Supported& supported() {
  static const Supported result;
  return result;
}

} // namespace

uint64_t differingBits(const void* a, const void* b, size_t count, uint64_t mask) {
#if defined(__x86_64__)
  static const auto function = __builtin_cpu_supports("popcnt") ? popcntBits : portableBits;
#else
  constexpr auto function = portableBits;
#endif
  return function(static_cast<const uint8_t*>(a), static_cast<const uint8_t*>(b), count, mask);
}

size_t implementations(const ToggleImplementation*& list) {
  list = supported().list.data();
  return supported().count;
}

Toggles countToggles(const int16_t* activations, size_t count, size_t rows, const int16_t* tile, size_t cols,
                     int32_t* products, int32_t* sums) {
  const Supported& all = supported();
  size_t best = all.count - 1;
  while (cols % all.list[best].lanes != 0)
    --best;
  return all.list[best].function(activations, count, rows, tile, cols, products, sums);
}

} // namespace weft::kernel
