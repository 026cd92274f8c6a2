// What random programs reach: instruction x shape of its operands x what held it up, and faults by cause and unit.
#pragma once

#include "tests/rtl/cosim/random_case.h"

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace weft::test {

class Coverage {
public:
  Coverage();
  // Runs the program once more on the simulator, cycle by cycle.
  void add(const RandomCase& test, const cosim::Outcome& outcome);
  void add(const std::map<std::string, uint64_t>& counts);

  // Bins are named "ld window=partial dram"; what holds up is "none", "queue" (the sequencer could not dispatch it),
  // "semaphore", "bank", "dram" or "weights".
  const std::map<std::string, uint64_t>& counts() const { return counts_; }

  // One line per instruction and shape with a column per cause; then the bins that were not reached.
  std::string table() const;
  nlohmann::json json() const;

private:
  std::map<std::string, uint64_t> counts_; // of every bin that can be reached; further ones are not counted
};

// "ideal 120 ns 7777 MB/s at 700 MHz", "detailed DDR4-2400 x2 at 333 MHz".
std::string describeDram(const Machine& machine);

} // namespace weft::test
