// Does the harness report of the RTL what the simulator reports of its model? (Whether the two do the same for every
// program is the question of tests/rtl/cosim.)
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "rtl/sim/model_library.h"
#include "rtl/sim/rtl_model.h"
#include "simulator/cycle/core_model.h"
#include "tests/support/program_builder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace weft::rtl {
namespace {

using namespace weft::test;
using DmaWalk = weft::test::Walk;
namespace fs = std::filesystem;

// The models are compiled once for all tests of the project.
const bool cacheIsSet = setenv("WEFT_CACHE", WEFT_TEST_CACHE, 1) == 0;

constexpr uint32_t kData = kDramBase + 65536;
constexpr uint32_t kBank = 32768; // of the scratchpad of 4x4

// Two dependent instructions on every engine, loads with fill, scalar accesses of both memories.
ProgramBuilder allEngines(uint32_t exitCode) {
  ProgramBuilder program;
  const PatternRegister rows = pattern(DmaWalk{.count = {64}, .lo0 = 3, .hi0 = 50, .fill = 9});
  for (uint32_t i = 0; i < 2; ++i) {
    program.tensor(Opcode::LD, {.a = kData + 13 * i, .b = 64 * i, .pA = rows, .pB = rows, .sync = {.s0 = 0}});
    program.tensor(Opcode::LD, {.a = kData + 128, .b = kBank, .pA = rows, .pB = rows, .sync = {.s0 = 1}});
    program.tensor(Opcode::MM, {.a = 64 * i,
                                .b = kBank,
                                .c = 4 * i,
                                .pA = pattern(DmaWalk{.count = {4}, .stride = {4}}),
                                .pB = pattern(DmaWalk{.count = {3}, .stride = {16}}),
                                .pD = pattern(Config{.za = 1}),
                                .sync = {.w0 = 0, .w1 = 1, .s0 = 2}});
    const PatternRegister four = pattern(DmaWalk{.count = {4}, .stride = {1}});
    program.tensor(Opcode::VRQ, {.a = 4 * i,
                                 .b = kBank,
                                 .c = 256 + 64 * i,
                                 .pA = four,
                                 .pC = pattern(DmaWalk{.count = {4}, .stride = {4}}),
                                 .pD = pattern(Config{}),
                                 .sync = {.w0 = 2, .s0 = 3}});
    const PatternRegister out = pattern(DmaWalk{.count = {16}});
    program.tensor(Opcode::ST,
                   {.a = kData + 1003 + 32 * i, .b = 256 + 64 * i, .pA = out, .pB = out, .sync = {.w0 = 3}});
  }
  program.li(9, kScalarMemoryBase);
  program.li(10, 0x12345678);
  program.store(Opcode::SW, 10, 9, 8);
  program.regImm(Opcode::LW, 11, 9, 8);
  program.li(9, kData + 4000);
  program.store(Opcode::SH, 11, 9, 2);
  program.regImm(Opcode::LW, 12, 9, 0);
  program.tensor(Opcode::VLDLUT, {.a = 0});
  program.halt(exitCode);
  return program;
}

void load(const ProgramBuilder& program, CoreMemory& memory) {
  program.load(memory);
  for (uint32_t i = 0; i < 1024; ++i)
    *memory.dram.at(kData + i) = static_cast<uint8_t>(i * 7 + i / 64);
}

struct Recorder : CycleObserver {
  void event(const CycleEvent& e) override { events.push_back(e); }
  std::vector<CycleEvent> events;
};

std::string text(const CycleEvent& e) {
  std::ostringstream out;
  out << "cycle " << e.cycle << " kind " << int(e.kind) << " " << engineName(e.engine) << " pc " << std::hex << e.pc
      << " number " << e.instruction << " address " << e.address << std::dec << " bytes " << e.bytes << " write "
      << e.write << " answer " << e.answer << " data " << std::hex << e.data;
  return out.str();
}

void expectEqual(const std::vector<CycleEvent>& wanted, const std::vector<CycleEvent>& found) {
  for (size_t i = 0; i < std::min(wanted.size(), found.size()); ++i)
    ASSERT_TRUE(wanted[i] == found[i]) << "event " << i << "\nwanted " << text(wanted[i]) << "\nfound  "
                                       << text(found[i]);
  EXPECT_EQ(wanted.size(), found.size());
}

class RtlModelTest : public testing::Test {
protected:
  Machine machine = loadMachine(WEFT_TEST_MACHINES "/s4x4.yaml");

