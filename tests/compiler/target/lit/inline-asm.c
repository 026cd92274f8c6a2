// Inline assembly with registers, immediates and memory.
// RUN: clang --target=riscv32-unknown-elf -march=rv32im -mabi=ilp32 -ffreestanding -O1 -emit-llvm -c %s -o %t.bc
// RUN: weft-codegen --verify %t.bc -S -o %t.out && FileCheck --input-file %t.out %s
// RUN: weft-codegen %t.bc -o %t.o

// CHECK-LABEL: sum:
// CHECK: add a0, a0, a1
// CHECK: addi a0, a0, 77
// CHECK: lw a1, 4(a2)
int sum(int a, int b, int* p) {
  int c, d;
  __asm__ volatile("add %0, %1, %2" : "=r"(c) : "r"(a), "r"(b));
  __asm__ volatile("addi %0, %1, %2" : "=r"(c) : "r"(c), "i"(77));
  __asm__ volatile("lw %0, %1" : "=r"(d) : "m"(p[1]));
  return c + d;
}
