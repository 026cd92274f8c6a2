// The ELF32 container of program files, read from untrusted bytes. Only what a program uses: load segments, symbols and
// named sections.
#pragma once

#include "isa/program/program.h"

namespace weft::elf {

// e_machine of Weft objects and programs ("WF"); not registered with anybody.
inline constexpr uint16_t kMachine = 0x5746;

struct Section {
  std::string name;
  std::span<const uint8_t> content;
};

struct View {
  uint32_t entry = 0;
  std::vector<Segment> segments; // sorted by address, disjoint
  std::vector<Symbol> symbols;   // sorted by address; defined ones with a name
  std::vector<Section> sections; // those with content in the file

  // The section of that name, or null.
  const Section* section(const std::string& name) const;
};

// Everything in the result is inside `file`, which must outlive it. Throws Error starting with `origin`.
View parse(std::span<const uint8_t> file, const std::string& origin);

} // namespace weft::elf
