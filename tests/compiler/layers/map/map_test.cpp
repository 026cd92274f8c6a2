// Which nodes are maps, how their operands are broadcast, where their weights lie, and what is refused with which
// words?
#include "compiler/layers/map/map.h"

#include "compiler/core/recorder.h"
#include "compiler/lowering/lower.h"
#include "tests/compiler/layers/layers.h"

#include <gtest/gtest.h>

namespace weft::layers {
namespace {

using namespace weft::test;

// Over a square window, as large as its input without the padding.
void addAverage(NetworkBuilder& builder, const Value& x, int64_t kernel) {
  const int64_t pad = kernel / 2;
  builder.output(builder.node("QLinearAveragePool", join({builder.quantised(x), builder.quantisation(DType::u8, 1, 0)}),
                              DType::u8, builder.shape(x),
                              {{"kernel_shape", Ints{kernel, kernel}}, {"pads", Ints{pad, pad, pad, pad}}}));
}

struct MapTest : testing::Test {
  NetworkBuilder builder;
  std::string error() {
    return errorOf([&] { graphOf(builder); });
  }
  // Their sum, of the given shape.
  void addBroadcast(const Value& a, const Value& b, const Shape& shape) {
    builder.output(builder.node(
        "QLinearAdd", join({builder.quantised(a), builder.quantised(b), builder.quantisation(DType::u8, 0.5f, 3)}),
        DType::u8, shape));
  }
};

TEST_F(MapTest, CeilModeAndThePoolsPaddingReachTheLayer) {
  Value x = builder.input(DType::s8, {1, 4, 5, 5});
  builder.output(builder.node(
      "MaxPool", {x.tensor}, DType::s8, {1, 4, 3, 3},
      {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"ceil_mode", int64_t{1}}, {"clamp_lo", int64_t{-3}}}));
  const DeviceGraph graph = graphOf(builder);
  const auto& layer = layerAs<Map>(graph, 0);
  EXPECT_EQ(layer.operation.opcode, Opcode::VMAX);
  EXPECT_EQ(layer.window.padBottom, 1) << "the last window hangs over";
  EXPECT_EQ(layer.fill, -128) << "padding never wins";
  EXPECT_EQ(layer.lo, -3);
  EXPECT_EQ(layer.hi, 127);
}

TEST_F(MapTest, ADepthwiseConvolutionTakesTheTableBehindIt) {
  Value x = builder.input(DType::u8, {1, 6, 5, 5});
  builder.output(addLut(builder, addConv(builder, x, 6, 3, {0, 0, 0, 0}, 1, 6)));
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 1u);
  const auto& layer = layerAs<Map>(graph, 0);
  EXPECT_EQ(layer.operation.opcode, Opcode::VDW);
  EXPECT_TRUE(layer.table);
  EXPECT_EQ(layer.usefulMacs, 6u * 9 * 9);
}

TEST_F(MapTest, DepthwiseWeightsAreRowsOfChannelsForEachTap) {
  Machine machine = loadMachine("edge-16");
  machine.array = {4, 8};
  builder.output(addConv(builder, builder.input(DType::u8, {1, 10, 8, 8}), 10, 3, {0, 0, 0, 0}, 1, 10));
  const DeviceGraph graph = graphOf(builder);
  layerAs<Map>(graph, 0).weights.zeroPoint = 77; // to tell what is padding
  core::Recorder recorder([](const TensorOp&, core::Work) {}, [](core::Work) {});
  lowering::ConstantImage constants(0x1000, 64);
  lowering::lowerLayer(recorder, graph, machine, mapping::plan(graph, machine, {}), 0, constants);
  const lowering::ConstantImage::Entry weights = constants.entries().at(0);
  EXPECT_EQ(weights.use, MapUse::weights);
  EXPECT_EQ(weights.networkBytes, 10u * 9);
  ASSERT_EQ(weights.bytes, 2u * 9 * 8);
  const std::vector<uint8_t> image = constants.take(builder.network);
  for (int64_t channel = 0; channel < 16; ++channel)
    for (int64_t tap = 0; tap < 9; ++tap) {
      int64_t expected = channel < 10 ? 1 + (channel * 9 + tap) % 100 : 77;
      EXPECT_EQ(image[weights.address - 0x1000 + static_cast<size_t>((channel / 8 * 9 + tap) * 8 + channel % 8)],
                expected);
    }
}

// An operand that stands still along rows and columns is read as it is; one that stands still along channels, which the
// vector engine reads one by one, is copied.
TEST_F(MapTest, BroadcastingIsAViewWhereTheChannelsAreThere) {
  Value x = builder.input(DType::u8, {1, 4, 6, 5}), y = builder.input(DType::u8, {1, 4, 1, 1});
  addBroadcast(x, y, {1, 4, 6, 5});
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 1u);
  const auto& layer = layerAs<Map>(graph, 0);
  EXPECT_EQ(layer.operation.opcode, Opcode::VADD);
  EXPECT_EQ(layer.grids[0].width, (Axis{5, 2, 1}));
  EXPECT_EQ(layer.grids[1].width, (Axis{5, View::kNowhere, 0}));
  EXPECT_EQ(layer.grids[1].height, (Axis{6, View::kNowhere, 0}));
  EXPECT_EQ(layer.grids[1].channels, layer.grids[0].channels);
}

