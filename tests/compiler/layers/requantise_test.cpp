// Where does each bias and scale end up in the constants?
#include "compiler/layers/contraction/contraction.h"
#include "tests/compiler/layers/layers.h"

#include <cstring>
#include <gtest/gtest.h>

namespace weft::layers {
namespace {

using namespace weft::test;

TEST(Parameters, AreBiasesThenScalesOfEachColumnTile) {
  Machine machine = loadMachine("edge-16");
  machine.array = {4, 8};
  NetworkBuilder builder;
  builder.output(addConv(builder, builder.input(DType::u8, {1, 4, 8, 8}), 10, 1));
  const DeviceGraph graph = graphOf(builder);
  auto& layer = layerAs<Contraction>(graph, 0);
  for (size_t i = 0; i < 10; ++i) {
    layer.requantise.bias[i] = static_cast<int32_t>(i) - 1000000;
    layer.requantise.scale[i] = 0.5f + static_cast<float>(i);
  }
  EXPECT_EQ(parameterBytes(layer.requantise), 10u * 8);
  const Geometry geometry(layer, machine, {}, true);
  const std::vector<uint8_t> packed = packParameters(layer.requantise, geometry, machine);
  ASSERT_EQ(packed.size(), 2u * 8 * 8);
  for (size_t i = 0; i < 16; ++i) {
    int32_t bias;
    float scale;
    std::memcpy(&bias, packed.data() + i / 8 * 64 + i % 8 * 4, 4);
    std::memcpy(&scale, packed.data() + i / 8 * 64 + 32 + i % 8 * 4, 4);
    EXPECT_EQ(bias, i < 10 ? static_cast<int32_t>(i) - 1000000 : 0);
    EXPECT_EQ(scale, i < 10 ? 0.5f + static_cast<float>(i) : 0.0f);
  }
  // Where only the shape is known.
  EXPECT_EQ(packParameters({}, geometry, machine), std::vector<uint8_t>(packed.size()));
}

} // namespace
} // namespace weft::layers
