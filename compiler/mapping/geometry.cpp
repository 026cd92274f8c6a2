#include "compiler/mapping/geometry.h"

#include "isa/generated/timing.h"
#include "isa/support/error.h"

#include <algorithm>

namespace weft::mapping {

Geometry::Geometry(const DeviceGraph& graph, const Group& group, const Machine& machine, const GroupMapping& mapping) {
  const Activation& input = graph.activations[static_cast<size_t>(group.inputs[0])];
  const Activation& output = graph.activations[static_cast<size_t>(group.output)];
  const Window& window = group.window;
  const int64_t rows = machine.array.rows, cols = machine.array.cols;
  batch = input.batch;
  inH = input.height;
  inW = input.width;
  inC = input.channels;
  inPitch = channelPitch(input, machine);
  if (group.kind == GroupKind::concat) // operands take turns in the same buffer
    for (int32_t operand : group.inputs)
      inPitch = std::max(inPitch, channelPitch(graph.activations[static_cast<size_t>(operand)], machine));
  outC = output.channels;
  outPitch = channelPitch(output, machine);
  outH = output.height;
  outW = output.width;
  // Images of one result pixel each are stored as one row of pixels; here they are images again.
  if (output.batch != batch) {
    outH = 1;
    outW = 1;
  }
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
  if (mapping.input == InputFlow::windows) {
    windowPitch = roundUp(window.kernelW * inC, rows);
    stepsW = 1;
    stepsC = windowPitch / rows;
    inputTileBytes = inTileRows * tileCols * windowPitch;
  } else {
    inputTileBytes = inTileRows * inTileCols * inPitch;
  }
  chunkSteps = {stepsH / mapping.chunks[0], stepsW / mapping.chunks[1], stepsC / mapping.chunks[2]};
  // A vector group stores whole pixels, a matrix group the column tiles that it stores together.
  outputTileBytes = tilePixels() * (group.kind == GroupKind::matrix ? mapping.columnTiles * cols : outPitch);
}

int64_t Geometry::chunks() const {
  return (stepsH / chunkSteps[0]) * (stepsW / chunkSteps[1]) * (stepsC / chunkSteps[2]);
}

int64_t WorkingSet::bytes(int64_t alignment) const {
  int64_t total = 0;
  for (int64_t stream : {inputBuffers * input, inputBuffers * secondInput, weightBuffers * weights,
                         outputBuffers * residual, outputBuffers * output, parameters})
    total += roundUp(stream, alignment);
  return total;
}

WorkingSet workingSet(const Geometry& geometry, const Group& group, const GroupMapping& mapping, const Machine& machine,
                      const Residency& residency) {
  WorkingSet set;
  const int64_t cols = machine.array.cols;
  set.inputBuffers = std::min(mapping.buffers, geometry.tiles());
  if (!residency.input)
    set.input = geometry.inputTileBytes;
  if (group.kind == GroupKind::concat) {
    set.parameters = timing::LUT_ENTRIES;
    return set;
  }
  if (group.inputs.size() > 1 && !residency.secondInput)
    set.secondInput = geometry.inputTileBytes;
  set.outputBuffers = mapping.buffers;
  if (!residency.output)
    set.output = geometry.outputTileBytes;
  if (group.residual >= 0 && !residency.residual)
    set.residual = geometry.outputTileBytes;
  if (group.kind == GroupKind::matrix) {
    bool streamed = mapping.weights == WeightFlow::streamed;
    set.weights = streamed ? geometry.chunkBytes() : geometry.weightBytes();
    set.weightBuffers = streamed ? mapping.buffers : 1;
  } else if (group.kind == GroupKind::depthwise) {
    set.weights = geometry.columnTiles * geometry.stepsH * geometry.stepsW * cols;
  }
  bool perChannel = group.kind == GroupKind::matrix || group.kind == GroupKind::depthwise || group.kind == GroupKind::sum;
  if (perChannel)
    set.parameters = geometry.columnTiles * timing::VX_PARAM_READS * cols;
  if (!group.table.empty() || group.kind == GroupKind::lut)
    set.parameters = roundUp(set.parameters, timing::LUT_ENTRIES) + timing::LUT_ENTRIES;
  return set;
}

int64_t estimateCycles(const Geometry& geometry, const Group& group, const GroupMapping& mapping,
                       const Machine& machine, const Residency& residency) {
  const int64_t rows = machine.array.rows;
  const bool matrix = group.kind == GroupKind::matrix;
  const int64_t pixels = geometry.batch * geometry.outH * geometry.outW;
  const int64_t tiles = geometry.tiles();

  // Every quantity is per whole group. Row tiles at the edge count as whole ones: the estimate is an upper bound there.
  int64_t matrixCycles = 0, vectorCycles = 0;
  constexpr int64_t kVectorOverhead = timing::VX_PARAM_READS + timing::VX_PIPELINE + 2;
  if (matrix) {
    matrixCycles = tiles * geometry.columnTiles * geometry.steps() * std::max(geometry.tilePixels(), rows + 1);
    vectorCycles = tiles * geometry.columnTiles * (geometry.tilePixels() + kVectorOverhead);
  } else {
    int64_t taps = group.window.kernelH * group.window.kernelW;
    vectorCycles = pixels * geometry.columnTiles * taps + tiles * geometry.columnTiles * kVectorOverhead;
  }

  int64_t inputBytes = residency.input ? 0 : tiles * geometry.inputTileBytes;
  if (group.inputs.size() > 1 && !residency.secondInput)
    inputBytes += tiles * geometry.inputTileBytes;
  int64_t weightBytes = 0;
  if (matrix)
    weightBytes = geometry.weightBytes() * (mapping.weights == WeightFlow::streamed ? tiles : 1);
  int64_t outputBytes = pixels * geometry.outPitch;
  int64_t otherBytes = (residency.output ? 0 : outputBytes) + (group.residual >= 0 && !residency.residual ? outputBytes : 0);
  // Bytes per cycle of DRAM and of the port, whichever is less; a run shorter than a burst still takes whole beats.
  double perCycle = machine.dma.busBytes;
  if (machine.dram.model == DramModel::ideal)
    perCycle = std::min(perCycle, double(machine.dram.bandwidthMbS) / double(machine.clockMhz));
  auto transfer = [&](double bytes) { return static_cast<int64_t>(bytes / perCycle); };
  int64_t dmaCycles = transfer(double(inputBytes + weightBytes + otherBytes));
  if (mapping.input == InputFlow::windows)
    dmaCycles += tiles * geometry.inTileRows * geometry.tileCols; // one segment at least for each window

  // What no other work hides: the first tile's load and the last tile's drain and store.
  int64_t firstWeights = mapping.weights == WeightFlow::streamed ? geometry.chunkBytes() : geometry.weightBytes() / std::max<int64_t>(1, geometry.columnTiles);
  int64_t exposed = transfer(double((residency.input ? 0 : geometry.inputTileBytes) + (matrix ? firstWeights : 0))) +
                    geometry.tilePixels() * (matrix ? 1 : geometry.columnTiles) +
                    (residency.output ? 0 : transfer(double(geometry.outputTileBytes))) + 4 * machine.dramLatencyCycles();
  return std::max({matrixCycles, vectorCycles, dmaCycles}) + exposed;
}

} // namespace weft::mapping
