// Do simultaneous requests for a bank's port get it in the order of section 4, and is the loser's cycle a stall_bank?
#include "tests/simulator/cycle/model_fixture.h"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

constexpr uint32_t kData = kDramBase + 65536;
constexpr uint32_t kBank = 16384;

// All engines wait for a semaphore of their own, which the sequencer signals in one cycle: they start together.
struct Together {
  ProgramBuilder program;
  void add(Opcode op, TensorArguments args, uint8_t semaphore) {
    args.sync.w0 = semaphore;
    program.tensor(op, args);
  }
  void go() {
    program.semSignal(0, 1);
    program.halt();
  }
};

TensorArguments store(uint32_t scratchpad, uint32_t bytes) {
  TensorArguments args;
  args.a = kData;
  args.b = scratchpad;
  args.pA = pattern(weft::test::Walk{.count = {bytes}});
  return args;
}

TensorArguments vector(uint32_t a, uint32_t b, uint32_t c, uint32_t rows) {
  TensorArguments args;
  args.a = a;
  args.b = b;
  args.c = c;
  args.pA = args.pB = args.pC = pattern(weft::test::Walk{.count = {rows}, .stride = {16}});
  args.pD = pattern(Config{});
  return args;
}

TensorArguments matrix(uint32_t a, uint32_t b, uint32_t rows) {
  TensorArguments args;
  args.a = a;
  args.b = b;
  args.pA = pattern(weft::test::Walk{.count = {rows}, .stride = {16}});
  args.pD = pattern(Config{});
  return args;
}

