// Does each engine take the cycles that the timing chapter gives in closed form? Every duration is exact: an
// engine that is off by one cycle from the constants of Timing.td fails a case here.
#include "tests/simulator/cycle/model_fixture.h"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

using DmaWalk = weft::test::Walk;

constexpr uint32_t kData = kDramBase + 65536;
constexpr uint32_t kBank = 16384; // bytes of a scratchpad bank of smallMachine

// DRAM whose answers a test chooses: request i takes latency[i] cycles (the last value from then on).
struct ScriptedDram : DramTimingModel {
  explicit ScriptedDram(std::vector<uint64_t> latencies) : latency(std::move(latencies)) {}
  uint64_t access(uint64_t cycle, uint32_t address, uint32_t, bool) override {
    if (address < kData)
      return cycle + kDramLatency; // instructions
    uint64_t value = latency[std::min(next, latency.size() - 1)];
    ++next;
    return cycle + value;
  }
  DramCounters counters() const override { return {}; }
  std::vector<uint64_t> latency;
  size_t next = 0;
};

// A program of one instruction: its record.
InstructionRecord timeOf(const Machine& machine, Opcode op, const TensorArguments& args) {
  ProgramBuilder program;
  program.tensor(op, args);
  program.halt();
  ModelRun run(machine, program);
  run.run();
  EXPECT_EQ(run.model->state(), CoreModel::State::halted);
  return run.model->records().at(0);
}

TensorArguments matrixArguments(uint32_t rows, uint32_t steps, uint32_t arrayRows) {
  TensorArguments args;
  args.a = 0;
  args.b = kBank;
  args.pA = pattern(DmaWalk{.count = {rows}, .stride = {static_cast<int32_t>(arrayRows)}});
  args.pB = pattern(DmaWalk{.count = {steps}});
  args.pD = pattern(Config{});
  return args;
}

// --- Matrix ------------------------------------------------------------------------------------------------------

TEST(MatrixTiming, ClosedFormOfSection8) {
  for (auto [r, c] : {std::pair{16u, 16u}, {8u, 32u}, {32u, 8u}, {4u, 4u}})
    for (uint32_t steps : {1u, 2u, 7u})
      for (uint32_t m : {1u, r - 1, r, r + 1, r + 2, 100u, 256u}) {
        Machine machine = smallMachine(r, c);
        InstructionRecord record = timeOf(machine, Opcode::MM, matrixArguments(m, steps, r));
        uint64_t d = r + c + timing::MX_ARRAY_DELAY;
        EXPECT_EQ(record.retire, record.start + r + 1 + (steps - 1) * std::max(m, r + 1) + m + d)
            << "R " << r << " C " << c << " S " << steps << " M " << m;
      }
}

TEST(MatrixTiming, AQueueOfInstructionsKeepsTheArrayBusy) {
  Machine machine = smallMachine();
  for (uint32_t m : {5u, 17u, 60u}) {
    ProgramBuilder program;
    for (int i = 0; i < 6; ++i)
      program.tensor(Opcode::MM, matrixArguments(m, 3, 16));
    program.halt();
    ModelRun run(machine, program);
    run.run();
    std::vector<InstructionRecord> records = run.of(Engine::matrix);
    for (size_t i = 1; i < records.size(); ++i)
      EXPECT_EQ(records[i].retire - records[i - 1].retire, 3 * std::max<uint64_t>(m, kRows + 1)) << m;
  }
}

TEST(MatrixTiming, CountsMacsTilesAndRows) {
  ProgramBuilder program;
  program.tensor(Opcode::MM, matrixArguments(50, 3, 16));
  program.tensor(Opcode::MMA, matrixArguments(20, 1, 16));
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  EXPECT_EQ(run.counterValue(counter::matrix_macs), (150u + 20u) * 256u);
  EXPECT_EQ(run.counterValue(counter::matrix_weight_tiles), 4u);
  EXPECT_EQ(run.model->activity().weightReads, 64u);
  EXPECT_EQ(run.model->activity().accumulatorReads, 100u + 20u); // all but step 0 of mm
  EXPECT_EQ(run.model->activity().accumulatorWrites, 170u);
}

TEST(MatrixTiming, WeightsAreAwaitedAsStallWeights) {
  ProgramBuilder program;
  program.tensor(Opcode::MM, matrixArguments(4, 3, 16));
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  // The first tile; then a tile is loaded in 16 cycles of which 4 stream.
  EXPECT_EQ(run.counterValue(counter::matrix_stall_weights), kRows + 2 * (kRows - 4));
}

