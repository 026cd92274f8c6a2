// Does each form of a layer for which the scratchpad is too small compute what it should? The mapping chosen must be
// that form, and every device must give the reference executor's bits.
#include "tests/runtime/networks/compare.h"
#include "tests/runtime/networks/random_network.h"

#include "compiler/mapping/planner.h"
#include "tests/compiler/mapping/networks.h"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

Machine smallMachine(uint32_t scratchpadBytes) {
  Machine machine = loadMachine("edge-16");
  machine.name = "small";
  machine.scratchpad.banks = 1;
  machine.scratchpad.bytes = scratchpadBytes;
  return machine;
}

void expectForm(const NetworkBuilder& builder, const Machine& machine, const std::string& form) {
  const mapping::DeviceGraph graph = mapping::buildDeviceGraph(builder.network);
  ASSERT_EQ(graph.layers.size(), 1u);
  const mapping::Plan plan = mapping::plan(graph, machine, {});
  const std::string described = graph.layers[0]->describe(plan.mapping.groups[0]);
  EXPECT_NE(described.find(form), std::string::npos) << described;
  EXPECT_EQ(compare(builder.network, machine, randomInputs(1, builder.network)).failure, "") << described;
}

TEST(Pieces, OfAConvolution) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {1, 200, 9, 11}, 0.05f, 100);
  builder.output(addConv(builder, x, 40, 3, {1, 1, 1, 1}, 2));
  expectForm(builder, smallMachine(2048), "input in pieces");
}

TEST(Pieces, OfAConvolutionOfFewChannels) {
  NetworkBuilder builder;
  Value x = builder.input(DType::s8, {1, 3, 20, 20}, 0.05f, 5);
  builder.output(addConv(builder, x, 24, 9, {4, 4, 4, 4}));
  expectForm(builder, smallMachine(1536), "input in pieces");
}

TEST(Pieces, OfChannelsBeyondTheLongestRun) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {1, 70000, 1, 1}, 0.05f, 100);
  builder.output(addConv(builder, x, 3, 1));
  expectForm(builder, loadMachine("edge-16"), "input in pieces");
}

TEST(Pieces, OfADepthwiseConvolutionAreChannelBlocks) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {2, 100, 7, 6}, 0.05f, 100);
  builder.output(addConv(builder, x, 100, 3, {1, 1, 1, 1}, 1, 100));
  expectForm(builder, smallMachine(2048), "map vdw: tile");
  expectForm(builder, smallMachine(1024), "input in pieces");
}

TEST(Pieces, OfADepthwiseWindowGoThroughTheArray) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {1, 20, 15, 13}, 0.05f, 100);
  builder.output(addConv(builder, x, 20, 11, {5, 5, 5, 5}, 1, 20));
  for (std::array<uint32_t, 2> array : {std::array<uint32_t, 2>{16, 16}, {8, 16}, {16, 8}}) {
    Machine machine = smallMachine(2048);
    machine.array = {array[0], array[1]};
    expectForm(builder, machine, "on the array");
  }
}

TEST(Pieces, OfAGlobalAverageGoThroughTheArray) {
  NetworkBuilder builder;
  Value x = builder.input(DType::s8, {1, 40, 30, 24}, 0.05f, 3);
  builder.output(builder.node("QLinearGlobalAveragePool",
                              join({builder.quantised(x), builder.quantisation(DType::s8, 0.02f, -4)}), DType::s8,
                              {1, 40, 1, 1}, {{"channels_last", int64_t{0}}}, 0.02f, -4));
  expectForm(builder, smallMachine(4096), "on the array");
}

TEST(Pieces, OfAMaximumMeet) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {1, 24, 40, 33}, 0.05f, 100);
  builder.output(builder.node("MaxPool", {x.tensor}, DType::u8, {1, 24, 3, 4},
                              {{"kernel_shape", Ints{30, 27}}, {"strides", Ints{6, 3}}, {"pads", Ints{1, 2, 1, 1}}},
                              x.scale, x.zeroPoint));
  expectForm(builder, smallMachine(2048), "chunks");
}

TEST(Pieces, OfASumOfTwoAreChannelBlocks) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {1, 3000, 2, 2}, 0.05f, 100);
  builder.output(addSum(builder, x, x));
  expectForm(builder, smallMachine(2048), "input in pieces");
}

} // namespace
} // namespace weft::test
