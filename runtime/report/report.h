// What a run cost, as data: made from a run's statistics, written as JSON (schema "weft-report/3", described in
// runtime/README.md), read back for the summary and by other tools.
#pragma once

#include "isa/machine/machine.h"
#include "isa/program/program.h"
#include "runtime/api/provenance.h"
#include "runtime/api/statistics.h"
#include "runtime/energy/evaluate.h"
#include "runtime/report/code.h"
#include "runtime/report/dram.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::runtime {

// In every timed report busy + idle + the stalls = the run's cycles, for each engine.
struct EngineReport {
  std::string name;
  uint64_t instructions = 0;
  uint64_t busy = 0;
  uint64_t idle = 0;
  std::vector<std::pair<std::string, uint64_t>> stalls; // cause, cycles
};

struct Report {
  // The run.
  std::string program, network, device, fidelity;
  bool timed = false;
  uint32_t exitCode = 0;
  std::optional<Provenance> provenance; // not in reports of earlier versions
  // The machine.
  std::string machine;
  uint64_t machineHash = 0;
  uint64_t clockMhz = 1, rows = 1, cols = 1;
  std::string dram;    // model and its parameters in words
  Machine description; // every parameter
  // Totals.
  uint64_t cycles = 0;
  uint64_t usefulMacs = 0; // of the network, on the device
  uint64_t arrayMacs = 0;  // that the array did, with padding
  std::vector<EngineReport> engines;
  std::vector<MemoryTraffic> traffic;
  std::vector<LayerStatistics> layers;
  std::optional<std::vector<TensorReport>> tensors; // what load and store engine moved, of devices with time
  std::vector<MemoryRange> memoryMap;               // without constants
  std::vector<LayerCode> code;                      // of each layer, or empty
  std::optional<Share> prologue;                    // in a timed run with layers: what came before the first of them
  std::vector<HostStep> host;
  std::vector<Crossing> crossings;
  // What the layers compute, one group for each, and how they were mapped (YAML); of programs that say so.
  std::optional<Workload> workload;
  std::string mapping;
  // Memory plan, bytes.
  uint64_t constantBytes = 0, activationBytes = 0, activationLowerBound = 0, scratchpadPeak = 0;
  std::vector<std::pair<std::string, uint64_t>> counters, activity;
  std::optional<energy::RunEnergy> energy; // addEnergy()

  // Of a counter or an activity; 0 if the report does not have it.
  uint64_t count(std::string_view name) const;
  double seconds() const { return static_cast<double>(cycles) / (static_cast<double>(clockMhz) * 1e6); }
  // Of the energy: mW over the run's time; 10^12 operations (two for a useful MAC) per joule.
  double averageMw() const { return energy && cycles > 0 ? energy->totalPj * 1e-9 / seconds() : 0; }
  double topsPerWatt() const {
    return energy && energy->totalPj > 0 ? 2 * static_cast<double>(usefulMacs) / energy->totalPj : 0;
  }
  // Useful MACs over what the array could do in `duration` cycles; 0 for none.
  double utilisation(uint64_t macs, uint64_t duration) const;
};

// `programFile` is for the reader only. A timed run whose engine cycles do not add up, or whose layers do not add up to
// it, is a defect of the simulator and throws std::logic_error.
Report makeReport(const RunStatistics& statistics, const Program& program, const Machine& machine,
                  const std::string& programFile);

// What a crossing costs at least, an estimate: cycles to move its bytes at the peak bandwidth of the machine's DRAM.
// What the host takes is not modelled.
uint64_t crossingCycles(uint64_t bytes, const Machine& machine);

// Adds the energy of a timed run, and area and power of its machine, to the report.
void addEnergy(Report& report, const energy::EnergyModel& model);

std::string toJson(const Report& report);
// Throws Error, starting with `origin`, for anything that is not a consistent report of this schema.
Report reportFromJson(const std::string& json, const std::string& origin);

} // namespace weft::runtime
