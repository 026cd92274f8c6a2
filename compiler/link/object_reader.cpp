#include "compiler/link/object_reader.h"

#include "compiler/target/target.h"
#include "isa/support/error.h"
#include "llvm/Object/ELF.h"

#include <bit>
#include <fmt/format.h>

namespace weft::linker {
namespace {

using File = llvm::object::ELFFile<llvm::object::ELF32LE>;
namespace elf = llvm::ELF;

template <typename T> T take(llvm::Expected<T> value, const std::string& name) {
  if (!value)
    throw Error(fmt::format("{}: malformed object: {}", name, llvm::toString(value.takeError())));
  return std::move(*value);
}

void readRelocations(const File& file, const File::Elf_Shdr& header, ObjectFile& object) {
  if (header.sh_type == elf::SHT_REL)
    throw Error(fmt::format("{}: relocations without addends (SHT_REL) are not supported", object.name));
  if (header.sh_info == 0 || header.sh_info >= object.sections.size())
    throw Error(fmt::format("{}: malformed object: relocations for section {} of {}", object.name,
                            uint32_t(header.sh_info), object.sections.size()));
  InputSection& section = object.sections[header.sh_info];
  for (const auto& entry : take(file.relas(header), object.name)) {
    Relocation relocation{entry.r_offset, entry.getType(false), entry.getSymbol(false), entry.r_addend};
    if (relocation.type == kRelocationNone)
      continue;
    if (relocation.type != kRelocationAbsolute32 && relocation.type != kRelocationRelative32)
      throw Error(fmt::format("{}: {}+{:#x}: unknown relocation type {} (1 and 2 exist)", object.name, section.name,
                              relocation.offset, relocation.type));
    if (section.zeros || section.bytes < 4 || relocation.offset > section.bytes - 4)
      throw Error(fmt::format("{}: {}+{:#x}: relocation outside the section's content", object.name, section.name,
                              relocation.offset));
    if (relocation.symbol >= object.symbols.size())
      throw Error(fmt::format("{}: {}+{:#x}: relocation with symbol {}, but there are {}", object.name, section.name,
                              relocation.offset, relocation.symbol, object.symbols.size()));
    section.relocations.push_back(relocation);
  }
}

void readSymbols(const File& file, const File::Elf_Shdr& header, ObjectFile& object) {
  llvm::StringRef names = take(file.getStringTableForSymtab(header), object.name);
  for (const auto& entry : take(file.symbols(&header), object.name)) {
    InputSymbol symbol;
    symbol.name = take(entry.getName(names), object.name).str();
    symbol.value = entry.st_value;
    symbol.bytes = entry.st_size;
    symbol.binding = entry.getBinding();
    symbol.type = entry.getType();
    if (symbol.type == elf::STT_TLS)
      throw Error(fmt::format("{}: thread-local symbol {}: there are no threads", object.name, symbol.name));
    uint32_t index = entry.st_shndx;
    if (index == elf::SHN_UNDEF) {
      symbol.kind = SymbolKind::undefined;
    } else if (index == elf::SHN_ABS) {
      symbol.kind = SymbolKind::absolute;
    } else if (index == elf::SHN_COMMON) {
      symbol.kind = SymbolKind::common;
      if (symbol.binding == elf::STB_LOCAL)
        throw Error(fmt::format("{}: common symbol {} is local; what is local belongs into a section", object.name,
                                symbol.name));
      if (!std::has_single_bit(symbol.value) || symbol.value > kLargestAlignment)
        throw Error(fmt::format("{}: common symbol {} has alignment {}", object.name, symbol.name, symbol.value));
    } else {
      if (index >= object.sections.size())
        throw Error(fmt::format("{}: malformed object: symbol {} in section {} of {}", object.name, symbol.name, index,
                                object.sections.size()));
      symbol.kind = SymbolKind::defined;
      symbol.section = index;
      if (symbol.value > object.sections[index].bytes)
        throw Error(fmt::format("{}: malformed object: symbol {} lies outside its section", object.name, symbol.name));
    }
    object.symbols.push_back(std::move(symbol));
  }
}

void readGroup(const File& file, const File::Elf_Shdr& header, ObjectFile& object) {
  auto words = take(file.getSectionContentsAsArray<File::Elf_Word>(header), object.name);
  if (words.empty() || header.sh_info >= object.symbols.size())
    throw Error(fmt::format("{}: malformed object: bad section group", object.name));
  if (words[0] != elf::GRP_COMDAT)
    return;
  for (uint32_t member : words.drop_front()) {
    if (member == 0 || member >= object.sections.size())
      throw Error(fmt::format("{}: malformed object: bad section group", object.name));
    object.sections[member].group = object.symbols[header.sh_info].name;
  }
}

} // namespace

ObjectFile readObject(const std::string& name, std::span<const uint8_t> bytes) {
  ObjectFile object;
  object.name = name;
  File file = take(File::create(llvm::StringRef(reinterpret_cast<const char*>(bytes.data()), bytes.size())), name);
  const auto& header = file.getHeader();
  if (!header.checkMagic() || header.getFileClass() != elf::ELFCLASS32 ||
      header.getDataEncoding() != elf::ELFDATA2LSB || header.e_machine != kElfMachine)
    throw Error(fmt::format("{}: not an object for Weft (32-bit little-endian ELF, machine {:#x})", name, kElfMachine));
  if (header.e_type != elf::ET_REL)
    throw Error(fmt::format("{}: not a relocatable object (ELF type {})", name, uint32_t(header.e_type)));

  auto headers = take(file.sections(), name);
  for (const auto& entry : headers) {
    InputSection section;
    if (entry.sh_type != elf::SHT_NULL)
      section.name = take(file.getSectionName(entry), name).str();
    section.flags = entry.sh_flags;
    section.alignment = entry.sh_addralign == 0 ? 1 : uint32_t(entry.sh_addralign);
    if (!std::has_single_bit(section.alignment) || section.alignment > kLargestAlignment)
      throw Error(fmt::format("{}: section {} has alignment {}: a power of two up to {} is needed", name, section.name,
                              section.alignment, kLargestAlignment));
    switch (uint32_t(entry.sh_type)) {
    case elf::SHT_PROGBITS:
    case elf::SHT_NOTE: {
      auto content = take(file.getSectionContents(entry), name);
      section.content = {content.data(), content.size()};
      section.bytes = uint32_t(content.size());
      break;
    }
    case elf::SHT_NOBITS:
      section.zeros = true;
      section.bytes = entry.sh_size;
      break;
    case elf::SHT_INIT_ARRAY:
    case elf::SHT_FINI_ARRAY:
      throw Error(fmt::format("{}: section {}: constructors and destructors are not supported", name, section.name));
    default: // tables of the file itself
      section.flags = 0;
      section.name.clear();
      break;
    }
    object.sections.push_back(std::move(section));
  }

  for (const auto& entry : headers)
    if (entry.sh_type == elf::SHT_SYMTAB) {
      if (!object.symbols.empty())
        throw Error(fmt::format("{}: malformed object: two symbol tables", name));
      readSymbols(file, entry, object);
    }
  for (const auto& entry : headers) {
    if (entry.sh_type == elf::SHT_RELA || entry.sh_type == elf::SHT_REL)
      readRelocations(file, entry, object);
    if (entry.sh_type == elf::SHT_GROUP)
      readGroup(file, entry, object);
  }
  return object;
}

} // namespace weft::linker
