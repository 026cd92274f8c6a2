// Is the SystemVerilog decoder the C++ decoder, and does it say the same of operands? Built twice: of the package as
// Verilator reads it, and of the netlist that Yosys makes of it (the two tools disagree about parts of the language).
#include <cstdint>
#include <random>

#include <gtest/gtest.h>

#include "Vdecode_top.h"

#include "isa/generated/instructions.h"
#include "isa/generated/operands.h"

namespace weft {
namespace {

// Compares the outputs of the module for one word with decode().
::testing::AssertionResult agrees(Vdecode_top& top, uint64_t word) {
  top.word_i = word;
  top.eval();
  Instruction d;
  const bool legal = decode(word, d);
  if ((top.illegal_o == 0) != legal)
    return ::testing::AssertionFailure() << std::hex << word << ": C++ says " << (legal ? "legal" : "illegal");
  if (!legal)
    return ::testing::AssertionSuccess();
  const InstructionInfo& description = info(d.op);
  auto join = [](uint32_t high, uint32_t low, int width) { return (high << width) | low; };
  const bool same = top.op_o == static_cast<uint8_t>(d.op) && (top.built_o != 0) == description.built &&
                    top.engine_o == static_cast<uint8_t>(description.engine) &&
                    top.scalar_o == join(join(d.rs2, d.rs1, 5), d.rd, 5) &&
                    top.registers_o == join(join(join(d.rD, d.rC, 5), d.rB, 5), d.rA, 5) &&
                    top.patterns_o == join(join(join(join(d.pF, d.pD, 4), d.pC, 4), d.pB, 4), d.pA, 4) &&
                    top.semaphores_o == join(join(join(d.s1, d.s0, 5), d.w1, 5), d.w0, 5) && top.imm_o == d.imm;
  if (!same)
    return ::testing::AssertionFailure() << std::hex << word << ": " << description.mnemonic << " differs";
  return ::testing::AssertionSuccess();
}

TEST(SystemVerilogDecoder, AgreesWithCppOnRandomWords) {
  Vdecode_top top;
  std::mt19937_64 random(3);
  for (int i = 0; i < 200000; ++i) {
    const uint64_t word = random();
    ASSERT_TRUE(agrees(top, word));
    ASSERT_TRUE(agrees(top, word & random() & random() & random()));
  }
}

TEST(SystemVerilogDecoder, AgreesWithCppOnEveryOpcode) {
  Vdecode_top top;
  std::mt19937_64 random(4);
  for (uint64_t opcode = 0; opcode < 256; ++opcode) {
    uint64_t used = 0xff;
    if (isOpcode(static_cast<uint8_t>(opcode))) {
      const InstructionInfo& description = info(static_cast<Opcode>(opcode));
      for (int i = 0; i < description.operandCount; ++i) {
        const OperandInfo& operand = description.operands[static_cast<size_t>(i)];
        used |= ((uint64_t{1} << operand.width) - 1) << operand.low;
      }
    }
    for (int i = 0; i < 200; ++i) {
      const uint64_t word = (random() & used & ~uint64_t{0xff}) | opcode;
      ASSERT_TRUE(agrees(top, word));
      ASSERT_TRUE(agrees(top, word ^ (uint64_t{1} << (random() % 64))));
    }
  }
}

// The element types that an instruction names in a place; one that is not built has no roles.
uint64_t typesAt(Opcode op, int slot) {
  uint64_t types = 0;
  for (const operands::Role& role : operands::roles(op))
    types |= role.slot == slot ? role.types : 0;
  return types;
}

TEST(SystemVerilogUsage, IsThatOfTheRoles) {
  Vdecode_top top;
  for (uint64_t opcode = 0; opcode < 256; ++opcode) {
    top.word_i = opcode;
    top.eval();
    const auto op = static_cast<Opcode>(opcode);
    const bool vector = isOpcode(static_cast<uint8_t>(opcode)) && info(op).engine == Engine::vector;
    const operands::Usage& use = operands::usage(op);
    const bool result = vector && info(op).built && !use.tableLoad;
    uint32_t expected = 0;
    for (const bool bit : {use.tableLoad, use.accumulatorA, use.scratchpadA, use.scratchpadB, use.taps, use.weights,
                           result, use.floatRows})
      expected = expected << 1 | (bit ? 1 : 0);
    expected = expected << 7 | use.parameterRows;
    expected = expected << 1 | (use.lut == operands::Lut::always ? 1 : 0);
    expected = expected << 1 | (use.lut == operands::Lut::ifFlagged ? 1 : 0);
    ASSERT_EQ(top.usage_o, expected) << std::hex << opcode;
    const uint64_t types =
        vector ? typesAt(op, slot::a) << 32 | typesAt(op, slot::b) << 16 | typesAt(op, slot::result) : 0;
    ASSERT_EQ(top.types_o, types) << std::hex << opcode;
  }
}

} // namespace
} // namespace weft
