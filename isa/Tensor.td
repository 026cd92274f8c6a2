//===- Tensor.td - tensor instructions -----------------------------------------------------------------------===//
//
// Whatever an engine executes: dispatched by the sequencer into the engine's queue with the values of its scalar and
// pattern registers, started in order once its semaphores allow, retired in order.
//
// Fields of a pattern register. As a *walk*: count0-3, stride0-3 (signed; bytes, or accumulator rows), and for DMA
// lo0/hi0, lo1/hi1 (the window of indices that are real; outside it `fill` is written). As a *configuration* (operand
// pD) the same sixteen fields have the meanings of the second name.
//
//===----------------------------------------------------------------------------------------------------------===//

class PatternField<int number, string name, int reset, string doc> {
  int Number = number;
  bits<4> Encoding = number;
  string Name = name;
  int Reset = reset;
  string Doc = doc;
}

// Roles: a walk.
def F_COUNT0 : PatternField<0, "count0", 1, "walk: iterations of the innermost dimension, 1 to LARGEST_COUNT (DMA: bytes "
  "of a run)">;
def F_COUNT1 : PatternField<1, "count1", 1, "walk: iterations of dimension 1, 1 to LARGEST_COUNT">;
def F_COUNT2 : PatternField<2, "count2", 1, "walk: iterations of dimension 2, 1 to LARGEST_COUNT">;
def F_COUNT3 : PatternField<3, "count3", 1, "walk: iterations of the outermost dimension, 1 to LARGEST_COUNT">;
def F_STRIDE0 : PatternField<4, "stride0", 0, "walk: step of dimension 0 (not used by DMA, whose runs are contiguous)">;
def F_STRIDE1 : PatternField<5, "stride1", 0, "walk: step of dimension 1">;
def F_STRIDE2 : PatternField<6, "stride2", 0, "walk: step of dimension 2">;
def F_STRIDE3 : PatternField<7, "stride3", 0, "walk: step of dimension 3">;
def F_LO0 : PatternField<8, "lo0", 0, "load walk: bytes of a run before lo0 are fill">;
def F_HI0 : PatternField<9, "hi0", LARGEST_COUNT.Value, "load walk: bytes of a run from hi0 on are fill">;
def F_LO1 : PatternField<10, "lo1", 0, "load walk: runs whose dimension-1 index is below lo1 are fill">;
def F_HI1 : PatternField<11, "hi1", LARGEST_COUNT.Value, "load walk: runs whose dimension-1 index is hi1 or more are fill">;
def F_FILL : PatternField<12, "fill", 0, "load walk: the fill byte (low 8 bits)">;
def F_RESERVED13 : PatternField<13, "reserved13", 0, "reserved: remote core of a remote walk">;
def F_RESERVED14 : PatternField<14, "reserved14", 0, "reserved: address bits 63 to 32">;
def F_RESERVED15 : PatternField<15, "reserved15", 0, "reserved: index base of a gather walk">;

// Roles: a configuration.
class ConfigField<int number, string name, string doc> {
  int Number = number;
  bits<4> Encoding = number;
  string Name = name;
  string Doc = doc;
}
def C_TYPES : ConfigField<0, "types", "element types, 4 bits each, and flags: the tables below">;
def C_ZA : ConfigField<1, "za", "zero point of operand A, subtracted from every element: -128 to 255">;
def C_ZB : ConfigField<2, "zb", "zero point of operand B, subtracted from every element: -128 to 255">;
def C_ZO : ConfigField<3, "zo", "zero point of the requantised result: -128 to 255">;
def C_LO : ConfigField<4, "lo", "lowest requantised result, in the result's units: -128 to 255">;
def C_HI : ConfigField<5, "hi", "highest requantised result, in the result's units: -128 to 255">;
def C_RA : ConfigField<6, "ra", "fp32 bits: factor of operand A">;
def C_RB : ConfigField<7, "rb", "fp32 bits: factor of operand B">;
def C_RF : ConfigField<8, "rf", "fp32 bits: constant term">;
def C_LO2 : ConfigField<9, "lo2", "lowest result of the second stage (vrqa): -128 to 255">;
def C_HI2 : ConfigField<10, "hi2", "highest result of the second stage (vrqa): -128 to 255">;
foreach i = 11...15 in
  def C_RESERVED#i : ConfigField<i, "creserved"#i, "reserved: not read">;

// --- DMA --------------------------------------------------------------------------------------------------------

