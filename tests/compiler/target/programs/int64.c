#include "checksum.h"

uint32_t run(void) {
  seedRandom();
  uint32_t sum = 1;
  for (int i = 0; i < 300; ++i) {
    uint64_t a = random64() >> (random64() & 63);
    uint64_t b = random64() >> (random64() & 63);
    int64_t x = (int64_t)(random64() >> 1) >> (random64() & 63);
    int64_t y = (int64_t)random64() >> (random64() & 63);
    unsigned shift = (unsigned)(random64() & 63);
    sum = mix64(sum, a + b);
    sum = mix64(sum, a - b);
    sum = mix64(sum, a * b);
    sum = mix64(sum, (uint64_t)((int64_t)((uint64_t)x * (uint64_t)(y | 1)) >> 3));
    if (b != 0) {
      sum = mix64(sum, a / b);
      sum = mix64(sum, a % b);
    }
    if (y != 0 && y != -1) {
      sum = mix64(sum, (uint64_t)(x / y));
      sum = mix64(sum, (uint64_t)(x % y));
      sum = mix64(sum, (uint64_t)(-x / y));
    }
    sum = mix64(sum, a << shift | a >> (63 - shift));
    sum = mix64(sum, (uint64_t)(y >> shift));
    sum = mix(sum, (a < b) | (x < y) << 1 | (a == b) << 2 | (x >= y) << 3 | (x > 0) << 4);
    sum = mix(sum, (uint32_t)__builtin_popcountll(a) + (uint32_t)__builtin_clzll(a | 1) +
                       (uint32_t)__builtin_ctzll(b | ((uint64_t)1 << 63)));
    sum = mix64(sum, __builtin_bswap64(a));
    int64_t product;
    sum = mix(sum, __builtin_mul_overflow((int32_t)x, (int32_t)y, (int32_t*)&product));
    sum = mix(sum, __builtin_add_overflow(x, y, &product));
    sum = mix(sum, (uint32_t)((uint32_t)a / ((uint32_t)b | 1)) + (uint32_t)((int32_t)a % (((int32_t)b | 1) & 0x7fffffff)));
    sum = mix(sum, (uint32_t)(a / 10 % 1000));
    sum = mix64(sum, (uint64_t)(x / 7 + y / 1000000007));
  }
  return sum;
}
