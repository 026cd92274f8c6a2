// Mappings of a map: every tiling that fits is estimated, the cheapest is taken.
#include "compiler/layers/map/map.h"
#include "compiler/mapping/sizes.h"
#include "isa/generated/timing.h"

#include <fmt/format.h>

namespace weft::layers {
namespace {

using mapping::divideUp;

// Cost model, as that of contractions: a pipeline of tiles at the pace of its slowest stage.
int64_t estimateCycles(const Map& layer, const Geometry& geometry, const Site& site) {
  constexpr int64_t kIssueCycles = 40;
  constexpr int64_t kVectorOverhead = timing::VX_PARAM_READS + timing::VX_PIPELINE + 2;
  const Machine& machine = site.machine;
  const int64_t latency = machine.dramLatencyCycles() + 10;
  const double perCycle = mapping::dramBytesPerCycle(machine);
  auto transfer = [&](int64_t bytes, int64_t run) {
    double beats = double(divideUp(run, machine.dma.busBytes) * machine.dma.busBytes) / double(run);
    return static_cast<int64_t>(double(bytes) * beats / perCycle);
  };
  const int64_t inputRun = geometry.inTileCols * geometry.inPitch;
  const int64_t outputRun = geometry.tileCols * geometry.outPitch;
  const bool stores = !site.resident(layer.output);

  int64_t inputBytes = site.resident(layer.inputs[0]) ? 0 : geometry.inTileRows * inputRun;
  if (layer.inputs.size() > 1 && !site.resident(layer.inputs[1]))
    inputBytes *= 2;
  const int64_t inputRuns = inputBytes / inputRun;
  const int64_t inputCycles = inputBytes > 0 ? latency + std::max(transfer(inputBytes, inputRun), inputRuns) : 0;
  const int64_t taps = layer.window.kernelH * layer.window.kernelW;
  const int64_t vectorCycles = geometry.columnTiles * (geometry.tilePixels() * taps + kVectorOverhead);
  const int64_t outputBytes = stores ? geometry.tilePixels() * geometry.outPitch : 0;
  const int64_t loadCycles = inputCycles + transfer(outputBytes, outputRun);
  const int64_t first = inputCycles + 2 * latency;
  const int64_t last = stores ? transfer(geometry.outputTileBytes, outputRun) + latency : 0;
  return geometry.tiles() * std::max({vectorCycles, loadCycles, kIssueCycles}) + first + last;
}

} // namespace

std::vector<Stream> Map::streams(const Site& site, const GroupMapping& mapping) const {
  const Geometry geometry(*this, site.machine, mapping, false);
  const int64_t cols = site.machine.array.cols;
  std::vector<Stream> result;
  for (int32_t input : inputs)
    result.push_back({MapUse::inputTiles, site.resident(input) ? 0 : geometry.inputTileBytes,
                      std::min(mapping.buffers, geometry.tiles())});
  result.push_back(
      {MapUse::weights, operation.weights ? geometry.columnTiles * geometry.stepsH * geometry.stepsW * cols : 0, 1});
  result.push_back({MapUse::outputTiles, site.resident(output) ? 0 : geometry.outputTileBytes, mapping.buffers});
  int64_t parameters = operation.parameters ? geometry.columnTiles * timing::VX_PARAM_READS * cols : 0;
  if (table)
    parameters = mapping::roundUp(parameters, timing::LUT_ENTRIES) + timing::LUT_ENTRIES;
  result.push_back({MapUse::parameters, parameters, 1});
  return result;
}

std::optional<GroupMapping> Map::choose(const Site& site, int64_t bytes, bool) const {
  std::optional<GroupMapping> best;
  int64_t bestCost = 0;
  const bool resident = std::all_of(inputs.begin(), inputs.end(), [&](int32_t input) { return site.resident(input); });
  auto tiling = [&](int64_t tileRows, int64_t tileCols) {
    GroupMapping candidate;
    candidate.group = name;
    candidate.tileRows = tileRows;
    candidate.tileCols = tileCols;
    const Geometry geometry(*this, site.machine, candidate, false);
    const std::vector<Stream> needed = streams(site, candidate);
    if ((!resident && !geometry.loadsInputTile(window)) || scratchpadBytes(needed, site.machine.rowBytes()) > bytes)
      return;
    int64_t cost = estimateCycles(*this, geometry, site);
    // Streams that cannot each have banks of their own will collide now and then.
    if (scratchpadBytes(needed, site.machine.bankBytes()) > bytes)
      cost += cost / 16;
    if (!best || cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  };
  forTilings(resultGrid.height.extent, resultGrid.width.extent, resultGrid.height.extent * resultGrid.width.extent,
             tiling, [&] { return best.has_value(); });
  return best;
}

void Map::check(const Site& site, const GroupMapping& mapping, int64_t bytes) const {
  checkTiling(site, mapping, false);
  checkFit(site, mapping, bytes);
}

std::string Map::describe(const GroupMapping& mapping) const {
  return fmt::format("map {}: tile {} x {}", info(operation.opcode).mnemonic, mapping.tileRows, mapping.tileCols);
}

} // namespace weft::layers
