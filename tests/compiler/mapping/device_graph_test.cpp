// What runs on the host, what only aliases, and what is refused with which words?
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
  EXPECT_EQ(stepsOf(graph), (Texts{"2 groups"}));
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

// What only has another shape is not worth the way, and a dequantisation is no reason.
TEST_F(DeviceGraphTest, RefusesNetworksWithoutWorkForTheAccelerator) {
  Value x = builder.input(DType::u8, {1, 4, 2, 2});
  Value flat = builder.node("Flatten", {x.tensor}, DType::u8, {1, 16}, {{"axis", int64_t{1}}});
  builder.output(builder.node("DequantizeLinear", builder.quantised(flat), DType::f32, {1, 16}));
  EXPECT_EQ(error(), "node 'Flatten_0' (Flatten): only the host reads its result; that leaves nothing to the "
                     "accelerator");
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

// What the accelerator has only in other forms is found out layer by layer.
TEST_F(DeviceGraphTest, AFormThatTheAcceleratorDoesNotHaveIsTheHosts) {
  Value a = addConv(builder, builder.input(DType::u8, {1, 4, 12, 12}), 4, 1);
  Value average =
      builder.node("QLinearAveragePool", join({builder.quantised(a), builder.quantisation(DType::u8, 1, 0)}), DType::u8,
                   {1, 4, 12, 12}, {{"kernel_shape", Ints{9, 9}}, {"pads", Ints{4, 4, 4, 4}}});
  builder.output(addLut(builder, addConv(builder, average, 4, 1)));
  const DeviceGraph graph = build();
  EXPECT_EQ(stepsOf(graph), (Texts{"1 groups", "host 1", "1 groups"}));
  EXPECT_EQ(graph.steps[1].hostNodes[0].reason,
            "it averages over 81 different parts of its window; the accelerator takes 64 at most");
  ASSERT_EQ(graph.steps[2].inputs.size(), 1u);
  EXPECT_EQ(graph.activation(graph.steps[2].inputs[0]).tensor, average.tensor);
  EXPECT_EQ(graph.inputs.size(), 2u);
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
  auto place = [&](int32_t activation) {
    return made.places[static_cast<size_t>(graph.activation(activation).storage)];
  };
  EXPECT_TRUE(place(graph.layers[0]->output).scratchpad);
  EXPECT_EQ(graph.layers[3]->inputs.at(1), graph.layers[1]->output) << "the residual";
  EXPECT_FALSE(place(graph.layers[1]->output).scratchpad);
}

} // namespace
} // namespace weft::mapping
