#include "compiler/link/link.h"

#include "compiler/link/elf_writer.h"
#include "compiler/link/object_reader.h"
#include "compiler/target/target.h"
#include "isa/support/error.h"
#include "llvm/BinaryFormat/ELF.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <set>

namespace weft {
namespace linker {
namespace {

namespace elf = llvm::ELF;

// Start of every output section in DRAM: a burst of most machines.
constexpr uint32_t kSectionAlignment = 64;
// Zeros that may be written into the file between the parts of a section.
constexpr uint64_t kMostPadding = 1 << 16;

uint64_t alignUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

// Where an input section went.
struct Place {
  int output = -1; // index of the output section; -1: dropped
  uint64_t offset = 0;
};

// What a global name stands for.
struct Definition {
  const ObjectFile* object = nullptr; // null: absolute, made by the linker or its caller
  uint32_t symbol = 0;                // index in the object
  uint32_t value = 0;                 // if absolute
  int output = -1;                    // the output section that `value` is relative to, for caller's sections
  bool weak = false;
};

class Linker {
public:
  explicit Linker(const LinkInput& input) : input_(input) {}
  LinkResult run();

private:
  void addObject(const LinkObject& object);
  void addLibraries();
  void define(const ObjectFile& object, uint32_t index);
  void defineAbsolute(const std::string& name, uint32_t value);
  void checkUndefined() const;

  void placeSections();
  void placeCommons();
  void placeCallerSections();
  void assignAddresses();
  int outputFor(const InputSection& section);
  int outputNamed(const std::string& name, uint32_t type, uint32_t flags);
  void place(const ObjectFile& object, uint32_t index);

  uint64_t address(const ObjectFile& object, const InputSymbol& symbol) const;
  uint64_t address(const Definition& definition) const;
  void relocate();
  std::vector<OutputSymbol> symbolTable() const;

