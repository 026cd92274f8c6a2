#include "isa/semantics/addresses.h"

#include "isa/semantics/operands.h"

namespace weft {

using namespace operands;

namespace {

// Remembers the first access outside its memory.
class AccessChecker {
public:
  AccessChecker(const TensorOp& op, const Machine& machine)
      : op_(op), engine_(info(op.instruction.op).engine), machine_(machine) {}

  // False once an access has failed.
  bool access(Space space, uint32_t address, uint64_t length) {
    Bounds limits = bounds(space, machine_);
    int64_t end = static_cast<int64_t>(address) + static_cast<int64_t>(length);
    if (address >= limits.low && end <= limits.high)
      return true;
    int64_t first = address < limits.low || address >= limits.high ? address : limits.high;
    fault_ = Fault{FaultCause::address, engine_, op_.pc, static_cast<uint64_t>(first)};
    return false;
  }
  std::optional<Fault> result() const { return fault_; }

private:
  const TensorOp& op_;
  Engine engine_;
  const Machine& machine_;
  std::optional<Fault> fault_;
};

void checkDma(const TensorOp& op, AccessChecker& check) {
  bool isLoad = info(op.instruction.op).engine == Engine::load;
  Nest<2> runs(op.pA);
  runs.setStrides(0, op.pA, 1);
  runs.setStrides(1, op.pB, 1);
  runs.setCount(0, 1);
  if (!isLoad)
    runs.dropRepetitions();
  uint32_t length = count(op.pA, 0);
  Window real = window(op.pA);
  do {
    uint32_t dram = op.a + runs.offset(0);
    bool inside = true;
    if (!isLoad)
      inside =
          check.access(Space::scratchpad, op.b + runs.offset(1), length) && check.access(Space::dram, dram, length);
    else {
      bool isReal = !real.empty() && runs.index(1) >= real.lo1 && runs.index(1) < real.hi1;
      inside = (!isReal || check.access(Space::dram, dram + real.lo0, real.hi0 - real.lo0)) &&
               check.access(Space::scratchpad, op.b + runs.offset(1), length);
    }
    if (!inside)
      return;
  } while (runs.next());
}

void checkMatrix(const TensorOp& op, const Machine& machine, AccessChecker& check) {
  Nest<1> steps(op.pB);
  steps.setStrides(0, op.pB);
  uint32_t tileBytes = machine.array.rows * machine.array.cols;
  uint32_t weights = op.b;
  do {
    if (!check.access(Space::scratchpad, weights, tileBytes))
      return;
    weights += tileBytes;
    Nest<1> rows(op.pA);
    rows.setStrides(0, op.pA);
    uint32_t accumulator = op.c;
    do {
      if (!check.access(Space::scratchpad, op.a + steps.offset(0) + rows.offset(0), machine.array.rows) ||
          !check.access(Space::accumulator, accumulator++, 1))
        return;
    } while (rows.next());
  } while (steps.next());
}

void checkVector(const TensorOp& op, const Machine& machine, AccessChecker& check) {
  uint32_t cols = machine.array.cols;
  const Usage& use = usage(op.instruction.op);
  if (use.tableLoad) {
    check.access(Space::scratchpad, op.a, timing::LUT_ENTRIES);
    return;
  }
  if (use.parameterRows > 0 && !check.access(Space::scratchpad, op.d, uint64_t{use.parameterRows} * cols))
    return;
  Nest<3> rows(op.pC);
  rows.setStrides(0, op.pA);
  if (use.scratchpadB)
    rows.setStrides(1, op.pB);
  rows.setStrides(2, op.pC);
  rows.dropRepetitions();
  do {
    uint32_t a = op.a + rows.offset(0);
    if (use.accumulatorA && !check.access(Space::accumulator, a, 1))
      return;
    if (use.taps) {
      Nest<1> taps(op.pB);
      taps.setStrides(0, op.pB);
      uint32_t weights = op.b;
      do {
        if (!check.access(Space::scratchpad, a + taps.offset(0), cols))
          return;
        if (use.weights && !check.access(Space::scratchpad, weights, cols))
          return;
        weights += cols;
      } while (taps.next());
    } else if (use.scratchpadA && !check.access(Space::scratchpad, a, cols)) {
      return;
    }
    if (use.scratchpadB && !check.access(Space::scratchpad, op.b + rows.offset(1), cols))
      return;
    if (!check.access(Space::scratchpad, op.c + rows.offset(2), cols))
      return;
  } while (rows.next());
}

} // namespace

std::optional<Fault> checkAddresses(const TensorOp& op, const Machine& machine) {
  bool inside = true;
  for (const Region& region : exactRegions(op, machine))
    inside = inside && isInside(region, machine);
  if (inside)
    return std::nullopt;
  // Some access leaves its memory, unless addresses wrap around modulo 2^32: find the first.
  AccessChecker check(op, machine);
  switch (info(op.instruction.op).engine) {
  case Engine::load:
  case Engine::store:
    checkDma(op, check);
    break;
  case Engine::matrix:
    checkMatrix(op, machine, check);
    break;
  case Engine::vector:
    checkVector(op, machine, check);
    break;
  case Engine::sequencer:
    break;
  }
  return check.result();
}

} // namespace weft
