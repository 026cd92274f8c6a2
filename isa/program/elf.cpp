#include "isa/program/elf.h"

#include "isa/support/error.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <utility>

namespace weft::elf {
namespace {

static_assert(std::endian::native == std::endian::little, "ELF structures are read as they lie in the file");

constexpr size_t kLongestName = 4096;

class Reader {
public:
  Reader(std::span<const uint8_t> file, const std::string& origin) : file_(file), origin_(origin) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(fmt::format("{}: malformed program: {}", origin_, what));
  }

  std::span<const uint8_t> bytes(uint64_t offset, uint64_t size, const char* what) const {
    if (offset > file_.size() || size > file_.size() - offset)
      fail(fmt::format("{} ({} bytes at offset {}) is outside the file, which has {} bytes", what, size, offset,
                       file_.size()));
    return file_.subspan(static_cast<size_t>(offset), static_cast<size_t>(size));
  }

  template <typename T> T read(uint64_t offset, const char* what) const {
    T value;
    std::memcpy(&value, bytes(offset, sizeof value, what).data(), sizeof value);
    return value;
  }

  template <typename T> std::vector<T> table(uint64_t offset, uint64_t count, const char* what) const {
    auto part = bytes(offset, count * sizeof(T), what);
    std::vector<T> entries(static_cast<size_t>(count));
    if (!part.empty())
      std::memcpy(entries.data(), part.data(), part.size());
    return entries;
  }

  // The string at `offset` of a string table. The bound keeps many references to one long string from filling memory.
  std::string string(std::span<const uint8_t> table, uint32_t offset) const {
    if (offset >= table.size())
      fail(fmt::format("a name is at offset {} of a string table of {} bytes", offset, table.size()));
    auto rest = table.subspan(offset, std::min<size_t>(kLongestName + 1, table.size() - offset));
    auto end = std::find(rest.begin(), rest.end(), uint8_t{0});
    if (end == rest.end())
      fail(fmt::format("the name at offset {} of a string table does not end within {} bytes", offset, rest.size()));
    return {rest.begin(), end};
  }

private:
  std::span<const uint8_t> file_;
  const std::string& origin_;
};

Elf32_Ehdr readHeader(const Reader& in, std::span<const uint8_t> file, const std::string& origin) {
  if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0)
    throw Error(fmt::format("{}: not a Weft program: it does not start with the ELF magic number", origin));
  auto header = in.read<Elf32_Ehdr>(0, "the ELF header");
  if (header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != kMachine)
    throw Error(fmt::format("{}: not a Weft program: an ELF file for machine {:#x}, {}; Weft's are little-endian "
                            "32-bit files for machine {:#x}",
                            origin, header.e_machine, header.e_ident[EI_CLASS] == ELFCLASS32 ? "32-bit" : "not 32-bit",
                            kMachine));
  if (header.e_type == ET_REL)
    throw Error(fmt::format("{}: an object file, not a program; link it with 'weft link'", origin));
  if (header.e_type != ET_EXEC)
    in.fail(fmt::format("ELF type {}; it must be {} (executable)", header.e_type, ET_EXEC));
  if (header.e_phnum != 0 && header.e_phentsize != sizeof(Elf32_Phdr))
    in.fail(fmt::format("program headers of {} bytes; they must have {}", header.e_phentsize, sizeof(Elf32_Phdr)));
  if (header.e_shnum != 0 && header.e_shentsize != sizeof(Elf32_Shdr))
    in.fail(fmt::format("section headers of {} bytes; they must have {}", header.e_shentsize, sizeof(Elf32_Shdr)));
  return header;
}