class Runs<string name, Space space, string register, string strides> : Role<name, space, register, Run> {
  let Walks = [Walk<strides, "pA">];
}
def LoadSource : Runs<"source", Dram, "rA", "pA"> {
  let Window = 1;
}
def StoreSource : Runs<"source", Scratchpad, "rB", "pB">;
let Write = 1 in {
  def LoadDestination : Runs<"destination", Scratchpad, "rB", "pB">;
  def StoreDestination : Runs<"destination", Dram, "rA", "pA">;
}

class DmaInst<bits<8> opcode, string engine, string mnemonic, string doc, bit built = 1>
    : TensorInst<opcode, engine, (ins GPR:$rA, GPR:$rB, preg:$pA, preg:$pB), mnemonic, "$rA, $rB, $pA, $pB", doc, built> {
  bits<5> rA;
  bits<5> rB;
  bits<4> pA;
  bits<4> pB;
  let Inst{12-8} = rA;
  let Inst{17-13} = rB;
  let Inst{31-28} = pA;
  let Inst{35-32} = pB;
}

def LD : DmaInst<0x80, "load", "ld",
  "DRAM to scratchpad. For every (i3, i2, i1) in walk order (i1 fastest) one run of count0(pA) bytes is copied from DRAM "
  "address rA + sum of i_k * stride_k(pA) to scratchpad byte rB + sum of i_k * stride_k(pB), k = 1 to 3. Counts, window "
  "and fill come from pA. Byte i0 of a run is real if lo0 <= i0 < hi0 and lo1 <= i1 < hi1; any other byte becomes `fill` "
  "and its DRAM address is not accessed (it may lie outside DRAM)."> {
  let Roles = [LoadSource, LoadDestination];
}
def ST : DmaInst<0x81, "store", "st",
  "Scratchpad to DRAM, as `ld` with source and destination exchanged: DRAM address rA with walk pA, scratchpad byte rB "
  "with strides of pB. Window and fill are ignored."> {
  let Roles = [StoreSource, StoreDestination];
}

// --- Matrix -----------------------------------------------------------------------------------------------------

defvar Bytes = [U8, S8];

def Weights : Typed<"weights", Scratchpad, "rB", WeightTile, TypeB, Bytes> {
  let Sequence = "pB";
}
def Activations : Typed<"activations", Scratchpad, "rA", ActivationRow, TypeA, Bytes> {
  let Walks = [Walk<"pA">, Walk<"pB">];
}
def OldSums : Role<"sums", Accumulators, "rC", Sums> {
  let Sequence = "pA";
}
def NewSums : Role<"sums", Accumulators, "rC", Sums> {
  let Sequence = "pA";
  let Write = 1;
}

class MatrixInst<bits<8> opcode, string mnemonic, string doc, bit built = 1>
    : TensorInst<opcode, "matrix", (ins GPR:$rA, GPR:$rB, GPR:$rC, preg:$pA, preg:$pB, preg:$pD), mnemonic,
                 "$rA, $rB, $rC, $pA, $pB, $pD", doc, built> {
  bits<5> rA;
  bits<5> rB;
  bits<5> rC;
  bits<4> pA;
  bits<4> pB;
  bits<4> pD;
  let Inst{12-8} = rA;
  let Inst{17-13} = rB;
  let Inst{22-18} = rC;
  let Inst{31-28} = pA;
  let Inst{35-32} = pB;
  let Inst{43-40} = pD;
}

defvar MatrixWalk =
  "The row walk pA has M = product of its counts rows, the step walk pB has S = product of its counts steps; in both "
  "dimension 0 is the fastest. Step s uses the weight tile at scratchpad byte rB + s*R*C: R rows of C bytes, row k "
  "holding W[k][0..C-1]. Row m of step s reads R activations A[0..R-1] at scratchpad byte rA + rowOffset(m) + "
  "stepOffset(s), a multiple of R. Accumulator row rC + m, column c (int32, modulo 2^32) receives the sum over k of "
  "(A[k] - za) * (W[k][c] - zb). Types (configuration pD): A and B each u8 or s8; other defined types are unimplemented. ";

def MM : MatrixInst<0x90, "mm", MatrixWalk #
  "Step 0 overwrites the accumulator rows, later steps add."> {
  let Roles = [Weights, Activations, NewSums];
}
def MMA : MatrixInst<0x91, "mma", MatrixWalk #
  "Every step adds to the accumulator rows."> {
  let Roles = [Weights, Activations, OldSums, NewSums];
}

// --- Vector -----------------------------------------------------------------------------------------------------

