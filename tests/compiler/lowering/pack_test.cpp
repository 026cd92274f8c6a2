// Where does each weight, bias and scale end up in the constants?
#include "compiler/lowering/pack.h"
#include "tests/compiler/mapping/networks.h"

#include <cstring>
#include <gtest/gtest.h>

namespace weft::lowering {
namespace {

using namespace weft::test;
using mapping::GroupMapping;

Machine machine4x8() {
  Machine machine = loadMachine("edge-16");
  machine.array = {4, 8};
  return machine;
}

// The group of one convolution.
mapping::DeviceGraph convolution(int64_t inputs, int64_t outputs, int64_t kernel, int64_t group = 1) {
  NetworkBuilder builder;
  builder.output(
      addConv(builder, builder.input(DType::u8, {1, inputs, 8, 8}), outputs, kernel, {0, 0, 0, 0}, 1, group));
  mapping::DeviceGraph graph = mapping::buildDeviceGraph(builder.network);
  graph.groups[0].weightZeroPoint = 77; // to tell what is padding
  return graph;
}

// Every byte against the definition: column tile, chunk, step, row, column. 6 channels are two blocks of 4 rows, 10
// results two tiles of 8 columns.
void expectPacked(const std::array<int64_t, 3>& chunks) {
  const Machine machine = machine4x8();
  auto graph = convolution(6, 10, 2);
  const mapping::Group& group = graph.groups[0];
  const GroupMapping mapping{.group = {}, .weights = mapping::WeightFlow::streamed, .chunks = chunks};
  const mapping::Geometry geometry(graph, group, machine, mapping);
  const std::vector<uint8_t> packed = packMatrixWeights(group, geometry, mapping, machine);
  ASSERT_EQ(packed.size(), 2u * 2 * 2 * 2 * 32);
  const auto [nH, nW, nC] = chunks;
  const int64_t h = 2 / nH, w = 2 / nW, c = 2 / nC; // steps of a chunk
  size_t at = 0;
  for (int64_t column = 0; column < 2; ++column)
    for (int64_t chunk = 0; chunk < nH * nW * nC; ++chunk)
      for (int64_t step = 0; step < h * w * c; ++step)
        for (int64_t cell = 0; cell < 32; ++cell, ++at) {
          int64_t ky = chunk / (nW * nC) * h + step / (w * c), kx = chunk / nC % nW * w + step / c % w;
          int64_t channel = (chunk % nC * c + step % c) * 4 + cell / 8, output = column * 8 + cell % 8;
          // addConv: weight number i, in ONNX order, is 1 + i modulo 100.
          int64_t number = ((output * 6 + channel) * 2 + ky) * 2 + kx;
          int64_t expected = channel < 6 && output < 10 ? 1 + number % 100 : 77;
          ASSERT_EQ(packed[at], expected) << "byte " << at << ", output " << output << ", channel " << channel;
        }
}

TEST(Pack, MatrixWeightsStreamChunkByChunk) {
  expectPacked({1, 1, 1});
  expectPacked({2, 1, 1});
  expectPacked({2, 2, 1});
  expectPacked({2, 2, 2});
  expectPacked({1, 1, 2});
}

TEST(Pack, WindowsPutKernelColumnsAndChannelsIntoRows) {
  const Machine machine = machine4x8();
  auto graph = convolution(3, 2, 3);
  const mapping::Group& group = graph.groups[0];
  const GroupMapping mapping{.group = {}, .input = mapping::InputFlow::windows};
  const mapping::Geometry geometry(graph, group, machine, mapping);
  const std::vector<uint8_t> packed = packMatrixWeights(group, geometry, mapping, machine);
  ASSERT_EQ(packed.size(), 3u * 3 * 32); // 3 kernel rows, 3 columns * 3 channels in 3 blocks of 4 rows
  for (int64_t ky = 0; ky < 3; ++ky)
    for (int64_t row = 0; row < 12; ++row)
      for (int64_t output = 0; output < 8; ++output) {
        int64_t kx = row / 3, channel = row % 3, number = ((output * 3 + channel) * 3 + ky) * 3 + kx;
        int64_t expected = row < 9 && output < 2 ? 1 + number % 100 : 77;
        EXPECT_EQ(packed[static_cast<size_t>((ky * 12 + row) * 8 + output)], expected);
      }
}

TEST(Pack, DepthwiseWeightsAreRowsOfChannelsForEachTap) {
  const Machine machine = machine4x8();
  auto graph = convolution(10, 10, 3, 10);
  ASSERT_EQ(graph.groups[0].kind, mapping::GroupKind::depthwise);
  const mapping::Geometry geometry(graph, graph.groups[0], machine, {});
  const std::vector<uint8_t> packed = packDepthwiseWeights(graph.groups[0], geometry, machine);
  ASSERT_EQ(packed.size(), 2u * 9 * 8);
  for (int64_t channel = 0; channel < 16; ++channel)
    for (int64_t tap = 0; tap < 9; ++tap) {
      int64_t expected = channel < 10 ? 1 + (channel * 9 + tap) % 100 : 77;
      EXPECT_EQ(packed[static_cast<size_t>((channel / 8 * 9 + tap) * 8 + channel % 8)], expected);
    }
}

TEST(Pack, ParametersAreBiasesThenScalesOfEachColumnTile) {
  const Machine machine = machine4x8();
  auto graph = convolution(4, 10, 1);
  mapping::Group& group = graph.groups[0];
  for (size_t i = 0; i < 10; ++i) {
    group.requantise.bias[i] = static_cast<int32_t>(i) - 1000000;
    group.requantise.scale[i] = 0.5f + static_cast<float>(i);
  }
  const std::vector<uint8_t> packed = packParameters(group, mapping::Geometry(graph, group, machine, {}), machine);
  ASSERT_EQ(packed.size(), 2u * 8 * 8);
  for (size_t i = 0; i < 16; ++i) {
    int32_t bias;
    float scale;
    std::memcpy(&bias, packed.data() + i / 8 * 64 + i % 8 * 4, 4);
    std::memcpy(&scale, packed.data() + i / 8 * 64 + 32 + i % 8 * 4, 4);
    EXPECT_EQ(bias, i < 10 ? static_cast<int32_t>(i) - 1000000 : 0);
    EXPECT_EQ(scale, i < 10 ? 0.5f + static_cast<float>(i) : 0.0f);
  }
}

TEST(ConstantImage, AlignsWhatIsAdded) {
  ConstantImage image(0x1000, 64);
  EXPECT_EQ(image.add({1, 2, 3}, MapUse::weights, 2), 0x1000u);
  EXPECT_EQ(image.add({4}, MapUse::table, 1), 0x1040u);
  const net::Network network = {"", {{"c", DType::s16, {2}, true, {1, 2, 3, 4}}}, {}, {}, {}};
  EXPECT_EQ(image.add(0, {DType::s16, {2}, {{{0, 2, 2}}, 0, 3, 9}}, MapUse::weights), 0x1080u);
  EXPECT_EQ(image.bytes(), 134u);
  ASSERT_EQ(image.entries().size(), 3u);
  EXPECT_EQ(image.entries()[0].bytes, 3u);
  EXPECT_EQ(image.entries()[0].networkBytes, 2u);
  EXPECT_EQ(image.entries()[1].address, 0x1040u);
  EXPECT_EQ(image.entries()[1].use, MapUse::table);
  EXPECT_EQ(image.entries()[2].bytes, 6u);
  EXPECT_EQ(image.entries()[2].networkBytes, 4u);
  std::vector<uint8_t> expected(134);
  std::copy_n(std::begin({1, 2, 3}), 3, expected.begin());
  expected[64] = 4;
  std::copy_n(std::begin({1, 2, 9, 0, 3, 4}), 6, expected.begin() + 128);
  EXPECT_EQ(image.take(network), expected);
}

} // namespace
} // namespace weft::lowering
