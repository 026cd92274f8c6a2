// What each tensor instruction does to memory, apart from time. The manual's prose is the specification; the formulas
// are in numerics.h.
#pragma once

#include "isa/semantics/state.h"

#include <functional>

namespace weft {

// The operand checks of the start cycle (docs/timing.md, section 3). Empty if the instruction may start.
std::optional<Fault> checkOperands(const TensorOp& op, const Machine& machine);

// Executes the whole instruction on `memory`. On an address outside its memory the fault is returned (in access order the first)
// and the memories that the instruction writes are undefined. Requires checkOperands() to have passed.
std::optional<Fault> execute(const TensorOp& op, const Machine& machine, CoreMemory& memory);

// Memories that an instruction touches.
enum class Space : uint8_t { dram, scratchpad, accumulator, lut };

// An affine set of byte (accumulator: row) ranges: [base + sum i_k * stride_k, + length) for 0 <= i_k < count_k.
struct Region {
  Space space;
  bool write;
  int64_t base;
  int64_t length;
  std::array<int64_t, 8> count;  // unused dimensions have 1
  std::array<int64_t, 8> stride;
  int64_t lowest() const;  // first address
  int64_t highest() const; // one past the last address
};

// All regions that the instruction reads and writes (a superset only where the window of a load makes runs partly fill: the
// DRAM region covers exactly the real runs' bounding walk). Used by verifier and race detector.
std::vector<Region> footprint(const TensorOp& op, const Machine& machine);

// Whether two regions share a byte (row); exact.
bool overlap(const Region& x, const Region& y);

} // namespace weft
