// Is the SystemVerilog decoder the C++ decoder? Built twice: of the package as Verilator reads it, and of the netlist
// that Yosys makes of it (the two tools disagree about parts of the language).
#include <cstdint>
#include <random>

#include <gtest/gtest.h>

#include "Vdecode_top.h"

#include "isa/generated/instructions.h"

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

} // namespace
} // namespace weft
