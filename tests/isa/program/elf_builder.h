// Builds program files by hand, so that the parser is tested against something that it did not write itself.
#pragma once

#include <cstdint>
#include <cstring>
#include <elf.h>
#include <string>
#include <vector>

namespace weft::test {

class ElfBuilder {
public:
  Elf32_Ehdr header{};

  ElfBuilder() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS32;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = 0x5746;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof(Elf32_Ehdr);
    header.e_phentsize = sizeof(Elf32_Phdr);
    header.e_shentsize = sizeof(Elf32_Shdr);
    header.e_entry = 0x80000000;
    section("", SHT_NULL, {});
  }

  void segment(uint32_t address, std::vector<uint8_t> content, uint32_t memoryBytes) {
    Elf32_Phdr entry{};
    entry.p_type = PT_LOAD;
    entry.p_vaddr = entry.p_paddr = address;
    entry.p_filesz = static_cast<uint32_t>(content.size());
    entry.p_memsz = memoryBytes;
    segments_.push_back({entry, std::move(content)});
  }
  void section(const std::string& name, uint32_t type, std::vector<uint8_t> content, uint32_t link = 0) {
    Elf32_Shdr entry{};
    entry.sh_name = static_cast<uint32_t>(sectionNames_.size());
    sectionNames_ += name + '\0';
    entry.sh_type = type;
    entry.sh_link = link;
    sections_.push_back({entry, std::move(content)});
  }
  void section(const std::string& name, const std::string& content) {
    section(name, SHT_PROGBITS, {content.begin(), content.end()});
  }
  void symbol(const std::string& name, uint32_t address, uint32_t bytes, unsigned char type = STT_FUNC) {
    Elf32_Sym entry{};
    entry.st_name = static_cast<uint32_t>(symbolNames_.size());
    symbolNames_ += name + '\0';
    entry.st_value = address;
    entry.st_size = bytes;
    entry.st_info = ELF32_ST_INFO(STB_GLOBAL, type);
    entry.st_shndx = SHN_ABS;
    const auto* raw = reinterpret_cast<const uint8_t*>(&entry);
    symbols_.insert(symbols_.end(), raw, raw + sizeof entry);
  }

  std::vector<uint8_t> build() {
    if (!symbols_.empty()) {
      section(".symtab", SHT_SYMTAB, symbols_, static_cast<uint32_t>(sections_.size() + 1));
      section(".strtab", SHT_STRTAB, {symbolNames_.begin(), symbolNames_.end()});
    }
    section(".shstrtab", SHT_STRTAB, {});
    sections_.back().content.assign(sectionNames_.begin(), sectionNames_.end());

    header.e_shstrndx = static_cast<uint16_t>(sections_.size() - 1);
    header.e_phnum = static_cast<uint16_t>(segments_.size());
    header.e_shnum = static_cast<uint16_t>(sections_.size());
    header.e_phoff = sizeof header;
    header.e_shoff = static_cast<uint32_t>(sizeof header + segments_.size() * sizeof(Elf32_Phdr));
    auto offset = static_cast<uint32_t>(header.e_shoff + sections_.size() * sizeof(Elf32_Shdr));
    std::vector<uint8_t> heads, contents;
    append(heads, &header, sizeof header);
    for (auto& [entry, content] : segments_) {
      entry.p_offset = offset + static_cast<uint32_t>(contents.size());
      append(heads, &entry, sizeof entry);
      append(contents, content.data(), content.size());
    }
    for (auto& [entry, content] : sections_) {
      entry.sh_offset = offset + static_cast<uint32_t>(contents.size());
      entry.sh_size = static_cast<uint32_t>(content.size());
      append(heads, &entry, sizeof entry);
      append(contents, content.data(), content.size());
    }
    heads.insert(heads.end(), contents.begin(), contents.end());
    return heads;
  }

private:
  static void append(std::vector<uint8_t>& bytes, const void* data, size_t size) {
    const auto* raw = static_cast<const uint8_t*>(data);
    bytes.insert(bytes.end(), raw, raw + size);
  }

  struct SegmentEntry {
    Elf32_Phdr header;
    std::vector<uint8_t> content;
  };
  struct SectionEntry {
    Elf32_Shdr header;
    std::vector<uint8_t> content;
  };
  std::vector<SegmentEntry> segments_;
  std::vector<SectionEntry> sections_;
  std::vector<uint8_t> symbols_;
  std::string sectionNames_, symbolNames_ = std::string(1, '\0');
};

} // namespace weft::test
