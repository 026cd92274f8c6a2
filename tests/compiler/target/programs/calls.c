// Recursion, function pointers, many arguments, variadic functions, tail calls.
#include "checksum.h"
#include <stdarg.h>

__attribute__((noinline)) static uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0)
    return n + 1;
  return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

typedef uint32_t (*Operation)(uint32_t, uint32_t);
static uint32_t plus(uint32_t a, uint32_t b) { return a + b; }
static uint32_t minus(uint32_t a, uint32_t b) { return a - b; }
static uint32_t times(uint32_t a, uint32_t b) { return a * b; }
static const Operation kOperations[] = {plus, minus, times, mix};

__attribute__((noinline)) static uint32_t apply(Operation operation, uint32_t a, uint32_t b) {
  return operation(a, b); // an indirect tail call
}

__attribute__((noinline)) static uint64_t many(int a, int64_t b, int c, int d, int64_t e, int f, int64_t g, short h,
                                               signed char i, uint8_t j, int64_t k) {
  return (uint64_t)(a + b * 3 + c * 5 + d * 7 + e * 11 + f * 13 + g * 17 + h * 19 + i * 23 + j * 29 + k * 31);
}

// One letter per argument: i int, l int64, d double.
__attribute__((noinline)) static uint32_t variadic(const char* types, ...) {
  va_list list, copy;
  va_start(list, types);
  va_copy(copy, list);
  uint32_t sum = 5;
  for (int pass = 0; pass < 2; ++pass) {
    for (const char* type = types; *type; ++type) {
      if (*type == 'i')
        sum = mix(sum, (uint32_t)va_arg(list, int));
      else if (*type == 'l')
        sum = mix64(sum, (uint64_t)va_arg(list, int64_t));
      else
        sum = mix64(sum, (uint64_t)(int64_t)(va_arg(list, double) * 8));
    }
    va_end(list);
    va_copy(list, copy);
  }
  va_end(list);
  va_end(copy);
  return sum;
}

__attribute__((noinline)) static int isOdd(unsigned n);
__attribute__((noinline)) static int isEven(unsigned n) { return n == 0 ? 1 : isOdd(n - 1); }
__attribute__((noinline)) static int isOdd(unsigned n) { return n == 0 ? 0 : isEven(n - 1); }

uint32_t run(void) {
  uint32_t sum = ackermann(2, 9);
  for (uint32_t i = 0; i < 40; ++i)
    sum = apply(kOperations[hide(i) % 4], sum, i * 2654435761u);
  sum = mix64(sum, many(-1, 2, -3, 4, -5, 6, -7, -8, -9, 250, -11));
  sum = mix(sum, variadic("iiiiiiiiii", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  sum = mix(sum, variadic("lililili", (int64_t)-1, 2, (int64_t)3 << 40, 4, (int64_t)-5, 6, (int64_t)7, -8));
  sum = mix(sum, variadic("ildidl", 1, (int64_t)-2, 3.5, 4, -5.25, (int64_t)6 << 33));
  sum = mix(sum, variadic(""));
  return mix(sum, (uint32_t)isEven(100) * 2 + (uint32_t)isOdd(77));
}
