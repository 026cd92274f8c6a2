// What a simulator must offer to become a device: run a memory image to its end. One implementation per simulator.
#pragma once

#include "isa/program/program.h"
#include "isa/semantics/state.h"
#include "runtime/api/device.h"
#include "runtime/api/fault.h"

#include <memory>
#include <optional>

namespace weft::runtime {

struct CoreResult {
  std::optional<Fault> fault;
  FaultContext context; // with a fault
  uint32_t exitCode = 0;
  uint64_t cycles = 0; // 0 without time
  std::map<std::string, uint64_t> counters;
  std::map<std::string, uint64_t> activity;
  std::vector<MemoryTraffic> traffic;
  std::vector<LayerStatistics> layers; // one per group of the program, figures only
  std::optional<std::vector<TensorTraffic>> tensorTraffic;
  std::optional<Share> prologue; // if the layers have shares
};

class Core {
public:
  virtual ~Core() = default;
  virtual std::string name() const = 0;
  virtual std::string fidelity() const = 0;
  virtual bool timed() const = 0;
  // Executes from program.entry() with the program already in memory.dram.
  virtual CoreResult run(const Machine& machine, const Program& program, CoreMemory& memory,
                         const RunOptions& options) const = 0;
};

std::unique_ptr<Core> makeFuncCore();
std::unique_ptr<Core> makeCycleCore();
std::unique_ptr<Core> makeRtlCore();

// For devices without waveforms: throws Error if one is asked for.
void rejectWave(const RunOptions& options, const std::string& device);

// For devices that do not count data: throws Error if it is asked for.
void rejectDataCounts(const RunOptions& options, const std::string& device);

// A device around a core: memory image, operators at the network's edges, layout of inputs and outputs, faults.
std::unique_ptr<Device> makeCoreDevice(std::unique_ptr<Core> core, const Machine& machine);
// The device without a core.
std::unique_ptr<Device> makeRefDevice(const Machine& machine);

} // namespace weft::runtime
