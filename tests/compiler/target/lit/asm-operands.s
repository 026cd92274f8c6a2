# Every way to write an operand.
# RUN: %mc --show-encoding %s | FileCheck %s

# Both names of a register; the frame pointer has three.
# CHECK: add a0, a1, a2
add x10, x11, x12
# CHECK: add fp, fp, fp
add s0, x8, fp

# CHECK: lw a0, 0(sp) # encoding: [0x34,0x4a,0x00,0x00,0x00,0x00,0x00,0x00]
lw a0, (sp)
# CHECK: lw a0, -4(sp)
lw a0, -4(sp)
# CHECK: addi a0, zero, -1
addi a0, zero, 0xffffffff
# CHECK: addi a0, zero, 12
addi a0, zero, 3*4
# CHECK: lw a0, symbol+8(a1) # encoding: [0x34,0x6a,0x01,0x00,A,A,A,A]
# CHECK-NEXT: fixup A - offset: 4, value: symbol+8, kind: FK_Data_4
lw a0, symbol+8(a1)
# CHECK: beq a0, zero, target # encoding: [0x40,0x40,0x01,0x00,A,A,A,A]
# CHECK-NEXT: fixup A - offset: 4, value: target+4, kind: FK_PCRel_4
beq a0, zero, target
# CHECK: beq a0, zero, -16
beq a0, zero, -16

# Fields of pattern registers, by number and by both kinds of names.
# CHECK: pseti p0, 0, 7
pseti p0, 0, 7
# CHECK: pseti p15, 3, 7
pseti p15, count3, 7
# CHECK: pseti p1, 12, 255
pseti p1, fill, 255
# CHECK: pset p1, 10, s1
pset p1, lo1, s1
# CHECK: pset p1, 6, a0
pset p1, ra, a0
# CHECK: pset p1, 10, a0
pset p1, hi2, a0

# s1 to s11 are semaphores and registers; the operand's place decides.
# CHECK: ld s1, s2, p1, p2, wait(s1, -), signal(-, s30)
ld s1, s2, p1, p2, wait(s1, -), signal(-, s30)
# CHECK: mm a0, a1, a2, p0, p1, p3, wait(s1, s0), signal(s3, -)
mm a0, a1, a2, p0, p1, p3, wait(s1, s0), signal(s3, -)
# CHECK: semwait s11, -
semwait s11, -
# CHECK: fence 15
fence 15

# Macros and repetitions.
# CHECK: addi a0, zero, 3
.macro load value
addi a0, zero, \value
.endm
load 3
# CHECK: addi a1, zero, 4
# CHECK-NEXT: addi a1, zero, 4
.rept 2
addi a1, zero, 4
.endr
