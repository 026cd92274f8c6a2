// The figures of a program's device steps as those of one run.
#include "runtime/api/core.h"

#include <algorithm>

namespace weft::runtime {
namespace {

void add(std::map<std::string, uint64_t>& sums, const std::map<std::string, uint64_t>& counts) {
  for (const auto& [name, count] : counts)
    sums[name] += count;
}

void add(Share& sum, const Share& share) {
  sum.cycles += share.cycles;
  add(sum.counters, share.counters);
  add(sum.activity, share.activity);
}

void add(MemoryTraffic& sum, const MemoryTraffic& traffic) {
  sum.reads += traffic.reads;
  sum.writes += traffic.writes;
  sum.bytesRead += traffic.bytesRead;
  sum.bytesWritten += traffic.bytesWritten;
}

// `before` are the run's cycles when the step began.
void add(LayerStatistics& sum, const LayerStatistics& layer, uint64_t before) {
  if (layer.span.any)
    sum.span.include(before + layer.span.first, before + layer.span.last);
  sum.instructions += layer.instructions;
  sum.arrayMacs += layer.arrayMacs;
  sum.matrixBusy += layer.matrixBusy;
  sum.dramBytesRead += layer.dramBytesRead;
  sum.dramBytesWritten += layer.dramBytesWritten;
  add(sum.share, layer.share);
}

void add(DramMoves& sum, const DramMoves& moves) {
  sum.read += moves.read;
  sum.readAgain += moves.readAgain;
  sum.written += moves.written;
  sum.writtenAgain += moves.writtenAgain;
}

} // namespace

void addStep(RunStatistics& statistics, const CoreResult& result) {
  const uint64_t before = statistics.cycles;
  statistics.cycles += result.cycles;
  if (statistics.exitCode == 0)
    statistics.exitCode = result.exitCode;
  add(statistics.counters, result.counters);
  add(statistics.activity, result.activity);
  // A device gives the same users and layers for each step, in the same order.
  statistics.traffic.resize(result.traffic.size());
  for (size_t i = 0; i < result.traffic.size(); ++i) {
    statistics.traffic[i].memory = result.traffic[i].memory;
    statistics.traffic[i].user = result.traffic[i].user;
    add(statistics.traffic[i], result.traffic[i]);
  }
  if (statistics.layers.empty())
    statistics.layers = result.layers;
  else
    for (size_t i = 0; i < result.layers.size(); ++i)
      add(statistics.layers[i], result.layers[i], before);
  if (result.tensorTraffic) {
    std::vector<TensorTraffic>& list =
        statistics.tensorTraffic ? *statistics.tensorTraffic : statistics.tensorTraffic.emplace();
    for (const TensorTraffic& traffic : *result.tensorTraffic) {
      auto same = [&](const TensorTraffic& other) {
        return other.tensor == traffic.tensor && other.layer == traffic.layer;
      };
      if (auto found = std::find_if(list.begin(), list.end(), same); found != list.end())
        add(found->moves, traffic.moves);
      else
        list.push_back(traffic);
    }
  }
  if (result.prologue)
    add(statistics.prologue ? *statistics.prologue : statistics.prologue.emplace(), *result.prologue);
}

} // namespace weft::runtime
