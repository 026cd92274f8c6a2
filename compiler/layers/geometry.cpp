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
  columnGroups = divideUp(columnTiles, mapping.columnTiles);

  tileRows = std::min(mapping.tileRows, outH);
  tileCols = mapping.tileCols > 0 ? std::min(mapping.tileCols, outW) : outW;
  rowTiles = divideUp(outH, tileRows);
  colTiles = divideUp(outW, tileCols);
  inTileRows = (tileRows - 1) * window.strideH + (window.kernelH - 1) * window.dilationH + 1;
  inTileCols = (tileCols - 1) * window.strideW + (window.kernelW - 1) * window.dilationW + 1;

  stepsH = window.kernelH;
  stepsW = window.kernelW;
  stepsC = divideUp(inC, rows);
  stepBytes = rows * cols;
  reductionRows = inC;
  if (mapping.input == mapping::InputFlow::windows) {
    windowPitch = roundUp(window.kernelW * inC, rows);
    stepsW = 1;
    stepsC = windowPitch / rows;
    reductionRows = window.kernelW * inC;
    inputTileBytes = inTileRows * tileCols * windowPitch;
  } else {
    inputTileBytes = inTileRows * inTileCols * inPitch;
  }
  chunkSteps = {stepsH / mapping.chunks[0], stepsW / mapping.chunks[1], stepsC / mapping.chunks[2]};
  outputTileBytes = tilePixels() * (columns ? mapping.columnTiles * cols : outPitch);
}

// Longer rows are loaded pixel by pixel; then the window of real elements tells columns apart, not rows.
bool Geometry::loadsInputTile(const Window& window) const {
  int64_t lastRow =
      (rowTiles * tileRows - 1) * window.strideH + (window.kernelH - 1) * window.dilationH - window.padTop;
  return windowPitch > 0 || inTileCols * inPitch <= mapping::kLongestRun || (window.padTop == 0 && lastRow < inH);
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
  if (!geometry.loadsInputTile(window) &&
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
