#include "isa/semantics/vector_float.h"

#include "isa/semantics/numerics_float.h"
#include "isa/semantics/operands.h"
#include "isa/semantics/special.h"

namespace weft {

using namespace operands;

WideLane::WideLane(Opcode op, const PatternRegister& config)
    : op_(op), integerA_(typeA(config) == s32), integerResult_(typeResult(config) == s32),
      ra_(num::floatOf(config.field[config::ra])), rf_(num::floatOf(config.field[config::rf])) {}

uint32_t WideLane::operator()(uint32_t a, uint32_t b, uint32_t d) const {
  return op_ == Opcode::VMOVF ? convert(a) : num::bitsOf(compute(num::floatOf(a), num::floatOf(b), num::floatOf(d)));
}

float WideLane::compute(float a, float b, float d) const {
  switch (op_) {
  case Opcode::VADDF:
    return num::add(a, b);
  case Opcode::VMULF:
    return num::multiply(a, b);
  case Opcode::VFMAF:
    return num::multiplyAdd(a, b, d);
  case Opcode::VMAXF:
    return num::maximum(a, b);
  case Opcode::VMINF:
    return num::minimum(a, b);
  case Opcode::VEXPF:
    return special(Special::exp, scaled(a));
  case Opcode::VRCPF:
    return special(Special::rcp, scaled(a));
  case Opcode::VRSQF:
    return special(Special::rsq, scaled(a));
  case Opcode::VTANHF:
    return special(Special::tanh, scaled(a));
  default: // VERFF
    return special(Special::erf, scaled(a));
  }
}

float WideLane::scaled(float a) const {
  return num::multiplyAdd(a, ra_, rf_);
}

uint32_t WideLane::convert(uint32_t a) const {
  const float x = scaled(integerA_ ? static_cast<float>(static_cast<int32_t>(a)) : num::floatOf(a));
  return integerResult_ ? static_cast<uint32_t>(num::toInt32(x)) : num::bitsOf(x);
}

namespace {

uint32_t word(const uint8_t* row, size_t lane) {
  uint32_t value;
  std::memcpy(&value, row + 4 * lane, sizeof value);
  return value;
}

} // namespace

void executeFloat(const TensorOp& op, const Machine& machine, CoreMemory& memory) {
  const Usage use = usage(op.instruction.op);
  const WideLane lane(op.instruction.op, op.pD);
  const size_t lanes = machine.array.cols / 4;
  uint8_t* scratchpad = memory.scratchpad.data();
  std::vector<uint32_t> addends(lanes); // read once, whatever the results overwrite
  for (size_t i = 0; use.parameterRows > 0 && i < lanes; ++i)
    addends[i] = word(scratchpad + op.d, i);
  Nest<3> rows(op.pC);
  rows.setStrides(0, op.pA);
  if (use.scratchpadB)
    rows.setStrides(1, op.pB);
  rows.setStrides(2, op.pC);
  do {
    const uint8_t* a = scratchpad + (op.a + rows.offset(0));
    const uint8_t* b = use.scratchpadB ? scratchpad + (op.b + rows.offset(1)) : nullptr;
    uint8_t* result = scratchpad + (op.c + rows.offset(2));
    for (size_t i = 0; i < lanes; ++i) { // in place: an element is read before it is written
      const uint32_t y = lane(word(a, i), b ? word(b, i) : 0, addends[i]);
      std::memcpy(result + 4 * i, &y, sizeof y);
    }
  } while (rows.next());
}

} // namespace weft
