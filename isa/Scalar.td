//===- Scalar.td - the sequencer's instructions --------------------------------------------------------------===//
//
// RISC-V-shaped (RV32IM's operations), with 32-bit immediates. Addresses: docs/design.md, "Address map".
//
//===----------------------------------------------------------------------------------------------------------===//

// rd = rs1 OP rs2
class RegReg<bits<8> opcode, string mnemonic, string doc>
    : ScalarInst<opcode, (outs GPR:$rd), (ins GPR:$rs1, GPR:$rs2), mnemonic # "\t$rd, $rs1, $rs2"> {
  bits<5> rd;
  bits<5> rs1;
  bits<5> rs2;
  let Inst{12-8} = rd;
  let Inst{17-13} = rs1;
  let Inst{22-18} = rs2;
  let Doc = doc;
}

// rd = rs1 OP imm
class RegImm<bits<8> opcode, string mnemonic, string doc>
    : ScalarInst<opcode, (outs GPR:$rd), (ins GPR:$rs1, simm32:$imm), mnemonic # "\t$rd, $rs1, $imm"> {
  bits<5> rd;
  bits<5> rs1;
  bits<32> imm;
  let Inst{12-8} = rd;
  let Inst{17-13} = rs1;
  let Inst{63-32} = imm;
  let Doc = doc;
}

class LoadInst<bits<8> opcode, string mnemonic, int bytes, string doc>
    : ScalarInst<opcode, (outs GPR:$rd), (ins GPR:$rs1, simm32:$imm), mnemonic # "\t$rd, ${imm}(${rs1})"> {
  bits<5> rd;
  bits<5> rs1;
  bits<32> imm;
  let Inst{12-8} = rd;
  let Inst{17-13} = rs1;
  let Inst{63-32} = imm;
  let mayLoad = 1;
  let AccessBytes = bytes;
  let Doc = doc;
}

class StoreInst<bits<8> opcode, string mnemonic, int bytes, string doc>
    : ScalarInst<opcode, (outs), (ins GPR:$rs2, GPR:$rs1, simm32:$imm), mnemonic # "\t$rs2, ${imm}(${rs1})"> {
  bits<5> rs1;
  bits<5> rs2;
  bits<32> imm;
  let Inst{17-13} = rs1;
  let Inst{22-18} = rs2;
  let Inst{63-32} = imm;
  let mayStore = 1;
  let AccessBytes = bytes;
  let Doc = doc;
}

class BranchInst<bits<8> opcode, string mnemonic, string doc>
    : ScalarInst<opcode, (outs), (ins GPR:$rs1, GPR:$rs2, target32:$imm), mnemonic # "\t$rs1, $rs2, $imm"> {
  bits<5> rs1;
  bits<5> rs2;
  bits<32> imm;
  let Inst{17-13} = rs1;
  let Inst{22-18} = rs2;
  let Inst{63-32} = imm;
  let isBranch = 1;
  let isTerminator = 1;
  let Doc = doc;
}

// --- Arithmetic -------------------------------------------------------------------------------------------------
def ADD : RegReg<0x01, "add", "rd = rs1 + rs2 (modulo 2^32).">;
def SUB : RegReg<0x02, "sub", "rd = rs1 - rs2 (modulo 2^32).">;
def AND : RegReg<0x03, "and", "rd = rs1 & rs2.">;
def OR : RegReg<0x04, "or", "rd = rs1 | rs2.">;
def XOR : RegReg<0x05, "xor", "rd = rs1 ^ rs2.">;
def SLL : RegReg<0x06, "sll", "rd = rs1 << (rs2 & 31).">;
def SRL : RegReg<0x07, "srl", "rd = rs1 >> (rs2 & 31), zeros shifted in.">;
def SRA : RegReg<0x08, "sra", "rd = rs1 >> (rs2 & 31), sign shifted in.">;
def SLT : RegReg<0x09, "slt", "rd = 1 if rs1 < rs2 (signed), else 0.">;
def SLTU : RegReg<0x0a, "sltu", "rd = 1 if rs1 < rs2 (unsigned), else 0.">;
def MUL : RegReg<0x0b, "mul", "rd = low 32 bits of rs1 * rs2.">;
def MULH : RegReg<0x0c, "mulh", "rd = high 32 bits of the signed product.">;
def MULHU : RegReg<0x0d, "mulhu", "rd = high 32 bits of the unsigned product.">;
def DIV : RegReg<0x0e, "div", "rd = rs1 / rs2 (signed, towards zero). Division by zero gives -1; -2^31 / -1 gives -2^31.">;
def DIVU : RegReg<0x0f, "divu", "rd = rs1 / rs2 (unsigned). Division by zero gives 2^32 - 1.">;
def REM : RegReg<0x10, "rem", "rd = remainder of rs1 / rs2 (signed, sign of rs1). By zero: rs1; -2^31 by -1: 0.">;
def REMU : RegReg<0x11, "remu", "rd = remainder of rs1 / rs2 (unsigned). By zero: rs1.">;

