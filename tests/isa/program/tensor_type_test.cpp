// Does every element lie where its type says, do scatter and gather undo each other for any type, and is every type
// that would lead outside its memory refused?
#include "isa/program/tensor_type_json.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace weft {
namespace {

using net::DType;
using net::Shape;

// The place of an element, as the header defines it.
int64_t placeOf(const TensorType& type, const Shape& index) {
  int64_t place = type.layout.offset;
  Shape rest = index;
  for (size_t i = type.layout.levels.size(); i-- > 0;) { // digits from the least significant up
    const Layout::Level& level = type.layout.levels[i];
    int64_t& digits = rest[static_cast<size_t>(level.dimension)];
    place += digits % level.count * level.stride;
    digits /= level.count;
  }
  for (int64_t digits : rest)
    EXPECT_EQ(digits, 0) << "the levels do not hold the index";
  return place;
}

std::vector<uint8_t> counting(const TensorType& type) {
  std::vector<uint8_t> values(static_cast<size_t>(net::elementCount(type.shape)) * net::byteSize(type.element));
  std::iota(values.begin(), values.end(), uint8_t{1});
  return values;
}

// scatter(), element by element.
std::vector<uint8_t> expected(const TensorType& type, const std::vector<uint8_t>& values) {
  const size_t size = net::byteSize(type.element);
  std::vector<uint8_t> memory(type.bytes());
  const int64_t fill = type.layout.fill;
  for (size_t i = 0; i < memory.size(); ++i)
    memory[i] = static_cast<uint8_t>(fill >> (8 * (i % size)));
  Shape index(type.shape.size(), 0);
  for (size_t element = 0; element * size < values.size(); ++element) {
    std::copy_n(&values[element * size], size, &memory[static_cast<size_t>(placeOf(type, index)) * size]);
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < type.shape[d])
        break;
      index[d] = 0;
    }
  }
  return memory;
}

void expectRoundTrip(const TensorType& type) {
  EXPECT_NO_THROW(checkType(type, "type"));
  const std::vector<uint8_t> values = counting(type);
  std::vector<uint8_t> memory(type.bytes(), 0xa5);
  scatter(type, values, memory);
  EXPECT_EQ(memory, expected(type, values));
  EXPECT_EQ(gather(type, memory), values);
}

constexpr int32_t kChannelsLast[] = {0, 2, 3, 1};

TEST(TensorType, ChannelsLastWithBorderAndPitch) {
  const Shape shape = {2, 3, 8, 8};
  const Border border[] = {{0, 0}, {0, 0}, {1, 1}, {1, 1}};
  TensorType type = {DType::s8, shape, orderedLayout(shape, kChannelsLast, 16, border, -7)};
  const Layout layout = {{{0, 2, 1600}, {2, 8, 160}, {3, 8, 16}, {1, 3, 1}}, 11 * 16, 2 * 1600, -7};
  EXPECT_EQ(type.layout, layout);
  EXPECT_EQ(type.bytes(), 3200u);
  EXPECT_EQ(type.layout.stride(2), 160);
  EXPECT_EQ(type.layout.innermost(), 1);
  expectRoundTrip(type);
  type.element = DType::s16;
  EXPECT_EQ(type.bytes(), 6400u);
  expectRoundTrip(type);
}

TEST(TensorType, EveryRankHasAnOrder) {
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{3, 1}, Shape{1, 7, 2}, Shape{2, 3, 2, 2, 3}, Shape{2, 0, 3}}) {
    const Layout layout = rowMajorLayout(shape);
    EXPECT_EQ(layout.span, net::elementCount(shape));
    EXPECT_EQ(layout.innermost(), static_cast<int32_t>(shape.size()) - 1);
    expectRoundTrip({DType::f32, shape, layout});
    std::vector<int32_t> order(shape.size());
    std::iota(order.rbegin(), order.rend(), 0);
    expectRoundTrip({DType::u16, shape, orderedLayout(shape, order, 8)});
  }
}

TEST(TensorType, WeightsInTilesAreCutOffAtTheirExtents) {
  // 40 x 20 in tiles of 16 x 16, by columns of tiles.
  const TensorType type = {DType::s8, {40, 20}, {{{1, 2, 48 * 16}, {0, 48, 16}, {1, 16, 1}}, 0, 2 * 48 * 16, 3}};
  EXPECT_EQ(placeOf(type, {39, 17}), 768 + 39 * 16 + 1);
  expectRoundTrip(type);
}

TEST(TensorType, OnlyDigitsThatOccurNeedAPlace) {
  // Indices 0 to 5 as (2, 4): 1 3 lies beyond the span, but there is no index 7.
  TensorType type = {DType::s8, {6}, {{{0, 2, 10}, {0, 4, 2}}, 0, 13, 0}};
  expectRoundTrip(type);
  type.layout.span = 12;
  EXPECT_THROW(checkType(type, "type"), Error);
  // The furthest need not be the last: 0 3 lies beyond 1 0.
  type = {DType::s8, {5}, {{{0, 2, 1}, {0, 4, 2}}, 0, 7, 0}};
  expectRoundTrip(type);
  type.layout.span = 6;
  EXPECT_THROW(checkType(type, "type"), Error);
}

