// Is the packed form of every constant that has a layout what packing byte by byte makes, and has every order that the
// chooser picks a layout?
#include "compiler/lowering/packed_layout.h"

#include "compiler/layers/contraction/contraction.h"
#include "compiler/layers/map/map.h"
#include "tests/compiler/layers/layers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <numeric>

namespace weft::lowering {
namespace {

using namespace weft::test;
using layers::Contraction;
using layers::Geometry;
using mapping::GroupMapping;
using enum WeightAxis;

const WeightAxes kConvolution = {{output}, {channel}, {kernelH}, {kernelW}};

std::vector<int64_t> divisors(int64_t value) {
  std::vector<int64_t> result;
  for (int64_t i = 1; i <= value; ++i)
    if (value % i == 0)
      result.push_back(i);
  return result;
}

struct Counts {
  int with = 0, without = 0; // a layout
};

// For each tile of columns, each tap, a byte for each channel.
std::vector<uint8_t> packDepthwise(const net::Tensor& constant, int64_t channels, int64_t taps, int64_t cols,
                                   int32_t fill) {
  std::vector<uint8_t> packed;
  for (int64_t first = 0; first < channels; first += cols)
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t channel = first; channel < first + cols; ++channel)
        packed.push_back(channel < channels ? constant.data.data()[channel * taps + tap] : static_cast<uint8_t>(fill));
  return packed;
}

// Compares both for one layer in all its chunkings.
Counts compare(const net::Network& network, const WeightAxes& axes, const Machine& machine, mapping::InputFlow flow,
               int64_t groups = 1) {
  const mapping::DeviceGraph graph = mapping::buildDeviceGraph(network);
  const auto& layer = layerAs<layers::GridLayer>(graph, 0);
  const auto* matrix = dynamic_cast<const Contraction*>(&layer);
  const int32_t fill = matrix ? matrix->weights.zeroPoint : layerAs<layers::Map>(graph, 0).weights.zeroPoint;
  const net::Tensor& constant = network.tensors[static_cast<size_t>(network.nodes.back().inputs[3])];
  Counts counts;
  const Geometry whole(layer, machine, {.group = {}, .input = flow}, matrix != nullptr);
  for (int64_t h : divisors(whole.stepsH))
    for (int64_t w : divisors(whole.stepsW))
      for (int64_t c : divisors(whole.stepsC)) {
        const GroupMapping mapping = {.group = {}, .input = flow, .chunks = {h, w, c}};
        const Geometry geometry(layer, machine, mapping, matrix != nullptr);
        WeightOrder order = {geometry.outC, layer.window.kernelH, layer.window.kernelW};
        order.cols = machine.array.cols;
        order.chunkSteps = {order.kernelH, order.kernelW, 1};
        if (matrix) {
          order.channels = geometry.inC;
          order.groups = groups;
          order.rows = machine.array.rows;
          order.windows = flow == mapping::InputFlow::windows;
          order.chunkSteps = geometry.chunkSteps;
          EXPECT_EQ(weightLayout(*matrix, geometry, machine), packedLayout(matrix->weights.axes, order, fill));
        }
        SCOPED_TRACE(fmt::format("{} outputs, {} channels, {} groups, {} x {}, chunks {} {} {}, array {} x {}{}",
                                 geometry.outC, geometry.inC, groups, order.kernelH, order.kernelW, h, w, c, order.rows,
                                 order.cols, order.windows ? ", windows" : ""));
        const std::optional<Layout> layout = packedLayout(axes, order, fill);
        // As the chooser cuts: rows, then columns, then blocks, each only when the one before is cut to single steps.
        const bool chosen = (w == 1 || h == whole.stepsH) && (c == 1 || (h == whole.stepsH && w == whole.stepsW)) &&
                            (h == 1 || h == whole.stepsH) && (w == 1 || w == whole.stepsW);
        EXPECT_TRUE(layout || !chosen || groups > 1);
        ++(layout ? counts.with : counts.without);
        if (!layout)
          continue;
        const TensorType type = {constant.type, constant.shape, *layout};
        EXPECT_NO_THROW(checkType(type, "layout"));
        std::vector<uint8_t> packed(type.bytes());
        scatter(type, constant.data, packed);
        EXPECT_EQ(packed,
                  matrix ? packWeights(*matrix, geometry, machine)
                         : packDepthwise(constant, geometry.outC, order.kernelH * order.kernelW, order.cols, fill));
        EXPECT_EQ(gather(type, packed), (std::vector<uint8_t>(constant.data.begin(), constant.data.end())));
      }
  return counts;
}

net::Network convolution(int64_t inputs, int64_t outputs, int64_t kernel, int64_t group = 1) {
  NetworkBuilder builder;
  builder.output(
      addConv(builder, builder.input(DType::u8, {1, inputs, 8, 8}), outputs, kernel, {0, 0, 0, 0}, 1, group));
  return builder.network;
}

std::vector<Machine> machines() {
  std::vector<Machine> result;
  for (auto [rows, cols] : {std::pair{4, 8}, std::pair{16, 16}, std::pair{8, 4}}) {
    result.push_back(loadMachine("edge-16"));
    result.back().array = {static_cast<uint32_t>(rows), static_cast<uint32_t>(cols)};
  }
  return result;
}

TEST(PackedLayout, ConvolutionsInEveryChunking) {
  for (const Machine& machine : machines())
    for (int64_t kernel : {1, 2, 3})
      for (int64_t inputs : {1, 3, 4, 6, 16, 17, 40})
        for (int64_t outputs : {1, 8, 10, 33}) {
          const net::Network network = convolution(inputs, outputs, kernel);
          EXPECT_EQ(compare(network, kConvolution, machine, mapping::InputFlow::feature).without, 0);
          compare(network, kConvolution, machine, mapping::InputFlow::windows);
        }
}

TEST(PackedLayout, GroupsWhoseChannelsFitTheTiles) {
  for (const Machine& machine : machines())
    for (auto [inputs, outputs, groups] :
         {std::array{8, 8, 2}, std::array{32, 32, 2}, std::array{64, 32, 4}, std::array{8, 16, 4}, std::array{16, 8, 2},
          std::array{12, 24, 3}, std::array{24, 20, 4}, std::array{48, 48, 2}})
      compare(convolution(inputs, outputs, 3, groups), kConvolution, machine, mapping::InputFlow::feature, groups);
  EXPECT_EQ(
      compare(convolution(64, 32, 3, 4), kConvolution, loadMachine("edge-16"), mapping::InputFlow::feature, 4).without,
      0);
  EXPECT_EQ(
      compare(convolution(12, 24, 1, 3), kConvolution, loadMachine("edge-16"), mapping::InputFlow::feature, 3).with, 1);
}

TEST(PackedLayout, DepthwiseWeights) {
  for (const Machine& machine : machines())
    for (int64_t channels : {2, 8, 10, 33})
      EXPECT_EQ(
          compare(convolution(channels, channels, 3, channels), kConvolution, machine, mapping::InputFlow::feature)
              .without,
          0);
}

// The right side of a product, as rows or columns, of features or of a flattened map.
TEST(PackedLayout, MatrixProducts) {
  for (const Machine& machine : machines())
    for (bool transposed : {false, true})
      for (const auto& [channels, extent] : {std::pair{10, 1}, std::pair{64, 1}, std::pair{5, 3}, std::pair{16, 2}})
        for (int64_t outputs : {3, 16, 20}) {
          NetworkBuilder builder;
          Value x = builder.input(DType::u8, extent == 1 ? Shape{2, channels} : Shape{1, channels, extent, extent});
          const int64_t depth = channels * extent * extent;
          if (extent > 1)
            x = builder.node("Flatten", {x.tensor}, DType::u8, {1, depth}, {});
          std::vector<uint8_t> weights(static_cast<size_t>(depth * outputs));
          std::iota(weights.begin(), weights.end(), uint8_t{0});
          const int32_t w =
              builder.constant(DType::s8, transposed ? Shape{outputs, depth} : Shape{depth, outputs}, weights);
          builder.output(builder.node("QGemm",
                                      join({builder.quantised(x),
                                            {w, builder.scale(0.5f), builder.zeroPoint(DType::s8, 0), -1},
                                            builder.quantisation(DType::u8, 0.25f, 1)}),
                                      DType::u8, {builder.shape(x)[0], outputs}, {{"transB", int64_t{transposed}}},
                                      0.25f, 1));
          WeightAxes axes = {{channel, kernelH, kernelW}, {output}};
          if (transposed)
            std::swap(axes[0], axes[1]);
          EXPECT_EQ(compare(builder.network, axes, machine, mapping::InputFlow::feature).without, 0);
        }
}

} // namespace
} // namespace weft::lowering
