// Which views are images of rows of pixels, with which strides, and where may they have a border?
#include "compiler/layers/grid.h"
#include "compiler/layers/map/map.h"
#include "compiler/mapping/planner.h"
#include "tests/compiler/layers/layers.h"

#include <gtest/gtest.h>

namespace weft::layers {
namespace {

using namespace weft::test;

constexpr Window kWindow{.kernelH = 3, .kernelW = 3};

struct Seen {
  Storage storage;
  Activation activation{0, 0, {}};
};

// A tensor N x C x H x W, channels innermost.
Seen images(const Shape& shape) {
  Seen seen{.storage = {.extents = {shape[0], shape[2], shape[3], shape[1]}}};
  seen.activation.view = mapping::wholeView(seen.storage, std::array{0, 3, 1, 2});
  return seen;
}

std::optional<Grid> imagesIn(const Seen& seen, const Window& window) {
  return imagesOf(seen.activation, seen.storage, window);
}

TEST(Grid, OfAFeatureMapIsItsDimensions) {
  const std::optional<Grid> grid = imagesIn(images({2, 5, 3, 4}), kWindow);
  EXPECT_EQ(grid, (Grid{{2, 0, 1}, {3, 1, 1}, {4, 2, 1}, {5, 3, 1}}));
}

TEST(Grid, ABatchOfSinglePixelsIsARowWhereNoWindowReadsIt) {
  EXPECT_EQ(imagesIn(images({3, 5, 1, 1}), {}), (Grid{{}, {}, {3, 0, 1}, {5, 3, 1}}));
  EXPECT_EQ(imagesIn(images({3, 5, 1, 1}), kWindow), (Grid{{3, 0, 1}, {}, {}, {5, 3, 1}}));
}

TEST(Grid, OfRowsHasAllButTheLastDimensionAsPixels) {
  const Storage storage{.extents = {2, 3, 4, 8}};
  const Activation activation{0, 0, mapping::wholeView(storage, std::array{0, 1, 2, 3})};
  EXPECT_EQ(rowsOf(activation, storage), (Grid{{}, {}, {24, 2, 1}, {8, 3, 1}}));
}

// Pixels of two dimensions in the other order are no single walk.
TEST(Grid, IsNoneWhereAnAxisIsSeveralWalks) {
  const auto [storage, activation] = images({1, 5, 3, 4});
  EXPECT_EQ(rowsOf({0, 0, mapping::transposed(activation.view, Ints{0, 3, 2, 1})}, storage), std::nullopt);
  EXPECT_EQ(imagesOf({0, 0, *mapping::reshaped(activation.view, {1, 60})}, storage, kWindow), std::nullopt);
}

// Regression: the padding above and below a map whose pixels lie apart was read from memory.
TEST(Grid, PixelsOfAPaddedRowFollowEachOther) {
  const Seen lying = images({1, 5, 3, 4});
  Seen turned = lying;
  turned.activation.view = mapping::transposed(lying.activation.view, Ints{0, 1, 3, 2});
  Window padded = kWindow;
  padded.padTop = 1;
  EXPECT_TRUE(imagesIn(turned, kWindow));
  EXPECT_TRUE(imagesIn(lying, padded));
  EXPECT_FALSE(imagesIn(turned, padded));
}

TEST(Grid, StridesAreThoseOfThePlaceWithItsBorder) {
  NetworkBuilder builder;
  builder.output(addConv(builder, builder.input(DType::u8, {2, 5, 3, 4}), 4, 1));
  const DeviceGraph graph = graphOf(builder);
  const Machine machine = loadMachine("edge-16");
  std::vector<mapping::Place> places = placesOf(graph, machine);
  const int32_t input = graph.inputs[0];
  mapping::Place& place = places[static_cast<size_t>(graph.activation(input).storage)];
  place.border = {{0, 0}, {1, 0}, {2, 1}, {0, 0}};
  layOut(graph.storageOf(input), machine, place);
  const Site site{graph, machine, places};
  const std::optional<Grid> grid = imagesOf(graph.activation(input), graph.storageOf(input), kWindow);
  ASSERT_TRUE(grid);
  const int64_t pixel = 16, row = (4 + 3) * pixel;
  EXPECT_EQ(stridesOf(site, input, *grid), (GridStrides{4 * row, row, pixel, row + 2 * pixel}));
}

TEST(GridLayer, WantsItsPaddingAsBorderWhereItSeesAllOfTheStorage) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {2, 5, 3, 4}, 0.05f, 9);
  builder.output(addConv(builder, x, 5, 3, {1, 2, 0, 1}, 1, 5));
  builder.output(addSum(builder, x, x));
  const DeviceGraph graph = graphOf(builder);
  const auto& window = layerAs<Map>(graph, 0);
  EXPECT_TRUE(window.takesBorder(graph, window.inputs[0]));
  const std::optional<mapping::BorderWish> wish = window.borderWish(graph);
  ASSERT_TRUE(wish);
  EXPECT_EQ(wish->activation, window.inputs[0]);
  EXPECT_EQ(wish->border, (std::vector<Border>{{0, 0}, {1, 0}, {2, 1}, {0, 0}}));
  EXPECT_EQ(wish->value, 9);
  EXPECT_FALSE(graph.layers[1]->borderWish(graph)) << "no window";
  EXPECT_TRUE(graph.layers[1]->takesBorder(graph, graph.layers[1]->inputs[0]));
}

