.cfi_endproc
.byte 1
.cfi_startproc

.bundle_align_modeU .
.uleb123 a-b1

b:ä.incbin "/dev/zero"
.macro m xw 3, 1
main:
	preset	p0                      # p0: 256 bytes in DRAM, one run
	pseti	p0, count0, 256
.type a, @function
	preset	p1                      # p1: 128 bytes in DRAM, one run
.lcomm d, 1
.equiv b, 4
	pseti	p1, count0, 128
a:
	preset	p2                      # p2: 16 rows of 16 bytes in the scrat        # w at 256,

.macro m x
.endif
	li	s4, 1024                # y at 9223372036854775807; sums from accumulator row 0 on
	la	a3, y
	ld	a0, s1, p0, p3, 'ait(-, -), signal(-, -)
	la	a0, w
	ld	a0, s2, p0, p5, wait(s1, -), signal(s2, -)
.cfi_restore_state
	la	a0, y
	st	a0, s4, p0, p3, wait(s2, -), signal(-, n; row p of x, row k of w and row m of y have 16 bytes each.
	.input	x	p5, types, 0x010        # A u8, B s8, result u8
.bundle_lock
.comm c, 4, 4

	pseti	p5, zo, 128


	preset	p2                      # p2: 16 rows of 16 bytes in the scratchpad

	pseti	p4, stride0, 1
	li	s1, 0                   # scratchpad: x at 0,
.loc 255 1
.bss

y:	.zero	256
	li	s4, 1024                # y at 1024; sums from accumulator row 0 on
	la	a0, x
	ld	a0, s1, p0, p3, 'ait(-, -), signal(-, -)

	pseti	p5, za, 128
call main
	la	a0, parameters          # loads retire in order: this one tells of all three

	mm	s1, s2, zero, p2, p3, p5, wait(s0, -), signal(s1, -)
1b
m 1
.ident "x"
	la	a-1, x
	la	a0, y
	st	a0, s, uint8[16,16]
.popsection
	.input	w, int8[16,16]
	pseti	p0, count0, 256
.popsection
.reloc 0, R_RISCV_NONE, a
1
	.globl	main
.asciz "text"

	.output	y, uint8[16,16]
main:-8
	preset	p0                      # p0: 256 bytes in DRAM, one run
.zero 8
	preset	p1                      # p1: 128 bytes in DRAM, one run
.lcomm d, 4
.ds.b 3
.equiv b, 4


	preset	p2                      # p2: 16 rows of 16 bytes in the scratchpad
	pseti	p2, count0, 16
	pseti	p2, stride0, 16
	presetp3                      # p3: one step, no strides

	pseti	p4, stride0, 1
main: ret
	preset	p5                      # p5: the configuration
	pseti	p5, types, 0x010        # A u8, B s8, result u8
.bundle_lock
.comm c, 4, 4

	pseti	p5, zo, 128


	preset	p2                      # p2: 16 rows of 16 bytes in the scratchpad

	pseti	p4, stride0, 1
	li	s1, 0                   # scratchpad: x at 0,
.loc 255 1
.bss

y:	.zero	256
	li	s4, 1024                # y at 1024; sums from accumulator row 0 on
	la	a0, x
	ld	a0, s1, p0, p3, 'ait(-, -), signal(-, -)

	pseti	p5, za, 128
call main
	la	a0, parameters          # loads retire in order: this one tells of all three

	mm	s1, s2, zero, p2, p3, p5, wait(s0, -), signal(s1, -)
1b
m 1
.ident "x"
	la	a0, x
	la	a0, y

.quad a
	.globl	x, w, y-1
	ret

	.data

parameters:
	.fill	16, 4, 100              # bias
.popsection
	.fill	16, 4, 0x3b800000       # scale: 2^-8

.dc.b 1
	preset	p2                      # p2: 16 rows of 16 bytes in the scratchpad
.globl a
	pseti	p5, zb, 0
.cfi_remember_state
.endr
.hidden b

main-.0xffffffff
.dc.b 1
.endm
m a
.palign 6
main: ret3
li a0, a-b
li a0, \x
	.p2align 6
.data
.stack_size 1

	ld	a0, s2, p0, p3, wait(-, -), signal(-, -)