#include "isa/semantics/switching.h"

#include "isa/semantics/matrix_blocks.h"
#include "isa/semantics/switching_kernel.h"

#include <bit>
#include <cstring>

namespace weft {

using namespace operands;

namespace {

constexpr uint64_t kOperandMask = 0x03ff03ff03ff03ff; // 10 bits of each of four

// Of two rows of `count` operands, a multiple of 4.
uint64_t togglesOf(const int16_t* a, const int16_t* b, size_t count) {
  uint64_t toggles = 0;
  for (size_t i = 0; i < count; i += 4) {
    uint64_t x, y;
    std::memcpy(&x, a + i, sizeof x);
    std::memcpy(&y, b + i, sizeof y);
    toggles += static_cast<uint64_t>(std::popcount((x ^ y) & kOperandMask));
  }
  return toggles;
}

} // namespace

ArrayRegisters::ArrayRegisters(const Machine& machine)
    : machine_(machine), activations_(machine.array.rows), tile_(machine.array.rows * machine.array.cols),
      products_(tile_.size()), sums_(tile_.size()), zeroWeights_(machine.array.rows) {}

// A tile enters row by row, behind the last row of the tile before it.
void ArrayRegisters::load(const int16_t* tile, ArraySwitching& counts) {
  const size_t rows = machine_.array.rows, cols = machine_.array.cols;
  auto at = [cols](const int16_t* pairs, size_t k, size_t c) { return pairs[(k / 2 * cols + c) * 2 + k % 2]; };
  counts.weightToggles += togglesOf(tile, tile_.data(), rows * cols);
  for (size_t k = 0; k < rows; ++k) {
    zeroWeights_[k] = 0;
    for (size_t c = 0; c < cols; ++c) {
      const int16_t weight = at(tile, k, c);
      const int16_t before = k == 0 ? at(tile_.data(), rows - 1, c) : at(tile, k - 1, c);
      counts.columnToggles += static_cast<uint64_t>(std::popcount((weight ^ before) & 0x3ffu));
      zeroWeights_[k] += weight == 0;
    }
  }
  tile_.assign(tile, tile + rows * cols);
}

void ArrayRegisters::execute(const TensorOp& op, const CoreMemory& memory, ArraySwitching& counts) {
  const size_t rows = machine_.array.rows, cols = machine_.array.cols;
  forEachMatrixBlock(op, machine_, memory, [&](const MatrixBlock& block) {
    if (block.first == 0)
      load(block.tile, counts);
    std::vector<uint32_t> zeros(rows); // activations of each array row
    const int16_t* before = activations_.data();
    for (size_t m = 0; m < block.rows; ++m) {
      const int16_t* row = block.activations + m * rows;
      counts.activationToggles += togglesOf(row, before, rows);
      for (size_t k = 0; k < rows; ++k)
        zeros[k] += row[k] == 0;
      before = row;
    }
    for (size_t k = 0; k < rows; ++k) {
      const uint64_t zeroActivations = zeros[k] * cols, zeroWeights = zeroWeights_[k] * block.rows;
      counts.zeroActivationMacs += zeroActivations;
      counts.zeroWeightMacs += zeroWeights;
      counts.zeroOperandMacs += zeroActivations + zeroWeights - uint64_t{zeros[k]} * zeroWeights_[k];
    }
    const kernel::Toggles toggles =
        kernel::countToggles(block.activations, block.rows, rows, block.tile, cols, products_.data(), sums_.data());
    counts.productToggles += toggles.product;
    counts.sumToggles += toggles.sum;
    activations_.assign(before, before + rows);
  });
}

} // namespace weft
