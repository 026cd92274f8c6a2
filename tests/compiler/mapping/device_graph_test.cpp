// What is fused, what runs on the host, and what is refused with which words?
#include "compiler/mapping/device_graph.h"
#include "compiler/mapping/planner.h"
#include "tests/compiler/mapping/networks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weft::mapping {
namespace {

using namespace weft::test;
using Indices = std::vector<int32_t>;

// The network nodes of each step, those of the accelerator as a number of groups.
std::vector<std::string> stepsOf(const DeviceGraph& graph) {
  std::vector<std::string> steps;
  for (const Step& step : graph.steps) {
    std::string text = step.onDevice() ? fmt::format("{} groups", step.endGroup - step.firstGroup) : "host";
    for (const HostNode& host : step.hostNodes)
      text += fmt::format(" {}", host.node);
    steps.push_back(text);
  }
  return steps;
}
using Texts = std::vector<std::string>;

struct DeviceGraphTest : testing::Test {
  NetworkBuilder builder;
  DeviceGraph build(HostPolicy policy = HostPolicy::allow) {
    net::validate(builder.network);
    return buildDeviceGraph(builder.network, policy);
  }
  std::string error(HostPolicy policy = HostPolicy::allow) {
    return errorOf([&] { build(policy); });
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
  net::validate(builder.network);
  return buildDeviceGraph(builder.network);
}

TEST_F(DeviceGraphTest, ResidualAdditionAndTableAreFusedInBothOrders) {
  for (bool convolutionFirst : {true, false}) {
    DeviceGraph graph = residual(convolutionFirst);
    ASSERT_EQ(graph.groups.size(), 2u);
    const Group& group = graph.groups[1];
    EXPECT_EQ(group.kind, GroupKind::matrix);
    EXPECT_EQ(group.nodes, (Indices{1, 2, 3}));
    EXPECT_EQ(group.residual, graph.groups[0].output);
    EXPECT_EQ(group.addition.swapped, !convolutionFirst);
    // The ratios of the scales 0.25 of the convolution and 2 of the other addend to the sum's 0.5.
    EXPECT_EQ(group.addition.rA, 0.5f);
    EXPECT_EQ(group.addition.rB, 4.0f);
    EXPECT_EQ(group.table, std::vector<uint8_t>(256, 7));
    EXPECT_EQ(graph.activations[static_cast<size_t>(group.output)].height, 6);
  }
}

TEST_F(DeviceGraphTest, AValueThatOthersReadIsNotFusedAway) {
  Value x = builder.input(DType::u8, {1, 8, 6, 6});
  Value first = addConv(builder, x, 8, 1);
  Value conv = addConv(builder, x, 8, 1);
  builder.output(addSum(builder, conv, first));
  builder.output(conv);
  DeviceGraph graph = build();
  ASSERT_EQ(graph.groups.size(), 3u);
  EXPECT_EQ(graph.groups[1].residual, -1);
  EXPECT_EQ(graph.groups[2].kind, GroupKind::add);
  EXPECT_EQ(graph.outputs.size(), 2u);
}

TEST_F(DeviceGraphTest, AnAdditionWithItselfIsNotAResidual) {
  Value conv = addConv(builder, builder.input(DType::u8, {1, 8, 6, 6}), 8, 1);
  builder.output(addSum(builder, conv, conv));
  DeviceGraph graph = build();
  ASSERT_EQ(graph.groups.size(), 2u);
  EXPECT_EQ(graph.groups[1].inputs[0], graph.groups[1].inputs[1]);
}

TEST_F(DeviceGraphTest, FloatOperatorsAtTheEdgesAreTheHosts) {
  Value real = builder.input(DType::f32, {1, 4, 5, 5});
  Value x = builder.node("QuantizeLinear", join({{real.tensor}, builder.quantisation(DType::u8, 0.5f, 9)}), DType::u8,
                         {1, 4, 5, 5}, {}, 0.5f, 9);
  Value y = addConv(builder, x, 4, 1);
  builder.output(builder.node("DequantizeLinear", builder.quantised(y), DType::f32, builder.shape(y)));
  DeviceGraph graph = build();
  EXPECT_EQ(stepsOf(graph), (Texts{"host 0", "1 groups", "host 2"}));
  EXPECT_EQ(graph.steps[1].inputs, graph.inputs);
  EXPECT_EQ(graph.steps[1].outputs, graph.outputs);
  ASSERT_EQ(graph.groups.size(), 1u);
  EXPECT_EQ(graph.activations[static_cast<size_t>(graph.inputs.at(0))].tensor, x.tensor);
  EXPECT_EQ(graph.activations[static_cast<size_t>(graph.outputs.at(0))].tensor, y.tensor);
}

// Regression: the flattened tensor is an output and an operand of the Gemm; it had no value on the host.
TEST_F(DeviceGraphTest, AnAliasThatTheNetworkGivesOutIsAlsoTheHosts) {
  Value conv = addConv(builder, builder.input(DType::u8, {1, 4, 3, 3}), 2, 1);
  Value flat = builder.node("Flatten", {conv.tensor}, DType::u8, {1, 18}, {{"axis", int64_t{1}}}, 0.25f, 1);
  int32_t weights = builder.constant(DType::s8, {18, 5}, std::vector<uint8_t>(90, 1));
  Value product = builder.node("QLinearMatMul",
                               join({builder.quantised(flat),
                                     {weights, builder.scale(1), builder.zeroPoint(DType::s8, 0)},
                                     builder.quantisation(DType::u8, 1, 0)}),
                               DType::u8, {1, 5});
  builder.output(flat);
  builder.output(product);
  DeviceGraph graph = build();
  EXPECT_EQ(graph.groups.size(), 2u);
  EXPECT_EQ(stepsOf(graph), (Texts{"2 groups", "host 1"}));
  EXPECT_EQ(graph.outputs.size(), 2u) << "the host reads the convolution's result for it";
}

TEST_F(DeviceGraphTest, AMatrixProductOfAFlattenedMapIsAConvolutionOverAllOfIt) {
  Value x = builder.input(DType::u8, {2, 3, 2, 2});
  Value flat = builder.node("Flatten", {x.tensor}, DType::u8, {2, 12}, {{"axis", int64_t{1}}});
  std::vector<uint8_t> bytes(12);
  for (size_t k = 0; k < bytes.size(); ++k)
    bytes[k] = static_cast<uint8_t>(k);
  int32_t weights = builder.constant(DType::s8, {12, 1}, bytes);
  builder.output(builder.node("QLinearMatMul",
                              join({builder.quantised(flat),
                                    {weights, builder.scale(1), builder.zeroPoint(DType::s8, 0)},
                                    builder.quantisation(DType::u8, 1, 0)}),
                              DType::u8, {2, 1}));
  const Group group = build().groups.at(0);
  EXPECT_EQ(group.window.kernelH, 2);
  EXPECT_EQ(group.window.kernelW, 2);
  // ONNX flattens channels outermost, the accelerator has them innermost.
  EXPECT_EQ(group.weights, (std::vector<int16_t>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
}

TEST_F(DeviceGraphTest, AGroupedConvolutionIsADenseOneWithZeroPointsOutsideItsGroups) {
  Value x = builder.input(DType::u8, {1, 4, 1, 1});
  builder.output(addConv(builder, x, 2, 1, {0, 0, 0, 0}, 1, 2));
  const Group group = build().groups.at(0);
  EXPECT_EQ(group.kind, GroupKind::matrix);
  EXPECT_EQ(group.weights, (std::vector<int16_t>{1, 2, 0, 0, 0, 0, 3, 4}));
  EXPECT_EQ(group.usefulMacs, 4u) << "the added weights are not useful";
}

// Regression: images of one pixel were always one row of pixels; a padded window then saw its neighbours.
TEST_F(DeviceGraphTest, ABatchOfSinglePixelsStaysImagesWhereAWindowReadsIt) {
  for (int64_t kernel : {1, 3}) {
    NetworkBuilder local;
    Value x = local.input(DType::u8, {2, 4, 3, 3});
    Value pixel = addConv(local, x, 4, 3);
    Ints pads(4, kernel / 2);
    local.output(addConv(local, pixel, 4, kernel, pads));
    DeviceGraph graph = buildDeviceGraph(local.network);
    const Activation& between = graph.activations[static_cast<size_t>(graph.groups[0].output)];
    EXPECT_EQ(between.batch, kernel == 1 ? 1 : 2);
    EXPECT_EQ(between.width, kernel == 1 ? 2 : 1);
  }
}

TEST_F(DeviceGraphTest, ClampsAndCeilModeReachTheGroup) {
  Value x = builder.input(DType::s8, {1, 4, 5, 5});
  Value conv = addConv(builder, x, 4, 1, {0, 0, 0, 0}, 1, 1, {{"clamp_lo", int64_t{-3}}, {"clamp_hi", int64_t{90}}});
  builder.output(builder.node("MaxPool", {conv.tensor}, DType::s8, {1, 4, 3, 3},
                              {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"ceil_mode", int64_t{1}}}));
  DeviceGraph graph = build();
  EXPECT_EQ(graph.groups[0].requantise.lo, -3);
  EXPECT_EQ(graph.groups[0].requantise.hi, 90);
  EXPECT_EQ(graph.groups[1].window.padBottom, 1) << "the last window hangs over";
  EXPECT_EQ(graph.groups[1].inputZeroPoint, -128) << "padding never wins";
}

// --- Refusals --------------------------------------------------------------------------------------------------------

TEST_F(DeviceGraphTest, RefusesFloatNetworks) {
  Value x = builder.input(DType::f32, {1, 4, 5, 5});
  int32_t w = builder.constant(DType::f32, {4, 4, 1, 1}, std::vector<float>(16, 1));
  builder.output(builder.node("Conv", {x.tensor, w}, DType::f32, {1, 4, 5, 5}));
  EXPECT_EQ(error(), "node 'Conv_0' (Conv): its input is float32; the accelerator runs 8-bit integer networks: "
                     "quantise the network (QDQ or QLinear form) first");
}

TEST_F(DeviceGraphTest, RefusesNetworksWithoutAnything) {
  Value x = builder.input(DType::f32, {1, 4});
  builder.output(builder.node("Relu", {x.tensor}, DType::f32, {1, 4}));
  builder.network.name = "n";
  EXPECT_EQ(error(), "network 'n' has no operator that the accelerator runs; it runs 8-bit integer networks (QDQ or "
                     "QLinear form)");
}

TEST_F(DeviceGraphTest, RefusesHostOperatorsInTheMiddle) {
  Value a = addConv(builder, builder.input(DType::u8, {1, 4, 4, 4}), 4, 1);
  Value b = builder.node("Abs", {a.tensor}, DType::u8, {1, 4, 4, 4});
  builder.output(addConv(builder, b, 4, 1));
  const std::string refused = "node 'Abs_1' (Abs): the accelerator does not have this operator; so the host would have "
                              "to run it between two parts of the accelerator, which '--host allow' does";
  EXPECT_EQ(error(HostPolicy::edges), refused);
  EXPECT_EQ(error(HostPolicy::never), refused);
  EXPECT_EQ(stepsOf(build()), (Texts{"1 groups", "host 1", "1 groups"}));
}

// The operator that is the reason is named, not the dequantisation before it.
TEST_F(DeviceGraphTest, RefusesWhatTheHostIsNeededForInTheMiddle) {
  Value a = addConv(builder, builder.input(DType::u8, {1, 4, 4, 4}), 4, 1);
  Value real = builder.node("DequantizeLinear", builder.quantised(a), DType::f32, {1, 4, 4, 4});
  Value made = builder.node("Softmax", {real.tensor}, DType::f32, {1, 4, 4, 4});
  builder.output(addConv(builder,
                         builder.node("QuantizeLinear", join({{made.tensor}, builder.quantisation(DType::u8, 1, 0)}),
                                      DType::u8, {1, 4, 4, 4}),
                         4, 1));
  EXPECT_EQ(error(HostPolicy::edges).substr(0, 50), "node 'Softmax_2' (Softmax): its input is float32; ");
}

TEST_F(DeviceGraphTest, RefusesOtherHostOperatorsAtTheEdgesIfNoneAreWanted) {
  Value a = addConv(builder, builder.input(DType::u8, {1, 4, 4, 4}), 4, 1);
  Value real = builder.node("DequantizeLinear", builder.quantised(a), DType::f32, {1, 4, 4, 4});
  builder.output(real);
  EXPECT_EQ(error(HostPolicy::never), "(no error)");
  builder.output(builder.node("Softmax", {real.tensor}, DType::f32, {1, 4, 4, 4}));
  EXPECT_EQ(error(HostPolicy::never), "node 'Softmax_2' (Softmax): its input is float32; so the host would have to run "
                                      "it, which '--host edges' does");
  EXPECT_EQ(error(HostPolicy::edges), "(no error)");
}

// What the accelerator has only in other forms is found out group by group.
TEST_F(DeviceGraphTest, AFormThatTheAcceleratorDoesNotHaveIsTheHosts) {
  Value a = addConv(builder, builder.input(DType::u8, {1, 4, 4, 4}), 4, 1);
  Value small = builder.input(DType::u8, {1, 4, 1, 1});
  Value sum = addSum(builder, a, small);
  builder.output(addLut(builder, addConv(builder, sum, 4, 1)));
  const DeviceGraph graph = build();
  EXPECT_EQ(stepsOf(graph), (Texts{"1 groups", "host 1", "1 groups"}));
  EXPECT_EQ(graph.steps[1].hostNodes[0].reason, "operands of different shapes (broadcasting) are not supported on the "
                                                "accelerator");
  ASSERT_EQ(graph.steps[2].inputs.size(), 1u);
  EXPECT_EQ(graph.activations[static_cast<size_t>(graph.steps[2].inputs[0])].tensor, sum.tensor);
  EXPECT_EQ(graph.inputs.size(), 2u) << "the small operand goes to the host only";
}

// The scratchpad does not last from one run of the core to the next.
TEST_F(DeviceGraphTest, AnActivationThatOutlivesItsStepLiesInDram) {
  Value x = builder.input(DType::u8, {1, 4, 4, 4});
  Value kept = addConv(builder, addConv(builder, x, 4, 1), 4, 1);
  Value b = builder.node("Abs", {addConv(builder, x, 4, 1).tensor}, DType::u8, {1, 4, 4, 4});
  builder.output(addSum(builder, addConv(builder, b, 4, 1), kept));
  const DeviceGraph graph = build();
  const Plan made = plan(graph, loadMachine("edge-16"), {});
  EXPECT_EQ(stepsOf(graph), (Texts{"3 groups", "host 3", "1 groups"}));
  auto home = [&](int32_t activation) { return made.homes[static_cast<size_t>(activation)]; };
  EXPECT_TRUE(home(graph.groups[0].output).scratchpad);
  EXPECT_EQ(graph.groups[3].residual, graph.groups[1].output);
  EXPECT_FALSE(home(graph.groups[1].output).scratchpad);
}

TEST_F(DeviceGraphTest, RefusesZeroPointsThatDifferBetweenChannels) {
  Value x = builder.input(DType::u8, {1, 1, 4, 4});
  builder.output(addConv(builder, x, 2, 1));
  builder.network.nodes[0].inputs[5] = builder.constant(DType::s8, {2}, std::vector<uint8_t>{1, 2});
  EXPECT_EQ(error(), "node 'QLinearConv_0' (QLinearConv): operand 5: zero points that differ between channels are not "
                     "supported");
}

TEST_F(DeviceGraphTest, RefusesBroadcasting) {
  Value x = builder.input(DType::u8, {1, 4, 4, 4}), y = builder.input(DType::u8, {1, 4, 1, 1});
  builder.output(addSum(builder, x, y));
  EXPECT_EQ(error(), "node 'QLinearAdd_0' (QLinearAdd): operands of different shapes (broadcasting) are not supported "
                     "on the accelerator");
}

TEST_F(DeviceGraphTest, RefusesAFlattenedMapInAnElementwiseOperator) {
  Value x = builder.input(DType::u8, {1, 4, 4, 4});
  Value flat = builder.node("Flatten", {x.tensor}, DType::u8, {1, 64}, {{"axis", int64_t{1}}});
  builder.output(addLut(builder, flat));
  EXPECT_EQ(error(), "node 'Lut8_1' (Lut8): its input is a flattened feature map; only Gemm and MatMul take one on the "
                     "accelerator");
}

TEST_F(DeviceGraphTest, RefusesAWindowOverABatchOfVectors) {
  Value x = builder.input(DType::u8, {3, 4});
  int32_t axes = builder.constant(DType::s64, {2}, Ints{2, 3});
  Value map = builder.node("Unsqueeze", {x.tensor, axes}, DType::u8, {3, 4, 1, 1});
  builder.output(addConv(builder, map, 4, 3, {1, 1, 1, 1}));
  EXPECT_EQ(error(), "node 'QLinearConv_1' (QLinearConv): a window over a batch of vectors is not supported on the "
                     "accelerator; only 1 x 1 with stride 1 and without padding");
}

TEST_F(DeviceGraphTest, RefusesAConcatenationOfAnotherAxis) {
  Value x = builder.input(DType::u8, {1, 4, 4, 4});
  builder.output(builder.node("Concat", {x.tensor, x.tensor}, DType::u8, {1, 4, 8, 4}, {{"axis", int64_t{-2}}}));
  EXPECT_EQ(error(), "node 'Concat_0' (Concat): axis 2 is not supported on the accelerator; only the channel axis, 1");
}

TEST_F(DeviceGraphTest, RefusesAveragesThatLeaveOutThePadding) {
  Value x = builder.input(DType::u8, {1, 4, 4, 4});
  builder.output(builder.node("QLinearAveragePool", join({builder.quantised(x), builder.quantisation(DType::u8, 1, 0)}),
                              DType::u8, {1, 4, 4, 4}, {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}}));
  EXPECT_EQ(error(), "node 'QLinearAveragePool_0' (QLinearAveragePool): padding with count_include_pad = 0 is not "
                     "supported on the accelerator; only windows inside the feature map, or count_include_pad = 1");
}

// Regression: [1, 4, 4, 4] times [4, 5] multiplies the last axis, not the channels.
TEST_F(DeviceGraphTest, RefusesAMatrixProductOfAMap) {
  Value x = builder.input(DType::u8, {1, 4, 4, 4});
  int32_t weights = builder.constant(DType::s8, {4, 5}, std::vector<uint8_t>(20, 1));
  builder.output(builder.node("QLinearMatMul",
                              join({builder.quantised(x),
                                    {weights, builder.scale(1), builder.zeroPoint(DType::s8, 0)},
                                    builder.quantisation(DType::u8, 1, 0)}),
                              DType::u8, {1, 4, 4, 5}));
  EXPECT_EQ(error(), "node 'QLinearMatMul_0' (QLinearMatMul): the left side must have rank 2");
}

TEST_F(DeviceGraphTest, RefusesNegativePads) {
  Value x = builder.input(DType::u8, {1, 4, 4, 4});
  int32_t pads = builder.constant(DType::s64, {8}, Ints{0, 0, -1, 0, 0, 0, 0, 0});
  builder.output(builder.node("Pad", {x.tensor, pads}, DType::u8, {1, 4, 3, 4}));
  EXPECT_EQ(error(), "node 'Pad_0' (Pad): negative padding is not supported on the accelerator");
}

} // namespace
} // namespace weft::mapping
