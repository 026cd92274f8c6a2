// The device `rtl`: the Verilated design behind the core interface.
#include "isa/support/error.h"
#include "rtl/sim/rtl_model.h"
#include "runtime/api/cycle_result.h"

#include <fmt/format.h>

namespace weft::runtime {
namespace {

class RtlCore : public Core {
public:
  std::string name() const override { return "rtl"; }
  std::string fidelity() const override { return "simulation of the RTL"; }
  bool timed() const override { return true; }

  CoreResult run(const Machine& machine, const Program& program, CoreMemory& memory,
                 const RunOptions& options) const override {
    if (options.detectRaces)
      throw Error("the device 'rtl' does not look for races; use the device 'func' or 'cycle'");
    rejectDataCounts(options, name());
    rtl::RtlOptions settings;
    settings.recordInstructions = true;
    settings.parts = partsOf(program);
    DramMeter meter = makeMeter(program, machine);
    settings.meter = &meter;
    if (options.wave)
      settings.wave = {options.wave->file, options.wave->first, options.wave->last};
    settings.building = [&](const std::string& text) {
      if (options.progress)
        options.progress(text, -1);
    };
    settings.progress = [&](uint64_t cycle) {
      if (options.progress)
        options.progress(fmt::format("simulation of the RTL, {} cycles", cycle), -1);
      return !options.cancel || !*options.cancel;
    };
    const std::unique_ptr<TraceWriter> trace = makeTrace(options, machine, program, memory.dram);
    settings.observer = trace.get();
    const CycleResult result = runOrCancel(machine, memory, settings, options);
    if (result.status == CycleResult::Status::stopped)
      throw Cancelled();
    if (trace)
      trace->finish(result.cycles);
    return makeCoreResult(result, meter, program, machine);
  }

private:
  // An interrupt ends the compiler too: what fails then was cancelled.
  static CycleResult runOrCancel(const Machine& machine, CoreMemory& memory, const rtl::RtlOptions& settings,
                                 const RunOptions& options) {
    try {
      return runRtl(machine, memory, settings);
    } catch (const Error&) {
      if (options.cancel && *options.cancel)
        throw Cancelled();
      throw;
    }
  }
};

} // namespace

std::unique_ptr<Core> makeRtlCore() {
  return std::make_unique<RtlCore>();
}

} // namespace weft::runtime
