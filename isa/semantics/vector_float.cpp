#include "isa/semantics/vector_float.h"

#include "isa/semantics/numerics_float.h"
#include "isa/semantics/operands.h"
#include "isa/semantics/special.h"
#include "isa/support/error.h"

namespace weft {

using namespace operands;

WideLane::WideLane(Opcode op, const PatternRegister& config)
    : op_(static_cast<WideOp>(op)), integerA_(typeA(config) == s32), integerResult_(typeResult(config) == s32),
      ra_(num::floatOf(config.field[config::ra])), rf_(num::floatOf(config.field[config::rf])) {}

uint32_t WideLane::operator()(uint32_t aBits, uint32_t bBits, uint32_t dBits) const {
  const float a = num::floatOf(aBits), b = num::floatOf(bBits), d = num::floatOf(dBits);
  switch (op_) {
  case WideOp::VMOVF:
    return convert(aBits);
  case WideOp::VADDF:
    return num::bitsOf(num::add(a, b));
  case WideOp::VMULF:
    return num::bitsOf(num::multiply(a, b));
  case WideOp::VFMAF:
    return num::bitsOf(num::multiplyAdd(a, b, d));
  case WideOp::VMAXF:
    return num::bitsOf(num::maximum(a, b));
  case WideOp::VMINF:
    return num::bitsOf(num::minimum(a, b));
  case WideOp::VEXPF:
    return num::bitsOf(special(Special::exp, scaled(a)));
  case WideOp::VRCPF:
    return num::bitsOf(special(Special::rcp, scaled(a)));
  case WideOp::VRSQF:
    return num::bitsOf(special(Special::rsq, scaled(a)));
  case WideOp::VTANHF:
    return num::bitsOf(special(Special::tanh, scaled(a)));
  case WideOp::VERFF:
    return num::bitsOf(special(Special::erf, scaled(a)));
  }
  WEFT_CHECK(false, "not an instruction of the wide lanes");
  return 0;
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
  const Usage& use = usage(op.instruction.op);
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
