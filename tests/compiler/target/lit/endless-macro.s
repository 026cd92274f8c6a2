# Macros that call macros become any number of statements, and of mistakes.
# RUN: not weft-codegen %s -o %t 2>&1 | FileCheck %s
# RUN: sed -e s/nop/frob/ %s > %t.s && not weft-codegen %t.s -o %t 2>&1 | FileCheck %s --check-prefix=MANY
# CHECK: weft-codegen: error: LLVM cannot go on: more than 2097152 statements; does a macro call itself?
# MANY: unknown instruction 'frob'
# MANY: too many errors
.macro many depth
.rept 1000
nop
.endr
.if \depth
many "\depth-1"
many "\depth-1"
many "\depth-1"
many "\depth-1"
.endif
.endm
many 15
