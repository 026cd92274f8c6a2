// Does the footprint of an instruction contain exactly the addresses that it uses, and is overlap exact?
#include "isa/semantics/tensor.h"
#include "tests/support/program_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace weft {
namespace {

using test::makeOp;
using test::pattern;
using test::TensorArguments;

std::set<int64_t> addresses(const Region& region) {
  std::set<int64_t> result;
  std::array<int64_t, 8> index{};
  while (true) {
    int64_t at = region.base;
    for (size_t k = 0; k < 8; ++k)
      at += index[k] * region.stride[k];
    for (int64_t i = 0; i < region.length; ++i)
      result.insert(at + i);
    size_t k = 0;
    while (k < 8 && ++index[k] == region.count[k])
      index[k++] = 0;
    if (k == 8)
      return result;
  }
}

std::set<int64_t> touched(const TensorOp& op, const Machine& machine, Space space, bool write) {
  std::set<int64_t> result;
  for (const Region& region : footprint(op, machine))
    if (region.space == space && region.write == write) {
      std::set<int64_t> part = addresses(region);
      result.insert(part.begin(), part.end());
      EXPECT_EQ(region.lowest(), *part.begin());
      EXPECT_EQ(region.highest(), *part.rbegin() + 1);
    }
  return result;
}

std::set<int64_t> range(int64_t first, int64_t count, int64_t stride = 1) {
  std::set<int64_t> result;
  for (int64_t i = 0; i < count; ++i)
    result.insert(first + i * stride);
  return result;
}

TEST(Footprint, LoadReadsOnlyTheRealBytes) {
  Machine machine = test::smallMachine();
  TensorArguments t;
  t.a = kDramBase + 1000;
  t.b = 64;
  t.pA = pattern(test::Walk{.count = {10, 3}, .stride = {0, 100}, .lo0 = 2, .hi0 = 8, .lo1 = 1, .hi1 = 2});
  t.pB = pattern(test::Walk{.stride = {0, 10}});
  TensorOp op = makeOp(Opcode::LD, t);
  EXPECT_EQ(touched(op, machine, Space::dram, false), range(kDramBase + 1102, 6));
  EXPECT_EQ(touched(op, machine, Space::scratchpad, true), range(64, 30));
  t.pA.field[field::lo0] = 10;
  EXPECT_TRUE(touched(makeOp(Opcode::LD, t), machine, Space::dram, false).empty());
}

TEST(Footprint, MatrixReadsWeightsAndActivationsOfAllSteps) {
  Machine machine = test::smallMachine(8, 16);
  TensorArguments t;
  t.a = 1024;
  t.b = 2048;
  t.c = 5;
  t.pA = pattern(test::Walk{.count = {3}, .stride = {8}});
  t.pB = pattern(test::Walk{.count = {2}, .stride = {-64}});
  TensorOp op = makeOp(Opcode::MM, t);
  std::set<int64_t> reads = range(2048, 256);
  reads.merge(range(1024, 24));
  reads.merge(range(960, 24));
  EXPECT_EQ(touched(op, machine, Space::scratchpad, false), reads);
  EXPECT_EQ(touched(op, machine, Space::accumulator, true), range(5, 3));
  EXPECT_TRUE(touched(op, machine, Space::accumulator, false).empty());
  EXPECT_EQ(touched(makeOp(Opcode::MMA, t), machine, Space::accumulator, false), range(5, 3));
}

TEST(Footprint, VectorInstructions) {
  Machine machine = test::smallMachine(8, 8);
  TensorArguments t;
  t.a = 1024;
  t.b = 2048;
  t.c = 4096;
  t.d = 8192;
  t.pA = pattern(test::Walk{.stride = {16}});
  t.pB = pattern(test::Walk{.count = {2}, .stride = {8}});
  t.pC = pattern(test::Walk{.count = {2}, .stride = {8}});
  t.pD = pattern(test::Config{.lut = true});
  std::set<int64_t> reads = range(1024, 32);
  reads.merge(range(2048, 16));
  reads.merge(range(8192, 64));
  TensorOp op = makeOp(Opcode::VDW, t);
  EXPECT_EQ(touched(op, machine, Space::scratchpad, false), reads);
  EXPECT_EQ(touched(op, machine, Space::scratchpad, true), range(4096, 16));
  EXPECT_EQ(touched(op, machine, Space::lut, false).size(), 256u);
  op = makeOp(Opcode::VLDLUT, t);
  EXPECT_EQ(touched(op, machine, Space::scratchpad, false), range(1024, 256));
  EXPECT_EQ(touched(op, machine, Space::lut, true).size(), 256u);
  t.a = 100;
  op = makeOp(Opcode::VRQ, t);
  EXPECT_EQ(touched(op, machine, Space::accumulator, false), range(100, 2, 16));
  EXPECT_EQ(touched(op, machine, Space::scratchpad, false), range(8192, 64));
}

TEST(Footprint, AnInstructionThatLeavesItsMemoryTouchesAllOfIt) {
  Machine machine = test::smallMachine();
  TensorArguments t;
  t.a = kDramBase;
  t.b = 65536 - 16;
  t.pA = pattern(test::Walk{.count = {65535, 65535, 65535, 65535}});
  for (const Region& region : footprint(makeOp(Opcode::ST, t), machine))
    if (region.space == Space::scratchpad) {
      EXPECT_EQ(region.lowest(), 0);
      EXPECT_EQ(region.highest(), 65536);
    }
}

TEST(Overlap, AgreesWithSetsOfAddresses) {
  std::mt19937 random(3);
  auto pick = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  int meeting = 0;
  for (int i = 0; i < 20000; ++i) {
    auto make = [&] {
      Region region{Space::scratchpad, false, pick(0, 60), pick(1, 4), {}, {}};
      region.count.fill(1);
      for (size_t k = 0; k < 3; ++k) {
        region.count[k] = pick(1, 4);
        region.stride[k] = pick(-12, 24);
      }
      return region;
    };
    Region x = make();
    Region y = make();
    std::set<int64_t> ax = addresses(x);
    std::set<int64_t> ay = addresses(y);
    bool expected = std::any_of(ax.begin(), ax.end(), [&](int64_t a) { return ay.count(a) > 0; });
    meeting += expected ? 1 : 0;
    ASSERT_EQ(overlap(x, y), expected) << "case " << i;
    ASSERT_EQ(overlap(y, x), expected) << "case " << i;
  }
  EXPECT_GT(meeting, 2000);
  EXPECT_LT(meeting, 18000);
}

TEST(Overlap, DifferentMemoriesNeverOverlap) {
  Region x{Space::scratchpad, true, 0, 16, {}, {}};
  x.count.fill(1);
  Region y = x;
  y.space = Space::accumulator;
  EXPECT_FALSE(overlap(x, y));
  EXPECT_TRUE(overlap(x, x));
}

TEST(Overlap, InterleavedWalksOfManyRunsAreDecidedQuickly) {
  Region even{Space::scratchpad, true, 0, 16, {}, {}};
  even.count.fill(1);
  even.count[0] = 65535;
  even.stride[0] = 32;
  Region odd = even;
  odd.base = 16;
  EXPECT_FALSE(overlap(even, odd));
  odd.length = 17;
  EXPECT_TRUE(overlap(even, odd));
}

} // namespace
} // namespace weft
