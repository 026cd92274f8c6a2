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

// In pieces: tile by tile, channel block by channel block, and each of these by parts of the window.
int64_t estimatePieces(const Map& layer, const Geometry& geometry, const GroupMapping& mapping, const Site& site) {
  constexpr int64_t kIssueCycles = 150;
  constexpr int64_t kVectorOverhead = timing::VX_PARAM_READS + timing::VX_PIPELINE + 2;
  const Machine& machine = site.machine;
  const int64_t latency = machine.dramLatencyCycles() + 10;
  const double perCycle = mapping::dramBytesPerCycle(machine);
  auto transfer = [&](int64_t bytes, int64_t run) { // a segment takes a place in the FIFO for a round trip
    const double runs = double(bytes) / double(run);
    const double beats = runs * double(divideUp(run, machine.dma.busBytes) * machine.dma.busBytes) / perCycle;
    return static_cast<int64_t>(std::max(beats, runs * double(latency) / machine.dma.loadOutstanding));
  };
  const int64_t parts = mapping.chunks[0] * mapping.chunks[1];
  const int64_t taps = layer.window.kernelH * layer.window.kernelW / parts;
  int64_t load = 0;
  for (int32_t input : layer.inputs)
    if (!site.resident(input))
      load += transfer(geometry.inputTileBytes, geometry.pixelPitch);
  if (layer.operation.weights)
    load += transfer(taps * machine.array.cols, taps * machine.array.cols);
  int64_t vector = geometry.tilePixels() * taps + kVectorOverhead;
  if (parts > 1)
    vector += 2 * geometry.tilePixels() + kVectorOverhead;
  // Two buffers hide the latency of a load behind the turn before.
  const int64_t turn = std::max({load, vector, kIssueCycles, divideUp(load + latency + vector, mapping.buffers)});
  const int64_t stored = site.resident(layer.output) ? 0 : transfer(geometry.outputTileBytes, geometry.storedChannels);
  return geometry.tiles() * geometry.columnTiles * std::max(parts * turn, stored) + 2 * latency + load + stored;
}

// Whether all walks have legal counts.
bool walksAreLegal(const Map& layer, const Geometry& geometry, const GroupMapping& mapping, const Site& site) {
  auto isResident = [&](int32_t activation) { return site.resident(activation); };
  const bool loads = !std::all_of(layer.inputs.begin(), layer.inputs.end(), isResident);
  const int64_t cols = site.machine.array.cols, blocks = mapping.pieces ? 1 : geometry.columnTiles;
  const int64_t taps = layer.window.kernelH * layer.window.kernelW;
  auto isBlock = [&](bool needed, int64_t bytes) { return !needed || isOneBlock(bytes); };
  return (!loads || geometry.inputWalks(layer.window)) &&
         geometry.resultWalks(isResident(layer.output) ? 1 : geometry.storedChannels) &&
         geometry.outPitch / cols <= mapping::kLongestRun &&
         std::max(geometry.stepsH / mapping.chunks[0], geometry.stepsW / mapping.chunks[1]) <= mapping::kLongestRun &&
         isBlock(layer.operation.parameters, blocks * timing::VX_PARAM_READS * cols) &&
         isBlock(layer.operation.weights, blocks * taps * cols);
}

} // namespace

bool Map::isOnArray(const GroupMapping& mapping) const {
  return mapping.pieces && mapping.weights == mapping::WeightFlow::streamed && operation.window && operation.parameters;
}

std::unique_ptr<Contraction> Map::onArray() const {
  auto layer = std::make_unique<Contraction>();
  layer->name = name;
  layer->inputs = inputs;
  layer->output = output;
  layer->grids = grids;
  layer->resultGrid = resultGrid;
  layer->window = window;
  layer->fill = fill;
  layer->diagonal = true;
  layer->ones = !operation.weights;
  layer->weights = weights;
  layer->weights.groups = resultGrid.channels.extent;
  if (layer->ones)
    layer->weights.zeroPoint = 0;
  layer->requantise = requantise;
  for (const Setting& setting : settings)
    if (setting.field == config::zo)
      layer->requantise.zeroPoint = static_cast<int32_t>(setting.value);
  layer->requantise.lo = lo;
  layer->requantise.hi = hi;
  layer->table = table;
  return layer;
}

std::vector<int64_t> Map::accumulatorRows(const Site& site, const GroupMapping& mapping) const {
  return isOnArray(mapping) ? onArray()->accumulatorRows(site, mapping) : std::vector<int64_t>();
}

