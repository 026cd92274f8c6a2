//===- Pseudos.td - instructions that exist only during code generation --------------------------------------===//

class WeftPseudo<dag outs, dag ins, list<dag> pattern = []> : Instruction {
  let Namespace = "Weft";
  let OutOperandList = outs;
  let InOperandList = ins;
  let Pattern = pattern;
  let isPseudo = 1;
  let isCodeGenOnly = 1;
  let Size = 8;
  let hasSideEffects = 0;
  let mayLoad = 0;
  let mayStore = 0;
}

// --- Nodes ------------------------------------------------------------------------------------------------------
def SDT_CallSeqStart : SDCallSeqStart<[SDTCisVT<0, i32>, SDTCisVT<1, i32>]>;
def SDT_CallSeqEnd : SDCallSeqEnd<[SDTCisVT<0, i32>, SDTCisVT<1, i32>]>;
def SDT_WeftCall : SDTypeProfile<0, -1, [SDTCisVT<0, i32>]>;
def SDT_WeftSelect : SDTypeProfile<1, 5, [SDTCisSameAs<1, 2>, SDTCisSameAs<0, 4>, SDTCisSameAs<4, 5>]>;

def callseq_start : SDNode<"ISD::CALLSEQ_START", SDT_CallSeqStart, [SDNPHasChain, SDNPOutGlue]>;
def callseq_end : SDNode<"ISD::CALLSEQ_END", SDT_CallSeqEnd, [SDNPHasChain, SDNPOptInGlue, SDNPOutGlue]>;
def weft_call : SDNode<"WeftISD::CALL", SDT_WeftCall, [SDNPHasChain, SDNPOptInGlue, SDNPOutGlue, SDNPVariadic]>;
def weft_tail : SDNode<"WeftISD::TAIL", SDT_WeftCall, [SDNPHasChain, SDNPOptInGlue, SDNPVariadic]>;
def weft_return : SDNode<"WeftISD::RETURN", SDTNone, [SDNPHasChain, SDNPOptInGlue, SDNPVariadic]>;
def weft_select : SDNode<"WeftISD::SELECT_CC", SDT_WeftSelect>;
def weft_address : SDNode<"WeftISD::ADDRESS", SDTypeProfile<1, 1, [SDTCisVT<0, i32>, SDTCisSameAs<0, 1>]>>;

// --- Calls and jumps --------------------------------------------------------------------------------------------
let Defs = [X2], Uses = [X2] in {
  def ADJCALLSTACKDOWN : WeftPseudo<(outs), (ins i32imm:$amount, i32imm:$other),
                                    [(callseq_start timm:$amount, timm:$other)]>;
  def ADJCALLSTACKUP : WeftPseudo<(outs), (ins i32imm:$amount, i32imm:$other),
                                  [(callseq_end timm:$amount, timm:$other)]>;
}

let isCall = 1, Defs = [X1] in {
  def PseudoCall : WeftPseudo<(outs), (ins callee32:$callee)>;
  def PseudoCallReg : WeftPseudo<(outs), (ins GPR:$callee), [(weft_call GPR:$callee)]>;
}
def : Pat<(weft_call tglobaladdr:$callee), (PseudoCall tglobaladdr:$callee)>;
def : Pat<(weft_call texternalsym:$callee), (PseudoCall texternalsym:$callee)>;

let isCall = 1, isTerminator = 1, isReturn = 1, isBarrier = 1, Uses = [X2] in {
  def PseudoTail : WeftPseudo<(outs), (ins callee32:$callee)>;
  def PseudoTailReg : WeftPseudo<(outs), (ins GPRTail:$callee), [(weft_tail GPRTail:$callee)]>;
}
def : Pat<(weft_tail tglobaladdr:$callee), (PseudoTail tglobaladdr:$callee)>;
def : Pat<(weft_tail texternalsym:$callee), (PseudoTail texternalsym:$callee)>;

let isReturn = 1, isTerminator = 1, isBarrier = 1 in
def PseudoReturn : WeftPseudo<(outs), (ins), [(weft_return)]>;

let isBranch = 1, isTerminator = 1, isBarrier = 1 in {
  def PseudoBranch : WeftPseudo<(outs), (ins target32:$target), [(br bb:$target)]>;
  let isIndirectBranch = 1 in
  def PseudoBranchReg : WeftPseudo<(outs), (ins GPR:$rs1, simm32:$offset)>;
}

// A select is a branch around a copy: the sequencer has no conditional move.
let usesCustomInserter = 1 in
def PseudoSelect : WeftPseudo<(outs GPR:$rd), (ins GPR:$lhs, GPR:$rhs, i32imm:$opcode, GPR:$yes, GPR:$no),
                              [(set GPR:$rd, (weft_select GPR:$lhs, GPR:$rhs, (i32 timm:$opcode), GPR:$yes, GPR:$no))]>;