std::vector<Segment> readSegments(const Reader& in, const Elf32_Ehdr& header) {
  std::vector<Segment> segments;
  for (const auto& entry : in.table<Elf32_Phdr>(header.e_phoff, header.e_phnum, "the program header table")) {
    if (entry.p_type != PT_LOAD || entry.p_memsz == 0)
      continue;
    if (entry.p_filesz > entry.p_memsz)
      in.fail(fmt::format("the segment at {:#010x} has {} bytes in the file and {} in memory", entry.p_vaddr,
                          entry.p_filesz, entry.p_memsz));
    if (entry.p_memsz > uint64_t{1} + UINT32_MAX - entry.p_vaddr)
      in.fail(fmt::format("the segment at {:#010x} of {} bytes ends beyond 32 bits", entry.p_vaddr, entry.p_memsz));
    segments.push_back({entry.p_vaddr, in.bytes(entry.p_offset, entry.p_filesz, "a segment"), entry.p_memsz});
  }
  std::sort(segments.begin(), segments.end(), [](const Segment& x, const Segment& y) { return x.address < y.address; });
  for (size_t i = 1; i < segments.size(); ++i)
    if (segments[i].address - segments[i - 1].address < segments[i - 1].bytes)
      in.fail(
          fmt::format("the segments at {:#010x} and {:#010x} overlap", segments[i - 1].address, segments[i].address));
  bool entryLoaded = std::any_of(segments.begin(), segments.end(), [&](const Segment& segment) {
    return header.e_entry >= segment.address && header.e_entry - segment.address < segment.bytes;
  });
  if (!entryLoaded)
    in.fail(fmt::format("the entry {:#010x} is in no segment", header.e_entry));
  return segments;
}

std::vector<Symbol> readSymbols(const Reader& in, const Elf32_Shdr& section, std::span<const uint8_t> names) {
  std::vector<Symbol> symbols;
  for (const auto& entry :
       in.table<Elf32_Sym>(section.sh_offset, section.sh_size / sizeof(Elf32_Sym), "the symbol table")) {
    auto type = ELF32_ST_TYPE(entry.st_info);
    if (entry.st_shndx == SHN_UNDEF || type == STT_FILE || type == STT_SECTION || entry.st_name == 0)
      continue;
    symbols.push_back({in.string(names, entry.st_name), entry.st_value, entry.st_size, type == STT_FUNC});
  }
  return symbols;
}

} // namespace

const Section* View::section(const std::string& name) const {
  auto it =
      std::find_if(sections.begin(), sections.end(), [&](const Section& candidate) { return candidate.name == name; });
  return it == sections.end() ? nullptr : &*it;
}

View parse(std::span<const uint8_t> file, const std::string& origin) {
  const Reader in(file, origin);
  const Elf32_Ehdr header = readHeader(in, file, origin);
  View view;
  view.entry = header.e_entry;
  view.segments = readSegments(in, header);

  const auto sections = in.table<Elf32_Shdr>(header.e_shoff, header.e_shnum, "the section header table");
  if (sections.empty())
    return view;
  auto content = [&](uint32_t index) {
    if (index >= sections.size())
      in.fail(fmt::format("a section refers to section {}; there are {}", index, sections.size()));
    const Elf32_Shdr& section = sections[index];
    return section.sh_type == SHT_NOBITS || section.sh_type == SHT_NULL
               ? std::span<const uint8_t>()
               : in.bytes(section.sh_offset, section.sh_size, "a section");
  };
  const auto sectionNames = content(header.e_shstrndx);
  bool symbolTableSeen = false;
  for (uint32_t i = 0; i < sections.size(); ++i) {
    if (sections[i].sh_type == SHT_NULL || sections[i].sh_type == SHT_NOBITS)
      continue;
    view.sections.push_back({in.string(sectionNames, sections[i].sh_name), content(i)});
    if (sections[i].sh_type == SHT_SYMTAB) {
      if (std::exchange(symbolTableSeen, true))
        in.fail("it has two symbol tables");
      view.symbols = readSymbols(in, sections[i], content(sections[i].sh_link));
    }
  }
  std::stable_sort(view.symbols.begin(), view.symbols.end(),
                   [](const Symbol& x, const Symbol& y) { return x.address < y.address; });
  return view;
}

} // namespace weft::elf
