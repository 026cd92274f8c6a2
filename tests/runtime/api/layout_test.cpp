// Do tensors come back from the device as they went, and does each element lie where program.h says?
#include "runtime/api/layout.h"

#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace weft::runtime {
namespace {

std::vector<uint8_t> counting(size_t count) {
  std::vector<uint8_t> values(count);
  std::iota(values.begin(), values.end(), uint8_t{1});
  return values;
}

TEST(Layout, EveryElementLiesWhereTheFormulaSays) {
  DeviceTensor place;
  place.batch = 2;
  place.channels = 3;
  place.height = 2;
  place.width = 4;
  place.channelPitch = 8;
  place.padTop = 1;
  place.padBottom = 2;
  place.padLeft = 3;
  place.padRight = 1;
  place.padValue = -7;
  const auto values = counting(2 * 3 * 2 * 4);
  std::vector<uint8_t> memory(place.bytes());
  ASSERT_EQ(memory.size(), 2u * 5 * 8 * 8);
  toDevice(place, values, memory);

  std::vector<uint8_t> expected(memory.size(), static_cast<uint8_t>(-7));
  size_t index = 0;
  for (size_t n = 0; n < 2; ++n)
    for (size_t c = 0; c < 3; ++c)
      for (size_t h = 0; h < 2; ++h)
        for (size_t w = 0; w < 4; ++w)
          expected[((n * 5 + h + 1) * 8 + w + 3) * 8 + c] = values[index++];
  EXPECT_EQ(memory, expected);
  EXPECT_EQ(fromDevice(place, memory), values);
}

TEST(Layout, RandomPlacesRoundTrip) {
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    DeviceTensor place;
    place.batch = 1 + random() % 3;
    place.channels = 1 + random() % 20;
    place.height = 1 + random() % 6;
    place.width = 1 + random() % 6;
    place.channelPitch = place.channels + random() % 5;
    place.padTop = random() % 3;
    place.padBottom = random() % 3;
    place.padLeft = random() % 3;
    place.padRight = random() % 3;
    const auto values = counting(static_cast<size_t>(place.batch * place.channels * place.height * place.width));
    std::vector<uint8_t> memory(place.bytes());
    toDevice(place, values, memory);
    EXPECT_EQ(fromDevice(place, memory), values) << i;
  }
}

} // namespace
} // namespace weft::runtime