// --- Vector ------------------------------------------------------------------------------------------------------

TensorArguments vectorArguments(uint32_t rows) {
  TensorArguments args;
  args.a = 0;
  args.b = kBank;
  args.c = 2 * kBank;
  args.d = 3 * kBank;
  args.pA = args.pB = args.pC = pattern(DmaWalk{.count = {rows}, .stride = {16}});
  args.pD = pattern(Config{});
  return args;
}

TEST(VectorTiming, ARowACycleAndThePipeline) {
  for (Opcode op : {Opcode::VADD, Opcode::VMUL, Opcode::VLUT})
    for (uint32_t rows : {1u, 2u, 100u}) {
      InstructionRecord record = timeOf(smallMachine(), op, vectorArguments(rows));
      EXPECT_EQ(record.retire, record.start + rows + timing::VX_PIPELINE);
    }
}

TEST(VectorTiming, ParametersAreReadFirst) {
  TensorArguments args = vectorArguments(10);
  args.pA = pattern(DmaWalk{.stride = {1}});
  InstructionRecord vrq = timeOf(smallMachine(), Opcode::VRQ, args);
  EXPECT_EQ(vrq.retire, vrq.start + timing::VX_PARAM_READS + 10 + timing::VX_PIPELINE);
  InstructionRecord vrqa = timeOf(smallMachine(), Opcode::VRQA, args);
  EXPECT_EQ(vrqa.retire, vrqa.start + timing::VX_PARAM_READS + 10 + timing::VX_PIPELINE);
}

TEST(VectorTiming, FloatRowsHaveAPipelineOfTheirOwn) {
  TensorArguments args = vectorArguments(10);
  args.pD.field[config::types] = 0x888;
  for (Opcode op : {Opcode::VMOVF, Opcode::VADDF, Opcode::VMAXF, Opcode::VEXPF, Opcode::VERFF}) {
    InstructionRecord record = timeOf(smallMachine(), op, args);
    EXPECT_EQ(record.retire, record.start + 10 + timing::VX_FLOAT_PIPELINE);
  }
  InstructionRecord vfmaf = timeOf(smallMachine(), Opcode::VFMAF, args);
  EXPECT_EQ(vfmaf.retire, vfmaf.start + timing::VX_FLOAT_PARAM_READS + 10 + timing::VX_FLOAT_PIPELINE);
}

// The next one's rows have another way: they are written when it says.
TEST(VectorTiming, FloatRowsAndBytesInTurn) {
  ProgramBuilder program;
  TensorArguments floats = vectorArguments(3);
  floats.pD.field[config::types] = 0x888;
  for (const auto& [op, args] : {std::pair{Opcode::VADD, vectorArguments(3)}, std::pair{Opcode::VMULF, floats},
                                 std::pair{Opcode::VADD, vectorArguments(3)}})
    program.tensor(op, args);
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  EXPECT_EQ(records[1].start, records[0].retire + 1);
  EXPECT_EQ(records[1].retire, records[1].start + 3 + timing::VX_FLOAT_PIPELINE);
  EXPECT_EQ(records[2].start, records[1].retire + 1);
  EXPECT_EQ(records[2].retire, records[2].start + 3 + timing::VX_PIPELINE);
  EXPECT_EQ(run.model->activity().rowsFloat, 3u);
}

TEST(VectorTiming, AWindowTakesACycleForEachTap) {
  TensorArguments args = vectorArguments(10);
  args.pB = pattern(DmaWalk{.count = {3, 2}, .stride = {16, 160}});
  InstructionRecord vmax = timeOf(smallMachine(), Opcode::VMAX, args);
  EXPECT_EQ(vmax.retire, vmax.start + 60 + timing::VX_PIPELINE);
  InstructionRecord vsum = timeOf(smallMachine(), Opcode::VSUM, args);
  EXPECT_EQ(vsum.retire, vsum.start + timing::VX_PARAM_READS + 60 + timing::VX_PIPELINE);
  InstructionRecord vdw = timeOf(smallMachine(), Opcode::VDW, args);
  EXPECT_EQ(vdw.retire, vdw.start + timing::VX_PARAM_READS + 60 + timing::VX_PIPELINE);
}

