# Every mistake names what is expected.
# RUN: not %mc %s 2>&1 | FileCheck %s

# CHECK: [[@LINE+1]]:1: error: unknown instruction 'ad', did you mean: add
ad a0, a1, a2
# CHECK: [[@LINE+1]]:12: error: expected a pattern register: p0 to p15
ld a0, a1, p16, p2, wait(-, -), signal(-, -)
# CHECK: [[@LINE+1]]:25: error: expected a semaphore: s0 to s30, or - for none
ld a0, a1, p1, p2, wait(s31, -), signal(-, -)
# CHECK: [[@LINE+1]]:11: error: expected a field of a pattern register: 0 to 15, or a name such as count0
pseti p0, count4, 1
# CHECK: [[@LINE+1]]:11: error: expected a field of a pattern register: 0 to 15
pseti p0, 16, 1
# CHECK: [[@LINE+1]]:7: error: expected a set of engines: 0 to 15
fence 16
# CHECK: [[@LINE+1]]:11: error: expected the number of a counter: 0 to 255
rdctr a0, 256
# CHECK: [[@LINE+1]]:14: error: expected a number from -2147483648 to 4294967295, or a symbol
addi a0, a1, 0x100000000
# CHECK: [[@LINE+1]]:13: error: expected a label, or a distance
beq a0, a1, 0x80000000
# CHECK: [[@LINE+1]]:1: error: too few operands for 'add'
add a0, a1
# CHECK: [[@LINE+1]]:13: error: invalid operand for 'add'
add a0, a1, 5
# CHECK: [[@LINE+1]]:12: error: unexpected text after the operands
add a0, a1 a2
# CHECK: [[@LINE+1]]:10: error: expected a register: x0 to x31, or its name in the calling convention
lw a0, 4(p1)
# CHECK: [[@LINE+1]]:27: error: expected ','
ld a0, a1, p1, p2, wait(s1), signal(-, -)
