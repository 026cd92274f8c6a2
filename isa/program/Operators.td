// The operators of networks, each once. From these records follow: the enumeration, arities and names of operands and
// attributes (isa/generated/operators.h), the operations of the graph dialect (compiler/dialect/Graph.td), what the
// importer accepts, and the table isa/docs/operators.md. isa/tools/gen_operators.py reads them.
//
// Each operator follows the ONNX specification (default domain, opset 13 or newer: axes, minima and maxima are
// operands, not attributes, wherever opset 13 has them as operands). The ones with a Q in front beyond QLinearConv,
// QLinearMatMul and QuantizeLinear are ONNX Runtime's com.microsoft operators. Every operator has one result.
#ifndef WEFT_ISA_PROGRAM_OPERATORS_TD
#define WEFT_ISA_PROGRAM_OPERATORS_TD

// --- Element types --------------------------------------------------------------------------------------------

// What the elements of an operand may be: names of net::DType. With `shared` all such operands of one node have one
// and the same type.
class Elements<list<string> t, bit s = 0> {
  list<string> types = t;
  bit shared = s;
}
defvar FloatTypes = ["f16", "bf16", "f32", "f64"];
defvar AllTypes = FloatTypes # ["s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64"];
def AnyElements : Elements<AllTypes, 1>;
def AllElements : Elements<AllTypes # ["boolean"], 1>;
def FloatElements : Elements<FloatTypes, 1>;
def OtherElements : Elements<AllTypes # ["boolean"]>; // of a type of its own
def BoolElements : Elements<["boolean"]>;
def ByteElements : Elements<["s8", "u8"]>;
def QuantisedElements : Elements<["f32", "s8", "u8"]>; // tensors, scales and zero points
def ScaleElements : Elements<["f32"]>;
def BiasElements : Elements<["s32"]>;
def IndexElements : Elements<["s64", "s32"]>;
def CodeElements : Elements<["s8", "u8", "s16", "u16"]>;

// --- Operands -------------------------------------------------------------------------------------------------

// An operand of a node. `presence`:
//   required    every node has it
//   optional    it may be omitted (-1 in a network)
//   defaulted   ONNX and networks may omit it; the importer then adds what it stands for
//   resolved    ONNX and networks may have it; the importer replaces it, the graph dialect has no such operand
class Operand<string n, Elements e, string p = "required"> {
  string name = n;
  Elements elements = e;
  string presence = p;
  string role = "tensor";  // or scale, zeroPoint: of the operand whose name comes before the underscore
  bit scalar = 0;          // it has one element
  bit attributeBefore = 0; // older opsets have it as an attribute of this name
  int repeated = 0;        // any number of groups of so many operands, at least one group; the last operand only
}
class In<string n, Elements e = AnyElements> : Operand<n, e>;
class Maybe<string n, Elements e = AnyElements> : Operand<n, e, "optional">;
class Resolved<string n, Elements e> : Operand<n, e, "resolved">;
class Each<string n, Elements e = AnyElements, int size = 1> : Operand<n, e> { let repeated = size; }
// A single value that may be omitted.
class MaybeValue<string n, Elements e = AnyElements> : Maybe<n, e> {
  let scalar = 1;
  let attributeBefore = 1;
}
class MaybeScales<string n> : Maybe<n, ScaleElements> { let attributeBefore = 1; }
// Integers that decide the shape of the result; constants after import.
class Indices<string n, string p = "required"> : Operand<n, IndexElements, p> { let attributeBefore = 1; }
class Scale<string n, string p = "required"> : Operand<n, ScaleElements, p> {
  let role = "scale";
  let scalar = 1;
}
class ZeroPoint<string n, string p = "defaulted", Elements e = ByteElements> : Operand<n, e, p> {
  let role = "zeroPoint";
  let scalar = 1;
}
// One for the tensor, or one for each channel.
class ChannelScale<string n> : Scale<n> { let scalar = 0; }
class ChannelZeroPoint<string n, string p = "required"> : ZeroPoint<n, p> { let scalar = 0; }

