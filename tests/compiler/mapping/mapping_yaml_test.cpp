// Is a mapping's text form complete, and does every mistake in one get a message with its line?
#include "compiler/mapping/mapping.h"
#include "tests/compiler/mapping/networks.h"

#include <gtest/gtest.h>

namespace weft::mapping {
namespace {

std::string error(const std::string& yaml) {
  return test::errorOf([&] { parseMapping(yaml, "m.yaml"); });
}

TEST(MappingYaml, RoundTrip) {
  Mapping mapping;
  mapping.machine = "edge-16";
  mapping.groups.push_back({.group = "conv: 1", // needs quotes
                            .weights = WeightFlow::streamed,
                            .tileRows = 3,
                            .tileCols = 14,
                            .columnTiles = 2,
                            .chunks = {3, 1, 4}});
  mapping.groups.push_back({.group = "pool", .pieces = true});
  const std::string text = toYaml(mapping);
  Mapping back = parseMapping(text, "m.yaml");
  EXPECT_EQ(toYaml(back), text);
  ASSERT_EQ(back.groups.size(), 2u);
  EXPECT_EQ(back.machine, "edge-16");
  EXPECT_EQ(back.groups[0].group, "conv: 1");
  EXPECT_EQ(back.groups[0].weights, WeightFlow::streamed);
  EXPECT_EQ(back.groups[0].tileRows, 3);
  EXPECT_EQ(back.groups[0].tileCols, 14);
  EXPECT_EQ(back.groups[0].columnTiles, 2);
  EXPECT_EQ(back.groups[0].chunks, (std::array<int64_t, 3>{3, 1, 4}));
  EXPECT_EQ(back.groups[0].buffers, 2);
  EXPECT_FALSE(back.groups[0].pieces);
  EXPECT_TRUE(back.groups[1].pieces);
}

TEST(MappingYaml, FieldsThatAreLeftOutStayAsChosen) {
  const Mapping mapping = parseMapping("groups:\n  - node: a\n    tile_rows: 2\n", "m.yaml");
  ASSERT_EQ(mapping.groups.size(), 1u);
  ASSERT_TRUE(isPartial(mapping.groups[0]));
  const GroupMapping whole =
      completed(mapping.groups[0], {.group = "a", .pieces = true, .tileRows = 5, .columnTiles = 3});
  EXPECT_EQ(whole.tileRows, 2);
  EXPECT_EQ(whole.columnTiles, 3);
  EXPECT_TRUE(whole.pieces);
  EXPECT_FALSE(isPartial(parseMapping(toYaml({.machine = "m", .origin = "", .groups = {whole}}), "m.yaml").groups[0]));
}

TEST(MappingYaml, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(error(""), "m.yaml:1: must be a mapping");
  EXPECT_EQ(error("[1, 2]"), "m.yaml:1: must be a mapping");
  EXPECT_EQ(error("machine: x"), "m.yaml:1: field 'groups' is missing");
  EXPECT_EQ(error("groups: 3"), "m.yaml:1: 'groups' must be a list with at least one item");
  EXPECT_EQ(error("groups: []"), "m.yaml:1: 'groups' must be a list with at least one item");
  EXPECT_EQ(error("groups:\n  - 3\n"), "m.yaml:2: must be a mapping");
  EXPECT_EQ(error("groups:\n  - tile_rows: 3\n"), "m.yaml:2: field 'node' is missing");
  EXPECT_EQ(error("groups:\n  - node: a\n    weights: x\n"),
            "m.yaml:3: 'weights' is 'x'; legal are resident, streamed");
  EXPECT_EQ(error("groups:\n  - node: a\n    chunks: [1, 2]\n"), "m.yaml:2: 'chunks' must be three numbers");
  EXPECT_EQ(error("groups:\n  - node: a\n    rows: 2\n"),
            "m.yaml:3: unknown key 'rows'; known are node, weights, input, tile_rows, tile_cols, column_tiles, "
            "chunks, buffers");
  EXPECT_EQ(error("groups:\n  - node: a\nbatch: 2\n"), "m.yaml:3: unknown key 'batch'; known are machine, groups");
  EXPECT_EQ(error("groups:\n  - node: a\n    node: b\n"), "m.yaml:3: 'node' is given twice");
  EXPECT_EQ(error("groups:\n  - node: a\n    input: x\n"), "m.yaml:3: 'input' is 'x'; legal are tiles, pieces");
  EXPECT_EQ(error("groups:\n  - node: a\n    tile_rows: many\n"),
            "m.yaml:3: 'tile_rows' must be a whole number from 0 to 1099511627776");
  EXPECT_EQ(error("groups:\n  - node: [\n").substr(0, 9), "m.yaml:3:");
}

} // namespace
} // namespace weft::mapping
