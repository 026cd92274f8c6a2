// Does the sequencer take the cycles of section 5, and do queues, semaphores and fences act in the cycle that sections
// 2 and 3 say?
#include "tests/simulator/cycle/model_fixture.h"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

constexpr uint32_t kData = kDramBase + 65536;
constexpr uint64_t kLineInstructions = timing::ICACHE_LINE_BYTES / 8;
constexpr uint64_t kPatternBytes = 4 * timing::PATTERN_FIELDS;

uint64_t cyclesOf(const ProgramBuilder& program, const Machine& machine = smallMachine()) {
  ModelRun run(machine, program);
  run.run();
  EXPECT_EQ(run.model->state(), CoreModel::State::halted);
  return run.model->cycle();
}

// Cycles from the execution of an instruction to that of the next. The instruction, a nop (the exit code) and halt
// share a cache line.
uint64_t costOf(const std::function<void(ProgramBuilder&)>& emit) {
  ProgramBuilder program;
  program.regImm(Opcode::ADDI, 10, 0, static_cast<int32_t>(kScalarMemoryBase));
  program.regImm(Opcode::ADDI, 11, 0, static_cast<int32_t>(kData));
  emit(program);
  program.halt();
  // Two addi before; the halt's li and halt after: cycles = first + 2 + cost + 1 + 1.
  return cyclesOf(program) - kLineFetch - 4;
}

TEST(SequencerTiming, HaltTakesItsCycle) {
  ProgramBuilder program;
  Instruction halt;
  halt.op = Opcode::HALT;
  program.emit(halt);
  EXPECT_EQ(cyclesOf(program), kLineFetch + 1);
}

TEST(SequencerTiming, CostsOfScalarInstructions) {
  auto regReg = [](Opcode op) { return [op](ProgramBuilder& p) { p.regReg(op, 12, 10, 11); }; };
  EXPECT_EQ(costOf(regReg(Opcode::ADD)), 1u);
  for (Opcode op : {Opcode::MUL, Opcode::MULH, Opcode::MULHU})
    EXPECT_EQ(costOf(regReg(op)), uint64_t{timing::MUL_CYCLES});
  for (Opcode op : {Opcode::DIV, Opcode::DIVU, Opcode::REM, Opcode::REMU})
    EXPECT_EQ(costOf(regReg(op)), uint64_t{timing::DIV_CYCLES});
  EXPECT_EQ(costOf([](ProgramBuilder& p) { p.regImm(Opcode::MULI, 12, 10, 3); }), uint64_t{timing::MUL_CYCLES});
  EXPECT_EQ(costOf([](ProgramBuilder& p) { p.regImm(Opcode::LW, 12, 10, 0); }), uint64_t{timing::SRAM_LOAD_CYCLES});
  EXPECT_EQ(costOf([](ProgramBuilder& p) { p.store(Opcode::SW, 12, 10, 0); }), 1u);
  auto pload = [](uint8_t base) {
    return [base](ProgramBuilder& p) {
      Instruction in;
      in.op = Opcode::PLOAD;
      in.rs1 = base;
      p.emit(in);
    };
  };
  EXPECT_EQ(costOf(pload(10)), uint64_t{timing::PLOAD_CYCLES});
  // From DRAM: ready + the beats, ready + 1; to DRAM: done (one beat, in one cycle) + 1.
  EXPECT_EQ(costOf(pload(11)), kDramLatency + kPatternBytes / timing::SEQ_BUS_BYTES);
  EXPECT_EQ(costOf([](ProgramBuilder& p) { p.regImm(Opcode::LW, 12, 11, 4); }), kDramLatency + 1);
  EXPECT_EQ(costOf([](ProgramBuilder& p) { p.store(Opcode::SB, 12, 11, 4); }), kDramLatency + 1 + 1);
  EXPECT_EQ(costOf([](ProgramBuilder& p) { p.semSignal(0); }), 1u);
  EXPECT_EQ(costOf([](ProgramBuilder& p) { p.fence(15); }), 1u);
}

