// The device `cycle`: the cycle-accurate simulator behind the core interface.
#include "runtime/api/cycle_result.h"
#include "runtime/api/races.h"

#include <fmt/format.h>

namespace weft::runtime {
namespace {

class CycleCore : public Core {
public:
  std::string fidelity() const override { return "cycle-accurate simulation with data"; }

  CoreResult run(CoreRun& run) const override {
    const RunOptions& options = run.options;
    CycleOptions settings;
    settings.recordInstructions = true;
    settings.cycleLimit = run.left;
    settings.parts = partsOf(run.program);
    settings.meter = &startStep(run);
    settings.detectRaces = options.detectRaces;
    settings.countData = options.countData;
    settings.progress = [&](uint64_t cycle) {
      if (options.progress)
        options.progress(fmt::format("cycle-accurate simulation, {} cycles", run.cycles + cycle), -1);
      return !options.cancel || !*options.cancel;
    };
    settings.observer = run.trace.get();
    const CycleResult result = runCycle(run.machine, run.memory, settings);
    if (result.status == CycleResult::Status::stopped)
      throw Cancelled();
    CoreResult core = endStep(run, result);
    throwIfRaces(result.races, result.semaphoreProblems, run.program, run.memory.dram);
    return core;
  }
};

} // namespace

std::unique_ptr<Core> makeCycleCore() {
  return std::make_unique<CycleCore>();
}

} // namespace weft::runtime
