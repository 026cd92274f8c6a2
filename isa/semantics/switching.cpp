#include "isa/semantics/switching.h"

#include "isa/semantics/matrix_blocks.h"
#include "isa/semantics/switching_kernel.h"

#include <algorithm>

namespace weft {

using namespace operands;

namespace {

constexpr uint64_t kOperands = 0x03ff03ff03ff03ff; // 10 bits of each of four
constexpr uint64_t kFirsts = 0x000003ff000003ff;   // of the first ones of two pairs

} // namespace

ArrayRegisters::ArrayRegisters(const Machine& machine)
    : machine_(machine), activations_(machine.array.rows), tile_(machine.array.rows * machine.array.cols + 1),
      products_(tile_.size() - 1), sums_(tile_.size() - 1), zeroWeights_(machine.array.rows),
      zeros_(machine.array.rows) {}

// A tile enters row by row, behind the last row of the tile before it. Two rows are one of pairs: a word moved by an
// element has second ones where it had first ones.
void ArrayRegisters::load(const int16_t* tile, ArraySwitching& counts) {
  const size_t rows = machine_.array.rows, pairs = 2 * machine_.array.cols, size = rows / 2 * pairs;
  counts.weightToggles += kernel::differingBits(tile, tile_.data(), size / 4, kOperands);
  counts.columnToggles += kernel::differingBits(tile, &tile_[size - pairs + 1], pairs / 4, kFirsts);
  std::copy_n(tile, size, tile_.begin());
  counts.columnToggles += kernel::differingBits(&tile_[0], &tile_[1], size / 4, kFirsts) +
                          kernel::differingBits(&tile_[pairs], &tile_[1], (size - pairs) / 4, kFirsts);
  for (size_t k = 0; k < rows; k += 2) {
    uint32_t even = 0, odd = 0;
    for (size_t i = 0; i < pairs; i += 2) {
      even += tile[k / 2 * pairs + i] == 0;
      odd += tile[k / 2 * pairs + i + 1] == 0;
    }
    zeroWeights_[k] = even;
    zeroWeights_[k + 1] = odd;
  }
}

void ArrayRegisters::execute(const TensorOp& op, const CoreMemory& memory, ArraySwitching& counts) {
  const size_t rows = machine_.array.rows, cols = machine_.array.cols;
  forEachMatrixBlock(op, machine_, memory, [&](const MatrixBlock& block) {
    if (block.first == 0)
      load(block.tile, counts);
    std::fill(zeros_.begin(), zeros_.end(), 0);
    const int16_t* before = activations_.data();
    for (size_t m = 0; m < block.rows; ++m) {
      const int16_t* row = block.activations + m * rows;
      counts.activationToggles += kernel::differingBits(row, before, rows / 4, kOperands);
      for (size_t k = 0; k < rows; ++k)
        zeros_[k] = static_cast<uint16_t>(zeros_[k] + (row[k] == 0));
      before = row;
    }
    for (size_t k = 0; k < rows; ++k) {
      const uint64_t zeroActivations = zeros_[k] * cols, zeroWeights = zeroWeights_[k] * block.rows;
      counts.zeroActivationMacs += zeroActivations;
      counts.zeroWeightMacs += zeroWeights;
      counts.zeroOperandMacs += zeroActivations + zeroWeights - uint64_t{zeros_[k]} * zeroWeights_[k];
    }
    const kernel::Toggles toggles =
        kernel::countToggles(block.activations, block.rows, rows, block.tile, cols, products_.data(), sums_.data());
    counts.productToggles += toggles.product;
    counts.sumToggles += toggles.sum;
    activations_.assign(before, before + rows);
  });
}

} // namespace weft
