// The device `func`: the functional simulator behind the core interface.
#include "isa/check/race_detector.h"
#include "runtime/api/core.h"
#include "runtime/api/layers.h"
#include "runtime/api/races.h"
#include "simulator/func/functional.h"

#include <fmt/format.h>

namespace weft::runtime {
namespace {

std::map<std::string, uint64_t> countersOf(const weft::RunResult& result) {
  std::map<std::string, uint64_t> counters;
  for (Engine engine : {Engine::sequencer, Engine::load, Engine::store, Engine::matrix, Engine::vector})
    counters[fmt::format("{}_instructions", engineName(engine))] = result.of(engine).instructions;
  counters["matrix_macs"] = result.of(Engine::matrix).macs;
  counters["load_bytes_read"] = result.of(Engine::load).dramBytesRead;
  counters["store_bytes_written"] = result.of(Engine::store).dramBytesWritten;
  counters["sequencer_bytes_read"] = result.of(Engine::sequencer).dramBytesRead;
  counters["sequencer_bytes_written"] = result.of(Engine::sequencer).dramBytesWritten;
  return counters;
}

class FuncCore : public Core {
public:
  std::string fidelity() const override { return "instruction-accurate simulation; no time"; }

  CoreResult run(CoreRun& run) const override {
    const RunOptions& options = run.options;
    weft::RunOptions settings;
    settings.entry = run.program.entry();
    settings.instructionLimit = run.left;
    settings.progress = [&](uint64_t instructions) {
      if (options.progress)
        options.progress(fmt::format("functional simulation, {} instructions", instructions), -1);
      return !options.cancel || !*options.cancel;
    };
    std::optional<RaceDetector> races;
    if (options.detectRaces)
      settings.races = &races.emplace(run.machine);

    const weft::RunResult result = FunctionalSimulator(run.machine, run.memory).run(settings);
    if (result.end == DataflowResult::End::stopped)
      throw Cancelled();
    spend(run, result.sequencerInstructions, result.end == DataflowResult::End::limit, "instructions");
    if (races)
      throwIfRaces(races->races(), races->semaphoreProblems(), run.program, run.memory.dram);
    CoreResult core;
    if (result.end == DataflowResult::End::fault) {
      core.fault = result.fault;
      for (const Waiting& unit : result.waiting)
        core.context.unfinished.push_back({unit.engine, unit.pc});
      core.context.semaphores.assign(result.semaphores.begin(), result.semaphores.end());
    }
    core.exitCode = result.exitCode;
    core.counters = countersOf(result);
    auto dramTraffic = [&](Engine engine) {
      const EngineCounts& count = result.of(engine);
      return MemoryTraffic{"dram", engineName(engine), 0, 0, count.dramBytesRead, count.dramBytesWritten};
    };
    core.traffic = {dramTraffic(Engine::load), dramTraffic(Engine::store), dramTraffic(Engine::sequencer)};
    core.layers = layersOf(run.program);
    return core;
  }
};

} // namespace

std::unique_ptr<Core> makeFuncCore() {
  return std::make_unique<FuncCore>();
}

} // namespace weft::runtime
