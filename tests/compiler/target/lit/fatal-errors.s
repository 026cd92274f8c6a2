# Where LLVM would end the process, there is an error.
# RUN: rm -f %t
# RUN: not weft-codegen %s -o %t 2>&1 | FileCheck %s
# RUN: not test -e %t
# CHECK: weft-codegen: error: LLVM cannot go on: Size expression must be absolute.
.size a, .-a
.quad a
