.byte 1
.p2align 6
.fill 3, 2, 1
.bundle_align_mode 5
.uleb128 a-b
a: .word main
b: .incbin "/dev/zero"
.macro m x
li a0, \x
.endm
m 3
.cfi_startproc
main: ret
.cfi_endproc
