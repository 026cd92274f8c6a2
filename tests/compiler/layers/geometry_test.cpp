// Sizes of tiles and streams against numbers worked out by hand.
#include "compiler/layers/contraction/contraction.h"
#include "tests/compiler/layers/layers.h"

#include <gtest/gtest.h>

namespace weft::layers {
namespace {

using namespace weft::test;
using mapping::InputFlow;
using mapping::WeightFlow;

// 16 x 16, 256 KiB, 1024 accumulator rows.
const Machine kMachine = loadMachine("edge-16");

// 20 channels of 10 x 12, 3 x 3 with padding 1 and stride 2, 40 results.
DeviceGraph sample() {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {2, 20, 10, 12});
  builder.output(addConv(builder, x, 40, 3, {1, 1, 1, 1}, 2));
  return graphOf(builder);
}

TEST(Geometry, FollowsFromWindowMachineAndTile) {
  const DeviceGraph graph = sample();
  GroupMapping mapping{.group = {}, .weights = WeightFlow::streamed, .tileRows = 2, .tileCols = 4, .chunks = {3, 1, 2}};
  const Geometry g(layerAs<Contraction>(graph, 0), kMachine, mapping, true);
  EXPECT_EQ(g.inPitch, 32); // 20 channels in rows of 16
  EXPECT_EQ(g.outPitch, 48);
  EXPECT_EQ(g.outH, 5);
  EXPECT_EQ(g.outW, 6);
  EXPECT_EQ(g.rowTiles, 3);
  EXPECT_EQ(g.colTiles, 2);
  EXPECT_EQ(g.tiles(), 12);
  EXPECT_EQ(g.inTileRows, 5); // (2 - 1) * 2 + 3
  EXPECT_EQ(g.inTileCols, 9);
  EXPECT_EQ(g.columnTiles, 3);
  EXPECT_EQ(g.steps(), 3 * 3 * 2);
  EXPECT_EQ(g.chunks(), 6);
  EXPECT_EQ(g.chunkBytes(), 3 * 256); // one row of taps, one channel block
  EXPECT_EQ(g.weightBytes(), 3 * 18 * 256);
  EXPECT_EQ(g.inputTileBytes, 5 * 9 * 32);
  EXPECT_EQ(g.outputTileBytes, 8 * 16);
}

TEST(Geometry, TilesAreNoLargerThanTheMap) {
  const DeviceGraph graph = sample();
  const Geometry g(layerAs<Contraction>(graph, 0), kMachine, {.group = {}, .tileRows = 100, .tileCols = 0}, true);
  EXPECT_EQ(g.tileRows, 5);
  EXPECT_EQ(g.tileCols, 6);
  EXPECT_EQ(g.tiles(), 2); // one for each image
}

TEST(Geometry, WindowsPackKernelColumnsAndChannels) {
  NetworkBuilder builder;
  builder.output(addConv(builder, builder.input(DType::u8, {1, 3, 9, 9}), 8, 7));
  const DeviceGraph graph = graphOf(builder);
  const Geometry g(layerAs<Contraction>(graph, 0), kMachine, {.group = {}, .input = InputFlow::windows}, true);
  EXPECT_EQ(g.windowPitch, 32); // 7 * 3 = 21
  EXPECT_EQ(g.stepsW, 1);
  EXPECT_EQ(g.stepsC, 2);
  EXPECT_EQ(g.steps(), 14);
  EXPECT_EQ(g.inputTileBytes, 7 * 3 * 32); // 7 input rows for a row of 3 results
}

TEST(Streams, CountBuffersOfEach) {
  const DeviceGraph graph = sample();
  const auto& layer = layerAs<Contraction>(graph, 0);
  std::vector<mapping::Place> places = placesOf(graph, kMachine);
  const Site site{graph, kMachine, places};
  GroupMapping mapping{.group = {}, .weights = WeightFlow::streamed, .tileRows = 2, .tileCols = 4, .chunks = {3, 1, 2}};
  const std::vector<Stream> streams = layer.streams(site, mapping);
  EXPECT_EQ(streams[Contraction::kWeights].bytes, 768);
  EXPECT_EQ(streams[Contraction::kWeights].buffers, 2);
  EXPECT_EQ(streams[Contraction::kParameters].bytes, 3 * 16 * 8); // int32 bias and fp32 scale
  EXPECT_EQ(streams[Contraction::kResidual].bytes, 0);
  // Two input tiles of 1440, two chunks, two output tiles of 128, parameters; all multiples of 16.
  EXPECT_EQ(mapping::scratchpadBytes(streams, 16), 2 * 1440 + 2 * 768 + 2 * 128 + 384);
  for (mapping::Place& place : places)
    place.scratchpad = true;
  EXPECT_EQ(mapping::scratchpadBytes(layer.streams(site, mapping), 16), 2 * 768 + 384);
}

TEST(Tilings, AreWholeRowsFirstThenPartsOfARow) {
  std::vector<std::pair<int64_t, int64_t>> seen;
  auto visit = [&](int64_t rows, int64_t columns) { seen.emplace_back(rows, columns); };
  forTilings(5, 6, 12, visit, [] { return true; });
  EXPECT_EQ(seen, (std::vector<std::pair<int64_t, int64_t>>{{2, 6}, {1, 6}}));
  seen.clear();
  forTilings(5, 6, 5, visit, [] { return false; });
  EXPECT_EQ(seen, (std::vector<std::pair<int64_t, int64_t>>{{1, 3}, {2, 2}, {1, 2}}));
}

} // namespace
} // namespace weft::layers
