// Do programs run to their end, in dataflow order, and does everything that can stop them stop them?
#include "isa/check/race_detector.h"
#include "simulator/func/functional.h"
#include "tests/support/program_builder.h"

#include <gtest/gtest.h>

#include <cmath>

namespace weft {
namespace {

using test::pattern;
using test::ProgramBuilder;
using test::TensorArguments;
using End = DataflowResult::End;

constexpr uint32_t kData = kDramBase + 0x10000;

class FunctionalTest : public testing::Test {
protected:
  RunResult run(const ProgramBuilder& program, RunOptions options = {}) {
    program.load(memory);
    return FunctionalSimulator(machine, memory).run(options);
  }
  TensorArguments load(uint32_t dram, uint32_t scratchpad, uint32_t bytes, test::Sync sync = {}) {
    TensorArguments t;
    t.a = dram;
    t.b = scratchpad;
    t.pA = pattern(test::Walk{.count = {bytes}});
    t.sync = sync;
    return t;
  }

  Machine machine = test::smallMachine();
  CoreMemory memory{machine};
};

TEST_F(FunctionalTest, ScalarProgramsReturnTheirExitCode) {
  ProgramBuilder p;
  int loop = p.newLabel();
  p.li(10, 0);
  p.li(11, 10);
  p.bind(loop);
  p.regReg(Opcode::ADD, 10, 10, 11);
  p.regImm(Opcode::ADDI, 11, 11, -1);
  p.branch(Opcode::BNE, 11, 0, loop);
  Instruction halt;
  halt.op = Opcode::HALT;
  halt.rs1 = 10;
  p.emit(halt);
  RunResult result = run(p);
  EXPECT_EQ(result.end, End::halted);
  EXPECT_EQ(result.exitCode, 55u);
  EXPECT_EQ(result.sequencerInstructions, 33u);
}

// A matrix product from DRAM to DRAM through all four engines, synchronised by semaphores only.
TEST_F(FunctionalTest, PipelineOfAllEnginesComputesAProduct) {
  constexpr uint32_t kRows = 32;
  for (uint32_t i = 0; i < kRows * 16; ++i)
    *memory.dram.at(kData + i) = static_cast<uint8_t>(i * 7 % 11);
  for (uint32_t i = 0; i < 256; ++i)
    *memory.dram.at(kData + 0x1000 + i) = static_cast<uint8_t>(i * 5 % 3);
  for (uint32_t c = 0; c < 16; ++c) {
    int32_t bias = static_cast<int32_t>(c);
    float scale = 0.5f;
    std::memcpy(memory.dram.at(kData + 0x2000 + 4 * c), &bias, 4);
    std::memcpy(memory.dram.at(kData + 0x2040 + 4 * c), &scale, 4);
  }
  ProgramBuilder p;
  p.tensor(Opcode::LD, load(kData, 0, kRows * 16, {.s0 = 0}));
  p.tensor(Opcode::LD, load(kData + 0x1000, 0x1000, 256, {.s0 = 1}));
  p.tensor(Opcode::LD, load(kData + 0x2000, 0x2000, 128, {.s0 = 2}));
  TensorArguments mm;
  mm.a = 0;
  mm.b = 0x1000;
  mm.c = 0;
  mm.pA = pattern(test::Walk{.count = {kRows}, .stride = {16}});
  mm.pD = pattern(test::Config{});
  mm.sync = {.w0 = 0, .w1 = 1, .s0 = 3};
  p.tensor(Opcode::MM, mm);
  TensorArguments drain;
  drain.a = 0;
  drain.c = 0x3000;
  drain.d = 0x2000;
  drain.pA = pattern(test::Walk{.stride = {1}});
  drain.pC = pattern(test::Walk{.count = {kRows}, .stride = {16}});
  drain.pD = pattern(test::Config{});
  drain.sync = {.w0 = 2, .w1 = 3, .s0 = 4};
  p.tensor(Opcode::VRQ, drain);
  p.tensor(Opcode::ST, load(kData + 0x4000, 0x3000, kRows * 16, {.w0 = 4}));
  p.halt();

  RaceDetector races(machine);
  RunOptions options;
  options.races = &races;
  RunResult result = run(p, options);
  ASSERT_EQ(result.end, End::halted) << describe(result);
  EXPECT_TRUE(races.races().empty());
  for (uint32_t m = 0; m < kRows; ++m)
    for (uint32_t c = 0; c < 16; ++c) {
      uint32_t sum = c;
      for (uint32_t k = 0; k < 16; ++k)
        sum += (m * 16 + k) * 7 % 11 * ((k * 16 + c) * 5 % 3);
      float half = static_cast<float>(sum) * 0.5f;
      EXPECT_EQ(*memory.dram.at(kData + 0x4000 + m * 16 + c), std::lrint(half)) << m << ", " << c;
    }
  EXPECT_EQ(result.of(Engine::load).instructions, 3u);
  EXPECT_EQ(result.of(Engine::load).dramBytesRead, kRows * 16 + 256 + 128);
  EXPECT_EQ(result.of(Engine::store).dramBytesWritten, kRows * 16);
  EXPECT_EQ(result.of(Engine::matrix).macs, kRows * 256);
  EXPECT_EQ(result.of(Engine::vector).instructions, 1u);
}

TEST_F(FunctionalTest, TensorInstructionsKeepTheRegistersOfTheirDispatch) {
  ProgramBuilder p;
  *memory.dram.at(kData) = 42;
  TensorArguments t = load(kData, 0x100, 1, {.w0 = 0}); // waits until its registers have changed
  p.tensor(Opcode::LD, t);
  p.li(5, 0);
  p.li(6, 0);
  p.setPattern(0, PatternRegister());
  p.semSignal(0);
  p.halt();
  EXPECT_EQ(run(p).end, End::halted);
  EXPECT_EQ(memory.scratchpad[0x100], 42);
}

TEST_F(FunctionalTest, SequencerAndEnginesWaitForEachOther) {
  ProgramBuilder p;
  *memory.dram.at(kData) = 9;
  p.tensor(Opcode::LD, load(kData, 0, 16, {.s0 = 5}));
  p.tensor(Opcode::ST, load(kData + 64, 0, 16, {.w0 = 5, .s0 = 6}));
  p.semWait(6);
  p.li(10, kData + 64);
  p.regImm(Opcode::LBU, 11, 10, 0);
  Instruction halt;
  halt.op = Opcode::HALT;
  halt.rs1 = 11;
  p.emit(halt);
  EXPECT_EQ(run(p).exitCode, 9u);
}

TEST_F(FunctionalTest, AWaitForNothingIsADeadlock) {
  ProgramBuilder p;
  uint32_t pc = p.tensor(Opcode::LD, load(kData, 0, 16, {.w0 = 7}));
  p.fence(1);
  p.halt();
  RunResult result = run(p);
  ASSERT_EQ(result.end, End::fault);
  EXPECT_EQ(result.fault.cause, FaultCause::deadlock);
  EXPECT_EQ(result.fault.information, static_cast<uint64_t>(Engine::load));
  ASSERT_EQ(result.waiting.size(), 2u);
  EXPECT_EQ(result.waiting[0].pc, pc);
  EXPECT_EQ(result.waiting[1].engine, Engine::sequencer);
  EXPECT_EQ(result.waiting[1].instruction.op, Opcode::FENCE);
}

TEST_F(FunctionalTest, HaltAndSemwaitDeadlockToo) {
  ProgramBuilder halting;
  halting.tensor(Opcode::ST, load(kData, 0, 16, {.w0 = 7}));
  halting.halt();
  EXPECT_EQ(run(halting).fault.cause, FaultCause::deadlock);
  ProgramBuilder waiting;
  waiting.semWait(3);
  waiting.halt();
  RunResult result = run(waiting);
  EXPECT_EQ(result.fault.cause, FaultCause::deadlock);
  EXPECT_EQ(result.fault.information, static_cast<uint64_t>(Engine::sequencer));
}

// The signal comes behind the queue that has to drain first: whether that is a deadlock depends on the queue's size.
TEST_F(FunctionalTest, QueueSizesDecideAboutDeadlock) {
  for (uint32_t entries : {3u, 4u}) {
    machine.queues.load = entries;
    ProgramBuilder p;
    for (int i = 0; i < 4; ++i)
      p.tensor(Opcode::LD, load(kData, 0, 16, {.w0 = 1}));
    for (int i = 0; i < 4; ++i)
      p.semSignal(1);
    p.halt();
    RunResult result = run(p);
    if (entries == 4) {
      EXPECT_EQ(result.end, End::halted);
    } else {
      EXPECT_EQ(result.fault.cause, FaultCause::deadlock);
      EXPECT_EQ(result.fault.information, static_cast<uint64_t>(Engine::load));
    }
  }
}

TEST_F(FunctionalTest, SemaphoresOverflowAbove255) {
  ProgramBuilder p;
  for (int i = 0; i < 256; ++i)
    p.semSignal(2);
  p.halt();
  RunResult result = run(p);
  EXPECT_EQ(result.fault.cause, FaultCause::semaphoreOverflow);
  EXPECT_EQ(result.fault.engine, Engine::sequencer);
  EXPECT_EQ(result.fault.information, 2u);
  EXPECT_EQ(result.fault.pc, kResetPc + 255 * 8);
}

TEST_F(FunctionalTest, NamingASemaphoreTwiceMeansOnce) {
  ProgramBuilder p;
  p.semSignal(2, 2);
  p.semSignal(3, 3);
  p.semSignal(3);
  p.semWait(3, 3);
  p.halt();
  RunResult result = run(p);
  EXPECT_EQ(result.end, End::halted);
  EXPECT_EQ(result.semaphores[2], 1u);
  EXPECT_EQ(result.semaphores[3], 1u);
}

TEST_F(FunctionalTest, FaultsOfEnginesStopTheCore) {
  ProgramBuilder p;
  uint32_t pc = p.tensor(Opcode::LD, load(0x100, 0, 16));
  p.halt();
  RunResult result = run(p);
  EXPECT_EQ(result.end, End::fault);
  EXPECT_EQ(result.fault.cause, FaultCause::address);
  EXPECT_EQ(result.fault.engine, Engine::load);
  EXPECT_EQ(result.fault.pc, pc);
  EXPECT_EQ(describe(result), "fault address of the load at pc 0x80000110, information 0x100");
}

TEST_F(FunctionalTest, EndlessProgramsEndAtTheLimitOrWhenStopped) {
  ProgramBuilder p;
  int loop = p.newLabel();
  p.bind(loop);
  p.jal(0, loop);
  RunOptions options;
  options.instructionLimit = 1000;
  RunResult result = run(p, options);
  EXPECT_EQ(result.end, End::limit);
  EXPECT_EQ(result.sequencerInstructions, 1000u);
  options = {};
  uint64_t calls = 0;
  options.progressInterval = 100;
  options.progress = [&](uint64_t) { return ++calls < 5; };
  result = run(p, options);
  EXPECT_EQ(result.end, End::stopped);
  EXPECT_EQ(calls, 5u);
}

TEST_F(FunctionalTest, CountersCountWorkNotTime) {
  ProgramBuilder p;
  p.tensor(Opcode::LD, load(kData, 0, 100));
  Instruction read;
  read.op = Opcode::RDCTR;
  read.rd = 10;
  read.imm = counter::load_bytes_read;
  p.emit(read);
  read.rd = 11;
  read.imm = counter::load_busy;
  p.emit(read);
  Instruction halt;
  halt.op = Opcode::HALT;
  halt.rs1 = 10;
  p.emit(halt);
  EXPECT_EQ(run(p).exitCode, 100u);
}

TEST_F(FunctionalTest, RunsAreRepeatable) {
  ProgramBuilder p;
  p.semSignal(0);
  p.halt(3);
  EXPECT_EQ(run(p).exitCode, 3u);
  EXPECT_EQ(run(p).semaphores[0], 1u) << "semaphores start at zero in every run";
}

} // namespace
} // namespace weft
