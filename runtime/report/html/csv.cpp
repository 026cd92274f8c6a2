#include "runtime/report/html/page.h"

#include "runtime/report/table.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace weft::runtime {
namespace {

using Json = nlohmann::ordered_json;

// Names that any of the reports has, in the order in which they appear.
template <typename Names> std::vector<std::string> united(const std::vector<NamedReport>& reports, Names names) {
  std::vector<std::string> all;
  std::set<std::string> seen;
  for (const NamedReport& item : reports)
    for (const std::string& name : names(item.report))
      if (seen.insert(name).second)
        all.push_back(name);
  return all;
}

std::vector<std::string> stateCounters(const Report& report) {
  std::vector<std::string> names;
  if (report.prologue)
    for (const EngineReport& engine : report.engines) {
      names.push_back(engine.name + "_busy");
      for (const auto& [cause, cycles] : engine.stalls)
        names.push_back(engine.name + "_stall_" + cause);
      names.push_back(engine.name + "_idle");
    }
  return names;
}

std::vector<std::string> components(const Report& report) {
  std::vector<std::string> names;
  if (report.energy && !report.energy->layers.empty())
    for (const energy::ComponentEnergy& component : report.energy->components)
      names.push_back(component.name);
  return names;
}

// A value that a report may not have.
template <typename T> Cell known(bool has, const T& value) {
  return {"", has ? Json(value) : Json(nullptr)};
}

// pJ of a layer by component.
Cell componentOf(const Report& report, const std::vector<double>* parts, const std::string& name) {
  if (!report.energy || !parts)
    return known(false, 0);
  const auto& all = report.energy->components;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& component) { return component.name == name; });
  return found == all.end() ? known(false, 0) : known(true, (*parts)[static_cast<size_t>(found - all.begin())]);
}

Cell counterOf(const Report& report, const Share& share, const std::string& state) {
  const auto count = share.counters.find(state);
  return known(report.prologue.has_value(), count == share.counters.end() ? uint64_t{0} : count->second);
}

std::vector<Cell> layerCells(const Report& report, size_t i, const std::vector<DramReasons>& reasons) {
  const LayerStatistics& layer = report.layers[i];
  const bool timed = report.timed, attributed = report.tensors.has_value();
  return {known(true, i),
          layer.symbol,
          fmt::format("{}", fmt::join(layer.onnxNodes, " + ")),
          layer.mapping,
          known(layer.span.any, layer.span.first),
          known(layer.span.any, layer.span.last),
          known(timed, layer.span.cycles()),
          known(report.prologue.has_value(), layer.share.cycles),
          known(true, layer.usefulMacs),
          known(timed, layer.arrayMacs),
          known(timed, layer.matrixBusy),
          known(timed, layer.instructions),
          known(timed, report.utilisation(layer.usefulMacs, layer.span.cycles())),
          known(timed, layer.dramBytesRead),
          known(timed, layer.dramBytesWritten),
          known(attributed, reasons[i].refetch),
          known(attributed, reasons[i].spill)};
}

// What came before the first layer: cycles, states and energy, which add up with the layers' to the run.
std::vector<Cell> prologueCells(const Report& report) {
  std::vector<Cell> cells(17, known(false, 0));
  cells[1] = "(prologue)";
  cells[7] = known(true, report.prologue->cycles);
  return cells;
}

} // namespace

std::string layersCsv(const std::vector<NamedReport>& reports) {
  const std::vector<std::string> states = united(reports, stateCounters);
  const std::vector<std::string> parts = united(reports, components);
  std::vector<std::string> keys = {"report",       "network",     "machine",         "device",
                                   "fidelity",     "layer",       "function",        "onnx_nodes",
                                   "mapping",      "first_cycle", "last_cycle",      "cycles",
                                   "own_cycles",   "useful_macs", "array_macs",      "matrix_busy",
                                   "instructions", "utilisation", "dram_bytes_read", "dram_bytes_written",
                                   "dram_refetch", "dram_spill"};
  keys.insert(keys.end(), states.begin(), states.end());
  for (const std::string& part : parts)
    keys.push_back("pj:" + part);
  for (const auto& [name, value] : Provenance().fields())
    if (name != "machine")
      keys.push_back(name);
  std::vector<Table::Column> columns;
  for (const std::string& key : keys)
    columns.push_back({key, Table::Align::left, 60, key});
  Table table(columns);
  for (const NamedReport& item : reports) {
    const Report& report = item.report;
    const std::vector<TensorReport> none;
    const std::vector<DramReasons> reasons = reasonsOfLayers(report.tensors.value_or(none), report.layers.size());
    auto row = [&](const std::vector<Cell>& own, const Share& share, const std::vector<double>* pj) {
      std::vector<Cell> cells = {item.name, report.network, report.machine, report.device, report.fidelity};
      cells.insert(cells.end(), own.begin(), own.end());
      for (const std::string& state : states)
        cells.push_back(counterOf(report, share, state));
      for (const std::string& part : parts)
        cells.push_back(componentOf(report, pj, part));
      if (report.provenance)
        for (const auto& [name, value] : report.provenance->fields())
          if (name != "machine")
            cells.emplace_back(value);
      cells.resize(keys.size(), known(false, 0));
      table.row(std::move(cells));
    };
    if (report.prologue)
      row(prologueCells(report), *report.prologue, report.energy ? &report.energy->prologue : nullptr);
    for (size_t i = 0; i < report.layers.size(); ++i)
      row(layerCells(report, i, reasons), report.layers[i].share,
          report.energy && i < report.energy->layers.size() ? &report.energy->layers[i] : nullptr);
  }
  return table.toCsv();
}

} // namespace weft::runtime
