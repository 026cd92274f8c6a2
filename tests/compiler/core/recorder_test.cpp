// Does the recorder list what the emitted code would dispatch: every turn of a loop, the branch that is taken, 32-bit
// arithmetic, the pattern registers as they are at each dispatch?
#include "compiler/core/recorder.h"

#include <gtest/gtest.h>

namespace weft::core {
namespace {

struct Log {
  std::vector<TensorOp> ops;
  int fences = 0;
  Recorder recorder{[this](const TensorOp& op) { ops.push_back(op); }, [this] { ++fences; }};
};

TEST(Recorder, ListsEveryTurnWithTheRegistersOfItsDispatch) {
  Log log;
  Recorder& r = log.recorder;
  r.preset(3);
  r.loop(3, [&](Value i) {
    r.setField(3, field::count0, r.add(r.mul(i, 10), 5));
    r.when(
        r.equal(i, 1), [&] { r.fence(); },
        [&] {
          r.issue(Opcode::LD, {i, r.sub(r.constant(0), i)}, {3, 4}, {{7, r.less(i, 1)}}, {{8, {}}, {9, r.equal(i, 2)}});
        });
  });
  EXPECT_EQ(log.fences, 1);
  ASSERT_EQ(log.ops.size(), 2u);
  const TensorOp &first = log.ops[0], &last = log.ops[1];
  EXPECT_EQ(first.instruction.op, Opcode::LD);
  EXPECT_EQ(first.a, 0u);
  EXPECT_EQ(last.a, 2u);
  EXPECT_EQ(last.b, 0xfffffffeu);
  EXPECT_EQ(first.pA.field[field::count0], 5u);
  EXPECT_EQ(last.pA.field[field::count0], 25u);
  EXPECT_EQ(last.pB.field[field::count0], PatternRegister().field[field::count0]);
  EXPECT_EQ(first.instruction.w0, 7);
  EXPECT_EQ(last.instruction.w0, kNoSemaphore);
  EXPECT_EQ(first.instruction.s0, 8);
  EXPECT_EQ(first.instruction.s1, kNoSemaphore);
  EXPECT_EQ(last.instruction.s1, 9);
}

// The matrix engine's configuration is its fourth pattern operand.
TEST(Recorder, PutsOperandsWhereTheInstructionHasThem) {
  Log log;
  Recorder& r = log.recorder;
  for (int pattern : {0, 1, 2})
    r.setField(pattern, field::count0, 100 + pattern);
  r.issue(Opcode::MM, {r.constant(1), r.constant(2), r.constant(3)}, {0, 1, 2}, {}, {});
  ASSERT_EQ(log.ops.size(), 1u);
  EXPECT_EQ(log.ops[0].c, 3u);
  EXPECT_EQ(log.ops[0].pA.field[field::count0], 100u);
  EXPECT_EQ(log.ops[0].pB.field[field::count0], 101u);
  EXPECT_EQ(log.ops[0].pD.field[field::count0], 102u);
}

TEST(Recorder, CalculatesIn32Bits) {
  Log log;
  Recorder& r = log.recorder;
  EXPECT_EQ(r.known(r.mul(r.constant(0x40000000), 4)), 0);
  EXPECT_EQ(r.known(r.minimum(r.constant(-3), r.constant(2))), -3);
  EXPECT_EQ(r.known(r.maximum(r.constant(-3), r.constant(2))), 2);
  EXPECT_EQ(r.known(r.bitAnd(r.constant(6), r.constant(3))), 2);
  EXPECT_EQ(r.known(r.less(r.constant(-1), 0)), 1);
}

} // namespace
} // namespace weft::core
