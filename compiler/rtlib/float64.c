// Double precision. The runtime functions have names such as __adddf3.
#include <stdint.h>
typedef uint64_t Bits;
enum { SIZE = 64, FRACTION = 52 };
#define NAME(function) double_##function
#define double_add __adddf3
#define double_sub __subdf3
#define double_mul __muldf3
#define double_div __divdf3
#define double_eq __eqdf2
#define double_ne __nedf2
#define double_lt __ltdf2
#define double_le __ledf2
#define double_gt __gtdf2
#define double_ge __gedf2
#define double_unord __unorddf2
#define double_floatsi __floatsidf
#define double_floatdi __floatdidf
#define double_floatunsi __floatunsidf
#define double_floatundi __floatundidf
#define double_fixsi __fixdfsi
#define double_fixdi __fixdfdi
#define double_fixunssi __fixunsdfsi
#define double_fixunsdi __fixunsdfdi
#include "float.h"

// Single to double precision: exact.
uint64_t __extendsfdf2(uint32_t value) {
  uint64_t sign = (uint64_t)(value >> 31) << 63;
  uint32_t magnitude = value & 0x7fffffffu;
  if (magnitude > 0x7f800000u)
    return kNaN;
  if (magnitude == 0x7f800000u)
    return sign | kInfinity;
  if (magnitude == 0)
    return sign;
  int shift = magnitude < 0x00800000u ? __builtin_clz(magnitude) - 8 : 0;
  int exponent = shift != 0 ? 1 - shift : (int)(magnitude >> 23);
  uint64_t fraction = ((uint64_t)magnitude << shift) & 0x7fffffu;
  return sign | (uint64_t)(exponent + BIAS - 127) << FRACTION | fraction << (FRACTION - 23);
}
