# The scheduling model has the timing chapter's latencies.
# RUN: env LD_PRELOAD=%plugin llvm-mca --mtriple=weft-unknown-elf --mcpu=generic -iterations=1 %s | FileCheck %s

# CHECK: 1 3 3.00 mul
# CHECK: 1 1 1.00 add
# CHECK: 1 2 2.00 * lw
# CHECK: 1 34 34.00 div
# CHECK: 1 2 2.00 beq
# CHECK: 1 17 17.00 * U pload
mul a0, a1, a2
add a3, a0, a0
lw a4, 0(a3)
div a0, a4, a3
beq a0, a1, 8
pload p0, 64(a0)
