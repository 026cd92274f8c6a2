// Sizes that follow from a group, a machine and a mapping: what the chooser estimates with, the planner allocates and
// the lowering walks. All in elements = bytes of 8-bit tensors unless named otherwise.
#pragma once

#include "compiler/mapping/mapping.h"
#include "isa/generated/timing.h"

namespace weft::mapping {

constexpr int64_t divideUp(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}
constexpr int64_t roundUp(int64_t a, int64_t b) {
  return divideUp(a, b) * b;
}

// Bytes from one pixel to the next: whole scratchpad rows.
inline int64_t channelPitch(const Activation& activation, const Machine& machine) {
  return roundUp(activation.channels, machine.rowBytes());
}

// Of the DRAM interface: what the memory gives, if known, at most the port's.
double dramBytesPerCycle(const Machine& machine);

inline constexpr int64_t kLongestRun = timing::LARGEST_COUNT;

struct Geometry {
  Geometry(const DeviceGraph& graph, const Group& group, const Machine& machine, const GroupMapping& mapping);

  // Feature maps.
  int64_t batch, inH, inW, inC, inPitch;
  int64_t outH, outW, outC, outPitch;
  // Column tiles of the result (array.cols channels each) and, for a vector group, channel blocks of the same size.
  int64_t columnTiles;
  int64_t columnGroups; // columnTiles / mapping.columnTiles

  // Tiles of output pixels.
  int64_t tileRows, tileCols, rowTiles, colTiles;
  int64_t tiles() const { return batch * rowTiles * colTiles; }
  int64_t tilePixels() const { return tileRows * tileCols; }
  // Input pixels of a whole tile, halo included.
  int64_t inTileRows, inTileCols;

  // Reduction of a matrix group: steps = kernel rows x kernel columns x channel blocks. With InputFlow::windows one
  // window (kernel columns x channels, padded to whole array rows) is a row of `windowPitch` bytes and takes the place
  // of kernel columns x channel blocks.
  int64_t stepsH, stepsW, stepsC;
  int64_t windowPitch = 0;
  int64_t reductionRows; // real array rows of the channel blocks of one kernel position
  int64_t steps() const { return stepsH * stepsW * stepsC; }
  std::array<int64_t, 3> chunkSteps; // steps of one weight chunk along kernel rows, kernel columns, channel blocks
  int64_t chunks() const;            // of a column tile
  int64_t stepBytes;                 // one weight tile: rows * cols
  int64_t chunkBytes() const { return chunkSteps[0] * chunkSteps[1] * chunkSteps[2] * stepBytes; }
  int64_t weightBytes() const { return columnTiles * steps() * stepBytes; }

  // Whether an input tile can be loaded by one walk: rows of at most kLongestRun bytes, or no padding above or below.
  bool loadsInputTile(const Group& group) const;

  // Scratchpad bytes of one buffer.
  int64_t inputTileBytes;
  int64_t outputTileBytes; // column group of a tile
};

// Scratchpad that a group needs beside resident tensors, by stream; zero where a stream is not used.
struct WorkingSet {
  int64_t input = 0, secondInput = 0, weights = 0, residual = 0, output = 0, parameters = 0;
  int64_t inputBuffers = 1, weightBuffers = 1, outputBuffers = 1;
  // Total if every stream starts at a multiple of `alignment`.
  int64_t bytes(int64_t alignment) const;
};

// Which of a group's activations are in the scratchpad already.
struct Residency {
  bool input = false, secondInput = false, residual = false, output = false;
};

WorkingSet workingSet(const Geometry& geometry, const Group& group, const GroupMapping& mapping, const Machine& machine,
                      const Residency& residency);

// Cost model: cycles of the group, from the timing chapter's closed forms without collisions.
int64_t estimateCycles(const Geometry& geometry, const Group& group, const GroupMapping& mapping,
                       const Machine& machine, const Residency& residency);

} // namespace weft::mapping
