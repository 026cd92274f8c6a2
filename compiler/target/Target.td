//===- Target.td - the LLVM target ---------------------------------------------------------------------------===//
//
// The instruction set comes from isa/Weft.td; this file adds what only code generation needs.
//
//===----------------------------------------------------------------------------------------------------------===//

include "isa/Weft.td"
include "llvm/TableGen/SearchableTable.td"

include "compiler/target/CallingConv.td"
include "compiler/target/Pseudos.td"
include "compiler/target/Patterns.td"
include "compiler/target/Schedule.td"

// Names of pattern register fields for the assembler and the printer.
def PatternFieldTable : GenericTable {
  let FilterClass = "PatternField";
  let Fields = ["Name", "Encoding"];
}
def ConfigFieldTable : GenericTable {
  let FilterClass = "ConfigField";
  let Fields = ["Name", "Encoding"];
}

def WeftInstrInfo : InstrInfo;

def WeftAsmParser : AsmParser {
  let ShouldEmitMatchRegisterAltName = 1;
  let AllowDuplicateRegisterNames = 1;
}
def WeftAsmWriter : AsmWriter {
  int PassSubtarget = 0;
}

def : ProcessorModel<"generic", WeftModel, []>;

def Weft : Target {
  let InstructionSet = WeftInstrInfo;
  let AssemblyParsers = [WeftAsmParser];
  let AssemblyWriters = [WeftAsmWriter];
}
