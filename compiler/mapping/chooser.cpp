#include "compiler/mapping/chooser.h"

#include "isa/support/error.h"

#include <fmt/format.h>

namespace weft::mapping {
namespace {

std::vector<int64_t> divisors(int64_t value) {
  std::vector<int64_t> result;
  for (int64_t i = 1; i <= value; ++i)
    if (value % i == 0)
      result.push_back(i);
  return result;
}

// Ways to cut the steps of a column tile into equal chunks: kernel rows first, then columns, then channel blocks.
std::vector<std::array<int64_t, 3>> chunkings(const Geometry& geometry) {
  std::vector<std::array<int64_t, 3>> result;
  result.push_back({1, 1, 1});
  if (geometry.stepsH > 1)
    result.push_back({geometry.stepsH, 1, 1});
  if (geometry.stepsW > 1)
    result.push_back({geometry.stepsH, geometry.stepsW, 1});
  for (int64_t count : divisors(geometry.stepsC))
    if (count > 1)
      result.push_back({geometry.stepsH, geometry.stepsW, count});
  return result;
}

// Accumulator rows of one of the two halves that matrix and vector engine work on alternately.
int64_t accumulatorHalf(const Machine& machine) {
  return machine.accumulatorRows() / 2;
}

// A streamed input tile is overwritten when the weights after it have been waited for: with fewer chunks to a tile than
// buffers that would come too late.
bool orderHolds(const Geometry& geometry, const GroupMapping& mapping) {
  return mapping.weights == WeightFlow::resident || geometry.columnTiles * geometry.chunks() >= mapping.buffers;
}

bool loads(const Geometry& geometry, const Group& group, const Residency& residency) {
  bool all = residency.input && (group.inputs.size() < 2 || residency.secondInput);
  return all || group.kind == GroupKind::concat || geometry.loadsInputTile(group);
}

} // namespace

std::optional<GroupMapping> chooseMapping(const DeviceGraph& graph, const Group& group, const Machine& machine,
                                          const Residency& residency, int64_t scratchpadBytes, bool windows) {
  const bool matrix = group.kind == GroupKind::matrix;
  const Geometry whole(graph, group, machine, GroupMapping{});
  const int64_t outH = whole.outH, outW = whole.outW;
  int64_t pixelLimit = matrix ? accumulatorHalf(machine) : outH * outW;
  std::optional<GroupMapping> best;
  int64_t bestCost = 0;

  auto consider = [&](const GroupMapping& candidate) {
    Geometry geometry(graph, group, machine, candidate);
    if (!orderHolds(geometry, candidate) || !loads(geometry, group, residency))
      return;
    WorkingSet set = workingSet(geometry, group, candidate, machine, residency);
    if (set.bytes(machine.rowBytes()) > scratchpadBytes)
      return;
    int64_t cost = estimateCycles(geometry, group, candidate, machine, residency);
    // Streams that cannot each have banks of their own will collide now and then.
    if (set.bytes(machine.bankBytes()) > scratchpadBytes)
      cost += cost / 16;
    if (!best || cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  };

  GroupMapping mapping;
  mapping.group = group.name;
  mapping.input = windows ? InputFlow::windows : InputFlow::feature;
  // Whole rows of pixels if at least one fits, else parts of a row.
  std::vector<int64_t> colChoices = {outW};
  for (int64_t parts = 2; parts <= outW && colChoices.size() < 8; parts *= 2)
    colChoices.push_back(divideUp(outW, parts));
  for (int64_t tileCols : colChoices) {
    if (tileCols > pixelLimit)
      continue;
    mapping.tileCols = tileCols;
    int64_t maximumRows = std::min(outH, pixelLimit / tileCols);
    int64_t previous = 0;
    for (int64_t rowTiles = divideUp(outH, maximumRows); rowTiles <= outH; ++rowTiles) {
      mapping.tileRows = divideUp(outH, rowTiles); // equal tiles: none nearly empty
      if (mapping.tileRows == previous)
        continue;
      previous = mapping.tileRows;
      if (!matrix) {
        consider(mapping);
        continue;
      }
      Geometry geometry(graph, group, machine, mapping);
      for (int64_t together : divisors(geometry.columnTiles)) {
        mapping.columnTiles = together;
        mapping.chunks = {1, 1, 1};
        mapping.weights = WeightFlow::resident;
        consider(mapping);
        mapping.weights = WeightFlow::streamed;
        for (const auto& chunks : chunkings(geometry)) {
          mapping.chunks = chunks;
          consider(mapping);
        }
        mapping.chunks = {1, 1, 1};
        if (together * machine.array.cols >= 4 * machine.dma.burstBytes)
          break; // longer runs gain nothing
      }
      mapping.columnTiles = 1;
    }
    if (best)
      break; // narrower tiles only cost more
  }
  return best;
}

void checkMapping(const DeviceGraph& graph, const Group& group, const Machine& machine, const GroupMapping& mapping,
                  const Residency& residency, int64_t scratchpadBytes) {
  auto fail = [&](const std::string& reason) { throw Error(fmt::format("mapping of '{}': {}", group.name, reason)); };
  auto inRange = [&](const char* field, int64_t value, int64_t least, int64_t most) {
    if (value < least || value > most)
      fail(fmt::format("{} is {}, legal are {} to {}", field, value, least, most));
  };
  inRange("tile_rows", mapping.tileRows, 1, 1 << 20);
  inRange("tile_cols", mapping.tileCols, 0, 1 << 20);
  inRange("column_tiles", mapping.columnTiles, 1, 1 << 20);
  inRange("buffers", mapping.buffers, 2, 2);
  for (int64_t chunk : mapping.chunks)
    inRange("chunks", chunk, 1, 1 << 20);
  Geometry geometry(graph, group, machine, mapping);
  if (group.kind == GroupKind::matrix) {
    if (geometry.tilePixels() > accumulatorHalf(machine))
      fail(fmt::format("a tile of {} x {} pixels does not fit half of the accumulators ({} rows)", geometry.tileRows,
                       geometry.tileCols, accumulatorHalf(machine)));
    if (geometry.columnTiles % mapping.columnTiles != 0)
      fail(fmt::format("column_tiles is {}, it must divide {}", mapping.columnTiles, geometry.columnTiles));
    if (geometry.stepsH % mapping.chunks[0] || geometry.stepsW % mapping.chunks[1] ||
        geometry.stepsC % mapping.chunks[2])
      fail(fmt::format("chunks [{}, {}, {}] must divide [{}, {}, {}]", mapping.chunks[0], mapping.chunks[1],
                       mapping.chunks[2], geometry.stepsH, geometry.stepsW, geometry.stepsC));
    if (mapping.weights == WeightFlow::resident && geometry.chunks() != 1)
      fail("resident weights are loaded whole: chunks must be [1, 1, 1]");
    if (!orderHolds(geometry, mapping))
      fail("streamed weights need at least two chunks to a tile; make them resident");
  }
  if (!loads(geometry, group, residency))
    fail(fmt::format("a row of an input tile has {} bytes, the most is {} where a map is padded: use smaller tile_cols",
                     geometry.inTileCols * geometry.inPitch, kLongestRun));
  WorkingSet set = workingSet(geometry, group, mapping, machine, residency);
  if (set.bytes(machine.rowBytes()) > scratchpadBytes)
    fail(fmt::format("needs {} bytes of scratchpad, {} are free", set.bytes(machine.rowBytes()), scratchpadBytes));
}

} // namespace weft::mapping
