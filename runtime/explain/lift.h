// Changes of a machine description, by the paths of its YAML.
#pragma once

#include "isa/machine/machine.h"

#include <optional>
#include <string>
#include <vector>

namespace weft::explain {

struct Change {
  std::string path; // as in the YAML
  uint64_t from = 0, to = 0;
};

// What is changed to lift one bound.
struct Lift {
  std::string parameter; // the first change's path; names the lift
  std::vector<Change> changes;
  Machine machine; // with the changes
};

// The bounds that a lift is tried for, cheapest first: entries of queues and of DMA windows (tens of bytes), memories
// of the core, traffic to DRAM, a faster DRAM, and last rows and columns of the array. Paths of the YAML; "queues" are
// all four.
const std::vector<std::string>& liftedParameters();

// `machine` with the parameter times `factor` (dram.latency_ns: divided by it) and what must go with it: the
// accumulators keep their rows if array.cols grows; a bus that the DRAM's bandwidth would exceed grows with it, and
// bursts that are shorter than the bus. Nothing if that is no legal machine.
std::optional<Lift> lift(const Machine& machine, const std::string& parameter, uint64_t factor);

// `machine` with these changes, which make a legal machine of it.
Lift liftOf(const Machine& machine, const std::vector<Change>& changes);

// `machine` with each "PATH=VALUE" applied. Throws Error, starting with `origin`, naming what is wrong.
Lift change(const Machine& machine, const std::vector<std::string>& assignments, const std::string& origin);

// "array.cols 16 -> 32, accumulator.bytes 65,536 -> 131,072"
std::string describe(const std::vector<Change>& changes);

} // namespace weft::explain
