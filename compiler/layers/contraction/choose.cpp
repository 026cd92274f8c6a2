// Mappings of a contraction: every tiling that fits is estimated, the cheapest is taken.
#include "compiler/layers/contraction/contraction.h"
#include "compiler/layers/contraction/weight_walk.h"
#include "compiler/mapping/sizes.h"
#include "isa/generated/timing.h"
#include "isa/support/error.h"

#include <fmt/format.h>
#include <utility>

namespace weft::layers {
namespace {

using mapping::divideUp;
using mapping::InputFlow;
using mapping::WeightFlow;

// Columns whose results wait in the accumulators at once, each with a signal of its own: half of a semaphore's range.
constexpr int64_t kMostColumns = 64;

// How much better one estimate must be than another one of a different model.
constexpr int64_t kClearly = 2;

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

// Of pieces all of these, and channel blocks may also be cut first: what such a piece has of a pixel serves all taps of
// the chunk.
std::vector<std::array<int64_t, 3>> pieceChunkings(const Geometry& geometry) {
  const int64_t h = geometry.stepsH, w = geometry.stepsW;
  std::vector<std::array<int64_t, 3>> result;
  for (int64_t count : divisors(h))
    result.push_back({count, 1, 1});
  for (int64_t count : divisors(w))
    if (count > 1)
      result.push_back({h, count, 1});
  for (int64_t count : divisors(geometry.stepsC)) {
    if (count == 1)
      continue;
    result.push_back({h, w, count});
    if (w > 1)
      result.push_back({h, 1, count});
    if (h > 1)
      result.push_back({1, 1, count});
  }
  return result;
}

// Accumulator rows of one of the two halves that matrix and vector engine work on alternately.
int64_t accumulatorHalf(const Machine& machine) {
  return machine.accumulatorRows() / 2;
}

// A streamed input tile is overwritten when the weights after it have been waited for: with fewer chunks to a tile than
// buffers that would come too late.
bool orderHolds(const Geometry& geometry, const GroupMapping& mapping) {
  return mapping.weights == WeightFlow::resident || mapping.pieces ||
         geometry.columnTiles * geometry.chunks() >= mapping.buffers;
}

// Cost model: cycles of the layer, from the timing chapter's closed forms without collisions. The layer is a pipeline
// of tiles; its pace is that of its slowest stage, and the first tile's load and the last tile's drain and store are
// exposed. A stage with two buffers hides its latency only if the other stage is slower.
int64_t estimateCycles(const Contraction& layer, const Geometry& geometry, const GroupMapping& mapping,
                       const Site& site) {
  // Scalar instructions around each tensor instruction, measured on compiled programs.
  constexpr int64_t kIssueCycles = 40;
  constexpr int64_t kVectorOverhead = timing::VX_PARAM_READS + timing::VX_PIPELINE + 2;
  const Machine& machine = site.machine;
  const int64_t rows = machine.array.rows;
  const int64_t latency = machine.dramLatencyCycles() + 10;
  const bool streamed = mapping.weights == WeightFlow::streamed;
  const bool loadsInput = !site.resident(layer.inputs[0]), stores = !site.resident(layer.output);
  const bool loadsResidual = layer.residual && !site.resident(layer.inputs[1]);
  const double perCycle = mapping::dramBytesPerCycle(machine);
  // Runs move whole beats.
  auto transfer = [&](int64_t bytes, int64_t run) {
    double beats = double(divideUp(run, machine.dma.busBytes) * machine.dma.busBytes) / double(run);
    return static_cast<int64_t>(double(bytes) * beats / perCycle);
  };
  const auto weightCycles = static_cast<int64_t>(chooseWeightWalk(geometry, mapping, machine).cycles);
  const int64_t chunkCycles = weightCycles / (geometry.columnTiles * geometry.chunks()); // on average
  const int64_t inputRun = mapping.input == InputFlow::windows ? layer.window.kernelW * geometry.inC
                                                               : geometry.inTileCols * geometry.inPitch;
  const int64_t stored = mapping.columnTiles * machine.array.cols;
  const int64_t outputRun = stored == geometry.outPitch ? geometry.tileCols * stored : stored;

  // One tile.
  int64_t inputBytes = loadsInput ? geometry.inTileRows * inputRun : 0;
  if (mapping.input == InputFlow::windows)
    inputBytes *= geometry.tileCols;
  const int64_t inputRuns = inputBytes / inputRun;
  const int64_t inputCycles = inputBytes > 0 ? latency + std::max(transfer(inputBytes, inputRun), inputRuns) : 0;
  const int64_t steps = geometry.steps() / geometry.chunks();
  int64_t chunk = std::max(steps * std::max(geometry.tilePixels(), rows + 1), kIssueCycles);
  if (streamed) {
    // From the last row of a chunk to the first row of the one after the next, which takes its buffer.
    int64_t turnaround = rows + machine.array.cols + timing::MX_ARRAY_DELAY + latency + chunkCycles + rows;
    chunk = std::max(chunk, divideUp(chunk + turnaround, mapping.buffers));
  }
  int64_t matrixCycles = geometry.columnTiles * geometry.chunks() * chunk;
  // The next tile's input is loaded between two tiles' weights: only the chunks loaded before it hide it.
  if (streamed && geometry.tiles() > 1)
    matrixCycles += std::max<int64_t>(0, inputCycles - mapping.buffers * chunk);
  const int64_t vectorCycles = geometry.columnTiles * (geometry.tilePixels() + kVectorOverhead);
  const int64_t pixelBytes = geometry.tilePixels() * geometry.outPitch;
  const int64_t outputBytes = (stores ? pixelBytes : 0) + (loadsResidual ? pixelBytes : 0);
  const int64_t loadCycles = inputCycles + transfer(outputBytes, outputRun) + (streamed ? weightCycles : 0);

  const int64_t first = inputCycles + 2 * latency + (streamed ? chunkCycles : weightCycles / geometry.columnTiles);
  const int64_t last = geometry.tilePixels() + (stores ? transfer(geometry.outputTileBytes, outputRun) + latency : 0);
  int64_t total = geometry.tiles() * std::max({matrixCycles, vectorCycles, loadCycles, kIssueCycles}) + first + last;
  if (!streamed) // all weights arrive during the first tile
    total = std::max(total, total - matrixCycles + weightCycles);
  return total;
}

// In pieces: chunks, each with its piece of the input, go around the columns of a group.
int64_t estimatePieces(const Contraction& layer, const Geometry& geometry, const GroupMapping& mapping,
                       const Site& site) {
  constexpr int64_t kIssueCycles = 40;
  constexpr int64_t kPieceIssueCycles = 100; // it is up to three loads
  constexpr int64_t kVectorOverhead = timing::VX_PARAM_READS + timing::VX_PIPELINE + 2;
  const Machine& machine = site.machine;
  const int64_t rows = machine.array.rows, cols = machine.array.cols;
  const int64_t latency = machine.dramLatencyCycles() + 10;
  const double perCycle = mapping::dramBytesPerCycle(machine);
  // Runs move whole beats, and each segment takes a place in the FIFO for a round trip.
  auto transfer = [&](int64_t bytes, int64_t run) {
    const double runs = double(bytes) / double(run);
    const double beats = runs * double(divideUp(run, machine.dma.busBytes) * machine.dma.busBytes) / perCycle;
    const double segments = runs * double(divideUp(run, machine.dma.burstBytes));
    return static_cast<int64_t>(std::max(beats, segments * double(latency) / machine.dma.loadOutstanding));
  };
  const bool contiguous = geometry.pixelPitch == geometry.inPitch;
  const int64_t run = contiguous ? geometry.inTileCols * geometry.pixelPitch : geometry.pixelPitch;
  const int64_t piece = site.resident(layer.inputs[0]) ? 0 : transfer(geometry.inputTileBytes, run);
  const auto weights = static_cast<int64_t>(chooseWeightWalk(geometry, mapping, machine).cycles) /
                       (geometry.columnTiles * geometry.chunks());
  const int64_t together = mapping.columnTiles;
  const int64_t steps = geometry.steps() / geometry.chunks();
  const int64_t product = std::max(steps * std::max(geometry.tilePixels(), rows + 1), kIssueCycles);
  // From the last row of a product to the first of the one after the next, which takes its weights' buffer.
  int64_t turnaround = rows + cols + timing::MX_ARRAY_DELAY + latency + weights + rows;
  int64_t exposed = 0;
  if (together == 1)
    turnaround += piece;
  else
    exposed = std::max<int64_t>(0, piece - mapping.buffers * product);
  const int64_t paced = std::max(product, divideUp(product + turnaround, mapping.buffers));
  const int64_t issue = kPieceIssueCycles + together * kIssueCycles;
  const int64_t turn = std::max({together * paced + exposed, piece + together * weights, issue});

  const int64_t vector = together * (geometry.tilePixels() + kVectorOverhead);
  const int64_t stored = geometry.storedChannels;
  int64_t moved = 0;
  if (!site.resident(layer.output))
    moved += transfer(geometry.outputTileBytes, stored);
  if (layer.residual && !site.resident(layer.inputs[1]))
    moved += transfer(geometry.outputTileBytes, stored);
  const int64_t group = std::max({geometry.chunks() * turn, vector, moved});
  return geometry.tiles() * geometry.columnGroups * group + 3 * latency + piece + moved;
}

// Whether weights that are loaded once serve all images.
bool sameRightForAll(const Contraction& layer) {
  return !layer.computedRight || layer.resultGrid.batch.extent == 1;
}

// Planes are gone through in a chunk, or row by row.
bool chunksPlanes(const Contraction& layer, const GroupMapping& mapping) {
  return layer.planes == 1 || mapping.chunks[0] == 1 || mapping.chunks[0] == layer.planes * layer.window.kernelH;
}

// Whether all walks have legal counts.
bool walksAreLegal(const Contraction& layer, const Geometry& geometry, const GroupMapping& mapping, const Site& site) {
  const bool loads = !site.resident(layer.inputs[0]);
  const bool moves = !site.resident(layer.output) || (layer.residual && !site.resident(layer.inputs[1]));
  const int64_t parameters =
      (mapping.pieces ? mapping.columnTiles : geometry.columnTiles) * timing::VX_PARAM_READS * site.machine.array.cols;
  if (mapping.pieces ? parameters > mapping::kLongestRun : !isOneBlock(parameters))
    return false;
  if (layer.computedRight ? geometry.chunkSteps[2] * site.machine.array.rows > mapping::kLongestRun
                          : !isOneBlock(geometry.chunkBytes()))
    return false;
  return (!loads || geometry.inputWalks(layer.window)) && geometry.resultWalks(moves ? geometry.storedChannels : 1) &&
         *std::max_element(geometry.chunkSteps.begin(), geometry.chunkSteps.end()) <= mapping::kLongestRun;
}

} // namespace

std::vector<Stream> Contraction::streams(const Site& site, const GroupMapping& mapping) const {
  const Geometry geometry(*this, site.machine, mapping, true);
  const bool streamed = mapping.weights == WeightFlow::streamed;
  std::vector<Stream> result(kParameters + 1);
  result[kInput] = {MapUse::inputTiles, site.resident(inputs[0]) ? 0 : geometry.inputTileBytes,
                    mapping.pieces ? mapping.buffers : std::min(mapping.buffers, geometry.tiles())};
  result[kWeights] = {MapUse::weights, streamed ? geometry.chunkBytes() : geometry.weightBytes(),
                      streamed ? mapping.buffers : 1};
  const bool loadsResidual = residual && !site.resident(inputs[1]);
  result[kResidual] = {MapUse::residualTiles, loadsResidual ? geometry.outputTileBytes : 0, mapping.buffers};
  result[kOutput] = {MapUse::outputTiles, site.resident(output) ? 0 : geometry.outputTileBytes, mapping.buffers};
  int64_t parameters = timing::VX_PARAM_READS * site.machine.array.cols *
                       (mapping.pieces ? mapping.buffers * mapping.columnTiles : geometry.columnTiles);
  if (table)
    parameters = mapping::roundUp(parameters, timing::LUT_ENTRIES) + timing::LUT_ENTRIES;
  result[kParameters] = {MapUse::parameters, parameters, 1};
  return result;
}

// Tiles take turns in the halves of the accumulators.
std::vector<int64_t> Contraction::accumulatorRows(const Site& site, const GroupMapping& mapping) const {
  const Geometry geometry(*this, site.machine, mapping, true);
  const int64_t together = mapping.pieces ? mapping.columnTiles : 1;
  const int64_t halves = std::min<int64_t>({2, mapping.buffers, geometry.tiles() * geometry.columnTiles / together});
  return std::vector<int64_t>(static_cast<size_t>(halves), geometry.tilePixels() * together);
}

std::optional<GroupMapping> Contraction::choose(const Site& site, int64_t bytes, bool windows) const {
  const Machine& machine = site.machine;
  std::optional<GroupMapping> best;
  int64_t bestCost = 0;
  auto consider = [&](const GroupMapping& candidate) {
    const Geometry geometry(*this, machine, candidate, true);
    if (!orderHolds(geometry, candidate) || !chunksPlanes(*this, candidate) ||
        (!candidate.pieces && !site.resident(inputs[0]) && !geometry.loadsInputTile(window)) ||
        !walksAreLegal(*this, geometry, candidate, site))
      return;
    const std::vector<Stream> needed = streams(site, candidate);
    if (scratchpadBytes(needed, machine.rowBytes()) > bytes)
      return;
    int64_t cost = candidate.pieces ? estimatePieces(*this, geometry, candidate, site)
                                    : estimateCycles(*this, geometry, candidate, site);
    // Streams that cannot each have banks of their own will collide now and then.
    if (scratchpadBytes(needed, machine.bankBytes()) > bytes)
      cost += cost / 16;
    if (!best || cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  };

  GroupMapping mapping;
  mapping.group = name;
  mapping.input = windows ? InputFlow::windows : InputFlow::feature;
  const Geometry whole(*this, machine, mapping, true);
  const std::vector<int64_t> groups = divisors(diagonal ? machine.rowBytes() / machine.array.cols : whole.columnTiles);
  const auto weightChunks = chunkings(whole), pieceChunks = pieceChunkings(whole);
  auto tiling = [&](int64_t tileRows, int64_t tileCols) {
    mapping.tileRows = tileRows;
    mapping.tileCols = tileCols;
    for (int64_t together : groups) {
      mapping.columnTiles = together;
      mapping.chunks = {1, 1, 1};
      mapping.weights = WeightFlow::resident;
      if (sameRightForAll(*this))
        consider(mapping);
      mapping.weights = WeightFlow::streamed;
      for (const auto& chunks : weightChunks) {
        mapping.chunks = chunks;
        consider(mapping);
      }
      mapping.chunks = {1, 1, 1};
      if (together * machine.array.cols >= 4 * machine.dma.burstBytes)
        break; // longer runs gain nothing
    }
    mapping.columnTiles = 1;
  };
  if (!diagonal)
    forTilings(whole.outH, whole.outW, accumulatorHalf(machine), tiling, [&] { return best.has_value(); });
  // Where a tiling fits but leaves the array idle for most of the time, pieces that are surely better are taken
  // instead.
  const int64_t busy = whole.batch * whole.outH * whole.outW * whole.columnTiles * whole.steps();
  if (best && bestCost <= kClearly * busy)
    return best;
  const std::optional<GroupMapping> fitting = std::exchange(best, std::nullopt);
  const int64_t fittingCost = bestCost;
  auto pieces = [&](int64_t tileRows, int64_t tileCols) {
    if (!diagonal && !fitting)
      tiling(tileRows, tileCols);
    GroupMapping candidate = mapping;
    candidate.tileRows = tileRows;
    candidate.tileCols = tileCols;
    candidate.weights = WeightFlow::streamed;
    candidate.pieces = true;
    for (int64_t together : groups) {
      candidate.columnTiles = together;
      if (together > kMostColumns || together * tileRows * tileCols > accumulatorHalf(machine))
        break;
      for (const auto& chunks : pieceChunks) {
        candidate.chunks = chunks;
        consider(candidate);
      }
    }
  };
  forAllTilings(whole.outH, whole.outW, accumulatorHalf(machine), pieces);
  return fitting && (!best || kClearly * bestCost > fittingCost) ? fitting : best;
}

void Contraction::check(const Site& site, const GroupMapping& mapping, int64_t bytes) const {
  const Geometry geometry = checkTiling(site, mapping, true);
  auto fail = [&](const std::string& reason) { throw Error(fmt::format("mapping of '{}': {}", name, reason)); };
  const int64_t together = mapping.pieces ? mapping.columnTiles : 1;
  if (geometry.tilePixels() * together > accumulatorHalf(site.machine))
    fail(fmt::format("{}a tile of {} x {} pixels does not fit half of the accumulators ({} rows)",
                     together > 1 ? fmt::format("{} times ", together) : "", geometry.tileRows, geometry.tileCols,
                     accumulatorHalf(site.machine)));
  if (together > kMostColumns)
    fail(fmt::format("column_tiles is {}, with input in pieces at most {}", together, kMostColumns));
  if (mapping.pieces && mapping.weights != WeightFlow::streamed)
    fail("input in pieces comes with streamed weights; make them streamed");
  const int64_t columns = diagonal ? site.machine.rowBytes() / site.machine.array.cols : geometry.columnTiles;
  if (columns % mapping.columnTiles != 0)
    fail(fmt::format("column_tiles is {}, it must divide {}", mapping.columnTiles, columns));
  if (geometry.stepsH % mapping.chunks[0] || geometry.stepsW % mapping.chunks[1] || geometry.stepsC % mapping.chunks[2])
    fail(fmt::format("chunks [{}, {}, {}] must divide [{}, {}, {}]", mapping.chunks[0], mapping.chunks[1],
                     mapping.chunks[2], geometry.stepsH, geometry.stepsW, geometry.stepsC));
  if (!chunksPlanes(*this, mapping))
    fail(fmt::format("chunks along kernel rows are {}, legal are 1 and {}", mapping.chunks[0], geometry.stepsH));
  if (mapping.weights == WeightFlow::resident && !sameRightForAll(*this))
    fail("the right side differs between images: weights must be streamed");
  if (mapping.weights == WeightFlow::resident && geometry.chunks() != 1)
    fail("resident weights are loaded whole: chunks must be [1, 1, 1]");
  if (!orderHolds(geometry, mapping))
    fail("streamed weights need at least two chunks to a tile; make them resident");
  if (!walksAreLegal(*this, geometry, mapping, site))
    fail(fmt::format("a walk would have a count above {}: use smaller tiles or chunks, or input in pieces",
                     mapping::kLongestRun));
  checkFit(site, mapping, bytes);
}

std::string Contraction::describe(const GroupMapping& mapping) const {
  return fmt::format("contraction: tile {} x {}, weights {}, {} column tiles together, chunks {}x{}x{}{}{}",
                     mapping.tileRows, mapping.tileCols, mapping::name(mapping.weights), mapping.columnTiles,
                     mapping.chunks[0], mapping.chunks[1], mapping.chunks[2],
                     mapping.input == InputFlow::windows ? ", windows" : "", mapping.pieces ? ", input in pieces" : "");
}

} // namespace weft::layers
