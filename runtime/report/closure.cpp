#include "runtime/report/closure.h"

#include <fmt/format.h>
#include <map>

namespace weft::runtime {
namespace {

using Counts = std::map<std::string, uint64_t>;

// Is the counter one of the states in which each cycle of the engine is counted once?
bool isState(const std::string& counter, const std::string& engine) {
  return counter == engine + "_busy" || counter == engine + "_idle" || counter.starts_with(engine + "_stall_");
}

void checkEngines(const Report& report, const std::string& where, const Share& share,
                  std::vector<std::string>& problems) {
  for (const EngineReport& engine : report.engines) {
    uint64_t sum = 0;
    for (const auto& [name, cycles] : share.counters)
      if (isState(name, engine.name))
        sum += cycles;
    if (sum != share.cycles)
      problems.push_back(fmt::format("the cycles of engine '{}' in {} add up to {}, not to its {}", engine.name, where,
                                     sum, share.cycles));
  }
}

void checkSums(const Counts& sums, const std::vector<std::pair<std::string, uint64_t>>& totals,
               std::vector<std::string>& problems) {
  Counts missing = sums;
  for (const auto& [name, total] : totals) {
    auto it = sums.find(name);
    const uint64_t sum = it == sums.end() ? 0 : it->second;
    if (sum != total)
      problems.push_back(fmt::format("'{}' of prologue and layers adds up to {}, the run's is {}", name, sum, total));
    missing.erase(name);
  }
  for (const auto& [name, sum] : missing)
    if (sum != 0)
      problems.push_back(fmt::format("'{}' of prologue and layers adds up to {}, the run does not have it", name, sum));
}

void checkDram(const Report& report, std::vector<std::string>& problems) {
  DramMoves all;
  std::vector<DramMoves> layers(report.layers.size());
  for (const TensorReport& tensor : *report.tensors)
    for (const TensorReport::Part& part : tensor.layers) {
      all.read += part.moves.read;
      all.written += part.moves.written;
      if (part.layer) {
        layers.at(*part.layer).read += part.moves.read;
        layers.at(*part.layer).written += part.moves.written;
      }
    }
  auto check = [&](const std::string& what, uint64_t sum, uint64_t total) {
    if (sum != total)
      problems.push_back(fmt::format("the DRAM bytes {} add up to {}, not to {}", what, sum, total));
  };
  check("read of tensors", all.read, report.count("load_bytes_read"));
  check("written of tensors", all.written, report.count("store_bytes_written"));
  for (size_t i = 0; i < layers.size(); ++i) {
    check(fmt::format("read of tensors for layer '{}'", report.layers[i].symbol), layers[i].read,
          report.layers[i].dramBytesRead);
    check(fmt::format("written of tensors for layer '{}'", report.layers[i].symbol), layers[i].written,
          report.layers[i].dramBytesWritten);
  }
  check("read by load engine and sequencer",
        all.read + report.count("sequencer_bytes_fetched") + report.count("sequencer_bytes_read"),
        report.count("dram_bytes_read"));
  check("written by store engine and sequencer", all.written + report.count("sequencer_bytes_written"),
        report.count("dram_bytes_written"));
}

} // namespace

std::vector<std::string> closureProblems(const Report& report) {
  std::vector<std::string> problems;
  if (!report.timed)
    return problems;
  for (const EngineReport& engine : report.engines) {
    uint64_t sum = engine.busy + engine.idle;
    for (const auto& [cause, cycles] : engine.stalls)
      sum += cycles;
    if (sum != report.cycles)
      problems.push_back(
          fmt::format("the cycles of engine '{}' add up to {}, not to the run's {}", engine.name, sum, report.cycles));
  }
  if (report.tensors)
    checkDram(report, problems);
  if (report.energy)
    for (std::string& problem : energy::closureProblems(*report.energy))
      problems.push_back(std::move(problem));
  if (!report.prologue)
    return problems;
  uint64_t cycles = 0;
  Counts counters, activity;
  auto add = [&](const std::string& where, const Share& share) {
    cycles += share.cycles;
    for (const auto& [name, count] : share.counters)
      counters[name] += count;
    for (const auto& [name, count] : share.activity)
      activity[name] += count;
    checkEngines(report, where, share, problems);
  };
  add("the prologue", *report.prologue);
  for (const LayerStatistics& layer : report.layers)
    add(fmt::format("layer '{}'", layer.symbol), layer.share);
  if (cycles != report.cycles)
    problems.push_back(
        fmt::format("the cycles of prologue and layers add up to {}, the run's are {}", cycles, report.cycles));
  checkSums(counters, report.counters, problems);
  checkSums(activity, report.activity, problems);
  return problems;
}

} // namespace weft::runtime
