; A copying loop is two accesses, three additions and a branch: no vectors, no unrolled remainder.
; RUN: weft-codegen --optimise-ir --verify %s -S -o %t.out && FileCheck --input-file %t.out %s
target datalayout = "e-m:e-p:32:32-i64:64-n32-S128"
target triple = "weft-unknown-elf"

; CHECK-LABEL: copy:
; CHECK: [[LOOP:.LBB.*]]: # %loop
; CHECK: lw [[R:a[0-9]]], 0([[P:a[0-9]]])
; CHECK-NEXT: addi
; CHECK-NEXT: addi [[P]], [[P]], 4
; CHECK-NEXT: sw [[R]], 0([[Q:a[0-9]]])
; CHECK-NEXT: addi [[Q]], [[Q]], 4
; CHECK-NEXT: bne {{.*}}, zero, [[LOOP]]
define void @copy(ptr %p, ptr %q, i32 %n) {
entry:
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %next, %loop ]
  %j = add i32 %i, 16
  %a = getelementptr i32, ptr %p, i32 %j
  %v = load volatile i32, ptr %a
  %k = add i32 %i, 32
  %b = getelementptr i32, ptr %q, i32 %k
  store volatile i32 %v, ptr %b
  %next = add i32 %i, 1
  %more = icmp ult i32 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}
