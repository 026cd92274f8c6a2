// Is jumping over steady cycles the same as stepping every one of them? Every event, counter, and byte of memory is
// compared on random machines and programs.
#include "tests/simulator/cycle/model_fixture.h"
#include "tests/support/random_program.h"

#include <gtest/gtest.h>
#include <numeric>

namespace weft::test {
namespace {

std::string describe(const CycleEvent& e) {
  return "cycle " + std::to_string(e.cycle) + " kind " + std::to_string(static_cast<int>(e.kind)) + " " +
         engineName(e.engine) + " pc " + std::to_string(e.pc) + " instruction " + std::to_string(e.instruction) +
         " address " + std::to_string(e.address) + " bytes " + std::to_string(e.bytes) + " answer " +
         std::to_string(e.answer);
}

void compare(const ModelRun& stepped, const ModelRun& skipped) {
  size_t common = std::min(stepped.events.size(), skipped.events.size());
  for (size_t i = 0; i < common; ++i)
    ASSERT_TRUE(stepped.events[i] == skipped.events[i]) << "event " << i << "\nstepped: " << describe(stepped.events[i])
                                                        << "\nskipped: " << describe(skipped.events[i]);
  ASSERT_EQ(stepped.events.size(), skipped.events.size());
  ASSERT_EQ(stepped.model->state(), skipped.model->state());
  ASSERT_EQ(stepped.model->cycle(), skipped.model->cycle());
  for (size_t i = 0; i < counter::count; ++i)
    ASSERT_EQ(stepped.model->counters()[i], skipped.model->counters()[i])
        << (counter::table[i].name ? counter::table[i].name : "none");
  ASSERT_TRUE(stepped.model->activity() == skipped.model->activity());
  if (stepped.model->state() == CoreModel::State::faulted) {
    const Fault& x = stepped.model->fault();
    const Fault& y = skipped.model->fault();
    ASSERT_TRUE(x.cause == y.cause && x.engine == y.engine && x.pc == y.pc && x.information == y.information);
    return;
  }
  ASSERT_EQ(stepped.memory.scratchpad, skipped.memory.scratchpad);
  ASSERT_EQ(stepped.memory.accumulators, skipped.memory.accumulators);
  ASSERT_EQ(0, std::memcmp(stepped.memory.dram.at(kDramBase), skipped.memory.dram.at(kDramBase),
                           stepped.memory.dram.bytes()));
}

struct Totals {
  uint64_t cycles = 0;
  uint64_t stepped = 0;
  int halted = 0;
};

void runSeed(uint64_t seed, const RandomProgramOptions& options, Totals& totals) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Machine machine = randomMachine(seed);
  ProgramBuilder program = randomProgram(seed, machine, options);
  ModelRun stepped(machine, program, true);
  ModelRun skipped(machine, program, false);
  fillData(seed, stepped.memory);
  fillData(seed, skipped.memory);
  stepped.run();
  skipped.run();
  compare(stepped, skipped);
  for (uint64_t cycles : accounted(skipped.model->counters()))
    ASSERT_EQ(cycles, skipped.model->cycle());
  const CounterValues& counters = skipped.model->counters();
  const uint64_t stalls[] = {0, counters[counter::load_stall_semaphore], counters[counter::store_stall_semaphore],
                             counters[counter::matrix_stall_semaphore], counters[counter::vector_stall_semaphore]};
  for (size_t i = 0; i < kUnits && skipped.model->state() == CoreModel::State::halted; ++i) {
    const auto& waits = skipped.model->activity().waits[i]; // all have ended
    ASSERT_EQ(std::accumulate(waits.begin(), waits.end(), uint64_t{0}), stalls[i]);
  }
  totals.cycles += skipped.model->cycle();
  totals.stepped += skipped.model->stepped();
  totals.halted += skipped.model->state() == CoreModel::State::halted;
}

TEST(Skip, RandomProgramsHaveTheSameEventsCountersAndMemory) {
  Totals totals;
  for (uint64_t seed = 1; seed <= 1000 && !HasFatalFailure(); ++seed)
    runSeed(seed, {.instructions = 30}, totals);
  EXPECT_EQ(totals.halted, 1000); // the generator makes legal programs
  RecordProperty("cycles", static_cast<int>(totals.cycles));
  EXPECT_LT(totals.stepped, totals.cycles / 2); // and skipping is not idle
}

TEST(Skip, FaultyProgramsStopInTheSameCycle) {
  Totals totals;
  for (uint64_t seed = 1; seed <= 300 && !HasFatalFailure(); ++seed)
    runSeed(100000 + seed, {.instructions = 20, .faulty = true}, totals);
  EXPECT_LT(totals.halted, 100);
}

TEST(Skip, StoppingAtALimitAndGoingOnChangesNothing) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Machine machine = randomMachine(seed);
    ProgramBuilder program = randomProgram(seed, machine, {.instructions = 30});
    ModelRun whole(machine, program);
    whole.run();
    ModelRun parts(machine, program);
    parts.run(1);
    for (uint64_t limit = 1; parts.model->state() == CoreModel::State::running; limit += 1 + limit % 97)
      parts.model->run(limit);
    compare(whole, parts);
  }
}

} // namespace
} // namespace weft::test
