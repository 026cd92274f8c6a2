#include "checksum.h"

typedef int (*Order)(const void*, const void*);

static void swapBytes(uint8_t* a, uint8_t* b, uint32_t size) {
  while (size-- > 0) {
    uint8_t byte = a[size];
    a[size] = b[size];
    b[size] = byte;
  }
}

static void sort(uint8_t* items, uint32_t count, uint32_t size, Order order) {
  while (count > 1) {
    swapBytes(items, items + count / 2 * size, size);
    uint32_t last = 0;
    for (uint32_t i = 1; i < count; ++i)
      if (order(items + i * size, items) < 0)
        swapBytes(items + ++last * size, items + i * size, size);
    swapBytes(items, items + last * size, size);
    sort(items, last, size, order);
    items += (last + 1) * size;
    count -= last + 1;
  }
}

static int byInt(const void* a, const void* b) {
  int32_t x = *(const int32_t*)a, y = *(const int32_t*)b;
  return (x > y) - (x < y);
}
static int byLong(const void* a, const void* b) {
  uint64_t x = *(const uint64_t*)a, y = *(const uint64_t*)b;
  return (x > y) - (x < y);
}

static int32_t ints[500];
static uint64_t longs[300];

uint32_t run(void) {
  seedRandom();
  uint32_t sum = 11;
  for (int i = 0; i < 500; ++i)
    ints[i] = (int32_t)random64();
  for (int i = 0; i < 300; ++i)
    longs[i] = random64();
  sort((uint8_t*)ints, 500, 4, byInt);
  sort((uint8_t*)longs, 300, 8, byLong);
  for (int i = 0; i < 500; ++i)
    sum = mix(sum, (uint32_t)ints[i]);
  for (int i = 0; i < 300; ++i)
    sum = mix64(sum, longs[i]);
  for (int i = 1; i < 500; ++i)
    if (ints[i - 1] > ints[i])
      return 0;
  return sum;
}
