// Random vector instructions, and memories on which their results tell something.
#pragma once

#include "isa/semantics/operands.h"
#include "isa/semantics/state.h"
#include "isa/semantics/tensor.h"
#include "simulator/cycle/walk.h"
#include "tests/rtl/vector/fp_vectors.h"
#include "tests/support/opcodes.h"
#include "tests/support/random.h"

#include <cstring>

namespace weft::test {

// Factors that bring a sum to the range of a byte; now and then any number at all.
inline uint32_t factor(VectorSource& source) {
  if (source.below(12) == 0)
    return source.number(127);
  return (source.below(8) == 0 ? 0x80000000 : 0) | (112 + source.below(18)) << 23 | source.fraction();
}

// The scratchpad's first eighth holds channel parameters and is never a result; the rest, and the accumulators, are
// random.
class VectorOps {
public:
  VectorOps(const Machine& machineDescription, uint64_t seed)
      : machine(machineDescription), random(seed), source(seed), cols(machine.array.cols),
        parameterBytes(machine.scratchpad.bytes / 8) {}

  void fill(CoreMemory& memory) {
    for (uint8_t& byte : memory.scratchpad)
      byte = static_cast<uint8_t>(source.word());
    for (size_t row = parameterBytes; row < memory.scratchpad.size(); row += cols) // half of the rest: numbers
      for (size_t at = row; random.percent(50) && at < row + cols; at += 4) {
        uint32_t number = source.number(127);
        std::memcpy(&memory.scratchpad[at], &number, 4);
      }
    for (uint32_t block = 0; block + 8 * cols <= parameterBytes; block += 8 * cols)
      for (uint32_t c = 0; c < cols; ++c) {
        int32_t bias = source.integer(32) >> source.below(20);
        uint32_t scale = factor(source) - (static_cast<uint32_t>(source.below(8)) << 23);
        std::memcpy(&memory.scratchpad[block + 4 * c], &bias, 4);
        std::memcpy(&memory.scratchpad[block + 4 * (cols + c)], &scale, 4);
      }
    for (int32_t& sum : memory.accumulators)
      sum = source.integer(32) >> source.below(20);
  }

  // A legal instruction that does not read what it writes.
  TensorOp instruction(Opcode opcode, uint32_t pc) {
    TensorOp op;
    op.pc = pc;
    op.instruction.op = opcode;
    op.instruction.w0 = random.pick<uint8_t>({0, 1, kNoSemaphore, kNoSemaphore, kNoSemaphore});
    op.instruction.w1 = random.pick<uint8_t>({0, 1, kNoSemaphore, kNoSemaphore, kNoSemaphore});
    op.instruction.s0 = random.percent(70) ? static_cast<uint8_t>(random.between(8, 31)) : kNoSemaphore;
    op.instruction.s1 = random.percent(30) ? static_cast<uint8_t>(random.between(8, 31)) : op.instruction.s0;
    for (PatternRegister* p : {&op.pA, &op.pB, &op.pC, &op.pD}) // what is not used is anything
      for (uint32_t& value : p->field)
        value = static_cast<uint32_t>(random.word());
    op.a = static_cast<uint32_t>(random.word());
    op.b = static_cast<uint32_t>(random.word());

    const operands::Usage use = operands::usage(opcode);
    bool accumulators = use.accumulatorA;
    bool window = use.taps;
    counts(op.pC, 60);
    strides(op.pC, op.pC, cols);
    strides(op.pA, op.pC, accumulators ? 1 : cols);
    if (window) {
      counts(op.pB, 12);
      strides(op.pB, op.pB, cols);
    } else {
      strides(op.pB, op.pC, cols);
    }
    configuration(op);

    // Results in one part, sources in the other.
    uint32_t middle = (parameterBytes + machine.scratchpad.bytes) / 2;
    bool upwards = random.percent(50);
    uint32_t low = upwards ? parameterBytes : middle;
    uint32_t other = upwards ? middle : parameterBytes;
    uint32_t part = machine.scratchpad.bytes - middle;
    op.c = placed({Walk(op.pC, op.pC).extent()}, cols, cols, other, part);
    if (use.tableLoad) {
      op.a = placed({}, timing::LUT_ENTRIES, cols, low, part);
      return op;
    }
    Walk::Extent a = Walk(op.pC, op.pA).extent();
    if (accumulators) {
      op.a = placed(a, 1, 1, 0, machine.accumulatorRows());
    } else {
      Walk::Extent taps = window ? Walk(op.pB, op.pB).extent() : Walk::Extent{};
      op.a = placed({a.low + taps.low, a.high + taps.high}, cols, cols, low, part);
    }
    if (use.weights)
      op.b = placed({}, static_cast<uint32_t>(Walk(op.pB, op.pB).points()) * cols, cols, low, part);
    else if (use.scratchpadB)
      op.b = placed(Walk(op.pC, op.pB).extent(), cols, cols, low, part);
    uint32_t blocks = parameterBytes / (8 * cols);
    op.d = random.percent(90) ? random.below(blocks) * 8 * cols : placed({}, 8 * cols, cols, low, part);
    if (use.parameterRows == 0)
      op.d = static_cast<uint32_t>(random.word());
    return op;
  }

