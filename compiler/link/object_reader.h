// Reads one relocatable object into plain structures, checking every offset and index.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weft::linker {

struct Relocation {
  uint32_t offset = 0; // in the section; four bytes from there exist
  uint32_t type = 0;
  uint32_t symbol = 0; // index in ObjectFile::symbols
  int32_t addend = 0;
};

struct InputSection {
  std::string name;
  uint32_t flags = 0; // SHF_*
  bool zeros = false; // SHT_NOBITS: `content` is empty
  uint32_t bytes = 0;
  uint32_t alignment = 1;           // power of two
  std::span<const uint8_t> content; // into the object's bytes
  std::vector<Relocation> relocations;
  std::optional<std::string> group; // COMDAT group's signature
};

enum class SymbolKind : uint8_t { undefined, defined, absolute, common };

struct InputSymbol {
  std::string name;
  SymbolKind kind = SymbolKind::undefined;
  uint32_t section = 0; // index in ObjectFile::sections, if defined
  uint32_t value = 0;   // offset in the section, absolute value, or alignment of a common symbol
  uint32_t bytes = 0;
  uint8_t binding = 0; // STB_*
  uint8_t type = 0;    // STT_*
};

struct ObjectFile {
  std::string name;
  std::vector<InputSection> sections; // index 0 is the null section, as in the file
  std::vector<InputSymbol> symbols;
};

// `bytes` must outlive the result. Throws Error naming the object.
ObjectFile readObject(const std::string& name, std::span<const uint8_t> bytes);

} // namespace weft::linker