  const LinkInput& input_;
  std::vector<std::unique_ptr<ObjectFile>> objects_;
  std::map<std::string, Definition> globals_;
  std::set<std::string> undefined_;
  std::set<std::string> groups_;
  std::set<const InputSection*> dropped_; // members of a COMDAT group that an earlier object has
  std::map<const InputSection*, Place> places_;
  std::map<std::string, Place> commons_;
  std::vector<OutputSection> outputs_;
  uint64_t end_ = 0;
};

void Linker::define(const ObjectFile& object, uint32_t index) {
  const InputSymbol& symbol = object.symbols[index];
  if (symbol.kind == SymbolKind::undefined) {
    if (!globals_.count(symbol.name) && symbol.binding != elf::STB_WEAK)
      undefined_.insert(symbol.name);
    return;
  }
  if (symbol.kind == SymbolKind::defined && dropped_.count(&object.sections[symbol.section]))
    return;
  Definition definition{&object, index, 0, -1, symbol.binding == elf::STB_WEAK};
  bool common = symbol.kind == SymbolKind::common;
  auto [found, isNew] = globals_.try_emplace(symbol.name, definition);
  if (!isNew) {
    Definition& earlier = found->second;
    bool earlierCommon = earlier.object && earlier.object->symbols[earlier.symbol].kind == SymbolKind::common;
    if (common && earlierCommon) {
      if (symbol.bytes > earlier.object->symbols[earlier.symbol].bytes)
        earlier = definition;
    } else if ((earlier.weak && !definition.weak) || (earlierCommon && !definition.weak)) {
      earlier = definition;
    } else if (!earlier.weak && !definition.weak && !common) {
      throw Error(fmt::format("symbol {} is defined twice: in {} and in {}", symbol.name,
                              earlier.object ? earlier.object->name : "the linker's input", object.name));
    }
  }
  undefined_.erase(symbol.name);
}

void Linker::defineAbsolute(const std::string& name, uint32_t value) {
  Definition definition;
  definition.value = value;
  auto [found, isNew] = globals_.try_emplace(name, definition);
  if (!isNew)
    throw Error(fmt::format("symbol {} is defined twice: by the linker's input and in {}", name,
                            found->second.object ? found->second.object->name : "the linker's input"));
  undefined_.erase(name);
}

void Linker::addObject(const LinkObject& object) {
  objects_.push_back(std::make_unique<ObjectFile>(readObject(object.name, object.bytes)));
  const ObjectFile& added = *objects_.back();
  std::set<std::string> own;
  for (const InputSection& section : added.sections) {
    if (!section.group)
      continue;
    if (groups_.count(*section.group))
      dropped_.insert(&section);
    else
      own.insert(*section.group);
  }
  groups_.insert(own.begin(), own.end());
  for (uint32_t i = 1; i < added.symbols.size(); ++i)
    if (added.symbols[i].binding != elf::STB_LOCAL)
      define(added, i);
}

void Linker::addLibraries() {
  std::map<std::string, const LinkObject*> index;
  for (const LinkObject& library : input_.libraries) {
    ObjectFile object = readObject(library.name, library.bytes);
    for (const InputSymbol& symbol : object.symbols)
      if (symbol.binding != elf::STB_LOCAL && symbol.kind != SymbolKind::undefined)
        index.try_emplace(symbol.name, &library);
  }
  std::set<const LinkObject*> used;
  for (bool progress = true; progress;) {
    progress = false;
    for (const std::string& name : std::set<std::string>(undefined_)) {
      auto found = index.find(name);
      if (found != index.end() && undefined_.count(name) && used.insert(found->second).second) {
        addObject(*found->second);
        progress = true;
      }
    }
  }
}

void Linker::checkUndefined() const {
  if (undefined_.empty())
    return;
  constexpr size_t kMost = 10;
  std::string message;
  size_t count = 0;
  for (const std::string& name : undefined_) {
    if (++count > kMost)
      break;
    std::string user;
    for (const auto& object : objects_)
      for (const InputSymbol& symbol : object->symbols)
        if (user.empty() && symbol.kind == SymbolKind::undefined && symbol.name == name)
          user = object->name;
    message += fmt::format("{}{} (used in {})", message.empty() ? "" : ", ", name, user.empty() ? "the entry" : user);
  }
  if (undefined_.size() > kMost)
    message += fmt::format(" and {} more", undefined_.size() - kMost);
  throw Error("undefined symbols: " + message);
}

int Linker::outputNamed(const std::string& name, uint32_t type, uint32_t flags) {
  for (size_t i = 0; i < outputs_.size(); ++i)
    if (outputs_[i].name == name) {
      outputs_[i].flags |= flags;
      if (type == elf::SHT_PROGBITS)
        outputs_[i].type = type;
      return int(i);
    }
  OutputSection section;
  section.name = name;
  section.type = type;
  section.flags = flags;
  section.alignment = flags & elf::SHF_ALLOC ? kSectionAlignment : 1;
  outputs_.push_back(std::move(section));
  return int(outputs_.size() - 1);
}

int Linker::outputFor(const InputSection& section) {
  if (section.name.empty() || section.name == ".comment" || section.name == ".note.GNU-stack" ||
      section.name == ".llvm_addrsig" || (section.flags & elf::SHF_EXCLUDE))
    return -1;
  uint32_t type = section.zeros ? elf::SHT_NOBITS : elf::SHT_PROGBITS;
  uint32_t kept = section.flags & (elf::SHF_ALLOC | elf::SHF_WRITE | elf::SHF_EXECINSTR);
  if (!(kept & elf::SHF_ALLOC) || section.name.starts_with(".weft."))
    return outputNamed(section.name, type, kept);
  if (kept & elf::SHF_EXECINSTR)
    return outputNamed(".text", type, kept);
  if (!(kept & elf::SHF_WRITE))
    return outputNamed(".rodata", type, kept);
  return outputNamed(section.zeros ? ".bss" : ".data", type, kept);
}

void Linker::place(const ObjectFile& object, uint32_t index) {
  const InputSection& section = object.sections[index];
  if (places_.count(&section) || dropped_.count(&section))
    return;
  int output = outputFor(section);
  Place& place = places_[&section];
  place.output = output;
  if (output < 0)
    return;
  OutputSection& target = outputs_[size_t(output)];
  target.alignment = std::max(target.alignment, section.alignment);
  place.offset = alignUp(target.bytes, section.alignment);
  target.bytes = place.offset + section.bytes;
  if (!section.zeros) {
    // Zeros from an earlier object's NOBITS part of the same name become content.
    if (place.offset - target.content.size() > kMostPadding)
      throw Error(fmt::format("{}: section {} continues one that is {} bytes of zeros: give them different names",
                              object.name, section.name, place.offset - target.content.size()));
    target.content.resize(place.offset, 0);
    target.content.insert(target.content.end(), section.content.begin(), section.content.end());
  }
}

void Linker::placeSections() {
  for (const auto& [name, type, flags] : {std::tuple{".text", elf::SHT_PROGBITS, elf::SHF_ALLOC | elf::SHF_EXECINSTR},
                                          std::tuple{".rodata", elf::SHT_PROGBITS, elf::SHF_ALLOC + 0u},
                                          std::tuple{".data", elf::SHT_PROGBITS, elf::SHF_ALLOC | elf::SHF_WRITE},
                                          std::tuple{".bss", elf::SHT_NOBITS, elf::SHF_ALLOC | elf::SHF_WRITE}})
    outputNamed(name, type, flags);

  const Definition& entry = globals_.at(input_.entry);
  if (entry.object) {
    const InputSymbol& symbol = entry.object->symbols[entry.symbol];
    if (symbol.kind == SymbolKind::defined) {
      if (symbol.value != 0 || !(entry.object->sections[symbol.section].flags & elf::SHF_EXECINSTR))
        throw Error(fmt::format("entry {} in {} must be the first thing in a section of code: the core starts at the "
                                "program's first address",
                                input_.entry, entry.object->name));
      place(*entry.object, symbol.section);
    }
  }
  for (const auto& object : objects_)
    for (uint32_t i = 0; i < object->sections.size(); ++i)
      place(*object, i);
}

void Linker::placeCommons() {
  for (const auto& [name, definition] : globals_) {
    if (!definition.object)
      continue;
    const InputSymbol& symbol = definition.object->symbols[definition.symbol];
    if (symbol.kind != SymbolKind::common)
      continue;
    int output = outputNamed(".bss", elf::SHT_NOBITS, elf::SHF_ALLOC | elf::SHF_WRITE);
    OutputSection& bss = outputs_[size_t(output)];
    bss.alignment = std::max(bss.alignment, symbol.value);
    uint64_t offset = alignUp(bss.bytes, symbol.value);
    bss.bytes = offset + symbol.bytes;
    commons_[name] = {output, offset};
  }
}

void Linker::placeCallerSections() {
  for (const LinkSection& section : input_.sections) {
    if (section.name.empty() || !std::has_single_bit(section.alignment))
      throw Error(fmt::format("section \"{}\" needs a name and an alignment that is a power of two, not {}",
                              section.name, section.alignment));
    for (const OutputSection& other : outputs_)
      if (other.name == section.name)
        throw Error(fmt::format("section {} exists twice", section.name));
    if (section.bytes != 0 && section.bytes < section.content.size())
      throw Error(fmt::format("section {} has {} bytes of content but is declared with {}", section.name,
                              section.content.size(), section.bytes));
    OutputSection output;
    output.name = section.name;
    output.given = section.content;
    output.bytes = std::max<uint64_t>(section.bytes, section.content.size());
    output.alignment = section.alignment;
    output.type = section.content.empty() && section.allocated ? elf::SHT_NOBITS : elf::SHT_PROGBITS;
    output.flags = section.allocated ? elf::SHF_ALLOC | elf::SHF_WRITE : 0u;
    outputs_.push_back(std::move(output));
    if (!section.symbol.empty())
      globals_.at(section.symbol).output = int(outputs_.size() - 1);
  }
}

void Linker::assignAddresses() {
  uint64_t next = input_.dramBase;
  uint64_t limit = uint64_t{input_.dramBase} + input_.dramBytes;
  for (OutputSection& section : outputs_) {
    if (!(section.flags & elf::SHF_ALLOC))
      continue;
    next = alignUp(next, section.alignment);
    if (section.bytes > limit || next > limit - section.bytes)
      throw Error(fmt::format("the program does not fit in DRAM: section {} of {} bytes would end at {:#x}, DRAM ends "
                              "at {:#x}",
                              section.name, section.bytes, next + section.bytes, limit));
    section.address = uint32_t(next);
    next += section.bytes;
    // A partly filled section is described by its content; the loader adds the zeros.
    if (section.type == elf::SHT_NOBITS)
      section.content.clear();
  }
  end_ = next;
}

uint64_t Linker::address(const Definition& definition) const {
  if (definition.object)
    return address(*definition.object, definition.object->symbols[definition.symbol]);
  return definition.output < 0 ? definition.value : outputs_[size_t(definition.output)].address;
}

uint64_t Linker::address(const ObjectFile& object, const InputSymbol& symbol) const {
  switch (symbol.kind) {
  case SymbolKind::absolute:
    return symbol.value;
  case SymbolKind::common: {
    const Place& place = commons_.at(symbol.name);
    return outputs_[size_t(place.output)].address + place.offset;
  }
  case SymbolKind::defined: {
    auto found = places_.find(&object.sections[symbol.section]);
    if (found == places_.end() || found->second.output < 0)
      return 0; // debug information about a dropped duplicate
    return outputs_[size_t(found->second.output)].address + found->second.offset + symbol.value;
  }
  case SymbolKind::undefined:
    return 0; // weak
  }
  return 0;
}

void Linker::relocate() {
  for (const auto& object : objects_)
    for (const InputSection& section : object->sections) {
      auto found = places_.find(&section);
      if (found == places_.end() || found->second.output < 0)
        continue;
      OutputSection& output = outputs_[size_t(found->second.output)];
      for (const Relocation& relocation : section.relocations) {
        const InputSymbol& symbol = object->symbols[relocation.symbol];
        int64_t value = relocation.addend;
        if (relocation.symbol != 0) {
          auto global = symbol.binding != elf::STB_LOCAL ? globals_.find(symbol.name) : globals_.end();
          value += int64_t(global != globals_.end() ? address(global->second) : address(*object, symbol));
        }
        uint64_t offset = found->second.offset + relocation.offset;
        if (relocation.type == kRelocationRelative32)
          value -= int64_t(output.address + offset);
        // Addresses are computed modulo 2^32, as the core does.
        if (value < -(int64_t{1} << 32) || value >= (int64_t{1} << 32))
          throw Error(fmt::format("{}: {}+{:#x}: {} {:+} does not fit in 32 bits", object->name, section.name,
                                  relocation.offset, symbol.name, relocation.addend));
        uint32_t word = uint32_t(uint64_t(value));
        for (unsigned i = 0; i < 4; ++i)
          output.content[offset + i] = uint8_t(word >> (8 * i));
      }
    }
}

std::vector<OutputSymbol> Linker::symbolTable() const {
  std::vector<OutputSymbol> table;
  auto add = [&](const std::string& name, uint64_t value, const InputSymbol* symbol, int section, uint8_t binding) {
    uint8_t type = symbol ? symbol->type : uint8_t(elf::STT_NOTYPE);
    table.push_back({name, uint32_t(value), symbol ? symbol->bytes : 0, binding, type, section});
  };
  for (const auto& object : objects_)
    for (const InputSymbol& symbol : object->symbols) {
      if (symbol.binding != elf::STB_LOCAL || symbol.kind != SymbolKind::defined || symbol.name.empty() ||
          symbol.type == elf::STT_SECTION || symbol.type == elf::STT_FILE || symbol.name.starts_with(".L"))
        continue;
      auto found = places_.find(&object->sections[symbol.section]);
      if (found != places_.end() && found->second.output >= 0)
        add(symbol.name, address(*object, symbol), &symbol, found->second.output, elf::STB_LOCAL);
    }
  for (const auto& [name, definition] : globals_) {
    const InputSymbol* symbol = definition.object ? &definition.object->symbols[definition.symbol] : nullptr;
    int section = definition.output;
    if (symbol && symbol->kind == SymbolKind::common)
      section = commons_.at(name).output;
    else if (symbol && symbol->kind == SymbolKind::defined)
      section = places_.at(&definition.object->sections[symbol->section]).output;
    add(name, address(definition), symbol, section, definition.weak ? elf::STB_WEAK : elf::STB_GLOBAL);
  }
  return table;
}

LinkResult Linker::run() {
  if (input_.dramBase % kSectionAlignment != 0 || input_.dramBytes > (uint64_t{1} << 32) - input_.dramBase)
    throw Error(fmt::format("DRAM at {:#x} with {} bytes: the base must be a multiple of {} and the end at most 2^32",
                            input_.dramBase, input_.dramBytes, kSectionAlignment));
  undefined_.insert(input_.entry);
  for (const auto& [name, value] : input_.symbols)
    defineAbsolute(name, value);
  defineAbsolute("__stack_top", input_.scalarBase + input_.scalarBytes);
  defineAbsolute("__end", 0);                        // known after layout
  for (const LinkSection& section : input_.sections) // the value is known after layout
    if (!section.symbol.empty())
      defineAbsolute(section.symbol, 0);
  for (const LinkObject& object : input_.objects)
    addObject(object);
  addLibraries();
  checkUndefined();
  placeSections();
  placeCommons();
  placeCallerSections();
  assignAddresses();
  globals_.at("__end").value = uint32_t(end_);
  relocate();

  LinkResult result;
  result.entry = uint32_t(address(globals_.at(input_.entry)));
  result.end = end_;
  for (const auto& [name, definition] : globals_)
    result.symbols[name] = uint32_t(address(definition));
  std::vector<OutputSymbol> table = symbolTable();
  // Sections that nothing went into would only clutter the file; section numbers follow.
  std::vector<int> number(outputs_.size(), -1);
  std::vector<OutputSection> kept;
  for (size_t i = 0; i < outputs_.size(); ++i)
    if (outputs_[i].bytes != 0) {
      number[i] = int(kept.size());
      kept.push_back(std::move(outputs_[i]));
    }
  for (OutputSymbol& symbol : table)
    symbol.section = symbol.section < 0 ? -1 : number[size_t(symbol.section)];
  result.elf = writeElf(result.entry, kept, table);
  return result;
}

} // namespace
} // namespace linker

LinkResult link(LinkInput input) {
  return linker::Linker(input).run();
}

} // namespace weft