TEST(VectorTiming, OperandsInOneBankTakeTurns) {
  TensorArguments args = vectorArguments(10);
  args.b = 4096; // the bank of operand A
  ProgramBuilder program;
  program.tensor(Opcode::VADD, args);
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  const InstructionRecord& record = run.model->records()[0];
  EXPECT_EQ(record.retire, record.start + 20 + timing::VX_PIPELINE);
  EXPECT_EQ(run.counterValue(counter::vector_stall_bank), 10u);
}

TEST(VectorTiming, TableLoad) {
  InstructionRecord record = timeOf(smallMachine(), Opcode::VLDLUT, {});
  EXPECT_EQ(record.retire, record.start + kTableLoad);
}

TEST(VectorTiming, TheNextStartsInTheCycleAfterRetirement) {
  ProgramBuilder program;
  program.tensor(Opcode::VADD, vectorArguments(50));
  program.tensor(Opcode::VADD, vectorArguments(50));
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  EXPECT_EQ(run.model->records()[1].start, run.model->records()[0].retire + 1);
  EXPECT_EQ(run.counterValue(counter::vector_rows), 100u);
}

// --- Load --------------------------------------------------------------------------------------------------------
// smallMachine: beats of 16 bytes, bursts of 64, DRAM latency 100, 16 bytes a cycle.

TensorArguments dmaArguments(uint32_t offset, uint32_t scratchpad, uint32_t bytes) {
  TensorArguments args;
  args.a = kData + offset;
  args.b = scratchpad;
  args.pA = pattern(DmaWalk{.count = {bytes}});
  return args;
}

TEST(LoadTiming, AnAlignedBurst) {
  InstructionRecord record = timeOf(smallMachine(), Opcode::LD, dmaArguments(0, 0, 64));
  // Request at start + 1, four beats, retirement after the last.
  EXPECT_EQ(record.retire, record.start + 1 + kDramLatency + 3 + timing::LD_RETIRE);
}

TEST(LoadTiming, BurstsFollowEachOtherAtTheBandwidth) {
  InstructionRecord record = timeOf(smallMachine(), Opcode::LD, dmaArguments(0, 0, 512));
  EXPECT_EQ(record.retire, record.start + 1 + kDramLatency + 31 + timing::LD_RETIRE);
}

TEST(LoadTiming, UnalignedPiecesAreWrittenInParts) {
  InstructionRecord record = timeOf(smallMachine(), Opcode::LD, dmaArguments(8, 0, 64));
  // Segments of 56 and 8 bytes. The first, from the latency on: 8 bytes at 1, then three beats of two parts each, 2
  // to 7. The second's beat is there at 5 and waits for its turn: 8.
  EXPECT_EQ(record.retire, record.start + kDramLatency + 8 + timing::LD_RETIRE);
}

TEST(LoadTiming, FillNeedsNoDram) {
  TensorArguments args = dmaArguments(0, 8, 40); // lines: 8, 16, 16 bytes
  args.pA.field[field::hi1] = 0;
  ProgramBuilder program;
  program.tensor(Opcode::LD, args);
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  const InstructionRecord& record = run.model->records()[0];
  EXPECT_EQ(record.retire, record.start + 1 + 3 + timing::LD_RETIRE); // pushed from 1 to 3, written from 2 to 4
  EXPECT_EQ(run.counterValue(counter::load_bursts), 0u);
  EXPECT_EQ(run.counterValue(counter::load_bytes_written), 40u);
}

TEST(LoadTiming, AWindowCutsTheRun) {
  TensorArguments args = dmaArguments(0, 0, 64);
  args.pA.field[field::lo0] = 4;
  args.pA.field[field::hi0] = 20;
  ProgramBuilder program;
  program.tensor(Opcode::LD, args);
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  const InstructionRecord& record = run.model->records()[0];
  // Fill 0-3 (pushed 1), real 4-19 (2 beats requested at 2), fill 20-31, 32-47, 48-63.
  // From the latency on, real: 12 bytes at 2, 4 bytes at 3; fill at 4, 5, 6.
  EXPECT_EQ(record.retire, record.start + kDramLatency + 6 + timing::LD_RETIRE);
  EXPECT_EQ(run.counterValue(counter::load_bytes_read), 32u); // whole beats
  EXPECT_EQ(run.counterValue(counter::load_bytes_written), 64u);
}

