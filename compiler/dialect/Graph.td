// The graph dialect: an ONNX network after import. One operation per supported operator, with ONNX's operand order
// and attribute names (default domain in opset 13 conventions, com.microsoft's for the integer operators), so the
// ONNX specification is the reference for what each computes. Every shape is static. An omitted optional operand is
// `weft_graph.none`. The ONNX node an operation serves is its location (a NameLoc; several, fused, after rewrites).
#ifndef WEFT_COMPILER_DIALECT_GRAPH_TD
#define WEFT_COMPILER_DIALECT_GRAPH_TD

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Graph_Dialect : Dialect {
  let name = "weft_graph";
  let summary = "quantised and float neural networks with static shapes";
  let cppNamespace = "::weft::graph";
  let hasConstantMaterializer = 1;
}

// --- Types ----------------------------------------------------------------------------------------------------

defvar FloatTypes = [F16, BF16, F32, F64];
defvar Types8 = [SI<8>, UI<8>];

def Graph_Tensor : StaticShapeTensorOf<!listconcat(FloatTypes, Types8, [SI<16>, UI<16>, I32, UI<32>, I64, UI<64>])>;
def Graph_Float : StaticShapeTensorOf<FloatTypes>;
def Graph_Tensor8 : StaticShapeTensorOf<Types8>;
def Graph_Scale : StaticShapeTensorOf<[F32]>;
def Graph_Index : StaticShapeTensorOf<[I64]>;
def Graph_Bias : StaticShapeTensorOf<[I32]>;
// ONNX's integer attributes are signed; MLIR's I64Attr reads as unsigned.
def Graph_Integer : TypedSignlessIntegerAttrBase<I64, "int64_t", "64-bit integer attribute">;
class OrNone<Type type> : AnyTypeOf<[type, NoneType]>;

// --- Interface ------------------------------------------------------------------------------------------------

def Graph_TypeInference : OpInterface<"TypeInference"> {
  let description = [{
    Shape inference: the result type follows from operands and attributes alone. The importer asks for it; the verifier
    compares it with the declared type.
  }];
  let cppNamespace = "::weft::graph";
  let methods = [
    InterfaceMethod<"The result type. Operands and attributes satisfy the operation's own constraints. Emits an "
                    "error and fails if they do not fit together.",
                    "::mlir::FailureOr<::mlir::RankedTensorType>", "inferType">,
    InterfaceMethod<"As inferType, but checks the operation's constraints on operands and attributes first.",
                    "::mlir::FailureOr<::mlir::RankedTensorType>", "checkAndInferType", (ins), [{
      if (::mlir::failed($_op.verifyInvariantsImpl()))
        return ::mlir::failure();
      return $_op.inferType();
    }]>,
  ];
  let verify = [{ return ::weft::graph::verifyInferredType($_op); }];
}

// --- Operation classes ----------------------------------------------------------------------------------------

// `onnx` is the operator's ONNX name, under which it is exported.
class Graph_Op<string mnemonic, string onnx, list<Trait> traits = []>
    : Op<Graph_Dialect, mnemonic, !listconcat([Pure, DeclareOpInterfaceMethods<Graph_TypeInference>], traits)> {
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = "static ::llvm::StringRef onnxName() { return \"" # onnx # "\"; }";
}

class Graph_Unary<string mnemonic, string onnx, dag attributes = (ins)> : Graph_Op<mnemonic, onnx> {
  let arguments = !con((ins Graph_Float:$x), attributes);
}

class Graph_Binary<string mnemonic, string onnx> : Graph_Op<mnemonic, onnx> {
  let arguments = (ins Graph_Tensor:$a, Graph_Tensor:$b);
  let hasFolder = 1;
}

defvar ConvAttributes = (ins DenseI64ArrayAttr:$kernel_shape, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
                             DenseI64ArrayAttr:$dilations, Graph_Integer:$group);
defvar PoolAttributes = (ins DenseI64ArrayAttr:$kernel_shape, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads);
// Bounds on the result in its own units, narrower than its type's range: a folded Relu or Clip.
defvar ClampAttributes = (ins OptionalAttr<Graph_Integer>:$clamp_lo, OptionalAttr<Graph_Integer>:$clamp_hi);
defvar QuantizedX = (ins Graph_Tensor8:$x, Graph_Scale:$x_scale, Graph_Tensor8:$x_zero_point);
defvar QuantizedA = (ins Graph_Tensor8:$a, Graph_Scale:$a_scale, Graph_Tensor8:$a_zero_point);
defvar QuantizedB = (ins Graph_Tensor8:$b, Graph_Scale:$b_scale, Graph_Tensor8:$b_zero_point);
defvar OutputScale = (ins Graph_Scale:$y_scale, Graph_Tensor8:$y_zero_point);

