// Is the SystemC system the core model and nothing else: the same cycles, any number of times in a process?
#include "isa/support/error.h"
#include "simulator/cycle/core_model.h"
#include "simulator/cycle_simulator.h"
#include "tests/support/random_program.h"

#include <gtest/gtest.h>

#include <thread>

namespace weft::test {
namespace {

struct Events : CycleObserver {
  void event(const CycleEvent& e) override { events.push_back(e); }
  std::vector<CycleEvent> events;
};

TEST(RunCycle, AgreesWithTheBareModelRunAfterRun) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Machine machine = randomMachine(seed);
    ProgramBuilder program = randomProgram(seed, machine, {.faulty = seed % 4 == 0});

    CoreMemory bareMemory(machine);
    program.load(bareMemory);
    auto dram = makeDramModel(machine);
    Events bareEvents;
    CoreModelOptions bareOptions;
    bareOptions.observer = &bareEvents;
    CoreModel bare(machine, bareMemory, *dram, bareOptions);
    bare.run(kForever);

    CoreMemory memory(machine);
    program.load(memory);
    Events events;
    CycleOptions options;
    options.observer = &events;
    options.recordInstructions = true;
    CycleResult result = runCycle(machine, memory, options);

    EXPECT_EQ(result.cycles, bare.cycle());
    EXPECT_EQ(result.counters, bare.counters());
    EXPECT_TRUE(events.events == bareEvents.events);
    EXPECT_EQ(memory.scratchpad, bareMemory.scratchpad);
    EXPECT_EQ(result.dram.bytesRead, dram->counters().bytesRead);
    EXPECT_EQ(checkAccounting(result.counters, result.cycles), std::vector<std::string>{});
    EXPECT_EQ(result.status == CycleResult::Status::faulted, bare.state() == CoreModel::State::faulted);
  }
}

ProgramBuilder endless() {
  ProgramBuilder program;
  int label = program.newLabel();
  program.bind(label);
  program.jal(0, label);
  return program;
}

TEST(RunCycle, StopsAtTheCycleLimit) {
  Machine machine = smallMachine();
  CoreMemory memory(machine);
  endless().load(memory);
  CycleOptions options;
  options.cycleLimit = 123456;
  CycleResult result = runCycle(machine, memory, options);
  EXPECT_EQ(result.status, CycleResult::Status::cycleLimit);
  EXPECT_EQ(result.cycles, 123456u);
}

TEST(RunCycle, StopsWhenAskedTo) {
  Machine machine = smallMachine();
  CoreMemory memory(machine);
  endless().load(memory);
  CycleOptions options;
  int calls = 0;
  options.progress = [&](uint64_t) { return ++calls < 3; };
  CycleResult result = runCycle(machine, memory, options);
  EXPECT_EQ(result.status, CycleResult::Status::stopped);
  EXPECT_EQ(calls, 3);
}

TEST(RunCycle, PassesOnWhatTheCallerThrows) {
  Machine machine = smallMachine();
  CoreMemory memory(machine);
  endless().load(memory);
  CycleOptions options;
  options.progress = [](uint64_t) -> bool { throw Error("enough"); };
  EXPECT_THROW(runCycle(machine, memory, options), Error);
  options.progress = nullptr;
  options.cycleLimit = 10;
  EXPECT_EQ(runCycle(machine, memory, options).cycles, 10u); // and the kernel is usable again
}

TEST(RunCycle, ThreadsTakeTurns) {
  Machine machine = randomMachine(7);
  ProgramBuilder program = randomProgram(7, machine);
  auto cycles = [&] {
    CoreMemory memory(machine);
    program.load(memory);
    return runCycle(machine, memory).cycles;
  };
  uint64_t expected = cycles();
  std::vector<uint64_t> results(4);
  std::vector<std::thread> threads;
  for (uint64_t& result : results)
    threads.emplace_back([&result, &cycles] {
      for (int i = 0; i < 5; ++i)
        result = cycles();
    });
  for (std::thread& thread : threads)
    thread.join();
  for (uint64_t result : results)
    EXPECT_EQ(result, expected);
}

TEST(RunCycle, ReportsRaces) {
  Machine machine = smallMachine();
  ProgramBuilder program;
  TensorArguments load;
  load.a = kDramBase + 65536;
  load.pA = pattern(Walk{.count = {256}});
  TensorArguments lut; // reads what the load writes, and nothing orders them
  program.tensor(Opcode::LD, load);
  program.tensor(Opcode::VLDLUT, lut);
  program.halt();
  CoreMemory memory(machine);
  program.load(memory);
  CycleOptions options;
  options.detectRaces = true;
  EXPECT_EQ(runCycle(machine, memory, options).races.size(), 1u);
}

TEST(RunCycle, OrderedProgramsHaveNoRaces) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Machine machine = randomMachine(seed);
    CoreMemory memory(machine);
    randomProgram(seed, machine, {.raceFree = true}).load(memory);
    CycleOptions options;
    options.detectRaces = true;
    CycleResult result = runCycle(machine, memory, options);
    for (const Race& race : result.races)
      ADD_FAILURE() << describe(race);
    EXPECT_EQ(result.status, CycleResult::Status::halted);
  }
}

} // namespace
} // namespace weft::test
