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

  CoreResult run(CoreRun& run) const override {
    const RunOptions& options = run.options;
    if (options.detectRaces)
      throw Error("the device 'rtl' does not look for races; use the device 'func' or 'cycle'");
    rejectDataCounts(options, name());
    if (options.wave && run.steps > 1)
      throw Error(
          fmt::format("the program runs in {} steps with the host between them; a waveform shows one run of the "
                      "core only",
                      run.steps));
    rtl::RtlOptions settings;
    settings.recordInstructions = true;
    settings.cycleLimit = run.left;
    settings.parts = partsOf(run.program);
    settings.meter = &startStep(run);
    if (options.wave)
      settings.wave = {options.wave->file, options.wave->first, options.wave->last};
    settings.building = [&](const std::string& text) {
      if (options.progress)
        options.progress(text, -1);
    };
    settings.progress = [&](uint64_t cycle) {
      if (options.progress)
        options.progress(fmt::format("simulation of the RTL, {} cycles", run.cycles + cycle), -1);
      return !options.cancel || !*options.cancel;
    };
    settings.observer = run.trace.get();
    const CycleResult result = runOrCancel(run.machine, run.memory, settings, options);
    if (result.status == CycleResult::Status::stopped)
      throw Cancelled();
    return endStep(run, result);
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
