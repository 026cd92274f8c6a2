#include "runtime/cosim/cosim_core.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace weft::cosim {
namespace {

// Cycles before and after a difference that its waveform shows.
constexpr uint64_t kWaveBefore = 200;
constexpr uint64_t kWaveAfter = 50;

// Copies what is not zero, so that memory that nobody uses is not committed.
void copyDram(const Dram& from, Dram& to) {
  constexpr uint64_t kPage = 4096;
  static constexpr uint8_t zeros[kPage] = {};
  for (uint64_t page = 0; page < from.bytes(); page += kPage) {
    const uint64_t bytes = std::min(kPage, from.bytes() - page);
    if (std::memcmp(from.at(kDramBase + page), zeros, bytes) != 0)
      std::memcpy(to.at(kDramBase + page), from.at(kDramBase + page), bytes);
  }
}

class CosimCore final : public runtime::Core {
public:
  CosimCore(const CosimCoreOptions& options, CosimReport& report) : options_(options), report_(report) {}

  std::string fidelity() const override { return "cycle-accurate simulation compared with RTL"; }

  // The steps of a program one by one, until one is not the same or does not come to its end.
  runtime::CoreResult run(runtime::CoreRun& run) const override {
    if (run.step == 0)
      report_ = {};
    else if (finished(run))
      return {};
    const Machine& machine = run.machine;
    const Program& program = run.program;
    CoreMemory& memory = run.memory;
    const runtime::RunOptions& options = run.options;
    const ImageLoader load = [&](CoreMemory& fresh) { copyDram(memory.dram, fresh.dram); };
    auto tell = [&](const std::string& stage) {
      if (options.progress)
        options.progress(stage, -1);
      if (options.cancel && *options.cancel)
        throw runtime::Cancelled();
    };
    CosimOptions comparison = options_.comparison;
    comparison.progress = [&](uint64_t cycle) {
      tell(fmt::format("simulator and RTL, {} cycles", run.cycles + cycle));
    };
    std::optional<Dram> left; // for the host and the next step
    if (run.step + 1 < run.steps)
      comparison.halted = [&](const CoreMemory& end) { copyDram(end.dram, left.emplace(machine.dram.bytes)); };
    if (comparison.cycleLimit > 0)
      comparison.cycleLimit -= run.cycles;
    const ModelFactory rtl = rtlFactory(machine, load, {options_.assertions, tell});
    const CosimResult earlier = std::move(report_.result);
    report_.result = compare(simulatorFactory(machine, load), rtl, comparison);

    DescribeOptions words;
    words.instruction = [&](uint32_t pc) { return runtime::instructionText(memory.dram, pc); };
    words.place = [&](uint32_t pc) { return runtime::describePlace(program, memory.dram, pc); };
    const bool equal = report_.result.equal();
    if (equal)
      addEarlier(report_.result, earlier);
    report_.text = run.steps > 1 && !equal ? fmt::format("step {} of {} of the device, which begins after {} cycles:\n",
                                                         run.step + 1, run.steps, run.cycles)
                                           : "";
    report_.text += describe(report_.result, words);
    for (const MemoryMismatch& mismatch : report_.result.memories)
      if (const std::optional<uint32_t> pc = lastWriter(machine, load, mismatch))
        report_.text +=
            fmt::format("  {} {:#x} was last written by {}\n", mismatch.memory, mismatch.address, words.place(*pc));
    if (!equal && !options_.waveFile.empty())
      writeWave(rtl, options.provenance.text());

    runtime::CoreResult core;
    core.exitCode = report_.result.outcomes[0].exitCode;
    core.cycles = report_.result.cycles - (equal ? earlier.cycles : 0);
    if (left)
      memory.dram = std::move(*left);
    return core;
  }

private:
  // Nothing is left to compare: a difference, a fault, or the limit was reached.
  bool finished(const runtime::CoreRun& run) const {
    return !report_.result.equal() || report_.result.outcomes[0].state != Outcome::State::halted ||
           (options_.comparison.cycleLimit > 0 && options_.comparison.cycleLimit <= run.cycles);
  }

  static void addEarlier(CosimResult& result, const CosimResult& earlier) {
    result.cycles += earlier.cycles;
    result.events += earlier.events;
    result.bytesCompared += earlier.bytesCompared;
  }

  // A second run that records.
  void writeWave(const ModelFactory& rtl, const std::string& comment) const {
    const uint64_t cycle = report_.result.cycle();
    Wave wave{options_.waveFile, cycle - std::min(cycle, kWaveBefore), cycle + kWaveAfter, comment};
    rtl({nullptr, false, wave})->run(wave.last + 1);
    report_.waveFile = options_.waveFile;
    report_.text += fmt::format("waveform of cycles {} to {}: {}\n", wave.first, wave.last, wave.file.string());
  }

  CosimCoreOptions options_;
  CosimReport& report_;
};

} // namespace

std::unique_ptr<runtime::Core> makeCosimCore(const CosimCoreOptions& options, CosimReport& report) {
  return std::make_unique<CosimCore>(options, report);
}

} // namespace weft::cosim
