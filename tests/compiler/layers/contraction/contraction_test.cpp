// Which nodes are contractions, what of them is fused, and what is refused with which words?
#include "compiler/layers/contraction/contraction.h"
#include "tests/compiler/layers/layers.h"

#include <gtest/gtest.h>
#include <numeric>

namespace weft::layers {
namespace {

using namespace weft::test;
using Indices = std::vector<int32_t>;

Machine machineOf(uint32_t rows, uint32_t cols) {
  Machine machine = loadMachine("edge-16");
  machine.array = {rows, cols};
  return machine;
}

struct ContractionTest : testing::Test {
  NetworkBuilder builder;
  std::string error() {
    return errorOf([&] { graphOf(builder); });
  }
  // x * weights, all of which are `value` or its place in the constant.
  Value product(const Value& x, Shape weightShape, Shape shape, bool places = false) {
    std::vector<uint8_t> bytes(static_cast<size_t>(net::elementCount(weightShape)), 1);
    if (places)
      std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    int32_t weights = builder.constant(DType::s8, std::move(weightShape), bytes);
    return builder.node("QLinearMatMul",
                        join({builder.quantised(x),
                              {weights, builder.scale(1), builder.zeroPoint(DType::s8, 0)},
                              builder.quantisation(DType::u8, 1, 0)}),
                        DType::u8, std::move(shape));
  }
};

// y = lut(conv(x) + other), where `other` is made first.
DeviceGraph residual(bool convolutionFirst) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {1, 8, 6, 6}, 0.125f, 5);
  Value other = addConv(builder, x, 8, 1);
  Value conv = addConv(builder, x, 8, 3, {1, 1, 1, 1});
  other.scale = 2.0f; // as the addition takes it
  builder.output(addLut(builder, convolutionFirst ? addSum(builder, conv, other) : addSum(builder, other, conv)));
  return graphOf(builder);
}

TEST_F(ContractionTest, ResidualAdditionAndTableAreFusedInBothOrders) {
  for (bool convolutionFirst : {true, false}) {
    const DeviceGraph graph = residual(convolutionFirst);
    ASSERT_EQ(graph.layers.size(), 2u);
    const auto& layer = layerAs<Contraction>(graph, 1);
    EXPECT_EQ(layer.kind().name, "contraction");
    EXPECT_EQ(layer.nodes, (Indices{1, 2, 3}));
    ASSERT_TRUE(layer.residual);
    EXPECT_EQ(layer.inputs.at(1), graph.layers[0]->output);
    EXPECT_EQ(layer.residual->swapped, !convolutionFirst);
    // The ratios of the scales 0.25 of the convolution and 2 of the other addend to the sum's 0.5.
    EXPECT_EQ(layer.residual->addition.rA, 0.5f);
    EXPECT_EQ(layer.residual->addition.rB, 4.0f);
    Table sevens;
    sevens.fill(7);
    EXPECT_EQ(layer.table, sevens);
    EXPECT_EQ(layer.resultGrid.height.extent, 6);
  }
}

TEST_F(ContractionTest, AValueThatOthersReadIsNotFusedAway) {
  Value x = builder.input(DType::u8, {1, 8, 6, 6});
  Value first = addConv(builder, x, 8, 1);
  Value conv = addConv(builder, x, 8, 1);
  builder.output(addSum(builder, conv, first));
  builder.output(conv);
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 3u);
  EXPECT_FALSE(layerAs<Contraction>(graph, 1).residual);
  EXPECT_EQ(graph.layers[2]->kind().name, "map");
  EXPECT_EQ(graph.outputs.size(), 2u);
}

TEST_F(ContractionTest, AnAdditionWithItselfIsNotAResidual) {
  Value conv = addConv(builder, builder.input(DType::u8, {1, 8, 6, 6}), 8, 1);
  builder.output(addSum(builder, conv, conv));
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 2u);
  EXPECT_EQ(graph.layers[1]->inputs[0], graph.layers[1]->inputs[1]);
}

