// Records with one defect each, for check_isa_test.py, which adds them to the instruction set one at a time.
include "Weft.td"

class Broken<bits<8> opcode, dag ins, string assembly> : ScalarInst<opcode, (outs), ins, assembly> {
  let Doc = "Broken.";
}

def BROKEN_OPCODE_TWICE : Broken<0x01, (ins), "broken">;
def BROKEN_MNEMONIC_TWICE : Broken<0xfe, (ins), "add">;
def BROKEN_UNSET_BIT : Broken<0xfe, (ins), "broken"> {
  let Inst{40} = ?;
}
def BROKEN_FIXED_ONE : Broken<0xfe, (ins), "broken"> {
  let Inst{40} = 1;
}
def BROKEN_OPCODE_BITS : Broken<0xfe, (ins), "broken"> {
  let Inst{0} = 1;
}
def BROKEN_MISSING_BIT : Broken<0xfe, (ins GPR:$rs1), "broken\t$rs1"> {
  bits<5> rs1;
  let Inst{16-13} = rs1{3-0};
}
def BROKEN_DOUBLED_BIT : Broken<0xfe, (ins GPR:$rs1), "broken\t$rs1"> {
  bits<5> rs1;
  let Inst{17-13} = rs1;
  let Inst{18} = rs1{4};
}
def BROKEN_REVERSED : Broken<0xfe, (ins preg:$pA), "broken\t$pA"> {
  bits<4> pA;
  let Inst{8-11} = pA;
}
def BROKEN_NOT_ENCODED : Broken<0xfe, (ins GPR:$rs1), "broken\t$rs1">;
def BROKEN_NO_OPERAND : Broken<0xfe, (ins), "broken"> {
  bits<5> rs1;
  let Inst{17-13} = rs1;
}
def BROKEN_OPERAND_NAME : Broken<0xfe, (ins GPR:$other), "broken\t$other"> {
  bits<5> other;
  let Inst{17-13} = other;
}
def BROKEN_OPERAND_WIDTH : Broken<0xfe, (ins GPR:$pA), "broken\t$pA"> {
  bits<5> pA;
  let Inst{12-8} = pA;
}
def BROKEN_SYNTAX : Broken<0xfe, (ins GPR:$rs1), "broken"> {
  bits<5> rs1;
  let Inst{17-13} = rs1;
}
def BROKEN_ENGINE : Broken<0xfe, (ins), "broken"> {
  let Engine = "tensor";
}
def BROKEN_DOC : ScalarInst<0xfe, (outs), (ins), "broken">;
def BROKEN_COUNTER : Counter<0, "broken", "a number that is taken">;
def BROKEN_FIELD : PatternField<3, "broken", 0, "a number that is taken">;
def BROKEN_CONFIG : ConfigField<3, "broken", "a number that is taken">;
def BROKEN_ELEMENT : ElementType<12, "broken", 8, "a gap in the numbers">;
def BROKEN_FLAG : ConfigFlag<11, "broken", "a bit of an element type">;
def BROKEN_FAULT : FaultCause<9, "deadlock", "a name that is taken", "none">;

class BrokenVector<list<Role> roles> : VectorInst<0xfe, "broken", "Broken.", roles>;
class BrokenMatrix<list<Role> roles> : MatrixInst<0xfe, "broken", "Broken."> {
  let Roles = roles;
}
def BROKEN_NO_ROLES : BrokenVector<[]>;
def BROKEN_ROLE_REGISTER : BrokenMatrix<[Parameters, NewSums]>;
def BROKEN_ROLE_WALK : BrokenMatrix<[SumsA, NewSums]>;
def BROKEN_ROLE_SLOTS : BrokenVector<[BytesA, Fp32A, ByteResult]>;
def BROKEN_ROLE_UNIT : BrokenVector<[Role<"a", Accumulators, "rA", LaneRow>, ByteResult]>;
def BROKEN_ROLE_TYPES : BrokenVector<[Typed<"a", Scratchpad, "rA", LaneRow, TypeA, []>, ByteResult]>;
def BROKEN_VECTOR_ROLE : BrokenVector<[Weights, ByteResult]>;
def BROKEN_VECTOR_TYPES : BrokenVector<[BytesA, Fp32Result]>;
