// Does a wrong description give one message that names file, line, field, value and what is legal?
#include <random>

#include <gtest/gtest.h>

#include "tests/isa/machine/description.h"

namespace weft {
namespace {

using test::baseText;
using test::with;
using test::without;

std::string errorOf(const std::string& text) {
  try {
    parseMachine(text, "m.yaml");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

constexpr const char* kKeys = "name, clock_mhz, array, scratchpad, accumulator, queues, dma, icache, scalar_memory, "
                              "dram, technology";

struct IntegerField {
  const char* path;
  int line;
  const char* legal;
  std::vector<const char*> bad;
};

const std::vector<IntegerField>& integerFields() {
  static const std::vector<IntegerField> fields = {
      {"clock_mhz", 2, "a whole number from 1 to 10000", {"0", "10001"}},
      {"array.rows", 4, "a power of two from 4 to 256", {"2", "512", "24"}},
      {"array.cols", 5, "a power of two from 4 to 256", {"0", "257", "17"}},
      {"scratchpad.bytes", 7, "a whole number from 1 to 268435456", {"0", "268435457"}},
      {"scratchpad.banks", 8, "a power of two from 1 to 256", {"0", "512", "17"}},
      {"accumulator.bytes", 10, "a whole number from 1 to 268435456", {"0", "268435457"}},
      {"accumulator.banks", 11, "a power of two from 1 to 64", {"0", "128", "3"}},
      {"queues.load", 13, "a whole number from 1 to 64", {"0", "65"}},
      {"queues.store", 14, "a whole number from 1 to 64", {"0", "65"}},
      {"queues.matrix", 15, "a whole number from 1 to 64", {"0", "65"}},
      {"queues.vector", 16, "a whole number from 1 to 64", {"0", "65"}},
      {"dma.bus_bytes", 18, "a power of two from 4 to 1024", {"2", "2048", "12"}},
      {"dma.burst_bytes", 19, "a power of two from 4 to 4096", {"2", "8192", "48"}},
      {"dma.load_outstanding", 20, "a whole number from 1 to 256", {"0", "257"}},
      {"dma.store_outstanding", 21, "a whole number from 1 to 256", {"0", "257"}},
      {"icache.bytes", 23, "a power of two from 256 to 1048576", {"128", "2097152", "8000"}},
      {"scalar_memory.bytes", 25, "a power of two from 1024 to 16777216", {"512", "33554432", "3000"}},
      {"dram.bytes", 27, "a whole number from 1048576 to 2147483648", {"1048575", "2147483649"}},
      {"dram.latency_ns", 29, "a whole number from 1 to 10000", {"0", "10001"}},
      {"dram.bandwidth_mb_s", 30, "a whole number from 1 to 10000000", {"0", "10000001"}},
      {"dram.channels", 32, "a power of two from 1 to 32", {"0", "64", "3"}},
      {"technology.node_nm", 34, "a whole number from 2 to 250", {"1", "251"}},
  };
  return fields;
}

TEST(MachineErrors, IntegersOutOfRange) {
  for (const IntegerField& field : integerFields()) {
    for (const char* bad : field.bad) {
      EXPECT_EQ(errorOf(with(field.path, bad)),
                "m.yaml:" + std::to_string(field.line) + ": " + field.path + " is " + bad + "; legal: " + field.legal);
    }
  }
}

TEST(MachineErrors, IntegersOfAnotherType) {
  for (const IntegerField& field : integerFields()) {
    const std::string start = "m.yaml:" + std::to_string(field.line) + ": " + field.path + " is ";
    const std::string end = std::string("; legal: ") + field.legal;
    EXPECT_EQ(errorOf(with(field.path, "sixteen")), start + "sixteen" + end);
    EXPECT_EQ(errorOf(with(field.path, "\"16\"")), start + "the text '16'" + end);
    EXPECT_EQ(errorOf(with(field.path, "-16")), start + "-16" + end);
    EXPECT_EQ(errorOf(with(field.path, "16.0")), start + "16.0" + end);
    EXPECT_EQ(errorOf(with(field.path, "0x10")), start + "0x10" + end);
    EXPECT_EQ(errorOf(with(field.path, "99999999999999999999999")), start + "99999999999999999999999" + end);
    EXPECT_EQ(errorOf(with(field.path, "[16]")), start + "a list" + end);
    EXPECT_EQ(errorOf(with(field.path, "{a: 1}")), start + "a map" + end);
    EXPECT_EQ(errorOf(with(field.path, "")), start + "empty" + end);
  }
}

TEST(MachineErrors, MissingFields) {
  for (const IntegerField& field : integerFields()) {
    const std::string path = field.path;
    if (path == "dram.bytes" || path == "dram.channels")
      continue; // has a default; belongs to the other DRAM model
    EXPECT_EQ(errorOf(without(path)), "m.yaml: " + path + " is missing; legal: " + field.legal);
  }
  EXPECT_EQ(errorOf(without("name")), "m.yaml: name is missing; legal: 1 to 64 letters, digits, '.', '_' or '-', the "
                                      "first a letter or digit");
  EXPECT_EQ(errorOf(without("dram.model")), "m.yaml: dram.model is missing; legal: ideal, detailed");
  EXPECT_EQ(errorOf(without("technology.voltage_v")),
            "m.yaml: technology.voltage_v is missing; legal: a number from 0.3 to 3.3");
  const std::string detailed = with("dram.model", "detailed");
  EXPECT_EQ(errorOf(without("dram.preset", detailed)),
            "m.yaml: dram.preset is missing; legal: DDR4-2400, LPDDR4-3200, HBM2");
  EXPECT_EQ(errorOf(without("dram.channels", detailed)),
            "m.yaml: dram.channels is missing; legal: a power of two from 1 to 32");
}

TEST(MachineErrors, NamesChoicesAndNumbers) {
  const std::string nameLegal = "; legal: 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit";
  EXPECT_EQ(errorOf(with("name", "'my machine'")), "m.yaml:1: name is 'my machine'" + nameLegal);
  EXPECT_EQ(errorOf(with("name", "../up")), "m.yaml:1: name is '../up'" + nameLegal);
  EXPECT_EQ(errorOf(with("name", "[a]")), "m.yaml:1: name is a list" + nameLegal);
  EXPECT_EQ(errorOf(with("name", std::string(65, 'x'))),
            "m.yaml:1: name is '" + std::string(40, 'x') + "...'" + nameLegal);
  EXPECT_EQ(errorOf(with("dram.model", "perfect")), "m.yaml:28: dram.model is perfect; legal: ideal, detailed");
  EXPECT_EQ(errorOf(with("dram.preset", "DDR3")),
            "m.yaml:31: dram.preset is DDR3; legal: DDR4-2400, LPDDR4-3200, HBM2");
  for (const char* bad : {"0.2", "3.4", "nan", "inf", "high", "0.8V"})
    EXPECT_EQ(errorOf(with("technology.voltage_v", bad)),
              std::string("m.yaml:35: technology.voltage_v is ") + bad + "; legal: a number from 0.3 to 3.3");
}

TEST(MachineErrors, UnknownAndDoubledKeys) {
  EXPECT_EQ(errorOf(baseText() + "cores: 2\n"), std::string("m.yaml:36: unknown key 'cores'; legal keys: ") + kKeys);
  EXPECT_EQ(errorOf(with("array.cols", "16\n  depth: 4")),
            "m.yaml:6: unknown key 'array.depth'; legal keys of array: rows, cols");
  EXPECT_EQ(errorOf(with("array.cols", "16\n  rows: 16")), "m.yaml:6: array.rows is given twice");
  EXPECT_EQ(errorOf(baseText() + "name: again\n"), "m.yaml:36: name is given twice");
  EXPECT_EQ(errorOf(baseText() + "? [a, b]\n: 1\n"),
            std::string("m.yaml:36: a key is not plain text; legal keys: ") + kKeys);
  EXPECT_EQ(errorOf("name: a\narray: 16\n"), "m.yaml:2: array is 16; legal: a map with the keys rows, cols");
}

TEST(MachineErrors, FieldsThatDoNotFitEachOther) {
  EXPECT_EQ(errorOf(with("scratchpad.bytes", "262145")),
            "m.yaml:7: scratchpad.bytes is 262145; legal: a multiple of 256 (scratchpad.banks * 16, the line: the "
            "largest of array.rows, array.cols, dma.bus_bytes)");
  EXPECT_EQ(errorOf(with("dma.bus_bytes", "64", with("scratchpad.bytes", "262400"))),
            "m.yaml:7: scratchpad.bytes is 262400; legal: a multiple of 1024 (scratchpad.banks * 64, the line: the "
            "largest of array.rows, array.cols, dma.bus_bytes)");
  EXPECT_EQ(errorOf(with("accumulator.bytes", "65600")),
            "m.yaml:10: accumulator.bytes is 65600; legal: a multiple of 128 (accumulator.banks * 4 * array.cols)");
  EXPECT_EQ(errorOf(with("dma.burst_bytes", "8")),
            "m.yaml:19: dma.burst_bytes is 8; legal: a power of two from 16 (dma.bus_bytes) to 4096");
  EXPECT_EQ(errorOf(with("dma.bus_bytes", "4", with("dma.burst_bytes", "2048"))),
            "m.yaml:19: dma.burst_bytes is 2048; legal: a power of two from 4 (dma.bus_bytes) to 1024");
  EXPECT_EQ(errorOf(with("dma.bus_bytes", "4", with("dma.burst_bytes", "1024"))), "accepted");
  EXPECT_EQ(errorOf(with("dram.bytes", "1048577")),
            "m.yaml:27: dram.bytes is 1048577; legal: a multiple of 4096 (a page)");
}

TEST(MachineErrors, NotADescription) {
  const std::string expected =
      std::string("m.yaml: not a machine description; expected one YAML map with the keys ") + kKeys;
  for (const char* text : {"", "# nothing\n", "[1, 2]", "text", "--- {name: a}\n--- {name: b}\n", ",name: a\n"})
    EXPECT_EQ(errorOf(text), expected) << text;
  EXPECT_EQ(errorOf(baseText() + "---\n" + baseText()), expected);
  EXPECT_EQ(errorOf("name: [\n"), "m.yaml:2: not valid YAML: end of sequence flow not found");
  EXPECT_EQ(errorOf(std::string(70000, '#')), "m.yaml: 70000 bytes; a machine description has at most 65536");
}

TEST(MachineErrors, HostileYamlIsAnErrorNotACrash) {
  EXPECT_NE(errorOf("name: &a [*a]\n"), "accepted");
  EXPECT_NE(errorOf("array: &a {rows: *a}\n"), "accepted");
  EXPECT_NE(errorOf("<<: *missing\n"), "accepted");
  EXPECT_NE(errorOf(std::string(30000, '[')), "accepted");
  EXPECT_NE(errorOf(std::string(30000, '{')), "accepted");
  std::string nested;
  for (int i = 0; i < 200; ++i)
    nested += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  EXPECT_NE(errorOf(nested), "accepted");
}

TEST(MachineErrors, RandomDamageIsAnErrorOrAConsistentMachine) {
  std::mt19937 random(5);
  for (int i = 0; i < 20000; ++i) {
    std::string text = baseText();
    for (int changes = static_cast<int>(random() % 4); changes >= 0; --changes) {
      const size_t position = random() % text.size();
      if (random() % 4 == 0)
        text.resize(position + 1);
      else
        text[position] = static_cast<char>(random() % 256);
    }
    try {
      const Machine machine = parseMachine(text, "m.yaml");
      ASSERT_EQ(toYaml(parseMachine(toYaml(machine), "again")), toYaml(machine));
    } catch (const Error&) {
    }
  }
}

TEST(LoadMachine, NamesTheChoices) {
  try {
    loadMachine("edge-17");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "machine 'edge-17' is neither a file nor a built-in machine (cloud-128, edge-16, tpu-256); did you mean 'edge-16'?");
  }
}

} // namespace
} // namespace weft
