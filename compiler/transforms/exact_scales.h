// Integer operators in place of float ones, decided by trying every operand.
#pragma once

#include "compiler/transforms/quantization.h"

namespace weft::graph {

// The integer operators on two tensors, by the arithmetic that they have on every device (isa/semantics/numerics.h).
enum class PairOperator { add, multiply }; // QLinearAdd, QLinearMul

// A float function of two quantised tensors between DequantizeLinear and QuantizeLinear.
struct PairFunction {
  Quantization a, b, y;
  int64_t lo, hi; // bounds of the result's codes, the type's range or narrower
  // The codes of b that occur, where they are known; empty stands for all.
  llvm::ArrayRef<int64_t> codesOfB;
  // Where the shapes differ, the executor chooses which operand QLinearAdd adds first: both orders must be right.
  bool eitherOrder = false;
};

// The scales of a and b in the integer operator.
struct PairScales {
  float a, b;
};

// Scales with which the integer operator gives quantize(f(dequantize(a), dequantize(b))) for every pair of codes (at
// most 65,536; all are tried); nothing if there are none. They are `signA` times a's and `signB` times b's scale, or
// at most kMaxUlps units in the last place away from that: the two ways of rounding part only where a result lies
// within some 1e-7 of the middle between two codes, and that little is enough to bring a handful of them in line.
// A few milliseconds; where a large part of all results lies in the middle between two codes, some tens.
std::optional<PairScales> exactScales(PairOperator op, const PairFunction& pair,
                                      llvm::function_ref<float(float, float)> f, float signA = 1, float signB = 1);

} // namespace weft::graph