TEST(LoadTiming, TheFifoBoundsWhatIsOutstanding) {
  Machine machine = smallMachine();
  machine.dma.loadOutstanding = 1;
  InstructionRecord record = timeOf(machine, Opcode::LD, dmaArguments(0, 0, 128));
  // Second request in the cycle after the first segment's last write; each takes four beats.
  EXPECT_EQ(record.retire, record.start + 2 * (1 + kDramLatency + 3) + timing::LD_RETIRE);
}

TEST(LoadTiming, TheNextInstructionStartsBehindTheLastPush) {
  ProgramBuilder program;
  program.tensor(Opcode::LD, dmaArguments(0, 0, 256)); // four segments
  program.tensor(Opcode::LD, dmaArguments(256, 256, 64));
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  EXPECT_EQ(run.model->records()[1].start, run.model->records()[0].start + 5);
}

// --- Store -------------------------------------------------------------------------------------------------------

TEST(StoreTiming, AnAlignedBurst) {
  InstructionRecord record = timeOf(smallMachine(), Opcode::ST, dmaArguments(0, 0, 64));
  // Reads at 1 to 4, request ST_SEND later, done after latency and four beats, retirement in the next cycle.
  EXPECT_EQ(record.retire, record.start + 4 + timing::ST_SEND + kDramLatency + 4 + 1);
}

TEST(StoreTiming, UnalignedPiecesAreReadInParts) {
  ProgramBuilder program;
  program.tensor(Opcode::ST, dmaArguments(8, 0, 64));
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  const InstructionRecord& record = run.model->records()[0];
  // 7 parts, then 1. The requests are one cycle apart, but the second's 16 bytes move after the first's 64.
  EXPECT_EQ(record.retire, record.start + 7 + timing::ST_SEND + kDramLatency + 4 + 1 + 1);
  EXPECT_EQ(run.counterValue(counter::store_bytes_written), 80u);
}

TEST(StoreTiming, OutstandingSegmentsAreBounded) {
  Machine machine = smallMachine();
  machine.dma.storeOutstanding = 1;
  ProgramBuilder program;
  program.tensor(Opcode::ST, dmaArguments(0, 0, 128));
  program.halt();
  ModelRun run(machine, program);
  run.run();
  const InstructionRecord& record = run.model->records()[0];
  // The second's reads begin in the cycle after the first's completion.
  EXPECT_EQ(record.retire, record.start + 2 * (4 + timing::ST_SEND + kDramLatency + 4) + 1);
}

TEST(StoreTiming, CompletionAndRetirementKeepTheirOrder) {
  ProgramBuilder program;
  program.tensor(Opcode::ST, dmaArguments(0, 0, 16));
  program.tensor(Opcode::ST, dmaArguments(64, 0, 16));
  program.tensor(Opcode::ST, dmaArguments(128, 0, 16));
  program.halt();
  ModelRun run(smallMachine(), program);
  run.dram = std::make_unique<ScriptedDram>(std::vector<uint64_t>{200, 20, 20});
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  // DRAM has answered all three when the first completes, and only one completes in a cycle.
  EXPECT_EQ(records[0].retire, records[0].start + 1 + timing::ST_SEND + 200 + 1);
  EXPECT_EQ(records[1].retire, records[0].retire + 1);
  EXPECT_EQ(records[2].retire, records[0].retire + 2);
}

TEST(StoreTiming, EqualAnswersCompleteOneCycleApart) {
  // Two segments, whose requests are four reads apart, with one answer: the second completes in the cycle after it.
  constexpr uint64_t kAnswer = 40; // after the second request
  ProgramBuilder program;
  program.tensor(Opcode::ST, dmaArguments(0, 0, 128));
  program.halt();
  for (bool noSkip : {false, true}) {
    ModelRun run(smallMachine(), program, noSkip);
    run.dram = std::make_unique<ScriptedDram>(std::vector<uint64_t>{4 + kAnswer, kAnswer});
    run.run();
    const InstructionRecord& record = run.model->records()[0];
    EXPECT_EQ(record.retire, record.start + 8 + timing::ST_SEND + kAnswer + 1 + 1);
    // Everything is read after 8 cycles; the stall lasts until the second completion.
    EXPECT_EQ(run.counterValue(counter::store_stall_dram), timing::ST_SEND + kAnswer + 1);
  }
}

} // namespace
} // namespace weft::test
