// Float arithmetic by the runtime library against the host's hardware, bit for bit, on random and special bit patterns.
#include "checksum.h"

typedef union {
  uint32_t bits;
  float value;
} Single;
typedef union {
  uint64_t bits;
  double value;
} Double;

// Any NaN counts as the same one: their payloads are not defined.
static uint32_t mixFloat(uint32_t sum, float value) {
  Single single = {.value = value};
  return mix(sum, value != value ? 1 : single.bits);
}
static uint32_t mixDouble(uint32_t sum, double value) {
  Double wide = {.value = value};
  return mix64(sum, value != value ? 1 : wide.bits);
}

static const uint32_t kSingles[] = {0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x00800000, 0x3f800000, 0xbf800000,
                                    0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0x4b7fffff, 0x4effffff};

static float anyFloat(void) {
  uint64_t random = random64();
  Single single = {(uint32_t)random};
  if ((random >> 32 & 3) == 0)
    single.bits = kSingles[(random >> 34) % 15];
  else if ((random >> 32 & 3) == 1) // near 1, so that sums and comparisons are interesting
    single.bits = (single.bits & 0x80ffffff) | 0x3f000000;
  return single.value;
}
static double anyDouble(void) {
  uint64_t random = random64();
  Double wide = {random64()};
  if ((random & 3) == 0)
    wide.value = anyFloat();
  else if ((random & 3) == 1)
    wide.bits = (wide.bits & 0x801fffffffffffff) | 0x3fe0000000000000;
  else if ((random & 63) == 2)
    wide.bits &= 0x800fffffffffffff;
  return wide.value;
}

#define ARITHMETIC(mixer, a, b)                                                                                        \
  sum = mixer(sum, a + b);                                                                                             \
  sum = mixer(sum, a - b);                                                                                             \
  sum = mixer(sum, a * b);                                                                                             \
  sum = mixer(sum, a / b);                                                                                             \
  sum = mixer(sum, -a);                                                                                                \
  sum = mix(sum, (a < b) | (a <= b) << 1 | (a > b) << 2 | (a >= b) << 3 | (a == b) << 4 | (a != b) << 5 |              \
                     (__builtin_isunordered(a, b) << 6) | (!(a < b) && b > a) << 7);

uint32_t run(void) {
  seedRandom();
  uint32_t sum = 13;
  for (int i = 0; i < 400; ++i) {
    float a = anyFloat(), b = anyFloat();
    ARITHMETIC(mixFloat, a, b)
    sum = mixDouble(sum, a);
    if (a > -2147483648.0f && a < 2147483648.0f)
      sum = mix(sum, (uint32_t)(int32_t)a);
    if (a >= 0 && a < 4294967296.0f)
      sum = mix(sum, (uint32_t)a);
    if (a > -9.0e18f && a < 9.0e18f)
      sum = mix64(sum, (uint64_t)(int64_t)a);
    double x = anyDouble(), y = anyDouble();
    ARITHMETIC(mixDouble, x, y)
    sum = mixFloat(sum, (float)x);
    if (x > -2147483649.0 && x < 2147483648.0)
      sum = mix(sum, (uint32_t)(int32_t)x);
    if (x > -9.2e18 && x < 9.2e18)
      sum = mix64(sum, (uint64_t)(int64_t)x);
    if (x >= 0 && x < 1.8e19)
      sum = mix64(sum, (uint64_t)x);
    uint64_t integer = random64() >> (random64() & 63);
    sum = mixFloat(sum, (float)integer);
    sum = mixFloat(sum, (float)(int64_t)integer);
    sum = mixFloat(sum, (float)(int32_t)integer);
    sum = mixFloat(sum, (float)(uint32_t)integer);
    sum = mixDouble(sum, (double)integer);
    sum = mixDouble(sum, (double)(int64_t)integer);
    sum = mixDouble(sum, (double)(int32_t)integer);
    sum = mixDouble(sum, (double)(uint32_t)integer);
  }
  return sum;
}
