// The Weft code generator: LLVM IR or assembly to ELF objects, and disassembly. Everything here is LLVM's machinery
// with the target of this folder; the instruction set itself is isa/Weft.td.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llvm {
class Module;
}

namespace weft {

inline constexpr const char* kTriple = "weft-unknown-elf";
// The same as riscv32's, so that IR made by clang's riscv32 front end needs no change.
inline constexpr const char* kDataLayout = "e-m:e-p:32:32-i64:64-n32-S128";
// ELF machine number ("WF") and the two relocations. Both patch 32 bits at the given place with symbol + addend; the
// second subtracts the place. An instruction's immediate is its bytes 4 to 7, so a branch's addend includes +4.
inline constexpr uint16_t kElfMachine = 0x5746;
inline constexpr uint32_t kRelocationNone = 0;
inline constexpr uint32_t kRelocationAbsolute32 = 1;
inline constexpr uint32_t kRelocationRelative32 = 2;
// Of sections and common symbols; a larger one than a page would only waste DRAM.
inline constexpr uint32_t kLargestAlignment = 1 << 16;

// Registers the target with LLVM. May be called any number of times, from any thread.
void initialiseWeftTarget();

struct CodegenOptions {
  int optimisation = 2;       // 0 to 3, as clang's -O
  bool forSize = false;       // prefer small code (as -Os; optimisation should be 2)
  bool optimiseIr = true;     // run LLVM's IR pipeline first (not needed for IR that clang has optimised)
  bool assembly = false;      // return assembly text instead of an object
  bool verifyMachine = false; // run LLVM's machine code verifier between passes (slow)
};

// Compiles a module to an ELF object (or assembly text). The module is changed: it gets our triple and data layout,
// loses other targets' attributes, and is optimised. Throws Error with LLVM's diagnostics if code generation reports
// any, or if the module was made for a different data layout.
std::vector<uint8_t> compileToObject(llvm::Module& module, const CodegenOptions& options = {});

// Parses LLVM IR (text or bitcode) and compiles it. `name` is for messages.
std::vector<uint8_t> compileIrToObject(std::string_view ir, const std::string& name,
                                       const CodegenOptions& options = {});

// Assembles a file. Throws Error with the assembler's messages ("name:line:column: ...").
std::vector<uint8_t> assembleToObject(std::string_view text, const std::string& name = "<assembly>");

// The text of one instruction word, a tab after the mnemonic; nothing if the word is no instruction. Targets print as
// distances unless `address` is given.
std::optional<std::string> disassembleWord(uint64_t word, std::optional<uint64_t> address = std::nullopt);

// Whether a word is an instruction.
bool isInstruction(uint64_t word);

// One line per word: "address: word  text"; words that are no instruction print as ".quad".
std::string disassemble(std::span<const uint64_t> words, uint64_t address = 0);

} // namespace weft
