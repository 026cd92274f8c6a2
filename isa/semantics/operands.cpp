#include "isa/semantics/operands.h"

#include "isa/semantics/tensor.h"

namespace weft {

namespace operands {

Usage usage(Opcode op) {
  Usage use;
  use.typeResult = op != Opcode::VLUT;
  switch (op) {
  case Opcode::VRQ:
    use.accumulatorA = true;
    use.parameterRows = timing::VX_PARAM_READS;
    break;
  case Opcode::VRQA:
    use.accumulatorA = true;
    use.parameterRows = timing::VX_PARAM_READS;
    use.scratchpadB = use.typeB = true;
    break;
  case Opcode::VADD:
  case Opcode::VMUL:
    use.scratchpadA = use.typeA = true;
    use.scratchpadB = use.typeB = true;
    break;
  case Opcode::VLUT:
    use.scratchpadA = true;
    break;
  case Opcode::VMAX:
    use.scratchpadA = use.typeA = use.taps = true;
    break;
  case Opcode::VSUM:
    use.scratchpadA = use.typeA = use.taps = true;
    use.parameterRows = timing::VX_PARAM_READS;
    break;
  case Opcode::VDW:
    use.scratchpadA = use.typeA = use.taps = true;
    use.parameterRows = timing::VX_PARAM_READS;
    use.weights = use.typeB = true;
    break;
  case Opcode::VFMAF:
    use.parameterRows = timing::VX_FLOAT_PARAM_READS;
    [[fallthrough]];
  case Opcode::VADDF:
  case Opcode::VMULF:
  case Opcode::VMAXF:
  case Opcode::VMINF:
    use.scratchpadA = use.typeA = use.floatRows = true;
    use.scratchpadB = use.typeB = true;
    break;
  case Opcode::VMOVF:
  case Opcode::VEXPF:
  case Opcode::VRCPF:
  case Opcode::VRSQF:
  case Opcode::VTANHF:
  case Opcode::VERFF:
    use.scratchpadA = use.typeA = use.floatRows = true;
    break;
  default:
    break;
  }
  return use;
}

} // namespace operands

namespace {

using namespace operands;

constexpr uint32_t kLargestCount = 65535;

// Collects the first thing that is wrong.
class Checker {
public:
  explicit Checker(const TensorOp& op) : op_(op), engine_(info(op.instruction.op).engine) {}

  void counts(const PatternRegister& walk) {
    for (int k = 0; k < 4; ++k)
      require(count(walk, k) >= 1 && count(walk, k) <= kLargestCount, FaultCause::badOperand, count(walk, k));
  }
  void type(uint32_t value, bool built) {
    require(value < definedTypes, FaultCause::badOperand, value);
    require(built, FaultCause::unimplemented, value);
  }
  // A type of 8 bits, or one of an instruction with fp32 rows.
  void type(uint32_t value, const Usage& use = {}) {
    if (use.floatRows)
      type(value, value == fp32 || (value == s32 && op_.instruction.op == Opcode::VMOVF));
    else
      type(value, value == u8 || value == s8);
  }
  void base(uint32_t address, uint32_t alignment) {
    require(address % alignment == 0, FaultCause::misaligned, address);
  }
  // The strides of `walk` that the counts of `counts` use.
  void strides(const PatternRegister& walk, const PatternRegister& counts, uint32_t alignment) {
    for (int k = 0; k < 4; ++k)
      if (count(counts, k) > 1)
        base(stride(walk, k), alignment);
  }
  std::optional<Fault> result() const { return fault_; }

private:
  void require(bool condition, FaultCause cause, uint32_t information) {
    if (!condition && !fault_)
      fault_ = Fault{cause, engine_, op_.pc, information};
  }

  const TensorOp& op_;
  Engine engine_;
  std::optional<Fault> fault_;
};

} // namespace

std::optional<Fault> checkOperands(const TensorOp& op, const Machine& machine) {
  Checker check(op);
  uint32_t rows = machine.array.rows;
  uint32_t cols = machine.array.cols;
  switch (op.instruction.op) {
  case Opcode::LD:
  case Opcode::ST:
    check.counts(op.pA);
    break;
  case Opcode::MM:
  case Opcode::MMA:
    check.counts(op.pA);
    check.counts(op.pB);
    check.type(typeA(op.pD));
    check.type(typeB(op.pD));
    check.base(op.a, rows);
    check.strides(op.pA, op.pA, rows);
    check.strides(op.pB, op.pB, rows);
    check.base(op.b, cols);
    break;
  case Opcode::VLDLUT:
    check.base(op.a, cols);
    break;
  default: {
    Usage use = usage(op.instruction.op);
    check.counts(op.pC);
    if (use.taps)
      check.counts(op.pB);
    if (use.typeA)
      check.type(typeA(op.pD), use);
    if (use.typeB)
      check.type(typeB(op.pD), use);
    if (use.typeResult)
      check.type(typeResult(op.pD), use);
    if (use.scratchpadA) {
      check.base(op.a, cols);
      check.strides(op.pA, op.pC, cols);
    }
    if (use.taps)
      check.strides(op.pB, op.pB, cols);
    if (use.scratchpadB || use.weights)
      check.base(op.b, cols);
    if (use.scratchpadB)
      check.strides(op.pB, op.pC, cols);
    check.base(op.c, cols);
    check.strides(op.pC, op.pC, cols);
    if (use.parameterRows > 0)
      check.base(op.d, cols);
    break;
  }
  }
  return check.result();
}

} // namespace weft
