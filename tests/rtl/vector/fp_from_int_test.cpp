// Does the conversion of int32 to binary32 round as the host's does?
#include "Vweft_fp_from_int.h"

#include "tests/rtl/vector/fp_bench.h"
#include "tests/rtl/vector/fp_vectors.h"

namespace weft::test {
namespace {

using Bench = FpBench<Vweft_fp_from_int, int32_t, 2>;

bool convert(Bench& bench, int32_t x) {
  bench.unit().x_i = static_cast<uint32_t>(x);
  return bench.cycle(x, asBits(static_cast<float>(x)));
}

TEST(FpFromInt, AllExponentsAndTheirRoundings) {
  Bench bench;
  for (uint32_t top = 0; top < 32; ++top)
    for (uint32_t low = 0; low < 32; ++low) // where the last bits of interest are
      for (uint32_t pattern = 0; pattern < 1024; ++pattern)
        for (uint32_t fill : {0u, ~0u}) {
          uint32_t above = low >= 22 ? 0 : fill << (low + 10);
          uint32_t x = ((1u << top) - 1) & ((pattern << low) | above);
          ASSERT_TRUE(convert(bench, static_cast<int32_t>(x | 1u << top)));
          ASSERT_TRUE(convert(bench, static_cast<int32_t>(-(x | 1u << top))));
        }
}

TEST(FpFromInt, SmallIntegers) {
  Bench bench;
  for (int32_t x = -(1 << 19); x <= 1 << 19; ++x)
    ASSERT_TRUE(convert(bench, x));
}

TEST(FpFromInt, Random) {
  Bench bench;
  VectorSource source(1);
  for (uint64_t i = vectorCount(); i > 0; --i)
    ASSERT_TRUE(convert(bench, source.integer(32)));
}

} // namespace
} // namespace weft::test
