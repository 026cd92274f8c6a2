// What each tensor instruction does to memory, apart from time. The manual's prose is the specification; the formulas
// are in numerics.h.
#pragma once

#include "isa/semantics/state.h"

namespace weft {

// The operand checks of the start cycle (docs/timing.md, section 3): counts, then types, then alignment. Empty if the
// instruction may start. The fault's information is the value that is wrong.
std::optional<Fault> checkOperands(const TensorOp& op, const Machine& machine);

// The first access outside its memory, if any; the fault's information is the address (accumulator: row). Order: by
// run, step or result row; within it sources before destinations. Addresses are modulo 2^32. Requires checkOperands()
// to have passed.
std::optional<Fault> checkAddresses(const TensorOp& op, const Machine& machine);

// Executes the whole instruction on `memory`, which was made for `machine`. On a fault of checkAddresses() that fault
// is returned and nothing is written. Requires checkOperands() to have passed.
std::optional<Fault> execute(const TensorOp& op, const Machine& machine, CoreMemory& memory);

// Work that an instruction does, for statistics: multiply-accumulates of the matrix engine, bytes of DRAM.
struct Work {
  uint64_t macs = 0;
  uint64_t dramBytesRead = 0;
  uint64_t dramBytesWritten = 0;
};
Work work(const TensorOp& op, const Machine& machine);

// An affine set of byte (accumulator: row) ranges: [base + sum i_k * stride_k, + length) for 0 <= i_k < count_k.
struct Region {
  Space space;
  bool write;
  int64_t base;
  int64_t length;
  std::array<int64_t, 8> count; // unused dimensions have 1
  std::array<int64_t, 8> stride;
  int64_t lowest() const;  // first address
  int64_t highest() const; // one past the last address
};

// All regions that the instruction reads and writes, exactly; without those that are empty (a load that is all fill
// reads nothing). An instruction with an address outside its memory (checkAddresses) has the whole of that memory
// instead. Used by verifier and race detector.
std::vector<Region> footprint(const TensorOp& op, const Machine& machine);

// The same addresses as a Region: positive strides in falling order; repetitions merged away, and dimensions whose runs
// touch or overlap, so that walks over dense data become a few long runs.
struct NormalRegion {
  int64_t base;
  int64_t length;
  struct Dimension {
    int64_t count;
    int64_t stride;
  };
  std::vector<Dimension> dimensions;
};
NormalRegion normalise(const Region& region);

// Calls visit(first address, length) for every run.
template <typename Visit> void forEachRun(const NormalRegion& region, Visit&& visit) {
  std::array<int64_t, 8> index{};
  int64_t at = region.base;
  const auto& dimensions = region.dimensions;
  while (true) {
    visit(at, region.length);
    size_t k = dimensions.size();
    while (k > 0) {
      --k;
      if (++index[k] < dimensions[k].count) {
        at += dimensions[k].stride;
        break;
      }
      index[k] = 0;
      at -= (dimensions[k].count - 1) * dimensions[k].stride;
      if (k == 0)
        return;
    }
    if (dimensions.empty())
      return;
  }
}

// A byte (row) that two regions share, if any; exact.
std::optional<int64_t> commonAddress(const Region& x, const Region& y);
bool overlap(const Region& x, const Region& y);

} // namespace weft
