// Does everything that goes wrong stop the core in the cycle, with the cause and for the unit that the timing chapter
// says?
#include "tests/simulator/cycle/model_fixture.h"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

constexpr uint32_t kData = kDramBase + 65536;

struct Outcome {
  Fault fault;
  uint64_t cycle; // of the fault
};

Outcome faultOf(ModelRun& run) {
  run.run();
  EXPECT_EQ(run.model->state(), CoreModel::State::faulted);
  auto isFault = [](const CycleEvent& event) { return event.kind == EventKind::fault; };
  auto event = std::find_if(run.events.begin(), run.events.end(), isFault);
  EXPECT_NE(event, run.events.end());
  if (event != run.events.end()) {
    EXPECT_EQ(event->cycle + 1, run.model->cycle());
  }
  for (uint64_t cycles : accounted(run.model->counters()))
    EXPECT_EQ(cycles, run.model->cycle());
  return {run.model->fault(), run.model->cycle() - 1};
}

Outcome faultOf(const ProgramBuilder& program, const Machine& machine = smallMachine()) {
  ModelRun run(machine, program);
  return faultOf(run);
}

void expectFault(const ProgramBuilder& program, FaultCause cause, Engine engine, uint32_t pc, uint64_t information) {
  Fault fault = faultOf(program).fault;
  EXPECT_STREQ(name(fault.cause), name(cause));
  EXPECT_STREQ(engineName(fault.engine), engineName(engine));
  EXPECT_EQ(fault.pc, pc);
  EXPECT_EQ(fault.information, information);
}

TensorArguments dma(uint32_t address, uint32_t scratchpad, uint32_t bytes) {
  TensorArguments args;
  args.a = address;
  args.b = scratchpad;
  args.pA = pattern(weft::test::Walk{.count = {bytes}});
  return args;
}

TEST(Faults, OfTheSequencer) {
  ProgramBuilder illegal;
  illegal.emitWord(0xffffffffffffff00);
  expectFault(illegal, FaultCause::illegalInstruction, Engine::sequencer, kResetPc, 0xffffffffffffff00);
  ProgramBuilder trap;
  trap.trap(77);
  expectFault(trap, FaultCause::software, Engine::sequencer, kResetPc, 77);
  ProgramBuilder misaligned;
  misaligned.regImm(Opcode::LW, 10, 0, static_cast<int32_t>(kScalarMemoryBase + 2));
  expectFault(misaligned, FaultCause::misaligned, Engine::sequencer, kResetPc, kScalarMemoryBase + 2);
  ProgramBuilder unmapped;
  unmapped.store(Opcode::SW, 10, 0, 64);
  expectFault(unmapped, FaultCause::address, Engine::sequencer, kResetPc, 64);
}

TEST(Faults, APcOutsideOfDramFaultsInTheCycleOfItsLookUp) {
  ProgramBuilder program;
  program.regImm(Opcode::JALR, 0, 0, 0x1000);
  ModelRun run(smallMachine(), program);
  Outcome outcome = faultOf(run);
  EXPECT_EQ(outcome.fault.cause, FaultCause::address);
  EXPECT_EQ(outcome.fault.pc, 0x1000u);
  EXPECT_EQ(outcome.cycle, kLineFetch + timing::TAKEN_BRANCH_CYCLES);
}

TEST(Faults, OperandsAreCheckedInTheStartCycle) {
  ProgramBuilder program;
  TensorArguments args = dma(kData, 0, 0);
  args.pA.field[field::count0] = 0;
  uint32_t pc = program.tensor(Opcode::LD, args);
  program.halt();
  ModelRun run(smallMachine(), program);
  Outcome outcome = faultOf(run);
  EXPECT_EQ(outcome.fault.cause, FaultCause::badOperand);
  EXPECT_EQ(outcome.fault.engine, Engine::load);
  EXPECT_EQ(outcome.fault.pc, pc);
  EXPECT_EQ(outcome.cycle, run.model->records()[0].dispatch + 1);
  EXPECT_EQ(run.model->records()[0].start, kNever);
}

TEST(Faults, ALoadOutsideOfDramFaultsWithItsRequest) {
  ProgramBuilder program;
  uint32_t end = kDramBase + (1 << 20);
  uint32_t pc = program.tensor(Opcode::LD, dma(end - 64, 0, 128)); // the second burst is outside
  program.halt();
  ModelRun run(smallMachine(), program);
  Outcome outcome = faultOf(run);
  EXPECT_EQ(outcome.fault.cause, FaultCause::address);
  EXPECT_EQ(outcome.fault.engine, Engine::load);
  EXPECT_EQ(outcome.fault.pc, pc);
  EXPECT_EQ(outcome.fault.information, end);
  EXPECT_EQ(outcome.cycle, run.model->records()[0].dispatch + 1 + 2);
}

