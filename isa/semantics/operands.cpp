#include "isa/semantics/operands.h"

#include "isa/semantics/tensor.h"

namespace weft {

namespace {

using namespace operands;

// Collects the first thing that is wrong.
class Checker {
public:
  Checker(const TensorOp& op, const Machine& machine)
      : op_(op), engine_(info(op.instruction.op).engine), machine_(machine) {}

  void counts(const PatternRegister& walk) {
    for (int k = 0; k < 4; ++k)
      require(count(walk, k) >= 1 && count(walk, k) <= timing::LARGEST_COUNT, FaultCause::badOperand, count(walk, k));
  }
  void type(const Role& role) {
    const uint32_t value = typeAt(op_.pD, role.slot);
    require(value < definedTypes, FaultCause::badOperand, value);
    require((role.types >> value & 1) != 0, FaultCause::unimplemented, value);
  }
  // The address, and the strides that counts use.
  void alignment(const Role& role) {
    const uint32_t unit = alignmentOf(role.unit);
    multiple(registerValue(op_, role.base), unit);
    for (size_t i = 0; i < role.stepsCount; ++i)
      for (int k = 0; k < 4; ++k)
        if (count(patternRegister(op_, role.steps[i].counts), k) > 1)
          multiple(stride(patternRegister(op_, role.steps[i].strides), k), unit);
  }
  std::optional<Fault> result() const { return fault_; }

private:
  uint32_t alignmentOf(Unit unit) const {
    switch (unit) {
    case Unit::run:
    case Unit::sums:
      return 1;
    case Unit::activationRow:
      return machine_.array.rows;
    case Unit::laneRow:
    case Unit::weightTile:
    case Unit::table:
      return machine_.array.cols;
    }
    return 1;
  }
  void multiple(uint32_t address, uint32_t alignment) {
    require(address % alignment == 0, FaultCause::misaligned, address);
  }
  void require(bool condition, FaultCause cause, uint32_t information) {
    if (!condition && !fault_)
      fault_ = Fault{cause, engine_, op_.pc, information};
  }

  const TensorOp& op_;
  Engine engine_;
  const Machine& machine_;
  std::optional<Fault> fault_;
};

} // namespace

std::optional<Fault> checkOperands(const TensorOp& op, const Machine& machine) {
  Checker check(op, machine);
  const std::span<const Role> all = roles(op.instruction.op);
  // Operands in the order of their registers, types in that of their places.
  auto forEachRegister = [&](auto&& visit) {
    for (int base = 0; base < 4; ++base)
      for (const Role& role : all)
        if (role.base == base)
          visit(role);
  };
  forEachRegister([&](const Role& role) {
    for (size_t i = 0; i < role.stepsCount; ++i)
      check.counts(patternRegister(op, role.steps[i].counts));
  });
  for (int slot : {slot::a, slot::b, slot::result})
    for (const Role& role : all)
      if (role.slot == slot)
        check.type(role);
  forEachRegister([&](const Role& role) { check.alignment(role); });
  return check.result();
}

} // namespace weft
