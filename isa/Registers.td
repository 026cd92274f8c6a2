//===- Registers.td - scalar registers and pattern registers -------------------------------------------------===//

// Assembly prints the names of the calling convention and accepts both.
let Namespace = "Weft" in
def AbiName : RegAltNameIndex;

class WeftReg<string name, bits<5> number, list<string> alternatives = []> : Register<name, alternatives> {
  let Namespace = "Weft";
  let RegAltNameIndices = [AbiName];
  let HWEncoding{4-0} = number;
}

// Scalar registers: 32 of 32 bits; x0 reads as zero. The second name is the one of the calling convention (RISC-V's
// ILP32: ra return address, sp stack pointer, a0-a7 arguments and results, t* caller-saved, s* callee-saved).
defvar AbiNames = ["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
                   "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"];
foreach i = 0...31 in
  def X#i : WeftReg<"x"#i, i, [AbiNames[i]]>, DwarfRegNum<[i]> {
    let isConstant = !eq(i, 0);
  }

def GPR : RegisterClass<"Weft", [i32], 32, (add
    (sequence "X%u", 10, 17), (sequence "X%u", 5, 7), (sequence "X%u", 28, 31), (sequence "X%u", 8, 9),
    (sequence "X%u", 18, 27), X0, X1, X2, X3, X4)>;
