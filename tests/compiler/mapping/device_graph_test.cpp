// What runs on the host, what only aliases, and what is refused with which words?
#include "compiler/mapping/device_graph.h"
#include "compiler/mapping/graph_builder.h"
#include "tests/compiler/mapping/networks.h"

#include <gtest/gtest.h>

namespace weft::mapping {
namespace {

using namespace weft::test;
using Indices = std::vector<int32_t>;

struct DeviceGraphTest : testing::Test {
  NetworkBuilder builder;
  DeviceGraph build() {
    net::validate(builder.network);
    return buildDeviceGraph(builder.network);
  }
  std::string error() {
    return errorOf([&] { build(); });
  }
};

TEST_F(DeviceGraphTest, FloatOperatorsAtTheEdgesAreTheHosts) {
  Value real = builder.input(DType::f32, {1, 4, 5, 5});
  Value x = builder.node("QuantizeLinear", join({{real.tensor}, builder.quantisation(DType::u8, 0.5f, 9)}), DType::u8,
                         {1, 4, 5, 5}, {}, 0.5f, 9);
  Value y = addConv(builder, x, 4, 1);
  builder.output(builder.node("DequantizeLinear", builder.quantised(y), DType::f32, builder.shape(y)));
  DeviceGraph graph = build();
  EXPECT_EQ(graph.hostBefore, (Indices{0}));
  EXPECT_EQ(graph.hostAfter, (Indices{2}));
  ASSERT_EQ(graph.layers.size(), 1u);
  EXPECT_EQ(graph.activation(graph.inputs.at(0)).tensor, x.tensor);
  EXPECT_EQ(graph.activation(graph.outputs.at(0)).tensor, y.tensor);
}

// Regression: the flattened tensor is an output and an operand of the Gemm; it had no value on the host.
TEST_F(DeviceGraphTest, AnAliasThatTheNetworkGivesOutIsReadWhereItLies) {
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
  EXPECT_EQ(graph.layers.size(), 2u);
  EXPECT_TRUE(graph.hostAfter.empty());
  ASSERT_EQ(graph.outputs.size(), 2u);
  const Activation& read = graph.activation(graph.outputs[0]);
  EXPECT_EQ(read.tensor, flat.tensor);
  EXPECT_EQ(read.storage, graph.activation(graph.layers[0]->output).storage) << "the convolution's result";
  EXPECT_EQ(read.view.shape(), (Shape{1, 18}));
}

TEST_F(DeviceGraphTest, EveryKindRegistersItselfAndServesItsOperators) {
  std::vector<std::string_view> names;
  for (const LayerKind* kind : layerKinds()) {
    names.push_back(kind->name);
    EXPECT_EQ(findKind(kind->name), kind);
  }
  EXPECT_EQ(names, (std::vector<std::string_view>{"contraction", "map", "move"}));
  EXPECT_EQ(findKind("softmax"), nullptr);
  EXPECT_TRUE(serves(*findKind("contraction"), "QLinearConv"));
  EXPECT_TRUE(serves(*findKind("map"), "QLinearConv")) << "a depthwise one";
  EXPECT_FALSE(serves(*findKind("move"), "QLinearConv"));
}

TEST_F(DeviceGraphTest, ALayerKeepsTheNodesThatItServes) {
  Value x = builder.input(DType::u8, {1, 8, 6, 6});
  builder.output(addLut(builder, addConv(builder, x, 8, 1)));
  builder.network.nodes[0].attributes["onnx_nodes"] = std::string("conv\nrelu");
  const DeviceGraph graph = build();
  ASSERT_EQ(graph.layers.size(), 1u);
  EXPECT_EQ(graph.layers[0]->name, "QLinearConv_0");
  EXPECT_EQ(graph.layers[0]->nodes, (Indices{0, 1}));
  EXPECT_EQ(graph.layers[0]->onnxNodes, (std::vector<std::string>{"conv", "relu", "Lut8_1"}));
}

// One copy serves all readers that want the same order.
TEST_F(DeviceGraphTest, ACopyInAnotherOrderIsMadeOnce) {
  Value x = addConv(builder, builder.input(DType::u8, {1, 8, 6, 6}), 8, 1);
  Value turned = builder.node("Transpose", {x.tensor}, DType::u8, {1, 6, 6, 8}, {{"perm", Ints{0, 2, 3, 1}}}, 0.25f, 1);
  builder.output(addConv(builder, turned, 4, 3));
  builder.output(addConv(builder, turned, 4, 3));
  const DeviceGraph graph = build();
  ASSERT_EQ(graph.layers.size(), 4u);
  EXPECT_EQ(graph.layers[1]->kind().name, "move");
  EXPECT_EQ(graph.layers[2]->inputs, graph.layers[3]->inputs);
  EXPECT_EQ(graph.storageOf(graph.layers[1]->output).extents, (Shape{1, 6, 8, 6}));
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
  EXPECT_EQ(error(), "node 'QLinearConv_2' (QLinearConv): it follows an operator that runs on the host; host "
                     "operators are supported at the network's edges only");
}

} // namespace
} // namespace weft::mapping
