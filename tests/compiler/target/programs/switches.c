// Jump tables, sparse switches, computed gotos, strings, globals of every kind.
#include "checksum.h"

static uint32_t counter;
uint32_t zeroes[33];
static int16_t table[] = {-5, 4, 300, -32768, 32767};
static const char* const kWords[] = {"warp", "weft", "loom", "shuttle"};
static uint8_t* pointer = (uint8_t*)&zeroes[3] + 1;

__attribute__((noinline)) static uint32_t dense(uint32_t value) {
  switch (value) {
  case 0: return 17;
  case 1: counter += 3; return 5;
  case 2: return counter * 7;
  case 3: counter ^= 0x55; // falls through
  case 4: return counter + 1;
  case 5: return 99;
  case 6: counter = 1; return 6;
  case 7: return counter << 3;
  case 9: return 1000;
  case 12: return 12 + counter;
  default: return 1;
  }
}

__attribute__((noinline)) static int sparse(int value) {
  switch (value) {
  case -1000000: return 1;
  case -7: return 2;
  case 100: return 3;
  case 65536: return 4;
  case 2000000000: return 5;
  default: return value > 0 ? 6 : 7;
  }
}

__attribute__((noinline)) static uint32_t interpret(const uint8_t* program, uint32_t value) {
  static const void* const kLabels[] = {&&add, &&shift, &&negate, &&stop};
  goto* kLabels[*program];
add:
  value += 11;
  goto* kLabels[*++program];
shift:
  value = value << 1 | value >> 31;
  goto* kLabels[*++program];
negate:
  value = ~value;
  goto* kLabels[*++program];
stop:
  return value;
}

uint32_t run(void) {
  uint32_t sum = 7;
  counter = 2;
  for (uint32_t i = 0; i < 64; ++i)
    sum = mix(sum, dense((uint32_t)hide(i % 15)));
  static const int kValues[] = {-1000000, -7, 100, 65536, 2000000000, 5, -5, 0};
  for (int i = 0; i < 8; ++i)
    sum = mix(sum, (uint32_t)sparse((int)hide((uint64_t)kValues[i])));
  static const uint8_t kProgram[] = {0, 1, 1, 2, 0, 2, 1, 3};
  sum = mix(sum, interpret(kProgram, sum));
  for (int i = 0; i < 4; ++i)
    for (const char* c = kWords[hide((uint64_t)i)]; *c; ++c)
      sum = mix(sum, (uint8_t)*c);
  for (int i = 0; i < 33; ++i) {
    sum = mix(sum, zeroes[i]);
    zeroes[i] = sum;
  }
  *pointer = 0xab;
  sum = mix(sum, zeroes[3]);
  for (int i = 0; i < 33; ++i)
    zeroes[i] = 0;
  for (int i = 0; i < 5; ++i)
    sum = mix(sum, (uint32_t)(table[hide((uint64_t)i)] / 3));
  uint8_t small = (uint8_t)sum;
  int8_t negative = (int8_t)sum;
  return mix(sum, (uint32_t)(small * negative) + (uint32_t)(negative >> 2) + (sum > 5u ? small : 3u));
}
