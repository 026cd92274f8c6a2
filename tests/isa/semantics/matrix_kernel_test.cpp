// Do all implementations of the matrix kernel agree, at the extremes too?
#include "isa/semantics/matrix_kernel.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace weft {
namespace {

void compareAll(size_t count, size_t rows, size_t cols, const std::vector<int16_t>& a, const std::vector<int16_t>& tile,
                const std::vector<int32_t>& before) {
  const kernel::Implementation* list = nullptr;
  size_t all = kernel::implementations(list);
  std::vector<int32_t> expected = before;
  for (size_t m = 0; m < count; ++m)
    for (size_t c = 0; c < cols; ++c) {
      uint32_t sum = static_cast<uint32_t>(before[m * cols + c]);
      for (size_t k = 0; k < rows; ++k)
        sum += static_cast<uint32_t>(a[m * rows + k] * tile[(k / 2) * cols * 2 + 2 * c + k % 2]);
      expected[m * cols + c] = static_cast<int32_t>(sum);
    }
  for (size_t i = 0; i < all; ++i) {
    if (cols % list[i].lanes != 0)
      continue;
    std::vector<int32_t> sums = before;
    list[i].function(a.data(), count, rows, tile.data(), cols, sums.data());
    EXPECT_EQ(sums, expected) << list[i].name << " " << count << " rows of " << rows << "x" << cols;
  }
  std::vector<int32_t> sums = before;
  kernel::multiplyAdd(a.data(), count, rows, tile.data(), cols, sums.data());
  EXPECT_EQ(sums, expected);
}

TEST(MatrixKernel, ImplementationsAgreeOnEveryShape) {
  std::mt19937 random(7);
  auto operand = [&] { return static_cast<int16_t>(static_cast<int>(random() % 895) - 383); };
  for (size_t rows : {4u, 8u, 16u, 64u})
    for (size_t cols : {4u, 8u, 16u, 32u, 128u})
      for (size_t count : {1u, 7u, 8u, 15u, 16u, 17u, 33u}) {
        std::vector<int16_t> a(count * rows);
        std::vector<int16_t> tile(rows * cols);
        std::vector<int32_t> before(count * cols);
        for (int16_t& x : a)
          x = operand();
        for (int16_t& x : tile)
          x = operand();
        for (int32_t& x : before)
          x = static_cast<int32_t>(random());
        compareAll(count, rows, cols, a, tile, before);
      }
}

TEST(MatrixKernel, ExtremeOperandsDoNotSaturate) {
  for (int16_t x : {int16_t{511}, int16_t{-383}})
    for (int16_t w : {int16_t{511}, int16_t{-383}}) {
      std::vector<int16_t> a(17 * 256, x);
      std::vector<int16_t> tile(256 * 16, w);
      compareAll(17, 256, 16, a, tile, std::vector<int32_t>(17 * 16, INT32_MAX));
    }
}

TEST(MatrixKernel, WidensSignedAndUnsignedBytes) {
  const uint8_t bytes[] = {0, 127, 128, 255};
  int16_t result[4];
  kernel::widen(bytes, 4, 0, 10, result);
  EXPECT_EQ(std::vector<int16_t>(result, result + 4), (std::vector<int16_t>{-10, 117, 118, 245}));
  kernel::widen(bytes, 4, 0x80, -3, result);
  EXPECT_EQ(std::vector<int16_t>(result, result + 4), (std::vector<int16_t>{3, 130, -125, 2}));
}

TEST(MatrixKernel, WeightTilesBecomePairsOfRows) {
  const uint8_t tile[] = {1, 2, 3, 4, 5, 6, 7, 8};
  int16_t result[8];
  kernel::widenTile(tile, 2, 4, 0, 0, result);
  EXPECT_EQ(std::vector<int16_t>(result, result + 8), (std::vector<int16_t>{1, 5, 2, 6, 3, 7, 4, 8}));
}

} // namespace
} // namespace weft
