#include "compiler/layers/contraction/weight_walk.h"

#include "compiler/mapping/sizes.h"
#include "isa/generated/timing.h"

#include <algorithm>

namespace weft::layers {
namespace {

using mapping::divideUp;
using mapping::dramBytesPerCycle;
using mapping::roundUp;

// A walk's fields cost scalar instructions: some for each load, taken as a part of all cycles ...
constexpr double kFields = 0.01;
// ... and others once, half a line of the instruction cache.
int64_t setUpCycles(const Machine& machine) {
  return machine.dramLatencyCycles() + timing::ICACHE_LINE_BYTES / timing::SEQ_BUS_BYTES;
}

class WalkCost {
public:
  WalkCost(const Geometry& geometry, int64_t buffers, const Machine& machine)
      : geometry_(geometry), buffers_(buffers), machine_(machine),
        stackRows_(geometry.chunkSteps[2] * machine.array.rows) {}

  double contiguous() const {
    const int64_t bus = machine_.dma.busBytes, burst = machine_.dma.burstBytes;
    double bytes = double(geometry_.weightBytes() / geometry_.stepBytes * roundUp(geometry_.stepBytes, bus));
    double pace = std::max(double(burst) / dramBytesPerCycle(machine_), roundTrip(burst / bus));
    return bytes / double(burst) * pace;
  }

  // All weights once: column tiles differ in their columns, the last chunk of each kernel position in its rows.
  double walk(int64_t runRows, int64_t partRows) const {
    const int64_t cols = machine_.array.cols;
    const int64_t chunksC = geometry_.stepsC / geometry_.chunkSteps[2];
    const int64_t lastRows = geometry_.reductionRows - (chunksC - 1) * stackRows_;
    const int64_t lastCols = geometry_.outC - (geometry_.columnTiles - 1) * cols;
    auto column = [&](int64_t runCols, int64_t realCols) {
      double last = stack({runRows, partRows, lastRows, runCols, realCols});
      return chunksC == 1 ? last
                          : last + double(chunksC - 1) * stack({runRows, partRows, stackRows_, runCols, realCols});
    };
    double columns = column(cols, lastCols);
    if (lastCols < cols && geometry_.chunks() > buffers_) {
      double filled = double(buffers_) / double(geometry_.chunks());
      columns = filled * columns + (1 - filled) * column(lastCols, lastCols);
    }
    if (geometry_.columnTiles > 1)
      columns += double(geometry_.columnTiles - 1) * column(cols, cols);
    return columns * double(geometry_.stepsH * geometry_.stepsW);
  }

private:
  // From the grant that makes room for a segment to the grant of its last beat.
  double latency(int64_t beats) const { return double(machine_.dramLatencyCycles() + beats + 2); }
  // The FIFO's segments take a round trip to DRAM: cycles for each.
  double roundTrip(int64_t beats) const { return latency(beats) / double(machine_.dma.loadOutstanding); }

  struct Stack {
    int64_t runRows, partRows;
    int64_t rows;              // real ones
    int64_t runCols, realCols; // of an array row: what a run writes, what of that is fetched
  };

  // In a turn every part gives one run, the real ones first.
  double stack(const Stack& s) const {
    const int64_t bus = machine_.dma.busBytes, burst = machine_.dma.burstBytes, line = machine_.lineBytes();
    const int64_t run = s.runRows == 1 ? s.runCols : s.runRows * machine_.array.cols;
    const int64_t bytes = s.runRows == 1 ? s.realCols : run; // real ones
    const int64_t realRuns = divideUp(s.rows, s.partRows), fillRuns = stackRows_ / s.partRows - realRuns;
    const int64_t beats = divideUp(bytes, bus), tail = bytes < run ? divideUp(run, line) - bytes / line : 0;
    const int64_t segments = divideUp(bytes, burst) + tail, fills = fillRuns * divideUp(run, line);
    const double pace = std::max(double(beats * bus) / dramBytesPerCycle(machine_), double(beats + tail));
    const double real = double(realRuns), fill = double(fills), perRun = double(segments);
    // DRAM; the scratchpad's port.
    double turn = std::max(real * pace, real * double(beats + tail) + fill);
    // The first real run is asked for when fill before it leaves room in the FIFO.
    const double room = double(machine_.dma.loadOutstanding) - fill;
    const double early = room > 0 ? room * pace / perRun : room;
    turn = std::max(turn, (real - 1) * pace + latency(beats) - early);
    // All segments pass the FIFO at its pace, or only the real ones do and a turn's fill exposes the latency.
    const double trip = roundTrip(beats);
    turn = std::max(turn, std::min((real * perRun + fill) * trip,
                                   (real - 1) * std::max(pace, perRun * trip) + latency(beats) + std::max(0.0, -room)));
    return turn * double(s.partRows / s.runRows);
  }

  const Geometry& geometry_;
  const int64_t buffers_;
  const Machine& machine_;
  const int64_t stackRows_;
};

} // namespace

WeightWalk chooseWeightWalk(const Geometry& geometry, const GroupMapping& mapping, const Machine& machine) {
  const int64_t rows = machine.array.rows, cols = machine.array.cols, burst = machine.dma.burstBytes;
  const WalkCost cost(geometry, mapping.buffers, machine);
  WeightWalk best{.cycles = cost.contiguous()};
  if (geometry.diagonal || (geometry.reductionRows % rows == 0 && geometry.outC % cols == 0))
    return best;
  // The first load is exposed; what arrives later while the array is busy with the weights before is not.
  const double array = double(geometry.columnTiles * geometry.steps() * std::max(geometry.tilePixels(), rows + 1));
  const auto loads = double(geometry.columnTiles * geometry.chunks());
  auto exposed = [&](double cycles) { return cycles / loads + std::max(cycles, array); };
  const double limit = exposed(best.cycles) - kFields * best.cycles - double(setUpCycles(machine));
  // Runs of one row, whose columns have a window too, or of a burst.
  for (int64_t run : {int64_t{1}, std::min(rows, burst / cols)}) {
    if (run < 1 || run * cols < machine.dma.busBytes)
      continue;
    for (int64_t part = run; part <= rows; part *= 2) {
      if (geometry.chunkSteps[2] * rows / part > mapping::kLongestRun ||
          geometry.chunkSteps[0] * geometry.chunkSteps[1] > mapping::kLongestRun)
        continue;
      double cycles = cost.walk(run, part);
      if (cycles < best.cycles && exposed(cycles) < limit)
        best = {.runRows = run, .partRows = part, .cycles = cycles};
    }
  }
  return best;
}

} // namespace weft::layers
