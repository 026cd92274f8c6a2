#include "runtime/explain/predict.h"

#include "compiler/core/recorder.h"
#include "compiler/lowering/lower.h"
#include "compiler/mapping/planner.h"
#include "compiler/mapping/workload.h"
#include "isa/generated/timing.h"
#include "isa/support/error.h"

#include <fmt/format.h>

namespace weft::explain {
namespace {

uint64_t count(const runtime::Share& share, const char* name) {
  auto it = share.counters.find(name);
  return it == share.counters.end() ? 0 : it->second;
}

// Cycles that a missing cache line costs (timing chapter, section 5).
double lineCycles(const Machine& machine) {
  return machine.dramLatencyCycles() + double(timing::ICACHE_LINE_BYTES) / timing::SEQ_BUS_BYTES;
}

void check(const runtime::Report& report, const std::string& origin) {
  auto refuse = [&](const std::string& reason) { throw Error(fmt::format("{}: {}", origin, reason)); };
  if (!report.timed)
    refuse(fmt::format("the device '{}' has no time, so nothing can be explained; run the program on cycle or rtl",
                       report.device));
  if (!report.prologue || report.layers.empty())
    refuse("the run is not divided into layers; only compiled networks are explained");
  if (!report.workload)
    refuse("the report does not say what its layers compute; compile and run the network with this version");
  if (report.description.dram.model != DramModel::ideal)
    refuse("the run is of the detailed DRAM model; predictions are made for dram.model ideal only");
}

} // namespace

const std::vector<Coverage>& coverage() {
  static const std::vector<Coverage> all = {
      {"clock_mhz", true},
      {"array.rows", true},
      {"array.cols", true},
      {"scratchpad.bytes", true},
      {"scratchpad.banks", false, "conflicts of engines at a bank"},
      {"accumulator.bytes", true},
      {"accumulator.banks", false, "conflicts of engines at a bank"},
      {"queues.load", true},
      {"queues.store", true},
      {"queues.matrix", true},
      {"queues.vector", true},
      {"dma.bus_bytes", true},
      {"dma.burst_bytes", true},
      {"dma.load_outstanding", true},
      {"dma.store_outstanding", true},
      {"icache.bytes", false, "code that does not fit the instruction cache"},
      {"scalar_memory.bytes", true},
      {"dram.bytes", true},
      {"dram.latency_ns", true},
      {"dram.bandwidth_mb_s", true},
      {"dram.channels", true}, // of the detailed model, which is not predicted at all
      {"technology.node_nm", true},
  };
  return all;
}

Predictor::Predictor(const runtime::Report& report, const std::string& origin) : report_(report) {
  check(report, origin);
  try {
    graph_ = mapping::graphOf(*report.workload);
    const mapping::Mapping given = mapping::parseMapping(report.mapping, "workload.mapping");
    chosenMapping_ = toYaml(mapping::plan(graph_, report.description, {}).mapping) ==
                     toYaml(mapping::plan(graph_, report.description, given).mapping);
    costs_ = sequencerCosts(given);
    base_.replay = replay(report.description, given);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", origin, error.what()));
  }
  base_.machine = report.description;
  base_.cycles = static_cast<double>(report.cycles);
  for (size_t i = 0; i < report.layers.size(); ++i) {
    const runtime::LayerStatistics& layer = report.layers[i];
    if (base_.replay[i].instructions != layer.instructions)
      throw Error(fmt::format("{}: layer '{}' ran {} tensor instructions, this version of the compiler makes {} of it; "
                              "compile and run the network with this version",
                              origin, layer.symbol, layer.instructions, base_.replay[i].instructions));
    base_.layers.push_back(static_cast<double>(layer.share.cycles));
  }
}

// Lists the steps of each layer, in order.
void Predictor::eachLayer(const Machine& machine, const mapping::Mapping& given,
                          const std::function<void(const Steps& steps)>& visit) const {
  const mapping::Plan plan = mapping::plan(graph_, machine, given);
  Steps steps;
  core::Recorder recorder([&](const TensorOp& op, core::Work work) { steps.emplace_back(op, work); },
                          [&](core::Work work) {
                            TensorOp fence;
                            fence.instruction.op = Opcode::FENCE;
                            steps.emplace_back(fence, work);
                          });
  lowering::lowerStart(recorder, machine);
  lowering::ConstantImage constants(plan.constantBase, std::max<uint32_t>(64, machine.dma.burstBytes),
                                    lowering::ConstantImage::Keep::addresses);
  for (size_t g = 0; g < graph_.layers.size(); ++g) {
    steps.clear();
    lowering::lowerLayer(recorder, graph_, machine, plan, g, constants);
    visit(steps);
  }
}

// The counters of a layer's share over the work in it.
std::vector<SequencerCost> Predictor::sequencerCosts(const mapping::Mapping& given) const {
  struct Sum {
    uint64_t steps = 0, operations = 0, first = 0;
  };
  std::vector<Sum> sums(1); // of the prologue, then of the layers
  size_t last = 0;          // what dispatched last
  eachLayer(report_.description, given, [&](const Steps& steps) {
    sums.emplace_back();
    for (const Step& step : steps) {
      ++sums[last].steps;
      sums[last].operations += step.work.operations;
      sums[last].first += step.work.first;
      if (step.op.instruction.op != Opcode::FENCE)
        last = sums.size() - 1;
    }
  });
  std::vector<SequencerCost> costs;
  for (size_t i = 0; i < report_.layers.size(); ++i) {
    const runtime::Share& share = report_.layers[i].share;
    const Sum& sum = sums[i + 1];
    const double busy = double(count(share, "sequencer_busy")) - double(sum.steps);
    costs.push_back({std::max(0.0, busy) / double(std::max<uint64_t>(1, sum.operations)),
                     double(count(share, "sequencer_stall_fetch")) / double(std::max<uint64_t>(1, sum.first))});
  }
  return costs;
}

std::vector<LayerTime> Predictor::replay(const Machine& machine, const mapping::Mapping& given) const {
  Replay replay(machine);
  auto cost = costs_.begin();
  eachLayer(machine, given, [&](const Steps& steps) {
    const double fetch = cost->perFirst * lineCycles(machine) / lineCycles(report_.description);
    replay.layer(steps, {cost->perOperation, fetch});
    ++cost;
  });
  return replay.finish();
}

Prediction Predictor::predict(const Machine& machine) const {
  Prediction result;
  result.machine = machine;
  result.replay = replay(machine, {});
  result.cycles = static_cast<double>(report_.prologue->cycles);
  for (size_t i = 0; i < result.replay.size(); ++i) {
    const double replayed = static_cast<double>(base_.replay[i].cycles);
    const double ratio = replayed > 0 ? base_.layers[i] / replayed : 0;
    result.layers.push_back(static_cast<double>(result.replay[i].cycles) * ratio);
    result.cycles += result.layers.back();
  }
  return result;
}

} // namespace weft::explain
