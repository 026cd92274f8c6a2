// The device `cycle`: the cycle-accurate simulator behind the core interface.
#include "runtime/api/cycle_result.h"
#include "runtime/api/races.h"

#include <fmt/format.h>

namespace weft::runtime {
namespace {

class CycleCore : public Core {
public:
  std::string name() const override { return "cycle"; }
  std::string fidelity() const override { return "cycle-accurate simulation with data"; }
  bool timed() const override { return true; }

  CoreResult run(const Machine& machine, const Program& program, CoreMemory& memory,
                 const RunOptions& options) const override {
    rejectWave(options, name());
    CycleOptions settings;
    settings.recordInstructions = true;
    settings.parts = partsOf(program);
    DramMeter meter = makeMeter(program, machine);
    settings.meter = &meter;
    settings.detectRaces = options.detectRaces;
    settings.countData = options.countData;
    settings.progress = [&](uint64_t cycle) {
      if (options.progress)
        options.progress(fmt::format("cycle-accurate simulation, {} cycles", cycle), -1);
      return !options.cancel || !*options.cancel;
    };
    const std::unique_ptr<TraceWriter> trace = makeTrace(options, machine, program, memory.dram);
    settings.observer = trace.get();
    const CycleResult result = runCycle(machine, memory, settings);
    if (result.status == CycleResult::Status::stopped)
      throw Cancelled();
    if (trace)
      trace->finish(result.cycles);
    throwIfRaces(result.races, result.semaphoreProblems, program, memory.dram);

    return makeCoreResult(result, meter, program, machine);
  }
};

} // namespace

std::unique_ptr<Core> makeCycleCore() {
  return std::make_unique<CycleCore>();
}

} // namespace weft::runtime
