# Object files: relocations, alignment with no-operations, disassembly with symbols.
# RUN: %mc -filetype=obj %s -o %t.o
# RUN: llvm-readobj --file-headers -r %t.o | FileCheck %s --check-prefix=ELF
# RUN: %objdump -d %t.o | FileCheck %s

# ELF: Machine: 0x5746
# ELF: Relocations
# ELF: 0x4 Unknown{{.*}} outside 0x4
# ELF: 0xC Unknown{{.*}} outside 0x10
# ELF: 0x80 Unknown{{.*}} start 0x0

# CHECK: <start>:
# CHECK-NEXT: jal ra, 0x0 <start>
# CHECK: addi a0, zero, 0
# CHECK: beq a0, a1, 0x40 <aligned>
# CHECK: addi zero, zero, 0
# CHECK: <aligned>:
# CHECK-NEXT: 40: {{.*}} halt a0
	.globl start
start:
	jal ra, outside
	addi a0, zero, outside+16
	beq a0, a1, aligned
	.p2align 6
aligned:
	halt a0
	.p2align 7
	.word start