TEST(Faults, ALoadOutsideOfTheScratchpadFaultsWithItsWrite) {
  ProgramBuilder program;
  program.tensor(Opcode::LD, dma(kData, 65536, 16));
  program.halt();
  ModelRun run(smallMachine(), program);
  Outcome outcome = faultOf(run);
  EXPECT_EQ(outcome.fault.information, 65536u);
  EXPECT_EQ(outcome.cycle, run.model->records()[0].dispatch + 1 + kDramLatency + 1);
}

TEST(Faults, AStoreFaultsWithItsReadOrItsRequest) {
  ProgramBuilder read;
  read.tensor(Opcode::ST, dma(kData, 65536 - 16, 32));
  read.halt();
  ModelRun reading(smallMachine(), read);
  Outcome outcome = faultOf(reading);
  EXPECT_EQ(outcome.fault.engine, Engine::store);
  EXPECT_EQ(outcome.fault.information, 65536u);
  EXPECT_EQ(outcome.cycle, reading.model->records()[0].dispatch + 1 + 2);

  ProgramBuilder write;
  write.tensor(Opcode::ST, dma(kDramBase + (1 << 20), 0, 32));
  write.halt();
  ModelRun writing(smallMachine(), write);
  outcome = faultOf(writing);
  EXPECT_EQ(outcome.fault.information, kDramBase + (1u << 20));
  EXPECT_EQ(outcome.cycle, writing.model->records()[0].dispatch + 1 + 2 + timing::ST_SEND);
}

TensorArguments matrix(uint32_t rows) {
  TensorArguments args;
  args.b = 16384;
  args.pA = pattern(weft::test::Walk{.count = {rows}, .stride = {16}});
  args.pD = pattern(Config{});
  return args;
}

TEST(Faults, OfTheMatrixEngine) {
  auto cycleFromStart = [](TensorArguments args, uint64_t information) {
    ProgramBuilder program;
    program.tensor(Opcode::MM, args);
    program.halt();
    ModelRun run(smallMachine(), program);
    Outcome outcome = faultOf(run);
    EXPECT_EQ(outcome.fault.cause, FaultCause::address);
    EXPECT_EQ(outcome.fault.engine, Engine::matrix);
    EXPECT_EQ(outcome.fault.information, information);
    return outcome.cycle - run.model->records()[0].dispatch - 1;
  };
  TensorArguments weights = matrix(10);
  weights.b = 65536 - 32; // two rows fit
  EXPECT_EQ(cycleFromStart(weights, 65536), 3u);
  TensorArguments activations = matrix(10);
  activations.a = 65536 - 48; // three rows fit
  EXPECT_EQ(cycleFromStart(activations, 65536), kFirstSwap + 4);
  TensorArguments accumulators = matrix(10);
  accumulators.c = 256 - 5; // five rows fit
  EXPECT_EQ(cycleFromStart(accumulators, 256), kFirstSwap + 6 + kArrayDelay);
}

TEST(Faults, OfTheVectorEngine) {
  auto cycleFromStart = [](Opcode op, TensorArguments args, uint64_t information) {
    args.pC = pattern(weft::test::Walk{.count = {4}, .stride = {16}});
    args.pA = pattern(weft::test::Walk{.stride = {op == Opcode::VRQ ? 1 : 16}});
    args.pB = pattern(weft::test::Walk{.stride = {16}});
    args.pD = pattern(Config{});
    ProgramBuilder program;
    program.tensor(op, args);
    program.halt();
    ModelRun run(smallMachine(), program);
    Outcome outcome = faultOf(run);
    EXPECT_EQ(outcome.fault.cause, FaultCause::address);
    EXPECT_EQ(outcome.fault.engine, Engine::vector);
    EXPECT_EQ(outcome.fault.information, information);
    return outcome.cycle - run.model->records()[0].dispatch - 1;
  };
  EXPECT_EQ(cycleFromStart(Opcode::VADD, {.a = 65536 - 16, .b = 16384, .c = 32768}, 65536), 2u);
  EXPECT_EQ(cycleFromStart(Opcode::VADD, {.a = 0, .b = 65536 - 32, .c = 32768}, 65536), 3u);
  EXPECT_EQ(cycleFromStart(Opcode::VADD, {.a = 0, .b = 16384, .c = 65536 - 16}, 65536), 2u + timing::VX_PIPELINE);
  EXPECT_EQ(cycleFromStart(Opcode::VRQ, {.a = 256, .c = 32768}, 256), timing::VX_PARAM_READS + 1u);
  EXPECT_EQ(cycleFromStart(Opcode::VRQ, {.c = 32768, .d = 65536 - 32}, 65536), 3u);
}

