// Shared by the programs: each defines `uint32_t run(void)`, a checksum that must be the same on the host and on Weft.
#include <stdint.h>

static uint32_t mix(uint32_t sum, uint32_t value) {
  sum ^= value;
  sum *= 0x01000193u;
  return sum << 5 | sum >> 27;
}

static uint32_t mix64(uint32_t sum, uint64_t value) { return mix(mix(sum, (uint32_t)value), (uint32_t)(value >> 32)); }

// xorshift64*: the same numbers everywhere.
static uint64_t randomState;
static void seedRandom(void) { randomState = 0x9e3779b97f4a7c15u; }
static uint64_t random64(void) {
  randomState ^= randomState >> 12;
  randomState ^= randomState << 25;
  randomState ^= randomState >> 27;
  return randomState * 0x2545f4914f6cdd1du;
}
__attribute__((noinline)) static uint64_t hide(uint64_t value) { return value; }
