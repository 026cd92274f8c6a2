// Are the built-in machines the ones that were specified, and do YAML, hash and SystemVerilog follow every field?
#include "isa/machine/machine.h"

#include <cstdlib>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "isa/support/file.h"
#include "tests/isa/machine/description.h"

namespace weft {
namespace {

using test::baseText;
using test::with;
using test::without;

TEST(BuiltinMachines, AreTheSpecifiedThree) {
  std::vector<std::string> names;
  for (const BuiltinMachine& machine : builtinMachines()) {
    names.emplace_back(machine.name);
    EXPECT_EQ(loadMachine(std::string(machine.name)).name, machine.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"cloud-128", "edge-16", "tpu-256"}));
}

TEST(BuiltinMachines, Edge16) {
  const Machine m = loadMachine("edge-16");
  EXPECT_EQ(m.clockMhz, 1000u);
  EXPECT_EQ(m.array.rows, 16u);
  EXPECT_EQ(m.array.cols, 16u);
  EXPECT_EQ(m.scratchpad.bytes, 256u * 1024);
  EXPECT_EQ(m.accumulator.bytes, 64u * 1024);
  EXPECT_EQ(m.dma.busBytes, 16u);
  EXPECT_EQ(m.dram.bandwidthMbS, 16000u);
  EXPECT_EQ(m.rowBytes(), 16u);
  EXPECT_EQ(m.lineBytes(), 16u);
  EXPECT_EQ(m.bankBytes(), 16384u);
  EXPECT_EQ(m.accumulatorRows(), 1024u);
  EXPECT_EQ(m.accumulatorBankRows(), 512u);
  EXPECT_EQ(m.dramLatencyCycles(), 100u);
  EXPECT_EQ(m.macsPerCycle(), 256u);
}

TEST(BuiltinMachines, Tpu256) {
  const Machine m = loadMachine("tpu-256");
  EXPECT_EQ(m.clockMhz, 700u);
  EXPECT_EQ(m.macsPerCycle(), 65536u);
  EXPECT_EQ(m.scratchpad.bytes, 24u << 20);
  EXPECT_EQ(m.accumulator.bytes, 4u << 20);
  EXPECT_EQ(m.dram.bandwidthMbS, 34000u);
  EXPECT_EQ(m.lineBytes(), 256u); // rows are wider than the bus
}

TEST(BuiltinMachines, Cloud128) {
  const Machine m = loadMachine("cloud-128");
  EXPECT_EQ(m.clockMhz, 940u);
  EXPECT_EQ(m.macsPerCycle(), 16384u);
  EXPECT_EQ(m.scratchpad.bytes, 16u << 20);
  EXPECT_EQ(m.accumulator.bytes, 4u << 20);
  EXPECT_EQ(m.dram.bandwidthMbS, 600000u);
  EXPECT_EQ(m.dram.preset, DramPreset::hbm2);
  EXPECT_EQ(m.rowBytes(), 128u);
  EXPECT_EQ(m.lineBytes(), 1024u);        // the bus is wider than a row
  EXPECT_EQ(m.dramLatencyCycles(), 113u); // 120 ns * 0.94 GHz = 112.8
}

TEST(MachineYaml, RoundTrips) {
  for (const BuiltinMachine& builtin : builtinMachines()) {
    const Machine machine = loadMachine(std::string(builtin.name));
    const std::string yaml = toYaml(machine);
    const Machine again = parseMachine(yaml, "round trip");
    EXPECT_EQ(toYaml(again), yaml);
    EXPECT_EQ(hash(again), hash(machine));
  }
  const std::string changed = with("technology.voltage_v", "0.75", with("dram.model", "detailed"));
  EXPECT_EQ(toYaml(parseMachine(changed, "round trip")), changed);
}

TEST(MachineYaml, ParametersOfTheOtherDramModelAndTheDramSizeMayBeMissing) {
  const std::string ideal = without("dram.preset", without("dram.channels", without("dram.bytes")));
  const Machine machine = parseMachine(ideal, "ideal.yaml");
  EXPECT_EQ(machine.dram.bytes, uint64_t{2} << 30);
  EXPECT_EQ(machine.dram.channels, 1u);
  const std::string detailed =
      without("dram.latency_ns", without("dram.bandwidth_mb_s", with("dram.model", "detailed")));
  EXPECT_EQ(parseMachine(detailed, "detailed.yaml").dram.model, DramModel::detailed);
}

TEST(LoadMachine, ReadsFiles) {
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / "weft_machine_test.yaml";
  writeFile(path, with("name", "mine"));
  EXPECT_EQ(loadMachine(path.string()).name, "mine");
  std::filesystem::remove(path);
}

// A program compiled for one machine must not run on another: whatever changes programs or time changes the hash.
TEST(MachineHash, CoversEveryFieldThatMatters) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"clock_mhz", "999"},
      {"array.rows", "8"},
      {"array.cols", "8"},
      {"scratchpad.bytes", "524288"},
      {"scratchpad.banks", "8"},
      {"accumulator.bytes", "32768"},
      {"accumulator.banks", "4"},
      {"queues.load", "5"},
      {"queues.store", "5"},
      {"queues.matrix", "5"},
      {"queues.vector", "5"},
      {"dma.bus_bytes", "8"},
      {"dma.burst_bytes", "128"},
      {"dma.load_outstanding", "3"},
      {"dma.store_outstanding", "3"},
      {"icache.bytes", "4096"},
      {"scalar_memory.bytes", "8192"},
      {"dram.bytes", "1073741824"},
      {"dram.latency_ns", "99"},
      {"dram.bandwidth_mb_s", "15999"},
      {"dram.model", "detailed"},
  };
  std::set<uint64_t> hashes = {hash(loadMachine("edge-16"))};
  for (const auto& [path, value] : changes)
    EXPECT_TRUE(hashes.insert(hash(parseMachine(with(path, value), path))).second) << path;

  const std::string detailed = with("dram.model", "detailed");
  EXPECT_TRUE(hashes.insert(hash(parseMachine(with("dram.preset", "HBM2", detailed), "preset"))).second);
  EXPECT_TRUE(hashes.insert(hash(parseMachine(with("dram.channels", "2", detailed), "channels"))).second);
}

