// Does the generated decoder accept exactly the words that the description defines, and lose nothing of them?
#include "isa/generated/instructions.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

#include "isa/generated/operands.h"
#include "isa/generated/timing.h"

namespace weft {
namespace {

uint64_t usedBits(const InstructionInfo& description) {
  uint64_t used = 0xff;
  for (int i = 0; i < description.operandCount; ++i) {
    const OperandInfo& operand = description.operands[static_cast<size_t>(i)];
    used |= ((uint64_t{1} << operand.width) - 1) << operand.low;
  }
  return used;
}

// A legal word of an instruction, from random bits.
uint64_t legalWord(const InstructionInfo& description, uint64_t random) {
  return (random & usedBits(description) & ~uint64_t{0xff}) | static_cast<uint8_t>(description.op);
}

Instruction decoded(uint64_t word) {
  Instruction instruction;
  EXPECT_TRUE(decode(word, instruction)) << std::hex << word;
  return instruction;
}

TEST(Instructions, HandAssembledWords) {
  Instruction addi = decoded(0xfffffff000004220u); // by the diagrams of Formats.td
  EXPECT_EQ(addi.op, Opcode::ADDI);
  EXPECT_EQ(addi.rd, 2);
  EXPECT_EQ(addi.rs1, 2);
  EXPECT_EQ(addi.imm, 0xfffffff0u);
  EXPECT_EQ(addi.w0, kNoSemaphore);

  const uint64_t word = 0x90u | 10u << 8 | 11u << 13 | 12u << 18 | uint64_t{1} << 28 | uint64_t{2} << 32 |
                        uint64_t{4} << 40 | uint64_t{3} << 44 | uint64_t{31} << 49 | uint64_t{7} << 54 |
                        uint64_t{31} << 59;
  Instruction mm = decoded(word);
  Instruction expected;
  expected.op = Opcode::MM;
  expected.rA = 10;
  expected.rB = 11;
  expected.rC = 12;
  expected.pA = 1;
  expected.pB = 2;
  expected.pD = 4;
  expected.w0 = 3;
  expected.s0 = 7;
  EXPECT_EQ(mm, expected);
  EXPECT_EQ(encode(expected), word);
}

TEST(Instructions, EveryOpcodeRoundTrips) {
  std::mt19937_64 random(1);
  for (const InstructionInfo& description : allInstructions()) {
    EXPECT_EQ(&info(description.op), &description);
    EXPECT_TRUE(isOpcode(static_cast<uint8_t>(description.op)));
    for (int i = 0; i < 1000; ++i) {
      const uint64_t word = legalWord(description, random());
      ASSERT_EQ(encode(decoded(word)), word) << description.mnemonic;
    }
  }
}

TEST(Instructions, RandomWordsAreRejectedOrRoundTrip) {
  std::mt19937_64 random(2);
  int accepted = 0;
  for (int i = 0; i < 2000000; ++i) {
    uint64_t word = random();
    if (i % 2)
      word &= random() & random() & random(); // sparse words: unused bits are often zero
    Instruction instruction;
    if (!decode(word, instruction))
      continue;
    ++accepted;
    ASSERT_EQ(encode(instruction), word);
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Instructions, EveryUnusedBitIsChecked) {
  for (const InstructionInfo& description : allInstructions()) {
    const uint64_t word = legalWord(description, 0x123456789abcdef0u);
    const uint64_t used = usedBits(description);
    for (int bit = 8; bit < 64; ++bit) {
      Instruction instruction;
      const bool isUsed = ((used >> bit) & 1) != 0;
      ASSERT_EQ(decode(word ^ (uint64_t{1} << bit), instruction), isUsed) << description.mnemonic << " bit " << bit;
    }
  }
}

TEST(Instructions, UnknownOpcodesAreIllegalAndLeaveTheResultAlone) {
  int unknown = 0;
  for (int byte = 0; byte < 256; ++byte) {
    if (isOpcode(static_cast<uint8_t>(byte)))
      continue;
    ++unknown;
    Instruction instruction;
    instruction.rd = 9;
    const Instruction before = instruction;
    EXPECT_FALSE(decode(static_cast<uint64_t>(byte), instruction));
    EXPECT_EQ(instruction, before);
  }
  EXPECT_EQ(unknown, 256 - kInstructionCount);
}

TEST(Instructions, AllZeroAndAllOneMemoryIsIllegal) {
  Instruction instruction;
  EXPECT_FALSE(decode(0, instruction));
  EXPECT_FALSE(decode(~uint64_t{0}, instruction));
}

TEST(InstructionsDeathTest, EncodeChecksItsInput) {
  Instruction instruction;
  EXPECT_DEATH(encode(instruction), "no instruction has opcode 0");
  instruction.op = Opcode::ADD;
  instruction.rs2 = 32;
  EXPECT_DEATH(encode(instruction), "operand rs2 does not fit");
  EXPECT_DEATH(info(static_cast<Opcode>(0)), "no instruction has opcode 0");
}

// The text is that of the LLVM target's printer (compiler/target); its own test compares the two on random words.
TEST(Print, WritesAssembly) {
  Instruction load;
  load.op = Opcode::LW;
  load.rd = 10;
  load.rs1 = 8;
  load.imm = static_cast<uint32_t>(-4);
  EXPECT_EQ(print(load), "lw\ta0, -4(fp)");

  Instruction branch;
  branch.op = Opcode::BEQ;
  branch.rs1 = 5;
  branch.imm = static_cast<uint32_t>(-16);
  EXPECT_EQ(print(branch), "beq\tt0, zero, -16");
  EXPECT_EQ(print(branch, 0x80000020u), "beq\tt0, zero, 0x80000010");

  Instruction set;
  set.op = Opcode::PSETI;
  set.pA = 15;
  set.pF = 9;
  set.imm = 65535;
  EXPECT_EQ(print(set), "pseti\tp15, 9, 65535");

  Instruction dma;
  dma.op = Opcode::LD;
  dma.rA = 10;
  dma.rB = 11;
  dma.pB = 1;
  dma.w0 = 3;
  dma.s0 = 4;
  dma.s1 = 30;
  EXPECT_EQ(print(dma), "ld\ta0, a1, p0, p1, wait(s3, -), signal(s4, s30)");

  Instruction wait;
  wait.op = Opcode::SEMWAIT;
  EXPECT_EQ(print(wait), "semwait\t-, -");
}

TEST(Print, EveryInstructionStartsWithItsMnemonicAndFillsEveryOperand) {
  for (const InstructionInfo& description : allInstructions()) {
    Instruction instruction;
    instruction.op = description.op;
    const std::string text = print(instruction);
    EXPECT_EQ(text.find(std::string(description.mnemonic) + "\t"), 0u) << text;
    EXPECT_EQ(text.find('$'), std::string::npos) << text;
  }
}

TEST(Tables, NumbersAndNamesAgree) {
  EXPECT_STREQ(field::table[field::hi0].name, "hi0");
  EXPECT_EQ(field::table[field::hi0].reset, 65535u);
  EXPECT_EQ(field::table[field::count3].reset, 1u);
  EXPECT_EQ(field::count, timing::PATTERN_FIELDS);
  EXPECT_STREQ(config::table[config::hi2].name, "hi2");
  EXPECT_EQ(config::count, timing::PATTERN_FIELDS);
  EXPECT_EQ(counter::cycle_low, 0); // rdctr's documentation fixes these two
  EXPECT_EQ(counter::cycle_high, 1);
  EXPECT_STREQ(counter::table[counter::matrix_stall_weights].name, "matrix_stall_weights");
  EXPECT_EQ(counter::table[2].name, nullptr);
}

TEST(Tables, NumbersThatProgramFilesContain) {
  EXPECT_EQ(kScalarMemoryBase, 0x10000u);
  EXPECT_EQ(kDramBase, 0x80000000u);
  EXPECT_EQ(kResetPc, kDramBase);
  EXPECT_EQ(operands::u8, 0u);
  EXPECT_EQ(operands::s8, 1u);
  EXPECT_EQ(operands::s32, 2u);
  EXPECT_EQ(operands::fp32, 8u);
  EXPECT_EQ(operands::kElementBits[operands::u4], 4u);
  EXPECT_EQ(operands::types(1, 2, 8, flag::lut | flag::exchange), 0x3821u);
  EXPECT_EQ(timing::LARGEST_COUNT, 65535);
}

TEST(Tables, FaultNames) {
  EXPECT_STREQ(name(FaultCause::none), "none");
  EXPECT_STREQ(name(FaultCause::illegalInstruction), "illegal-instruction");
  EXPECT_EQ(static_cast<int>(FaultCause::semaphoreOverflow), 6);
  EXPECT_STREQ(name(FaultCause::software), "software");
  EXPECT_STREQ(name(static_cast<FaultCause>(200)), "unknown");
}

// --- Roles of operands ---------------------------------------------------------------------------------------------

TEST(Roles, EveryBuiltTensorInstructionWritesItsResultLast) {
  for (const InstructionInfo& description : allInstructions()) {
    const std::span<const operands::Role> roles = operands::roles(description.op);
    EXPECT_EQ(!roles.empty(), description.built && description.format == Format::tensor) << description.mnemonic;
    EXPECT_TRUE(roles.empty() || roles.back().write) << description.mnemonic;
  }
}

// Against the manual's prose.
TEST(Roles, OfARequantisationWithResidual) {
  const std::span<const operands::Role> roles = operands::roles(Opcode::VRQA);
  ASSERT_EQ(roles.size(), 5u);
  EXPECT_EQ(roles[0].base, 3);
  EXPECT_EQ(roles[0].units, 8u);
  EXPECT_EQ(roles[1].space, Space::accumulator);
  EXPECT_EQ(roles[1].slot, operands::kNone);
  EXPECT_EQ(roles[2].base, 1);
  EXPECT_EQ(roles[2].steps[0].strides, 1);
  EXPECT_EQ(roles[2].steps[0].counts, 2);
  EXPECT_EQ(roles[2].slot, slot::b);
  EXPECT_EQ(roles[2].types, 1 << operands::u8 | 1 << operands::s8);
  EXPECT_EQ(roles[3].space, Space::lut);
  EXPECT_EQ(roles[3].onlyIf, flag::lut);
  EXPECT_EQ(operands::flags(Opcode::VRQA), flag::lut | flag::exchange);

  const operands::Usage& use = operands::usage(Opcode::VRQA);
  EXPECT_TRUE(use.accumulatorA && use.scratchpadB && !use.scratchpadA && !use.taps && !use.weights && !use.floatRows);
  EXPECT_EQ(use.parameterRows, 8u);
  EXPECT_EQ(use.lut, operands::Lut::ifFlagged);
}

TEST(Roles, OfAWindowWithWeights) {
  const operands::Usage& use = operands::usage(Opcode::VDW);
  EXPECT_TRUE(use.scratchpadA && use.taps && use.weights && !use.scratchpadB && !use.accumulatorA);
  EXPECT_EQ(operands::roles(Opcode::VDW)[2].sequence, 1);
}

TEST(Roles, OfOthersThereAreNone) {
  EXPECT_TRUE(operands::roles(Opcode::ADD).empty());
  EXPECT_TRUE(operands::roles(Opcode::VROPE).empty());
  EXPECT_FALSE(operands::usage(Opcode::MM).scratchpadA);
  EXPECT_TRUE(operands::usage(Opcode::VLDLUT).tableLoad);
}

// busy + idle + stalls = cycles can only be checked if every engine has these.
TEST(Tables, EveryEngineHasBusyIdleAndSemaphoreStall) {
  std::set<std::string> names;
  for (const CounterInfo& entry : counter::table) {
    if (entry.name)
      names.insert(entry.name);
  }
  for (Engine engine : {Engine::sequencer, Engine::load, Engine::store, Engine::matrix, Engine::vector}) {
    for (const char* suffix : {"_busy", "_idle", "_stall_semaphore", "_instructions"})
      EXPECT_TRUE(names.count(engineName(engine) + std::string(suffix))) << engineName(engine) << suffix;
  }
}

} // namespace
} // namespace weft
