// The device `rtl`: the Verilated design behind the core interface.
#include "isa/support/error.h"
#include "rtl/sim/rtl_model.h"
#include "runtime/api/cycle_result.h"

#include <fmt/format.h>

namespace weft::runtime {
namespace {

class RtlCore : public Core {
public:
  std::string fidelity() const override { return "simulation of the RTL"; }

  CoreResult run(CoreRun& run) const override {
    const RunOptions& options = run.options;
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
      settings.wave = {options.wave->file, options.wave->first, options.wave->last, options.provenance.text()};
    settings.building = [&](const std::string& text) {
      if (options.cancel && *options.cancel)
        throw Cancelled();
      if (options.progress)
        options.progress(text, -1);
    };
    settings.progress = [&](uint64_t cycle) {
      if (options.progress)
        options.progress(fmt::format("simulation of the RTL, {} cycles", run.cycles + cycle), -1);
      return !options.cancel || !*options.cancel;
    };
    settings.observer = run.trace.get();
    const CycleResult result = rtl::runRtl(run.machine, run.memory, settings);
    if (result.status == CycleResult::Status::stopped)
      throw Cancelled();
    if (options.wave && options.wave->first >= result.cycles) {
      std::error_code ignored;
      std::filesystem::remove(options.wave->file, ignored);
      throw Error(fmt::format("the waveform would be empty: it begins at cycle {} and the run has {} cycles",
                              options.wave->first, result.cycles));
    }
    return endStep(run, result);
  }
};

} // namespace

std::unique_ptr<Core> makeRtlCore() {
  return std::make_unique<RtlCore>();
}

} // namespace weft::runtime