def Parameters : Role<"parameters", Scratchpad, "rD", LaneRow> {
  let Units = VX_PARAM_READS.Value;
}
def SumsA : Role<"a", Accumulators, "rA", Sums> {
  let Walks = [Walk<"pA", "pC">];
}
class RowA<list<ElementType> types> : Typed<"a", Scratchpad, "rA", LaneRow, TypeA, types> {
  let Walks = [Walk<"pA", "pC">];
}
class RowB<list<ElementType> types> : Typed<"b", Scratchpad, "rB", LaneRow, TypeB, types> {
  let Walks = [Walk<"pB", "pC">];
}
class Result<list<ElementType> types> : Typed<"result", Scratchpad, "rC", LaneRow, TypeResult, types> {
  let Walks = [Walk<"pC">];
  let Write = 1;
}
def BytesA : RowA<Bytes>;
def BytesB : RowB<Bytes>;
def ByteResult : Result<Bytes>;
// The taps of a window: the four counts of pB.
def WindowA : Typed<"a", Scratchpad, "rA", LaneRow, TypeA, Bytes> {
  let Walks = [Walk<"pA", "pC">, Walk<"pB">];
}
def TapWeights : Typed<"weights", Scratchpad, "rB", LaneRow, TypeB, Bytes> {
  let Sequence = "pB";
}
// Indices of the look-up table, and what it gives: bytes, whatever the configuration says.
def IndexA : Role<"a", Scratchpad, "rA", LaneRow> {
  let Walks = [Walk<"pA", "pC">];
}
def Looked : Role<"result", Scratchpad, "rC", LaneRow> {
  let Walks = [Walk<"pC">];
  let Write = 1;
}
def LutRead : Role<"table", Lut, "", Table>;
def LutReadIfFlagged : Role<"table", Lut, "", Table> {
  let OnlyIf = FlagLut;
}
def LutSource : Role<"table", Scratchpad, "rA", Table>;
def LutWrite : Role<"table", Lut, "", Table> {
  let Write = 1;
}

// The vector engine's accesses are those of its roles. `CountedAs` names the kind of arithmetic of a row: result rows
// are counted by it, and energy tables know it.
class VectorInst<bits<8> opcode, string mnemonic, string doc, list<Role> roles = [], bit built = 1>
    : TensorInst<opcode, "vector",
                 (ins GPR:$rA, GPR:$rB, GPR:$rC, GPR:$rD, preg:$pA, preg:$pB, preg:$pC, preg:$pD), mnemonic,
                 "$rA, $rB, $rC, $rD, $pA, $pB, $pC, $pD", doc, built> {
  let Roles = roles;
  let CountedAs = mnemonic;
  bits<5> rA;
  bits<5> rB;
  bits<5> rC;
  bits<5> rD;
  bits<4> pA;
  bits<4> pB;
  bits<4> pC;
  bits<4> pD;
  let Inst{12-8} = rA;
  let Inst{17-13} = rB;
  let Inst{22-18} = rC;
  let Inst{27-23} = rD;
  let Inst{31-28} = pA;
  let Inst{35-32} = pB;
  let Inst{39-36} = pC;
  let Inst{43-40} = pD;
}

// Every vector instruction makes one result row of C elements for each index of the destination walk pC (its four
// counts; dimension 0 fastest) and writes it to scratchpad byte rC + offset of pC, a multiple of C. Operand addresses
// use the same indices with the strides of their own walks.
defvar Requantise =
  "Channel parameters are at scratchpad byte rD (a multiple of C): C int32 biases, then C fp32 scales. "
  "q = requantise(acc + bias[c]) = RNE(clamp(fl(fl32(acc + bias[c]) * scale[c]), lo - zo, hi - zo)) + zo. ";

defvar ReadsAhead = " Reads run ahead of writes: an operand row that overlaps the result row of an earlier index is "
  "undefined.";

def VRQ : VectorInst<0xa0, "vrq", !strconcat("Accumulator to scratchpad. acc = accumulator row rA + offset of pA (strides "
  "in rows). ", Requantise, "The result is q, through the LUT if the flag `lut` is set. rB and pB are not used."),
  [Parameters, SumsA, LutReadIfFlagged, ByteResult]>;
