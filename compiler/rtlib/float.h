// IEEE 754 binary arithmetic on integers, for one format. Included once per format with these macros set:
//   Bits, SignedBits  integer types of the format's size
//   SIZE, FRACTION    its bits: whole and fraction (32 and 23, or 64 and 52)
//   NAME(f)           name of a runtime function for this format
// Round to nearest even; subnormal numbers are kept; NaN results are the default quiet NaN. No exception flags.
//
// While computing, a significand has its leading bit at position TOP: the three bits below the fraction are guard,
// round and sticky.
#include <stdint.h>

enum { EXPONENT_MAX = (1 << (SIZE - 1 - FRACTION)) - 1, BIAS = EXPONENT_MAX >> 1, TOP = FRACTION + 3 };
static const Bits kSign = (Bits)1 << (SIZE - 1);
static const Bits kHidden = (Bits)1 << FRACTION;
static const Bits kInfinity = (Bits)EXPONENT_MAX << FRACTION;
static const Bits kNaN = ((Bits)EXPONENT_MAX << FRACTION) | ((Bits)1 << (FRACTION - 1));

static int leadingZeros(Bits value) { return SIZE == 32 ? __builtin_clz((uint32_t)value) : __builtin_clzll(value); }
static int exponentOf(Bits value) { return (int)(value >> FRACTION) & EXPONENT_MAX; }
static Bits absolute(Bits value) { return value & ~kSign; }
static int isNaN(Bits value) { return absolute(value) > kInfinity; }

// value >> count, with the bits shifted out kept as a sticky lowest bit
static Bits shiftRightSticky(Bits value, int count) {
  if (count <= 0)
    return value;
  if (count >= SIZE)
    return value != 0;
  return value >> count | ((value << (SIZE - count)) != 0);
}

// The number with the given biased exponent. The leading bit is at TOP, or below it if the exponent is 1 (subnormal).
static Bits pack(Bits sign, int exponent, Bits significand) {
  if (exponent >= EXPONENT_MAX)
    return sign | kInfinity;
  if (exponent < 1) {
    significand = shiftRightSticky(significand, 1 - exponent);
    exponent = 1;
  }
  Bits guard = significand & 7;
  Bits result = ((Bits)(exponent - 1) << FRACTION) + (significand >> 3);
  // A carry out of the fraction is a correct step of the exponent, up to infinity.
  if (guard > 4 || (guard == 4 && (result & 1)))
    ++result;
  return sign | result;
}

// Significand with the leading bit at FRACTION and the exponent to match; value is finite and not zero.
static Bits unpack(Bits value, int* exponent) {
  Bits fraction = value & (kHidden - 1);
  *exponent = exponentOf(value);
  if (*exponent != 0)
    return fraction | kHidden;
  int shift = leadingZeros(fraction) - (SIZE - 1 - FRACTION);
  *exponent = 1 - shift;
  return fraction << shift;
}

Bits NAME(add)(Bits a, Bits b) {
  if (isNaN(a) || isNaN(b))
    return kNaN;
  if (absolute(a) < absolute(b)) {
    Bits other = a;
    a = b;
    b = other;
  }
  Bits sign = a & kSign;
  int differ = ((a ^ b) & kSign) != 0;
  if (absolute(a) == kInfinity)
    return differ && absolute(b) == kInfinity ? kNaN : a;
  if (absolute(b) == 0)
    return absolute(a) == 0 ? a & b : a;

  int exponentA, exponentB;
  Bits x = unpack(a, &exponentA) << 3;
  Bits y = shiftRightSticky(unpack(b, &exponentB) << 3, exponentA - exponentB);
  int exponent = exponentA;
  if (!differ) {
    x += y;
    if (x >> (TOP + 1)) {
      x = shiftRightSticky(x, 1);
      ++exponent;
    }
    return pack(sign, exponent, x);
  }
  x -= y;
  if (x == 0)
    return 0;
  int shift = leadingZeros(x) - (SIZE - 1 - TOP);
  return pack(sign, exponent - shift, x << shift);
}

Bits NAME(sub)(Bits a, Bits b) { return NAME(add)(a, isNaN(b) ? b : b ^ kSign); }

// Top half of the double-width product, with a sticky lowest bit.
static Bits multiplyHigh(Bits a, Bits b) {
  enum { HALF = SIZE / 2 };
  const Bits mask = ((Bits)1 << HALF) - 1;
  Bits low = (a & mask) * (b & mask);
  Bits crossA = (a >> HALF) * (b & mask);
  Bits crossB = (a & mask) * (b >> HALF);
  Bits middle = (low >> HALF) + (crossA & mask) + (crossB & mask);
  Bits high = (a >> HALF) * (b >> HALF) + (crossA >> HALF) + (crossB >> HALF) + (middle >> HALF);
  return high | (((middle << HALF) | (low & mask)) != 0);
}

