# Start-up: the core starts at the program's first address with all registers zero. The stack is the end of scalar
# memory; the exit code is what main returns. Memory is already initialised by whoever loaded the program.
	.section .text._start,"ax",@progbits
	.globl	_start
	.type	_start,@function
_start:
	addi	sp, zero, __stack_top
	jal	ra, main
	halt	a0
	.size	_start, .-_start
