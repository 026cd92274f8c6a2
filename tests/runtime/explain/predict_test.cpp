// Is what is replayed what the compiled program does, and are predictions what the changed machine then takes?
#include "runtime/explain/predict.h"

#include "isa/machine/fields.h"
#include "isa/support/error.h"
#include "runtime/explain/lift.h"
#include "tests/runtime/explain/run.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weft::explain {
namespace {

using namespace weft::test;
using runtime::Report;

uint64_t counterOf(const Report& report, const std::string& name) {
  for (const auto& [counter, value] : report.counters)
    if (counter == name)
      return value;
  return 0;
}

struct Paths {
  std::vector<std::string>& paths;
  template <typename T> void integer(std::string_view path, T&, machine_fields::Range, machine_fields::Role) {
    paths.emplace_back(path);
  }
  template <typename T> void text(std::string_view, T&, machine_fields::Role) {}
  template <typename T> void real(std::string_view, T&, double, double, machine_fields::Role) {}
  template <typename T> void choice(std::string_view, T&, machine_fields::Role) {}
};

// A new parameter is either in the model or named as missing.
TEST(Predictor, SaysOfEveryNumberOfTheMachineWhetherItIsModelled) {
  Machine machine = loadMachine("edge-16");
  std::vector<std::string> wanted, said;
  machine_fields::forEach(machine, Paths{wanted});
  for (const Coverage& of : coverage()) {
    said.emplace_back(of.path);
    EXPECT_EQ(of.modelled, of.missing.empty()) << of.path;
  }
  std::sort(wanted.begin(), wanted.end());
  std::sort(said.begin(), said.end());
  EXPECT_EQ(said, wanted);
}

// Every kind of group, on machines of all shapes. The predictor itself refuses a report whose layers ran another number
// of instructions.
TEST(Predictor, ReplaysTheProgramThatRan) {
  int compared = 0;
  double worst = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const net::Network network = randomNetwork(seed, stepsOf(seed));
    Machine machine = randomNetworkMachine(seed);
    if (machine.dram.model != DramModel::ideal)
      continue;
    std::optional<Report> report;
    try {
      report = reportOf(network, machine);
    } catch (const Error&) { // not supported, or does not fit
      continue;
    }
    if (report->layers.empty())
      continue;
    const Prediction base = Predictor(*report, "r.json").base();
    uint64_t read = 0, written = 0, cycles = 0;
    for (const LayerTime& layer : base.replay) {
      read += layer.dramBytesRead;
      written += layer.dramBytesWritten;
      cycles += layer.cycles;
    }
    EXPECT_EQ(read, counterOf(*report, "load_bytes_read")) << "seed " << seed;
    EXPECT_EQ(written, counterOf(*report, "store_bytes_written")) << "seed " << seed;
    const double off = double(cycles) / double(report->cycles - report->prologue->cycles) - 1;
    worst = std::max(worst, std::abs(off));
    EXPECT_LT(std::abs(off), 0.35) << "seed " << seed;
    ++compared;
  }
  EXPECT_GE(compared, 20);
  RecordProperty("worst", fmt::format("{:.3f}", worst));
}

TEST(Predictor, OfTheSameMachinePredictsTheRun) {
  const Machine machine = loadMachine("edge-16");
  const Report report = reportOf(sampleNetwork(), machine);
  const Prediction same = Predictor(report, "r.json").predict(machine);
  EXPECT_NEAR(same.cycles, static_cast<double>(report.cycles), 1e-6 * static_cast<double>(report.cycles));
  for (size_t i = 0; i < report.layers.size(); ++i)
    EXPECT_NEAR(same.layers[i], static_cast<double>(report.layers[i].share.cycles), 1e-3) << i;
}

// Every lift, and for some of them the other direction: within 15 % of the simulated difference, or within 1 % of the
// run where the difference is small.
TEST(Predictor, AgreesWithSimulationsOfChangedMachines) {
  const Machine machine = loadMachine("edge-16");
  const net::Network network = sampleNetwork();
  const Report report = reportOf(network, machine);
  const Predictor predictor(report, "r.json");
  EXPECT_TRUE(predictor.chosenMapping());
  std::vector<Lift> lifts;
  for (const std::string& parameter : liftedParameters())
    lifts.push_back(lift(machine, parameter, 2).value());
  for (const char* assignment : {"dram.latency_ns=200", "dram.bandwidth_mb_s=8000", "scratchpad.bytes=131072"})
    lifts.push_back(change(machine, {assignment}, ""));
  for (const Lift& changed : lifts) {
    const double predicted = predictor.predict(changed.machine).cycles;
    const auto simulated = static_cast<double>(reportOf(network, changed.machine).cycles);
    const auto before = static_cast<double>(report.cycles);
    EXPECT_NEAR(before - predicted, before - simulated, std::max(0.15 * std::abs(before - simulated), 0.01 * before))
        << describe(changed.changes);
  }
}

TEST(Predictor, KnowsAMappingGivenByHand) {
  const Machine machine = loadMachine("edge-16");
  const net::Network network = sampleNetwork();
  const std::string mapping = "groups:\n- node: " + network.nodes[0].name +
                              "\n  weights: resident\n  tile_rows: 3\n"
                              "  tile_cols: 28\n  column_tiles: 1\n  chunks: [1, 1, 1]\n";
  const Report report = reportOf(network, machine, mapping);
  EXPECT_FALSE(Predictor(report, "r.json").chosenMapping());
}

std::string refusal(const std::function<void(Report&)>& change) {
  Report report = reportOf(sampleNetwork(8), loadMachine("edge-16"));
  change(report);
  return errorOf([&] { Predictor(report, "r.json"); });
}

TEST(Predictor, RefusesWhatItCannotPredictFrom) {
  EXPECT_EQ(refusal([](Report&) {}), "(no error)");
  EXPECT_EQ(refusal([](Report& r) { r.timed = false, r.device = "func"; }),
            "r.json: the device 'func' has no time, so nothing can be explained; run the program on cycle or rtl");
  EXPECT_NE(refusal([](Report& r) { r.prologue.reset(); }).find("r.json: the run is not divided into layers"),
            std::string::npos);
  EXPECT_NE(refusal([](Report& r) { r.workload.reset(); }).find("r.json: the report does not say what its layers"),
            std::string::npos);
  EXPECT_NE(refusal([](Report& r) { r.description.dram.model = DramModel::detailed; }).find("dram.model ideal only"),
            std::string::npos);
  EXPECT_NE(refusal([](Report& r) { ++r.layers[1].instructions; }).find("tensor instructions"), std::string::npos);
  EXPECT_NE(refusal([](Report& r) { r.workload->groups[0].kind = "softmax"; }).find("r.json: node "),
            std::string::npos);
}

} // namespace
} // namespace weft::explain
