// The graph dialect: an ONNX network after import. One operation for each operator of isa/program/Operators.td, with
// its operands and attributes in that order. Every shape is static. An omitted optional operand is `weft_graph.none`.
// The ONNX node an operation serves is its location (a NameLoc; several, fused, after rewrites).
#ifndef WEFT_COMPILER_DIALECT_GRAPH_TD
#define WEFT_COMPILER_DIALECT_GRAPH_TD

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "isa/program/Operators.td"

def Graph_Dialect : Dialect {
  let name = "weft_graph";
  let summary = "quantised and float neural networks with static shapes";
  let cppNamespace = "::weft::graph";
  let hasConstantMaterializer = 1;
  let hasCanonicalizer = 1;
}

// --- Types ----------------------------------------------------------------------------------------------------

// The MLIR type of an element type of networks.
class Graph_Element<string name> {
  Type type = !cond(!eq(name, "f16") : F16, !eq(name, "bf16") : BF16, !eq(name, "f32") : F32, !eq(name, "f64") : F64,
                    !eq(name, "boolean") : I1, !eq(name, "s8") : SI<8>,
                    !eq(name, "u8") : UI<8>, !eq(name, "s16") : SI<16>,
                    !eq(name, "u16") : UI<16>, !eq(name, "s32") : I32, !eq(name, "u32") : UI<32>,
                    !eq(name, "s64") : I64, !eq(name, "u64") : UI<64>);
}
class Graph_TensorOf<Elements elements>
    : StaticShapeTensorOf<!foreach(name, elements.types, Graph_Element<name>.type)>;
def Graph_Tensor : Graph_TensorOf<AllElements>;
class OrNone<Type type> : AnyTypeOf<[type, NoneType]>;

// ONNX's integer attributes are signed; MLIR's I64Attr reads as unsigned.
def Graph_Integer : TypedSignlessIntegerAttrBase<I64, "int64_t", "64-bit integer attribute">;

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
                    "::mlir::FailureOr<::mlir::RankedTensorType>", "inferType", (ins), "",
                    "return ::weft::graph::inferResultType($_op);">,
    InterfaceMethod<"As inferType, but checks the operation's constraints on operands and attributes first.",
                    "::mlir::FailureOr<::mlir::RankedTensorType>", "checkAndInferType", (ins), [{
      if (::mlir::failed($_op.verifyInvariantsImpl()))
        return ::mlir::failure();
      return $_op.inferType();
    }]>,
  ];
  let verify = [{ return ::weft::graph::verifyInferredType($_op); }];
}

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

// --- Operators ------------------------------------------------------------------------------------------------

class Graph_OperandOf<Operand operand> {
  Type tensor = Graph_TensorOf<operand.elements>;
  TypeConstraint type = !cond(!gt(operand.repeated, 0) : Variadic<tensor>,
                              !eq(operand.presence, "optional") : OrNone<tensor>, true : tensor);
}

class Graph_AttributeOf<OperatorAttribute attribute> {
  Attr attr = !cond(!eq(attribute.form, "own") : OptionalAttr<Graph_Integer>,
                    !eq(attribute.kind, "integer") : Graph_Integer, !eq(attribute.kind, "axis") : Graph_Integer,
                    !eq(attribute.kind, "real") : F32Attr, !eq(attribute.kind, "text") : StrAttr,
                    !eq(attribute.kind, "integers") : DenseI64ArrayAttr);
}

class Graph_Operator<Operator operator> : Op<Graph_Dialect, operator.mnemonic, [Pure, Graph_TypeInference]> {
  defvar operands = !filter(operand, operator.operands, !ne(operand.presence, "resolved"));
  defvar attributes = !filter(attribute, operator.attributes,
                              !or(!eq(attribute.form, ""), !eq(attribute.form, "own")));
  let summary = operator.note;
  let arguments = !con(!dag(ins, !foreach(operand, operands, Graph_OperandOf<operand>.type),
                            !foreach(operand, operands, operand.name)),
                       !dag(ins, !foreach(attribute, attributes, Graph_AttributeOf<attribute>.attr),
                            !foreach(attribute, attributes, attribute.name)));
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasFolder = operator.folds;
}

include "isa/generated/operators.td"

#endif
