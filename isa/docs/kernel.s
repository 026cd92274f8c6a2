# y = requantise((x - 128) * w + bias) on a machine whose array has 16 rows and 16 columns. Each operand is loaded as one
# run; row m of x, row k of w and row m of y have 16 bytes each.
	.input	x, uint8[16,16]
	.input	w, int8[16,16]
	.output	y, uint8[16,16]

	.globl	main
main:
	preset	p0                      # p0: 256 bytes in DRAM, one run
	pseti	p0, count0, 256
	preset	p1                      # p1: 128 bytes in DRAM, one run
	pseti	p1, count0, 128
	preset	p2                      # p2: 16 rows of 16 bytes in the scratchpad
	pseti	p2, count0, 16
	pseti	p2, stride0, 16
	preset	p3                      # p3: one step, no strides
	preset	p4                      # p4: accumulator rows one after the other
	pseti	p4, stride0, 1
	preset	p5                      # p5: the configuration
	pseti	p5, types, 0x010        # A u8, B s8, result u8
	pseti	p5, za, 128
	pseti	p5, zb, 0
	pseti	p5, zo, 128
	pseti	p5, lo, 0
	pseti	p5, hi, 255

	li	s1, 0                   # scratchpad: x at 0,
	li	s2, 256                 # w at 256,
	li	s3, 512                 # bias and scale at 512,
	li	s4, 1024                # y at 1024; sums from accumulator row 0 on
	la	a0, x
	ld	a0, s1, p0, p3, wait(-, -), signal(-, -)
	la	a0, w
	ld	a0, s2, p0, p3, wait(-, -), signal(-, -)
	la	a0, parameters          # loads retire in order: this one tells of all three
	ld	a0, s3, p1, p3, wait(-, -), signal(s0, -)
	mm	s1, s2, zero, p2, p3, p5, wait(s0, -), signal(s1, -)
	vrq	zero, zero, s4, s3, p4, p3, p2, p5, wait(s1, -), signal(s2, -)
	la	a0, y
	st	a0, s4, p0, p3, wait(s2, -), signal(-, -)
	li	a0, 0                   # the exit code; the core halts when all engines are done
	ret

	.data
	.p2align 6
parameters:
	.fill	16, 4, 100              # bias
	.fill	16, 4, 0x3b800000       # scale: 2^-8

	.bss
	.p2align 6
	.globl	x, w, y
x:	.zero	256
w:	.zero	256
y:	.zero	256
