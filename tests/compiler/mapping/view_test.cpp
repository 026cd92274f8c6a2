// Does every operation on a view see the elements that NumPy's would? Against arithmetic on each index, on random
// views; and when does an operation say that a view cannot express it?
#include "compiler/mapping/view.h"

#include "compiler/mapping/device_graph.h"
#include "tests/compiler/mapping/views.h"

#include <gtest/gtest.h>

namespace weft::mapping {
namespace {

using namespace weft::test;
using net::Shape;
using Level = View::Level;

TEST(View, OperationsSeeTheElementsThatArithmeticOnIndicesGives) {
  int refused = 0, severalLevels = 0;
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    Random random(seed);
    const RandomView made = randomView(random, net::DType::u8, &refused);
    ASSERT_EQ(made.view.shape(), made.elements.shape) << "seed " << seed;
    ASSERT_EQ(elementsOf(made.view, made.storage), made.elements.values) << "seed " << seed;
    for (const View::Levels& levels : made.view.dims) {
      ASSERT_EQ(normalise(levels), levels) << "seed " << seed << ": every operation leaves views normalised";
      severalLevels += levels.size() > 1;
    }
  }
  EXPECT_GT(severalLevels, 1000);
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, 10000);
}

TEST(View, NormalisedLevelsAreTheSameWalkWithoutNeighboursThatAreOne) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    View::Levels levels;
    for (size_t i = random.below(5); i > 0; --i) {
      const auto along = static_cast<int32_t>(random.below(3)) - 1;
      levels.push_back({random.between(1, 4), along, along < 0 ? 0 : int64_t{1} << random.below(4)});
    }
    const View before{{levels}, {0, 0}}, after{{normalise(levels)}, {0, 0}};
    ASSERT_EQ(before.shape(), after.shape());
    forIndices(before.shape(), [&](const Shape& index) {
      ASSERT_EQ(storageIndex(before, index), storageIndex(after, index)) << "seed " << seed;
    });
    for (size_t i = 0; i < after.dims[0].size(); ++i) {
      const Level& level = after.dims[0][i];
      EXPECT_GT(level.count, 1);
      if (i > 0) {
        const Level& outer = after.dims[0][i - 1];
        EXPECT_FALSE(outer.along == level.along && outer.step == level.count * level.step);
      }
    }
  }
}

TEST(View, JoinedDimensionsAreOneInTheirOrder) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const RandomView made = randomView(random);
    const std::vector<int32_t> order = randomOrder(made.view.dims.size(), random);
    const std::vector<size_t> dimensions(order.begin(), order.end());
    const View one{{joined(made.view, dimensions)}, made.view.start};
    const View turned = transposed(made.view, std::vector<int64_t>(order.begin(), order.end()));
    EXPECT_EQ(elementsOf(one, made.storage), elementsOf(turned, made.storage)) << "seed " << seed;
  }
}

TEST(View, TheTypeOfAnActivationIsItsViewOfThePlace) {
  const Machine machine = loadMachine("edge-16");
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const net::DType element = random.percent(50) ? net::DType::u8 : net::DType::s32;
    const RandomView made = randomView(random, element);
    DeviceGraph graph;
    graph.storages = {made.storage};
    graph.activations = {{-1, 0, made.view}};
    Place place;
    place.padValue = 7;
    for (size_t d = 0; d < made.storage.extents.size(); ++d)
      place.border.push_back({random.below(2), random.below(3)});
    place.border.back() = {0, 0};
    layOut(made.storage, machine, place);
    const TensorType type = typeOf(graph, 0, place);
    EXPECT_EQ(type.element, element);
    EXPECT_EQ(type.shape, made.elements.shape);
    EXPECT_EQ(type.layout.fill, 7);
    // Each element of the place holds its number.
    std::vector<uint8_t> memory(type.bytes()), expected;
    int64_t number = 0;
    forIndices(made.storage.extents, [&](const Shape& index) {
      int64_t byte = place.origin;
      for (size_t d = 0; d < index.size(); ++d)
        byte += index[d] * place.strides[d];
      memory.at(static_cast<size_t>(byte)) = static_cast<uint8_t>(number++);
    });
    for (int64_t value : made.elements.values) {
      expected.push_back(static_cast<uint8_t>(value));
      expected.resize(expected.size() + net::byteSize(element) - 1);
    }
    ASSERT_EQ(gather(type, memory), expected) << "seed " << seed;
  }
}

// --- What views cannot express ---------------------------------------------------------------------------------------

// N x C x H x W of a storage N x H x W x C.
View images(const Storage& storage) {
  return wholeView(storage, std::array{0, 3, 1, 2});
}

TEST(View, AFlattenedMapIsThreeDigits) {
  const std::optional<View> flat = reshaped(images({.extents = {2, 3, 4, 5}}), {2, 60});
  ASSERT_TRUE(flat);
  EXPECT_EQ(flat->dims[1], (View::Levels{{5, 3, 1}, {3, 1, 1}, {4, 2, 1}}));
  EXPECT_EQ(reshaped(*flat, {2, 5, 3, 4}), images({.extents = {2, 3, 4, 5}}));
  EXPECT_EQ(reshaped(*flat, {2, 15, 2, 2})->dims[2], (View::Levels{{2, 2, 2}}));
}

TEST(View, AReshapeThatCutsADigitUnevenlyIsNone) {
  const View view = images({.extents = {1, 3, 4, 5}}); // digits 5, 3, 4
  EXPECT_FALSE(reshaped(view, {1, 10, 6}));
  EXPECT_TRUE(reshaped(view, {1, 30, 2, 1})) << "4 is 2 x 2";
  EXPECT_TRUE(reshaped(view, {15, 4, 1, 1}));
  EXPECT_FALSE(reshaped(view, {6, 10}));
}

TEST(View, ASliceOfSeveralDigitsTakesWholeTurnsOfTheOuterOne) {
  const View flat = *reshaped(images({.extents = {1, 3, 4, 5}}), {60}); // 12 pixels of a channel
  EXPECT_TRUE(sliced(flat, 0, 12, 24));
  EXPECT_TRUE(sliced(flat, 0, 17, 1)) << "one index is one element";
  EXPECT_FALSE(sliced(flat, 0, 6, 24));
  EXPECT_FALSE(sliced(flat, 0, 12, 18));
  EXPECT_FALSE(sliced(flat, 0, 0, 12, 2));
}

TEST(View, ADescendingSliceBeginsAtItsFirstIndex) {
  const Storage storage{.extents = {8}};
  const std::optional<View> view = sliced(wholeView(storage, std::array{0}), 0, 7, 4, -2);
  ASSERT_TRUE(view);
  EXPECT_EQ(elementsOf(*view, storage), (std::vector<int64_t>{7, 5, 3, 1}));
}

} // namespace
} // namespace weft::mapping
