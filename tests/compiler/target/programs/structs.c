#include "checksum.h"

typedef struct {
  int8_t a;
  int16_t b;
  int32_t c;
} Small;
typedef struct {
  uint64_t a;
  uint8_t b[13];
  int16_t c;
  Small d[3];
} Large;
typedef struct {
  unsigned low : 5, middle : 17;
  int high : 10;
} Packed;
union Either {
  uint64_t wide;
  uint8_t bytes[8];
};

__attribute__((noinline)) static Small makeSmall(int value) {
  Small result = {(int8_t)value, (int16_t)(value * 3), value * 7};
  return result;
}
__attribute__((noinline)) static Large makeLarge(uint64_t seed, Small small, int index) {
  Large result = {seed, {1, 2, 3}, (int16_t)index, {{0}}};
  result.d[index % 3] = small;
  result.b[index % 13] = (uint8_t)seed;
  return result;
}
__attribute__((noinline)) static uint32_t sumLarge(Large value, int a, int b, int c, int d, int e, int64_t f, int g,
                                                   int64_t h) {
  uint32_t sum = mix64(3, value.a);
  for (int i = 0; i < 13; ++i)
    sum = mix(sum, value.b[i]);
  for (int i = 0; i < 3; ++i)
    sum = mix(sum, (uint32_t)(value.d[i].a + value.d[i].b * 5 + value.d[i].c));
  sum = mix(sum, (uint32_t)(value.c + a - b * c + d - e + g));
  value.a = 0; // the caller's copy must not change
  return mix64(sum, (uint64_t)(f * 3 - h));
}

uint32_t run(void) {
  seedRandom();
  uint32_t sum = 2;
  for (int i = 0; i < 50; ++i) {
    Small small = makeSmall(i * 37 - 900);
    Large large = makeLarge(random64(), small, i);
    Large copy = large;
    sum = mix(sum, sumLarge(large, i, 2, 3, 4, 5, (int64_t)random64(), 7, -(int64_t)i));
    sum = mix(sum, copy.a == large.a && copy.d[i % 3].c == small.c);
    Packed packed = {(unsigned)i, (unsigned)i * 1000, -i};
    packed.middle += 5;
    sum = mix(sum, packed.low + packed.middle + (uint32_t)packed.high);
    union Either either = {.wide = random64()};
    sum = mix(sum, either.bytes[i % 8]);
  }
  return sum;
}
