// Is the timeline JSON that a viewer can draw, and does it show every instruction where it was?
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "simulator/cycle/core_model.h"
#include "simulator/trace/trace.h"
#include "tests/support/random_program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace weft::test {
namespace {

using nlohmann::json;

struct Traced {
  explicit Traced(uint64_t seed, TraceOptions options = {}) : machine(randomMachine(seed)), memory(machine) {
    path = std::filesystem::path(testing::TempDir()) / ("trace" + std::to_string(seed) + ".json");
    randomProgram(seed, machine).load(memory);
    auto dram = makeDramModel(machine);
    TraceWriter writer(path, machine, std::move(options));
    CoreModelOptions modelOptions;
    modelOptions.observer = &writer;
    modelOptions.keepRecords = true;
    CoreModel model(machine, memory, *dram, modelOptions);
    model.run(kForever);
    writer.finish(model.cycle());
    omitted = writer.omitted();
    records = model.records();
    bytesRead = dram->counters().bytesRead;
    trace = json::parse(readTextFile(path));
  }
  ~Traced() { std::filesystem::remove(path); }

  Machine machine;
  CoreMemory memory;
  std::filesystem::path path;
  std::vector<InstructionRecord> records;
  uint64_t omitted = 0;
  uint64_t bytesRead = 0;
  json trace;
};

TEST(Trace, HasASliceForEachInstructionAndSlicesOfATrackDoNotOverlap) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Traced traced(seed);
    std::map<int, uint64_t> end; // by track
    size_t slices = 0;
    for (const json& e : traced.trace["traceEvents"]) {
      if (e["ph"] != "X")
        continue;
      ++slices;
      uint64_t start = e["args"]["start"];
      uint64_t retire = e["args"]["retire"];
      EXPECT_GE(start, end[e["tid"]]);
      end[e["tid"]] = retire + 1;
      EXPECT_NEAR(e["ts"].get<double>(), static_cast<double>(start) / traced.machine.clockMhz, 1e-5);
    }
    EXPECT_EQ(slices, traced.records.size());
  }
}

TEST(Trace, NamesTracksInstructionsAndNodes) {
  TraceOptions options;
  options.label = [](uint32_t) { return TraceLabel{"mm \"quoted\"", "node/7"}; };
  Traced traced(3, std::move(options));
  std::set<std::string> tracks;
  for (const json& e : traced.trace["traceEvents"]) {
    if (e["name"] == "thread_name")
      tracks.insert(e["args"]["name"].get<std::string>());
    if (e["ph"] == "X") {
      EXPECT_EQ(e["name"], "mm \"quoted\"");
      EXPECT_EQ(e["args"]["node"], "node/7");
    }
  }
  for (const char* engine : {"load", "store", "matrix", "vector"})
    EXPECT_TRUE(tracks.count(engine)) << engine;
}

TEST(Trace, BandwidthSamplesAddUpToTheBytesMoved) {
  TraceOptions options;
  options.bandwidthWindow = 64;
  Traced traced(5, std::move(options));
  double clock = traced.machine.clockMhz;
  double last = 0;
  double lastAt = 0;
  double bytes = 0;
  for (const json& e : traced.trace["traceEvents"]) {
    if (e["ph"] != "C")
      continue;
    double at = e["ts"].get<double>() * clock;
    bytes += last * (at - lastAt);
    last = e["args"]["read"].get<double>() * 1000 / clock; // bytes a cycle
    lastAt = at;
  }
  EXPECT_EQ(last, 0.0); // the last sample ends the curve
  EXPECT_NEAR(bytes, static_cast<double>(traced.bytesRead), static_cast<double>(traced.bytesRead) * 0.01);
}

TEST(Trace, IsBounded) {
  TraceOptions options;
  options.maxSlices = 5;
  Traced traced(2, std::move(options));
  EXPECT_EQ(traced.omitted, traced.records.size() - 5);
}

TEST(Trace, AnUnfinishedTraceLeavesNoFile) {
  std::filesystem::path directory = std::filesystem::path(testing::TempDir()) / "unfinished-trace";
  std::filesystem::create_directory(directory);
  { TraceWriter writer(directory / "t.json", smallMachine()); }
  EXPECT_TRUE(std::filesystem::is_empty(directory));
  std::filesystem::remove(directory);
}

TEST(Trace, AFileThatCannotBeCreatedIsAnError) {
  EXPECT_THROW(TraceWriter("/nonexistent-folder/t.json", smallMachine()), Error);
}

} // namespace
} // namespace weft::test
