// Is the product of a converted integer and any binary32 number that of the host?
#include "Vweft_fp_mul.h"

#include "tests/rtl/vector/fp_bench.h"
#include "tests/rtl/vector/fp_vectors.h"

#include <ostream>

namespace weft::test {
namespace {

struct Operands {
  float x;
  uint32_t s;
};
std::ostream& operator<<(std::ostream& out, const Operands& operands) {
  return out << std::hexfloat << operands.x << " * " << asFloat(operands.s);
}

using Bench = FpBench<Vweft_fp_mul, Operands, 2>;

bool multiply(Bench& bench, float x, uint32_t s) {
  bench.unit().x_i = asBits(x);
  bench.unit().s_i = s;
  return bench.cycle({x, s}, canonical(x * asFloat(s)));
}

TEST(FpMul, EveryExponentOfTheFactor) {
  Bench bench;
  VectorSource source(2);
  for (uint32_t exponent = 0; exponent < 256; ++exponent)
    for (int bits = 1; bits <= 32; ++bits)
      for (int i = 0; i < 32; ++i) {
        uint32_t s = exponent << 23 | source.fraction() | static_cast<uint32_t>(source.word() >> 63) << 31;
        ASSERT_TRUE(multiply(bench, static_cast<float>(source.integer(bits)), s));
      }
}

TEST(FpMul, DenormalFactors) {
  Bench bench;
  for (int32_t x : {0, 1, -1, 2, 3, 255, -261121, 1 << 23, (1 << 24) - 1, INT32_MAX, INT32_MIN})
    for (uint32_t s = 0; s < 1 << 16; ++s) {
      ASSERT_TRUE(multiply(bench, static_cast<float>(x), s));
      ASSERT_TRUE(multiply(bench, static_cast<float>(x), 0x807fffff - s));
    }
}

TEST(FpMul, Random) {
  Bench bench;
  VectorSource source(3);
  for (uint64_t i = vectorCount(); i > 0; --i)
    ASSERT_TRUE(multiply(bench, static_cast<float>(source.integer(32)), source.number(119)));
}

} // namespace
} // namespace weft::test
