# Pseudo-instructions are other spellings: the printer gives the instructions that they stand for.
# RUN: %mc --show-encoding %s | FileCheck %s

# CHECK: addi zero, zero, 0 # encoding: [0x20,0x00,0x00,0x00,0x00,0x00,0x00,0x00]
nop
# CHECK: addi a0, zero, -1
li a0, -1
# CHECK: addi a0, zero, -2147483648
li a0, 0x80000000
# CHECK: addi t0, zero, 305419896
li t0, 0x12345678
# CHECK: addi a1, zero, symbol+4 # encoding: [0x20,0x0b,0x00,0x00,A,A,A,A]
la a1, symbol+4
# CHECK: addi a0, s1, 0
mv a0, s1
# CHECK: jal zero, target
j target
# CHECK: jal ra, target
call target
# CHECK: jalr zero, 0(ra) # encoding: [0x49,0x20,0x00,0x00,0x00,0x00,0x00,0x00]
ret
