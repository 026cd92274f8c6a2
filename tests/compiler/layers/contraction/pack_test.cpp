// Where does each weight of a contraction end up in the constants?
#include "compiler/layers/contraction/contraction.h"
#include "tests/compiler/layers/layers.h"

#include <gtest/gtest.h>

namespace weft::layers {
namespace {

using namespace weft::test;

Machine machine4x8() {
  Machine machine = loadMachine("edge-16");
  machine.array = {4, 8};
  return machine;
}

// The layer of one convolution.
DeviceGraph convolution(int64_t inputs, int64_t outputs, int64_t kernel) {
  NetworkBuilder builder;
  builder.output(addConv(builder, builder.input(DType::u8, {1, inputs, 8, 8}), outputs, kernel));
  DeviceGraph graph = graphOf(builder);
  layerAs<Contraction>(graph, 0).weights.zeroPoint = 77; // to tell what is padding
  return graph;
}

// Every byte against the definition: column tile, chunk, step, row, column. 6 channels are two blocks of 4 rows, 10
// results two tiles of 8 columns.
void expectPacked(const std::array<int64_t, 3>& chunks) {
  const Machine machine = machine4x8();
  const DeviceGraph graph = convolution(6, 10, 2);
  const auto& layer = layerAs<Contraction>(graph, 0);
  const GroupMapping mapping{.group = {}, .weights = mapping::WeightFlow::streamed, .chunks = chunks};
  const std::vector<uint8_t> packed = packWeights(layer, Geometry(layer, machine, mapping, true), machine);
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

TEST(Pack, WeightsStreamChunkByChunk) {
  expectPacked({1, 1, 1});
  expectPacked({2, 1, 1});
  expectPacked({2, 2, 1});
  expectPacked({2, 2, 2});
  expectPacked({1, 1, 2});
}

TEST(Pack, WindowsPutKernelColumnsAndChannelsIntoRows) {
  const Machine machine = machine4x8();
  const DeviceGraph graph = convolution(3, 2, 3);
  const auto& layer = layerAs<Contraction>(graph, 0);
  const GroupMapping mapping{.group = {}, .input = mapping::InputFlow::windows};
  const std::vector<uint8_t> packed = packWeights(layer, Geometry(layer, machine, mapping, true), machine);
  ASSERT_EQ(packed.size(), 3u * 3 * 32); // 3 kernel rows, 3 columns * 3 channels in 3 blocks of 4 rows
  for (int64_t ky = 0; ky < 3; ++ky)
    for (int64_t row = 0; row < 12; ++row)
      for (int64_t output = 0; output < 8; ++output) {
        int64_t kx = row / 3, channel = row % 3, number = ((output * 3 + channel) * 3 + ky) * 3 + kx;
        int64_t expected = row < 9 && output < 2 ? 1 + number % 100 : 77;
        EXPECT_EQ(packed[static_cast<size_t>((ky * 12 + row) * 8 + output)], expected);
      }
}

} // namespace
} // namespace weft::layers