// Regression: a window over vectors wanted a border that its storage cannot have, and read what lies around it.
TEST(GridLayer, TakesNoBorderOfDimensionsThatItsStorageDoesNotHave) {
  NetworkBuilder builder;
  const Value vector = addLut(builder, builder.input(DType::u8, {1, 6}));
  const int32_t axes = builder.constant(DType::s64, {2}, Ints{2, 3});
  const Value map = builder.node("Unsqueeze", {vector.tensor, axes}, DType::u8, {1, 6, 1, 1});
  builder.output(addConv(builder, map, 8, 3, {1, 1, 1, 1}));
  const DeviceGraph graph = graphOf(builder);
  EXPECT_FALSE(graph.layers[1]->takesBorder(graph, graph.layers[1]->inputs[0]));
  const mapping::Plan made = mapping::plan(graph, loadMachine("edge-16"), {});
  EXPECT_FALSE(made.places[static_cast<size_t>(graph.activation(graph.layers[0]->output).storage)].scratchpad);
}

TEST(GridLayer, AWindowTakesAttributesOfOneOrTwoDimensions) {
  net::Node node;
  node.attributes = {{"strides", Ints{2}}, {"dilations", Ints{3}}, {"pads", Ints{4, 5}}};
  const Window line = windowOf(node, Ints{7});
  EXPECT_EQ(line.kernelH, 1);
  EXPECT_EQ(line.kernelW, 7);
  EXPECT_EQ(line.strideW, 2);
  EXPECT_EQ(line.dilationW, 3);
  EXPECT_EQ(line.padLeft, 4);
  EXPECT_EQ(line.padRight, 5);
  EXPECT_EQ(line.padTop, 0);
  node.attributes = {{"strides", Ints{2, 3}}, {"dilations", Ints{4, 5}}, {"pads", Ints{1, 2, 3, 4}}};
  const Window area = windowOf(node, Ints{6, 7});
  EXPECT_EQ((std::array{area.kernelH, area.kernelW, area.strideH, area.strideW, area.dilationH, area.dilationW}),
            (std::array<int64_t, 6>{6, 7, 2, 3, 4, 5}));
  EXPECT_EQ((std::array{area.padTop, area.padLeft, area.padBottom, area.padRight}),
            (std::array<int64_t, 4>{1, 2, 3, 4}));
}

} // namespace
} // namespace weft::layers
