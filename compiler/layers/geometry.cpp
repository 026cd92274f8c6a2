#include "compiler/layers/geometry.h"

#include "compiler/mapping/sizes.h"
#include "isa/support/error.h"

#include <fmt/format.h>

namespace weft::layers {

using mapping::divideUp;
using mapping::roundUp;

Geometry::Geometry(const GridLayer& layer, const Machine& machine, const GroupMapping& mapping, bool columns) {
  const Grid &input = layer.grids[0], &output = layer.resultGrid;
  const Window& window = layer.window;
  const int64_t rows = machine.array.rows, cols = machine.array.cols;
  batch = output.batch.extent;
  inH = input.height.extent;
  inW = input.width.extent;
  inC = input.channels.extent;
  inPitch = roundUp(inC, machine.rowBytes());
  outC = output.channels.extent;
  outPitch = roundUp(outC, machine.rowBytes());
  outH = output.height.extent;
  outW = output.width.extent;
  columnTiles = divideUp(outC, cols);
  diagonal = columns && layer.diagonal;
  if (diagonal)
    columnTiles = roundUp(outC, machine.rowBytes()) / cols;
  columnGroups = divideUp(columnTiles, mapping.columnTiles);

  tileRows = std::min(mapping.tileRows, outH);
  tileCols = mapping.tileCols > 0 ? std::min(mapping.tileCols, outW) : outW;
  rowTiles = divideUp(outH, tileRows);
  colTiles = divideUp(outW, tileCols);

  stepsH = layer.planes * window.kernelH;
  stepsW = window.kernelW;
  stepsC = divideUp(inC, rows);
  stepBytes = rows * cols;
  reductionRows = inC;
  if (diagonal) {
    reductionRows = machine.rowBytes();
    stepsC = reductionRows / rows;
  }
  if (mapping.input == mapping::InputFlow::windows) {
    windowPitch = roundUp(window.kernelW * inC, rows);
    stepsW = 1;
    stepsC = windowPitch / rows;
    reductionRows = window.kernelW * inC;
  }
  chunkSteps = {stepsH / mapping.chunks[0], stepsW / mapping.chunks[1], stepsC / mapping.chunks[2]};
  const int64_t tapsH = mapping.pieces ? std::min(chunkSteps[0], window.kernelH) : window.kernelH;
  const int64_t tapsW = mapping.pieces ? chunkSteps[1] : window.kernelW;
  inTileRows = (tileRows - 1) * window.strideH + (tapsH - 1) * window.dilationH + 1;
  inTileCols = windowPitch > 0 ? tileCols : (tileCols - 1) * window.strideW + (tapsW - 1) * window.dilationW + 1;
  if (mapping.pieces)
    pixelPitch = columns ? chunkSteps[2] * rows : cols;
  else
    pixelPitch = windowPitch > 0 ? windowPitch : inPitch;
  inputTileBytes = inTileRows * inTileCols * pixelPitch;
  storedChannels = columns ? mapping.columnTiles * cols : mapping.pieces ? cols : outPitch;
  outputTileBytes = tilePixels() * storedChannels;
}

bool Geometry::reachesOutside(const Window& window) const {
  int64_t lastRow =
      (rowTiles * tileRows - 1) * window.strideH + (window.kernelH - 1) * window.dilationH - window.padTop;
  return window.padTop > 0 || lastRow >= inH;
}

// Longer rows are loaded pixel by pixel; then the window of real elements tells columns apart, not rows.
bool Geometry::loadsInputTile(const Window& window) const {
  return windowPitch > 0 || inTileCols * pixelPitch <= mapping::kLongestRun || !reachesOutside(window);
}

bool Geometry::inputWalks(const Window& window) const {
  const int64_t run = windowPitch > 0 ? std::min(window.kernelW * inC, pixelPitch) : pixelPitch;
  return std::max({run, inTileRows, inTileCols}) <= mapping::kLongestRun;
}

bool Geometry::resultWalks(int64_t channels) const {
  return std::max({channels, tileRows, tileCols}) <= mapping::kLongestRun;
}

int64_t Geometry::chunks() const {
  return (stepsH / chunkSteps[0]) * (stepsW / chunkSteps[1]) * (stepsC / chunkSteps[2]);
}

Geometry GridLayer::checkTiling(const Site& site, const GroupMapping& mapping, bool columns) const {
  auto fail = [&](const std::string& reason) { throw Error(fmt::format("mapping of '{}': {}", name, reason)); };
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
  const Geometry geometry(*this, site.machine, mapping, columns);
  const auto last = columns ? inputs.begin() + 1 : inputs.end(); // a residual is read pixel by pixel
  if (!mapping.pieces && !geometry.loadsInputTile(window) &&
      !std::all_of(inputs.begin(), last, [&](int32_t input) { return site.resident(input); }))
    fail(fmt::format("a row of an input tile has {} bytes, the most is {} where a map is padded: use smaller tile_cols",
                     geometry.inTileCols * geometry.inPitch, mapping::kLongestRun));
  return geometry;
}

void GridLayer::checkFit(const Site& site, const GroupMapping& mapping, int64_t bytes) const {
  const int64_t needed = scratchpadBytes(streams(site, mapping), site.machine.rowBytes());
  if (needed > bytes)
    throw Error(fmt::format("mapping of '{}': needs {} bytes of scratchpad, {} are free", name, needed, bytes));
}

int64_t blockRun(int64_t bytes) {
  for (int64_t runs = divideUp(bytes, mapping::kLongestRun);; ++runs)
    if (bytes % runs == 0)
      return bytes / runs;
}

bool isOneBlock(int64_t bytes) {
  return bytes / blockRun(bytes) <= mapping::kLongestRun;
}

std::vector<int64_t> divisors(int64_t value) {
  std::vector<int64_t> result, larger;
  for (int64_t i = 1; i * i <= value; ++i)
    if (value % i == 0) {
      result.push_back(i);
      if (i * i != value)
        larger.push_back(value / i);
    }
  result.insert(result.end(), larger.rbegin(), larger.rend());
  return result;
}

void forAllTilings(int64_t outH, int64_t outW, int64_t pixelLimit, const std::function<void(int64_t, int64_t)>& visit) {
  auto halved = [](int64_t extent) {
    std::vector<int64_t> sizes = {extent};
    while (sizes.back() > 1)
      sizes.push_back(divideUp(sizes.back(), 2));
    return sizes;
  };
  for (int64_t tileCols : halved(outW))
    for (int64_t tileRows : halved(outH))
      if (tileRows * tileCols <= pixelLimit)
        visit(tileRows, tileCols);
}

void forTilings(int64_t outH, int64_t outW, int64_t pixelLimit, const std::function<void(int64_t, int64_t)>& visit,
                const std::function<bool()>& enough) {
  std::vector<int64_t> widths = {outW};
  for (int64_t parts = 2; parts <= outW && widths.size() < 8; parts *= 2)
    widths.push_back(divideUp(outW, parts));
  for (int64_t tileCols : widths) {
    if (tileCols > pixelLimit)
      continue;
    int64_t maximumRows = std::min(outH, pixelLimit / tileCols);
    int64_t previous = 0;
    for (int64_t rowTiles = divideUp(outH, maximumRows); rowTiles <= outH; ++rowTiles) {
      const int64_t tileRows = divideUp(outH, rowTiles); // equal tiles: none nearly empty
      if (tileRows == previous)
        continue;
      previous = tileRows;
      visit(tileRows, tileCols);
    }
    if (enough())
      break;
  }
}

} // namespace weft::layers
