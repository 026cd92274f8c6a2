# Data may lie before aligned code: odd bytes of the padding are zeros, the rest are instructions that do nothing.
# RUN: %mc -filetype=obj %s -o %t && %objdump -s -j .text %t | FileCheck %s
# CHECK: 0000 01000000 00000000 20000000 00000000
# CHECK: 0030 20000000 00000000 20000000 00000000
# CHECK: 0040 49200000 00000000
.byte 1
.p2align 6
ret