std::vector<Stream> Map::streams(const Site& site, const GroupMapping& mapping) const {
  if (isOnArray(mapping))
    return onArray()->streams(site, mapping);
  const Geometry geometry(*this, site.machine, mapping, false);
  const int64_t cols = site.machine.array.cols;
  std::vector<Stream> result;
  for (int32_t input : inputs)
    result.push_back({MapUse::inputTiles, site.resident(input) ? 0 : geometry.inputTileBytes,
                      mapping.pieces ? mapping.buffers : std::min(mapping.buffers, geometry.tiles())});
  const int64_t blocks = mapping.pieces ? mapping.buffers : geometry.columnTiles; // of channels, at once
  result.push_back({MapUse::weights, operation.weights ? blocks * geometry.stepsH * geometry.stepsW * cols : 0, 1});
  result.push_back({MapUse::outputTiles, site.resident(output) ? 0 : geometry.outputTileBytes, mapping.buffers});
  int64_t parameters = operation.parameters ? blocks * timing::VX_PARAM_READS * cols : 0;
  if (table)
    parameters = mapping::roundUp(parameters, timing::LUT_ENTRIES) + timing::LUT_ENTRIES;
  result.push_back({MapUse::parameters, parameters, 1});
  if (mapping.pieces && mapping.chunks[0] * mapping.chunks[1] > 1)
    result.push_back({MapUse::outputTiles, geometry.outputTileBytes, 2});
  return result;
}

std::optional<GroupMapping> Map::choose(const Site& site, int64_t bytes, bool) const {
  std::optional<GroupMapping> best;
  int64_t bestCost = 0;
  const bool resident = std::all_of(inputs.begin(), inputs.end(), [&](int32_t input) { return site.resident(input); });
  auto consider = [&](const GroupMapping& candidate) {
    const Geometry geometry(*this, site.machine, candidate, false);
    const std::vector<Stream> needed = streams(site, candidate);
    if ((!candidate.pieces && !resident && !geometry.loadsInputTile(window)) ||
        !walksAreLegal(*this, geometry, candidate, site) || scratchpadBytes(needed, site.machine.rowBytes()) > bytes)
      return;
    int64_t cost =
        candidate.pieces ? estimatePieces(*this, geometry, candidate, site) : estimateCycles(*this, geometry, site);
    // Streams that cannot each have banks of their own will collide now and then.
    if (scratchpadBytes(needed, site.machine.bankBytes()) > bytes)
      cost += cost / 16;
    if (!best || cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  };
  GroupMapping candidate;
  candidate.group = name;
  auto tiling = [&](int64_t tileRows, int64_t tileCols) {
    candidate.tileRows = tileRows;
    candidate.tileCols = tileCols;
    consider(candidate);
  };
  const int64_t outH = resultGrid.height.extent, outW = resultGrid.width.extent;
  forTilings(outH, outW, outH * outW, tiling, [&] { return best.has_value(); });
  if (best)
    return best;
  forAllTilings(outH, outW, outH * outW, tiling);
  candidate.pieces = true;
  forAllTilings(outH, outW, outH * outW, tiling);
  if (best || !operation.window)
    return best;
  if (operation.parameters)
    return onArray()->choose(site, bytes, false);
  forAllTilings(outH, outW, outH * outW, [&](int64_t tileRows, int64_t tileCols) {
    for (int64_t h : divisors(window.kernelH)) {
      candidate.chunks = {h, 1, 1};
      tiling(tileRows, tileCols);
    }
    for (int64_t w : divisors(window.kernelW)) {
      candidate.chunks = {window.kernelH, w, 1};
      tiling(tileRows, tileCols);
    }
  });
  return best;
}

void Map::check(const Site& site, const GroupMapping& mapping, int64_t bytes) const {
  if (isOnArray(mapping)) {
    onArray()->check(site, mapping, bytes);
    return;
  }
  auto fail = [&](const std::string& reason) { throw Error(fmt::format("mapping of '{}': {}", name, reason)); };
  const Geometry geometry = checkTiling(site, mapping, false);
  if (mapping.pieces) {
    if (mapping.chunks != std::array<int64_t, 3>{1, 1, 1} && (!operation.window || operation.parameters))
      fail("only windows of a maximum come in chunks, and on the array (weights streamed) those of a sum");
    if (window.kernelH % mapping.chunks[0] || window.kernelW % mapping.chunks[1] || mapping.chunks[2] != 1)
      fail(fmt::format("chunks [{}, {}, {}] must divide [{}, {}, 1]", mapping.chunks[0], mapping.chunks[1],
                       mapping.chunks[2], window.kernelH, window.kernelW));
  }
  if (!walksAreLegal(*this, geometry, mapping, site))
    fail(
        fmt::format("a walk would have a count above {}: use smaller tiles, or input in pieces", mapping::kLongestRun));
  checkFit(site, mapping, bytes);
}

std::string Map::describe(const GroupMapping& mapping) const {
  std::string text =
      fmt::format("map {}: tile {} x {}", info(operation.opcode).mnemonic, mapping.tileRows, mapping.tileCols);
  if (mapping.pieces)
    text += fmt::format(", input in pieces{}", isOnArray(mapping) ? " on the array" : "");
  if (mapping.pieces && mapping.chunks != std::array<int64_t, 3>{1, 1, 1})
    text += fmt::format(", chunks {}x{}x{}", mapping.chunks[0], mapping.chunks[1], mapping.chunks[2]);
  return text;
}

} // namespace weft::layers