// A tensor with its quantisation.
class Quantised<string n, string p = "defaulted"> {
  list<Operand> operands = [In<n, ByteElements>, Scale<n # "_scale">, ZeroPoint<n # "_zero_point", p>];
}
class QuantisedByChannel<string n> {
  list<Operand> operands = [In<n, ByteElements>, ChannelScale<n # "_scale">, ChannelZeroPoint<n # "_zero_point">];
}
class QuantisedResult<string p = "defaulted"> {
  list<Operand> operands = [Scale<"y_scale">, ZeroPoint<"y_zero_point", p>];
}

// --- Attributes -----------------------------------------------------------------------------------------------

// An attribute of a node. `kind`: integer, axis (from the end where negative; counted from the front after import),
// real, text, integers (one for each spatial dimension or axis). `value` is what it is where a node has none; without
// one, it is required, or optional.
class OperatorAttribute<string n, string k, string v = ""> {
  string name = n;
  string kind = k;
  string value = v;
  bit optional = 0;
  // Where it is not an attribute of ONNX files, the graph dialect and networks alike:
  //   resolved    the importer's rule for the operator replaces it (networks may have it)
  //   fixed       only this value is supported
  //   ignored     it has no effect on inference
  //   own         ONNX has no such attribute
  //   network     only networks have it
  string form = "";
}
class Int<string n, int v> : OperatorAttribute<n, "integer", !cast<string>(v)>;
class RequiredInt<string n> : OperatorAttribute<n, "integer">;
class OwnInt<string n> : OperatorAttribute<n, "integer"> {
  let optional = 1;
  let form = "own";
}
class NetworkInt<string n, int v> : Int<n, v> { let form = "network"; }
class Axis<string n, int v> : OperatorAttribute<n, "axis", !cast<string>(v)>;
class RequiredAxis<string n> : OperatorAttribute<n, "axis">;
class Real<string n, string v> : OperatorAttribute<n, "real", v>;
class Text<string n, string v> : OperatorAttribute<n, "text", v>;
class Ints<string n> : OperatorAttribute<n, "integers"> { let optional = 1; }
class RequiredInts<string n> : OperatorAttribute<n, "integers">;
// The importer's rule for the operator replaces it; networks may have it.
class ResolvedInt<string n, int v> : Int<n, v> { let form = "resolved"; }
class ResolvedInts<string n> : Ints<n> { let form = "resolved"; }
class ResolvedReal<string n, string v> : Real<n, v> { let form = "resolved"; }
class ResolvedReals<string n> : OperatorAttribute<n, "reals"> { let form = "resolved"; }
class ResolvedText<string n, string v> : Text<n, v> { let form = "resolved"; }
class ResolvedTensor<string n> : OperatorAttribute<n, "tensor"> { let form = "resolved"; }
// Only this value is supported.
class FixedInt<string n, int v> : Int<n, v> { let form = "fixed"; }
// It has no effect on inference.
class Ignored<string n> : OperatorAttribute<n, "ignored"> { let form = "ignored"; }

// Of a sliding window; import makes auto_pad and ceil_mode explicit in `pads`.
defvar WindowAttributes = [Ints<"kernel_shape">, Ints<"strides">, Ints<"pads">];
defvar AutoPad = [ResolvedText<"auto_pad", "NOTSET">];
defvar CeilMode = AutoPad # [ResolvedInt<"ceil_mode", 0>];
defvar ConvAttributes = WindowAttributes # [Ints<"dilations">, Int<"group", 1>] # AutoPad;
defvar AveragePoolAttributes = WindowAttributes # [Int<"count_include_pad", 0>];
// Bounds on the result in its own units, narrower than its type's range: a folded Relu or Clip.
defvar ClampAttributes = [OwnInt<"clamp_lo">, OwnInt<"clamp_hi">];

// --- Operators ------------------------------------------------------------------------------------------------

// `m` is the mnemonic in the graph dialect, `rule` names the rule by which the result's shape follows (infer.cpp). The
// result has the elements of y_zero_point, or else of the first tensor, unless `resultLike` (an operand) or
// `resultType` says otherwise.
class Operator<string m, list<Operand> i, list<OperatorAttribute> a = []> {
  string name = !substr(NAME, 4); // without Net_
  string mnemonic = m;
  string dialectName = name;      // of the C++ class, less Op
  string rule = name;
  list<Operand> operands = i;
  list<OperatorAttribute> attributes = a;
  string resultLike = "";
  string resultType = "";
  bit standard = 1;               // in ONNX's default domain
  bit microsoft = 0;              // in com.microsoft
  bit inDialect = 1;              // 0: the importer rewrites it into others
  bit inNetwork = 1;              // 0: there is nothing to execute
  bit folds = 0;                  // the graph dialect folds it (fold.cpp)
  bit moves = 0; // its elements are those of its first operand (or of all that repeat): it works on codes as on reals
  // The kinds of layers of the accelerator that serve it (compiler/layers); without one, the host runs it.
  list<string> layers = [];
  // What the compiler makes of it on 8-bit tensors: operators, or "nothing" where it becomes part of others; without,
  // it stays what it is.
  list<string> forms = [];
  string note = "";
}

// Rewritten at import; `becomes` says into what.
class Rewritten<list<Operand> i, string b, list<OperatorAttribute> a = []> : Operator<"", i, a> {
  let inDialect = 0;
  let forms = [b];
  let note = b;
}
class ImportOnly<list<Operand> i, string b, list<OperatorAttribute> a = []> : Rewritten<i, b, a> { let inNetwork = 0; }

class Unary<string m, list<OperatorAttribute> a = []> : Operator<m, [In<"x", FloatElements>], a> {
  let rule = "Same";
  let forms = ["Lut8"];
}
class UnaryNumber<string m> : Operator<m, [In<"x">]> {
  let rule = "Same";
  let forms = ["Lut8"];
}
class Binary<string m> : Operator<m, [In<"a">, In<"b">]> { let rule = "Broadcast"; }
class Comparison<string m, Elements e = AnyElements> : Operator<m, [In<"a", e>, In<"b", e>]> {
  let rule = "Broadcast";
  let resultType = "boolean";
  let folds = 1;
}
class Logical<string m> : Operator<m, [In<"a", BoolElements>, In<"b", BoolElements>]> { let rule = "Broadcast"; }
class VariadicBinary<string m> : Operator<m, [Each<"inputs">]> { let rule = "Broadcast"; }
class Reduction<string m> : Operator<m, [In<"x">, Indices<"axes", "optional">],
    [Int<"keepdims", 1>, Int<"noop_with_empty_axes", 0>]> { let rule = "Reduction"; }
class ArgReduction<string m> : Operator<m, [In<"x">], [Axis<"axis", 0>, Int<"keepdims", 1>,
    Int<"select_last_index", 0>]> {
  let rule = "ArgReduction";
  let resultType = "s64";
}

class Microsoft<string m, list<Operand> i, list<OperatorAttribute> a = []> : Operator<m, i, a> {
  let standard = 0;
  let microsoft = 1;
}
class QLinearBinary<string m>
    : Microsoft<m, Quantised<"a">.operands # Quantised<"b">.operands # QuantisedResult<>.operands, ClampAttributes> {
  let rule = "Broadcast";
}
class QLinearUnary<string m, list<OperatorAttribute> a = []>
    : Microsoft<m, Quantised<"x">.operands # QuantisedResult<>.operands, a> { let rule = "Same"; }

// Linear algebra.
def Net_Conv : Operator<"conv", [In<"x", FloatElements>, In<"w", FloatElements>, Maybe<"b", FloatElements>],
    ConvAttributes> { let forms = ["QLinearConv"]; }
def Net_ConvInteger : Operator<"conv_integer", [In<"x", ByteElements>, In<"w", ByteElements>,
    ZeroPoint<"x_zero_point">, ChannelZeroPoint<"w_zero_point", "defaulted">], ConvAttributes> {
  let rule = "Conv";
  let resultType = "s32";
}
def Net_ConvTranspose : Operator<"conv_transpose",
    [In<"x", FloatElements>, In<"w", FloatElements>, Maybe<"b", FloatElements>],
    ConvAttributes # [Ints<"output_padding">, ResolvedInts<"output_shape">]> { let forms = ["QLinearConv"]; }
def Net_Gemm : Operator<"gemm", [In<"a", FloatElements>, In<"b", FloatElements>, Maybe<"c", FloatElements>],
    [Real<"alpha", "1.0">, Real<"beta", "1.0">, Int<"transA", 0>, Int<"transB", 0>]> {
  let forms = ["QGemm", "QLinearMatMul"];
}
def Net_MatMul : Operator<"matmul", [In<"a", FloatElements>, In<"b", FloatElements>]> {
  let forms = ["QGemm", "QLinearMatMul"];
}
def Net_MatMulInteger : Operator<"matmul_integer", [In<"a", ByteElements>, In<"b", ByteElements>,
    ChannelZeroPoint<"a_zero_point", "defaulted">, ChannelZeroPoint<"b_zero_point", "defaulted">]> {
  let rule = "MatMul";
  let resultType = "s32";
}
def Net_QLinearConv : Operator<"qlinear_conv", Quantised<"x", "required">.operands # QuantisedByChannel<"w">.operands #
    QuantisedResult<"required">.operands # [Maybe<"b", BiasElements>], ConvAttributes # ClampAttributes> {
  let rule = "Conv";
  let layers = ["contraction", "map"];
}
def Net_QLinearMatMul : Operator<"qlinear_matmul",
    Quantised<"a", "required">.operands # QuantisedByChannel<"b">.operands # QuantisedResult<"required">.operands,
    ClampAttributes> {
  let rule = "MatMul";
  let layers = ["contraction"];
}
def Net_QGemm : Microsoft<"qgemm", Quantised<"a", "required">.operands # QuantisedByChannel<"b">.operands #
    [Maybe<"c", BiasElements>, Operand<"y_scale", ScaleElements, "optional">,
     Operand<"y_zero_point", ByteElements, "optional">],
    [Real<"alpha", "1.0">, Int<"transA", 0>, Int<"transB", 0>] # ClampAttributes> {
  let rule = "Gemm";
  let note = "without y_scale the result is float";
  let layers = ["contraction"];
}