TEST(SequencerTiming, CostsOfBranches) {
  auto branch = [](Opcode op) {
    return [op](ProgramBuilder& p) {
      int next = p.newLabel();
      p.branch(op, 10, 11, next);
      p.bind(next);
    };
  };
  EXPECT_EQ(costOf(branch(Opcode::BNE)), uint64_t{timing::TAKEN_BRANCH_CYCLES});
  EXPECT_EQ(costOf(branch(Opcode::BEQ)), 1u);
  EXPECT_EQ(costOf([](ProgramBuilder& p) {
              int next = p.newLabel();
              p.jal(1, next);
              p.bind(next);
            }),
            uint64_t{timing::TAKEN_BRANCH_CYCLES});
}

TEST(SequencerTiming, EachCacheLineIsFetchedOnce) {
  Machine machine = smallMachine();
  ProgramBuilder program;
  for (uint64_t i = 2; i < 2 * kLineInstructions; ++i)
    program.regReg(Opcode::ADD, 12, 10, 11);
  program.halt(); // two instructions, which fill the second line
  ModelRun run(machine, program);
  run.run();
  // A cycle for each instruction of a line that is there.
  EXPECT_EQ(run.model->cycle(), 2 * (kLineFetch + kLineInstructions));
  EXPECT_EQ(run.counterValue(counter::sequencer_stall_fetch), 2 * kLineFetch);
  EXPECT_EQ(run.counterValue(counter::sequencer_bytes_fetched), 2u * timing::ICACHE_LINE_BYTES);
  EXPECT_EQ(run.model->activity().instructionMisses, 2u);
  EXPECT_EQ(run.model->activity().instructionLookups, 2 * kLineInstructions);
}

TEST(SequencerTiming, LinesOfOneCachePlaceEvictEachOther) {
  Machine machine = smallMachine();
  machine.icache.bytes = timing::ICACHE_LINE_BYTES; // one line
  ProgramBuilder program;
  int back = program.newLabel();
  program.li(12, 3);
  program.bind(back);
  for (uint64_t i = 0; i < kLineInstructions; ++i)
    program.regImm(Opcode::ADDI, 13, 13, 1);
  program.regImm(Opcode::ADDI, 12, 12, -1);
  program.branch(Opcode::BNE, 12, 0, back);
  program.halt();
  ModelRun run(machine, program);
  run.run();
  EXPECT_EQ(run.model->activity().instructionMisses, 6u);
}

TEST(SequencerTiming, RdctrReadsTheCycleOfItsExecution) {
  ProgramBuilder program;
  Instruction in;
  in.op = Opcode::RDCTR;
  in.rd = 12;
  in.imm = counter::cycle_low;
  program.emit(in);
  in.rd = 13;
  in.imm = counter::sequencer_instructions;
  program.emit(in);
  program.store(Opcode::SW, 12, 0, static_cast<int32_t>(kScalarMemoryBase));
  program.store(Opcode::SW, 13, 0, static_cast<int32_t>(kScalarMemoryBase + 4));
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  uint32_t values[2];
  std::memcpy(values, run.memory.scalar.data(), sizeof values);
  EXPECT_EQ(values[0], kLineFetch);
  EXPECT_EQ(values[1], 1u); // the first rdctr, not itself
}

// --- Queues and semaphores ---------------------------------------------------------------------------------------

TEST(Dispatch, StartsInTheCycleAfter) {
  ProgramBuilder program;
  program.tensor(Opcode::VLDLUT, {});
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  const InstructionRecord& record = run.model->records()[0];
  EXPECT_EQ(record.start, record.dispatch + 1);
  EXPECT_EQ(run.model->cycle(), record.retire + 2); // halt sees the engine idle in the cycle after, and takes it
}

