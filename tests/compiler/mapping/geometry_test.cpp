// Sizes of tiles and streams against numbers worked out by hand; the allocator; what a mapping may not be.
#include "compiler/mapping/chooser.h"
#include "compiler/mapping/intervals.h"
#include "compiler/mapping/planner.h"
#include "tests/compiler/mapping/networks.h"

#include <gtest/gtest.h>

namespace weft::mapping {
namespace {

using namespace weft::test;

// 16 x 16, 256 KiB, 1024 accumulator rows.
const Machine kMachine = loadMachine("edge-16");

// 20 channels of 10 x 12, 3 x 3 with padding 1 and stride 2, 40 results.
DeviceGraph sample() {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {2, 20, 10, 12});
  builder.output(addConv(builder, x, 40, 3, {1, 1, 1, 1}, 2));
  return buildDeviceGraph(builder.network);
}

TEST(Geometry, FollowsFromWindowMachineAndTile) {
  DeviceGraph graph = sample();
  GroupMapping mapping{.group = {}, .weights = WeightFlow::streamed, .tileRows = 2, .tileCols = 4, .chunks = {3, 1, 2}};
  Geometry g(graph, graph.groups[0], kMachine, mapping);
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
  DeviceGraph graph = sample();
  Geometry g(graph, graph.groups[0], kMachine, {.group = {}, .tileRows = 100, .tileCols = 0});
  EXPECT_EQ(g.tileRows, 5);
  EXPECT_EQ(g.tileCols, 6);
  EXPECT_EQ(g.tiles(), 2); // one for each image
}

TEST(Geometry, WindowsPackKernelColumnsAndChannels) {
  NetworkBuilder builder;
  builder.output(addConv(builder, builder.input(DType::u8, {1, 3, 9, 9}), 8, 7));
  DeviceGraph graph = buildDeviceGraph(builder.network);
  Geometry g(graph, graph.groups[0], kMachine, {.group = {}, .input = InputFlow::windows});
  EXPECT_EQ(g.windowPitch, 32); // 7 * 3 = 21
  EXPECT_EQ(g.stepsW, 1);
  EXPECT_EQ(g.stepsC, 2);
  EXPECT_EQ(g.steps(), 14);
  EXPECT_EQ(g.inputTileBytes, 7 * 3 * 32); // 7 input rows for a row of 3 results
}

TEST(WorkingSet, CountsBuffersOfEachStream) {
  DeviceGraph graph = sample();
  GroupMapping mapping{.group = {}, .weights = WeightFlow::streamed, .tileRows = 2, .tileCols = 4, .chunks = {3, 1, 2}};
  Geometry g(graph, graph.groups[0], kMachine, mapping);
  WorkingSet set = workingSet(g, graph.groups[0], mapping, kMachine, {});
  EXPECT_EQ(set.weights, 768);
  EXPECT_EQ(set.weightBuffers, 2);
  EXPECT_EQ(set.parameters, 3 * 16 * 8); // int32 bias and fp32 scale
  EXPECT_EQ(set.residual, 0);
  // Two input tiles of 1440, two chunks, two output tiles of 128, parameters; all multiples of 16.
  EXPECT_EQ(set.bytes(16), 2 * 1440 + 2 * 768 + 2 * 128 + 384);
  WorkingSet resident = workingSet(g, graph.groups[0], mapping, kMachine, {.input = true, .output = true});
  EXPECT_EQ(resident.bytes(16), 2 * 768 + 384);
}

TEST(Intervals, ShareBytesOnlyWhereLifetimesAreApart) {
  IntervalAllocator allocator;
  EXPECT_EQ(allocator.place(0, 2, 100, 300), 0);
  EXPECT_EQ(allocator.place(2, 4, 50, 300), 100); // alive together in 2
  EXPECT_EQ(allocator.place(3, 5, 80, 300), 0);   // the first is gone
  EXPECT_EQ(allocator.place(4, 4, 20, 300), 80);  // the gap between 80 and 100
  EXPECT_EQ(allocator.place(4, 4, 200, 300), std::nullopt);
  EXPECT_EQ(allocator.place(4, 4, 150, 300), 150);
  EXPECT_EQ(allocator.peak(), 300);
}

TEST(Chooser, TakesTheWholeMapWhereItFitsAndPartsOfARowWhereARowDoesNot) {
  DeviceGraph graph = sample();
  const Group& group = graph.groups[0];
  auto roomy = chooseMapping(graph, group, kMachine, {}, kMachine.scratchpad.bytes, false);
  ASSERT_TRUE(roomy);
  EXPECT_EQ(roomy->weights, WeightFlow::resident) << "14 KiB of weights fit and are read for two tiles";
  // A row of 6 results needs 2 buffers of 3 x 13 input pixels of 32 bytes, which is 2496 alone.
  auto narrow = chooseMapping(graph, group, kMachine, {}, 3200, false);
  ASSERT_TRUE(narrow);
  EXPECT_LT(narrow->tileCols, 6);
  EXPECT_NO_THROW(checkMapping(graph, group, kMachine, *narrow, {}, 3200));
  EXPECT_FALSE(chooseMapping(graph, group, kMachine, {}, 500, false));
}

TEST(Chooser, RefusesIllegalMappingsWithTheFieldsName) {
  DeviceGraph graph = sample();
  auto error = [&](const GroupMapping& mapping, int64_t bytes = 1 << 18) {
    return errorOf([&] { checkMapping(graph, graph.groups[0], kMachine, mapping, {}, bytes); });
  };
  const std::string start = "mapping of 'QLinearConv_0': ";
  EXPECT_EQ(error({}), "(no error)");
  EXPECT_EQ(error({.group = {}, .tileRows = 0}), start + "tile_rows is 0, legal are 1 to 1048576");
  EXPECT_EQ(error({.group = {}, .tileCols = -1}), start + "tile_cols is -1, legal are 0 to 1048576");
  EXPECT_EQ(error({.group = {}, .columnTiles = 2}), start + "column_tiles is 2, it must divide 3");
  EXPECT_EQ(error({.group = {}, .buffers = 3}), start + "buffers is 3, legal are 2 to 2");
  EXPECT_EQ(error({.group = {}, .chunks = {0, 1, 1}}), start + "chunks is 0, legal are 1 to 1048576");
  EXPECT_EQ(error({.group = {}, .weights = WeightFlow::streamed, .chunks = {2, 1, 1}}),
            start + "chunks [2, 1, 1] must divide [3, 3, 2]");
  EXPECT_EQ(error({.group = {}, .chunks = {3, 1, 1}}),
            start + "resident weights are loaded whole: chunks must be [1, 1, 1]");
  EXPECT_EQ(error({}, 1000), start + "needs 16896 bytes of scratchpad, 1000 are free");
  Machine few = kMachine;
  few.accumulator.bytes = 16 * 64; // 16 rows
  EXPECT_EQ(errorOf([&] { checkMapping(graph, graph.groups[0], few, {.group = {}, .tileRows = 2}, {}, 1 << 18); }),
            start + "a tile of 2 x 6 pixels does not fit half of the accumulators (8 rows)");
}

TEST(Planner, KeepsWhatFitsBetweenGroupsInTheScratchpadWithTheBorderOfItsReader) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {1, 16, 8, 8});
  Value middle = addConv(builder, x, 16, 1);
  builder.output(addConv(builder, middle, 16, 3, {1, 2, 0, 1}));
  DeviceGraph graph = buildDeviceGraph(builder.network);
  Plan made = plan(graph, kMachine, {});
  const Home& home = made.homes[static_cast<size_t>(graph.groups[0].output)];
  EXPECT_TRUE(home.scratchpad);
  EXPECT_EQ(home.padTop, 1);
  EXPECT_EQ(home.padLeft, 2);
  EXPECT_EQ(home.padBottom, 0);
  EXPECT_EQ(home.padRight, 1);
  EXPECT_EQ(home.padValue, 1) << "the reader's zero point";
  EXPECT_FALSE(made.homes[static_cast<size_t>(graph.outputs[0])].scratchpad) << "the host reads DRAM";
}

TEST(Planner, SaysWhichNodeDoesNotFit) {
  Machine tiny = kMachine;
  tiny.scratchpad = {1024, 1};
  DeviceGraph graph = sample();
  EXPECT_EQ(errorOf([&] { plan(graph, tiny, {}); }),
            "node 'QLinearConv_0' (matrix): no tiling fits machine 'edge-16' (992 bytes of scratchpad free, 1024 "
            "accumulator rows)");
}

} // namespace
} // namespace weft::mapping