Bits NAME(mul)(Bits a, Bits b) {
  Bits sign = (a ^ b) & kSign;
  if (isNaN(a) || isNaN(b))
    return kNaN;
  if (absolute(a) == kInfinity || absolute(b) == kInfinity)
    return absolute(a) == 0 || absolute(b) == 0 ? kNaN : sign | kInfinity;
  if (absolute(a) == 0 || absolute(b) == 0)
    return sign;
  int exponentA, exponentB;
  Bits x = unpack(a, &exponentA);
  Bits y = unpack(b, &exponentB);
  int exponent = exponentA + exponentB - BIAS;
  // Leading bits at FRACTION + 4 and SIZE - 1 put the product's at TOP or TOP + 1 of the high half.
  Bits product = multiplyHigh(x << 4, y << (SIZE - 1 - FRACTION));
  if (product >> (TOP + 1)) {
    product = shiftRightSticky(product, 1);
    ++exponent;
  }
  return pack(sign, exponent, product);
}

Bits NAME(div)(Bits a, Bits b) {
  Bits sign = (a ^ b) & kSign;
  if (isNaN(a) || isNaN(b))
    return kNaN;
  if (absolute(a) == kInfinity)
    return absolute(b) == kInfinity ? kNaN : sign | kInfinity;
  if (absolute(b) == kInfinity)
    return sign;
  if (absolute(b) == 0)
    return absolute(a) == 0 ? kNaN : sign | kInfinity;
  if (absolute(a) == 0)
    return sign;
  int exponentA, exponentB;
  Bits x = unpack(a, &exponentA);
  Bits y = unpack(b, &exponentB);
  int exponent = exponentA - exponentB + BIAS;
  if (x < y) {
    x <<= 1;
    --exponent;
  }
  Bits quotient = 0;
  for (int i = 0; i <= TOP; ++i) {
    quotient <<= 1;
    if (x >= y) {
      x -= y;
      quotient |= 1;
    }
    x <<= 1;
  }
  return pack(sign, exponent, quotient | (x != 0));
}

// -1, 0 or 1 as a is less than, equal to or greater than b; `unordered` if one of them is NaN.
static int compare(Bits a, Bits b, int unordered) {
  if (isNaN(a) || isNaN(b))
    return unordered;
  if (absolute(a) == 0 && absolute(b) == 0)
    return 0;
  if ((a ^ b) & kSign)
    return a & kSign ? -1 : 1;
  if (a == b)
    return 0;
  return (absolute(a) < absolute(b)) == !(a & kSign) ? -1 : 1;
}

int NAME(eq)(Bits a, Bits b) { return compare(a, b, 1); }
int NAME(ne)(Bits a, Bits b) { return compare(a, b, 1); }
int NAME(lt)(Bits a, Bits b) { return compare(a, b, 1); }
int NAME(le)(Bits a, Bits b) { return compare(a, b, 1); }
int NAME(gt)(Bits a, Bits b) { return compare(a, b, -1); }
int NAME(ge)(Bits a, Bits b) { return compare(a, b, -1); }
int NAME(unord)(Bits a, Bits b) { return isNaN(a) || isNaN(b); }

// --- Conversions from and to integers ----------------------------------------------------------------------------

static Bits fromInteger(Bits sign, uint64_t magnitude) {
  if (magnitude == 0)
    return 0;
  int leading = 63 - __builtin_clzll(magnitude);
  Bits significand;
  if (leading > TOP) {
    int shift = leading - TOP;
    significand = (Bits)(magnitude >> shift) | ((magnitude << (64 - shift)) != 0);
  } else {
    significand = (Bits)magnitude << (TOP - leading);
  }
  return pack(sign, leading + BIAS, significand);
}

static uint64_t magnitudeOf(int64_t value) { return value < 0 ? 0 - (uint64_t)value : (uint64_t)value; }

Bits NAME(floatsi)(int32_t value) { return fromInteger(value < 0 ? kSign : 0, magnitudeOf(value)); }
Bits NAME(floatdi)(int64_t value) { return fromInteger(value < 0 ? kSign : 0, magnitudeOf(value)); }
Bits NAME(floatunsi)(uint32_t value) { return fromInteger(0, value); }
Bits NAME(floatundi)(uint64_t value) { return fromInteger(0, value); }

// The magnitude rounded towards zero, at most `limit`; NaN gives zero.
static uint64_t toMagnitude(Bits value, uint64_t limit) {
  if (isNaN(value))
    return 0;
  int exponent = exponentOf(value) - BIAS;
  if (exponent < 0)
    return 0;
  if (exponent >= 64)
    return limit;
  uint64_t significand = (value & (kHidden - 1)) | kHidden;
  uint64_t magnitude = exponent >= FRACTION ? significand << (exponent - FRACTION)
                                            : significand >> (FRACTION - exponent);
  return magnitude < limit ? magnitude : limit;
}

static int64_t toSigned(Bits value, uint64_t limit) {
  if (value & kSign)
    return (int64_t)(0 - toMagnitude(value, limit));
  return (int64_t)toMagnitude(value, limit - 1);
}

int32_t NAME(fixsi)(Bits value) { return (int32_t)toSigned(value, (uint64_t)1 << 31); }
int64_t NAME(fixdi)(Bits value) { return toSigned(value, (uint64_t)1 << 63); }
uint32_t NAME(fixunssi)(Bits value) { return value & kSign ? 0 : (uint32_t)toMagnitude(value, 0xffffffffu); }
uint64_t NAME(fixunsdi)(Bits value) { return value & kSign ? 0 : toMagnitude(value, ~(uint64_t)0); }
