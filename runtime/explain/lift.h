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

// What a change costs, of the area and power models: nothing where they do not know, which is what a DRAM costs.
struct Cost {
  double mm2 = 0;
  double idleMw = 0;
};
std::optional<Cost> costOf(const Machine& before, const Lift& lift);

// Whether money buys it: no DRAM has half the latency of others.
inline bool canBeBought(const Lift& lift) {
  return lift.parameter != "dram.latency_ns";
}

// The bounds that a lift is tried for. Paths of the YAML; "queues" are all four.
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
