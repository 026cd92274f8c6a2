// Do LLVM's disassembler and assembler (from isa/Weft.td by llvm-tblgen) and the simulators' decoder and encoder (from
// the same files by our own generator) agree? On which words are instructions, on every operand, and on the text.
#include "compiler/link/object_reader.h"
#include "compiler/target/target.h"
#include "isa/generated/instructions.h"
#include "isa/support/error.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>

namespace weft {
namespace {

// A word that decodes: random operands of a given instruction.
uint64_t randomWord(const InstructionInfo& description, std::mt19937_64& random) {
  uint64_t word = static_cast<uint64_t>(description.op);
  for (int i = 0; i < description.operandCount; ++i) {
    const OperandInfo& operand = description.operands[static_cast<size_t>(i)];
    word |= (random() & ((uint64_t{1} << operand.width) - 1)) << operand.low;
  }
  return word;
}

// The text of the two printers, or "" for a word that is no instruction.
std::string ours(uint64_t word) {
  Instruction instruction;
  return decode(word, instruction) ? print(instruction) : std::string();
}

void expectAgreement(uint64_t word) {
  std::string expected = ours(word);
  std::string found = disassembleWord(word).value_or("");
  ASSERT_EQ(found, expected) << fmt::format("word {:#018x}", word);
}

TEST(CrossCheck, RandomWords) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000'000; ++i) {
    uint64_t word = random();
    // Mostly legal opcodes with few bits set, else almost everything would be rejected for the same reason.
    switch (i % 4) {
    case 0:
      break;
    case 1:
      word &= random() & random();
      break;
    case 2:
      word = (word & ~uint64_t{0xff}) | static_cast<uint64_t>(allInstructions()[random() % kInstructionCount].op);
      break;
    default:
      word = randomWord(allInstructions()[random() % kInstructionCount], random) ^ (uint64_t{1} << (random() % 64));
      break;
    }
    Instruction instruction;
    bool legal = decode(word, instruction);
    // The text is compared on a sample: printing takes longer than decoding.
    if (i % 16 == 3)
      ASSERT_NO_FATAL_FAILURE(expectAgreement(word));
    else
      ASSERT_EQ(isInstruction(word), legal) << fmt::format("word {:#018x}", word);
  }
}

TEST(CrossCheck, LegalWords) {
  std::mt19937_64 random(2);
  for (const InstructionInfo& description : allInstructions())
    for (int i = 0; i < 2000; ++i)
      ASSERT_NO_FATAL_FAILURE(expectAgreement(randomWord(description, random)));
}

TEST(CrossCheck, TargetsPrintAsAddresses) {
  std::mt19937_64 random(3);
  for (Opcode op : {Opcode::BEQ, Opcode::BGEU, Opcode::JAL})
    for (int i = 0; i < 100; ++i) {
      uint64_t word = randomWord(info(op), random);
      uint32_t pc = static_cast<uint32_t>(random()) & ~7u;
      Instruction instruction;
      ASSERT_TRUE(decode(word, instruction));
      EXPECT_EQ(disassembleWord(word, pc), print(instruction, pc));
    }
}

// The text of every instruction, assembled, gives the word back.
TEST(CrossCheck, TextAssemblesToTheSameWord) {
  std::mt19937_64 random(4);
  std::vector<uint64_t> words;
  std::string text;
  for (const InstructionInfo& description : allInstructions())
    for (int i = 0; i < 50; ++i) {
      words.push_back(randomWord(description, random));
      text += ours(words.back()) + "\n";
    }
  std::vector<uint8_t> object = assembleToObject(text, "all.s");
  linker::ObjectFile file = linker::readObject("all.o", object);
  for (const linker::InputSection& section : file.sections) {
    if (section.name != ".text")
      continue;
    ASSERT_EQ(section.content.size(), words.size() * 8);
    for (size_t i = 0; i < words.size(); ++i) {
      uint64_t word = 0;
      for (size_t k = 0; k < 8; ++k)
        word |= uint64_t{section.content[i * 8 + k]} << (8 * k);
      ASSERT_EQ(word, words[i]) << ours(words[i]);
    }
  }
}

} // namespace
} // namespace weft