TEST_F(ContractionTest, ABroadcastAdditionIsNotAResidual) {
  Value x = builder.input(DType::u8, {1, 8, 6, 6});
  Value pixel = addConv(builder, x, 8, 6);
  Value conv = addConv(builder, x, 8, 1);
  builder.output(addSum(builder, conv, pixel));
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 3u);
  EXPECT_EQ(graph.layers[2]->kind().name, "map");
}

TEST_F(ContractionTest, AMatrixProductOfAFlattenedMapIsAConvolutionOverAllOfIt) {
  Value x = builder.input(DType::u8, {2, 3, 2, 2});
  Value flat = builder.node("Flatten", {x.tensor}, DType::u8, {2, 12}, {{"axis", int64_t{1}}});
  builder.output(product(flat, {12, 1}, {2, 1}, true));
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 1u) << "the flattened map is not copied";
  const auto& layer = layerAs<Contraction>(graph, 0);
  EXPECT_EQ(layer.window.kernelH, 2);
  EXPECT_EQ(layer.window.kernelW, 2);
  // ONNX flattens channels outermost, the accelerator has them innermost.
  const Machine machine = machineOf(4, 4);
  const std::vector<uint8_t> packed = packWeights(layer, Geometry(layer, machine, {}, true), machine);
  std::vector<uint8_t> real;
  for (size_t tap = 0; tap < 4; ++tap)
    for (size_t channel = 0; channel < 3; ++channel)
      real.push_back(packed[(tap * 4 + channel) * 4]);
  EXPECT_EQ(real, (std::vector<uint8_t>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
}

TEST_F(ContractionTest, AGroupedConvolutionIsADenseOneWithZeroPointsOutsideItsGroups) {
  Value x = builder.input(DType::u8, {1, 4, 1, 1});
  builder.output(addConv(builder, x, 2, 1, {0, 0, 0, 0}, 1, 2));
  const DeviceGraph graph = graphOf(builder);
  const auto& layer = layerAs<Contraction>(graph, 0);
  const Machine machine = machineOf(4, 4);
  const std::vector<uint8_t> packed = packWeights(layer, Geometry(layer, machine, {}, true), machine);
  std::vector<uint8_t> real;
  for (size_t output = 0; output < 2; ++output)
    for (size_t channel = 0; channel < 4; ++channel)
      real.push_back(packed[channel * 4 + output]);
  EXPECT_EQ(real, (std::vector<uint8_t>{1, 2, 0, 0, 0, 0, 3, 4}));
  EXPECT_EQ(layer.usefulMacs, 4u) << "the added weights are not useful";
}

// Regression: images of one pixel were always one row of pixels; a padded window then saw its neighbours.
TEST_F(ContractionTest, ABatchOfSinglePixelsStaysImagesWhereAWindowReadsIt) {
  for (int64_t kernel : {1, 3}) {
    NetworkBuilder local;
    Value x = local.input(DType::u8, {2, 4, 3, 3});
    Value pixel = addConv(local, x, 4, 3);
    Ints pads(4, kernel / 2);
    local.output(addConv(local, pixel, 4, kernel, pads));
    const DeviceGraph graph = graphOf(local);
    const Grid& between = layerAs<Contraction>(graph, 1).grids[0];
    EXPECT_EQ(between.batch.extent, kernel == 1 ? 1 : 2);
    EXPECT_EQ(between.width.extent, kernel == 1 ? 2 : 1);
  }
}

TEST_F(ContractionTest, AWindowOverABatchOfVectorsSeesImages) {
  Value x = builder.input(DType::u8, {3, 4});
  int32_t axes = builder.constant(DType::s64, {2}, Ints{2, 3});
  Value map = builder.node("Unsqueeze", {x.tensor, axes}, DType::u8, {3, 4, 1, 1});
  builder.output(addConv(builder, map, 4, 3, {1, 1, 1, 1}));
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 1u);
  EXPECT_EQ(layerAs<Contraction>(graph, 0).grids[0].batch.extent, 3);
  EXPECT_EQ(layerAs<Contraction>(graph, 0).grids[0].width.extent, 1);
}