  // Makes something wrong with it that shows at the start or at an access, or nothing.
  void spoil(TensorOp& op) {
    auto any = [this](uint32_t limit) {
      uint32_t near = random.below(200);
      return random.pick<uint32_t>({limit - near, limit + near, ~near, near, static_cast<uint32_t>(random.word())});
    };
    auto address = [&](uint32_t value) {
      uint32_t wrong = any(machine.scratchpad.bytes);
      return random.percent(20) ? value + 1 : random.percent(70) ? wrong & ~(cols - 1) : wrong;
    };
    switch (random.below(8)) {
    case 0:
      op.pC.field[random.below(4)] = random.pick<uint32_t>({0, 65536, any(65536)});
      break;
    case 1:
      op.pB.field[random.below(4)] = random.pick<uint32_t>({0, 65536, any(65536)});
      break;
    case 2:
      op.pD.field[config::types] = static_cast<uint32_t>(random.word());
      break;
    case 3:
      op.a = random.percent(30) ? any(machine.accumulatorRows()) : address(op.a);
      break;
    case 4:
      op.b = address(op.b);
      break;
    case 5:
      op.c = address(op.c);
      break;
    case 6:
      op.d = address(op.d);
      break;
    default: {
      PatternRegister* walk = random.pick<PatternRegister*>({&op.pA, &op.pB, &op.pC});
      walk->field[static_cast<size_t>(field::stride0) + random.below(4)] =
          random.pick<uint32_t>({1, any(machine.scratchpad.bytes)});
      break;
    }
    }
  }

  const Machine& machine;
  Random random;
  VectorSource source;
  uint32_t cols;
  uint32_t parameterBytes;

private:
  void counts(PatternRegister& walk, uint32_t most) {
    for (size_t k = 0; k < 4; ++k) {
      uint32_t count = random.percent(40) ? 1 : random.between(1, std::min(most, k == 0 ? 20u : 4u));
      walk.field[static_cast<size_t>(field::count0) + k] = count;
      most /= count;
    }
  }

  // Multiples of `unit` where a count uses them.
  void strides(PatternRegister& walk, const PatternRegister& counted, uint32_t unit) {
    for (size_t k = 0; k < 4; ++k) {
      uint32_t step = random.below(random.percent(70) ? 4 : 12);
      if (counted.field[static_cast<size_t>(field::count0) + k] > 1)
        walk.field[static_cast<size_t>(field::stride0) + k] = unit * (random.percent(30) ? 0 - step : step);
    }
  }

  // A base, multiple of `unit`, from which everything lies in [low, low + bytes).
  uint32_t placed(Walk::Extent extent, uint32_t run, uint32_t unit, uint32_t low, uint32_t bytes) {
    int64_t room = bytes - (extent.high - extent.low) - run;
    EXPECT_GE(room, 0);
    int64_t first =
        low - extent.low + unit * static_cast<int64_t>(random.below(static_cast<uint64_t>(room) / unit + 1));
    return static_cast<uint32_t>(first);
  }

  void configuration(TensorOp& op) {
    auto& p = op.pD.field;
    p[config::types] = randomTypes(op.instruction.op, [this](uint32_t n) { return random.below(n); }) |
                       static_cast<uint32_t>(random.word()) << 12; // flags, and bits that nothing reads
    if (elementTypes(op.instruction.op, slot::result).empty())
      p[config::types] = static_cast<uint32_t>(random.word());
    for (size_t f : {size_t{config::ra}, size_t{config::rb}})
      p[f] = factor(source) + (source.below(2) << 26);
    p[config::rf] = random.percent(10) ? source.number(127) : asBits(static_cast<float>(source.integer(20)) / 1024);
    if (random.percent(60)) { // usual bounds and zero points, among bits that nothing reads
      uint32_t unused = static_cast<uint32_t>(random.word()) << 9;
      bool isSigned = random.percent(50);
      for (size_t f : {size_t{config::lo}, size_t{config::lo2}})
        p[f] = unused | (isSigned ? 0x180 : 0);
      for (size_t f : {size_t{config::hi}, size_t{config::hi2}})
        p[f] = unused | (isSigned ? 127 : 255);
      for (size_t f : {size_t{config::za}, size_t{config::zb}, size_t{config::zo}})
        p[f] = unused | (random.below(256) - (isSigned ? 128 : 0)) % 512;
    }
  }
};

} // namespace weft::test