// --- Constants ------------------------------------------------------------------------------------------------

def Graph_ConstantOp : Op<Graph_Dialect, "constant", [Pure, ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "a tensor known at compile time";
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let builders = [OpBuilder<(ins "::mlir::DenseElementsAttr":$value), [{
    build($_builder, $_state, value.getType(), value);
  }]>];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_NoneOp : Op<Graph_Dialect, "none", [Pure]> {
  let summary = "stands for an omitted optional operand";
  let arguments = (ins);
  let results = (outs NoneType:$result);
  let assemblyFormat = "attr-dict";
}

// --- Float operators (data movement and pooling by maximum also take 8-bit tensors) ---------------------------

def Graph_ConvOp : Graph_Op<"conv", "Conv"> {
  let arguments = !con((ins Graph_Float:$x, Graph_Float:$w, OrNone<Graph_Float>:$b), ConvAttributes);
}
def Graph_GemmOp : Graph_Op<"gemm", "Gemm"> {
  let arguments = (ins Graph_Float:$a, Graph_Float:$b, OrNone<Graph_Float>:$c, F32Attr:$alpha, F32Attr:$beta,
                       Graph_Integer:$transA, Graph_Integer:$transB);
}
def Graph_MatMulOp : Graph_Op<"matmul", "MatMul"> { let arguments = (ins Graph_Float:$a, Graph_Float:$b); }
def Graph_AddOp : Graph_Binary<"add", "Add">;
def Graph_SubOp : Graph_Binary<"sub", "Sub">;
def Graph_MulOp : Graph_Binary<"mul", "Mul">;
def Graph_DivOp : Graph_Binary<"div", "Div">;
def Graph_ReluOp : Graph_Unary<"relu", "Relu">;
def Graph_SigmoidOp : Graph_Unary<"sigmoid", "Sigmoid">;
def Graph_TanhOp : Graph_Unary<"tanh", "Tanh">;
def Graph_HardSwishOp : Graph_Unary<"hard_swish", "HardSwish">;
def Graph_LeakyReluOp : Graph_Unary<"leaky_relu", "LeakyRelu", (ins F32Attr:$alpha)>;
def Graph_HardSigmoidOp : Graph_Unary<"hard_sigmoid", "HardSigmoid", (ins F32Attr:$alpha, F32Attr:$beta)>;
def Graph_ClipOp : Graph_Op<"clip", "Clip"> {
  let arguments = (ins Graph_Tensor:$x, OrNone<Graph_Tensor>:$min, OrNone<Graph_Tensor>:$max);
}
def Graph_SoftmaxOp : Graph_Unary<"softmax", "Softmax", (ins Graph_Integer:$axis)>;
def Graph_BatchNormOp : Graph_Op<"batch_norm", "BatchNormalization"> {
  let arguments = (ins Graph_Float:$x, Graph_Float:$scale, Graph_Float:$bias, Graph_Float:$mean, Graph_Float:$variance,
                       F32Attr:$epsilon);
}
def Graph_MaxPoolOp : Graph_Op<"max_pool", "MaxPool"> {
  let arguments = !con((ins Graph_Tensor:$x), PoolAttributes, (ins DenseI64ArrayAttr:$dilations));
}
def Graph_AveragePoolOp : Graph_Op<"average_pool", "AveragePool"> {
  let arguments = !con((ins Graph_Float:$x), PoolAttributes, (ins Graph_Integer:$count_include_pad));
}
def Graph_GlobalAveragePoolOp : Graph_Unary<"global_average_pool", "GlobalAveragePool">;

def Graph_ReshapeOp : Graph_Op<"reshape", "Reshape"> {
  let summary = "also Flatten, Squeeze and Unsqueeze; `shape` is a constant";
  let arguments = (ins Graph_Tensor:$x, Graph_Index:$shape);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}
def Graph_TransposeOp : Graph_Op<"transpose", "Transpose"> {
  let arguments = (ins Graph_Tensor:$x, DenseI64ArrayAttr:$perm);
  let hasFolder = 1;
}
def Graph_ConcatOp : Graph_Op<"concat", "Concat"> {
  let arguments = (ins Variadic<Graph_Tensor>:$inputs, Graph_Integer:$axis);
  let hasFolder = 1;
}
def Graph_PadOp : Graph_Op<"pad", "Pad"> {
  let summary = "`pads` (begins, then ends; not negative) and `value` are constants";
  let arguments = (ins Graph_Tensor:$x, Graph_Index:$pads, OrNone<Graph_Tensor>:$value, StrAttr:$mode);
  let hasFolder = 1;
}
def Graph_SliceOp : Graph_Op<"slice", "Slice"> {
  let summary = "starts, ends, axes and steps are constants, one entry per sliced axis";
  let arguments = (ins Graph_Tensor:$x, Graph_Index:$starts, Graph_Index:$ends, Graph_Index:$axes, Graph_Index:$steps);
  let hasFolder = 1;
}
def Graph_CastOp : Graph_Op<"cast", "Cast"> {
  let summary = "`to` is ONNX's TensorProto.DataType number";
  let arguments = (ins Graph_Tensor:$x, Graph_Integer:$to);
  let hasFolder = 1;
}

// --- Quantisation ---------------------------------------------------------------------------------------------

def Graph_QuantizeOp : Graph_Op<"quantize", "QuantizeLinear"> {
  let summary = "per tensor (scale of one element) or per slice of `axis`";
  let arguments = (ins Graph_Float:$x, Graph_Scale:$scale, Graph_Tensor8:$zero_point, Graph_Integer:$axis);
}
def Graph_DequantizeOp : Graph_Op<"dequantize", "DequantizeLinear"> {
  let summary = "per tensor (scale of one element) or per slice of `axis`";
  let arguments = (ins Graph_Tensor:$x, Graph_Scale:$scale, Graph_Tensor:$zero_point, Graph_Integer:$axis);
}

// --- Integer operators ----------------------------------------------------------------------------------------

def Graph_QLinearConvOp : Graph_Op<"qlinear_conv", "QLinearConv"> {
  let arguments = !con(QuantizedX, (ins Graph_Tensor8:$w, Graph_Scale:$w_scale, Graph_Tensor8:$w_zero_point),
                       OutputScale, (ins OrNone<Graph_Bias>:$b), ConvAttributes, ClampAttributes);
}
def Graph_QLinearMatMulOp : Graph_Op<"qlinear_matmul", "QLinearMatMul"> {
  let arguments = !con(QuantizedA, QuantizedB, OutputScale, ClampAttributes);
}
def Graph_QGemmOp : Graph_Op<"qgemm", "QGemm"> {
  let arguments = !con(QuantizedA, QuantizedB, (ins OrNone<Graph_Bias>:$c), OutputScale,
                       (ins F32Attr:$alpha, Graph_Integer:$transA, Graph_Integer:$transB), ClampAttributes);
}
def Graph_QLinearAddOp : Graph_Op<"qlinear_add", "QLinearAdd"> {
  let arguments = !con(QuantizedA, QuantizedB, OutputScale, ClampAttributes);
}
def Graph_QLinearMulOp : Graph_Op<"qlinear_mul", "QLinearMul"> {
  let arguments = !con(QuantizedA, QuantizedB, OutputScale, ClampAttributes);
}
def Graph_QLinearAveragePoolOp : Graph_Op<"qlinear_average_pool", "QLinearAveragePool"> {
  let arguments = !con(QuantizedX, OutputScale, PoolAttributes, (ins Graph_Integer:$count_include_pad), ClampAttributes);
}
def Graph_QLinearGlobalAveragePoolOp : Graph_Op<"qlinear_global_average_pool", "QLinearGlobalAveragePool"> {
  let arguments = !con(QuantizedX, OutputScale, ClampAttributes);
}
def Graph_QLinearConcatOp : Graph_Op<"qlinear_concat", "QLinearConcat"> {
  let summary = "`inputs` are triples of tensor, scale and zero point";
  let arguments = !con(OutputScale, (ins Variadic<Graph_Tensor>:$inputs, Graph_Integer:$axis));
}
def Graph_QLinearSigmoidOp : Graph_Op<"qlinear_sigmoid", "QLinearSigmoid"> {
  let arguments = !con(QuantizedX, OutputScale);
}
def Graph_QLinearLeakyReluOp : Graph_Op<"qlinear_leaky_relu", "QLinearLeakyRelu"> {
  let arguments = !con(QuantizedX, OutputScale, (ins F32Attr:$alpha));
}
def Graph_QLinearSoftmaxOp : Graph_Op<"qlinear_softmax", "QLinearSoftmax"> {
  let arguments = !con(QuantizedX, OutputScale, (ins Graph_Integer:$axis, Graph_Integer:$opset));
}
def Graph_Lut8Op : Graph_Op<"lut8", "Lut8"> {
  let summary = "result = table[raw byte of x]; the table's element type is the result's";
  let arguments = (ins Graph_Tensor8:$x, Graph_Tensor8:$table);
}

#endif