def VRQA : VectorInst<0xa1, "vrqa", !strconcat(
  "Accumulator to scratchpad with residual addition. q as `vrq`; the result is "
  "RNE(clamp(fma(q, ra, fma(b, rb, rf)), lo2, hi2)), b = the element at scratchpad byte rB + offset of pB (type B); with "
  "the flag `exchange` it is RNE(clamp(fma(b, rb, fma(q, ra, rf)), lo2, hi2)); "
  "through the LUT if the flag `lut` is set.", ReadsAhead),
  [Parameters, SumsA, BytesB, LutReadIfFlagged, ByteResult]> {
  let Flags = [FlagExchange];
}
def VADD : VectorInst<0xa2, "vadd", !strconcat(
  "Scratchpad addition. RNE(clamp(fma(a, ra, fma(b, rb, rf)), lo, hi)), a at rA + "
  "offset of pA (type A), b at rB + offset of pB (type B). rD is not used.", ReadsAhead),
  [BytesA, BytesB, ByteResult]>;
def VMUL : VectorInst<0xa3, "vmul", !strconcat(
  "Scratchpad multiplication. RNE(clamp(fl(fl(fl32((a - za) * (b - zb)) * ra) + fl32(zo)), "
  "lo, hi)): the zero point is inside the rounding. rD is not used.", ReadsAhead),
  [BytesA, BytesB, ByteResult]>;
def VLUT : VectorInst<0xa4, "vlut", !strconcat(
  "Scratchpad table look-up: LUT[a], a the byte at rA + offset of pA read as u8. rB, "
  "rD, pB and pD are not used.", ReadsAhead),
  [IndexA, LutRead, Looked]>;
def VLDLUT : VectorInst<0xa5, "vldlut", "Loads the 256-byte LUT from scratchpad byte rA (a multiple of C). No other "
  "operand is used.", [LutSource, LutWrite]>;
def VMAX : VectorInst<0xa6, "vmax", !strconcat(
  "Window maximum. The maximum over the taps (the four counts of pB, dimension 0 "
  "fastest) of the element at scratchpad byte rA + offset of pA + tap offset of pB (type A), clamped to lo..hi. With "
  "one tap it copies. rB and rD are not used.", ReadsAhead),
  [WindowA, ByteResult]>;
def VSUM : VectorInst<0xa7, "vsum", !strconcat("Window sum. acc = sum over the taps of (a - za), addresses as `vmax`. ",
  Requantise, "The result is q. rB is not used.", ReadsAhead),
  [Parameters, WindowA, ByteResult]>;
def VDW : VectorInst<0xa8, "vdw", !strconcat("Window multiply-accumulate (depthwise convolution). acc = sum over the taps "
  "t of (a - za) * (w[t] - zb), a as `vmax`, w[t] the C elements at scratchpad byte rB + t*C (type B). ", Requantise,
  "The result is q, through the LUT if the flag `lut` is set.", ReadsAhead),
  [Parameters, WindowA, TapWeights, LutReadIfFlagged, ByteResult]>;

// --- Vector, fp32 -----------------------------------------------------------------------------------------------

// A row of C bytes holds C/4 little-endian fp32 values (or s32: vmovf): one for each wide lane. The formulas are in
// semantics/numerics_float.h and semantics/special.h.
defvar FloatRow = "Rows of C bytes hold C/4 little-endian elements of 32 bits. ";
defvar FloatB = "a at rA + offset of pA, b at rB + offset of pB, types A, B and result fp32. ";
defvar FloatT = "t = fma(a, ra, rf), a at rA + offset of pA; rf = -0 and ra = 1 leave a as it is. rB, rD and pB are not used. ";
defvar FloatNumbers = "Rounding is to nearest even, denormal numbers are numbers, every NaN result is 0x7fc00000.";

def Fp32A : RowA<[FP32]>;
def Fp32B : RowB<[FP32]>;
def Fp32Result : Result<[FP32]>;
def WordsA : RowA<[S32, FP32]>;
def WordsResult : Result<[S32, FP32]>;
def Addend : Role<"addend", Scratchpad, "rD", LaneRow> {
  let Units = VX_FLOAT_PARAM_READS.Value;
}

class FloatVector<bits<8> opcode, string mnemonic, string doc, list<Role> roles>
    : VectorInst<opcode, mnemonic, !strconcat(FloatRow, doc, FloatNumbers, ReadsAhead), roles> {
  let CountedAs = "float";
}
class FloatBinary<bits<8> opcode, string mnemonic, string doc>
    : FloatVector<opcode, mnemonic, doc, [Fp32A, Fp32B, Fp32Result]>;
