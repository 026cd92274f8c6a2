#include "tests/runtime/report/html/sample.h"

#include "runtime/energy/model.h"

#include <fmt/format.h>

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
  share.counters["matrix_macs"] = 300 * cycles;
  share.counters["load_bytes_read"] = 64 * cycles;
  share.activity["dram_bytes_read"] = 64 * cycles;
  share.activity["scratchpad_activation_reads"] = cycles;
  return share;
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
    layer.mapping = i % 3 == 2 ? "depthwise: tile 4 x 8" : "matrix: tile 4 x 8, weights resident";
    layer.share = share(800 + 80 * i + sample.slower);
    layer.span.include(statistics.cycles, statistics.cycles + layer.share.cycles - 1);
    layer.usefulMacs = 256 * layer.share.cycles;
    layer.arrayMacs = 300 * layer.share.cycles;
    layer.matrixBusy = layer.share.counters["matrix_busy"];
    layer.instructions = 10 + i;
    layer.dramBytesRead = 64 * layer.share.cycles;
    layer.dramBytesWritten = i % 2 == 0 ? 4096 : 0;
    add(statistics, layer.share);
    statistics.layers.push_back(std::move(layer));
  }
  statistics.traffic = {{"dram", "load", 64, 0, statistics.counters["load_bytes_read"], 0}};
  statistics.hostAfter = {"softmax (Softmax)"};
  const Machine machine = loadMachine("edge-16");
  Report report = makeReport(statistics, Program{}, machine, "p.weft");
  report.network = sample.network;
  addEnergy(report, energy::makeModel(energy::loadTable(""), machine));
  return report;
}

} // namespace weft::runtime::test
