.size a, .-a
.quad a
.rept 1<<40
.endr
.file 4000000000 "a.c"
.pseudoprobe 1 1 0 0 a
