// What a simulator must offer to become a device: run a memory image to its end. One implementation per simulator.
// A program of several device steps is run once for each.
#pragma once

#include "isa/program/program.h"
#include "isa/semantics/state.h"
#include "runtime/api/device.h"
#include "runtime/api/fault.h"
#include "simulator/trace/trace.h"

#include <memory>
#include <optional>

namespace weft::runtime {

// The run of a program: what the runs of the core for its device steps have in common.
struct CoreRun {
  const Machine& machine;
  const Program& program;
  const RunOptions& options;
  CoreMemory& memory;  // the program, and in DRAM what host and earlier steps left
  size_t steps = 1;    // of the device
  size_t step = 0;     // the one to run
  uint64_t cycles = 0; // of those before
  uint64_t left = 0;   // what options.maxCycles leaves for it; the core takes what it uses
  // Of devices with time, from step to step.
  std::optional<DramMeter> meter;
  std::unique_ptr<TraceWriter> trace;
};

// One step.
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
  virtual std::string fidelity() const = 0;
  // Executes from run.program.entry() to the halt.
  virtual CoreResult run(CoreRun& run) const = 0;
};

// Adds a step to the figures of the run, which had `statistics.cycles` cycles before: counts add up, and the layers'
// cycles are those of the whole run.
void addStep(RunStatistics& statistics, const CoreResult& result);

std::unique_ptr<Core> makeFuncCore();
std::unique_ptr<Core> makeCycleCore();
std::unique_ptr<Core> makeRtlCore();

// Takes what a step used from `run.left`; throws ProgramError if the step reached the limit.
void spend(CoreRun& run, uint64_t used, bool reachedLimit, const char* unit);

// A device around a core: memory image, operators that the host runs, layout of what it writes and reads, faults.
// `kind` must outlive it, and it what it loads.
std::unique_ptr<Device> makeCoreDevice(std::unique_ptr<Core> core, const DeviceKind& kind, const Machine& machine);
// The device without a core.
std::unique_ptr<Device> makeRefDevice(const DeviceKind& kind);

} // namespace weft::runtime