// Element-wise, with broadcasting.
let folds = 1 in {
  def Net_Add : Binary<"add"> { let forms = ["QLinearAdd", "QGemm", "Lut8"]; }
  def Net_Sub : Binary<"sub"> { let forms = ["QLinearAdd", "Lut8"]; }
  def Net_Mul : Binary<"mul"> { let forms = ["QLinearMul", "Lut8"]; }
  def Net_Div : Binary<"div"> { let forms = ["Lut8"]; }
}
def Net_Equal : Comparison<"equal", AllElements>;
def Net_Greater : Comparison<"greater">;
def Net_GreaterOrEqual : Comparison<"greater_or_equal">;
def Net_Less : Comparison<"less">;
def Net_LessOrEqual : Comparison<"less_or_equal">;
def Net_And : Logical<"and">;
def Net_Or : Logical<"or">;
def Net_Xor : Logical<"xor">;
def Net_Where : Operator<"where", [In<"condition", BoolElements>, In<"x", AllElements>, In<"y", AllElements>]> {
  let rule = "Broadcast";
  let resultLike = "x";
  let folds = 1;
}
def Net_Pow : Binary<"pow">;
def Net_Max : VariadicBinary<"max"> { let forms = ["Max", "Lut8"]; }
def Net_Min : VariadicBinary<"min"> { let forms = ["Min", "Lut8"]; }
def Net_Sum : Rewritten<[Each<"inputs">], "Add">;
def Net_PRelu : Operator<"prelu", [In<"x">, In<"slope">]> { let rule = "BroadcastToFirst"; }
def Net_QLinearAdd : QLinearBinary<"qlinear_add"> { let layers = ["map"]; }
def Net_QLinearMul : QLinearBinary<"qlinear_mul"> { let layers = ["map"]; }

