// What does the linker promise: addresses, relocations, libraries on demand, every user mistake named, garbage refused.
#include "compiler/link/link.h"
#include "compiler/target/target.h"
#include "isa/program/program.h"
#include "isa/support/error.h"

#include <gtest/gtest.h>
#include <random>

namespace weft {
namespace {

LinkObject object(const std::string& name, const std::string& text) {
  return {name, assembleToObject(text, name)};
}

const char* const kStart = "\t.section .text.s,\"ax\",@progbits\n\t.globl _start\n_start:\n\tjal ra, main\n\thalt a0\n";

LinkInput inputOf(std::vector<LinkObject> objects) {
  LinkInput input;
  input.objects = std::move(objects);
  return input;
}

std::string errorOf(const LinkInput& input) {
  try {
    link(input);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// 32 bits of the linked image.
uint32_t word(const Program& program, uint32_t address) {
  for (const Segment& segment : program.segments())
    if (address >= segment.address && address - segment.address + 4 <= segment.content.size()) {
      const uint8_t* bytes = segment.content.data() + (address - segment.address);
      return uint32_t(bytes[0]) | uint32_t(bytes[1]) << 8 | uint32_t(bytes[2]) << 16 | uint32_t(bytes[3]) << 24;
    }
  ADD_FAILURE() << "no content at " << address;
  return 0;
}

TEST(Link, EntryIsFirstAndSectionsFollow) {
  LinkInput input = inputOf({object("main.s", "\t.globl main\nmain:\n\tlw a0, value+4(zero)\n\tbeq a0, a1, main\n"
                                              "\tjalr zero, 0(ra)\n\t.data\n\t.globl value\nvalue: .word 1, value\n"
                                              "\t.bss\nspace: .zero 100\n\t.section .rodata\n.word main\n"),
                             object("start.s", kStart)});
  LinkResult result = link(input);
  Program program = Program::parse(result.elf, "test");
  EXPECT_EQ(program.entry(), 0x80000000u);
  EXPECT_EQ(result.symbols.at("_start"), 0x80000000u);
  uint32_t mainAddress = result.symbols.at("main");
  EXPECT_EQ(mainAddress, 0x80000010u);
  EXPECT_EQ(word(program, 0x80000004), mainAddress - 0x80000000u); // jal: from the instruction itself
  EXPECT_EQ(word(program, mainAddress + 4), result.symbols.at("value") + 4);
  EXPECT_EQ(word(program, mainAddress + 12), uint32_t(-8));
  EXPECT_EQ(word(program, result.symbols.at("value") + 4), result.symbols.at("value"));
  for (const Segment& segment : program.segments())
    EXPECT_EQ(segment.address % 64, 0u);
  EXPECT_EQ(result.symbols.at("__stack_top"), 0x00020000u);
}

TEST(Link, CallersSections) {
  LinkInput input = inputOf({object("start.s", std::string(kStart) + "\t.globl main\nmain: addi a0, zero, weights\n")});
  input.sections.push_back({".weft.const", {1, 2, 3, 4}, 0, 4096, true, "weights"});
  input.sections.push_back({".weft.arena", {}, 1 << 20, 64, true, "arena"});
  input.sections.push_back({".weft.note", {'{', '}'}, 0, 1, false, ""});
  LinkResult result = link(input);
  uint32_t weights = result.symbols.at("weights");
  EXPECT_EQ(weights % 4096, 0u);
  EXPECT_EQ(result.symbols.at("arena"), weights + 64);
  EXPECT_EQ(result.end, uint64_t{weights} + 64 + (1 << 20));
  EXPECT_LT(result.elf.size(), 20000u); // the arena takes no room in the file
  EXPECT_EQ(word(Program::parse(result.elf, "test"), weights), 0x04030201u);
}

TEST(Link, LibrariesOnlyWhereNeeded) {
  LinkInput input = inputOf({object("main.s", "\t.globl main\nmain: jal zero, helper\n")});
  input.libraries = {object("start.s", kStart), object("unused.s", "\t.globl unused\nunused: halt a0\n"),
                     object("helper.s", "\t.globl helper\nhelper: jal zero, second\n"),
                     object("second.s", "\t.globl second\nsecond: halt a0\n")};
  LinkResult result = link(input);
  EXPECT_TRUE(result.symbols.count("second"));
  EXPECT_FALSE(result.symbols.count("unused"));
}

TEST(Link, WeakAndCommonSymbols) {
  LinkInput input =
      inputOf({object("start.s", kStart),
               object("a.s", "\t.weak main\nmain: halt a1\n\t.comm shared,8,8\n\t.weak nothing\n"
                             "addi a0, zero, nothing\n"),
               object("b.s", "\t.globl main\nmain: halt a2\n\t.comm shared,32,16\n\tlw a0, shared(zero)\n")});
  LinkResult result = link(input);
  Program program = Program::parse(result.elf, "test");
  EXPECT_EQ(word(program, result.symbols.at("main")) & 0x3e000u, 12u << 13); // halt a2: the strong one
  EXPECT_EQ(result.symbols.at("shared") % 16, 0u);
  EXPECT_GE(result.end, uint64_t{result.symbols.at("shared")} + 32);
}

TEST(Link, MistakesAreNamed) {
  EXPECT_EQ(errorOf(inputOf({object("start.s", kStart)})), "undefined symbols: main (used in start.s)");
  EXPECT_EQ(errorOf(inputOf({})), "undefined symbols: _start (used in the entry)");
  std::string start = kStart;
  EXPECT_EQ(errorOf(inputOf({object("a.s", start + "\t.globl main\nmain: halt a0\n"),
                             object("b.s", "\t.globl main\nmain: halt a0\n")})),
            "symbol main is defined twice: in a.s and in b.s");
  EXPECT_EQ(errorOf(inputOf({object("a.s", "halt a0\n\t.globl _start\n_start: halt a0\n")})),
            "entry _start in a.s must be the first thing in a section of code: the core starts at the program's first "
            "address");
  LinkInput big = inputOf({object("a.s", "\t.globl _start\n_start: halt a0\n")});
  big.dramBytes = 1 << 20;
  big.sections.push_back({".arena", {}, 1 << 20, 64, true, ""});
  EXPECT_EQ(errorOf(big), "the program does not fit in DRAM: section .arena of 1048576 bytes would end at 0x80100040, "
                          "DRAM ends at 0x80100000");
  LinkInput twice = inputOf({object("a.s", "\t.globl _start\n_start: halt a0\n")});
  twice.sections = {{".x", {1}, 0, 64, true, ""}, {".x", {1}, 0, 64, true, ""}};
  EXPECT_EQ(errorOf(twice), "section .x exists twice");
  EXPECT_EQ(errorOf(inputOf({{"text.o", {'h', 'e', 'l', 'l', 'o'}}})).substr(0, 25), "text.o: malformed object:");
}

// Damaged objects give an Error or a program, never a crash.
TEST(Link, DamagedObjects) {
  LinkObject good = object("good.s", std::string(kStart) + "\t.globl main\nmain: lw a0, value(zero)\n\t.data\nvalue: "
                                                           ".word main\n\t.comm shared,8,8\n");
  std::mt19937 random(5);
  int linked = 0;
  for (int i = 0; i < 20000; ++i) {
    LinkObject damaged = good;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
      damaged.bytes[random() % damaged.bytes.size()] = uint8_t(random());
    if (i % 5 == 0)
      damaged.bytes.resize(random() % damaged.bytes.size());
    try {
      link(inputOf({damaged}));
      ++linked;
    } catch (const Error&) {
    }
  }
  EXPECT_GT(linked, 100);
}

} // namespace
} // namespace weft
