// Does the recorder list what the emitted code would dispatch: every turn of a loop, the branch that is taken, 32-bit
// arithmetic, the pattern registers as they are at each dispatch? Does it measure the work in between?
#include "compiler/core/recorder.h"

#include <gtest/gtest.h>

namespace weft::core {
namespace {

struct Log {
  std::vector<TensorOp> ops;
  std::vector<Work> work; // before each step
  int fences = 0;
  Recorder recorder{[this](const TensorOp& op, Work before) { ops.push_back(op), work.push_back(before); },
                    [this](Work before) { ++fences, work.push_back(before); }};
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

// Set-up and what depends on a loop count, what is folded does not; first turns are told from later ones.
TEST(Recorder, MeasuresTheWorkBeforeEachStep) {
  Log log;
  Recorder& r = log.recorder;
  r.preset(3);
  r.setField(3, field::count0, r.add(r.constant(2), 5));
  r.fence();
  r.loop(1, [&](Value once) {
    r.issue(Opcode::LD, {r.mul(once, 8), r.add(once, 1)}, {3, 3}, {{7, r.less(once, 1)}}, {});
  });
  r.loop(2, [&](Value i) {                                               // a turn
    Value address = r.mul(i, 8);                                         // a product
    r.when(r.equal(i, 0), [&] { r.setField(3, field::count0, i); }, {}); // a comparison, a branch, a field
    r.issue(Opcode::LD, {address, address}, {3, 3}, {{7, i}}, {});       // a branch
  });
  r.preset(3);
  r.fence();
  const std::vector<std::pair<uint32_t, uint32_t>> expected = {{2, 2}, {0, 0}, {6, 6}, {5, 0}, {1, 1}};
  ASSERT_EQ(log.work.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(log.work[i].operations, expected[i].first) << i;
    EXPECT_EQ(log.work[i].first, expected[i].second) << i;
  }
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
