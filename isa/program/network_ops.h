// The closed list of operators of a weft::net::Network, with their operand counts.
//
// Each follows the ONNX specification (default domain, opset 13 or newer: axes, minima and maxima are operands, not
// attributes, wherever opset 13 has them as operands). The ones with a Q in front beyond QLinearConv, QLinearMatMul and
// QuantizeLinear are ONNX Runtime's com.microsoft operators. Three things are our own:
//
// - `Lut8` (x, table): x and the result have an 8-bit type, `table` has 256 entries of the result's type and is
//   indexed by the raw byte of x. Every 8-bit unary function is one of these on the accelerator.
// - the attribute `integer_mean` (int, default 0) of QLinearAveragePool: 0 gives ONNX Runtime's bits (dequantise, add
//   in float, quantise); 1 sums in int32 and requantises once, as the accelerator does. The two differ by at most one
//   unit, near rounding ties.
// - the attributes `clamp_lo` and `clamp_hi` (int, in units of the result, default its type's range) of the integer
//   operators with an 8-bit result: a Relu or Clip that was fused into the operator.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace weft::net {

// Operands a node of this operator may have; `maxInputs` is kVariadic where there is no limit. Trailing optional
// operands may be left out altogether, others are -1. Every operator has one result.
struct OperatorInfo {
  std::string_view name;
  size_t minInputs;
  size_t maxInputs;
};

inline constexpr size_t kVariadic = static_cast<size_t>(-1);

inline constexpr OperatorInfo kNetworkOperators[] = {
    // Linear algebra.
    {"Conv", 2, 3},
    {"ConvInteger", 2, 4},
    {"Gemm", 2, 3},
    {"MatMul", 2, 2},
    {"MatMulInteger", 2, 4},
    {"QLinearConv", 8, 9},
    {"QLinearMatMul", 8, 8},
    {"QGemm", 6, 9},
    // Element-wise, with broadcasting.
    {"Add", 2, 2},
    {"Sub", 2, 2},
    {"Mul", 2, 2},
    {"Div", 2, 2},
    {"Pow", 2, 2},
    {"Max", 1, kVariadic},
    {"Min", 1, kVariadic},
    {"Sum", 1, kVariadic},
    {"PRelu", 2, 2},
    {"QLinearAdd", 7, 8},
    {"QLinearMul", 7, 8},
    // Unary.
    {"Abs", 1, 1},
    {"Clip", 1, 3},
    {"Elu", 1, 1},
    {"Erf", 1, 1},
    {"Exp", 1, 1},
    {"HardSigmoid", 1, 1},
    {"HardSwish", 1, 1},
    {"LeakyRelu", 1, 1},
    {"Log", 1, 1},
    {"Neg", 1, 1},
    {"Reciprocal", 1, 1},
    {"Relu", 1, 1},
    {"Sigmoid", 1, 1},
    {"Softplus", 1, 1},
    {"Sqrt", 1, 1},
    {"Tanh", 1, 1},
    {"Lut8", 2, 2},
    {"QLinearLeakyRelu", 4, 5},
    {"QLinearSigmoid", 4, 5},
    // Pooling, reductions, normalisation.
    {"AveragePool", 1, 1},
    {"GlobalAveragePool", 1, 1},
    {"GlobalMaxPool", 1, 1},
    {"MaxPool", 1, 1},
    {"ReduceMean", 1, 2},
    {"ReduceSum", 1, 2},
    {"BatchNormalization", 5, 5},
    {"Softmax", 1, 1},
    {"QLinearAveragePool", 4, 5},
    {"QLinearGlobalAveragePool", 5, 5},
    {"QLinearSoftmax", 4, 5},
    // Conversion.
    {"Cast", 1, 1},
    {"DequantizeLinear", 2, 3},
    {"QuantizeLinear", 2, 3},
    // Movement.
    {"Concat", 1, kVariadic},
    {"Flatten", 1, 1},
    {"Gather", 2, 2},
    {"Identity", 1, 1},
    {"Pad", 2, 4},
    {"Reshape", 2, 2},
    {"Slice", 3, 5},
    {"Squeeze", 1, 2},
    {"Transpose", 1, 1},
    {"Unsqueeze", 2, 2},
    {"QLinearConcat", 5, kVariadic},
};

// The entry of `name`, or null if there is none.
constexpr const OperatorInfo* findOperator(std::string_view name) {
  for (const OperatorInfo& info : kNetworkOperators)
    if (info.name == name)
      return &info;
  return nullptr;
}

} // namespace weft::net
