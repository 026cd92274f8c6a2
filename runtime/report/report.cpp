#include "runtime/report/report.h"

#include "isa/generated/instructions.h"
#include "runtime/energy/dram.h"
#include "runtime/report/closure.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <stdexcept>

namespace weft::runtime {
namespace {

constexpr Engine kEngines[] = {Engine::sequencer, Engine::load, Engine::store, Engine::matrix, Engine::vector};

uint64_t counter(const RunStatistics& statistics, const std::string& name) {
  auto it = statistics.counters.find(name);
  return it == statistics.counters.end() ? 0 : it->second;
}

// The counters "<engine>_stall_<cause>" become the stalls of the engine.
EngineReport engineReport(const RunStatistics& statistics, const std::string& engine) {
  EngineReport report;
  report.name = engine;
  report.instructions = counter(statistics, engine + "_instructions");
  report.busy = counter(statistics, engine + "_busy");
  report.idle = counter(statistics, engine + "_idle");
  const std::string prefix = engine + "_stall_";
  for (const auto& [name, cycles] : statistics.counters)
    if (name.starts_with(prefix))
      report.stalls.emplace_back(name.substr(prefix.size()), cycles);
  return report;
}

std::string describeDram(const Machine& machine) {
  if (machine.dram.model == DramModel::ideal)
    return fmt::format("ideal: {} ns, {} MB/s", machine.dram.latencyNs, machine.dram.bandwidthMbS);
  return fmt::format("detailed: {}, {} channel{}", name(machine.dram.preset), machine.dram.channels,
                     machine.dram.channels == 1 ? "" : "s");
}

void addMemory(Report& report, const RunStatistics& statistics, const Program& program) {
  const std::vector<MemoryRange> none;
  const std::vector<MemoryRange>& map = program.manifest() ? program.manifest()->memoryMap : none;
  if (statistics.tensorTraffic)
    report.tensors = tensorReports(*statistics.tensorTraffic, map);
  std::copy_if(map.begin(), map.end(), std::back_inserter(report.memoryMap),
               [](const MemoryRange& range) { return !isConstant(range); });
}

} // namespace

uint64_t Report::count(std::string_view name) const {
  for (const auto* counts : {&counters, &activity})
    for (const auto& [candidate, value] : *counts)
      if (candidate == name)
        return value;
  return 0;
}

double Report::utilisation(uint64_t macs, uint64_t duration) const {
  if (duration == 0)
    return 0;
  return static_cast<double>(macs) / (static_cast<double>(duration) * static_cast<double>(rows * cols));
}

Report makeReport(const RunStatistics& statistics, const Program& program, const Machine& machine,
                  const std::string& programFile) {
  Report report;
  report.program = programFile;
  report.network = program.network() ? program.network()->name : "";
  report.device = statistics.device;
  report.fidelity = statistics.fidelity;
  report.timed = statistics.timed;
  report.exitCode = statistics.exitCode;
  report.machine = machine.name;
  report.machineHash = hash(machine);
  report.clockMhz = machine.clockMhz;
  report.rows = machine.array.rows;
  report.cols = machine.array.cols;
  report.dram = describeDram(machine);
  report.description = machine;
  report.cycles = statistics.cycles;
  report.arrayMacs = counter(statistics, "matrix_macs");
  report.layers = statistics.layers;
  report.prologue = statistics.prologue;
  addMemory(report, statistics, program);
  report.code = layerCode(program);
  for (const LayerStatistics& layer : statistics.layers)
    report.usefulMacs += layer.usefulMacs;
  if (!statistics.counters.empty())
    for (Engine engine : kEngines)
      report.engines.push_back(engineReport(statistics, engineName(engine)));
  report.traffic = statistics.traffic;
  report.activity.assign(statistics.activity.begin(), statistics.activity.end());
  report.host = statistics.host;
  report.crossings = statistics.crossings;
  if (const auto& manifest = program.manifest()) {
    report.workload = manifest->workload;
    report.mapping = manifest->workload ? manifest->mapping : "";
    report.constantBytes = manifest->constantBytes;
    report.activationBytes = manifest->activationBytes;
    report.activationLowerBound = manifest->activationLowerBound;
    report.scratchpadPeak = manifest->scratchpadPeak;
  }
  report.counters.assign(statistics.counters.begin(), statistics.counters.end());
  if (const std::vector<std::string> problems = closureProblems(report); !problems.empty())
    throw std::logic_error(fmt::format("{}", fmt::join(problems, "; ")));
  return report;
}

uint64_t crossingCycles(uint64_t bytes, const Machine& machine) {
  const double bytesPerCycle = energy::peakBytesPerNs(machine) * 1e3 / machine.clockMhz;
  return static_cast<uint64_t>(std::ceil(static_cast<double>(bytes) / bytesPerCycle));
}

void addEnergy(Report& report, const energy::EnergyModel& model) {
  if (!report.timed)
    return;
  const Share total{report.cycles,
                    {report.counters.begin(), report.counters.end()},
                    {report.activity.begin(), report.activity.end()}};
  report.energy = energy::evaluate(model, total, report.prologue ? &*report.prologue : nullptr, report.layers);
  if (const std::vector<std::string> problems = energy::closureProblems(*report.energy); !problems.empty())
    throw std::logic_error(fmt::format("{}", fmt::join(problems, "; ")));
}

} // namespace weft::runtime
