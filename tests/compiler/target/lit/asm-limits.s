# What LLVM's parser would not end, or would end the process at, is an error with a place.
# RUN: rm -f %t
# RUN: not %mc -filetype=obj %s -o %t 2>&1 | FileCheck %s
# RUN: not test -e %t

# CHECK: [[@LINE+1]]:1: error: unknown directive '.bundle_align_mode'
.bundle_align_mode 5
# CHECK: [[@LINE+1]]:9: error: not a regular file
.incbin "/dev/zero"
# CHECK: [[@LINE+1]]:10: error: not a regular file
.include "/dev/zero"
# CHECK: [[@LINE+1]]:7: error: expected a number up to 1048576
.rept 1<<20 + 1
.endr
# CHECK: [[@LINE+1]]:7: error: expected a number up to 1048576
.file 4000000000 "kernel.c"
# CHECK: [[@LINE+1]]:1: error: alignment to 131072 bytes: a power of two up to 65536 is possible
.p2align 17
# CHECK: [[@LINE+1]]:7: error: fills of more than 64 MiB in all (2 GiB in sections of zeros)
.fill 0x10000000, 8, 1
# CHECK: [[@LINE+1]]:7: error: fills of more than 64 MiB in all
.zero 0x7fffffffffffffff
# CHECK: [[@LINE+1]]:6: error: fills of more than 64 MiB in all
.org 0x7fffffff
# CHECK: [[@LINE+1]]:8: error: expected a symbol, a comma and a type such as uint8[1,16]
.input 5
# CHECK-NOT: error
.bss
.zero 0x7fffffff