// Regression: [1, 4, 4, 4] times [4, 5] multiplies the last axis, not the channels.
TEST_F(ContractionTest, AMatrixProductOfAMapMultipliesTheLastAxis) {
  builder.output(product(builder.input(DType::u8, {1, 3, 2, 4}), {4, 5}, {1, 3, 2, 5}));
  const DeviceGraph graph = graphOf(builder);
  ASSERT_EQ(graph.layers.size(), 1u);
  const auto& layer = layerAs<Contraction>(graph, 0);
  EXPECT_EQ(layer.grids[0].width.extent, 3 * 2);
  EXPECT_EQ(layer.grids[0].channels.extent, 4);
  EXPECT_EQ(layer.usefulMacs, 6u * 4 * 5);
  EXPECT_EQ(graph.storageOf(layer.inputs[0]).extents, (Shape{1, 3, 2, 4})) << "the host writes rows of the last axis";
}

TEST_F(ContractionTest, ClampsReachTheLayer) {
  Value x = builder.input(DType::s8, {1, 4, 5, 5});
  builder.output(addConv(builder, x, 4, 1, {0, 0, 0, 0}, 1, 1, {{"clamp_lo", int64_t{-3}}, {"clamp_hi", int64_t{90}}}));
  const DeviceGraph graph = graphOf(builder);
  EXPECT_EQ(layerAs<Contraction>(graph, 0).requantise.lo, -3);
  EXPECT_EQ(layerAs<Contraction>(graph, 0).requantise.hi, 90);
}

// Weights 1, 2, ... less their zero points 1, 5 of the two outputs, with one zero point.
TEST_F(ContractionTest, ZeroPointsThatDifferBetweenChannelsAreMovedIntoTheWeights) {
  Value x = builder.input(DType::u8, {1, 2, 4, 4});
  builder.output(addConv(builder, x, 2, 1));
  builder.network.nodes[0].inputs[5] = builder.constant(DType::s8, {2}, std::vector<uint8_t>{1, 5});
  const DeviceGraph graph = graphOf(builder);
  const Weights& weights = layerAs<Contraction>(graph, 0).weights;
  EXPECT_EQ(weights.constant, -1) << "they are not the network's";
  std::vector<int> distances;
  for (uint8_t byte : weights.tensor.data)
    distances.push_back(static_cast<int8_t>(byte) - weights.zeroPoint);
  EXPECT_EQ(distances, (std::vector<int>{0, 1, -2, -1}));
}

// Distances 255 and -255 from the zero points: what 8 bits hold of them, of the rest, and of what is left then.
TEST_F(ContractionTest, ZeroPointsThatDifferTooMuchTakePlanesOfWeights) {
  Value x = builder.input(DType::u8, {1, 1, 4, 4});
  builder.output(addConv(builder, x, 2, 1));
  builder.network.nodes[0].inputs[3] = builder.constant(DType::s8, {2, 1, 1, 1}, std::vector<uint8_t>{127, 128});
  builder.network.nodes[0].inputs[5] = builder.constant(DType::s8, {2}, std::vector<uint8_t>{128, 127});
  const DeviceGraph graph = graphOf(builder);
  const auto& layer = layerAs<Contraction>(graph, 0);
  EXPECT_EQ(layer.planes, 3);
  EXPECT_EQ(layer.weights.zeroPoint, 0);
  EXPECT_EQ(layer.weights.tensor.shape, (Shape{2, 1, 3, 1}));
  std::vector<int> values;
  for (uint8_t byte : layer.weights.tensor.data)
    values.push_back(static_cast<int8_t>(byte));
  EXPECT_EQ(values, (std::vector<int>{127, 127, 1, -128, -127, 0}));
}

TEST_F(ContractionTest, RefusesATransposedLeftSide) {
  Value x = builder.input(DType::u8, {4, 2});
  int32_t weights = builder.constant(DType::s8, {4, 5}, std::vector<uint8_t>(20, 1));
  builder.output(builder.node("QGemm",
                              join({builder.quantised(x),
                                    {weights, builder.scale(1), builder.zeroPoint(DType::s8, 0), -1},
                                    builder.quantisation(DType::u8, 1, 0)}),
                              DType::u8, {2, 5}, {{"transA", int64_t{1}}}));
  EXPECT_EQ(error(), "node 'QGemm_0' (QGemm): transA = 1 is not supported");
}

} // namespace
} // namespace weft::layers
