// Writes an executable ELF32 file: one PT_LOAD per allocated section, a symbol table, other sections as they are.
#pragma once

#include "isa/support/shared_bytes.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weft::linker {

struct OutputSection {
  std::string name;
  uint32_t type = 1;  // SHT_*
  uint32_t flags = 0; // SHF_*; SHF_ALLOC: loaded at `address`
  uint32_t address = 0;
  uint32_t alignment = 1;
  uint64_t bytes = 0;           // in memory
  std::vector<uint8_t> content; // in the file, at most `bytes`: made by the linker,
  SharedBytes given;            // or by its caller
  std::span<const uint8_t> fileContent() const { return given.empty() ? std::span<const uint8_t>(content) : given; }
};

struct OutputSymbol {
  std::string name;
  uint32_t value = 0;
  uint32_t bytes = 0;
  uint8_t binding = 0; // STB_*
  uint8_t type = 0;    // STT_*
  int section = -1;    // index of the OutputSection; -1: absolute
};

// Throws Error if the file would be larger than ELF32 can describe.
std::vector<uint8_t> writeElf(uint32_t entry, const std::vector<OutputSection>& sections,
                              const std::vector<OutputSymbol>& symbols);

} // namespace weft::linker
