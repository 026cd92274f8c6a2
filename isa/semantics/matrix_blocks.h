// The operands of a matrix instruction as they enter the array: without their zero points, tile by tile, some
// activation rows at a time. Internal to isa/semantics.
#pragma once

#include "isa/semantics/matrix_kernel.h"
#include "isa/semantics/operands.h"

#include <algorithm>
#include <vector>

namespace weft::operands {

// The low 9 bits of a field, signed: the width that zero points and bounds have in hardware.
inline int32_t signed9(uint32_t value) {
  return static_cast<int32_t>(value << 23) >> 23;
}
// A flip of 0x80 makes (x ^ flip) - flip read a byte as s8, one of 0 as u8.
inline int flipOf(uint32_t type) {
  return type == s8 ? 0x80 : 0;
}

struct MatrixBlock {
  const int16_t* activations; // rows x R
  size_t rows;                // at most kMatrixBlock
  size_t first;               // row of the step; 0: the tile is new
  const int16_t* tile;        // kernel::widenTile()
};
inline constexpr size_t kMatrixBlock = 64;

// Calls visit(MatrixBlock) for all rows of all steps, in the order in which the array takes them. Requires
// checkAddresses() to have passed.
template <typename Visit>
void forEachMatrixBlock(const TensorOp& op, const Machine& machine, const CoreMemory& memory, Visit&& visit) {
  const size_t rows = machine.array.rows, cols = machine.array.cols;
  const int flipA = flipOf(typeA(op.pD)), flipB = flipOf(typeB(op.pD));
  const int32_t za = signed9(op.pD.field[config::za]), zb = signed9(op.pD.field[config::zb]);
  const uint8_t* scratchpad = memory.scratchpad.data();

  std::vector<uint32_t> rowOffset(points(op.pA));
  Nest<1> walk(op.pA);
  walk.setStrides(0, op.pA);
  for (uint32_t& offset : rowOffset) {
    offset = walk.offset(0);
    walk.next();
  }

  std::vector<int16_t> tile(rows * cols);
  std::vector<int16_t> activations(std::min(kMatrixBlock, rowOffset.size()) * rows);
  Nest<1> steps(op.pB);
  steps.setStrides(0, op.pB);
  uint32_t weights = op.b;
  do {
    kernel::widenTile(scratchpad + weights, rows, cols, flipB, zb, tile.data());
    weights += static_cast<uint32_t>(rows * cols);
    uint32_t base = op.a + steps.offset(0);
    for (size_t first = 0; first < rowOffset.size(); first += kMatrixBlock) {
      const size_t block = std::min(kMatrixBlock, rowOffset.size() - first);
      for (size_t m = 0; m < block; ++m) {
        uint32_t address = base + rowOffset[first + m];
        kernel::widen(scratchpad + address, rows, flipA, za, activations.data() + m * rows);
      }
      visit(MatrixBlock{activations.data(), block, first, tile.data()});
    }
  } while (steps.next());
}

} // namespace weft::operands
