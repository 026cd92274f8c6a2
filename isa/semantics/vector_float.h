// The instructions with fp32 rows (isa/Tensor.td).
#pragma once

#include "isa/semantics/state.h"

namespace weft {

// What one of them makes of an element: all but addresses.
class WideLane {
public:
  // `op` is one of WideOp.
  WideLane(Opcode op, const PatternRegister& config);
  // a, b, d: the elements of operands A and B and of the addend, as bits; what the instruction has not is ignored.
  uint32_t operator()(uint32_t a, uint32_t b, uint32_t d) const;

private:
  float scaled(float a) const;
  uint32_t convert(uint32_t a) const;

  WideOp op_;
  bool integerA_, integerResult_;
  float ra_, rf_;
};

// Executes one of them. Requires checkOperands() and checkAddresses() to have passed.
void executeFloat(const TensorOp& op, const Machine& machine, CoreMemory& memory);

} // namespace weft
