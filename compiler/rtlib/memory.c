// Memory functions that code generation calls by name. Whole words where both addresses allow it.
#include <stddef.h>
#include <stdint.h>

typedef uint32_t __attribute__((may_alias)) Word;

static int areAligned(const void* a, const void* b) { return (((uintptr_t)a | (uintptr_t)b) & 3) == 0; }

void* memcpy(void* restrict to, const void* restrict from, size_t count) {
  uint8_t* out = to;
  const uint8_t* in = from;
  if (areAligned(out, in))
    for (; count >= 4; count -= 4, out += 4, in += 4)
      *(Word*)out = *(const Word*)in;
  for (; count > 0; --count)
    *out++ = *in++;
  return to;
}

void* memmove(void* to, const void* from, size_t count) {
  uint8_t* out = to;
  const uint8_t* in = from;
  if ((uintptr_t)out - (uintptr_t)in >= count)
    return memcpy(to, from, count);
  while (count-- > 0)
    out[count] = in[count];
  return to;
}

void* memset(void* to, int value, size_t count) {
  uint8_t* out = to;
  uint32_t byte = (uint8_t)value;
  uint32_t word = byte * 0x01010101u;
  for (; count > 0 && ((uintptr_t)out & 3) != 0; --count)
    *out++ = (uint8_t)byte;
  for (; count >= 4; count -= 4, out += 4)
    *(Word*)out = word;
  for (; count > 0; --count)
    *out++ = (uint8_t)byte;
  return to;
}

int memcmp(const void* a, const void* b, size_t count) {
  const uint8_t* x = a;
  const uint8_t* y = b;
  for (; count > 0; --count, ++x, ++y)
    if (*x != *y)
      return *x < *y ? -1 : 1;
  return 0;
}
