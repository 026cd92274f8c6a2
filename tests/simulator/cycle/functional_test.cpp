// Do cycle and functional simulator leave the same memory? On programs whose engines' accesses are ordered by fences
// and semaphores, so that time cannot matter.
#include "simulator/func/functional.h"
#include "tests/simulator/cycle/model_fixture.h"
#include "tests/support/random_program.h"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

TEST(FunctionalAndCycle, LeaveTheSameMemory) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    Machine machine = randomMachine(seed);
    ProgramBuilder program = randomProgram(seed, machine, {.instructions = 30, .raceFree = true});

    CoreMemory memory(machine);
    fillData(seed, memory);
    program.load(memory);
    weft::RunResult functional = FunctionalSimulator(machine, memory).run();
    ASSERT_EQ(functional.end, DataflowResult::End::halted) << describe(functional);

    ModelRun cycle(machine, program);
    fillData(seed, cycle.memory);
    cycle.options.observer = nullptr;
    cycle.run();
    ASSERT_EQ(cycle.model->state(), CoreModel::State::halted);

    EXPECT_EQ(cycle.model->exitCode(), functional.exitCode);
    EXPECT_EQ(cycle.counterValue(counter::sequencer_instructions), functional.sequencerInstructions);
    EXPECT_EQ(cycle.counterValue(counter::matrix_macs), functional.of(Engine::matrix).macs);
    ASSERT_EQ(cycle.memory.scratchpad, memory.scratchpad);
    ASSERT_EQ(cycle.memory.accumulators, memory.accumulators);
    ASSERT_EQ(cycle.memory.scalar, memory.scalar);
    ASSERT_EQ(cycle.memory.lut, memory.lut);
    ASSERT_EQ(0, std::memcmp(cycle.memory.dram.at(kDramBase), memory.dram.at(kDramBase), memory.dram.bytes()));
  }
}

} // namespace
} // namespace weft::test
