// The scalar arithmetic of the instructions with fp32 rows, bit for bit that of the RTL's wide lanes: IEEE binary32,
// rounded to nearest even, denormal numbers included; every NaN result is the one quiet NaN 0x7fc00000, whatever NaN
// went in. For files that include this header the rules of numerics.h hold (-ffp-contract=off).
//
// C++17: the SystemC files include it.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace weft::num {

inline constexpr uint32_t kNan = 0x7fc00000;
inline constexpr uint32_t kInfinity = 0x7f800000;

inline uint32_t bitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline float floatOf(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

inline float canonical(float x) {
  return std::isnan(x) ? floatOf(kNan) : x;
}

// fma(a, b, d), rounded once.
inline float multiplyAdd(float a, float b, float d) {
  return canonical(std::fma(a, b, d));
}
inline float add(float a, float b) {
  return canonical(a + b);
}
inline float multiply(float a, float b) {
  return canonical(a * b);
}

// `maximum` and `minimum` of IEEE 754-2019: NaN if either operand is; -0 is less than +0.
inline float maximum(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return floatOf(kNan);
  if (a == b)
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}
inline float minimum(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return floatOf(kNan);
  if (a == b)
    return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

// RNE(x) limited to the range of int32; NaN gives the lowest, as num::clamp has it.
inline int32_t toInt32(float x) {
  if (!(x >= -2147483648.0f))
    return INT32_MIN;
  if (x >= 2147483648.0f)
    return INT32_MAX;
  return static_cast<int32_t>(std::nearbyint(x));
}

} // namespace weft::num
