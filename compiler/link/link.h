// The static linker: relocatable objects and ready-made sections to one executable ELF file. lld and ld.bfd refuse
// machine numbers that they do not know, so Weft has its own. It does what programs here need: sections, symbols
// (local, global, weak, common, COMDAT groups), the target's two relocations, the symbol table and debug sections. No
// shared libraries, no linker scripts, no relaxation.
#pragma once

#include "isa/support/shared_bytes.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weft {

// A relocatable ELF object. `name` is for messages.
struct LinkObject {
  std::string name;
  std::vector<uint8_t> bytes;
};

// A section made by the caller instead of by a compiler.
struct LinkSection {
  std::string name;        // such as ".weft.const"
  SharedBytes content;     // in the file
  uint64_t bytes = 0;      // in memory, zeros beyond the content; at least content.size() (0 means that)
  uint32_t alignment = 64; // power of two
  bool allocated = true;   // placed in DRAM; false: a note, copied to the file and given no address
  std::string symbol;      // if not empty, a global symbol at the start of the section
};

struct LinkInput {
  std::vector<LinkObject> objects;         // all are linked, in this order
  std::vector<LinkObject> libraries;       // linked only where they define a symbol that is still undefined
  std::vector<LinkSection> sections;       // placed behind .text, .rodata, .data and .bss, in this order
  std::map<std::string, uint32_t> symbols; // absolute symbols

  std::string entry = "_start";   // placed at the first address of DRAM, where the core starts
  uint32_t dramBase = 0x80000000; // a multiple of 64
  uint64_t dramBytes = uint64_t{1} << 31;
  uint32_t scalarBase = 0x00010000;
  uint32_t scalarBytes = 64 * 1024; // __stack_top is scalarBase + scalarBytes
};

struct LinkResult {
  std::vector<uint8_t> elf;
  uint32_t entry = 0;
  uint64_t end = 0;                        // first DRAM address behind the program (also the symbol __end)
  std::map<std::string, uint32_t> symbols; // the global ones
};

// Links, and releases what the caller gives away. Throws Error for: an object that is no Weft object or is
// malformed, undefined or duplicate symbols, a program that does not fit in DRAM, relocations out of range, an entry
// that is not first in its section.
LinkResult link(LinkInput input);

} // namespace weft