TEST(TensorType, RandomTypesRoundTrip) {
  std::mt19937 random(1);
  auto upTo = [&](int64_t most) { return static_cast<int64_t>(random() % static_cast<uint64_t>(most + 1)); };
  for (int i = 0; i < 2000; ++i) {
    TensorType type;
    type.element = static_cast<DType>(random() % 13);
    type.shape.resize(static_cast<size_t>(upTo(4)));
    for (size_t d = 0; d < type.shape.size(); ++d) {
      int64_t product = 1;
      for (int64_t digits = upTo(2); digits >= 0; --digits) {
        const int64_t count = 1 + upTo(4);
        product *= count;
        type.layout.levels.push_back({static_cast<int32_t>(d), count, 0});
      }
      type.shape[d] = random() % 3 ? product : 1 + upTo(product - 1);
    }
    // Distances: each beyond what the smaller ones reach, in any order of the levels.
    std::vector<size_t> order(type.layout.levels.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    type.layout.offset = upTo(2);
    type.layout.span = 1;
    for (size_t level : order) {
      type.layout.levels[level].stride = type.layout.span + (random() % 4 == 0 ? upTo(2) : 0);
      type.layout.span += (type.layout.levels[level].count - 1) * type.layout.levels[level].stride;
    }
    type.layout.span += type.layout.offset + upTo(2);
    type.layout.fill = static_cast<int32_t>(random());
    SCOPED_TRACE(typeToJson(type).dump());
    expectRoundTrip(type);
    EXPECT_EQ(typeFromJson({typeToJson(type), "type"}), type);
  }
}

TEST(TensorType, RefusesWhatLeadsOutsideItsMemory) {
  auto errorOf = [](const Shape& shape, const Layout& layout) {
    try {
      checkType({DType::s8, shape, layout}, "here");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  constexpr int64_t kHuge = int64_t{1} << 47;
  EXPECT_EQ(errorOf({4, 4}, {{{0, 4, 4}, {1, 4, 1}}, 0, 16, 0}), "");
  EXPECT_EQ(errorOf({4, 4}, {{{0, 4, 4}, {1, 4, 1}}, 0, 15, 0}), "here: elements lie outside the place of 15 elements");
  EXPECT_EQ(errorOf({4, 4}, {{{0, 4, 4}, {1, 4, 1}}, 1, 16, 0}), "here: elements lie outside the place of 16 elements");
  EXPECT_EQ(errorOf({4, 4}, {{{0, 4, 3}, {1, 4, 1}}, 0, 16, 0}),
            "here: two elements at the same place: a level of distance 3 where the levels inside reach 3");
  EXPECT_EQ(errorOf({4}, {{{0, 4, 0}}, 0, 16, 0}),
            "here: two elements at the same place: a level of distance 0 where the levels inside reach 0");
  EXPECT_EQ(errorOf({4, 4}, {{{0, 3, 4}, {1, 4, 1}}, 0, 16, 0}),
            "here: the levels of dimension 0 have 3 places for 4 elements");
  EXPECT_EQ(errorOf({4}, {{{1, 4, 1}}, 0, 4, 0}), "here: a level of dimension 1; there are 1");
  EXPECT_EQ(errorOf({4}, {{{0, 4, -1}}, 3, 4, 0}), "here: a level of 4 x -1 elements is negative or too large");
  EXPECT_EQ(errorOf({4}, {{{0, kHuge, 1}, {0, kHuge, 1}}, 0, 4, 0}),
            "here: a level of 140737488355328 x 1 elements is negative or too large");
  EXPECT_EQ(errorOf({kHuge, 2}, {{}, 0, 4, 0}), "here: the shape [140737488355328, 2] is negative or too large");
  EXPECT_EQ(errorOf({-1}, {{}, 0, 4, 0}), "here: the shape [-1] is negative or too large");
  EXPECT_EQ(errorOf({}, {{}, -1, 4, 0}), "here: a place of 4 elements that begins at -1; it must have 0 to "
                                         "281474976710655 and begin within them");
}

TEST(TensorType, JsonNamesWhatIsWrong) {
  auto json = typeToJson({DType::s8, {4}, rowMajorLayout({4})});
  json["element"] = "int9";
  EXPECT_THROW(typeFromJson({json, "type"}), Error);
  json["element"] = "int8";
  json["span"] = 3;
  EXPECT_THROW(typeFromJson({json, "type"}), Error);
  json["span"] = 4;
  EXPECT_NO_THROW(typeFromJson({json, "type"}));
}

} // namespace
} // namespace weft
