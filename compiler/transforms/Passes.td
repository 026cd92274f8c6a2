// The passes on the graph dialect, one per source file of the same name. `importPipeline` in passes.h is their order.
#ifndef WEFT_COMPILER_TRANSFORMS_PASSES_TD
#define WEFT_COMPILER_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

class GraphPass<string name, string text> : Pass<name, "::mlir::func::FuncOp"> {
  let summary = text;
  let dependentDialects = ["::weft::graph::GraphDialect"];
}

def FoldAffine : GraphPass<"weft-fold-affine",
    "fold BatchNormalization and constant biases into the Conv, Gemm or MatMul before them">;
def MoveDequantize : GraphPass<"weft-move-dequantize",
    "move quantisation through data movement and MaxPool and cancel pairs that change nothing">;
def QdqToInteger : GraphPass<"weft-qdq-to-integer",
    "replace float operators between DequantizeLinear and QuantizeLinear by integer operators">;
def UnaryToLut : GraphPass<"weft-unary-to-lut",
    "replace 8-bit functions of one tensor by 256-entry tables">;
def ExplainFloat : GraphPass<"weft-explain-float",
    "note on float operators between quantised tensors why they have no integer form">;
def FoldPad : GraphPass<"weft-fold-pad", "fold a Pad by zeros into the convolution after it">;
def FoldClamp : GraphPass<"weft-fold-clamp",
    "fold tables that only clamp into the integer operator before them, and tables into tables">;
def FoldQuantizedConstants : GraphPass<"weft-fold-quantized-constants",
    "evaluate the DequantizeLinear of constants that no integer operator took">;

#endif
