// What holds a run or a layer up: the engine that is occupied for the largest part of it.
#pragma once

#include "runtime/explain/replay.h"
#include "runtime/report/report.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace weft::explain {

// An engine is occupied in a cycle if it works or waits for something that is not another engine: DRAM, a bank, weights
// on their way into the array, instructions. The rest is idle, or waits for other engines (semaphores, queues, fences).
struct Bound {
  std::string engine;
  double occupied = 0;                                  // part of all cycles
  std::vector<std::pair<std::string, uint64_t>> states; // of those, cycles: "busy", "stall_dram", ...; largest first
  std::string waits; // the largest of its other states: "idle", "stall_semaphore", ...
  uint64_t waitCycles = 0;
};

// From the counters of a run or layer.
Bound boundOf(const std::map<std::string, uint64_t>& counters, uint64_t cycles);
// Of a layer of the replay.
Bound boundOf(const LayerTime& time);
// Of all layers of the replay.
Bound boundOf(const std::vector<LayerTime>& times);

// "the store engine is occupied 99.0 % of the time: stall_dram 415,000 cycles, busy 74,000"
std::string describe(const Bound& bound);

} // namespace weft::explain
