// Which nodes are moves, which cost nothing, and what may a mapping of a move not be?
#include "compiler/layers/move/move.h"

#include "tests/compiler/layers/layers.h"

#include <gtest/gtest.h>

namespace weft::layers {
namespace {

using namespace weft::test;

struct MoveTest : testing::Test {
  NetworkBuilder builder;
  Value concatenated(const std::vector<Value>& parts, int64_t axis, Shape shape) {
    std::vector<int32_t> inputs;
    for (const Value& part : parts)
      inputs.push_back(part.tensor);
    return builder.node("Concat", inputs, DType::u8, std::move(shape), {{"axis", axis}});
  }
};

TEST_F(MoveTest, AConcatenationPutsItsPartsBehindEachOtherOnAnyAxis) {
  for (int64_t axis : {0, 1, 2, 3, -2}) {
    NetworkBuilder local;
    Value x = local.input(DType::u8, {2, 4, 3, 5});
    Shape shape = {2, 4, 3, 5};
    const auto along = static_cast<size_t>(axis < 0 ? axis + 4 : axis);
    shape[along] *= 2;
    local.output(local.node("Concat", {x.tensor, x.tensor}, DType::u8, shape, {{"axis", axis}}));
    const DeviceGraph graph = graphOf(local);
    ASSERT_EQ(graph.layers.size(), 1u);
    const auto& layer = layerAs<Move>(graph, 0);
    EXPECT_EQ(layer.kind().name, "move");
    ASSERT_EQ(layer.parts.size(), 2u);
    const auto stored = std::array<size_t, 4>{0, 3, 1, 2}[along]; // N x H x W x C
    EXPECT_EQ(layer.parts[0].target.start, (std::vector<int64_t>(4, 0)));
    std::vector<int64_t> second(4, 0);
    second[stored] = shape[along] / 2;
    EXPECT_EQ(layer.parts[1].target.start, second) << "axis " << axis;
    EXPECT_EQ(layer.parts[1].target.shape(), (Shape{2, 4, 3, 5}));
  }
}

TEST_F(MoveTest, AChangeOfScaleIsATableOfItsPart) {
  Value x = builder.input(DType::u8, {1, 4, 3, 5}, 0.5f, 3), y = builder.input(DType::u8, {1, 4, 3, 5}, 0.25f, 3);
  builder.output(builder.node(
      "QLinearConcat", join({builder.quantisation(DType::u8, 0.25f, 3), builder.quantised(x), builder.quantised(y)}),
      DType::u8, {1, 8, 3, 5}, {{"axis", int64_t{1}}}));
  const DeviceGraph graph = graphOf(builder);
  const auto& layer = layerAs<Move>(graph, 0);
  ASSERT_TRUE(layer.parts[0].table);
  EXPECT_EQ((*layer.parts[0].table)[10], 2 * (10 - 3) + 3);
  EXPECT_FALSE(layer.parts[1].table) << "the scales are equal";
}

TEST_F(MoveTest, WhatOnlyRearrangesIsAViewOfTheSameStorage) {
  Value x = addConv(builder, builder.input(DType::u8, {1, 4, 6, 6}), 8, 1);
  Value turned = builder.node("Transpose", {x.tensor}, DType::u8, {1, 8, 6, 6}, {{"perm", Ints{0, 1, 3, 2}}});
  builder.output(addConv(builder, turned, 4, 3));
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 2u) << "no copy";
  EXPECT_EQ(graph.activation(graph.layers[1]->inputs[0]).storage, graph.activation(graph.layers[0]->output).storage);
}

TEST_F(MoveTest, WhatNeedsAnotherInnermostDimensionIsCopied) {
  Value x = addConv(builder, builder.input(DType::u8, {1, 4, 6, 8}), 8, 1);
  Value turned = builder.node("Transpose", {x.tensor}, DType::u8, {1, 8, 6, 8}, {{"perm", Ints{0, 3, 2, 1}}});
  builder.output(addConv(builder, turned, 4, 3));
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 3u);
  EXPECT_EQ(graph.layers[1]->kind().name, "move");
}

TEST_F(MoveTest, NegativePadsCrop) {
  Value x = builder.input(DType::u8, {1, 4, 4, 4});
  int32_t pads = builder.constant(DType::s64, {8}, Ints{0, 0, -1, 0, 0, 0, 0, 2});
  builder.output(builder.node("Pad", {x.tensor, pads}, DType::u8, {1, 4, 3, 6}));
  const DeviceGraph graph = graphOf(builder);
  const auto& layer = layerAs<Move>(graph, 0);
  ASSERT_EQ(layer.parts.size(), 2u);
  EXPECT_EQ(graph.activation(layer.inputs.at(0)).view.start, (Shape{0, 1, 0, 0})) << "N x H x W x C";
  EXPECT_EQ(layer.parts[0].target.shape(), (Shape{1, 4, 3, 4}));
  EXPECT_EQ(layer.parts[1].input, -1);
  EXPECT_EQ(layer.parts[1].target.shape(), (Shape{1, 4, 3, 2}));
}

TEST_F(MoveTest, MappingsAreBlocksOfWholeRowsThatFit) {
  builder.output(
      concatenated({builder.input(DType::u8, {1, 4, 3, 5}), builder.input(DType::u8, {1, 4, 3, 5})}, 1, {1, 8, 3, 5}));
  const DeviceGraph graph = graphOf(builder);
  const auto& layer = layerAs<Move>(graph, 0);
  const Machine machine = loadMachine("edge-16");
  const std::vector<mapping::Place> places = placesOf(graph, machine);
  const Site site{graph, machine, places};
  for (int64_t bytes : {32, 100, 5000, 1 << 20}) {
    const std::optional<GroupMapping> chosen = layer.choose(site, bytes, false);
    ASSERT_TRUE(chosen) << bytes;
    EXPECT_NO_THROW(layer.check(site, *chosen, bytes)) << bytes;
    EXPECT_LE(mapping::scratchpadBytes(layer.streams(site, *chosen), machine.rowBytes()), bytes);
  }
  EXPECT_FALSE(layer.choose(site, 16, false));
  EXPECT_EQ(errorOf([&] { layer.check(site, {.group = {}, .tileCols = 24}, 1000); }),
            "mapping of 'Concat_0': tile_cols (bytes of a block) is 24, legal are multiples of 16 up to 496");
  EXPECT_EQ(layer.describe({.group = {}, .tileCols = 64}), "move: 2 parts, blocks of 64 bytes");
}

} // namespace
} // namespace weft::layers
