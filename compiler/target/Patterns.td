//===- Patterns.td - instruction selection -------------------------------------------------------------------===//
//
// Every immediate has 32 bits, so a constant is one ADDI from x0 and an address is one ADDI with a relocation.
//
//===----------------------------------------------------------------------------------------------------------===//

// base + 32-bit displacement; the displacement is a number, a symbol plus an addend, or a frame offset.
def addr : ComplexPattern<iPTR, 2, "selectAddress">;

// --- Constants and addresses ------------------------------------------------------------------------------------
def : Pat<(i32 imm:$value), (ADDI (i32 X0), imm:$value)>;
foreach address = [tglobaladdr, texternalsym, tjumptable, tconstpool, tblockaddress] in
  def : Pat<(weft_address address:$symbol), (ADDI (i32 X0), address:$symbol)>;

// --- Arithmetic -------------------------------------------------------------------------------------------------
foreach entry = [["add", "ADD"], ["and", "AND"], ["or", "OR"], ["xor", "XOR"], ["shl", "SLL"], ["srl", "SRL"],
                 ["sra", "SRA"], ["mul", "MUL"], ["setlt", "SLT"], ["setult", "SLTU"]] in {
  defvar node = !cast<SDPatternOperator>(entry[0]);
  def : Pat<(i32 (node GPR:$a, GPR:$b)), (!cast<Instruction>(entry[1]) GPR:$a, GPR:$b)>;
}
foreach entry = [["sub", "SUB"], ["mulhs", "MULH"], ["mulhu", "MULHU"], ["sdiv", "DIV"], ["udiv", "DIVU"],
                 ["srem", "REM"], ["urem", "REMU"]] in {
  defvar node = !cast<SDPatternOperator>(entry[0]);
  def : Pat<(i32 (node GPR:$a, GPR:$b)), (!cast<Instruction>(entry[1]) GPR:$a, GPR:$b)>;
}
foreach entry = [["add", "ADDI"], ["and", "ANDI"], ["or", "ORI"], ["xor", "XORI"], ["shl", "SLLI"], ["srl", "SRLI"],
                 ["sra", "SRAI"], ["mul", "MULI"], ["setlt", "SLTI"], ["setult", "SLTIU"]] in {
  defvar node = !cast<SDPatternOperator>(entry[0]);
  def : Pat<(i32 (node GPR:$a, (i32 imm:$b))), (!cast<Instruction>(entry[1]) GPR:$a, imm:$b)>;
}
// Shift amounts are used modulo 32 by the hardware.
def isMasked : PatFrag<(ops node:$amount), (and node:$amount, 31)>;
foreach entry = [["shl", "SLL"], ["srl", "SRL"], ["sra", "SRA"]] in {
  defvar node = !cast<SDPatternOperator>(entry[0]);
  def : Pat<(i32 (node GPR:$a, (isMasked GPR:$b))), (!cast<Instruction>(entry[1]) GPR:$a, GPR:$b)>;
}

// A symbol (with addend) plus a register, and the address of a stack slot.
def : Pat<(add GPR:$base, (weft_address tglobaladdr:$symbol)), (ADDI GPR:$base, tglobaladdr:$symbol)>;
def frameAddress : ComplexPattern<iPTR, 2, "selectFrameAddress", [frameindex]>;
def : Pat<(frameAddress (i32 GPR:$base), simm32:$offset), (ADDI GPR:$base, simm32:$offset)>;

// --- Comparisons ------------------------------------------------------------------------------------------------
def : Pat<(seteq GPR:$a, 0), (SLTIU GPR:$a, 1)>;
def : Pat<(seteq GPR:$a, GPR:$b), (SLTIU (XOR GPR:$a, GPR:$b), 1)>;
def : Pat<(seteq GPR:$a, (i32 imm:$b)), (SLTIU (XORI GPR:$a, imm:$b), 1)>;
def : Pat<(setne GPR:$a, 0), (SLTU X0, GPR:$a)>;
def : Pat<(setne GPR:$a, GPR:$b), (SLTU X0, (XOR GPR:$a, GPR:$b))>;
def : Pat<(setne GPR:$a, (i32 imm:$b)), (SLTU X0, (XORI GPR:$a, imm:$b))>;
def : Pat<(setgt GPR:$a, GPR:$b), (SLT GPR:$b, GPR:$a)>;
def : Pat<(setugt GPR:$a, GPR:$b), (SLTU GPR:$b, GPR:$a)>;
def : Pat<(setge GPR:$a, GPR:$b), (XORI (SLT GPR:$a, GPR:$b), 1)>;
def : Pat<(setuge GPR:$a, GPR:$b), (XORI (SLTU GPR:$a, GPR:$b), 1)>;
def : Pat<(setle GPR:$a, GPR:$b), (XORI (SLT GPR:$b, GPR:$a), 1)>;
def : Pat<(setule GPR:$a, GPR:$b), (XORI (SLTU GPR:$b, GPR:$a), 1)>;

// --- Memory -----------------------------------------------------------------------------------------------------
foreach entry = [["sextloadi8", "LB"], ["extloadi8", "LBU"], ["zextloadi8", "LBU"], ["sextloadi16", "LH"],
                 ["extloadi16", "LHU"], ["zextloadi16", "LHU"], ["load", "LW"]] in
  def : Pat<(i32 (!cast<PatFrag>(entry[0]) (addr (i32 GPR:$base), simm32:$offset))),
            (!cast<Instruction>(entry[1]) GPR:$base, simm32:$offset)>;
foreach entry = [["truncstorei8", "SB"], ["truncstorei16", "SH"], ["store", "SW"]] in
  def : Pat<(!cast<PatFrag>(entry[0]) GPR:$value, (addr (i32 GPR:$base), simm32:$offset)),
            (!cast<Instruction>(entry[1]) GPR:$value, GPR:$base, simm32:$offset)>;

// --- Control ----------------------------------------------------------------------------------------------------
foreach entry = [["seteq", "BEQ"], ["setne", "BNE"], ["setlt", "BLT"], ["setge", "BGE"], ["setult", "BLTU"],
                 ["setuge", "BGEU"]] in {
  defvar node = !cast<SDPatternOperator>(entry[0]);
  defvar branch = !cast<Instruction>(entry[1]);
  def : Pat<(brcond (i32 (node GPR:$a, GPR:$b)), bb:$target), (branch GPR:$a, GPR:$b, bb:$target)>;
  def : Pat<(brcond (i32 (node GPR:$a, 0)), bb:$target), (branch GPR:$a, (i32 X0), bb:$target)>;
}
foreach entry = [["setgt", "BLT"], ["setle", "BGE"], ["setugt", "BLTU"], ["setule", "BGEU"]] in {
  defvar node = !cast<SDPatternOperator>(entry[0]);
  defvar branch = !cast<Instruction>(entry[1]);
  def : Pat<(brcond (i32 (node GPR:$a, GPR:$b)), bb:$target), (branch GPR:$b, GPR:$a, bb:$target)>;
  def : Pat<(brcond (i32 (node GPR:$a, 0)), bb:$target), (branch (i32 X0), GPR:$a, bb:$target)>;
}
def : Pat<(brcond GPR:$condition, bb:$target), (BNE GPR:$condition, (i32 X0), bb:$target)>;
def : Pat<(brind GPR:$target), (PseudoBranchReg GPR:$target, 0)>;
def : Pat<(trap), (TRAP 0)>;
