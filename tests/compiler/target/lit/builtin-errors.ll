; Wrong uses of builtins are user errors with one message each.
; RUN: not %llc %s -o /dev/null 2>&1 | FileCheck %s

declare void @weft.fence(i32)
declare void @weft.pseti(i32, i32)
declare void @weft.semwait(i32, i32)
declare i32 @weft.preset(i32)
declare void @weft.ldx(i32)

; CHECK: in function variable {{.*}}: builtin weft.fence: argument 1 must be a constant: a set of engines, 0 to 15 (1 load, 2 store, 4 matrix, 8 vector)
define void @variable(i32 %a) {
  call void @weft.fence(i32 %a)
  ret void
}
; CHECK: in function range {{.*}}: builtin weft.semwait: argument 2 is 32, but must be a semaphore, 0 to 30, or 31 for none
define void @range() {
  call void @weft.semwait(i32 0, i32 32)
  ret void
}
; CHECK: in function count {{.*}}: builtin weft.pseti: takes 3 arguments of 32 bits, not 2
define void @count() {
  call void @weft.pseti(i32 1, i32 2)
  ret void
}
; CHECK: in function result {{.*}}: builtin weft.preset: returns nothing
define i32 @result() {
  %a = call i32 @weft.preset(i32 1)
  ret i32 %a
}
; CHECK: in function unknown {{.*}}: there is no builtin weft.ldx
define void @unknown() {
  call void @weft.ldx(i32 1)
  ret void
}
