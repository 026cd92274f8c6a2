//===- CallingConv.td - registers that a call preserves ------------------------------------------------------===//
//
// Arguments and results are assigned in ISelCalls.cpp (RISC-V's ILP32: a0-a7, then the stack).
//
//===----------------------------------------------------------------------------------------------------------===//

def CSR_Weft : CalleeSavedRegs<(add X1, X8, X9, (sequence "X%u", 18, 27))>;

// Registers that survive the epilogue: the target of an indirect tail call.
def GPRTail : RegisterClass<"Weft", [i32], 32, (add (sequence "X%u", 5, 7), (sequence "X%u", 10, 17),
                                                    (sequence "X%u", 28, 31))>;