// Element-wise on one tensor.
def Net_Abs : UnaryNumber<"abs">;
def Net_Ceil : Unary<"ceil">;
def Net_Celu : Unary<"celu", [Real<"alpha", "1.0">]>;
def Net_Clip : Operator<"clip", [In<"x">, MaybeValue<"min">, MaybeValue<"max">]> {
  let rule = "Same";
  let forms = ["nothing", "Lut8"];
}
def Net_Cos : Unary<"cos">;
def Net_Elu : Unary<"elu", [Real<"alpha", "1.0">]>;
def Net_Erf : Unary<"erf">;
def Net_Exp : Unary<"exp">;
def Net_FastGelu : Microsoft<"fast_gelu", [In<"x", FloatElements>, Resolved<"bias", FloatElements>]> {
  let rule = "Same";
  let note = "Gelu with approximate = tanh; `bias` becomes Add";
  let forms = ["Lut8"];
}
def Net_Floor : Unary<"floor">;
def Net_Gelu : Unary<"gelu", [ResolvedText<"approximate", "none">]> {
  let microsoft = 1;
  let note = "with approximate = tanh it becomes com.microsoft.FastGelu";
}
def Net_HardSigmoid : Unary<"hard_sigmoid", [Real<"alpha", "0.2">, Real<"beta", "0.5">]>;
def Net_HardSwish : Unary<"hard_swish">;
def Net_LeakyRelu : Unary<"leaky_relu", [Real<"alpha", "0.01">]>;
def Net_Log : Unary<"log">;
def Net_Mish : Unary<"mish">;
def Net_Neg : UnaryNumber<"neg">;
def Net_QuickGelu : Unary<"quick_gelu", [Real<"alpha", "1.702">]> {
  let standard = 0;
  let microsoft = 1;
}
def Net_Not : Operator<"not", [In<"x", BoolElements>]> { let rule = "Same"; }
def Net_Reciprocal : Unary<"reciprocal">;
def Net_Relu : Unary<"relu"> { let forms = ["nothing", "Lut8"]; }
def Net_Round : Unary<"round">;
def Net_Selu : Unary<"selu", [Real<"alpha", "1.67326319217681884765625">, Real<"gamma", "1.05070102214813232421875">]>;
def Net_Sigmoid : Unary<"sigmoid">;
def Net_Sign : Unary<"sign">;
def Net_Sin : Unary<"sin">;
def Net_Softplus : Unary<"softplus">;
def Net_Softsign : Unary<"softsign">;
def Net_Sqrt : Unary<"sqrt">;
def Net_Tanh : Unary<"tanh">;
def Net_ThresholdedRelu : Unary<"thresholded_relu", [Real<"alpha", "1.0">]>;
def Net_Lut8 : Operator<"lut8", [In<"x", ByteElements>, In<"table", ByteElements>]> {
  let resultLike = "table";
  let standard = 0;
  let note = "the result is table[raw byte of x]: what every 8-bit function of one tensor becomes";
  let layers = ["map"];
}
def Net_QLinearLeakyRelu : QLinearUnary<"qlinear_leaky_relu", [Real<"alpha", "0.01">]> { let forms = ["Lut8"]; }
def Net_QLinearSigmoid : QLinearUnary<"qlinear_sigmoid"> { let forms = ["Lut8"]; }