let isReMaterializable = 1, isAsCheapAsAMove = 1 in
def ADDI : RegImm<0x20, "addi", "rd = rs1 + imm.">;
def ANDI : RegImm<0x21, "andi", "rd = rs1 & imm.">;
def ORI : RegImm<0x22, "ori", "rd = rs1 | imm.">;
def XORI : RegImm<0x23, "xori", "rd = rs1 ^ imm.">;
def SLLI : RegImm<0x24, "slli", "rd = rs1 << (imm & 31).">;
def SRLI : RegImm<0x25, "srli", "rd = rs1 >> (imm & 31), zeros shifted in.">;
def SRAI : RegImm<0x26, "srai", "rd = rs1 >> (imm & 31), sign shifted in.">;
def SLTI : RegImm<0x27, "slti", "rd = 1 if rs1 < imm (signed), else 0.">;
def SLTIU : RegImm<0x28, "sltiu", "rd = 1 if rs1 < imm (unsigned), else 0.">;
def MULI : RegImm<0x29, "muli", "rd = low 32 bits of rs1 * imm.">;

// --- Memory -----------------------------------------------------------------------------------------------------
def LB : LoadInst<0x30, "lb", 1, "rd = sign-extended byte at rs1 + imm.">;
def LBU : LoadInst<0x31, "lbu", 1, "rd = zero-extended byte at rs1 + imm.">;
def LH : LoadInst<0x32, "lh", 2, "rd = sign-extended 16 bits at rs1 + imm; the address is even.">;
def LHU : LoadInst<0x33, "lhu", 2, "rd = zero-extended 16 bits at rs1 + imm; the address is even.">;
def LW : LoadInst<0x34, "lw", 4, "rd = 32 bits at rs1 + imm; the address is a multiple of 4.">;
def SB : StoreInst<0x35, "sb", 1, "The byte at rs1 + imm becomes the low byte of rs2.">;
def SH : StoreInst<0x36, "sh", 2, "The 16 bits at rs1 + imm become the low half of rs2; the address is even.">;
def SW : StoreInst<0x37, "sw", 4, "The 32 bits at rs1 + imm become rs2; the address is a multiple of 4.">;

// --- Control ----------------------------------------------------------------------------------------------------
def BEQ : BranchInst<0x40, "beq", "Branch if rs1 == rs2. The target is the address of this instruction plus imm.">;
def BNE : BranchInst<0x41, "bne", "Branch if rs1 != rs2. The target is the address of this instruction plus imm.">;
def BLT : BranchInst<0x42, "blt", "Branch if rs1 < rs2 (signed). The target is the address of this instruction plus imm.">;
def BGE : BranchInst<0x43, "bge", "Branch if rs1 >= rs2 (signed). The target is the address of this instruction plus imm.">;
def BLTU : BranchInst<0x44, "bltu", "Branch if rs1 < rs2 (unsigned). The target is the address of this instruction plus imm.">;
def BGEU : BranchInst<0x45, "bgeu", "Branch if rs1 >= rs2 (unsigned). The target is the address of this instruction plus imm.">;

def JAL : ScalarInst<0x48, (outs GPR:$rd), (ins callee32:$imm), "jal\t$rd, $imm"> {
  bits<5> rd;
  bits<32> imm;
  let Inst{12-8} = rd;
  let Inst{63-32} = imm;
  let Doc = "rd = address of the next instruction; jump to the address of this instruction plus imm.";
}
def JALR : ScalarInst<0x49, (outs GPR:$rd), (ins GPR:$rs1, simm32:$imm), "jalr\t$rd, ${imm}(${rs1})"> {
  bits<5> rd;
  bits<5> rs1;
  bits<32> imm;
  let Inst{12-8} = rd;
  let Inst{17-13} = rs1;
  let Inst{63-32} = imm;
  let Doc = "rd = address of the next instruction; jump to rs1 + imm (a multiple of 8).";
}

