// How often the registers and the multipliers of the systolic array change, from the data of its matrix instructions:
// the action counts of an energy model that depends on data. No part of the semantics.
#pragma once

#include "isa/semantics/state.h"

#include <vector>

namespace weft {

// Of all R x C processing elements, except where it says once. A toggle is a bit that differs from what was there for
// the activation row, or tile, before. An idle array holds its values (weft_mx_operand.sv), so cycles between rows
// change nothing.
struct ArraySwitching {
  uint64_t zeroActivationMacs = 0; // multiply-accumulates whose activation is its zero point
  uint64_t zeroWeightMacs = 0;     // whose weight is
  uint64_t zeroOperandMacs = 0;    // either
  uint64_t activationToggles = 0;  // once for each array row: of the operands of 10 bits, without zero point
  uint64_t weightToggles = 0;      // of the weights of 10 bits, from tile to tile
  uint64_t columnToggles = 0;      // once for each column: of the weights on its wire, from tile row to tile row
  uint64_t productToggles = 0;     // of the products of 20 bits
  uint64_t sumToggles = 0;         // of the partial sums of 32 bits
};

// The registers of the array: at first all 0.
class ArrayRegisters {
public:
  explicit ArrayRegisters(const Machine& machine);
  // Passes the operands of the next matrix instruction through the array and adds what toggles to `counts`. Requires
  // checkAddresses() to have passed.
  void execute(const TensorOp& op, const CoreMemory& memory, ArraySwitching& counts);

private:
  void load(const int16_t* tile, ArraySwitching& counts);

  const Machine machine_;
  std::vector<int16_t> activations_, tile_; // the last row; the last tile, as kernel::widenTile() has it, and one more
  std::vector<int32_t> products_, sums_;    // of each element, R x C
  std::vector<uint32_t> zeroWeights_;       // of each row of the tile
  std::vector<uint16_t> zeros_;             // activations of a block of each array row
};

} // namespace weft
