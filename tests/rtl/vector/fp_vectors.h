// Random operands for the floating point units of the vector engine, and how many of them.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace weft::test {

// Vectors of each test: WEFT_RTL_VECTORS, or enough for a second.
inline uint64_t vectorCount(uint64_t enough = 1'000'000) {
  const char* text = std::getenv("WEFT_RTL_VECTORS");
  return text ? std::stoull(text) : enough;
}

inline constexpr uint32_t kQuietNan = 0x7fc00000;

inline float asFloat(uint32_t bits) {
  return std::bit_cast<float>(bits);
}
inline uint32_t asBits(float x) {
  return std::bit_cast<uint32_t>(x);
}
inline bool isNan(uint32_t bits) {
  return (bits & 0x7fffffff) > 0x7f800000;
}
// What a unit must give where the host gives `x`: any NaN is the one quiet NaN.
inline uint32_t canonical(float x) {
  return std::isnan(x) ? kQuietNan : asBits(x);
}

// xorshift64*: a hundred million vectors in seconds.
class VectorSource {
public:
  explicit VectorSource(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}

  uint64_t word() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1du;
  }
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(((word() >> 32) * limit) >> 32); }

  // A fraction with long runs of equal bits or few set bits: ties and carries.
  uint32_t fraction() {
    uint64_t bits = word();
    uint32_t dense = static_cast<uint32_t>(bits >> 40) & 0x7fffff;
    switch (bits & 7) {
    case 0:
      return 0;
    case 1:
      return 0x7fffff;
    case 2:
      return (0x7fffff << (dense % 24)) & 0x7fffff;
    case 3:
      return 0x7fffffu >> (dense % 24);
    case 4:
      return 1u << (dense % 23);
    default:
      return dense;
    }
  }

  // The bits of any binary32 number: all classes, and exponents near `exponent` as often as all others together.
  uint32_t number(uint32_t exponent) {
    uint32_t kind = below(32);
    uint32_t sign = static_cast<uint32_t>(word() >> 63) << 31;
    if (kind == 0)
      return sign; // 0
    if (kind == 1)
      return sign | 0x7f800000 | (below(4) == 0 ? fraction() : 0); // infinite or NaN
    if (kind < 5)
      return sign | fraction(); // denormal
    if (kind < 7)
      return sign | (254u << 23) | fraction();
    if (kind < 17)
      return static_cast<uint32_t>(word() >> 32);
    uint32_t near = exponent + below(80) - 40;
    return sign | ((near > 254 ? 127 : near) << 23) | fraction();
  }

  // An integer of `bits` bits, all magnitudes alike.
  int32_t integer(int bits) {
    int32_t value = static_cast<int32_t>(static_cast<uint32_t>(word() >> 32)) >> (32 - bits);
    uint32_t kind = below(16);
    if (kind == 0)
      return 0;
    if (kind == 1)
      return INT32_MIN >> (32 - bits);
    if (kind == 2)
      return INT32_MAX >> (32 - bits);
    return value >> below(static_cast<uint32_t>(bits));
  }

private:
  uint64_t state_;
};

} // namespace weft::test
