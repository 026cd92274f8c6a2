// Where a program's constants lie: prepacked weights, channel parameters, tables, in the order in which they stream.
#pragma once

#include "isa/program/memory_map.h"

#include <cstdint>
#include <span>
#include <vector>

namespace weft::lowering {

// The DRAM image of all constants; addresses are handed out as they are added.
class ConstantImage {
public:
  enum class Keep : uint8_t { bytes, addresses };
  // With Keep::addresses only the addresses are wanted: bytes() stays empty.
  ConstantImage(uint32_t base, uint32_t alignment, Keep keep = Keep::bytes)
      : base_(base), alignment_(alignment), keep_(keep) {}
  struct Entry {
    MapUse use;
    uint32_t address, bytes;
    uint64_t networkBytes;
  };
  // `networkBytes`: what the network has of it, without padding.
  uint32_t add(std::span<const uint8_t> bytes, MapUse use, uint64_t networkBytes);
  const std::vector<Entry>& entries() const { return entries_; } // in order
  uint32_t base() const { return base_; }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

private:
  uint32_t base_, alignment_;
  Keep keep_;
  size_t size_ = 0;
  std::vector<uint8_t> bytes_;
  std::vector<Entry> entries_;
};

} // namespace weft::lowering
