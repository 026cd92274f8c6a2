// Are the data of a run counted exactly, without a change to anything else?
#include "tests/simulator/cycle/model_fixture.h"
#include "tests/support/random_program.h"

#include <bit>
#include <gtest/gtest.h>
#include <random>

namespace weft::test {
namespace {

TEST(DataActivity, CountingChangesNothingElse) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Machine machine = randomMachine(seed);
    const ProgramBuilder program = randomProgram(seed, machine, {.instructions = 30});
    ModelRun plain(machine, program), counted(machine, program);
    counted.options.countData = true;
    plain.run();
    counted.run();
    EXPECT_EQ(plain.events, counted.events);
    EXPECT_EQ(plain.model->counters(), counted.model->counters());
    EXPECT_TRUE(plain.model->activity() == counted.model->activity());
    EXPECT_EQ(plain.memory.scratchpad, counted.memory.scratchpad);
    for (const DataActivityField& field : kDataActivityFields)
      EXPECT_EQ(plain.model->data().*field.count, 0u) << field.name;
  }
}

// Both beats of a load and of a store, by hand: 8 byte bus, the store begins in the middle of one.
TEST(DataActivity, BeatsAreThoseOfTheBus) {
  Machine machine = smallMachine();
  machine.dma.busBytes = 8;
  const uint32_t from = kDramBase + 65536, to = kDramBase + 131072 + 4;
  ProgramBuilder program;
  const PatternRegister run = pattern(Walk{.count = {16}});
  program.tensor(Opcode::LD, {.a = from, .b = 0, .pA = run, .pB = pattern(Walk{}), .sync = {.s0 = 0}});
  program.tensor(Opcode::ST, {.a = to, .b = 0, .pA = run, .pB = pattern(Walk{}), .sync = {.w0 = 0}});
  program.fence(15);
  program.halt();
  ModelRun test(machine, program);
  test.options.countData = true;
  for (uint32_t i = 0; i < 16; ++i)
    *test.memory.dram.at(from + i) = static_cast<uint8_t>(i < 8 ? 0xff : 0x0f);
  test.run();
  ASSERT_EQ(test.model->state(), CoreModel::State::halted);
  EXPECT_EQ(test.model->data().loadBeatToggles, 64u + 32u);
  // Lanes 4 to 7: ff; then lanes 0 to 3: ff, and 4 to 7: 0f; then lanes 0 to 3: 0f.
  EXPECT_EQ(test.model->data().storeBeatToggles, 32u + 32u + 16u + 16u);
}

// Of a random race-free run, from the requests that it makes, when each beat finds its data in the memory.
struct LoadReference : ModelRun {
  using ModelRun::ModelRun;
  void event(const CycleEvent& e) override {
    if (e.kind != EventKind::dramRequest || e.engine != Engine::load)
      return;
    for (uint32_t i = 0; i < e.bytes; ++i) {
      const uint8_t byte = *memory.dram.at(e.address + i);
      uint8_t& lane = bus[(e.address + i) % machine.dma.busBytes];
      toggles += static_cast<uint64_t>(std::popcount(static_cast<unsigned>(lane ^ byte)));
      lane = byte;
    }
  }
  std::vector<uint8_t> bus = std::vector<uint8_t>(256);
  uint64_t toggles = 0;
};

TEST(DataActivity, LoadsOfRandomRuns) {
  uint64_t all = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Machine machine = randomMachine(seed);
    const ProgramBuilder program = randomProgram(seed, machine, {.instructions = 30, .raceFree = true});
    LoadReference run(machine, program, true);
    run.options.countData = true;
    std::mt19937 random(static_cast<uint32_t>(seed));
    for (uint64_t address = kDramBase + machine.dram.bytes / 4; address < kDramBase + machine.dram.bytes; ++address)
      *run.memory.dram.at(address) = static_cast<uint8_t>(random()); // code is in the first quarter
    run.run();
    EXPECT_EQ(run.model->data().loadBeatToggles, run.toggles);
    all += run.toggles;
  }
  EXPECT_GT(all, 1000u);
}

// The matrix instructions of a run pass through the array in their order.
TEST(DataActivity, MatrixInstructionsShareTheArray) {
  const Machine machine = smallMachine();
  ProgramBuilder program;
  const TensorArguments first{.a = 0,
                              .b = 8192,
                              .c = 0,
                              .pA = pattern(Walk{.count = {20}, .stride = {16}}),
                              .pB = pattern(Walk{.count = {2}, .stride = {64}}),
                              .pD = pattern(Config{.za = 3, .zb = 7})};
  TensorArguments second = first;
  second.a = 1024;
  second.pD = pattern(Config{.typeA = 1, .typeB = 1});
  program.tensor(Opcode::MM, first);
  program.tensor(Opcode::MMA, second);
  program.fence(15);
  program.halt();
  ModelRun run(machine, program);
  run.options.countData = true;
  std::mt19937 random(1);
  for (uint8_t& byte : run.memory.scratchpad)
    byte = static_cast<uint8_t>(random());
  ArrayRegisters array(machine);
  ArraySwitching expected;
  array.execute(makeOp(Opcode::MM, first), run.memory, expected);
  array.execute(makeOp(Opcode::MMA, second), run.memory, expected);
  run.run();
  ASSERT_EQ(run.model->state(), CoreModel::State::halted);
  const DataActivity counts = run.model->data();
  EXPECT_EQ(counts.sumToggles, expected.sumToggles);
  EXPECT_EQ(counts.productToggles, expected.productToggles);
  EXPECT_EQ(counts.activationToggles, expected.activationToggles);
  EXPECT_EQ(counts.weightToggles, expected.weightToggles);
  EXPECT_EQ(counts.columnToggles, expected.columnToggles);
  EXPECT_EQ(counts.zeroOperandMacs, expected.zeroOperandMacs);
}

} // namespace
} // namespace weft::test
