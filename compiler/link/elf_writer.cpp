#include "compiler/link/elf_writer.h"

#include "compiler/target/target.h"
#include "isa/support/error.h"
#include "llvm/BinaryFormat/ELF.h"

#include <algorithm>
#include <fmt/format.h>

namespace weft::linker {
namespace {

namespace elf = llvm::ELF;
constexpr uint32_t kHeaderBytes = 52;
constexpr uint32_t kProgramHeaderBytes = 32;
constexpr uint32_t kSectionHeaderBytes = 40;
constexpr uint32_t kSymbolBytes = 16;

class Bytes {
public:
  void u8(uint32_t value) { bytes.push_back(uint8_t(value)); }
  void u16(uint32_t value) {
    u8(value);
    u8(value >> 8);
  }
  void u32(uint32_t value) {
    u16(value);
    u16(value >> 16);
  }
  void words(std::initializer_list<uint32_t> values) {
    for (uint32_t value : values)
      u32(value);
  }
  // Pads with zeros until size() % alignment == remainder.
  void align(uint32_t alignment, uint32_t remainder = 0) {
    while (bytes.size() % alignment != remainder)
      bytes.push_back(0);
  }
  void append(std::span<const uint8_t> more) { bytes.insert(bytes.end(), more.begin(), more.end()); }
  uint32_t size() const {
    if (bytes.size() > UINT32_MAX)
      throw Error("the linked file would be larger than 4 GiB, which ELF32 cannot describe");
    return uint32_t(bytes.size());
  }
  std::vector<uint8_t> bytes;
};

class Strings {
public:
  uint32_t add(const std::string& text) {
    if (text.empty())
      return 0;
    uint32_t offset = uint32_t(table_.size());
    table_.insert(table_.end(), text.begin(), text.end());
    table_.push_back(0);
    return offset;
  }
  const std::vector<uint8_t>& table() const { return table_; }

private:
  std::vector<uint8_t> table_ = {0};
};

} // namespace

std::vector<uint8_t> writeElf(uint32_t entry, const std::vector<OutputSection>& sections,
                              const std::vector<OutputSymbol>& symbols) {
  // ELF wants local symbols first.
  std::vector<const OutputSymbol*> ordered;
  auto appendIf = [&](bool local) {
    for (const OutputSymbol& symbol : symbols)
      if ((symbol.binding == elf::STB_LOCAL) == local)
        ordered.push_back(&symbol);
  };
  appendIf(true);
  uint32_t locals = uint32_t(ordered.size()) + 1;
  appendIf(false);
  uint32_t loads = uint32_t(std::count_if(sections.begin(), sections.end(),
                                          [](const OutputSection& section) { return section.flags & elf::SHF_ALLOC; }));
  uint32_t sectionCount = uint32_t(sections.size()) + 4; // null, .symtab, .strtab, .shstrtab

  // Section contents, each at an offset congruent to its address. Nobody maps these files: beyond a line, alignment in
  // memory is no reason to pad the file.
  auto fileAlignment = [](const OutputSection& section) { return std::min<uint32_t>(section.alignment, 64); };
  size_t estimate = 4096; // a file that grows would be there twice
  for (const OutputSection& section : sections)
    estimate += section.fileContent().size() + fileAlignment(section) + kSectionHeaderBytes + kProgramHeaderBytes;
  for (const OutputSymbol& symbol : symbols)
    estimate += symbol.name.size() + 1 + kSymbolBytes;
  Bytes out;
  out.bytes.reserve(estimate);
  out.bytes.resize(kHeaderBytes + loads * kProgramHeaderBytes);
  std::vector<uint32_t> offsets;
  for (const OutputSection& section : sections) {
    if (section.flags & elf::SHF_ALLOC)
      out.align(fileAlignment(section), section.address % fileAlignment(section));
    offsets.push_back(out.size());
    out.append(section.fileContent());
  }

  Strings names, symbolNames;
  Bytes table;
  table.bytes.resize(kSymbolBytes);
  for (const OutputSymbol* symbol : ordered) {
    table.words({symbolNames.add(symbol->name), symbol->value, symbol->bytes});
    table.u8(uint32_t(symbol->binding) << 4 | symbol->type);
    table.u8(elf::STV_DEFAULT);
    table.u16(symbol->section < 0 ? uint32_t(elf::SHN_ABS) : uint32_t(symbol->section) + 1);
  }

  Bytes headers;
  headers.bytes.resize(kSectionHeaderBytes);
  for (size_t i = 0; i < sections.size(); ++i) {
    const OutputSection& section = sections[i];
    headers.words({names.add(section.name), section.type, section.flags, section.address, offsets[i],
                   uint32_t(section.bytes), 0, 0, section.alignment, 0});
  }
  out.align(4);
  headers.words({names.add(".symtab"), elf::SHT_SYMTAB, 0, 0, out.size(), table.size(), sectionCount - 2, locals, 4,
                 kSymbolBytes});
  out.append(table.bytes);
  headers.words(
      {names.add(".strtab"), elf::SHT_STRTAB, 0, 0, out.size(), uint32_t(symbolNames.table().size()), 0, 0, 1, 0});
  out.append(symbolNames.table());
  uint32_t ownName = names.add(".shstrtab");
  headers.words({ownName, elf::SHT_STRTAB, 0, 0, out.size(), uint32_t(names.table().size()), 0, 0, 1, 0});
  out.append(names.table());
  out.align(4);
  uint32_t headerOffset = out.size();
  out.append(headers.bytes);

  Bytes start;
  for (uint32_t byte : {0x7fu, uint32_t('E'), uint32_t('L'), uint32_t('F'), 1u, 1u, 1u, 0u})
    start.u8(byte);
  start.words({0, 0});
  start.u16(elf::ET_EXEC);
  start.u16(kElfMachine);
  start.words({elf::EV_CURRENT, entry, kHeaderBytes, headerOffset, 0});
  for (uint32_t value : {kHeaderBytes, kProgramHeaderBytes, loads, kSectionHeaderBytes, sectionCount, sectionCount - 1})
    start.u16(value);
  for (size_t i = 0; i < sections.size(); ++i) {
    const OutputSection& section = sections[i];
    if (!(section.flags & elf::SHF_ALLOC))
      continue;
    uint32_t rights = elf::PF_R;
    if (section.flags & elf::SHF_WRITE)
      rights |= elf::PF_W;
    if (section.flags & elf::SHF_EXECINSTR)
      rights |= elf::PF_X;
    start.words({elf::PT_LOAD, offsets[i], section.address, section.address, uint32_t(section.fileContent().size()),
                 uint32_t(section.bytes), rights, fileAlignment(section)});
  }
  std::copy(start.bytes.begin(), start.bytes.end(), out.bytes.begin());
  return std::move(out.bytes);
}

} // namespace weft::linker
