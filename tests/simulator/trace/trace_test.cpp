// Is the timeline JSON that a viewer can draw, and does it show every instruction where it was?
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "simulator/cycle/core_model.h"
#include "simulator/trace/trace.h"
#include "tests/support/random_program.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace weft::test {
namespace {

using nlohmann::json;

struct Traced {
  explicit Traced(uint64_t seed, TraceOptions options = {}) : machine(randomMachine(seed)), memory(machine) {
    path = std::filesystem::path(testing::TempDir()) / ("trace" + std::to_string(seed) + ".json");
    randomProgram(seed, machine).load(memory);
    if (!options.label)
      options.label = [this](uint32_t pc) {
        TraceLabel label{"op", ""};
        uint64_t word;
        std::memcpy(&word, memory.dram.at(pc), sizeof word);
        EXPECT_TRUE(decode(word, label.instruction));
        return label;
      };
    auto dram = makeDramModel(machine);
    TraceWriter writer(path, machine, std::move(options));
    CoreModelOptions modelOptions;
    modelOptions.observer = &writer;
    modelOptions.keepRecords = true;
    CoreModel model(machine, memory, *dram, modelOptions);
    model.run(kForever);
    writer.finish(model.cycle());
    omitted = writer.omitted();
    flows = writer.flows();
    records = model.records();
    counters = model.counters();
    bytesRead = dram->counters().bytesRead;
    trace = json::parse(readTextFile(path));
  }
  ~Traced() { std::filesystem::remove(path); }

  Machine machine;
  CoreMemory memory;
  std::filesystem::path path;
  std::vector<InstructionRecord> records;
  CounterValues counters{};
  uint64_t omitted = 0;
  uint64_t flows = 0;
  uint64_t bytesRead = 0;
  json trace;
};

bool isStall(const json& event) {
  return event.contains("cat") && event["cat"] == "stall";
}

int64_t picoseconds(const json& microseconds) {
  return std::llround(microseconds.get<double>() * 1e6);
}

TEST(Trace, HasASliceForEachInstructionAndSlicesOfATrackDoNotOverlap) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Traced traced(seed);
    std::map<int, uint64_t> end; // by track
    std::map<int, int64_t> endInFile;
    size_t slices = 0;
    for (const json& e : traced.trace["traceEvents"]) {
      if (e["ph"] != "X" || isStall(e))
        continue;
      ++slices;
      uint64_t start = e["args"]["start"];
      uint64_t retire = e["args"]["retire"];
      EXPECT_GE(start, end[e["tid"]]);
      end[e["tid"]] = retire + 1;
      EXPECT_NEAR(e["ts"].get<double>(), static_cast<double>(start) / traced.machine.clockMhz, 1e-5);
      // In the unit of the file as well, in which a viewer adds.
      const int64_t ts = picoseconds(e["ts"]), dur = picoseconds(e["dur"]);
      EXPECT_GE(ts, endInFile[e["tid"]]);
      EXPECT_GT(dur, 0);
      endInFile[e["tid"]] = ts + dur;
    }
    EXPECT_EQ(slices, traced.records.size());
  }
}

TEST(Trace, NamesTracksInstructionsAndNodes) {
  TraceOptions options;
  options.label = [](uint32_t) { return TraceLabel{"mm \"quoted\"", "node/7"}; };
  options.tensor = [](uint32_t, uint32_t) { return "weights"; };
  options.metadata = {{"seed", "7"}};
  Traced traced(3, std::move(options));
  std::set<std::string> tracks;
  int tensors = 0;
  for (const json& e : traced.trace["traceEvents"]) {
    if (e["name"] == "thread_name")
      tracks.insert(e["args"]["name"].get<std::string>());
    if (e["ph"] == "X" && !isStall(e)) {
      if (e["args"].contains("tensor")) {
        const int engine = e["tid"].get<int>() / 100;
        EXPECT_TRUE(engine == static_cast<int>(Engine::load) || engine == static_cast<int>(Engine::store)) << e;
        ++tensors;
      }
      EXPECT_EQ(e["name"], "mm \"quoted\"");
      EXPECT_EQ(e["args"]["node"], "node/7");
    }
  }
  EXPECT_EQ(traced.trace["otherData"]["seed"], "7");
  EXPECT_GT(tensors, 0);
  for (const char* engine : {"load", "store", "matrix", "vector"})
    EXPECT_TRUE(tracks.count(engine)) << engine;
}

TEST(Trace, StallsAddUpToTheCounters) {
  uint64_t all = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Traced traced(seed);
    std::map<Engine, uint64_t> cycles;
    for (const json& e : traced.trace["traceEvents"])
      if (e["ph"] == "X" && isStall(e))
        cycles[static_cast<Engine>(e["tid"].get<int>() / 100)] +=
            static_cast<uint64_t>(std::llround(e["dur"].get<double>() * traced.machine.clockMhz));
    for (const auto& [engine, number] : {std::pair(Engine::load, counter::load_stall_semaphore),
                                         std::pair(Engine::store, counter::store_stall_semaphore),
                                         std::pair(Engine::matrix, counter::matrix_stall_semaphore),
                                         std::pair(Engine::vector, counter::vector_stall_semaphore)})
      EXPECT_EQ(cycles[engine], traced.counters[static_cast<size_t>(number)]) << engineName(engine) << " of " << seed;
    for (const auto& [engine, count] : cycles)
      all += count;
  }
  EXPECT_GT(all, 100u);
}

