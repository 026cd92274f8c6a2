// 64-bit integer operations that code generation calls by name.
#include <stdint.h>

typedef union {
  uint64_t whole;
  struct {
    uint32_t low;
    uint32_t high;
  } half;
} Pair;

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t* remainder) {
  Pair n = {dividend};
  Pair d = {divisor};
  if (n.half.high == 0 && d.half.high == 0) {
    // Also covers division by zero: as the hardware, all ones and the dividend.
    Pair quotient;
    quotient.half.low = n.half.low / d.half.low;
    quotient.half.high = d.half.low == 0 ? 0xffffffffu : 0;
    if (remainder)
      *remainder = n.half.low % d.half.low;
    return quotient.whole;
  }
  if (divisor == 0 || divisor > dividend) {
    if (remainder)
      *remainder = dividend;
    return divisor == 0 ? ~(uint64_t)0 : 0;
  }
  // Shift and subtract, from the first position where the divisor fits.
  int shift = (int)__builtin_clzll(divisor) - (int)__builtin_clzll(dividend);
  uint64_t quotient = 0;
  divisor <<= shift;
  for (; shift >= 0; --shift) {
    quotient <<= 1;
    if (dividend >= divisor) {
      dividend -= divisor;
      quotient |= 1;
    }
    divisor >>= 1;
  }
  if (remainder)
    *remainder = dividend;
  return quotient;
}

uint64_t __udivdi3(uint64_t a, uint64_t b) { return __udivmoddi4(a, b, 0); }

uint64_t __umoddi3(uint64_t a, uint64_t b) {
  uint64_t remainder;
  __udivmoddi4(a, b, &remainder);
  return remainder;
}

static uint64_t magnitude(int64_t value) { return value < 0 ? 0 - (uint64_t)value : (uint64_t)value; }

int64_t __divdi3(int64_t a, int64_t b) {
  uint64_t quotient = __udivmoddi4(magnitude(a), magnitude(b), 0);
  return (int64_t)((a < 0) != (b < 0) && b != 0 ? 0 - quotient : quotient);
}

int64_t __moddi3(int64_t a, int64_t b) {
  uint64_t remainder;
  __udivmoddi4(magnitude(a), magnitude(b), &remainder);
  return (int64_t)(a < 0 ? 0 - remainder : remainder);
}

int64_t __divmoddi4(int64_t a, int64_t b, int64_t* remainder) {
  *remainder = __moddi3(a, b);
  return __divdi3(a, b);
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
  Pair x = {a};
  Pair y = {b};
  Pair product = {(uint64_t)x.half.low * y.half.low};
  product.half.high += x.half.low * y.half.high + x.half.high * y.half.low;
  return product.whole;
}

uint64_t __ashldi3(uint64_t value, int count) {
  Pair from = {value};
  Pair to = from;
  if (count >= 32) {
    to.half.high = from.half.low << (count - 32);
    to.half.low = 0;
  } else if (count > 0) {
    to.half.high = from.half.high << count | from.half.low >> (32 - count);
    to.half.low = from.half.low << count;
  }
  return to.whole;
}

uint64_t __lshrdi3(uint64_t value, int count) {
  Pair from = {value};
  Pair to = from;
  if (count >= 32) {
    to.half.low = from.half.high >> (count - 32);
    to.half.high = 0;
  } else if (count > 0) {
    to.half.low = from.half.low >> count | from.half.high << (32 - count);
    to.half.high = from.half.high >> count;
  }
  return to.whole;
}

int64_t __ashrdi3(int64_t value, int count) {
  Pair from = {(uint64_t)value};
  Pair to = from;
  int32_t high = (int32_t)from.half.high;
  if (count >= 32) {
    to.half.low = (uint32_t)(high >> (count - 32));
    to.half.high = (uint32_t)(high >> 31);
  } else if (count > 0) {
    to.half.low = from.half.low >> count | from.half.high << (32 - count);
    to.half.high = (uint32_t)(high >> count);
  }
  return (int64_t)to.whole;
}
