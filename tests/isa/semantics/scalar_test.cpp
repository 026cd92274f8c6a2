// Does each scalar instruction do what the manual says, faults included?
#include "isa/semantics/scalar.h"
#include "tests/support/program_builder.h"

#include <gtest/gtest.h>

#include <climits>
#include <random>

namespace weft {
namespace {

using test::ProgramBuilder;
using Kind = StepOutcome::Kind;

class ScalarTest : public testing::Test {
protected:
  // Runs the program from its start until something other than `done` happens.
  const StepOutcome& run(const ProgramBuilder& program) {
    program.load(memory);
    for (int steps = 0; steps < 10000; ++steps) {
      const StepOutcome& outcome = core.step(memory, [](uint32_t number) { return 1000 + number; });
      if (outcome.kind != Kind::done)
        return outcome;
    }
    throw std::logic_error("the program does not end");
  }
  uint32_t binary(Opcode op, uint32_t a, uint32_t b) {
    core = ScalarCore();
    ProgramBuilder p;
    p.li(10, a);
    p.li(11, b);
    p.regReg(op, 12, 10, 11);
    p.halt();
    EXPECT_EQ(run(p).kind, Kind::halt);
    return core.x[12];
  }
  uint32_t immediate(Opcode op, uint32_t a, uint32_t imm) {
    core = ScalarCore();
    ProgramBuilder p;
    p.li(10, a);
    p.regImm(op, 12, 10, static_cast<int32_t>(imm));
    p.halt();
    EXPECT_EQ(run(p).kind, Kind::halt);
    return core.x[12];
  }

