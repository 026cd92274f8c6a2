//===- Weft.td - the Weft instruction set --------------------------------------------------------------------===//
//
// The only place where an instruction is defined. From here come the LLVM target (assembler, disassembler, instruction
// selection), the C++ decoder of the simulators, the SystemVerilog decode package, the builtins' header and the ISA
// manual. See docs/design.md for the machine and docs/timing.md for its time.
//
//===----------------------------------------------------------------------------------------------------------===//

include "llvm/Target/Target.td"

include "Architecture.td"
include "Timing.td"
include "Registers.td"
include "Operands.td"
include "Formats.td"
include "Scalar.td"
include "Tensor.td"
include "Counters.td"
