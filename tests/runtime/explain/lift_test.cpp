// Are changes of a machine the ones that were asked for, with what must go with them, and nothing that is illegal?
#include "runtime/explain/lift.h"

#include "isa/support/error.h"

#include <gtest/gtest.h>

namespace weft::explain {
namespace {

std::string described(const Machine& machine, const std::string& parameter) {
  const std::optional<Lift> found = lift(machine, parameter, 2);
  return found ? describe(found->changes) : "none";
}

TEST(Lift, ChangesOneParameterAndWhatGoesWithIt) {
  Machine machine = loadMachine("edge-16");
  EXPECT_EQ(described(machine, "array.rows"), "array.rows 16 -> 32");
  EXPECT_EQ(described(machine, "array.cols"), "array.cols 16 -> 32, accumulator.bytes 65,536 -> 131,072");
  EXPECT_EQ(described(machine, "dram.latency_ns"), "dram.latency_ns 100 -> 50");
  EXPECT_EQ(described(machine, "dram.bandwidth_mb_s"), "dram.bandwidth_mb_s 16,000 -> 32,000, dma.bus_bytes 16 -> 32");
  EXPECT_EQ(described(machine, "queues"),
            "queues.load 4 -> 8, queues.store 4 -> 8, queues.matrix 4 -> 8, queues.vector 4 -> 8");
  machine.dma.burstBytes = 16;
  EXPECT_EQ(described(machine, "dram.bandwidth_mb_s"),
            "dram.bandwidth_mb_s 16,000 -> 32,000, dma.bus_bytes 16 -> 32, dma.burst_bytes 16 -> 32");
  EXPECT_EQ(described(loadMachine("cloud-128"), "dram.bandwidth_mb_s"), // its bus is as wide as a bus can be
            "dram.bandwidth_mb_s 600,000 -> 1,200,000");
  machine.dma.busBytes = 8;
  machine.dram.bandwidthMbS = 4000; // the bus has room
  EXPECT_EQ(described(machine, "dram.bandwidth_mb_s"), "dram.bandwidth_mb_s 4,000 -> 8,000");
  EXPECT_EQ(lift(machine, "array.rows", 2)->machine.array.rows, 32u);
}

TEST(Lift, IsLegalOrNotThere) {
  Machine machine = loadMachine("tpu-256");
  EXPECT_EQ(described(machine, "array.rows"), "none"); // at most 256
  machine = loadMachine("edge-16");
  machine.dram.latencyNs = 1;
  EXPECT_EQ(described(machine, "dram.latency_ns"), "none");
  machine.queues.load = 64;
  EXPECT_EQ(described(machine, "queues"), "none");
  for (const char* name : {"edge-16", "cloud-128", "tpu-256"})
    for (const std::string& parameter : liftedParameters()) {
      const std::optional<Lift> found = lift(loadMachine(name), parameter, 2);
      EXPECT_TRUE(!found || hash(parseMachine(toYaml(found->machine), parameter)) == hash(found->machine));
    }
}

TEST(Lift, CostsAreOfSiliconOnly) {
  const Machine machine = loadMachine("edge-16");
  const auto mm2 = [&](const char* parameter) { return costOf(machine, *lift(machine, parameter, 2)).value().mm2; };
  EXPECT_GT(mm2("queues"), 0);
  EXPECT_LT(mm2("dma.load_outstanding"), mm2("accumulator.bytes"));
  EXPECT_LT(mm2("accumulator.bytes"), mm2("scratchpad.bytes"));
  EXPECT_FALSE(costOf(machine, *lift(machine, "dram.bandwidth_mb_s", 2)));
  EXPECT_FALSE(canBeBought(*lift(machine, "dram.latency_ns", 2)));
}

std::string changeError(const std::vector<std::string>& assignments) {
  try {
    change(loadMachine("edge-16"), assignments, "--change");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Lift, TakesChangesByPath) {
  const Lift made = change(loadMachine("edge-16"), {"array.rows=32", "icache.bytes=16384"}, "--change");
  EXPECT_EQ(made.machine.array.rows, 32u);
  EXPECT_EQ(made.machine.icache.bytes, 16384u);
  EXPECT_EQ(describe(made.changes), "array.rows 16 -> 32, icache.bytes 8,192 -> 16,384");
  EXPECT_EQ(hash(liftOf(loadMachine("edge-16"), made.changes).machine), hash(made.machine));

  EXPECT_EQ(changeError({"array.rows"}), "--change array.rows: expected PATH=INTEGER, as in array.rows=32");
  EXPECT_EQ(changeError({"array.rows=3x"}), "--change array.rows=3x: expected PATH=INTEGER, as in array.rows=32");
  EXPECT_EQ(changeError({"array.rows=32", "array.rows=8"}), "--change array.rows=8: array.rows is changed twice");
  EXPECT_NE(changeError({"array.lanes=3"}).find("legal are clock_mhz, array.rows"), std::string::npos);
  EXPECT_NE(changeError({"array.rows=4294967312"}).find("--change array.rows=4294967312: "), std::string::npos);
  EXPECT_NE(changeError({"array.rows=24"}).find("legal: a power of two from 4 to 256"), std::string::npos);
}

} // namespace
} // namespace weft::explain
