// Constants in the order in which they stream: prepacked weights, channel parameters, tables.
#pragma once

#include "compiler/mapping/geometry.h"
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
  // The bytes that were added as entry `index` are a constant of the network, packed: they need not be kept.
  void refer(size_t index, const net::Network& network, int32_t tensor, const TensorType& type);
  // Takes the whole image out. With Keep::addresses there is none.
  std::vector<uint8_t> take(const net::Network& network);

private:
  uint32_t place(uint64_t bytes);

  uint32_t base_, alignment_;
  Keep keep_;
  size_t size_ = 0;
  std::vector<Entry> entries_;
};

// The packed constants of a group without weights or parameters (only its shape is known) are of the right size and
// hold nothing.

// Weights of a matrix group: for each column tile, each chunk, each step of it one tile of rows x cols bytes. Places
// without a weight hold the zero point, which contributes nothing.
std::vector<uint8_t> packMatrixWeights(const mapping::Group& group, const mapping::Geometry& geometry,
                                       const mapping::GroupMapping& mapping, const Machine& machine);

// Weights of a depthwise group: for each column tile, each tap, cols bytes.
std::vector<uint8_t> packDepthwiseWeights(const mapping::Group& group, const mapping::Geometry& geometry,
                                          const Machine& machine);

// Channel parameters: for each column tile cols int32 biases, then cols fp32 scales.
std::vector<uint8_t> packParameters(const mapping::Group& group, const mapping::Geometry& geometry,
                                    const Machine& machine);

} // namespace weft::lowering