class FloatSpecial<bits<8> opcode, string mnemonic, string doc>
    : FloatVector<opcode, mnemonic, doc, [Fp32A, Fp32Result]> {
  let CountedAs = "special";
}
def VMOVF : FloatVector<0xb0, "vmovf", "Converts and scales: types A and result each s32 or fp32. t = fma(fl32(a), ra, rf), "
  "a at rA + offset of pA; the result is t, or for s32 t rounded to an integer (nearest even) and limited to -2^31 to "
  "2^31 - 1, of NaN -2^31. rB, rD and pB are not used. ", [WordsA, WordsResult]>;
def VADDF : FloatBinary<0xb1, "vaddf", FloatB # "fl(a + b). rD is not used. ">;
def VMULF : FloatBinary<0xb2, "vmulf", FloatB # "fl(a * b). rD is not used. ">;
def VFMAF : FloatVector<0xb3, "vfmaf", FloatB # "fma(a, b, d), d the row of C bytes at scratchpad byte rD (a multiple of "
  "C), the same for all rows. ", [Addend, Fp32A, Fp32B, Fp32Result]>;
def VMAXF : FloatBinary<0xb4, "vmaxf", FloatB # "The larger one of a and b, as `maximum` of IEEE 754-2019: NaN if one is NaN; "
  "+0 is larger than -0. rD is not used. ">;
def VMINF : FloatBinary<0xb5, "vminf", FloatB # "The smaller one of a and b, as `minimum` of IEEE 754-2019: NaN if one is "
  "NaN; -0 is smaller than +0. rD is not used. ">;
def VEXPF : FloatSpecial<0xb8, "vexpf", FloatT # "exp(t), within 0.84 ulp; exp(0) = 1. ">;
def VRCPF : FloatSpecial<0xb9, "vrcpf", FloatT # "1 / t, within 0.81 ulp, exact for powers of two; 1 / +-0 = +-infinity. ">;
def VRSQF : FloatSpecial<0xba, "vrsqf", FloatT # "1 / sqrt(t), within 1.0 ulp, exact for powers of four; of +-0 +-infinity, of "
  "what is less NaN. ">;
def VTANHF : FloatSpecial<0xbb, "vtanhf", FloatT # "tanh(t), within 1.42 ulp; odd. ">;
def VERFF : FloatSpecial<0xbc, "verff", FloatT # "erf(t), within 1.31 ulp; odd. ">;

// --- Designed, not yet built: these trap as unimplemented --------------------------------------------------------

def LDT : DmaInst<0x82, "load", "ldt", "Transposing load: as `ld`, but the runs' bytes are elements (size by type) and "
  "element i0 of a run goes to scratchpad byte rB + i0*stride0(pB) + sum of i_k * stride_k(pB).", 0>;
def LDG : DmaInst<0x83, "load", "ldg", "Gathering load: run (i1) starts at DRAM address rA + index[i1] * stride1(pA), "
  "index a vector of u32 in scratchpad at byte field 15 of pA. For embeddings and paged key/value caches.", 0>;
def STS : DmaInst<0x84, "store", "sts", "Scattering store: the counterpart of `ldg`.", 0>;
def LDR : DmaInst<0x85, "load", "ldr", "Remote load: as `ld` from the scratchpad or DRAM of the core in field 13 of pA.", 0>;
def STR : DmaInst<0x86, "store", "str", "Remote store: as `st` to the scratchpad or DRAM of the core in field 13 of pA.", 0>;
def RSIG : DmaInst<0x87, "store", "rsig", "Remote signal: increments semaphore rA of core rB once all earlier stores "
  "of this engine have completed.", 0>;

class FutureVector<bits<8> opcode, string mnemonic, string doc> : VectorInst<opcode, mnemonic, doc, [], 0>;
def VSELF : FutureVector<0xb6, "vself", "Select by mask: m != 0 ? a : b (causal and padding masks).">;
def VRSUMF : FutureVector<0xc0, "vrsumf", "Row reduction by addition along the walk's dimension 0, fixed tree order; "
  "fp32 result per row.">;
def VRMAXF : FutureVector<0xc1, "vrmaxf", "Row reduction by maximum along the walk's dimension 0.">;
def VCSUMF : FutureVector<0xc2, "vcsumf", "Column reduction by addition over rows, in walk order.">;
def VCMAXF : FutureVector<0xc3, "vcmaxf", "Column reduction by maximum over rows.">;
def VSSQF : FutureVector<0xc4, "vssqf", "Row sum of squares (RMS and layer norm).">;
def VROPE : FutureVector<0xc8, "vrope", "Rotary position embedding of element pairs with a table of cosines and sines.">;
def VQF : FutureVector<0xc9, "vqf", "Dynamic quantisation of fp32 rows to 8 bits with a scale per row.">;