TEST(MachineHash, IgnoresWhatDoesNotMatter) {
  const uint64_t expected = hash(loadMachine("edge-16"));
  for (const auto& [path, value] : std::vector<std::pair<std::string, std::string>>{{"name", "other"},
                                                                                    {"technology.node_nm", "7"},
                                                                                    {"technology.voltage_v", "0.7"},
                                                                                    {"dram.preset", "HBM2"},
                                                                                    {"dram.channels", "4"}})
    EXPECT_EQ(hash(parseMachine(with(path, value), path)), expected) << path;
  EXPECT_EQ(hash(parseMachine("# a comment\n" + baseText(), "comment")), expected);
}

TEST(MachineHash, IsStable) {
  // Stored in program files: a change makes them all refuse to run, so it must be on purpose.
  EXPECT_EQ(hash(loadMachine("edge-16")), 0xe12ba09ffbbb5345u);
}

TEST(SystemVerilogParameters, HaveEverySize) {
  const std::string text = toSystemVerilog(loadMachine("edge-16"));
  for (const char* line :
       {"package weft_params_pkg;", "localparam logic [31:0] ARRAY_ROWS = 32'd16;",
        "localparam logic [31:0] SCRATCHPAD_BYTES = 32'd262144;",
        "localparam logic [31:0] DRAM_BYTES = 32'd2147483648;", "localparam logic [31:0] LINE_BYTES = 32'd16;",
        "localparam logic [31:0] ACCUMULATOR_BANK_ROWS = 32'd512;", "endpackage"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
}

#ifdef WEFT_VERILATOR
TEST(SystemVerilogParameters, PassVerilatorsLint) {
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / "weft_params_top.sv";
  writeFile(path, toSystemVerilog(loadMachine("cloud-128")) + "module weft_params_top(output logic [31:0] rows_o);\n"
                                                              "  assign rows_o = weft_params_pkg::ARRAY_ROWS;\n"
                                                              "endmodule\n");
  EXPECT_EQ(std::system((WEFT_VERILATOR " --lint-only -Wall -Wno-DECLFILENAME " + path.string()).c_str()), 0);
  std::filesystem::remove(path);
}
#endif

} // namespace
} // namespace weft