TEST(Arbitration, VectorReadsBeforeStore) {
  Together t;
  t.add(Opcode::VLUT, vector(0, 0, kBank, 5), 0);
  t.add(Opcode::ST, store(0, 64), 1);
  t.go();
  ModelRun run(smallMachine(), t.program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  ASSERT_EQ(records[0].start, records[1].start);
  EXPECT_EQ(records[0].retire, records[0].start + 5 + timing::VX_PIPELINE); // not disturbed
  EXPECT_EQ(run.counterValue(counter::store_stall_bank), 5u);
  EXPECT_EQ(records[1].retire, records[1].start + 5 + 4 + timing::ST_SEND + kDramLatency + 4 + 1);
}

TEST(Arbitration, MatrixWeightsBeforeVector) {
  Together t;
  t.add(Opcode::MM, matrix(kBank, 0, 4), 0);
  t.add(Opcode::VLUT, vector(0, 0, 2 * kBank, 5), 1);
  t.go();
  ModelRun run(smallMachine(), t.program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  ASSERT_EQ(records[0].start, records[1].start);
  EXPECT_EQ(records[0].retire, records[0].start + kFirstSwap + 4 + kArrayDelay);
  EXPECT_EQ(run.counterValue(counter::vector_stall_bank), kRows); // until the tile is read
  EXPECT_EQ(records[1].retire, records[1].start + kRows + 5 + timing::VX_PIPELINE);
}

TEST(Arbitration, ActivationsBeforeWeights) {
  // Two steps from one bank: the second tile is loaded when the first step's rows are through.
  TensorArguments args = matrix(0, 8192, 40);
  args.pB = pattern(weft::test::Walk{.count = {2}});
  ProgramBuilder program;
  program.tensor(Opcode::MM, args);
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  const InstructionRecord& record = run.model->records()[0];
  // Tile 16, swap at 17, rows 18-57, second tile 58-73, swap at 74, rows to 114.
  EXPECT_EQ(record.retire, record.start + kFirstSwap + 40 + kFirstSwap + 40 + kArrayDelay);
  EXPECT_EQ(run.counterValue(counter::matrix_stall_bank), 0u); // a cycle with a granted row is busy
}

TEST(Arbitration, ActivationsBeforeVectorBeforeStore) {
  // The vector engine may read when the rows are through, the store when it is too.
  Together t;
  t.add(Opcode::MM, matrix(0, kBank, 60), 0);
  t.add(Opcode::VLUT, vector(0, 0, 2 * kBank, 60), 1);
  t.go();
  ModelRun run(smallMachine(), t.program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  // The vector engine reads 17 rows until the first activation, then waits 60 cycles.
  EXPECT_EQ(records[0].retire, records[0].start + kFirstSwap + 60 + kArrayDelay);
  EXPECT_EQ(records[1].retire, records[1].start + 60 + 60 + timing::VX_PIPELINE);
  EXPECT_EQ(run.counterValue(counter::vector_stall_bank), 60u);
}

TEST(Arbitration, VectorWritesBeforeLoad) {
  // Fill needs no DRAM, so that load writes a line a cycle from start + 2 on, until after the vector engine's last row.
  constexpr uint32_t kLines = 30 + timing::VX_PIPELINE;
  TensorArguments fill = store(0, 16 * kLines);
  fill.pA.field[field::hi1] = 0;
  Together t;
  t.add(Opcode::LD, fill, 0);
  t.add(Opcode::VLUT, vector(kBank, 0, 8192, 20), 1);
  t.go();
  ModelRun run(smallMachine(), t.program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  EXPECT_EQ(records[1].retire, records[1].start + 20 + timing::VX_PIPELINE);
  EXPECT_EQ(records[0].retire, records[0].start + 1 + kLines + 20 + timing::LD_RETIRE);
  // While segments are still pushed the load engine is busy though refused: the queue of eight fills behind the writes.
  EXPECT_EQ(run.counterValue(counter::load_stall_bank) + run.counterValue(counter::load_busy) +
                run.counterValue(counter::load_stall_semaphore) + run.counterValue(counter::load_idle),
            run.model->cycle());
  EXPECT_GT(run.counterValue(counter::load_stall_bank), 0u);
}

TEST(Arbitration, MatrixReadsAccumulatorsBeforeVector) {
  // An accumulating instruction and a drain of the same bank.
  Together t;
  TensorArguments drain = vector(0, 0, 2 * kBank, 100);
  drain.pA = pattern(weft::test::Walk{.stride = {1}});
  drain.d = 3 * kBank;
  t.add(Opcode::MMA, matrix(0, kBank, 30), 0);
  t.add(Opcode::VRQ, drain, 1);
  t.go();
  ModelRun run(smallMachine(), t.program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  EXPECT_EQ(records[0].retire, records[0].start + kFirstSwap + 30 + kArrayDelay);
  EXPECT_EQ(records[1].retire, records[1].start + timing::VX_PARAM_READS + 100 + 30 + timing::VX_PIPELINE);
  EXPECT_EQ(run.counterValue(counter::vector_stall_bank), 30u);
}

TEST(Arbitration, ALongAccumulationBlocksTheBankThatItReads) {
  // Accumulator banks of 128 rows: the matrix engine reads bank 0 for 128 cycles from swap + array delay on, then
  // bank 1.
  Together t;
  TensorArguments drain = vector(0, 0, 2 * kBank, 100);
  drain.pA = pattern(weft::test::Walk{.stride = {1}});
  drain.d = 3 * kBank;
  t.add(Opcode::MMA, matrix(0, kBank, 200), 0);
  t.add(Opcode::VRQ, drain, 1);
  t.go();
  ModelRun run(smallMachine(), t.program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  EXPECT_EQ(run.counterValue(counter::vector_stall_bank), 128u);
  EXPECT_EQ(records[1].retire, records[1].start + timing::VX_PARAM_READS + 100 + 128 + timing::VX_PIPELINE);
}

TEST(Arbitration, OtherBanksDoNotDisturb) {
  Together t;
  t.add(Opcode::VLUT, vector(0, 0, 2 * kBank, 50), 0);
  t.add(Opcode::ST, store(kBank, 640), 1);
  t.go();
  ModelRun run(smallMachine(), t.program);
  run.run();
  EXPECT_EQ(run.counterValue(counter::store_stall_bank), 0u);
  EXPECT_EQ(run.counterValue(counter::vector_stall_bank), 0u);
}

} // namespace
} // namespace weft::test
