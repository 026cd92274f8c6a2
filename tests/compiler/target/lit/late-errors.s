# What is only known once the whole file is laid out is named with its place too, by the library as well.
# RUN: not weft-codegen %s -o %t 2>&1 | FileCheck %s
# CHECK: weft-codegen: error: {{.*}}late-errors.s:[[@LINE+1]]:14: .uleb128 expression is not absolute
.uleb128 main-.
	.p2align 6