// --- System -----------------------------------------------------------------------------------------------------
def RDCTR : ScalarInst<0x50, (outs GPR:$rd), (ins counter:$imm), "rdctr\t$rd, $imm"> {
  bits<5> rd;
  bits<8> imm;
  let Inst{12-8} = rd;
  let Inst{39-32} = imm;
  let hasSideEffects = 1;
  let Doc = "rd = performance counter imm (0: low, 1: high half of the cycle number; table in the manual). An unknown "
            "number reads as zero.";
}
def FENCE : ScalarInst<0x51, (outs), (ins engines:$imm), "fence\t$imm"> {
  bits<4> imm;
  let Inst{35-32} = imm;
  let hasSideEffects = 1;
  let Doc = "Waits until each engine of the set has an empty queue and has retired all that it started.";
}
def SEMWAIT : ScalarInst<0x52, (outs), (ins sem:$w0, sem:$w1), "semwait\t$w0, $w1"> {
  bits<5> w0;
  bits<5> w1;
  let Inst{48-44} = w0;
  let Inst{53-49} = w1;
  let hasSideEffects = 1;
  let Doc = "The sequencer waits until each named semaphore is at least 1, then decrements each by 1.";
}
def SEMSIGNAL : ScalarInst<0x53, (outs), (ins sem:$s0, sem:$s1), "semsignal\t$s0, $s1"> {
  bits<5> s0;
  bits<5> s1;
  let Inst{58-54} = s0;
  let Inst{63-59} = s1;
  let hasSideEffects = 1;
  let Doc = "The sequencer increments each named semaphore by 1.";
}
def HALT : ScalarInst<0x54, (outs), (ins GPR:$rs1), "halt\t$rs1"> {
  bits<5> rs1;
  let Inst{17-13} = rs1;
  let hasSideEffects = 1;
  let Doc = "Waits for all engines as `fence 15`, then stops the core. rs1 is the exit code (0: success).";
}
def TRAP : ScalarInst<0x55, (outs), (ins simm32:$imm), "trap\t$imm"> {
  bits<32> imm;
  let Inst{63-32} = imm;
  let hasSideEffects = 1;
  let Doc = "Raises the fault `software` with information imm.";
}

// --- Pattern registers ------------------------------------------------------------------------------------------
def PSETI : ScalarInst<0x58, (outs), (ins preg:$pA, pfield:$pF, simm32:$imm), "pseti\t$pA, $pF, $imm"> {
  bits<4> pA;
  bits<4> pF;
  bits<32> imm;
  let Inst{11-8} = pA;
  let Inst{21-18} = pF;
  let Inst{63-32} = imm;
  let hasSideEffects = 1;
  let Doc = "Field pF of pattern register pA becomes imm. A tensor instruction takes the values that its pattern "
            "registers have when it is dispatched; later changes do not reach it.";
}
def PSET : ScalarInst<0x59, (outs), (ins preg:$pA, pfield:$pF, GPR:$rs1), "pset\t$pA, $pF, $rs1"> {
  bits<4> pA;
  bits<4> pF;
  bits<5> rs1;
  let Inst{11-8} = pA;
  let Inst{17-13} = rs1;
  let Inst{21-18} = pF;
  let hasSideEffects = 1;
  let Doc = "Field pF of pattern register pA becomes rs1.";
}
def PRESET : ScalarInst<0x5a, (outs), (ins preg:$pA), "preset\t$pA"> {
  bits<4> pA;
  let Inst{11-8} = pA;
  let hasSideEffects = 1;
  let Doc = "Pattern register pA takes its reset value: counts 1, strides 0, window ends "
            "LARGEST_COUNT, all else 0. In a configuration the counts are `types`, `za`, `zb` and `zo`, so it leaves 1 in "
            "them: a configuration sets all four.";
}
def PLOAD : ScalarInst<0x5b, (outs), (ins preg:$pA, GPR:$rs1, simm32:$imm), "pload\t$pA, ${imm}(${rs1})"> {
  bits<4> pA;
  bits<5> rs1;
  bits<32> imm;
  let Inst{11-8} = pA;
  let Inst{17-13} = rs1;
  let Inst{63-32} = imm;
  let hasSideEffects = 1;
  let mayLoad = 1;
  let AccessBytes = 64;
  let Doc = "All 16 fields of pattern register pA are loaded from the 64 bytes at rs1 + imm (a multiple of 64).";
}

// --- Pseudo-instructions ----------------------------------------------------------------------------------------
// Other spellings that the assembler takes; the disassembler prints the instructions themselves.
class Pseudo<string syntax, dag result, string doc> : InstAlias<syntax, result, /*Emit=*/0> {
  string Doc = doc;
}
def : Pseudo<"nop", (ADDI X0, X0, 0), "Does nothing for a cycle.">;
def : Pseudo<"li\t$rd, $imm", (ADDI GPR:$rd, X0, simm32:$imm), "rd = imm: any 32 bits.">;
def : Pseudo<"la\t$rd, $imm", (ADDI GPR:$rd, X0, simm32:$imm), "rd = the address of a symbol.">;
def : Pseudo<"mv\t$rd, $rs1", (ADDI GPR:$rd, GPR:$rs1, 0), "rd = rs1.">;
def : Pseudo<"j\t$imm", (JAL X0, callee32:$imm), "Jumps to a label.">;
def : Pseudo<"call\t$imm", (JAL X1, callee32:$imm), "Calls a function: the return address goes to ra.">;
def : Pseudo<"ret", (JALR X0, X1, 0), "Returns from a function: jumps to ra.">;
