// What the passes share about quantised tensors.
#pragma once

#include "compiler/dialect/constants.h"

#include <array>
#include <optional>
#include <string>

namespace weft::graph {

// A per-tensor quantisation with known parameters: real = (q - zeroPoint) * scale.
struct Quantization {
  float scale = 1;
  int64_t zeroPoint = 0;
  mlir::Type element; // ui8 or si8

  // ONNX QuantizeLinear: divide in fp32, round half to even, add the zero point, saturate.
  int64_t quantize(float value) const;
  float dequantize(int64_t value) const { return static_cast<float>(value - zeroPoint) * scale; }
  // Whether every real value has the same index above the type's lowest in both.
  bool sameGrid(const Quantization& other) const;
  bool operator==(const Quantization&) const = default;
};

// The quantisation given by constant operands of one element and an 8-bit zero point; nothing if they are not such.
std::optional<Quantization> quantizationOf(mlir::Value scale, mlir::Value zeroPoint);
std::optional<Quantization> quantizationOf(QuantizeOp op);
std::optional<Quantization> quantizationOf(DequantizeOp op);
// What is wrong with operands of which quantizationOf gives nothing: the end of a sentence on the quantised tensor.
std::string quantizationDefect(mlir::Value scale, mlir::Value zeroPoint);

// The reals of a float constant or of a constant behind a DequantizeLinear (in fp32, as ONNX computes it: (x - zero
// point) * scale); nothing if the value is neither.
std::optional<std::vector<double>> dequantizedReals(mlir::Value value);

// Which operator an operation is; nothing for operations of other dialects, constant and none.
std::optional<net::Op> operatorKind(mlir::Operation* op);
// The name of the ONNX operator of an operation; empty if it is not one of the graph dialect's operators.
std::string operatorName(mlir::Operation* op);
// The name of the ONNX node that an operation serves; its operator's name where it has none.
std::string nodeName(mlir::Operation* op);

// The constant operands of a quantisation, rank 0.
mlir::Value scaleOperand(mlir::OpBuilder& builder, mlir::Location location, const Quantization& quantization);
mlir::Value zeroPointOperand(mlir::OpBuilder& builder, mlir::Location location, const Quantization& quantization);

// An operation with its inferred result type. The operands must fit.
template <typename Op, typename... Args>
mlir::Value createInferred(mlir::PatternRewriter& rewriter, mlir::Location location, Args&&... args) {
  // The placeholder is replaced before anybody sees it.
  const mlir::Type placeholder = mlir::RankedTensorType::get({}, rewriter.getF32Type());
  Op op = rewriter.create<Op>(location, placeholder, std::forward<Args>(args)...);
  mlir::FailureOr<mlir::RankedTensorType> type = op.inferType();
  if (mlir::failed(type))
    return {};
  op.getResult().setType(*type);
  return op.getResult();
}

// The table of a function of 8-bit values, indexed by raw input byte: f maps a value of type `from` to one of `to`.
mlir::Value lookupTable(mlir::OpBuilder& builder, mlir::Location location, mlir::Value x, mlir::Type to,
                        llvm::function_ref<int64_t(int64_t)> f);
// The value that a raw byte stands for in an 8-bit element type.
int64_t valueOfByte(uint8_t byte, mlir::Type element);

} // namespace weft::graph