TEST_F(MapTest, BroadcastingAlongTheChannelsIsACopy) {
  Value x = builder.input(DType::u8, {1, 4, 6, 5}), y = builder.input(DType::u8, {1, 1, 6, 5});
  addBroadcast(x, y, {1, 4, 6, 5});
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 2u);
  EXPECT_EQ(graph.layers[0]->kind().name, "move");
  EXPECT_EQ(graph.layers[0]->onnxNodes, std::vector<std::string>{"QLinearAdd_0"});
  EXPECT_EQ(layerAs<Map>(graph, 1).grids[1], layerAs<Map>(graph, 1).grids[0]);
}

TEST_F(MapTest, AFlattenedMapIsCopiedForAnElementwiseOperator) {
  Value x = builder.input(DType::u8, {1, 4, 4, 4});
  Value flat = builder.node("Flatten", {x.tensor}, DType::u8, {1, 64}, {{"axis", int64_t{1}}});
  builder.output(addLut(builder, flat));
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 2u);
  EXPECT_EQ(graph.layers[0]->kind().name, "move");
  EXPECT_EQ(layerAs<Map>(graph, 1).grids[0].channels, (Axis{64, 1, 1}));
}

TEST_F(MapTest, AConstantAddendIsAStorageOfTheConstants) {
  Value x = builder.input(DType::u8, {1, 4, 6, 5});
  const Value y{builder.constant(DType::u8, {4, 1, 1}, std::vector<uint8_t>{1, 2, 3, 4}), 1, 0};
  addBroadcast(x, y, {1, 4, 6, 5});
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 1u);
  EXPECT_TRUE(graph.storageOf(graph.layers[0]->inputs[1]).constant);
  EXPECT_EQ(graph.inputs.size(), 1u);
}

TEST_F(MapTest, SaysItsMappingInALine) {
  builder.output(addSum(builder, builder.input(DType::u8, {1, 4, 6, 5}), builder.input(DType::u8, {1, 4, 6, 5})));
  const DeviceGraph graph = graphOf(builder);
  EXPECT_EQ(graph.layers[0]->describe({.group = {}, .tileRows = 3, .tileCols = 5}), "map vadd: tile 3 x 5");
}

// A window of one pixel over the padded map, by the vector engine; other pads are moves.
TEST_F(MapTest, ConstantPaddingOfRowsAndColumnsIsAWindow) {
  for (bool channels : {false, true}) {
    NetworkBuilder local;
    Value y = local.input(DType::u8, {1, 4, 4, 4});
    int32_t pads = local.constant(DType::s64, {8}, Ints{0, channels, 1, 2, 0, 0, 3, 0});
    local.output(local.node("Pad", {y.tensor, pads}, DType::u8, {1, 4 + channels, 8, 6}));
    const DeviceGraph graph = graphOf(local);
    ASSERT_EQ(graph.layers.size(), 1u);
    EXPECT_EQ(graph.layers[0]->kind().name, channels ? "move" : "map");
    if (!channels) {
      EXPECT_EQ(layerAs<Map>(graph, 0).window.padTop, 1);
      EXPECT_EQ(layerAs<Map>(graph, 0).window.padLeft, 2);
      EXPECT_EQ(layerAs<Map>(graph, 0).window.padBottom, 3);
    }
  }
}

// Corners, edges and the inside have windows of other sizes.
TEST_F(MapTest, AnAverageThatLeavesOutThePaddingIsPartsOfOneResult) {
  addAverage(builder, builder.input(DType::u8, {1, 4, 6, 5}), 3);
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 9u);
  const auto& corner = layerAs<Map>(graph, 0);
  EXPECT_EQ(corner.window.kernelH, 2);
  EXPECT_EQ(corner.window.kernelW, 2);
  EXPECT_FLOAT_EQ(corner.requantise.scale[0], 0.05f / 4);
  const auto& inside = layerAs<Map>(graph, 4);
  EXPECT_EQ(inside.window.kernelH, 3);
  EXPECT_FALSE(inside.window.isPadded());
  EXPECT_EQ(inside.resultGrid.height, (Axis{4, 1, 1}));
  EXPECT_EQ(inside.resultGrid.width, (Axis{3, 2, 1}));
  EXPECT_EQ(graph.activation(inside.output).view.start, (Ints{0, 1, 1, 0}));
  EXPECT_EQ(graph.activation(inside.output).storage, graph.activation(corner.output).storage);
}

// --- Refusals --------------------------------------------------------------------------------------------------------

TEST_F(MapTest, RefusesAveragesOfTooManyParts) {
  addAverage(builder, builder.input(DType::u8, {1, 4, 12, 12}), 9);
  EXPECT_EQ(error(), "node 'QLinearAveragePool_0' (QLinearAveragePool): it averages over 81 different parts of its "
                     "window; the accelerator takes 64 at most");
}

} // namespace
} // namespace weft::layers