// Pools, reductions, normalisations.
def Net_AveragePool : Operator<"average_pool", [In<"x", FloatElements>],
    AveragePoolAttributes # CeilMode # [ResolvedInts<"dilations">]> {
  let rule = "Pool";
  let forms = ["QLinearAveragePool"];
}
def Net_GlobalAveragePool : Operator<"global_average_pool", [In<"x", FloatElements>]> {
  let rule = "GlobalPool";
  let forms = ["QLinearGlobalAveragePool"];
}
def Net_GlobalMaxPool : Rewritten<[In<"x">], "MaxPool">;
def Net_MaxPool : Operator<"max_pool", [In<"x">],
    WindowAttributes # [Ints<"dilations">] # CeilMode # [FixedInt<"storage_order", 0>]> {
  let rule = "Pool";
  let moves = 1;
  let layers = ["map"];
}
def Net_ArgMax : ArgReduction<"arg_max">;
def Net_ArgMin : ArgReduction<"arg_min">;
def Net_ReduceL1 : Reduction<"reduce_l1">;
def Net_ReduceL2 : Reduction<"reduce_l2">;
def Net_ReduceMax : Reduction<"reduce_max">;
def Net_ReduceMean : Reduction<"reduce_mean"> {
  let note = "over all spatial axes it becomes GlobalAveragePool";
  let forms = ["QLinearGlobalAveragePool"];
}
def Net_ReduceMin : Reduction<"reduce_min">;
def Net_ReduceProd : Reduction<"reduce_prod">;
def Net_ReduceSum : Reduction<"reduce_sum">;
def Net_ReduceSumSquare : Reduction<"reduce_sum_square">;
def Net_BatchNormalization : Operator<"batch_norm",
    [In<"x", FloatElements>, In<"scale", FloatElements>, In<"bias", FloatElements>, In<"mean", FloatElements>,
     In<"variance", FloatElements>],
    [Real<"epsilon", "1e-5">, FixedInt<"training_mode", 0>, FixedInt<"spatial", 1>, Ignored<"momentum">]> {
  let dialectName = "BatchNorm";
  let rule = "ChannelParameters";
  let forms = ["nothing"];
}
def Net_GroupNormalization : Operator<"group_norm",
    [In<"x", FloatElements>, In<"scale", FloatElements>, In<"bias", FloatElements>],
    [RequiredInt<"num_groups">, Real<"epsilon", "1e-5">, FixedInt<"stash_type", 1>]> {
  let rule = "ChannelParameters";
  let note = "scale and bias by channel, as since opset 21";
}
def Net_InstanceNormalization : Operator<"instance_norm",
    [In<"x", FloatElements>, In<"scale", FloatElements>, In<"bias", FloatElements>], [Real<"epsilon", "1e-5">]> {
  let rule = "ChannelParameters";
}
def Net_LayerNormalization : Operator<"layer_norm",
    [In<"x", FloatElements>, In<"scale", FloatElements>, Maybe<"bias", FloatElements>],
    [Axis<"axis", -1>, Real<"epsilon", "1e-5">, FixedInt<"stash_type", 1>]> { let rule = "BroadcastToFirst"; }
