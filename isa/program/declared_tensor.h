// The tensors that a hand-written program declares, so that a run can fill and read them. The section `.weft.tensors`
// has one record for each: its address (32 bits), then a text that ends with 0: "input NAME TYPE[EXTENTS]" or "output
// ...", such as "input x uint8[1,16]". The assembler's directives `.input` and `.output` and the macros WEFT_INPUT and
// WEFT_OUTPUT of weft.h write them; the name is the symbol's.
#pragma once

#include "isa/program/network.h"

namespace weft {

// Dense, row major, little endian, at [address, address + bytes()).
struct DeclaredTensor {
  std::string name;
  bool input = false; // or output
  net::DType type = net::DType::u8;
  net::Shape shape;
  uint32_t address = 0;

  size_t bytes() const { return static_cast<size_t>(net::elementCount(shape)) * net::byteSize(type); }
};

// Throws Error starting with `origin` for records that are malformed, of more than 4 GiB, or of the same name and
// direction.
std::vector<DeclaredTensor> parseDeclaredTensors(std::span<const uint8_t> section, const std::string& origin);

} // namespace weft
