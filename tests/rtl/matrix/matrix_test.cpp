// Is the matrix engine's RTL equal to the cycle simulator's, in every cycle and accumulator? And are both what the
// closed form of the timing chapter says?
#include "tests/rtl/matrix/matrix_bench.h"

#include "isa/semantics/tensor.h"
#include "simulator/dram/dram_model.h"
#include "tests/support/opcodes.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

using test::MatrixBench;
using test::Random;

uint32_t& countOf(PatternRegister& walk, uint32_t k) {
  return walk.field[static_cast<size_t>(field::count0) + k];
}
uint32_t& strideOf(PatternRegister& walk, uint32_t k) {
  return walk.field[static_cast<size_t>(field::stride0) + k];
}

// Instructions that are legal, with walks of all shapes, and accumulator rows that often overlap those of the
// instruction before.
class Generator {
public:
  Generator(const Machine& machine, Random& random) : machine_(machine), random_(random) {}

  TensorOp legal() {
    TensorOp op;
    op.instruction.op = random_.pick(test::builtOpcodes(Engine::matrix));
    uint32_t mostRows = random_.pick<uint32_t>({1, 3, machine_.array.rows + 2, 40});
    uint32_t rows = walk(op.pA, mostRows);
    walk(op.pB, random_.pick<uint32_t>({1, 2, 6}));
    place(op);
    uint32_t tiles = static_cast<uint32_t>(operands::points(op.pB));
    uint32_t tileBytes = machine_.array.rows * machine_.array.cols;
    op.b =
        random_.below((machine_.scratchpad.bytes - tiles * tileBytes) / machine_.array.cols + 1) * machine_.array.cols;
    op.c = accumulatorRow(rows);
    op.pD.field[config::types] = static_cast<uint32_t>(random_.word()) << 8 | random_.below(2) << 4 | random_.below(2);
    op.pD.field[config::za] = zeroPoint();
    op.pD.field[config::zb] = zeroPoint();
    return op;
  }

  // The same with one thing wrong, or several.
  TensorOp wrong() {
    TensorOp op = legal();
    do {
      switch (random_.below(7)) {
      case 0:
        countOf(random_.percent(50) ? op.pA : op.pB, random_.below(4)) = random_.pick<uint32_t>({0, 65536, 0x80000001});
        break;
      case 1:
        op.pD.field[config::types] = random_.below(256);
        break;
      case 2:
        (random_.percent(50) ? op.a : op.b) += random_.between(1, 15);
        break;
      case 3:
        strideOf(random_.percent(50) ? op.pA : op.pB, random_.below(4)) += random_.between(1, 15);
        break;
      case 4:
        op.a = random_.percent(50) ? machine_.scratchpad.bytes - random_.below(4) * machine_.array.rows
                                   : 0 - random_.below(4) * machine_.array.rows;
        break;
      case 5:
        op.b = random_.percent(50) ? machine_.scratchpad.bytes - random_.below(40) * machine_.array.cols
                                   : 0 - random_.below(40) * machine_.array.cols;
        break;
      default:
        op.c = random_.percent(50) ? machine_.accumulatorRows() - random_.below(8) : 0 - random_.between(1, 4);
        break;
      }
    } while (random_.percent(30));
    return op;
  }

private:
  // Strides are multiples of R, of both signs; one that is not used is anything. Returns the number of points.
  uint32_t walk(PatternRegister& pattern, uint32_t most) {
    uint32_t points = 1;
    for (uint32_t k = 0; k < 4; ++k) {
      uint32_t count = points == most || random_.percent(40) ? 1 : random_.between(1, most / points);
      points *= count;
      countOf(pattern, k) = count;
      uint32_t multiple = random_.below(17) - 8;
      strideOf(pattern, k) = count == 1 ? static_cast<uint32_t>(random_.word()) : multiple * machine_.array.rows;
    }
    return points;
  }
  void place(TensorOp& op) {
    Walk::Extent rows = Walk(op.pA, op.pA).extent();
    Walk::Extent steps = Walk(op.pB, op.pB).extent();
    int64_t low = -(rows.low + steps.low);
    int64_t high = machine_.scratchpad.bytes - (rows.high + steps.high) - machine_.array.rows;
    uint32_t places = static_cast<uint32_t>((high - low) / machine_.array.rows) + 1;
    op.a = static_cast<uint32_t>(low) + random_.below(places) * machine_.array.rows;
  }
  uint32_t accumulatorRow(uint32_t rows) {
    uint32_t places = machine_.accumulatorRows() - rows + 1;
    uint32_t row = random_.percent(40) ? (lastRow_ + random_.below(3) + places - 1) % places : random_.below(places);
    lastRow_ = row + rows - 1;
    return row;
  }
  uint32_t zeroPoint() { return random_.percent(30) ? 0 : static_cast<uint32_t>(random_.word()); }

  const Machine& machine_;
  Random& random_;
  uint32_t lastRow_ = 0; // accumulator row of the last instruction's last row
};

class MatrixTest : public testing::Test {
protected:
  MatrixTest() : machine_(loadMachine(WEFT_TEST_MACHINE)), dram_(makeDramModel(machine_)) {
    Verilated::randReset(2); // registers that are not reset begin with random values
    model_ = std::make_unique<Vweft_matrix>();
  }