def Net_RMSNormalization : Operator<"rms_norm", [In<"x", FloatElements>, In<"scale", FloatElements>],
    [Axis<"axis", -1>, Real<"epsilon", "1e-5">, FixedInt<"stash_type", 1>]> { let rule = "BroadcastToFirst"; }
def Net_LRN : Unary<"lrn", [RequiredInt<"size">, Real<"alpha", "0.0001">, Real<"beta", "0.75">, Real<"bias", "1.0">]> {
  let forms = [];
}
def Net_LogSoftmax : Unary<"log_softmax", [Axis<"axis", -1>]> { let forms = []; }
def Net_Softmax : Unary<"softmax", [Axis<"axis", -1>]> { let forms = ["QLinearSoftmax"]; }
def Net_QLinearAveragePool : Microsoft<"qlinear_average_pool", Quantised<"x">.operands # QuantisedResult<>.operands,
    AveragePoolAttributes # ClampAttributes # CeilMode #
    [FixedInt<"channels_last", 0>, NetworkInt<"integer_mean", 0>]> {
  let rule = "Pool";
  let note = "integer_mean 0 gives ONNX Runtime's bits (dequantise, add in float, quantise); 1 sums in int32 and "
             "requantises once, as the accelerator does: they differ by at most one unit, near rounding ties";
  let layers = ["map"];
}
def Net_QLinearGlobalAveragePool : Microsoft<"qlinear_global_average_pool",
    Quantised<"x">.operands # QuantisedResult<>.operands, ClampAttributes # [FixedInt<"channels_last", 0>]> {
  let rule = "GlobalPool";
  let layers = ["map"];
}
def Net_QLinearSoftmax : QLinearUnary<"qlinear_softmax", [Axis<"axis", -1>, Int<"opset", 13>]>;

// Conversion.
def Net_Cast : Operator<"cast", [In<"x", AllElements>], [RequiredInt<"to">, Ignored<"saturate">]> {
  let folds = 1;
  let note = "`to` is ONNX's TensorProto.DataType number";
}
def Net_DequantizeLinear : Operator<"dequantize", [In<"x">, Operand<"scale", ScaleElements>,
    Operand<"zero_point", AnyElements, "defaulted">], [Int<"axis", 1>, FixedInt<"block_size", 0>]> {
  let dialectName = "Dequantize";
  let rule = "Quantization";
  let resultType = "f32";
  let microsoft = 1;
  let forms = ["nothing", "DequantizeLinear"];
}
def Net_QuantizeLinear : Operator<"quantize", [In<"x", FloatElements>, Operand<"scale", ScaleElements>,
    Operand<"zero_point", CodeElements, "defaulted">],
    [Int<"axis", 1>, FixedInt<"block_size", 0>, ResolvedInt<"output_dtype", 0>, Ignored<"precision">,
     Ignored<"saturate">]> {
  let dialectName = "Quantize";
  let rule = "Quantization";
  let resultLike = "zero_point";
  let microsoft = 1;
  let forms = ["nothing", "QuantizeLinear"];
}

