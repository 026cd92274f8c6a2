// Sizes that follow from a grid layer, a machine and a mapping: what choosing estimates with, planning allocates and
// lowering walks. In bytes, or in elements where that is said.
#pragma once

#include "compiler/layers/grid.h"

namespace weft::layers {

struct Geometry {
  // `columns`: a matrix layer, whose results are stored by groups of column tiles; else whole pixels are.
  Geometry(const GridLayer& layer, const Machine& machine, const GroupMapping& mapping, bool columns);

  // Feature maps, in elements; inPitch, outPitch: bytes from one pixel to the next, whole scratchpad rows.
  int64_t batch, inH, inW, inC, inPitch;
  int64_t outH, outW, outC, outPitch;
  // Column tiles of the result (array.cols channels each) and, for a vector layer, channel blocks of the same size.
  int64_t columnTiles;
  int64_t columnGroups; // columnTiles / mapping.columnTiles
  bool diagonal;        // a matrix layer whose results are of one channel each: the reduction is over a scratchpad row

  // Tiles of output pixels.
  int64_t tileRows, tileCols, rowTiles, colTiles;
  int64_t tiles() const { return batch * rowTiles * colTiles; }
  int64_t tilePixels() const { return tileRows * tileCols; }
  // What is loaded of an input at once: the pixels of a whole tile, halo included (with InputFlow::windows, windows),
  // or in pieces those that one chunk reads; and the bytes from one of them to the next.
  int64_t inTileRows, inTileCols, pixelPitch;

  // Reduction of a matrix layer: steps = kernel rows (of all planes) x kernel columns x channel blocks. With
  // InputFlow::windows one window (kernel columns x channels, padded to whole array rows) is a row of `windowPitch`
  // bytes and takes the place of kernel columns x channel blocks.
  int64_t stepsH, stepsW, stepsC;
  int64_t windowPitch = 0;
  int64_t reductionRows; // real array rows of the channel blocks of one kernel position
  int64_t steps() const { return stepsH * stepsW * stepsC; }
  std::array<int64_t, 3> chunkSteps; // steps of one weight chunk along kernel rows, kernel columns, channel blocks
  int64_t chunks() const;            // of a column tile
  int64_t stepBytes;                 // one weight tile: rows * cols
  int64_t chunkBytes() const { return chunkSteps[0] * chunkSteps[1] * chunkSteps[2] * stepBytes; }
  int64_t weightBytes() const { return columnTiles * steps() * stepBytes; }

  // Whether input tiles have rows outside the feature map.
  bool reachesOutside(const Window& window) const;
  // Whether an input tile can be loaded by one walk: rows of at most kLongestRun bytes, or no padding above or below.
  bool loadsInputTile(const Window& window) const;
  // Whether every count of the walks that load an input tile, or that go over a tile of results `channels` bytes of
  // each pixel at a time, is legal.
  bool inputWalks(const Window& window) const;
  bool resultWalks(int64_t channels) const;

  // Scratchpad bytes of one buffer.
  int64_t inputTileBytes;
  int64_t storedChannels;  // of a result pixel, in one piece: a column group, a channel block or all
  int64_t outputTileBytes; // of a tile
};

// Whether a block of bytes can be copied by one load: in at most kLongestRun equal runs.
bool isOneBlock(int64_t bytes);
// The bytes of such a run.
int64_t blockRun(int64_t bytes);

// Divisors of a positive number, in order.
std::vector<int64_t> divisors(int64_t value);

// Tilings of the pixels in the order in which they are to be tried: whole rows of pixels if at least one fits, else
// parts of a row; of each width all heights that make equal tiles. `visit` gets the tile's rows and columns; `enough`
// says after each width whether narrower ones can be left out.
void forTilings(int64_t outH, int64_t outW, int64_t pixelLimit, const std::function<void(int64_t, int64_t)>& visit,
                const std::function<bool()>& enough);
// Down to single pixels: rows and columns halved as often as that goes.
void forAllTilings(int64_t outH, int64_t outW, int64_t pixelLimit, const std::function<void(int64_t, int64_t)>& visit);

} // namespace weft::layers
