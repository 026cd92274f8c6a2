// Address ranges of the memories. Internal to isa/semantics.
#pragma once

#include "isa/semantics/tensor.h"

namespace weft {

// First address and one past the last.
struct Bounds {
  int64_t low;
  int64_t high;
};
Bounds bounds(Space space, const Machine& machine);

// The regions as the operands say, wherever they lie (addresses not reduced modulo 2^32).
std::vector<Region> exactRegions(const TensorOp& op, const Machine& machine);

bool isInside(const Region& region, const Machine& machine);

} // namespace weft
