// The special functions of the vector engine, bit by bit: what C++ and RTL (rtl/vector/weft_special.sv) both do. There
// is no floating point operation in them; all of it is integer arithmetic on the parts of a binary32 number.
//
//   1. t = (-1)^s * m * 2^(e - 150), m of 24 bits and normalised (e may be less than 1).
//   2. The argument becomes a segment of the table and a fraction u of 20 bits, and the result y * 2^(E - 127) * M /
//   2^23:
//        exp     t * log2(e) = k + f, 26 fraction bits, rounded down: 64 segments of f; E = 127 + k
//        rcp     128 segments of m; E = 254 - e
//        rsq     t = 4^q * x, 1 <= x < 4: 128 segments of x in [1, 2), 64 in [2, 4); E = 127 - q
//        tanh    |t| < 1: 64 segments, y = tanh(|t|) / |t|, M = m, E = e; up to 16: 168 segments, y = tanh(|t|), E =
//        127 erf     |t| < 1: 64 segments, y = erf(|t|) / |t|, M = m, E = e; up to 4: 128 segments, y = erf(|t|), E =
//        127
//      M is 2^23 where nothing is said.
//   3. y = c0 + c1 * u + c2 * u^2 with 28 fraction bits, by Horner's rule, products rounded down.
//   4. The product of y and M is rounded once, to nearest even; denormal results are results.
//
// Zeros, infinities, NaN and arguments whose results need no table: see `exception` in special.cpp. The largest errors,
// over all 2^32 arguments, are those of kMaximalError (test isa_special_exhaustive).
//
// C++17: the SystemC files include it.
#pragma once

#include <cstdint>

namespace weft {

enum class Special : uint8_t { exp, rcp, rsq, tanh, erf };

// The function of t, rounded as said above. A NaN result is 0x7fc00000.
float special(Special function, float t);

// In units of the last place of the exact result (of denormal results 2^-149), by function.
inline constexpr double kMaximalError[] = {0.84, 0.81, 1.0, 1.42, 1.31};

} // namespace weft