TEST(Trace, BandwidthSamplesAddUpToTheBytesMoved) {
  TraceOptions options;
  options.window = 64;
  Traced traced(5, std::move(options));
  double clock = traced.machine.clockMhz;
  double last = 0;
  double lastAt = 0;
  double bytes = 0;
  for (const json& e : traced.trace["traceEvents"]) {
    if (e["name"] != "DRAM GB/s")
      continue;
    double at = e["ts"].get<double>() * clock;
    bytes += last * (at - lastAt);
    last = e["args"]["read"].get<double>() * 1000 / clock; // bytes a cycle
    lastAt = at;
  }
  EXPECT_EQ(last, 0.0); // the last sample ends the curve
  EXPECT_NEAR(bytes, static_cast<double>(traced.bytesRead), static_cast<double>(traced.bytesRead) * 0.01);
}

// The slices of a track that hold a time.
size_t slicesAt(const json& trace, const json& end) {
  size_t found = 0;
  for (const json& e : trace["traceEvents"])
    found += e["ph"] == "X" && e["tid"] == end["tid"] && picoseconds(e["ts"]) <= picoseconds(end["ts"]) &&
             picoseconds(end["ts"]) < picoseconds(e["ts"]) + picoseconds(e["dur"]);
  return found;
}

TEST(Trace, EachFlowLeadsFromOneSliceToALaterOne) {
  size_t flows = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    TraceOptions options;
    options.maxSlices = seed % 2 == 0 ? 12 : 1000; // what has no slice has no flow
    Traced traced(seed, std::move(options));
    std::map<uint64_t, json> begin, end;
    for (const json& e : traced.trace["traceEvents"])
      if (e["ph"] == "s" || e["ph"] == "f") {
        EXPECT_TRUE((e["ph"] == "s" ? begin : end).emplace(e["id"], e).second);
      }
    ASSERT_EQ(begin.size(), end.size());
    EXPECT_EQ(begin.size(), traced.flows);
    for (const auto& [id, from] : begin) {
      ASSERT_TRUE(end.count(id));
      const json& to = end[id];
      EXPECT_LT(picoseconds(from["ts"]), picoseconds(to["ts"]));
      EXPECT_NE(from["tid"].get<int>() / 100, to["tid"].get<int>() / 100); // other engines
      EXPECT_EQ(from["cat"], to["cat"]);
      EXPECT_EQ(slicesAt(traced.trace, from), 1u);
      EXPECT_EQ(slicesAt(traced.trace, to), 1u);
    }
    flows += begin.size();
  }
  EXPECT_GT(flows, 10u);
}

TEST(Flows, FollowTheOrderOfSignalsTowardsTheStore) {
  SemaphoreFlows flows;
  Instruction signal, wait;
  signal.s0 = 3;
  signal.s1 = 4;
  wait.w0 = 3;
  flows.signal(signal, {Engine::load, 0, 10, true});
  flows.signal(signal, {Engine::load, 1, 20, false});
  ASSERT_EQ(flows.wait(wait, Engine::matrix).size(), 1u);
  const auto second = flows.wait(wait, Engine::matrix);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].cycle, 20u);
  EXPECT_EQ(second[0].lane, 1u);
  EXPECT_FALSE(second[0].drawn);
  EXPECT_TRUE(flows.wait(wait, Engine::matrix).empty()); // the sequencer's signal
  wait.w0 = 4;
  flows.signal(signal, {Engine::store, 0, 30, true}); // a free buffer
  EXPECT_EQ(flows.wait(wait, Engine::vector).size(), 1u);
  EXPECT_EQ(flows.wait(wait, Engine::vector).size(), 1u);
  EXPECT_TRUE(flows.wait(wait, Engine::load).empty());
}

TEST(Trace, PhasesFollowEachOtherWithTheirCounters) {
  Traced plain(4);
  const uint32_t first = plain.records[0].pc, later = plain.records[plain.records.size() / 2].pc;
  ASSERT_LT(first, later);
  TraceOptions options;
  options.phases = {{{first, later}, "one", {{"scratchpad bytes", {{"weights", 64}, {"table", 0}}}}},
                    {{later, UINT32_MAX}, "two", {{"scratchpad bytes", {{"weights", 0}, {"table", 256}}}}}};
  Traced traced(4, std::move(options));
  std::vector<std::string> names;
  int64_t end = 0;
  size_t counters = 0;
  for (const json& e : traced.trace["traceEvents"]) {
    if (e["ph"] == "X" && e["tid"] == 1) {
      EXPECT_GE(picoseconds(e["ts"]), end);
      end = picoseconds(e["ts"]) + picoseconds(e["dur"]);
      names.push_back(e["name"]);
    }
    if (e["name"] == "scratchpad bytes") {
      ++counters;
      EXPECT_EQ(e["args"].size(), 2u);
    }
  }
  ASSERT_GE(names.size(), 2u);
  EXPECT_EQ(names[0], "one");
  EXPECT_EQ(counters, names.size());
}

TEST(Trace, QueueCounterNeverExceedsTheQueues) {
  Traced traced(6);
  const Machine::Queues& queues = traced.machine.queues;
  bool any = false;
  for (const json& e : traced.trace["traceEvents"])
    if (e["name"] == "queued instructions") {
      EXPECT_LE(e["args"]["load"].get<uint64_t>(), queues.load);
      EXPECT_LE(e["args"]["store"].get<uint64_t>(), queues.store);
      EXPECT_LE(e["args"]["matrix"].get<uint64_t>(), queues.matrix);
      EXPECT_LE(e["args"]["vector"].get<uint64_t>(), queues.vector);
      any = true;
    }
  EXPECT_TRUE(any);
}

TEST(Trace, IsBounded) {
  TraceOptions options;
  options.maxSlices = 5;
  Traced traced(2, std::move(options));
  EXPECT_EQ(traced.omitted, traced.records.size() - 5);
  EXPECT_LE(traced.flows, 2u * 5);
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
