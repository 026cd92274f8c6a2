#include "compiler/mapping/geometry.h"

#include "compiler/mapping/weight_walk.h"
#include "isa/generated/timing.h"
#include "isa/support/error.h"

#include <algorithm>

namespace weft::mapping {

double dramBytesPerCycle(const Machine& machine) {
  double perCycle = machine.dma.busBytes;
  if (machine.dram.model == DramModel::ideal)
    perCycle = std::min(perCycle, double(machine.dram.bandwidthMbS) / double(machine.clockMhz));
  return perCycle;
}

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
  // A batch of single pixels is stored as images or as one row of pixels; here it is whatever the input is.
  if (output.batch != batch) {
    outW = output.batch * output.width / batch;
    outH = 1;
  }
  if (group.kind == GroupKind::transpose) { // walks the input's pixels
    outH = inH;
    outW = inW;
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
  reductionRows = inC;
  if (mapping.input == InputFlow::windows) {
    windowPitch = roundUp(window.kernelW * inC, rows);
    stepsW = 1;
    stepsC = windowPitch / rows;
    reductionRows = window.kernelW * inC;
    inputTileBytes = inTileRows * tileCols * windowPitch;
  } else {
    inputTileBytes = inTileRows * inTileCols * inPitch;
  }
  chunkSteps = {stepsH / mapping.chunks[0], stepsW / mapping.chunks[1], stepsC / mapping.chunks[2]};
  // A vector group stores whole pixels, a matrix group the column tiles that it stores together.
  outputTileBytes = tilePixels() * (group.kind == GroupKind::matrix ? mapping.columnTiles * cols : outPitch);
}

// Longer rows are loaded pixel by pixel; then the window of real elements tells columns apart, not rows.
bool Geometry::loadsInputTile(const Group& group) const {
  const Window& window = group.window;
  int64_t lastRow =
      (rowTiles * tileRows - 1) * window.strideH + (window.kernelH - 1) * window.dilationH - window.padTop;
  return windowPitch > 0 || inTileCols * inPitch <= kLongestRun || (window.padTop == 0 && lastRow < inH);
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
  if (group.kind == GroupKind::transpose)
    return set;
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
  bool perChannel =
      group.kind == GroupKind::matrix || group.kind == GroupKind::depthwise || group.kind == GroupKind::sum;
  if (perChannel)
    set.parameters = geometry.columnTiles * timing::VX_PARAM_READS * cols;
  if (!group.table.empty() || group.kind == GroupKind::lut)
    set.parameters = roundUp(set.parameters, timing::LUT_ENTRIES) + timing::LUT_ENTRIES;
  return set;
}

// The group is a pipeline of tiles; its pace is that of its slowest stage, and the first tile's load and the last
// tile's drain and store are exposed. A stage with two buffers hides its latency only if the other stage is slower.
int64_t estimateCycles(const Geometry& geometry, const Group& group, const GroupMapping& mapping,
                       const Machine& machine, const Residency& residency) {
  // Scalar instructions around each tensor instruction, measured on compiled programs.
  constexpr int64_t kIssueCycles = 40;
  constexpr int64_t kVectorOverhead = timing::VX_PARAM_READS + timing::VX_PIPELINE + 2;
  const int64_t rows = machine.array.rows;
  const int64_t latency = machine.dramLatencyCycles() + 10;
  const bool matrix = group.kind == GroupKind::matrix, streamed = mapping.weights == WeightFlow::streamed;
  const double perCycle = dramBytesPerCycle(machine);
  // Runs move whole beats.
  auto transfer = [&](int64_t bytes, int64_t run) {
    double beats = double(divideUp(run, machine.dma.busBytes) * machine.dma.busBytes) / double(run);
    return static_cast<int64_t>(double(bytes) * beats / perCycle);
  };
  const int64_t weightCycles = matrix ? static_cast<int64_t>(chooseWeightWalk(geometry, mapping, machine).cycles) : 0;
  const int64_t chunkCycles = matrix ? weightCycles / (geometry.columnTiles * geometry.chunks()) : 0; // on average
  const int64_t inputRun = mapping.input == InputFlow::windows ? group.window.kernelW * geometry.inC
                                                               : geometry.inTileCols * geometry.inPitch;
  const int64_t stored = matrix ? mapping.columnTiles * machine.array.cols : geometry.outPitch;
  const int64_t outputRun = stored == geometry.outPitch ? geometry.tileCols * stored : stored;

  // One tile.
  int64_t inputBytes = residency.input ? 0 : geometry.inTileRows * inputRun;
  if (mapping.input == InputFlow::windows)
    inputBytes *= geometry.tileCols;
  if (group.inputs.size() > 1 && !residency.secondInput)
    inputBytes *= 2;
  const int64_t inputRuns = inputBytes / inputRun;
  const int64_t inputCycles = inputBytes > 0 ? latency + std::max(transfer(inputBytes, inputRun), inputRuns) : 0;
  int64_t matrixCycles = 0, vectorCycles = 0;
  if (matrix) {
    int64_t steps = geometry.steps() / geometry.chunks();
    int64_t chunk = std::max(steps * std::max(geometry.tilePixels(), rows + 1), kIssueCycles);
    if (streamed) {
      // From the last row of a chunk to the first row of the one after the next, which takes its buffer.
      int64_t turnaround = rows + machine.array.cols + timing::MX_ARRAY_DELAY + latency + chunkCycles + rows;
      chunk = std::max(chunk, divideUp(chunk + turnaround, mapping.buffers));
    }
    matrixCycles = geometry.columnTiles * geometry.chunks() * chunk;
    // The next tile's input is loaded between two tiles' weights: only the chunks loaded before it hide it.
    if (streamed && geometry.tiles() > 1)
      matrixCycles += std::max<int64_t>(0, inputCycles - mapping.buffers * chunk);
    vectorCycles = geometry.columnTiles * (geometry.tilePixels() + kVectorOverhead);
  } else {
    int64_t taps = group.window.kernelH * group.window.kernelW;
    vectorCycles = geometry.columnTiles * (geometry.tilePixels() * taps + kVectorOverhead);
  }
  int64_t pixelBytes = geometry.tilePixels() * geometry.outPitch;
  int64_t outputBytes =
      (residency.output ? 0 : pixelBytes) + (group.residual >= 0 && !residency.residual ? pixelBytes : 0);
  int64_t loadCycles = inputCycles + transfer(outputBytes, outputRun);
  if (matrix && streamed)
    loadCycles += weightCycles;

  int64_t first = inputCycles + 2 * latency;
  if (matrix)
    first += streamed ? chunkCycles : weightCycles / geometry.columnTiles;
  int64_t last = (matrix ? geometry.tilePixels() : 0) +
                 (residency.output ? 0 : transfer(geometry.outputTileBytes, outputRun) + latency);
  int64_t total = geometry.tiles() * std::max({matrixCycles, vectorCycles, loadCycles, kIssueCycles}) + first + last;
  if (matrix && !streamed) // all weights arrive during the first tile
    total = std::max(total, total - matrixCycles + weightCycles);
  return total;
}

} // namespace weft::mapping
