#include "runtime/report/html/page.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace weft::runtime {
namespace {

// A cell of text. A spreadsheet would compute one that begins like a formula.
std::string quoted(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(0, 1, '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos)
    return text;
  std::string result = "\"";
  for (char c : text) {
    if (c == '"')
      result += '"';
    result += c;
  }
  return result + '"';
}

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

// pJ of a layer by component; empty if the report does not have them.
std::string componentText(const Report& report, size_t layer, const std::string& name) {
  if (!report.energy || layer >= report.energy->layers.size())
    return "";
  const auto& all = report.energy->components;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& component) { return component.name == name; });
  return found == all.end() ? ""
                            : fmt::format("{}", report.energy->layers[layer][static_cast<size_t>(found - all.begin())]);
}

} // namespace

std::string layersCsv(const std::vector<NamedReport>& reports) {
  const std::vector<std::string> states = united(reports, stateCounters);
  const std::vector<std::string> parts = united(reports, components);
  std::vector<std::string> titles = {"report",       "network",     "machine",         "device",
                                     "fidelity",     "layer",       "function",        "onnx_nodes",
                                     "mapping",      "first_cycle", "last_cycle",      "cycles",
                                     "own_cycles",   "useful_macs", "array_macs",      "matrix_busy",
                                     "instructions", "utilisation", "dram_bytes_read", "dram_bytes_written",
                                     "dram_refetch", "dram_spill"};
  titles.insert(titles.end(), states.begin(), states.end());
  for (const std::string& part : parts)
    titles.push_back("pj:" + part);
  std::string text = fmt::format("{}\r\n", fmt::join(titles, ","));
  for (const NamedReport& item : reports) {
    const Report& report = item.report;
    const std::vector<TensorReport> none;
    const bool attributed = report.tensors.has_value();
    const std::vector<DramReasons> reasons = reasonsOfLayers(attributed ? *report.tensors : none, report.layers.size());
    for (size_t i = 0; i < report.layers.size(); ++i) {
      const LayerStatistics& layer = report.layers[i];
      auto number = [](bool known, auto value) { return known ? fmt::format("{}", value) : std::string(); };
      const bool divided = report.prologue.has_value();
      std::vector<std::string> row = {quoted(item.name),
                                      quoted(report.network),
                                      quoted(report.machine),
                                      quoted(report.device),
                                      quoted(report.fidelity),
                                      fmt::format("{}", i),
                                      quoted(layer.symbol),
                                      quoted(fmt::format("{}", fmt::join(layer.onnxNodes, " + "))),
                                      quoted(layer.mapping),
                                      number(layer.span.any, layer.span.first),
                                      number(layer.span.any, layer.span.last),
                                      number(report.timed, layer.span.cycles()),
                                      number(divided, layer.share.cycles),
                                      fmt::format("{}", layer.usefulMacs),
                                      fmt::format("{}", layer.arrayMacs),
                                      number(report.timed, layer.matrixBusy),
                                      fmt::format("{}", layer.instructions),
                                      number(report.timed, report.utilisation(layer.usefulMacs, layer.span.cycles())),
                                      fmt::format("{}", layer.dramBytesRead),
                                      fmt::format("{}", layer.dramBytesWritten),
                                      number(attributed, reasons[i].refetch),
                                      number(attributed, reasons[i].spill)};
      for (const std::string& state : states) {
        const auto count = layer.share.counters.find(state);
        row.push_back(number(divided, count == layer.share.counters.end() ? uint64_t{0} : count->second));
      }
      for (const std::string& part : parts)
        row.push_back(componentText(report, i, part));
      text += fmt::format("{}\r\n", fmt::join(row, ","));
    }
  }
  return text;
}

} // namespace weft::runtime