  struct Mix {
    uint32_t dispatch;   // percent of cycles in which an instruction is dispatched, if there is room
    uint32_t refusals;   // percent of banks
    uint32_t semaphores; // percent of instructions that wait, and that signal
    uint32_t wrong;      // percent of instructions
  };
  // Random instructions; ends with the first fault.
  void run(uint64_t seed, const Mix& mix, uint32_t instructions) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MatrixBench bench(*model_, machine_, *dram_, seed);
    bench.setRefusals(mix.refusals);
    Random& random = bench.random();
    Generator generator(machine_, random);
    auto semaphore = [&] {
      return random.percent(mix.semaphores) ? static_cast<uint8_t>(random.below(3)) : kNoSemaphore;
    };
    while ((instructions > 0 || !bench.idle()) && !bench.faulted() && !HasFailure()) {
      if (instructions > 0 && bench.hasRoom() && random.percent(mix.dispatch)) {
        TensorOp op = random.percent(mix.wrong) ? generator.wrong() : generator.legal();
        op.instruction.w0 = semaphore();
        op.instruction.w1 = semaphore();
        op.instruction.s0 = semaphore();
        op.instruction.s1 = semaphore();
        bench.dispatch(op);
        --instructions;
      }
      auto any = static_cast<uint8_t>(random.below(3));
      if (bench.core().semaphores.count(any) < 2 && random.percent(5))
        bench.signal(any);
      bench.step();
      ASSERT_LT(bench.cycle(), 1000000u);
    }
    faults_ += bench.faulted();
  }

  Machine machine_;
  std::unique_ptr<DramTimingModel> dram_;
  std::unique_ptr<Vweft_matrix> model_; // keeps what a run leaves in it
  uint32_t faults_ = 0;
};

TEST_F(MatrixTest, RandomWithoutCollisions) {
  for (uint64_t seed = 1; seed <= 10 && !HasFailure(); ++seed)
    run(seed, {.dispatch = 100, .refusals = 0, .semaphores = 0, .wrong = 0}, 100);
}

TEST_F(MatrixTest, RandomWithRefusals) {
  for (uint64_t seed = 1; seed <= 15 && !HasFailure(); ++seed)
    run(seed, {.dispatch = 50, .refusals = static_cast<uint32_t>(10 + seed % 5 * 20), .semaphores = 0, .wrong = 0}, 60);
}

TEST_F(MatrixTest, RandomWithSemaphores) {
  for (uint64_t seed = 1; seed <= 10 && !HasFailure(); ++seed)
    run(seed, {.dispatch = 30, .refusals = 20, .semaphores = 40, .wrong = 0}, 60);
}

TEST_F(MatrixTest, RandomWithFaults) {
  for (uint64_t seed = 1; seed <= 400 && !HasFailure(); ++seed)
    run(seed, {.dispatch = 60, .refusals = static_cast<uint32_t>(seed % 2 * 20), .semaphores = 5, .wrong = 25}, 12);
  EXPECT_GT(faults_, 200u);
}

// An instruction of S steps of M rows, everything granted: retirement by the formula of section 8.
TEST_F(MatrixTest, ClosedForm) {
  uint64_t rows = machine_.array.rows;
  uint64_t delay = rows + machine_.array.cols + timing::MX_ARRAY_DELAY;
  for (uint32_t steps : {1u, 2u, 3u}) {
    for (uint32_t count : {1u, machine_.array.rows, machine_.array.rows + 1, machine_.array.rows + 2, 50u}) {
      SCOPED_TRACE(std::to_string(steps) + " steps of " + std::to_string(count) + " rows");
      MatrixBench bench(*model_, machine_, *dram_, count);
      TensorOp op;
      op.instruction.op = Opcode::MM;
      countOf(op.pA, 0) = count;
      strideOf(op.pA, 0) = machine_.array.rows;
      countOf(op.pB, 0) = steps;
      op.b = machine_.scratchpad.bytes / 2; // another bank
      bench.dispatch(op);
      bench.step();
      while (!bench.idle() && !HasFailure())
        bench.step();
      ASSERT_EQ(bench.events.size(), 2u);
      uint64_t period = std::max<uint64_t>(count, rows + 1);
      EXPECT_EQ(bench.events[0].cycle, 1u);
      EXPECT_EQ(bench.events[1].cycle, 1 + rows + 1 + (steps - 1) * period + count + delay);
    }
  }
}

// The last row of an instruction is the first one of the next, which adds to it: its read comes in the cycle of the
// write.
TEST_F(MatrixTest, AddsToTheRowThatIsBeingWritten) {
  MatrixBench bench(*model_, machine_, *dram_, 1);
  uint32_t count = machine_.array.rows + 3;
  for (uint32_t i = 0; i < 2; ++i) {
    TensorOp op;
    op.instruction.op = i == 0 ? Opcode::MM : Opcode::MMA;
    countOf(op.pA, 0) = count;
    strideOf(op.pA, 0) = machine_.array.rows;
    op.b = machine_.scratchpad.bytes / 2;
    op.c = i * (count - 1);
    bench.dispatch(op);
    bench.step();
  }
  while (!bench.idle() && !HasFailure())
    bench.step();
  EXPECT_EQ(bench.events.size(), 4u);
}

} // namespace
} // namespace weft
