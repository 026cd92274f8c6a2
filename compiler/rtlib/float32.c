// Single precision. The runtime functions have names such as __addsf3.
#include <stdint.h>
typedef uint32_t Bits;
enum { SIZE = 32, FRACTION = 23 };
#define NAME(function) single_##function
#define single_add __addsf3
#define single_sub __subsf3
#define single_mul __mulsf3
#define single_div __divsf3
#define single_eq __eqsf2
#define single_ne __nesf2
#define single_lt __ltsf2
#define single_le __lesf2
#define single_gt __gtsf2
#define single_ge __gesf2
#define single_unord __unordsf2
#define single_floatsi __floatsisf
#define single_floatdi __floatdisf
#define single_floatunsi __floatunsisf
#define single_floatundi __floatundisf
#define single_fixsi __fixsfsi
#define single_fixdi __fixsfdi
#define single_fixunssi __fixunssfsi
#define single_fixunsdi __fixunssfdi
#include "float.h"

// Double to single precision.
uint32_t __truncdfsf2(uint64_t value) {
  uint32_t sign = (uint32_t)(value >> 63) << 31;
  uint64_t magnitude = value & ~((uint64_t)1 << 63);
  int exponent = (int)(magnitude >> 52);
  uint64_t fraction = magnitude & (((uint64_t)1 << 52) - 1);
  if (exponent == 2047)
    return fraction != 0 ? kNaN : sign | kInfinity;
  if (exponent == 0) // far below the smallest single
    return sign;
  fraction |= (uint64_t)1 << 52;
  return pack(sign, exponent - 1023 + BIAS, (uint32_t)(fraction >> 26) | ((fraction & ((1u << 26) - 1)) != 0));
}
