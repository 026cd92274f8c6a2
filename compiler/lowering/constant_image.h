// Where a program's constants lie: prepacked weights, channel parameters, tables, in the order in which they stream.
#pragma once

#include "isa/program/memory_map.h"
#include "isa/program/tensor_type.h"

#include <cstdint>
#include <vector>

namespace weft::lowering {

// The DRAM image of all constants; addresses are handed out as they are added.
class ConstantImage {
public:
  enum class Keep : uint8_t { bytes, addresses };
  // With Keep::addresses only the addresses are wanted.
  ConstantImage(uint32_t base, uint32_t alignment, Keep keep = Keep::bytes)
      : base_(base), alignment_(alignment), keep_(keep) {}
  struct Entry {
    MapUse use;
    uint32_t address, bytes;
    uint64_t networkBytes;
    std::vector<uint8_t> content; // or
    int32_t tensor = -1;          // the constant of the network that lies here,
    TensorType type = {};         // and how
  };
  // `networkBytes`: what the network has of it, without padding.
  uint32_t add(std::vector<uint8_t> bytes, MapUse use, uint64_t networkBytes);
  // A constant of the network, packed as its type says when the image is built.
  uint32_t add(int32_t tensor, const TensorType& type, MapUse use);
  const std::vector<Entry>& entries() const { return entries_; } // in order
  uint32_t base() const { return base_; }
  size_t bytes() const { return size_; }
  // Takes the whole image out. With Keep::addresses there is none.
  std::vector<uint8_t> take(const net::Network& network);

private:
  uint32_t place(uint64_t bytes);

  uint32_t base_, alignment_;
  Keep keep_;
  size_t size_ = 0;
  std::vector<Entry> entries_;
};

} // namespace weft::lowering
