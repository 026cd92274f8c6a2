// Is the fused multiply-add that of the host?
#include "Vweft_fp_fma.h"

#include "tests/rtl/vector/fp_bench.h"
#include "tests/rtl/vector/fp_vectors.h"

#include <ostream>

namespace weft::test {
namespace {

struct Operands {
  int32_t n;
  uint32_t x;
  uint32_t z;
};
std::ostream& operator<<(std::ostream& out, const Operands& operands) {
  return out << operands.n << " * " << std::hexfloat << asFloat(operands.x) << " + " << asFloat(operands.z);
}

using Bench = FpBench<Vweft_fp_fma, Operands, 3>;

bool multiplyAdd(Bench& bench, int32_t n, uint32_t x, uint32_t z) {
  bench.unit().n_i = static_cast<uint16_t>(n & 0x7ff);
  bench.unit().x_i = x;
  bench.unit().z_i = z;
  return bench.cycle({n, x, z}, canonical(std::fma(static_cast<float>(n), asFloat(x), asFloat(z))));
}

uint32_t exponentOf(uint32_t bits) {
  return (bits >> 23) & 255;
}

// An addend that is interesting for n * x.
uint32_t addend(VectorSource& source, int32_t n, uint32_t x) {
  uint32_t product = asBits(static_cast<float>(n) * asFloat(x));
  switch (source.below(4)) {
  case 0: // cancels all bits but the last ones
    return (product ^ 0x80000000) + source.below(8) - 4;
  case 1: { // cancels some leading bits
    uint32_t bits = source.below(24);
    return (product ^ 0x80000000) ^ (static_cast<uint32_t>(source.word()) & ((1u << bits) - 1));
  }
  default:
    return source.number(exponentOf(product));
  }
}

// The distance of the exponents decides which operand moves, and how far.
TEST(FpFma, EveryDistanceOfExponents) {
  Bench bench;
  VectorSource source(4);
  for (uint32_t base : {0u, 1u, 12u, 40u, 127u, 200u, 243u, 254u})
    for (uint32_t exponent = 0; exponent < 256; ++exponent)
      for (int i = 0; i < 400; ++i) {
        uint32_t signs = static_cast<uint32_t>(source.word() >> 62);
        uint32_t x = (signs & 1) << 31 | base << 23 | source.fraction();
        uint32_t z = (signs >> 1) << 31 | exponent << 23 | source.fraction();
        ASSERT_TRUE(multiplyAdd(bench, source.integer(11), x, z));
      }
}

TEST(FpFma, EveryInteger) {
  Bench bench;
  VectorSource source(5);
  for (int32_t n = -1024; n < 1024; ++n)
    for (int i = 0; i < 400; ++i) {
      uint32_t x = source.number(127);
      ASSERT_TRUE(multiplyAdd(bench, n, x, addend(source, n, x)));
    }
}

TEST(FpFma, SpecialValues) {
  Bench bench;
  const uint32_t values[] = {0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x00800001, 0x3f7fffff, 0x3f800000,
                             0x3f800001, 0x7f000000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000};
  for (int32_t n : {-1024, -1023, -3, -2, -1, 0, 1, 2, 3, 255, 1023})
    for (uint32_t x : values)
      for (uint32_t z : values)
        for (uint32_t signs = 0; signs < 4; ++signs)
          ASSERT_TRUE(multiplyAdd(bench, n, x | (signs & 1) << 31, z | (signs >> 1) << 31));
}

TEST(FpFma, Random) {
  Bench bench;
  VectorSource source(6);
  for (uint64_t i = vectorCount(); i > 0; --i) {
    int32_t n = source.integer(11);
    uint32_t x = source.number(119);
    ASSERT_TRUE(multiplyAdd(bench, n, x, addend(source, n, x)));
  }
}

} // namespace
} // namespace weft::test