  // A run of both; the caller compares what matters.
  struct Both {
    Both(const Machine& machine, const ProgramBuilder& program, bool assertions = false)
        : memory{CoreMemory(machine), CoreMemory(machine)}, dram{makeDramModel(machine), makeDramModel(machine)},
          meter{makeMeter(machine), makeMeter(machine)} {
      for (CoreMemory& one : memory)
        load(program, one);
      CoreModelOptions simulatorOptions;
      simulatorOptions.observer = &recorder[0];
      simulatorOptions.keepRecords = true;
      simulatorOptions.eventData = true;
      simulatorOptions.meter = &meter[0];
      simulator.emplace(machine, memory[0], *dram[0], simulatorOptions);
      RtlModelOptions rtlOptions;
      rtlOptions.observer = &recorder[1];
      rtlOptions.keepRecords = true;
      rtlOptions.eventData = true;
      rtlOptions.meter = &meter[1];
      rtlOptions.assertions = assertions;
      rtl.emplace(machine, memory[1], *dram[1], rtlOptions);
    }
    CoreMemory memory[2];
    std::unique_ptr<DramTimingModel> dram[2];
    // One part and one range that are everything.
    static DramMeter makeMeter(const Machine& machine) {
      const auto end = static_cast<uint32_t>(kDramBase + machine.dram.bytes);
      return {{{kDramBase, end}}, {{kDramBase, end, 0, 0}}, machine.dma.busBytes};
    }
    DramMeter meter[2];
    Recorder recorder[2];
    std::optional<CoreModel> simulator;
    std::optional<RtlModel> rtl;
  };
};

TEST_F(RtlModelTest, ReportsWhatTheSimulatorReports) {
  Both both(machine, allEngines(42));
  ASSERT_EQ(both.simulator->run(100000), CoreModel::State::halted);
  // In pieces of any length.
  for (uint64_t limit = 1; both.rtl->state() == RtlModel::State::running && limit < 100000; limit += 13)
    both.rtl->run(limit);
  ASSERT_EQ(both.rtl->state(), RtlModel::State::halted);
  EXPECT_EQ(both.rtl->exitCode(), 42u);
  EXPECT_EQ(both.rtl->cycle(), both.simulator->cycle());
  EXPECT_GT(both.recorder[0].events.size(), 80u);
  expectEqual(both.recorder[0].events, both.recorder[1].events);
  for (const ActivityField& field : kActivityFields)
    EXPECT_EQ(both.rtl->activity().*field.count, both.simulator->activity().*field.count) << field.name;
  const CounterValues wanted = both.simulator->counters(), found = both.rtl->counters();
  for (size_t i = 0; i < wanted.size(); ++i)
    EXPECT_EQ(found[i], wanted[i]) << (counter::table[i].name ? counter::table[i].name : "");

  const auto moved = both.meter[0].takeCounts(), movedInRtl = both.meter[1].takeCounts();
  ASSERT_EQ(moved.size(), 1u);
  ASSERT_EQ(movedInRtl.size(), 1u);
  EXPECT_GT(moved[0].moves.read, 0u);
  EXPECT_EQ(movedInRtl[0].moves.read, moved[0].moves.read);
  EXPECT_EQ(movedInRtl[0].moves.readAgain, moved[0].moves.readAgain);
  EXPECT_EQ(movedInRtl[0].moves.written, moved[0].moves.written);
  EXPECT_EQ(movedInRtl[0].moves.writtenAgain, moved[0].moves.writtenAgain);

  const auto& records = both.rtl->records();
  ASSERT_EQ(records.size(), both.simulator->records().size());
  for (size_t i = 0; i < records.size(); ++i) {
    const InstructionRecord& record = both.simulator->records()[i];
    EXPECT_EQ(records[i].pc, record.pc);
    EXPECT_EQ(records[i].engine, record.engine);
    EXPECT_EQ(records[i].dispatch, record.dispatch);
    EXPECT_EQ(records[i].start, record.start);
    EXPECT_EQ(records[i].retire, record.retire);
    EXPECT_EQ(records[i].work.macs, record.work.macs);
    EXPECT_EQ(records[i].work.dramBytesRead, record.work.dramBytesRead);
    EXPECT_EQ(records[i].work.dramBytesWritten, record.work.dramBytesWritten);
  }
}

TEST_F(RtlModelTest, MemoriesAreFilledAndReadBack) {
  Both both(machine, allEngines(0));
  both.simulator->run(100000);
  both.rtl->run(100000);
  // What nothing wrote is what was there before, so this compares the filling too.
  EXPECT_NE(both.memory[0].scratchpad, both.memory[1].scratchpad);
  both.rtl->readMemories();
  EXPECT_EQ(both.memory[0].scratchpad, both.memory[1].scratchpad);
  EXPECT_EQ(both.memory[0].accumulators, both.memory[1].accumulators);
  EXPECT_EQ(both.memory[0].scalar, both.memory[1].scalar);
  EXPECT_EQ(both.memory[0].lut, both.memory[1].lut);
  EXPECT_EQ(std::memcmp(both.memory[0].dram.at(kDramBase), both.memory[1].dram.at(kDramBase), machine.dram.bytes), 0);
}

TEST_F(RtlModelTest, FaultsAreThoseOfTheSimulator) {
  ProgramBuilder outside;
  const PatternRegister run = pattern(DmaWalk{.count = {64}});
  outside.tensor(Opcode::LD,
                 {.a = kDramBase + static_cast<uint32_t>(machine.dram.bytes) - 32, .b = 0, .pA = run, .pB = run});
  outside.halt();
  ProgramBuilder deadlock;
  deadlock.semWait(5);
  ProgramBuilder trap;
  trap.trap(77);
  for (const ProgramBuilder& program : {outside, deadlock, trap}) {
    Both both(machine, program);
    ASSERT_EQ(both.simulator->run(100000), CoreModel::State::faulted);
    ASSERT_EQ(both.rtl->run(100000), RtlModel::State::faulted);
    const Fault &wanted = both.simulator->fault(), &found = both.rtl->fault();
    EXPECT_EQ(found.cause, wanted.cause);
    EXPECT_EQ(found.engine, wanted.engine);
    EXPECT_EQ(found.pc, wanted.pc);
    EXPECT_EQ(found.information, wanted.information);
    EXPECT_EQ(both.rtl->cycle(), both.simulator->cycle());
    expectEqual(both.recorder[0].events, both.recorder[1].events);
  }
}

TEST_F(RtlModelTest, RunsEndAtTheLimitOrWhenAsked) {
  CoreMemory memory(machine);
  load(allEngines(0), memory);
  RtlOptions options;
  options.cycleLimit = 100;
  CycleResult result = runRtl(machine, memory, options);
  EXPECT_EQ(result.status, CycleResult::Status::cycleLimit);
  EXPECT_EQ(result.cycles, 100u);

  ProgramBuilder forever;
  int label = forever.newLabel();
  forever.bind(label);
  forever.jal(0, label);
  CoreMemory other(machine);
  forever.load(other);
  options.cycleLimit = 0;
  uint64_t seen = 0;
  options.progress = [&](uint64_t cycle) {
    seen = cycle;
    return cycle < 20000;
  };
  result = runRtl(machine, other, options);
  EXPECT_EQ(result.status, CycleResult::Status::stopped);
  EXPECT_EQ(result.cycles, seen);
}

TEST_F(RtlModelTest, AWaveformIsWrittenOfTheCyclesWanted) {
  const fs::path folder = fs::temp_directory_path() / ("weft_wave." + std::to_string(getpid()));
  fs::create_directory(folder);
  auto bytes = [&](const std::string& name, uint64_t first, uint64_t last) {
    CoreMemory memory(machine);
    load(allEngines(0), memory);
    RtlOptions options;
    options.wave = {folder / name, first, last};
    EXPECT_EQ(runRtl(machine, memory, options).status, CycleResult::Status::halted);
    return fs::file_size(folder / name);
  };
  const uintmax_t whole = bytes("whole.fst", 0, UINT64_MAX);
  const uintmax_t window = bytes("window.fst", 300, 309);
  EXPECT_GT(whole, 10000u);
  EXPECT_LT(window, whole);

  // The header of an FST file: first and last time, in picoseconds.
  std::ifstream file(folder / "window.fst", std::ios::binary);
  auto big = [&](std::streamoff at) {
    uint8_t raw[8];
    file.seekg(at);
    file.read(reinterpret_cast<char*>(raw), 8);
    uint64_t value = 0;
    for (uint8_t byte : raw)
      value = value << 8 | byte;
    return value;
  };
  EXPECT_EQ(big(9), 300000u);
  EXPECT_EQ(big(17), 309500u);

  CoreMemory memory(machine);
  load(allEngines(0), memory);
  RtlOptions options;
  options.wave = {folder / "missing" / "w.fst", 0, 1};
  EXPECT_THROW(runRtl(machine, memory, options), Error);
  fs::remove_all(folder);
}

// --- The cache of compiled models --------------------------------------------------------------------------------

// Sets an environment variable while it lives.
struct Environment {
  Environment(const char* variable, const std::string& value) : name(variable) {
    if (const char* now = std::getenv(variable))
      before = now;
    setenv(variable, value.c_str(), 1);
  }
  ~Environment() { before ? setenv(name, before->c_str(), 1) : unsetenv(name); }
  const char* name;
  std::optional<std::string> before;
};

std::string errorOf(const Machine& machine) {
  try {
    modelLibrary(machine, {}, {});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

using ModelLibraryTest = RtlModelTest;

TEST_F(ModelLibraryTest, IsSharedByMachinesThatTheHardwareCannotTellApart) {
  const Interface* first = &modelLibrary(machine, {}, {});
  Machine other = machine;
  other.name = "other";
  other.clockMhz = 123;
  other.dram.model = DramModel::detailed;
  other.dram.latencyNs = 77;
  other.technology.nodeNm = 5;
  bool built = false;
  EXPECT_EQ(&modelLibrary(other, {}, [&](const std::string&) { built = true; }), first);
  EXPECT_FALSE(built);
}

TEST_F(ModelLibraryTest, ErrorsSayWhatIsMissing) {
  {
    const Environment nowhere("WEFT_RTL", "/nonexistent");
    EXPECT_NE(errorOf(machine).find("are not in '/nonexistent': WEFT_RTL must name"), std::string::npos);
  }
  {
    const Environment empty("PATH", "/nonexistent");
    Machine other = machine; // not looked at before in this process
    other.queues.load += 1;
    EXPECT_NE(errorOf(other).find("'verilator' is needed"), std::string::npos);
  }
  {
    const Environment file("WEFT_CACHE", "/dev/null");
    EXPECT_NE(errorOf(machine).find("cannot keep compiled models in '/dev/null/rtl'"), std::string::npos);
  }
}

TEST_F(ModelLibraryTest, WhatIsDamagedOrCanBeTheWorkOfSomebodyElseIsNotLoaded) {
  modelLibrary(machine, {}, {});
  const fs::path cache = fs::temp_directory_path() / ("weft_kept." + std::to_string(getpid()));
  // The folders that libraries of this process come from, the machine's among them.
  std::vector<fs::path> kept;
  for (const fs::directory_entry& file : fs::directory_iterator("/proc/self/fd"))
    if (std::error_code gone; fs::read_symlink(file.path(), gone).filename() == "model.so")
      kept.push_back(fs::read_symlink(file.path()).parent_path());
  ASSERT_FALSE(kept.empty());
  const Environment own("WEFT_CACHE", cache.string());
  using Change = std::function<void(const fs::path& folder)>;
  auto isBuiltAfter = [&](const Change& change) {
    fs::remove_all(cache);
    fs::create_directories(cache / "rtl");
    for (const fs::path& folder : kept) {
      fs::copy(folder, cache / "rtl" / folder.filename());
      change(cache / "rtl" / folder.filename());
    }
    bool built = false;
    try {
      modelLibrary(machine, {}, [&](const std::string&) {
        built = true;
        throw Error("enough");
      });
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "enough");
    }
    return built;
  };
  auto flip = [](const fs::path& folder) {
    std::fstream file(folder / "model.so", std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(1000);
    const int byte = file.get();
    file.seekp(1000);
    file.put(static_cast<char>(byte ^ 1));
  };
  EXPECT_TRUE(isBuiltAfter([](const fs::path& folder) { fs::resize_file(folder / "model.so", 5000); }));
  EXPECT_TRUE(isBuiltAfter(flip));
  EXPECT_TRUE(isBuiltAfter([](const fs::path& folder) { fs::remove(folder / "seal"); }));
  EXPECT_TRUE(isBuiltAfter([](const fs::path& folder) { fs::permissions(folder, fs::perms::all); }));
  EXPECT_TRUE(isBuiltAfter([](const fs::path& folder) { fs::permissions(folder / "model.so", fs::perms(0666)); }));
  EXPECT_TRUE(isBuiltAfter([&](const fs::path& folder) {
    fs::rename(folder, cache / folder.filename());
    fs::create_symlink(cache / folder.filename(), folder);
  }));
  if (geteuid() == 0) {
    EXPECT_TRUE(
        isBuiltAfter([](const fs::path& folder) { EXPECT_EQ(chown((folder / "model.so").c_str(), 12345, 0), 0); }));
  }
  EXPECT_FALSE(isBuiltAfter([](const fs::path& folder) { // of which nothing can be written
    for (const fs::path& path : {folder / "model.so", folder / "seal", folder, folder.parent_path()})
      fs::permissions(path, fs::perms(0555));
  }));
  for (const fs::path& folder : {cache / "rtl", cache / "rtl" / kept[0].filename()})
    fs::permissions(folder, fs::perms(0755));
  fs::remove_all(cache);
}

TEST_F(ModelLibraryTest, ABuildThatFailsShowsTheMessagesAndLeavesNoModel) {
  const fs::path folder = fs::temp_directory_path() / ("weft_rtl." + std::to_string(getpid()));
  fs::create_directories(folder);
  fs::copy(WEFT_TEST_RTL, folder / "sources", fs::copy_options::recursive);
  std::ofstream(folder / "sources" / "weft_core.sv", std::ios::app) << "module broken (;\n";
  {
    const Environment sources("WEFT_RTL", (folder / "sources").string());
    const Environment cache("WEFT_CACHE", folder.string());
    for (int i = 0; i < 2; ++i) {
      const std::string error = errorOf(machine);
      EXPECT_NE(error.find("could not be compiled"), std::string::npos) << error;
      EXPECT_NE(error.find("syntax error"), std::string::npos) << error;
    }
  }
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    EXPECT_NE(entry.path().extension(), ".so");
  fs::remove_all(folder);
}

TEST_F(ModelLibraryTest, AssertionsAreCheckedAndRegistersBeginWithAnyValue) {
  const fs::path folder = fs::temp_directory_path() / ("weft_rtl." + std::to_string(getpid()));
  fs::create_directories(folder);
  fs::copy(WEFT_TEST_RTL, folder / "sources", fs::copy_options::recursive);
  const fs::path core = folder / "sources" / "weft_core.sv";
  std::string text = readTextFile(core);
  const std::string assertion = "always_ff @(posedge clk_i) assert (!(seq_halt && seq_exit_code == 32'd99));\n";
  text.insert(text.rfind("endmodule"), assertion);
  writeFile(core, text);
  {
    const Environment sources("WEFT_RTL", (folder / "sources").string());
    const Environment cache("WEFT_CACHE", folder.string());
    Both good(machine, allEngines(42), true);
    good.simulator->run(100000);
    EXPECT_EQ(good.rtl->run(100000), RtlModel::State::halted);
    expectEqual(good.recorder[0].events, good.recorder[1].events);

    Both bad(machine, allEngines(99), true);
    bad.simulator->run(100000);
    try {
      bad.rtl->run(100000);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      const std::string wanted =
          "an assertion of the RTL fails in cycle " + std::to_string(bad.simulator->cycle() - 1) + ": ";
      EXPECT_EQ(std::string(error.what()).substr(0, wanted.size()), wanted);
      EXPECT_NE(std::string(error.what()).find("weft_core.sv"), std::string::npos) << error.what();
    }
  }
  fs::remove_all(folder);
}

} // namespace
} // namespace weft::rtl