  Machine machine = test::smallMachine();
  CoreMemory memory{machine};
  ScalarCore core;
};

TEST_F(ScalarTest, ArithmeticAgreesWithWideIntegers) {
  std::mt19937 random(1);
  const uint32_t edges[] = {0, 1, 2, 31, 32, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff};
  auto value = [&] { return random() % 3 == 0 ? edges[random() % std::size(edges)] : static_cast<uint32_t>(random()); };
  for (int i = 0; i < 300; ++i) {
    uint32_t a = value();
    uint32_t b = value();
    auto sa = static_cast<int64_t>(static_cast<int32_t>(a));
    auto sb = static_cast<int64_t>(static_cast<int32_t>(b));
    auto low = [](int64_t wide) { return static_cast<uint32_t>(wide); };
    SCOPED_TRACE(testing::Message() << a << ", " << b);
    EXPECT_EQ(binary(Opcode::ADD, a, b), low(sa + sb));
    EXPECT_EQ(binary(Opcode::SUB, a, b), low(sa - sb));
    EXPECT_EQ(binary(Opcode::AND, a, b), a & b);
    EXPECT_EQ(binary(Opcode::OR, a, b), a | b);
    EXPECT_EQ(binary(Opcode::XOR, a, b), a ^ b);
    EXPECT_EQ(binary(Opcode::SLL, a, b), a << (b % 32));
    EXPECT_EQ(binary(Opcode::SRL, a, b), a >> (b % 32));
    EXPECT_EQ(binary(Opcode::SRA, a, b), low(sa >> (b % 32)));
    EXPECT_EQ(binary(Opcode::SLT, a, b), sa < sb ? 1u : 0u);
    EXPECT_EQ(binary(Opcode::SLTU, a, b), a < b ? 1u : 0u);
    EXPECT_EQ(binary(Opcode::MUL, a, b), a * b);
    EXPECT_EQ(binary(Opcode::MULH, a, b), low((sa * sb) >> 32));
    EXPECT_EQ(binary(Opcode::MULHU, a, b), static_cast<uint32_t>((uint64_t{a} * b) >> 32));
    EXPECT_EQ(immediate(Opcode::ADDI, a, b), low(sa + sb));
    EXPECT_EQ(immediate(Opcode::ANDI, a, b), a & b);
    EXPECT_EQ(immediate(Opcode::ORI, a, b), a | b);
    EXPECT_EQ(immediate(Opcode::XORI, a, b), a ^ b);
    EXPECT_EQ(immediate(Opcode::SLLI, a, b), a << (b % 32));
    EXPECT_EQ(immediate(Opcode::SRLI, a, b), a >> (b % 32));
    EXPECT_EQ(immediate(Opcode::SRAI, a, b), low(sa >> (b % 32)));
    EXPECT_EQ(immediate(Opcode::SLTI, a, b), sa < sb ? 1u : 0u);
    EXPECT_EQ(immediate(Opcode::SLTIU, a, b), a < b ? 1u : 0u);
    EXPECT_EQ(immediate(Opcode::MULI, a, b), a * b);
    if (b != 0) {
      EXPECT_EQ(binary(Opcode::DIV, a, b), low(sa / sb));
      EXPECT_EQ(binary(Opcode::DIVU, a, b), a / b);
      EXPECT_EQ(binary(Opcode::REM, a, b), low(sa % sb));
      EXPECT_EQ(binary(Opcode::REMU, a, b), a % b);
    }
  }
}

TEST_F(ScalarTest, DivisionByZeroAndOverflowHaveValues) {
  EXPECT_EQ(binary(Opcode::DIV, 5, 0), 0xffffffffu);
  EXPECT_EQ(binary(Opcode::DIVU, 5, 0), 0xffffffffu);
  EXPECT_EQ(binary(Opcode::REM, 5, 0), 5u);
  EXPECT_EQ(binary(Opcode::REMU, 5, 0), 5u);
  EXPECT_EQ(binary(Opcode::DIV, 0x80000000, 0xffffffff), 0x80000000u);
  EXPECT_EQ(binary(Opcode::REM, 0x80000000, 0xffffffff), 0u);
}

TEST_F(ScalarTest, RegisterZeroStaysZero) {
  ProgramBuilder p;
  p.regImm(Opcode::ADDI, 0, 0, 77);
  p.regImm(Opcode::ADDI, 10, 0, 1);
  p.halt();
  run(p);
  EXPECT_EQ(core.x[0], 0u);
  EXPECT_EQ(core.x[10], 1u);
}

TEST_F(ScalarTest, LoadsExtendAndStoresTruncateInBothMemories) {
  for (uint32_t base : {kScalarMemoryBase + 64, kDramBase + 4096}) {
    core = ScalarCore();
    ProgramBuilder p;
    p.li(10, base);
    p.li(11, 0x8182f3f4);
    p.store(Opcode::SW, 11, 10, 0);
    p.store(Opcode::SH, 11, 10, 4);
    p.store(Opcode::SB, 11, 10, 6);
    p.regImm(Opcode::LW, 12, 10, 0);
    p.regImm(Opcode::LH, 13, 10, 4);
    p.regImm(Opcode::LHU, 14, 10, 4);
    p.regImm(Opcode::LB, 15, 10, 6);
    p.regImm(Opcode::LBU, 16, 10, 6);
    p.regImm(Opcode::LBU, 17, 10, 3);
    p.halt();
    run(p);
    EXPECT_EQ(core.x[12], 0x8182f3f4u);
    EXPECT_EQ(core.x[13], 0xfffff3f4u);
    EXPECT_EQ(core.x[14], 0x0000f3f4u);
    EXPECT_EQ(core.x[15], 0xfffffff4u);
    EXPECT_EQ(core.x[16], 0xf4u);
    EXPECT_EQ(core.x[17], 0x81u);
  }
}

TEST_F(ScalarTest, OutcomeDescribesTheAccess) {
  ProgramBuilder p;
  p.li(10, kDramBase + 4096);
  p.store(Opcode::SH, 0, 10, 2);
  p.halt();
  p.load(memory);
  core.step(memory, nullptr);
  const StepOutcome& outcome = core.step(memory, nullptr);
  EXPECT_EQ(outcome.access, AccessTarget::dram);
  EXPECT_TRUE(outcome.write);
  EXPECT_EQ(outcome.address, kDramBase + 4098);
  EXPECT_EQ(outcome.bytes, 2u);
}

TEST_F(ScalarTest, BranchesCompareAsTheySay) {
  struct Case {
    Opcode op;
    uint32_t a, b;
    bool taken;
  };
  const Case cases[] = {
      {Opcode::BEQ, 4, 4, true},          {Opcode::BEQ, 4, 5, false},
      {Opcode::BNE, 4, 5, true},          {Opcode::BNE, 4, 4, false},
      {Opcode::BLT, 0xffffffff, 0, true}, {Opcode::BLT, 0, 0, false},
      {Opcode::BGE, 0, 0xffffffff, true}, {Opcode::BGE, 0xffffffff, 0, false},
      {Opcode::BGE, 3, 3, true},          {Opcode::BLTU, 0xffffffff, 0, false},
      {Opcode::BLTU, 0, 1, true},         {Opcode::BGEU, 0xffffffff, 0, true},
      {Opcode::BGEU, 0, 1, false},
  };
  for (const Case& c : cases) {
    core = ScalarCore();
    ProgramBuilder p;
    int target = p.newLabel();
    p.li(10, c.a);
    p.li(11, c.b);
    p.branch(c.op, 10, 11, target);
    p.halt(1);
    p.bind(target);
    p.halt(2);
    EXPECT_EQ(run(p).exitCode, c.taken ? 2u : 1u) << info(c.op).mnemonic << " " << c.a << ", " << c.b;
  }
}

TEST_F(ScalarTest, CallsReturnToTheNextInstruction) {
  ProgramBuilder p;
  int function = p.newLabel();
  p.jal(1, function);
  p.halt(7);
  p.bind(function);
  p.regImm(Opcode::JALR, 0, 1, 0);
  EXPECT_EQ(run(p).exitCode, 7u);
}

TEST_F(ScalarTest, JumpThroughTheRegisterThatIsWritten) {
  ProgramBuilder p;
  p.li(1, kResetPc + 24);
  p.regImm(Opcode::JALR, 1, 1, 0);
  p.trap(1);
  p.halt(3);
  EXPECT_EQ(run(p).exitCode, 3u);
  EXPECT_EQ(core.x[1], kResetPc + 16);
}

TEST_F(ScalarTest, PatternRegistersAreSetLoadedAndReset) {
  ProgramBuilder p;
  Instruction set;
  set.op = Opcode::PSETI;
  set.pA = 3;
  set.pF = field::stride2;
  set.imm = static_cast<uint32_t>(-48);
  p.emit(set);
  p.li(10, 99);
  set = Instruction{};
  set.op = Opcode::PSET;
  set.pA = 3;
  set.pF = field::count1;
  set.rs1 = 10;
  p.emit(set);
  p.li(11, kScalarMemoryBase + 128);
  Instruction load;
  load.op = Opcode::PLOAD;
  load.pA = 15;
  load.rs1 = 11;
  load.imm = static_cast<uint32_t>(-64);
  p.emit(load);
  p.halt();
  for (uint8_t i = 0; i < 64; ++i)
    memory.scalar[64u + i] = i;
  run(p);
  EXPECT_EQ(core.pattern[3].signedField(field::stride2), -48);
  EXPECT_EQ(core.pattern[3].field[field::count1], 99u);
  EXPECT_EQ(core.pattern[3].field[field::hi1], 65535u);
  EXPECT_EQ(core.pattern[15].field[1], 0x07060504u);

  ProgramBuilder reset;
  Instruction preset;
  preset.op = Opcode::PRESET;
  preset.pA = 3;
  reset.emit(preset);
  reset.halt();
  core.pc = kResetPc;
  run(reset);
  EXPECT_EQ(core.pattern[3].field, PatternRegister().field);
}

TEST_F(ScalarTest, TensorInstructionsTakeTheValuesOfTheirDispatch) {
  ProgramBuilder p;
  test::TensorArguments arguments;
  arguments.a = 0x100;
  arguments.b = 0x200;
  arguments.c = 0x300;
  arguments.pA = test::pattern(test::Walk{.count = {5}, .stride = {16}});
  arguments.pD = test::pattern(test::Config{.za = 12});
  arguments.sync = {.w0 = 4, .s1 = 9};
  uint32_t address = p.tensor(Opcode::MM, arguments);
  p.halt();
  const StepOutcome& outcome = run(p);
  ASSERT_EQ(outcome.kind, Kind::tensor);
  EXPECT_EQ(outcome.op.pc, address);
  EXPECT_EQ(core.pc, address + 8);
  EXPECT_EQ(outcome.op.a, 0x100u);
  EXPECT_EQ(outcome.op.b, 0x200u);
  EXPECT_EQ(outcome.op.c, 0x300u);
  EXPECT_EQ(outcome.op.pA.field, arguments.pA.field);
  EXPECT_EQ(outcome.op.pD.field, arguments.pD.field);
  EXPECT_EQ(outcome.op.instruction.w0, 4);
  EXPECT_EQ(outcome.op.instruction.s1, 9);
}

TEST_F(ScalarTest, SystemInstructionsReportToTheSimulator) {
  ProgramBuilder p;
  Instruction read;
  read.op = Opcode::RDCTR;
  read.rd = 10;
  read.imm = counter::matrix_macs;
  p.emit(read);
  p.fence(5);
  p.semWait(3, 4);
  p.semSignal(6);
  p.trap(42);
  const StepOutcome& fence = run(p);
  EXPECT_EQ(core.x[10], 1000u + counter::matrix_macs);
  EXPECT_EQ(fence.kind, Kind::fence);
  EXPECT_EQ(fence.engines, 5u);
  EXPECT_EQ(run(p).kind, Kind::semWait);
  EXPECT_EQ(run(p).kind, Kind::semSignal);
  const StepOutcome& trap = run(p);
  EXPECT_EQ(trap.kind, Kind::fault);
  EXPECT_EQ(trap.fault.cause, FaultCause::software);
  EXPECT_EQ(trap.fault.information, 42u);
}

// Every fault of the sequencer: its cause, information, and that the pc stays at the instruction.
TEST_F(ScalarTest, FaultsNameCauseAndAddress) {
  auto faultOf = [&](auto&& build) {
    core = ScalarCore();
    ProgramBuilder p;
    build(p);
    p.halt();
    const StepOutcome& outcome = run(p);
    EXPECT_EQ(outcome.kind, Kind::fault);
    EXPECT_EQ(outcome.fault.pc, core.pc);
    EXPECT_EQ(outcome.fault.engine, Engine::sequencer);
    return outcome.fault;
  };
  Fault f = faultOf([](ProgramBuilder& p) { p.emitWord(0); });
  EXPECT_EQ(f.cause, FaultCause::illegalInstruction);

  f = faultOf([](ProgramBuilder& p) {
    p.emitWord(encode([] {
      Instruction in;
      in.op = Opcode::VROPE;
      return in;
    }()));
  });
  EXPECT_EQ(f.cause, FaultCause::unimplemented);

  f = faultOf([](ProgramBuilder& p) {
    p.li(10, kScalarMemoryBase);
    p.regImm(Opcode::LW, 11, 10, 2);
  });
  EXPECT_EQ(f.cause, FaultCause::misaligned);
  EXPECT_EQ(f.information, kScalarMemoryBase + 2);

  f = faultOf([](ProgramBuilder& p) {
    p.li(10, kScalarMemoryBase + 16384);
    p.store(Opcode::SB, 0, 10, 0);
  });
  EXPECT_EQ(f.cause, FaultCause::address);
  EXPECT_EQ(f.information, kScalarMemoryBase + 16384);

  f = faultOf([](ProgramBuilder& p) { p.regImm(Opcode::LW, 11, 0, 0); });
  EXPECT_EQ(f.cause, FaultCause::address);

  f = faultOf([](ProgramBuilder& p) {
    p.li(10, kDramBase + (1 << 20) - 2);
    p.regImm(Opcode::LHU, 11, 10, 2);
  });
  EXPECT_EQ(f.cause, FaultCause::address);

  f = faultOf([](ProgramBuilder& p) {
    p.li(10, kResetPc + 4);
    p.regImm(Opcode::JALR, 0, 10, 0);
  });
  EXPECT_EQ(f.cause, FaultCause::misaligned);
  EXPECT_EQ(f.pc, kResetPc + 4);

  f = faultOf([](ProgramBuilder& p) { p.regImm(Opcode::JALR, 0, 0, 64); });
  EXPECT_EQ(f.cause, FaultCause::address);
  EXPECT_EQ(f.pc, 64u);
}

TEST_F(ScalarTest, AFaultingLoadLeavesItsRegister) {
  ProgramBuilder p;
  p.li(11, 5);
  p.regImm(Opcode::LW, 11, 0, 0);
  run(p);
  EXPECT_EQ(core.x[11], 5u);
}

} // namespace
} // namespace weft
