// How far are the special functions from the exact ones, and are their special cases what the manual says? The sample
// is every 2^32 / vectors-th argument; the long test takes all.
#include "isa/semantics/numerics_float.h"
#include "isa/semantics/special.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

namespace weft {
namespace {

constexpr Special kFunctions[] = {Special::exp, Special::rcp, Special::rsq, Special::tanh, Special::erf};

// 53 bits are far more than the 24 of the results.
double exact(Special function, double t) {
  switch (function) {
  case Special::exp:
    return std::exp(t);
  case Special::rcp:
    return 1 / t;
  case Special::rsq:
    return 1 / std::sqrt(t);
  case Special::tanh:
    return std::tanh(t);
  case Special::erf:
    break;
  }
  return std::erf(t);
}

// In units of the last place of x; below the normal numbers that stays the same.
double ulps(double x, double error) {
  int exponent = 0;
  std::frexp(std::fabs(x), &exponent);
  return std::ldexp(std::fabs(error), 24 - (x == 0 || exponent < -125 ? -125 : exponent));
}

uint32_t bitsOf(Special function, uint32_t t) {
  return num::bitsOf(special(function, num::floatOf(t)));
}

uint64_t step() {
  const char* text = std::getenv("WEFT_SPECIAL_STEP");
  return text ? std::stoull(text) : 499;
}

TEST(Special, WithinTheirErrors) {
  for (Special function : kFunctions) {
    double worst = 0;
    for (uint64_t bits = 0; bits < uint64_t{1} << 32; bits += step()) {
      const float t = num::floatOf(static_cast<uint32_t>(bits));
      const float is = special(function, t);
      const double shouldBe = exact(function, double{t});
      if (std::isnan(shouldBe)) {
        ASSERT_EQ(num::bitsOf(is), num::kNan) << std::hexfloat << t;
        continue;
      }
      if (std::isinf(is)) {
        ASSERT_GE(std::fabs(shouldBe), 0x1.fffffep127) << std::hexfloat << t;
        ASSERT_EQ(std::signbit(is), std::signbit(shouldBe)) << std::hexfloat << t;
        continue;
      }
      worst = std::fmax(worst, ulps(shouldBe, is - shouldBe));
    }
    EXPECT_LE(worst, kMaximalError[static_cast<size_t>(function)]) << "function " << static_cast<int>(function);
    // The figure is no excuse.
    EXPECT_GE(worst, kMaximalError[static_cast<size_t>(function)] - 0.2) << "function " << static_cast<int>(function);
  }
}

TEST(Special, SpecialCases) {
  constexpr uint32_t inf = num::kInfinity, minus = 0x80000000, one = 0x3f800000;
  for (Special function : kFunctions)
    for (uint32_t nan : {0x7f800001u, 0x7fc00000u, 0xffffffffu})
      EXPECT_EQ(bitsOf(function, nan), num::kNan);
  EXPECT_EQ(bitsOf(Special::exp, inf), inf);
  EXPECT_EQ(bitsOf(Special::exp, inf | minus), 0u);
  for (uint32_t tiny : {0u, 1u, 0x007fffffu, 0x00800000u, 0x30000000u}) {
    EXPECT_EQ(bitsOf(Special::exp, tiny), one);
    EXPECT_EQ(bitsOf(Special::exp, tiny | minus), one);
  }
  EXPECT_EQ(bitsOf(Special::exp, num::bitsOf(89.0f)), inf);
  EXPECT_EQ(bitsOf(Special::exp, num::bitsOf(-104.0f)), 0u);
  EXPECT_EQ(bitsOf(Special::exp, num::bitsOf(-103.0f)), 1u); // 2^-148.6
  for (uint32_t sign : {0u, minus}) {
    EXPECT_EQ(bitsOf(Special::rcp, sign), inf | sign);
    EXPECT_EQ(bitsOf(Special::rcp, inf | sign), sign);
    EXPECT_EQ(bitsOf(Special::rcp, 1 | sign), inf | sign);
    EXPECT_EQ(bitsOf(Special::rsq, sign), inf | sign);
    for (Special function : {Special::tanh, Special::erf}) {
      EXPECT_EQ(bitsOf(function, sign), sign);
      EXPECT_EQ(bitsOf(function, inf | sign), one | sign);
      EXPECT_EQ(bitsOf(function, 0x41200000 | sign), one | sign); // 10
    }
    EXPECT_EQ(bitsOf(Special::tanh, 1 | sign), 1 | sign);
    EXPECT_EQ(bitsOf(Special::erf, 4 | sign), 5 | sign); // times 2 / sqrt(pi)
  }
  EXPECT_EQ(bitsOf(Special::rsq, inf), 0u);
  for (uint32_t negative : {minus | 1, minus | one, minus | inf})
    EXPECT_EQ(bitsOf(Special::rsq, negative), num::kNan);
}

TEST(Special, PowersAreExact) {
  for (int e = -126; e <= 127; ++e)
    EXPECT_EQ(special(Special::rcp, std::ldexp(1.0f, e)), std::ldexp(1.0f, -e));
  for (int e = -74; e <= 63; ++e)
    EXPECT_EQ(special(Special::rsq, std::ldexp(1.0f, 2 * e)), std::ldexp(1.0f, -e));
}

TEST(Special, OddFunctions) {
  for (uint32_t bits = 0; bits < 0x7f800000; bits += 9973)
    for (Special function : {Special::rcp, Special::tanh, Special::erf})
      ASSERT_EQ(bitsOf(function, bits | 0x80000000), bitsOf(function, bits) | 0x80000000);
}

TEST(Float, ToInt32) {
  EXPECT_EQ(num::toInt32(0.5f), 0);
  EXPECT_EQ(num::toInt32(1.5f), 2);
  EXPECT_EQ(num::toInt32(-2.5f), -2);
  EXPECT_EQ(num::toInt32(8388609.0f), 8388609);
  EXPECT_EQ(num::toInt32(2147483520.0f), 2147483520);
  EXPECT_EQ(num::toInt32(2147483648.0f), INT32_MAX);
  EXPECT_EQ(num::toInt32(-2147483648.0f), INT32_MIN);
  EXPECT_EQ(num::toInt32(-INFINITY), INT32_MIN);
  EXPECT_EQ(num::toInt32(NAN), INT32_MIN);
}

TEST(Float, MaximumAndMinimum) {
  auto same = [](float x, float y) { return num::bitsOf(x) == num::bitsOf(y); };
  EXPECT_TRUE(same(num::maximum(0.0f, -0.0f), 0.0f) && same(num::maximum(-0.0f, 0.0f), 0.0f));
  EXPECT_TRUE(same(num::minimum(0.0f, -0.0f), -0.0f) && same(num::minimum(-0.0f, 0.0f), -0.0f));
  EXPECT_TRUE(same(num::maximum(1.0f, 2.0f), 2.0f) && same(num::minimum(1.0f, 2.0f), 1.0f));
  for (float x : {1.0f, INFINITY, -INFINITY}) {
    EXPECT_EQ(num::bitsOf(num::maximum(NAN, x)), num::kNan);
    EXPECT_EQ(num::bitsOf(num::minimum(x, -NAN)), num::kNan);
  }
}

} // namespace
} // namespace weft
