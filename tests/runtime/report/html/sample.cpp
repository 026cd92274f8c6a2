#include "tests/runtime/report/html/sample.h"

#include "runtime/energy/model.h"
#include "runtime/report/closure.h"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

namespace weft::runtime::test {
namespace {

constexpr const char* kEngines[] = {"sequencer", "load", "store", "matrix", "vector"};

// `cycles` cycles in which each engine is busy, stalled and idle in other parts.
Share share(uint64_t cycles) {
  Share share;
  share.cycles = cycles;
  uint64_t part = 0;
  for (const char* engine : kEngines) {
    const std::string name = engine;
    const uint64_t busy = cycles * ++part / 8, stall = cycles / 4;
    share.counters[name + "_busy"] = busy;
    share.counters[name + "_stall_semaphore"] = stall;
    share.counters[name + "_idle"] = cycles - busy - stall;
  }
  share.activity["matrix_waits_for_vector"] = share.counters["matrix_stall_semaphore"] / 3;
  share.activity["matrix_waits_for_load"] =
      share.counters["matrix_stall_semaphore"] - share.activity["matrix_waits_for_vector"];
  share.counters["matrix_macs"] = 300 * cycles;
  share.counters["load_bytes_read"] = 64 * cycles;
  share.activity["dram_bytes_read"] = 64 * cycles;
  share.activity["scratchpad_activation_reads"] = cycles;
  return share;
}

// Weights, read more than once, and an activation that layers hand over through DRAM.
void addMemories(Report& report, const Share& prologue) {
  TensorReport unknown;
  unknown.layers = {{std::nullopt, {prologue.counters.at("load_bytes_read"), 0, 0, 0}}};
  report.tensors.emplace();
  for (size_t i = 0; i < report.layers.size(); ++i) {
    const LayerStatistics& layer = report.layers[i];
    const auto number = static_cast<int32_t>(i), last = static_cast<int32_t>(report.layers.size()) - 1;
    const uint64_t bytes = layer.dramBytesRead;
    TensorReport weights;
    weights.range = {MapMemory::dram, MapUse::weights, layer.onnxNodes[0], 0x81000000, 4096, 1000, number, number};
    weights.layers = {{i, {bytes, bytes / 4, 0, 0}}};
    report.tensors->push_back(weights);
    if (layer.dramBytesWritten > 0) {
      TensorReport activation;
      activation.range = {
          MapMemory::dram, MapUse::activation,        layer.onnxNodes[0] + "_out", 0x80000000, 4096, 4096,
          number,          std::min(number + 1, last)};
      activation.layers = {{i, {0, 0, layer.dramBytesWritten, 0}}};
      report.tensors->push_back(activation);
      report.memoryMap.push_back(*activation.range);
    }
    report.memoryMap.push_back({MapMemory::scratchpad, MapUse::weights, layer.onnxNodes[0], 0,
                                1024 * (1 + static_cast<uint32_t>(i % 7)), 0, number, number});
    report.memoryMap.push_back({MapMemory::scratchpad, MapUse::activation, layer.onnxNodes[0] + "_in", 0x8000, 8192, 0,
                                number, std::min(number + 2, last)});
    report.memoryMap.push_back(
        {MapMemory::accumulators, MapUse::partialSums, layer.onnxNodes[0], 0, 2048, 0, number, number});
  }
  report.tensors->push_back(unknown);
}

// 3 x 3 windows of 20 channels, 40 results of each of 8 x 16 pixels. In turns: a contraction with streamed weights, one
// with resident weights, a map.
void addCode(Report& report) {
  report.workload.emplace();
  for (size_t i = 0; i < report.layers.size(); ++i) {
    const std::string& node = report.layers[i].onnxNodes[0];
    const bool streamed = i % 3 == 0;
    std::string mapping =
        fmt::format("node: {}\nweights: {}\ntile_rows: 4\ntile_cols: 8\ncolumn_tiles: {}\nchunks: {}\n"
                    "buffers: 2",
                    node, streamed ? "streamed" : "resident", streamed ? 3 : 1, streamed ? "[3, 1, 2]" : "[1, 1, 1]");
    report.code.push_back(
        {std::move(mapping), 900, 60, std::vector<std::string>(160, "80000100  ld a0, a1, p0, p1 <signal 3>")});
    report.workload->groups.push_back({node,
                                       i % 3 == 2 ? "map" : "contraction",
                                       {0},
                                       1,
                                       {{"grid0", {1, -1, 0, 8, 1, 1, 16, 2, 1, 20, 3, 1}},
                                        {"result", {1, -1, 0, 8, 1, 1, 16, 2, 1, 40, 3, 1}},
                                        {"kernel", {3, 3}},
                                        {"planes", {1}}}});
  }
}

void add(RunStatistics& statistics, const Share& part) {
  statistics.cycles += part.cycles;
  for (const auto& [name, count] : part.counters)
    statistics.counters[name] += count;
  for (const auto& [name, count] : part.activity)
    statistics.activity[name] += count;
}

} // namespace

Report sampleReport(const Sample& sample) {
  RunStatistics statistics;
  statistics.device = "cycle";
  statistics.fidelity = "cycle-accurate simulation with data";
  statistics.timed = true;
  statistics.prologue = share(40);
  add(statistics, *statistics.prologue);
  for (size_t i = 0; i < sample.layers; ++i) {
    LayerStatistics layer;
    layer.symbol = fmt::format("g{:03}", i);
    layer.onnxNodes = {fmt::format("{}_{}", sample.layerName, i), "relu"};
    layer.mapping = i % 3 == 2 ? "map vdw: tile 4 x 8" : "contraction: tile 4 x 8, weights resident";
    layer.share = share(800 + 80 * i + sample.slower);
    layer.span.include(statistics.cycles, statistics.cycles + layer.share.cycles - 1);
    layer.usefulMacs = 256 * layer.share.cycles;
    layer.arrayMacs = 300 * layer.share.cycles;
    layer.matrixBusy = layer.share.counters["matrix_busy"];
    layer.instructions = 10 + i;
    layer.dramBytesRead = 64 * layer.share.cycles;
    layer.dramBytesWritten = i % 2 == 0 ? 4096 : 0;
    layer.share.counters["store_bytes_written"] = layer.share.activity["dram_bytes_written"] = layer.dramBytesWritten;
    add(statistics, layer.share);
    statistics.layers.push_back(std::move(layer));
  }
  statistics.traffic = {{"dram", "load", 64, 0, statistics.counters["load_bytes_read"], 0}};
  statistics.host = {{1, {{"softmax (Softmax)", "it computes in float32"}}}};
  statistics.crossings = {{"x", 0, true, 512}, {"y", 0, false, 32}};
  const Machine machine = loadMachine(sample.machine);
  Report report = makeReport(statistics, Program{}, machine, "p.weft");
  report.network = sample.network;
  addMemories(report, *statistics.prologue);
  addCode(report);
  for (const std::string& problem : closureProblems(report))
    throw std::logic_error(problem);
  addEnergy(report, energy::makeModel(energy::loadTable(""), machine));
  return report;
}

} // namespace weft::runtime::test
