// weft.h declares builtins that compile to their instructions, also where a compiler would like to merge two of them.
// RUN: clang --target=riscv32-unknown-elf -march=rv32im -mabi=ilp32 -ffreestanding -O2 -Wall -Wextra -Werror -I %headers -emit-llvm -c %s -o %t.bc
// RUN: weft-codegen --verify %t.bc -S -o %t.out && FileCheck --input-file %t.out %s
#include "weft.h"

// CHECK-LABEL: branches:
// CHECK-DAG: ld a1, zero, p1, p2, wait(-, -), signal(s3, -)
// CHECK-DAG: ld a1, zero, p3, p2, wait(-, -), signal(s3, -)
void branches(int condition, weft_value source) {
  if (condition)
    weft_ld(source, 0, 1, 2, WEFT_NO_WAIT, WEFT_SIGNAL(3));
  else
    weft_ld(source, 0, 3, 2, WEFT_NO_WAIT, WEFT_SIGNAL(3));
}

// CHECK-LABEL: loop:
// CHECK: pset p4, 0, {{.*}}
// CHECK: mma {{.*}}, p4, p5, p6, wait(s1, -), signal(s2, -)
// CHECK: rdctr a0, 0
weft_value loop(weft_value steps) {
  for (weft_value i = 0; i < steps; ++i) {
    weft_pset(4, WEFT_COUNT0, i + 1);
    weft_mma(i * 64, 0, i, 4, 5, 6, WEFT_WAIT(1), WEFT_SIGNAL(2));
  }
  return weft_rdctr(WEFT_COUNTER_CYCLE_LOW);
}
