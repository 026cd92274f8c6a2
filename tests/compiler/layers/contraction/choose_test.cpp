// Which mapping is chosen for a contraction, and what may a given one not be?
#include "compiler/layers/contraction/contraction.h"
#include "tests/compiler/layers/layers.h"

#include <gtest/gtest.h>

namespace weft::layers {
namespace {

using namespace weft::test;
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

struct Choose : testing::Test {
  const DeviceGraph graph = sample();
  const Contraction& layer = layerAs<Contraction>(graph, 0);
  const std::vector<mapping::Place> places = placesOf(graph, kMachine);
  const Site site{graph, kMachine, places};
};

TEST_F(Choose, TakesTheWholeMapWhereItFitsAndPartsOfARowOrPiecesWhereARowDoesNot) {
  auto roomy = layer.choose(site, kMachine.scratchpad.bytes, false);
  ASSERT_TRUE(roomy);
  EXPECT_EQ(roomy->weights, WeightFlow::resident) << "14 KiB of weights fit and are read for two tiles";
  // A row of 6 results needs 2 buffers of 3 x 13 input pixels of 32 bytes, which is 2496 alone.
  auto narrow = layer.choose(site, 3200, false);
  ASSERT_TRUE(narrow);
  EXPECT_TRUE(narrow->tileCols < 6 || narrow->pieces);
  EXPECT_NO_THROW(layer.check(site, *narrow, 3200));
  EXPECT_FALSE(layer.choose(site, 500, false));
}

TEST_F(Choose, RefusesIllegalMappingsWithTheFieldsName) {
  auto error = [&](const GroupMapping& mapping, int64_t bytes = 1 << 18) {
    return errorOf([&] { layer.check(site, mapping, bytes); });
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
  const Site small{graph, few, places};
  EXPECT_EQ(errorOf([&] { layer.check(small, {.group = {}, .tileRows = 2}, 1 << 18); }),
            start + "a tile of 2 x 6 pixels does not fit half of the accumulators (8 rows)");
}

TEST_F(Choose, SaysItsMappingInALine) {
  EXPECT_EQ(layer.describe({.group = {}, .weights = WeightFlow::streamed, .tileRows = 2, .tileCols = 6}),
            "contraction: tile 2 x 6, weights streamed, 1 column tiles together, chunks 1x1x1");
}

} // namespace
} // namespace weft::layers
