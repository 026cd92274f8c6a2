// Where do constants lie in the image, and is each packed as it says?
#include "compiler/lowering/constant_image.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace weft::lowering {
namespace {

using net::DType;

TEST(ConstantImage, AlignsWhatIsAdded) {
  ConstantImage image(0x1000, 64);
  EXPECT_EQ(image.add({1, 2, 3}, MapUse::weights, 2), 0x1000u);
  EXPECT_EQ(image.add({4}, MapUse::table, 1), 0x1040u);
  const net::Network network = {"", {{"c", DType::s16, {2}, true, {1, 2, 3, 4}}}, {}, {}, {}};
  EXPECT_EQ(image.add(0, {DType::s16, {2}, {{{0, 2, 2}}, 0, 3, 9}}, MapUse::weights), 0x1080u);
  EXPECT_EQ(image.bytes(), 134u);
  ASSERT_EQ(image.entries().size(), 3u);
  EXPECT_EQ(image.entries()[0].bytes, 3u);
  EXPECT_EQ(image.entries()[0].networkBytes, 2u);
  EXPECT_EQ(image.entries()[1].address, 0x1040u);
  EXPECT_EQ(image.entries()[1].use, MapUse::table);
  EXPECT_EQ(image.entries()[2].bytes, 6u);
  EXPECT_EQ(image.entries()[2].networkBytes, 4u);
  std::vector<uint8_t> expected(134);
  std::copy_n(std::begin({1, 2, 3}), 3, expected.begin());
  expected[64] = 4;
  std::copy_n(std::begin({1, 2, 9, 0, 3, 4}), 6, expected.begin() + 128);
  EXPECT_EQ(image.take(network), expected);
}

// Where only addresses are wanted: models of time.
TEST(ConstantImage, CanKeepAddressesAlone) {
  ConstantImage image(0x1000, 64, ConstantImage::Keep::addresses);
  EXPECT_EQ(image.add({1, 2, 3}, MapUse::weights, 2), 0x1000u);
  EXPECT_EQ(image.add({4}, MapUse::table, 1), 0x1040u);
  EXPECT_EQ(image.bytes(), 65u);
  EXPECT_TRUE(image.entries()[0].content.empty());
}

} // namespace
} // namespace weft::lowering
