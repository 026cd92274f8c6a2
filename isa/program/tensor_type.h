// The type of a tensor with its place: element type, shape, and where each element lies in a memory. One description
// for activations (order of the dimensions, padding to rows, border) and for packed constants (blocked), from the
// compiler's graph through the program file to the runtime.
#pragma once

#include "isa/program/network.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weft {

// An index of the tensor is written in mixed radix, each digit a level: element (i0, i1, ...) lies at `offset` + the
// sum over all levels of digit * stride. The levels of one dimension go from the most significant digit down; the
// product of their counts is at least the dimension's extent (more where it is padded). All counts and strides are in
// elements. What belongs to no element (padding, border) holds `fill` (the element's low bytes of it).
//
// N x C x H x W with channels innermost, padded to 16 and a border of one pixel around each image of 8 x 8:
//   levels (n, N, 10*10*16) (h, 8, 10*16) (w, 8, 16) (c, C, 1), offset (10 + 1) * 16, span N * 10*10*16
// K x N weights in tiles of 16 x 16, by columns of tiles:
//   levels (n, N/16, K*16) (k, K, 16) (n, 16, 1)
struct Layout {
  struct Level {
    int32_t dimension = 0;
    int64_t count = 1;
    int64_t stride = 0;
    bool operator==(const Level&) const = default;
  };
  std::vector<Level> levels; // outermost first
  int64_t offset = 0;
  int64_t span = 1; // elements of the place as a whole
  int32_t fill = 0;
  bool operator==(const Layout&) const = default;

  // Distance in elements from one index of a dimension to the next. The dimension must have one level at most.
  int64_t stride(int32_t dimension) const;
  // The dimension whose stride is 1 (of its innermost level, if it has several), or -1 (rank 0).
  int32_t innermost() const;
};

struct TensorType {
  net::DType element = net::DType::f32;
  net::Shape shape; // of any rank, in the network's order of dimensions
  Layout layout;
  bool operator==(const TensorType&) const = default;

  uint64_t bytes() const { return static_cast<uint64_t>(layout.span) * net::byteSize(element); }
};

// Places before the first and after the last index of a dimension.
using Border = std::array<int64_t, 2>;

// One level for each dimension. `order` lists the dimensions from the outermost to the innermost; `pitch` (at least the
// innermost extent; 0: equal to it) is the distance between neighbours of the second innermost; `border` has an entry
// for each dimension in the tensor's order, or none at all. The innermost dimension has no border.
Layout orderedLayout(const net::Shape& shape, std::span<const int32_t> order, int64_t pitch = 0,
                     std::span<const Border> border = {}, int32_t fill = 0);

// The layout of plain row-major bytes.
Layout rowMajorLayout(const net::Shape& shape);

// Throws Error beginning with `where` unless every element lies within the span, no two at the same place, and all
// products stay below 2^48 (so that no later arithmetic overflows). For types that come from a file. No two elements
// meet when each level lies beyond all that the levels of smaller strides reach together; this is what is asked for.
void checkType(const TensorType& type, const std::string& where);

// Row-major elements to the place and back. `memory` has type.bytes() bytes; scatter() writes all of them.
void scatter(const TensorType& type, std::span<const uint8_t> values, std::span<uint8_t> memory);
std::vector<uint8_t> gather(const TensorType& type, std::span<const uint8_t> memory);

} // namespace weft
