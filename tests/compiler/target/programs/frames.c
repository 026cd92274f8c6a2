// Large frames, over-aligned objects, objects of variable size, and their combinations.
#include "checksum.h"

__attribute__((noinline)) static uint32_t sumBytes(const volatile uint8_t* bytes, uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; i += 97)
    sum = mix(sum, bytes[i]);
  return sum;
}

__attribute__((noinline)) static uint32_t large(uint32_t seed) {
  volatile uint8_t bytes[70000];
  for (uint32_t i = 0; i < sizeof bytes; i += 97)
    bytes[i] = (uint8_t)(seed + i);
  volatile uint32_t after = seed;
  return sumBytes(bytes, sizeof bytes) + after;
}

__attribute__((noinline)) static uint32_t aligned(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
                                                  uint32_t f, uint32_t g, uint32_t h, uint32_t i) {
  _Alignas(64) volatile uint8_t block[256];
  volatile uint32_t misaligned = (uint32_t)((uintptr_t)block & 63);
  for (uint32_t k = 0; k < sizeof block; ++k)
    block[k] = (uint8_t)(a + k);
  return sumBytes(block, sizeof block) + misaligned + b + c + d + e + f + g + h * i;
}

__attribute__((noinline)) static uint32_t variable(uint32_t count, uint32_t a, uint32_t b, uint32_t c, uint32_t d,
                                                   uint32_t e, uint32_t f, uint32_t g, uint32_t h, uint32_t i) {
  volatile uint8_t bytes[count];
  for (uint32_t k = 0; k < count; ++k)
    bytes[k] = (uint8_t)(k * a);
  uint32_t sum = aligned(a, b, c, d, e, f, g, h, i); // a call with stack arguments and no reserved frame
  volatile uint8_t* more = __builtin_alloca(count * 2);
  more[count] = 3;
  return sumBytes(bytes, count) + sum + more[count] + i;
}

__attribute__((noinline)) static uint32_t alignedVariable(uint32_t count, uint32_t a, uint32_t b, uint32_t c,
                                                          uint32_t d, uint32_t e, uint32_t f, uint32_t g,
                                                          uint32_t last) {
  _Alignas(128) volatile uint32_t block[40];
  volatile uint8_t bytes[count];
  for (uint32_t k = 0; k < 40; ++k)
    block[k] = k * last;
  bytes[count - 1] = (uint8_t)a;
  uint32_t sum = variable(count, a, b, c, d, e, f, g, last, 9);
  for (uint32_t k = 0; k < 40; ++k)
    sum = mix(sum, block[k]);
  return sum + bytes[count - 1] + (uint32_t)((uintptr_t)block & 127) + last;
}

uint32_t run(void) {
  uint32_t sum = large((uint32_t)hide(3));
  sum = mix(sum, aligned(1, 2, 3, 4, 5, 6, 7, 8, 9));
  for (uint32_t i = 1; i < 20; ++i) {
    sum = mix(sum, variable(i * 13, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    sum = mix(sum, alignedVariable(i * 7, 1, 2, 3, 4, 5, 6, 7, i));
  }
  return sum;
}
