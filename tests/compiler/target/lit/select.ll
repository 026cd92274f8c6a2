; Instruction selection: 32-bit immediates make most operations one instruction.
; RUN: %llc %s -o - | FileCheck %s

@global = global [10 x i32] zeroinitializer
@far = external global i8

; CHECK-LABEL: constant:
; CHECK: addi a0, zero, 305419896
; CHECK-NEXT: jalr zero, 0(ra)
define i32 @constant() {
  ret i32 305419896
}
; CHECK-LABEL: address:
; CHECK: addi a0, zero, global+12
define ptr @address() {
  ret ptr getelementptr ([10 x i32], ptr @global, i32 0, i32 3)
}
; CHECK-LABEL: element:
; CHECK: slli [[R:a[0-9]]], a0, 2
; CHECK-NEXT: lw a0, global+4([[R]])
define i32 @element(i32 %i) {
  %j = add i32 %i, 1
  %p = getelementptr [10 x i32], ptr @global, i32 0, i32 %j
  %v = load i32, ptr %p
  ret i32 %v
}
; CHECK-LABEL: bytes:
; CHECK-DAG: lb {{.*}}, far(zero)
; CHECK-DAG: lhu {{.*}}, 100000(a0)
; CHECK: sb zero, 3(a0)
define i32 @bytes(ptr %p) {
  %a = load i8, ptr @far
  %b = sext i8 %a to i32
  %q = getelementptr i8, ptr %p, i32 100000
  %c = load i16, ptr %q
  %d = zext i16 %c to i32
  %r = getelementptr i8, ptr %p, i32 3
  store i8 0, ptr %r
  %e = add i32 %b, %d
  ret i32 %e
}
; CHECK-LABEL: arithmetic:
; CHECK: muli a0, a0, 1000003
; CHECK-NEXT: andi a0, a0, 16777215
; CHECK-NEXT: slti a0, a0, 70000
define i32 @arithmetic(i32 %a) {
  %b = mul i32 %a, 1000003
  %c = and i32 %b, 16777215
  %d = icmp slt i32 %c, 70000
  %e = zext i1 %d to i32
  ret i32 %e
}
; CHECK-LABEL: choose:
; CHECK: bltu a0, a1, .L
; CHECK-NEXT: # %bb
; CHECK-NEXT: addi a2, a3, 0
; CHECK: addi a0, a2, 0
define i32 @choose(i32 %a, i32 %b, i32 %c, i32 %d) {
  %e = icmp ult i32 %a, %b
  %f = select i1 %e, i32 %c, i32 %d
  ret i32 %f
}
; CHECK-LABEL: tail:
; CHECK: jal zero, element
define i32 @tail(i32 %a) {
  %b = add i32 %a, 3
  %c = tail call i32 @element(i32 %b)
  ret i32 %c
}
; CHECK-LABEL: division:
; CHECK: jal ra, __divdi3
define i64 @division(i64 %a, i64 %b) {
  %c = sdiv i64 %a, %b
  %d = add i64 %c, 1
  ret i64 %d
}
; CHECK-LABEL: frame:
; CHECK: addi sp, sp, -100{{[0-9]+}}
define void @frame() {
  %a = alloca [100000 x i8]
  call void @use(ptr %a)
  ret void
}
declare void @use(ptr)
; CHECK-LABEL: table:
; CHECK: lw [[T:a[0-9]]], .LJTI{{.*}}([[I:a[0-9]]])
; CHECK: jalr zero, 0([[T]])
define i32 @table(i32 %a, ptr %p) {
  switch i32 %a, label %other [ i32 0, label %l0
                                i32 1, label %l1
                                i32 2, label %l2
                                i32 3, label %l3
                                i32 4, label %l4 ]
l0:
  ret i32 7
l1:
  %v = load i32, ptr %p
  ret i32 %v
l2:
  store i32 3, ptr %p
  ret i32 9
l3:
  call void @use(ptr %p)
  ret i32 13
l4:
  call void @frame()
  ret i32 17
other:
  ret i32 1
}
