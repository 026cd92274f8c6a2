// Does the conversion of binary32 to int32 round and saturate as isa/semantics does?
#include "Vweft_fp_to_int.h"

#include "isa/semantics/numerics_float.h"
#include "tests/rtl/vector/fp_bench.h"
#include "tests/rtl/vector/fp_vectors.h"

namespace weft::test {
namespace {

using Bench = FpBench<Vweft_fp_to_int, uint32_t, 1>;

bool convert(Bench& bench, uint32_t x) {
  bench.unit().x_i = x;
  return bench.cycle(x, static_cast<uint32_t>(num::toInt32(asFloat(x))));
}

TEST(FpToInt, EveryExponentAndItsRoundings) {
  Bench bench;
  VectorSource source(17);
  for (uint32_t high = 0; high < 512; ++high) // sign and exponent
    for (int i = 0; i < 2000; ++i)
      ASSERT_TRUE(convert(bench, high << 23 | source.fraction()));
}

// Every fraction where all of its bits decide.
TEST(FpToInt, EveryNumberBelowFour) {
  Bench bench;
  for (uint32_t x = asBits(0.25f); x < asBits(4.0f); x += 7)
    ASSERT_TRUE(convert(bench, x | (x % 2) << 31));
}

TEST(FpToInt, Random) {
  Bench bench;
  VectorSource source(18);
  for (uint64_t i = vectorCount(); i > 0; --i)
    ASSERT_TRUE(convert(bench, source.number(150)));
}

} // namespace
} // namespace weft::test
