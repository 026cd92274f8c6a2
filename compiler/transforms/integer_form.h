// The integer form of a float operator between DequantizeLinear and QuantizeLinear: decided first, built afterwards.
#pragma once

#include "compiler/transforms/quantization.h"

#include <functional>
#include <string>

namespace weft::graph {

// What became of the operator before a QuantizeLinear. Either `build` is set, or `why` is the reason against it.
struct IntegerForm {
  // Creates the integer operator and gives the value that replaces the QuantizeLinear. Cannot fail.
  std::function<mlir::Value(mlir::PatternRewriter&)> build;
  // Why there is none: a clause about the node ("its input 1 comes from 'relu' (Relu) without a QuantizeLinear ...").
  std::string why;
};

// The operator whose result, through Relu and Clip, `root` quantises.
mlir::Operation* quantizedOperator(QuantizeOp root);

// Decides without changing anything. The integer form gives ONNX Runtime's result in every bit where that has an
// integer kernel for the pattern, and for element-wise operators wherever trying every pair of operands shows that it
// can. Convolutions and matrix products that ONNX Runtime leaves in float (operands of unlike types, a Relu above the
// lowest code, ...) have no such bits to meet, their sums depend on its order of adding: they are computed exactly and
// rounded once, and carry kRoundingAttribute.
IntegerForm integerForm(QuantizeOp root);

} // namespace weft::graph
