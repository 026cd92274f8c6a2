// Are limiting and rounding those of isa/semantics/numerics.h?
#include "Vweft_fp_clamp_round.h"

#include "isa/semantics/numerics.h"
#include "tests/rtl/vector/fp_bench.h"
#include "tests/rtl/vector/fp_vectors.h"

#include <algorithm>
#include <ostream>

namespace weft::test {
namespace {

struct Operands {
  float x;
  int32_t lo, hi, zo;
};
std::ostream& operator<<(std::ostream& out, const Operands& o) {
  return out << std::hexfloat << o.x << " in " << o.lo << ".." << o.hi << " + " << o.zo;
}

using Bench = FpBench<Vweft_fp_clamp_round, Operands, 1>;

void setBounds(Bench& bench, int32_t lo, int32_t hi, int32_t zo) {
  bench.unit().lo_i = static_cast<uint16_t>(lo & 0x7ff);
  bench.unit().hi_i = static_cast<uint16_t>(hi & 0x7ff);
  bench.unit().zo_i = static_cast<uint16_t>(zo & 0x1ff);
}

bool clampRound(Bench& bench, float x, int32_t lo, int32_t hi, int32_t zo) {
  setBounds(bench, lo, hi, zo);
  bench.unit().is_int_i = 0;
  bench.unit().x_i = asBits(x);
  int32_t limited = num::roundToEven(num::clamp(x, static_cast<float>(lo), static_cast<float>(hi)));
  return bench.cycle({x, lo, hi, zo}, static_cast<uint32_t>(limited + zo) & 0x7ff);
}

bool clampInteger(Bench& bench, int32_t x, int32_t lo, int32_t hi, int32_t zo) {
  setBounds(bench, lo, hi, zo);
  bench.unit().is_int_i = 1;
  bench.unit().int_i = static_cast<uint16_t>(x & 0x7ff);
  int32_t limited = std::min(std::max(x, lo), hi);
  return bench.cycle({static_cast<float>(x), lo, hi, zo}, static_cast<uint32_t>(limited + zo) & 0x7ff);
}

// Every half and its neighbours within and beyond the bounds.
TEST(FpClampRound, TiesAndTheirNeighbours) {
  Bench bench;
  for (int32_t halves = -1100; halves <= 1100; ++halves) {
    float x = static_cast<float>(halves) / 2;
    for (float near : {x, std::nextafter(x, -1e9f), std::nextafter(x, 1e9f)}) {
      ASSERT_TRUE(clampRound(bench, near, -511, 511, 0));
      ASSERT_TRUE(clampRound(bench, near, 0, 255, 0));
      ASSERT_TRUE(clampRound(bench, near, -128, 127, -128));
      ASSERT_TRUE(clampRound(bench, near, -3, 3, 255));
    }
  }
}

TEST(FpClampRound, EveryExponent) {
  Bench bench;
  VectorSource source(7);
  for (uint32_t exponent = 0; exponent < 512; ++exponent)
    for (int i = 0; i < 2000; ++i)
      ASSERT_TRUE(clampRound(bench, asFloat(exponent << 23 | source.fraction()), -511, 511, source.integer(9)));
}

TEST(FpClampRound, NanGivesTheLowerBoundAndCrossedBoundsTheUpper) {
  Bench bench;
  for (uint32_t nan : {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xffffffffu})
    ASSERT_TRUE(clampRound(bench, asFloat(nan), -7, 9, 3));
  for (float x : {-100.0f, -7.0f, 0.0f, 2.0f, 9.0f, 100.0f, INFINITY, -INFINITY, NAN})
    ASSERT_TRUE(clampRound(bench, x, 9, -7, 3));
}

TEST(FpClampRound, Integers) {
  Bench bench;
  VectorSource source(8);
  for (int32_t x = -1024; x < 1024; ++x) {
    ASSERT_TRUE(clampInteger(bench, x, -1024, 1023, 0));
    for (int i = 0; i < 100; ++i)
      ASSERT_TRUE(clampInteger(bench, x, source.integer(9), source.integer(9), source.integer(9)));
  }
}

TEST(FpClampRound, Random) {
  Bench bench;
  VectorSource source(9);
  for (uint64_t i = vectorCount(); i > 0; --i) {
    int32_t zo = source.integer(9); // in the lanes, the bounds are less zo
    int32_t lo = source.integer(9) - zo;
    int32_t hi = source.integer(9) - zo;
    ASSERT_TRUE(clampRound(bench, asFloat(source.number(132)), lo, hi, zo));
  }
}

} // namespace
} // namespace weft::test
