#include "isa/semantics/special.h"

#include "isa/generated/special_tables.h"
#include "isa/semantics/numerics_float.h"

#include <optional>

namespace weft {

namespace {

namespace tables = special_tables;

constexpr int kBias = 127;
constexpr uint32_t kOne = 0x3f800000;
constexpr uint64_t kFraction26 = (uint64_t{1} << 26) - 1;

// The argument in parts, normalised: 2^23 <= m < 2^24 unless it is 0.
struct Parts {
  uint32_t sign;
  int32_t e;
  uint32_t m;
};

Parts partsOf(uint32_t bits) {
  Parts t{bits >> 31, static_cast<int32_t>(bits >> 23 & 255), bits & 0x7fffff};
  if (t.e != 0) {
    t.m |= 1 << 23;
    return t;
  }
  t.e = 1;
  for (; t.m != 0 && t.m >> 23 == 0; --t.e)
    t.m <<= 1;
  return t;
}

// Results that need no table.
std::optional<uint32_t> exception(Special function, uint32_t bits) {
  const uint32_t sign = bits & 0x80000000, magnitude = bits & 0x7fffffff;
  const uint32_t exponent = magnitude >> 23;
  const bool infinite = magnitude == num::kInfinity;
  if (magnitude > num::kInfinity)
    return num::kNan;
  switch (function) {
  case Special::exp:
    if (exponent >= 135) // 256 or more
      return sign ? 0 : num::kInfinity;
    break;
  case Special::rcp:
    if (infinite || magnitude == 0)
      return sign | (infinite ? 0 : num::kInfinity);
    break;
  case Special::rsq:
    if (magnitude == 0)
      return sign | num::kInfinity;
    if (sign)
      return num::kNan;
    if (infinite)
      return 0;
    break;
  case Special::tanh:
  case Special::erf:
    if (magnitude == 0)
      return sign;
    if (exponent >= (function == Special::tanh ? 131u : 129u)) // 16, 4
      return sign | kOne;
    break;
  }
  return std::nullopt;
}

// Segment, fraction in it, factor and exponent of the result.
struct Reduced {
  uint32_t segment;
  uint32_t u;
  uint32_t factor;
  int32_t exponent;
};

// x = m * 2^(e - 150), or that times log2(e), with 26 fraction bits, rounded down.
uint64_t fixed(const Parts& t, uint64_t scale) {
  const int shift = 157 - t.e; // at least 23
  return shift > 63 ? 0 : t.m * scale >> shift;
}

Reduced reduceExp(const Parts& t) {
  auto x = static_cast<int64_t>(fixed(t, tables::kLog2e));
  if (t.sign)
    x = -x;
  const auto f = static_cast<uint32_t>(x & static_cast<int64_t>(kFraction26));
  return {tables::kExp + (f >> 20), f & 0xfffff, 1 << 23, kBias + static_cast<int32_t>(x >> 26)};
}

Reduced reduceRcp(const Parts& t) {
  return {tables::kRcp + (t.m >> 16 & 127), (t.m & 0xffff) << 4, 1 << 23, 2 * kBias - t.e};
}

Reduced reduceRsq(const Parts& t) {
  const int32_t exponent = kBias - ((t.e - kBias) >> 1);
  if ((t.e - kBias) & 1)
    return {tables::kRsq + 128 + (t.m >> 17 & 63), (t.m & 0x1ffff) << 3, 1 << 23, exponent};
  return {tables::kRsq + (t.m >> 16 & 127), (t.m & 0xffff) << 4, 1 << 23, exponent};
}

// tanh and erf: the segments of an argument below 1, of 1 to 2, and so on.
Reduced reduceOdd(const Parts& t, uint32_t base) {
  const auto x = static_cast<uint32_t>(fixed(t, uint64_t{1} << 33));
  auto segment = [&](uint32_t first, int shift, uint32_t count) {
    // The bits below the segment's number, 20 of them.
    return Reduced{base + first + (x >> shift & (count - 1)), x >> (shift - 20) & 0xfffff, 1 << 23, kBias};
  };
  if (x >> 29)
    return segment(224, 26, 8);
  if (x >> 28)
    return segment(192, 23, 32);
  if (x >> 27)
    return segment(128, 21, 64);
  if (x >> 26)
    return segment(64, 20, 64);
  Reduced small = segment(0, 20, 64);
  small.factor = t.m;
  small.exponent = t.e;
  return small;
}

Reduced reduce(Special function, const Parts& t) {
  switch (function) {
  case Special::exp:
    return reduceExp(t);
  case Special::rcp:
    return reduceRcp(t);
  case Special::rsq:
    return reduceRsq(t);
  case Special::tanh:
    return reduceOdd(t, tables::kTanh);
  case Special::erf:
    break;
  }
  return reduceOdd(t, tables::kErf);
}

uint32_t interpolate(uint32_t segment, uint32_t u) {
  const tables::Coefficients& c = tables::kTable[segment];
  const int64_t slope = c.c1 + (static_cast<int64_t>(c.c2) * (u >> 4) >> 16);
  return static_cast<uint32_t>(c.c0 + (slope * u >> 20));
}

// product * 2^(exponent - 127 - 51), 2^50 <= product < 2^53.
uint32_t round(uint32_t sign, int32_t exponent, uint64_t product) {
  int32_t e = exponent + 1;
  for (; product >> 52 == 0; --e)
    product <<= 1;
  if (e < 1) { // denormal; what is shifted out remains as the lowest bit
    const int shift = 1 - e > 63 ? 63 : 1 - e;
    product = product >> shift | ((product & ((uint64_t{1} << shift) - 1)) != 0);
    e = 0;
  }
  const auto mantissa = static_cast<uint32_t>(product >> 29) & 0x7fffff;
  const bool half = product >> 28 & 1;
  const bool up = half && ((mantissa & 1) != 0 || (product & ((1 << 28) - 1)) != 0);
  if (e > 254)
    return sign << 31 | num::kInfinity;
  return (sign << 31) | ((static_cast<uint32_t>(e) << 23 | mantissa) + up);
}

} // namespace

float special(Special function, float t) {
  const uint32_t bits = num::bitsOf(t);
  if (const std::optional<uint32_t> result = exception(function, bits))
    return num::floatOf(*result);
  const Parts parts = partsOf(bits);
  const Reduced x = reduce(function, parts);
  const uint64_t product = uint64_t{interpolate(x.segment, x.u)} * x.factor;
  const uint32_t sign = function == Special::exp ? 0 : parts.sign;
  return num::floatOf(round(sign, x.exponent, product));
}

} // namespace weft