TEST(Dispatch, WaitsForRoomInTheQueue) {
  Machine machine = smallMachine();
  machine.queues.vector = 1;
  ProgramBuilder program;
  for (int i = 0; i < 3; ++i)
    program.tensor(Opcode::VLDLUT, {});
  program.halt();
  ModelRun run(machine, program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  // The first starts at once and leaves the queue in the cycle after; the third has room in the cycle after the
  // second's start.
  EXPECT_EQ(records[1].start, records[0].retire + 1);
  EXPECT_EQ(records[2].dispatch, records[1].start + 1);
  EXPECT_EQ(records[1].dispatch, records[0].start + 1);
  EXPECT_EQ(run.counterValue(counter::sequencer_stall_queue), 1 + records[2].dispatch - records[1].dispatch - 1);
}

TEST(Semaphores, ASignalIsSeenInTheCycleAfterRetirement) {
  ProgramBuilder program;
  TensorArguments signals;
  signals.sync.s0 = 3;
  TensorArguments waits;
  waits.a = kData;
  waits.pA = pattern(weft::test::Walk{.count = {16}});
  waits.sync.w0 = 3;
  program.tensor(Opcode::VLDLUT, signals);
  program.tensor(Opcode::LD, waits);
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  EXPECT_EQ(records[1].start, records[0].retire + 1);
  EXPECT_EQ(run.counterValue(counter::load_stall_semaphore), records[1].start - records[1].dispatch - 1);
}

// Of two semaphores the wait is the first one's until it comes, then the other's.
TEST(Semaphores, AWaitIsThatForTheUnitThatSignals) {
  ProgramBuilder program;
  TensorArguments signals, waits;
  signals.sync.s0 = 3;
  waits.a = kData;
  waits.pA = pattern(weft::test::Walk{.count = {16}});
  waits.sync.w0 = 3;
  waits.sync.w1 = 4;
  program.tensor(Opcode::VLDLUT, signals);
  program.tensor(Opcode::LD, waits);
  for (int i = 0; i < 200; ++i)
    program.regImm(Opcode::ADDI, 5, 5, 1);
  program.semSignal(4);
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  const std::vector<InstructionRecord>& records = run.model->records();
  const auto& waited = run.model->activity().waits[static_cast<size_t>(Engine::load)];
  EXPECT_EQ(waited[static_cast<size_t>(Engine::vector)], records[0].retire - records[1].dispatch);
  EXPECT_EQ(waited[static_cast<size_t>(Engine::sequencer)], records[1].start - records[0].retire - 1);
  EXPECT_GT(waited[static_cast<size_t>(Engine::sequencer)], 0u);
}

TEST(Semaphores, NamingOneTwiceMeansOnce) {
  ProgramBuilder program;
  TensorArguments both;
  both.sync = {.s0 = 3, .s1 = 3};
  program.tensor(Opcode::VLDLUT, both);
  program.semWait(3, 3);
  TensorArguments again;
  again.sync.w0 = 3; // would be satisfied if one signal counted twice
  program.tensor(Opcode::VLDLUT, again);
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  ASSERT_EQ(run.model->state(), CoreModel::State::faulted);
  EXPECT_EQ(run.model->fault().cause, FaultCause::deadlock);
}

TEST(Semaphores, SemwaitGoesOnInTheCycleAfterTheSignal) {
  ProgramBuilder program;
  TensorArguments signals;
  signals.sync.s1 = 0;
  program.tensor(Opcode::VLDLUT, signals);
  program.semWait(0);
  Instruction halt;
  halt.op = Opcode::HALT;
  program.emit(halt);
  ModelRun run(smallMachine(), program);
  run.run();
  uint64_t retired = run.model->records()[0].retire;
  EXPECT_EQ(run.model->cycle(), retired + 1 + 1 + 1); // semwait at retire + 1, halt in the next
  EXPECT_EQ(run.counterValue(counter::sequencer_stall_semaphore), 1 + kTableLoad);
}

TEST(Fence, WaitsOnlyForItsEngines) {
  ProgramBuilder program;
  TensorArguments load;
  load.a = kData;
  load.pA = pattern(weft::test::Walk{.count = {64}});
  program.tensor(Opcode::LD, load);
  program.fence(2 | 4 | 8);
  Instruction stamp;
  stamp.op = Opcode::RDCTR;
  stamp.rd = 12;
  program.emit(stamp);
  program.fence(1);
  stamp.rd = 13;
  program.emit(stamp);
  program.store(Opcode::SW, 12, 0, static_cast<int32_t>(kScalarMemoryBase));
  program.store(Opcode::SW, 13, 0, static_cast<int32_t>(kScalarMemoryBase + 4));
  program.halt();
  ModelRun run(smallMachine(), program);
  run.run();
  uint32_t at[2];
  std::memcpy(at, run.memory.scalar.data(), sizeof at);
  uint64_t retired = run.model->records()[0].retire;
  EXPECT_LT(at[0], retired);
  EXPECT_GE(at[1], retired + 2); // the fence itself at retire + 1
}

} // namespace
} // namespace weft::test
