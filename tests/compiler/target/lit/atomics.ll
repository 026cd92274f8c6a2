; A core has one thread: atomics are plain operations, fences nothing.
; RUN: %llc %s -o - | FileCheck %s

; CHECK-LABEL: increment:
; CHECK-NOT: jal
; CHECK: lw a1, 0(a0)
; CHECK-NEXT: addi a2, a1, 1
; CHECK-NEXT: sw a2, 0(a0)
; CHECK-NEXT: addi a0, a1, 0
; CHECK-NEXT: jalr zero, 0(ra)
define i32 @increment(ptr %p) {
  fence seq_cst
  %a = atomicrmw add ptr %p, i32 1 seq_cst
  ret i32 %a
}
