//===- Formats.td - encodings --------------------------------------------------------------------------------===//
//
// Every instruction has 64 bits; bits 7-0 are the opcode, one opcode per instruction. Bits that no operand uses are
// zero and are part of the encoding: a word with one of them set is an illegal instruction.
//
//===----------------------------------------------------------------------------------------------------------===//

// Operands. `Kind` tells the generators how to decode and print a field; `Text` is for the manual.
class WeftOperand<ValueType type, string kind, int width, string text> : Operand<type> {
  string Kind = kind;
  int Width = width;
  string Text = text;
}

class ImmAsmOperand<string name, string parser = ""> : AsmOperandClass {
  let Name = name;
  let ParserMethod = parser;
  let RenderMethod = "addImmOperands";
  let PredicateMethod = "is" # name;
  let DiagnosticType = "Invalid" # name;
}

def simm32 : WeftOperand<i32, "imm", 32, "a 32-bit immediate or symbol"> {
  let ParserMatchClass = ImmAsmOperand<"SImm32">;
  let OperandNamespace = "WeftOp";
  let OperandType = "OPERAND_IMM32";
  let EncoderMethod = "encodeImm32";
  let DecoderMethod = "decodeImm32";
}
// Branch and jump targets are byte distances from the instruction itself; a multiple of 8.
def target32 : WeftOperand<OtherVT, "target", 32, "a label; encoded as the distance in bytes from this instruction"> {
  let ParserMatchClass = ImmAsmOperand<"Target32">;
  let EncoderMethod = "encodeTarget32";
  let DecoderMethod = "decodeTarget32";
  let PrintMethod = "printTarget";
  let OperandType = "OPERAND_PCREL";
}
def callee32 : WeftOperand<i32, "target", 32, "a label; encoded as the distance in bytes from this instruction"> {
  let ParserMatchClass = ImmAsmOperand<"Target32">;
  let EncoderMethod = "encodeTarget32";
  let DecoderMethod = "decodeTarget32";
  let PrintMethod = "printTarget";
  let OperandType = "OPERAND_PCREL";
}
// Pattern register p0 to p15.
def preg : WeftOperand<i32, "pattern", 4, "a pattern register, p0 to p15"> {
  let ParserMatchClass = ImmAsmOperand<"Pattern", "parsePattern">;
  let OperandNamespace = "WeftOp";
  let OperandType = "OPERAND_PATTERN";
  let PrintMethod = "printPattern";
}
// One 32-bit field of a pattern register, 0 to 15; the assembler also takes the fields' names (table in the manual).
def pfield : WeftOperand<i32, "field", 4, "a field of a pattern register: a number 0 to 15 or its name"> {
  let ParserMatchClass = ImmAsmOperand<"PatternField", "parsePatternField">;
  let OperandNamespace = "WeftOp";
  let OperandType = "OPERAND_PATTERN_FIELD";
  let PrintMethod = "printPatternField";
}
// Semaphore s0 to s30, or `-` (31) for none.
def sem : WeftOperand<i32, "semaphore", 5, "a semaphore s0 to s30, or - for none"> {
  let ParserMatchClass = ImmAsmOperand<"Semaphore", "parseSemaphore">;
  let OperandNamespace = "WeftOp";
  let OperandType = "OPERAND_SEMAPHORE";
  let PrintMethod = "printSemaphore";
}
// A set of engines: bit 0 load, 1 store, 2 matrix, 3 vector.
def engines : WeftOperand<i32, "imm", 4, "a set of engines: 1 load, 2 store, 4 matrix, 8 vector"> {
  let ParserMatchClass = ImmAsmOperand<"EngineSet">;
  let OperandNamespace = "WeftOp";
  let OperandType = "OPERAND_ENGINES";
}
// Number of a performance counter.
def counter : WeftOperand<i32, "imm", 8, "the number of a performance counter (table in the manual)"> {
  let ParserMatchClass = ImmAsmOperand<"CounterIndex">;
  let OperandNamespace = "WeftOp";
  let OperandType = "OPERAND_COUNTER";
}

class WeftInst<bits<8> opcode, dag outs, dag ins, string assembly> : Instruction {
  field bits<64> Inst = 0;
  field bits<64> SoftFail = 0;
  let Namespace = "Weft";
  let Size = 8;
  let OutOperandList = outs;
  let InOperandList = ins;
  let AsmString = assembly;
  let DecoderNamespace = "Weft";
  let hasSideEffects = 0;
  let mayLoad = 0;
  let mayStore = 0;
  let Inst{7-0} = opcode;

  bits<8> Opcode = opcode;
  string Format = ?;
  string Engine = "sequencer"; // sequencer, load, store, matrix, vector
  bit Built = 1;               // 0: encoded and documented, traps as unimplemented
  int AccessBytes = 0;         // that the sequencer loads or stores, at a multiple of them; 0: none
  string Doc = ?;              // what it does, Markdown
}

//   63            32 31       23 22   18 17   13 12    8 7      0
//  +----------------+-----------+-------+-------+-------+--------+
//  |     imm32      |     0     |  rs2  |  rs1  |  rd   | opcode |     scalar
//  +----------------+-----------+-------+-------+-------+--------+
class ScalarInst<bits<8> opcode, dag outs, dag ins, string assembly> : WeftInst<opcode, outs, ins, assembly> {
  let Format = "scalar";
}

//   63  59 58  54 53  49 48  44 43  40 39  36 35  32 31  28 27   23 22   18 17   13 12    8 7      0
//  +------+------+------+------+------+------+------+------+-------+-------+-------+-------+--------+
//  |  s1  |  s0  |  w1  |  w0  |  pD  |  pC  |  pB  |  pA  |  rD   |  rC   |  rB   |  rA   | opcode |  tensor
//  +------+------+------+------+------+------+------+------+-------+-------+-------+-------+--------+
class TensorInst<bits<8> opcode, string engine, dag operands, string mnemonic, string operandText, string doc,
                 bit built = 1>
    : WeftInst<opcode, (outs), !con(operands, (ins sem:$w0, sem:$w1, sem:$s0, sem:$s1)),
               mnemonic # "\t" # operandText # ", wait(${w0}, ${w1}), signal(${s0}, ${s1})"> {
  let Format = "tensor";
  let Engine = engine;
  let Doc = doc;
  let Built = built;
  let hasSideEffects = 1;
  let mayLoad = 1;
  let mayStore = 1;
  list<Role> Roles = [];       // reads before writes, the result last; of an instruction that is built
  list<ConfigFlag> Flags = []; // of the configuration, besides those of its roles
  string CountedAs = "";
  bits<5> w0;
  bits<5> w1;
  bits<5> s0;
  bits<5> s1;
  let Inst{48-44} = w0;
  let Inst{53-49} = w1;
  let Inst{58-54} = s0;
  let Inst{63-59} = s1;
}