// Movement.
let folds = 1, moves = 1, layers = ["move"] in {
  def Net_Concat : Operator<"concat", [Each<"inputs", AllElements>], [RequiredAxis<"axis">]> {
    let forms = ["Concat", "QLinearConcat"];
  }
  def Net_Gather : Operator<"gather", [In<"x", AllElements>, In<"indices", IndexElements>], [Axis<"axis", 0>]>;
  def Net_Pad : Operator<"pad", [In<"x">, Indices<"pads">, MaybeValue<"value">, Resolved<"axes", IndexElements>],
      [Text<"mode", "constant">]> { let layers = ["map", "move"]; }
  def Net_Reshape : Operator<"reshape", [In<"x", AllElements>, Operand<"shape", IndexElements>],
      [ResolvedInt<"allowzero", 0>]>;
  def Net_Slice : Operator<"slice", [In<"x", AllElements>, Indices<"starts">, Indices<"ends">,
      Indices<"axes", "defaulted">, Operand<"steps", IndexElements, "defaulted">]>;
  def Net_Transpose : Operator<"transpose", [In<"x", AllElements>], [Ints<"perm">]>;
}
let moves = 1, layers = ["move"] in {
  def Net_DepthToSpace : Operator<"depth_to_space", [In<"x">], [RequiredInt<"blocksize">, Text<"mode", "DCR">]>;
  def Net_Expand : Operator<"expand", [In<"x", AllElements>, Operand<"shape", IndexElements>]>;
  def Net_Resize : Operator<"resize", [In<"x">, Maybe<"roi", OtherElements>, Maybe<"scales", ScaleElements>,
      Maybe<"sizes", IndexElements>],
      [Text<"mode", "nearest">, Text<"coordinate_transformation_mode", "half_pixel">,
       Text<"nearest_mode", "round_prefer_floor">, Real<"cubic_coeff_a", "-0.75">, Int<"exclude_outside", 0>,
       FixedInt<"antialias", 0>, ResolvedInts<"axes">, ResolvedText<"keep_aspect_ratio_policy", "stretch">,
       Ignored<"extrapolation_value">]> {
    let note = "mode nearest, linear or cubic; no tf_crop_and_resize. After import `scales` or `sizes` has every axis";
  }
  def Net_SpaceToDepth : Operator<"space_to_depth", [In<"x">], [RequiredInt<"blocksize">, Text<"mode", "DCR">]>;
  def Net_Tile : Operator<"tile", [In<"x", AllElements>, Operand<"repeats", IndexElements>]>;
}
def Net_Flatten : Rewritten<[In<"x", AllElements>], "Reshape", [Int<"axis", 1>]> { let layers = ["move"]; }
def Net_Identity : Rewritten<[In<"x", AllElements>], "nothing"> { let layers = ["move"]; }
def Net_Squeeze : Rewritten<[In<"x", AllElements>, Indices<"axes", "optional">], "Reshape"> { let layers = ["move"]; }
def Net_Unsqueeze : Rewritten<[In<"x", AllElements>, Indices<"axes">], "Reshape"> { let layers = ["move"]; }
def Net_QLinearConcat : Microsoft<"qlinear_concat",
    QuantisedResult<"required">.operands # [Each<"inputs", QuantisedElements, 3>], [RequiredAxis<"axis">]> {
  let rule = "Concat";
  let note = "`inputs` are triples of tensor, scale and zero point";
  let layers = ["move"];
}

// What only files have.
def Net_Constant : ImportOnly<[], "a constant", [ResolvedTensor<"value">, ResolvedReal<"value_float", "0.0">,
    ResolvedReals<"value_floats">, ResolvedInt<"value_int", 0>,
    ResolvedInts<"value_ints">]>;
def Net_ConstantOfShape : ImportOnly<[Operand<"shape", IndexElements>], "a constant", [ResolvedTensor<"value">]>;
def Net_DynamicQuantizeLinear : ImportOnly<[In<"x", FloatElements>],
    "ReduceMax, ReduceMin, Max, Min, Sub, Div, Clip, Round, Cast and QuantizeLinear"> { let forms = []; }
def Net_Dropout : ImportOnly<[In<"x">, Resolved<"ratio", OtherElements>, Resolved<"training_mode", OtherElements>],
    "nothing", [Ignored<"ratio">, Ignored<"seed">]>;
def Net_Shape : ImportOnly<[In<"x", OtherElements>], "a constant", [ResolvedInt<"start", 0>, ResolvedInts<"end">]>;
def Net_Split : ImportOnly<[In<"x">, Indices<"split", "optional">], "Slice for each part",
    [Axis<"axis", 0>, ResolvedInt<"num_outputs", 0>]> { let forms = ["Slice"]; }
def Net_Upsample : ImportOnly<[In<"x">, MaybeScales<"scales">], "Resize", [Text<"mode", "nearest">]>;

#endif
