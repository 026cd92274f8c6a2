// Is the full fused multiply-add that of the host?
#include "Vweft_fp_fma32.h"

#include "tests/rtl/vector/fp_bench.h"
#include "tests/rtl/vector/fp_vectors.h"

#include <ostream>

namespace weft::test {
namespace {

struct Operands {
  uint32_t x, w, z;
};
std::ostream& operator<<(std::ostream& out, const Operands& operands) {
  return out << std::hexfloat << asFloat(operands.x) << " * " << asFloat(operands.w) << " + " << asFloat(operands.z);
}

using Bench = FpBench<Vweft_fp_fma32, Operands, 5>;

bool multiplyAdd(Bench& bench, uint32_t x, uint32_t w, uint32_t z) {
  bench.unit().x_i = x;
  bench.unit().w_i = w;
  bench.unit().z_i = z;
  return bench.cycle({x, w, z}, canonical(std::fma(asFloat(x), asFloat(w), asFloat(z))));
}

uint32_t exponentOf(uint32_t bits) {
  return (bits >> 23) & 255;
}

// An addend that is interesting for x * w.
uint32_t addend(VectorSource& source, uint32_t x, uint32_t w) {
  uint32_t product = asBits(asFloat(x) * asFloat(w));
  switch (source.below(5)) {
  case 0: // cancels all bits but the last ones
    return (product ^ 0x80000000) + source.below(8) - 4;
  case 1: { // cancels some leading bits
    uint32_t bits = source.below(24);
    return (product ^ 0x80000000) ^ (static_cast<uint32_t>(source.word()) & ((1u << bits) - 1));
  }
  case 2: { // about where the one decides how the other is rounded
    uint32_t exponent = exponentOf(product) + 20 + source.below(8);
    uint32_t sign = static_cast<uint32_t>(source.word() >> 63) << 31;
    return sign | (exponent > 254 ? exponentOf(product) : exponent) << 23 | source.fraction();
  }
  default:
    return source.number(exponentOf(product));
  }
}

// The distance of the exponents decides how far the addend moves.
TEST(FpFma32, EveryDistanceOfExponents) {
  Bench bench;
  VectorSource source(14);
  for (uint32_t base : {0u, 1u, 12u, 40u, 127u, 200u, 243u, 254u})
    for (uint32_t other : {0u, 1u, 100u, 127u, 150u, 254u})
      for (uint32_t exponent = 0; exponent < 256; ++exponent)
        for (int i = 0; i < 80; ++i) {
          uint32_t signs = static_cast<uint32_t>(source.word() >> 61);
          uint32_t x = (signs & 1) << 31 | base << 23 | source.fraction();
          uint32_t w = (signs >> 1 & 1) << 31 | other << 23 | source.fraction();
          uint32_t z = (signs >> 2) << 31 | exponent << 23 | source.fraction();
          ASSERT_TRUE(multiplyAdd(bench, x, w, z));
        }
}

TEST(FpFma32, SpecialValues) {
  Bench bench;
  const uint32_t values[] = {0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x00800001, 0x3f7fffff, 0x3f800000,
                             0x3f800001, 0x4b800000, 0x7f000000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000};
  for (uint32_t x : values)
    for (uint32_t w : values)
      for (uint32_t z : values)
        for (uint32_t signs = 0; signs < 8; ++signs)
          ASSERT_TRUE(multiplyAdd(bench, x | (signs & 1) << 31, w | (signs >> 1 & 1) << 31, z | (signs >> 2) << 31));
}

// What addition and multiplication are made of: x * 1 + z, x * w + -0.
TEST(FpFma32, SumsAndProducts) {
  Bench bench;
  VectorSource source(15);
  for (int i = 0; i < 200'000; ++i) {
    uint32_t x = source.number(127);
    uint32_t y = i % 2 == 0 ? source.number(exponentOf(x)) : addend(source, x, 0x3f800000);
    bench.unit().x_i = x;
    bench.unit().w_i = 0x3f800000;
    bench.unit().z_i = y;
    ASSERT_TRUE(bench.cycle({x, 0x3f800000, y}, canonical(asFloat(x) + asFloat(y))));
    bench.unit().w_i = y;
    bench.unit().z_i = 0x80000000;
    ASSERT_TRUE(bench.cycle({x, y, 0x80000000}, canonical(asFloat(x) * asFloat(y))));
  }
}

TEST(FpFma32, Random) {
  Bench bench;
  VectorSource source(16);
  for (uint64_t i = vectorCount(); i > 0; --i) {
    uint32_t x = source.number(119);
    uint32_t w = source.number(i % 4 == 0 ? 254 - exponentOf(x) : 127);
    ASSERT_TRUE(multiplyAdd(bench, x, w, addend(source, x, w)));
  }
}

} // namespace
} // namespace weft::test
