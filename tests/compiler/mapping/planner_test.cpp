// What stays in the scratchpad, with which border; the allocator; what does not fit.
#include "compiler/mapping/planner.h"

#include "compiler/mapping/intervals.h"
#include "tests/compiler/mapping/networks.h"

#include <gtest/gtest.h>

namespace weft::mapping {
namespace {

using namespace weft::test;

// 16 x 16, 256 KiB, 1024 accumulator rows.
const Machine kMachine = loadMachine("edge-16");

const Place& placeOf(const DeviceGraph& graph, const Plan& made, int32_t activation) {
  return made.places[static_cast<size_t>(graph.activation(activation).storage)];
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

TEST(Places, PadTheLastDimensionToRowsAndHaveTheirBorderAroundTheOthers) {
  const Storage storage{.element = DType::s32, .extents = {2, 3, 5}};
  Place place;
  place.border = {{0, 0}, {1, 2}, {0, 0}};
  EXPECT_TRUE(place.hasBorder());
  layOut(storage, kMachine, place);
  EXPECT_EQ(place.strides, (std::vector<int64_t>{6 * 32, 32, 4})); // 20 bytes in rows of 16
  EXPECT_EQ(place.origin, 32);
  EXPECT_EQ(place.span, 2 * 6 * 32);
  place.packed = true;
  place.border.assign(3, {0, 0});
  EXPECT_FALSE(place.hasBorder());
  layOut(storage, kMachine, place);
  EXPECT_EQ(place.strides, (std::vector<int64_t>{60, 20, 4}));
  EXPECT_EQ(place.origin, 0);
  EXPECT_EQ(place.span, 120);
}

TEST(Planner, KeepsWhatFitsBetweenLayersInTheScratchpadWithTheBorderOfItsReader) {
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {1, 16, 8, 8});
  Value middle = addConv(builder, x, 16, 1);
  builder.output(addConv(builder, middle, 16, 3, {1, 2, 0, 1}));
  const DeviceGraph graph = buildDeviceGraph(builder.network);
  const Plan made = plan(graph, kMachine, {});
  const Place& place = placeOf(graph, made, graph.layers[0]->output);
  EXPECT_TRUE(place.scratchpad);
  // Images, rows, columns, channels; top and bottom, left and right.
  EXPECT_EQ(place.border, (std::vector<Border>{{0, 0}, {1, 0}, {2, 1}, {0, 0}}));
  EXPECT_EQ(place.padValue, 1) << "the reader's zero point";
  EXPECT_FALSE(placeOf(graph, made, graph.outputs[0]).scratchpad) << "the host reads DRAM";
}

// A reader that wants another padding, or that sees the storage otherwise, would find the border.
TEST(Planner, ABorderIsForReadersThatAgree) {
  for (bool another : {false, true}) {
    NetworkBuilder builder;
    Value x = builder.input(DType::u8, {1, 16, 8, 8});
    Value middle = addConv(builder, x, 16, 1);
    builder.output(addConv(builder, middle, 16, 3, {1, 1, 1, 1}));
    if (another)
      middle.zeroPoint = 9;
    builder.output(addConv(builder, middle, 16, 3, {0, 2, 2, 0}));
    const DeviceGraph graph = buildDeviceGraph(builder.network);
    const Plan made = plan(graph, kMachine, {});
    const Place& place = placeOf(graph, made, graph.layers[0]->output);
    EXPECT_EQ(place.scratchpad, !another);
    if (!another) {
      EXPECT_EQ(place.border, (std::vector<Border>{{0, 0}, {1, 2}, {2, 1}, {0, 0}}));
    }
  }
}

TEST(Planner, WindowsOfFewChannelsAreLaidOutWithoutPaddingOfChannels) {
  NetworkBuilder builder;
  builder.output(addConv(builder, builder.input(DType::u8, {1, 3, 9, 9}, 0.05f, 7), 8, 3, {1, 1, 1, 1}));
  const DeviceGraph graph = buildDeviceGraph(builder.network);
  const Plan made = plan(graph, kMachine, {});
  const Place& place = placeOf(graph, made, graph.inputs[0]);
  EXPECT_EQ(made.mapping.groups[0].input, InputFlow::windows);
  EXPECT_TRUE(place.packed);
  EXPECT_EQ(place.strides, (std::vector<int64_t>{11 * 11 * 3, 11 * 3, 3, 1}));
  EXPECT_EQ(place.padValue, 7);
}

// A tile of the input and its weights take more than 1 KiB, in pieces less; a weight tile alone is 256 bytes.
TEST(Planner, TakesPiecesWhereNoTileFitsAndSaysWhichNodeDoesNotFit) {
  Machine tiny = kMachine;
  NetworkBuilder builder;
  Value x = builder.input(DType::u8, {2, 20, 10, 12});
  builder.output(addConv(builder, x, 40, 3, {1, 1, 1, 1}, 2));
  const DeviceGraph graph = buildDeviceGraph(builder.network);
  tiny.scratchpad = {1024, 1};
  EXPECT_TRUE(plan(graph, tiny, {}).mapping.groups[0].pieces);
  tiny.scratchpad = {256, 1}; // not even two pieces of one pixel
  EXPECT_EQ(errorOf([&] { plan(graph, tiny, {}); }),
            "node 'QLinearConv_0' (contraction): no tiling fits machine 'edge-16' (224 bytes of scratchpad free, 1024 "
            "accumulator rows)");
}

} // namespace
} // namespace weft::mapping