TEST(Faults, OverflowOfASemaphore) {
  ProgramBuilder program;
  uint32_t pc = 0;
  for (int i = 0; i <= timing::SEMAPHORE_MAX; ++i) {
    pc = program.pc();
    program.semSignal(9);
  }
  program.halt();
  expectFault(program, FaultCause::semaphoreOverflow, Engine::sequencer, pc, 9);
}

TEST(Faults, OverflowByAnEngineHappensWithItsRetirement) {
  ProgramBuilder program;
  for (int i = 0; i < timing::SEMAPHORE_MAX; ++i)
    program.semSignal(9);
  TensorArguments args;
  args.sync.s0 = 9;
  program.tensor(Opcode::VLDLUT, args);
  program.halt();
  ModelRun run(smallMachine(), program);
  Outcome outcome = faultOf(run);
  EXPECT_EQ(outcome.fault.cause, FaultCause::semaphoreOverflow);
  EXPECT_EQ(outcome.fault.engine, Engine::vector);
  EXPECT_EQ(outcome.cycle, run.model->records()[0].retire);
}

TEST(Faults, TwoUnitsThatTakeOneCountUnderflow) {
  ProgramBuilder program;
  TensorArguments waits = dma(kData, 0, 16);
  waits.sync.w0 = 5;
  program.tensor(Opcode::LD, waits);
  program.tensor(Opcode::ST, waits);
  program.semSignal(5);
  program.halt();
  Fault fault = faultOf(program).fault;
  EXPECT_EQ(fault.cause, FaultCause::semaphoreOverflow);
  EXPECT_EQ(fault.engine, Engine::load);
  EXPECT_EQ(fault.information, 5u);
}

TEST(Faults, DeadlockIsFoundInItsFirstCycle) {
  ProgramBuilder program;
  TensorArguments waits;
  waits.sync.w0 = 5;
  program.tensor(Opcode::VLDLUT, waits);
  uint32_t pc = program.pc() + 8; // li, then halt
  program.halt();
  ModelRun run(smallMachine(), program);
  Outcome outcome = faultOf(run);
  EXPECT_EQ(outcome.fault.cause, FaultCause::deadlock);
  EXPECT_EQ(outcome.fault.engine, Engine::sequencer);
  EXPECT_EQ(outcome.fault.pc, pc);
  EXPECT_EQ(outcome.fault.information, static_cast<uint64_t>(Engine::vector));
  EXPECT_EQ(outcome.cycle, run.model->records()[0].dispatch + 2); // dispatch, li, halt
}

TEST(Faults, DeadlockWaitsForWhatIsUnderWay) {
  ProgramBuilder program;
  TensorArguments waits;
  waits.sync.w0 = 5;
  program.tensor(Opcode::VLDLUT, waits);
  program.tensor(Opcode::LD, dma(kData, 0, 8192)); // long enough for the fetch of what follows
  program.fence(8);
  ModelRun run(smallMachine(), program);
  Outcome outcome = faultOf(run);
  EXPECT_EQ(outcome.fault.cause, FaultCause::deadlock);
  EXPECT_EQ(outcome.cycle, run.model->records()[1].retire + 1);
}

TEST(Faults, ASequencerAloneCanDeadlock) {
  ProgramBuilder program;
  program.semWait(1);
  expectFault(program, FaultCause::deadlock, Engine::sequencer, kResetPc, 0);
}

TEST(Faults, TheFirstUnitWins) {
  // Both engines start in the cycle in which a semaphore each is signalled, with a bad count.
  ProgramBuilder program;
  TensorArguments load = dma(kData, 0, 16);
  load.pA.field[field::count2] = 0;
  load.sync.w0 = 1;
  TensorArguments store = load;
  store.sync.w0 = 2;
  program.tensor(Opcode::ST, store);
  program.tensor(Opcode::LD, load);
  program.semSignal(1, 2);
  program.halt();
  Fault fault = faultOf(program).fault;
  EXPECT_EQ(fault.cause, FaultCause::badOperand);
  EXPECT_EQ(fault.engine, Engine::load);
}

TEST(Faults, WhatRetiresInTheCycleStillRetires) {
  ProgramBuilder program;
  for (int i = 0; i < timing::SEMAPHORE_MAX; ++i)
    program.semSignal(9);
  TensorArguments args;
  args.sync.s0 = 9;
  program.tensor(Opcode::VLDLUT, args);
  program.halt();
  ModelRun run(smallMachine(), program);
  faultOf(run);
  EXPECT_EQ(run.counterValue(counter::vector_instructions), 1u);
  EXPECT_EQ(run.memory.lut[0], run.memory.scratchpad[0]);
}

} // namespace
} // namespace weft::test
