// C interface of the Weft core: one function for each instruction that does more than scalar work. A call becomes
// exactly that instruction, with no call around it; calls stay in program order among each other and around memory
// accesses.
//
//   weft cc kernel.c -o kernel.weft
//
// Example: copy 4096 bytes from DRAM to scratchpad byte 0, and wait for it.
//
//   weft_preset(1);                                   // p1: one run of ...
//   weft_pseti(1, WEFT_COUNT0, 4096);                 // ... 4096 bytes
//   weft_preset(2);                                   // p2: where it goes, no strides
//   weft_ld((weft_value)source, 0, 1, 2, WEFT_NO_WAIT, WEFT_SIGNAL(3));
//   weft_semwait(3, WEFT_NONE);
//
// Arguments of type weft_constant are part of the instruction word: after optimisation they must be constants (pass
// literals or macros, not parameters of a function that may not be inlined). Semaphores are 0 to 30, or WEFT_NONE.
#pragma once

#include <stdint.h>

typedef uint32_t weft_value;    // a scalar register
typedef uint32_t weft_constant; // part of the instruction

#define WEFT_NONE 31        // no semaphore
#define WEFT_NO_WAIT 31, 31 // the two `wait` arguments: start at once
#define WEFT_WAIT(semaphore) (semaphore), 31
#define WEFT_NO_SIGNAL 31, 31 // the two `signal` arguments: tell nobody
#define WEFT_SIGNAL(semaphore) (semaphore), 31

// Engines for weft_fence.
#define WEFT_LOAD 1
#define WEFT_STORE 2
#define WEFT_MATRIX 4
#define WEFT_VECTOR 8
#define WEFT_ALL_ENGINES 15

// Declares a global variable (not static) as one of the tensors that `weft run` fills (--input) or gives (--output),
// dense and row major: WEFT_INPUT(x, "uint8[16,16]"). Element types have NumPy's names.
#define WEFT_INPUT(variable, type) WEFT_TENSOR("input", #variable, type)
#define WEFT_OUTPUT(variable, type) WEFT_TENSOR("output", #variable, type)
// What the assembler's .input and .output make; clang knows only its own directives.
#define WEFT_TENSOR(direction, variable, type)                                                                         \
  __asm__(".pushsection .weft.tensors,\"\",@progbits\n.4byte " variable "\n.asciz \"" direction " " variable " " type  \
          "\"\n.popsection")

// nomerge: two calls that differ in a constant must not become one with a variable.
#define WEFT_BUILTIN(name) __asm__(name) __attribute__((nothrow, nomerge))

#ifdef __cplusplus
extern "C" {
#endif

#include "weft_builtins.h"

#ifdef __cplusplus
}
#endif
