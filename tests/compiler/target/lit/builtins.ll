; A builtin is one instruction; its order among builtins and memory accesses stays.
; RUN: %llc %s -o - | FileCheck %s
; RUN: %llc -O0 %s -o - | FileCheck %s --check-prefix=O0

declare void @weft.ld(i32, i32, i32, i32, i32, i32, i32, i32)
declare void @weft.mm(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32)
declare void @weft.vrqa(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32)
declare void @weft.vfmaf(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32)
declare void @weft.vexpf(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32)
declare void @weft.pseti(i32, i32, i32)
declare void @weft.pset(i32, i32, i32)
declare void @weft.pload(i32, i32, i32)
declare void @weft.semwait(i32, i32)
declare void @weft.fence(i32)
declare i32 @weft.rdctr(i32)
declare void @weft.halt(i32) noreturn

; CHECK-LABEL: tensor:
; CHECK-NOT: jal
; CHECK: pseti p1, 0, 64
; CHECK-NEXT: pset p1, 4, a0
; CHECK-NEXT: ld a0, a1, p1, p2, wait(-, s3), signal(s4, -)
; CHECK-NEXT: mm a1, a0, zero, p0, p1, p3, wait(s4, -), signal(-, -)
; CHECK-NEXT: vrqa a0, a1, zero, a0, p0, p1, p2, p15, wait(-, -), signal(s30, s0)
; CHECK-NEXT: pload p7, 128(a0)
; CHECK-NEXT: jalr zero, 0(ra)
; O0-LABEL: tensor:
; O0: vrqa
define void @tensor(i32 %a, i32 %b) {
  call void @weft.pseti(i32 1, i32 0, i32 64)
  call void @weft.pset(i32 1, i32 4, i32 %a)
  call void @weft.ld(i32 %a, i32 %b, i32 1, i32 2, i32 31, i32 3, i32 4, i32 31)
  call void @weft.mm(i32 %b, i32 %a, i32 0, i32 0, i32 1, i32 3, i32 4, i32 31, i32 31, i32 31)
  call void @weft.vrqa(i32 %a, i32 %b, i32 0, i32 %a, i32 0, i32 1, i32 2, i32 15, i32 31, i32 31, i32 30, i32 0)
  call void @weft.pload(i32 7, i32 %a, i32 128)
  ret void
}

; CHECK-LABEL: floats:
; CHECK: vfmaf a0, a1, a0, a1, p0, p1, p2, p3, wait(s1, -), signal(-, -)
; CHECK-NEXT: vexpf a1, zero, a1, zero, p4, p0, p5, p6, wait(-, -), signal(s2, -)
define void @floats(i32 %a, i32 %b) {
  call void @weft.vfmaf(i32 %a, i32 %b, i32 %a, i32 %b, i32 0, i32 1, i32 2, i32 3, i32 1, i32 31, i32 31, i32 31)
  call void @weft.vexpf(i32 %b, i32 0, i32 %b, i32 0, i32 4, i32 0, i32 5, i32 6, i32 31, i32 31, i32 2, i32 31)
  ret void
}

; CHECK-LABEL: order:
; CHECK: sw a1, 0(a0)
; CHECK: semwait s1, -
; CHECK: lw [[R:a[0-9]]], 0(a0)
; CHECK: fence 3
; CHECK: sw [[R]], 4(a0)
; CHECK: rdctr [[C:a[0-9]]], 0
; CHECK: rdctr [[D:a[0-9]]], 0
; CHECK: sub a0, [[D]], [[C]]
define i32 @order(ptr %p, i32 %v) {
  store i32 %v, ptr %p
  call void @weft.semwait(i32 1, i32 31)
  %r = load i32, ptr %p
  call void @weft.fence(i32 3)
  %q = getelementptr i32, ptr %p, i32 1
  store i32 %r, ptr %q
  %c = call i32 @weft.rdctr(i32 0)
  %d = call i32 @weft.rdctr(i32 0)
  %e = sub i32 %d, %c
  ret i32 %e
}

; CHECK-LABEL: stop:
; CHECK: halt a0
define void @stop(i32 %code) {
  call void @weft.halt(i32 %code)
  unreachable
}
