#include "runtime/report/summary.h"

#include "runtime/report/table.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>

namespace weft::runtime {
namespace {

using Align = Table::Align;

double share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string totals(const Report& report, const Style& style) {
  Table table({{"run", Align::left}, {"", Align::left, 100}});
  table.row({"network", report.network.empty() ? "(hand-written program)" : report.network});
  table.row({"program", report.program});
  table.row({"device", fmt::format("{}: {}", report.device, report.fidelity)});
  table.row({"machine", fmt::format("{}: {} x {} array, {} MHz, DRAM {}", report.machine, report.rows, report.cols,
                                    report.clockMhz, report.dram)});
  if (report.provenance)
    table.row({"made by", fmt::format("weft {} ({}), {}", report.provenance->version, report.provenance->commit,
                                      report.provenance->date)});
  if (report.exitCode != 0)
    table.row({"exit code", fmt::format("{}", report.exitCode)});
  if (report.timed) {
    table.row({"cycles", grouped(report.cycles)});
    table.row({"time", fmt::format("{:.3f} ms at {} MHz", 1e3 * report.seconds(), report.clockMhz)});
  }
  if (report.usefulMacs > 0)
    table.row({"useful MACs", grouped(report.usefulMacs)});
  if (report.arrayMacs > 0)
    table.row({"array MACs", fmt::format("{} (with padding)", grouped(report.arrayMacs))});
  if (report.timed)
    table.row({"utilisation",
               fmt::format("{}   useful MACs / (cycles x {} x {})",
                           percent(report.utilisation(report.usefulMacs, report.cycles)), report.rows, report.cols)});
  return table.format(style);
}

// By the unit that an engine waits for, if the report says so: " (load 2.8 %)".
std::string waits(const Report& report, const std::string& engine) {
  std::vector<std::string> parts;
  const std::string prefix = engine + "_waits_for_";
  for (const auto& [name, cycles] : report.activity)
    if (name.starts_with(prefix))
      parts.push_back(fmt::format("{} {}", name.substr(prefix.size()), percent(share(cycles, report.cycles))));
  return parts.empty() ? "" : fmt::format(" ({})", fmt::join(parts, ", "));
}

std::string engines(const Report& report, const Style& style) {
  Table table(
      {{"engine", Align::left}, {"instructions"}, {"busy"}, {"idle"}, {"stalled"}, {"stalls", Align::left, 100}});
  for (const EngineReport& engine : report.engines) {
    uint64_t stalled = 0;
    std::vector<std::string> causes;
    for (const auto& [cause, cycles] : engine.stalls) {
      stalled += cycles;
      if (cycles > 0)
        causes.push_back(fmt::format("{} {}{}", cause, percent(share(cycles, report.cycles)),
                                     cause == "semaphore" ? waits(report, engine.name) : ""));
    }
    table.row({engine.name, grouped(engine.instructions), percent(share(engine.busy, report.cycles)),
               percent(share(engine.idle, report.cycles)), percent(share(stalled, report.cycles)),
               fmt::format("{}", fmt::join(causes, ", "))});
  }
  return heading("Engines (each line's busy + idle + stalled = all cycles)", style) + table.format(style);
}

std::string traffic(const Report& report, const Style& style) {
  Table table({{"memory", Align::left}, {"by", Align::left}, {"read"}, {"written"}, {"accesses"}, {"bytes per cycle"}});
  for (const MemoryTraffic& entry : report.traffic)
    if (uint64_t bytes = entry.bytesRead + entry.bytesWritten; bytes > 0)
      table.row({entry.memory, entry.user, binaryBytes(entry.bytesRead), binaryBytes(entry.bytesWritten),
                 entry.reads + entry.writes > 0 ? grouped(entry.reads + entry.writes) : "-",
                 report.timed ? fmt::format("{:.2f}", share(bytes, report.cycles)) : "-"});
  return table.empty() ? "" : heading("Memory traffic", style) + table.format(style);
}

std::string dram(const Report& report, const Style& style) {
  if (!report.tensors || report.layers.empty())
    return "";
  const DramReasons sum = sumOfReasons(*report.tensors);
  const uint64_t all = report.count("dram_bytes_read") + report.count("dram_bytes_written");
  Table table({{"DRAM bytes", Align::left}, {"moved"}, {"of all"}, {"most by", Align::left, 100}});
  for (const DramReason& reason : kDramReasons) {
    std::vector<std::pair<uint64_t, std::string>> parts;
    for (const TensorReport& tensor : *report.tensors)
      if (const uint64_t bytes = tensor.reasons().*reason.bytes; bytes > 0 && tensor.range)
        parts.emplace_back(bytes, fmt::format("{} ({})", tensor.range->name, name(tensor.range->use)));
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string> texts;
    for (size_t i = 0; i < std::min<size_t>(3, parts.size()); ++i)
      texts.push_back(fmt::format("{} {}", parts[i].second, binaryBytes(parts[i].first)));
    if (sum.*reason.bytes > 0)
      table.row({reason.name, binaryBytes(sum.*reason.bytes), percent(share(sum.*reason.bytes, all)),
                 fmt::format("{}", fmt::join(texts, ", "))});
  }
  const uint64_t fetched = report.count("sequencer_bytes_fetched");
  table.row({"instructions", binaryBytes(fetched), percent(share(fetched, all)), ""});
  return heading("DRAM bytes by reason", style) + table.format(style);
}

std::string energyText(double pj) {
  const char* const units[] = {"pJ", "nJ", "uJ", "mJ", "J"};
  size_t unit = 0;
  for (; pj >= 1000 && unit + 1 < std::size(units); ++unit)
    pj /= 1000;
  return fmt::format("{:.4g} {}", pj, units[unit]);
}

// In the energy of data: how many multiply-accumulates have a zero operand.
std::string zeroOperands(const Report& report) {
  auto share = [&](const std::string& operand) {
    const std::string name = "matrix_zero_" + operand + "_macs";
    auto count = std::find_if(report.activity.begin(), report.activity.end(),
                              [&](const auto& activity) { return activity.first == name; });
    return percent(runtime::share(count == report.activity.end() ? 0 : count->second, report.arrayMacs));
  };
  return fmt::format("  an operand is zero in {} of the array's MACs: the activation in {}, the weight in {}\n",
                     share("operand"), share("activation"), share("weight"));
}

std::string energyOf(const Report& report, const Style& style) {
  if (!report.energy)
    return "";
  const energy::RunEnergy& energy = *report.energy;
  Table table({{"energy", Align::left},
               {report.layers.empty() ? "per run" : "per inference"},
               {"of all"},
               {"average"},
               {"largest parts", Align::left, 100}});
  auto row = [&](const std::string& name, double pj, const std::string& parts) {
    table.row({name, energyText(pj), percent(pj / energy.totalPj),
               fmt::format("{:.4g} W", pj * 1e-12 / report.seconds()), parts});
  };
  for (const auto& [group, pj] : energy.groups()) {
    std::vector<const energy::ComponentEnergy*> parts;
    for (const energy::ComponentEnergy& component : energy.components)
      if (component.group == group && component.pj > 0)
        parts.push_back(&component);
    std::stable_sort(parts.begin(), parts.end(), [](const auto* a, const auto* b) { return a->pj > b->pj; });
    std::vector<std::string> texts;
    for (size_t i = 0; i < std::min<size_t>(3, parts.size()); ++i)
      texts.push_back(fmt::format("{} {}", parts[i]->name, percent(parts[i]->pj / energy.totalPj)));
    row(group, pj, fmt::format("{}", fmt::join(texts, ", ")));
  }
  row("total", energy.totalPj,
      fmt::format("{:.3g} TOPS/W; table '{}', {:g} nm, {:g} V; {}", report.topsPerWatt(), energy.table,
                  energy.technology.nodeNm, energy.technology.voltageV, describe(energy.switching)));
  double um2 = 0;
  for (const energy::AreaBlock& block : energy.area)
    um2 += block.um2;
  return heading("Energy", style) + table.format(style) +
         fmt::format("  idle {:.4g} W, peak {:.4g} W, area {:.4g} mm2 (of the machine, 'weft energy')\n",
                     energy.idleMw * 1e-3, energy.peakMw * 1e-3, um2 * 1e-6) +
         (energy.switching == energy::Switching::data ? zeroOperands(report) : "");
}

std::string layers(const Report& report, const Style& style) {
  Table table({{"#"},
               {"ONNX nodes", Align::left, 40},
               {"cycles"},
               {"of run"},
               {"matrix busy"},
               {"useful MACs"},
               {"utilisation"},
               {"DRAM read"},
               {"DRAM written"},
               {"energy"},
               {"mapping", Align::left, 60}});
  size_t number = 0;
  for (const LayerStatistics& layer : report.layers) {
    const uint64_t cycles = layer.span.cycles();
    std::optional<double> pj;
    if (report.energy && number < report.energy->layers.size())
      pj = std::accumulate(report.energy->layers[number].begin(), report.energy->layers[number].end(), 0.0);
    table.row({fmt::format("{}", number++), fmt::format("{}", fmt::join(layer.onnxNodes, " + ")),
               report.timed ? grouped(cycles) : "-", report.timed ? percent(share(cycles, report.cycles)) : "-",
               report.timed ? percent(share(layer.matrixBusy, cycles)) : "-", grouped(layer.usefulMacs),
               report.timed ? percent(report.utilisation(layer.usefulMacs, cycles)) : "-",
               report.timed ? binaryBytes(layer.dramBytesRead) : "-",
               report.timed ? binaryBytes(layer.dramBytesWritten) : "-", pj ? energyText(*pj) : "-", layer.mapping});
  }
  if (table.empty())
    return "";
  return heading("Layers (cycles from first start to last retirement; neighbours overlap)", style) +
         table.format(style);
}

std::string host(const Report& report, const Style& style) {
  if (report.host.empty())
    return "";
  size_t last = 0; // step of the device
  for (const Crossing& crossing : report.crossings)
    last = std::max(last, crossing.deviceStep + 1);
  Table table({{"when", Align::left}, {"node", Align::left, 100}, {"why", Align::left, 100}});
  for (const HostStep& step : report.host)
    for (const HostStep::Operator& op : step.operators)
      table.row({last == 0                  ? "-"
                 : step.deviceSteps == 0    ? "before"
                 : step.deviceSteps == last ? "after"
                                            : fmt::format("after step {} of {}", step.deviceSteps, last),
                 op.name, op.reason});
  return heading("On the host (its time is not modelled)", style) + table.format(style);
}

std::string crossings(const Report& report, const Style& style) {
  if (report.crossings.empty())
    return "";
  Table table({{"step"}, {"direction", Align::left}, {"tensor", Align::left, 100}, {"bytes"}, {"cycles"}});
  for (const Crossing& crossing : report.crossings)
    table.row({fmt::format("{}", crossing.deviceStep + 1), crossing.toDevice ? "to the device" : "to the host",
               crossing.tensor, grouped(crossing.bytes), grouped(crossingCycles(crossing.bytes, report.description))});
  return heading("Between host and device (cycles: estimate, at the DRAM's peak bandwidth; not in the run's)", style) +
         table.format(style);
}

std::string memoryPlan(const Report& report, const Style& style) {
  if (report.layers.empty())
    return "";
  Table table({{"memory plan", Align::left}, {"size"}});
  table.row({"constants in DRAM", binaryBytes(report.constantBytes)});
  table.row({"activations in DRAM", binaryBytes(report.activationBytes)});
  table.row({"  lower bound", binaryBytes(report.activationLowerBound)});
  table.row({"scratchpad peak", binaryBytes(report.scratchpadPeak)});
  return heading("Memory", style) + table.format(style);
}

} // namespace

std::string summary(const Report& report, const Style& style) {
  std::string text = totals(report, style);
  if (report.timed)
    text += engines(report, style);
  text += energyOf(report, style) + traffic(report, style) + dram(report, style) + layers(report, style) +
          host(report, style) + crossings(report, style) + memoryPlan(report, style);
  return text;
}

} // namespace weft::runtime
