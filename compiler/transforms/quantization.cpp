#include "compiler/transforms/quantization.h"

#include <algorithm>
#include <cmath>

namespace weft::graph {

using namespace mlir;

int64_t Quantization::quantize(float value) const {
  const float quotient = value / scale;
  if (std::isnan(quotient))
    return zeroPoint;
  const double rounded = std::nearbyint(static_cast<double>(quotient)) + static_cast<double>(zeroPoint);
  return static_cast<int64_t>(
      std::clamp(rounded, static_cast<double>(lowest(element)), static_cast<double>(highest(element))));
}

bool Quantization::sameGrid(const Quantization& other) const {
  return scale == other.scale && zeroPoint - lowest(element) == other.zeroPoint - lowest(other.element);
}

std::optional<Quantization> quantizationOf(Value scale, Value zeroPoint) {
  if (!is8Bit(zeroPoint))
    return std::nullopt;
  const std::optional<double> scaleValue = constantScalar(scale), zeroValue = constantScalar(zeroPoint);
  if (!scaleValue || !zeroValue || !(*scaleValue > 0) || !std::isfinite(*scaleValue))
    return std::nullopt;
  return Quantization{static_cast<float>(*scaleValue), static_cast<int64_t>(*zeroValue),
                      tensorType(zeroPoint).getElementType()};
}

std::optional<Quantization> quantizationOf(QuantizeOp op) {
  return quantizationOf(op.getScale(), op.getZeroPoint());
}
std::optional<Quantization> quantizationOf(DequantizeOp op) {
  return quantizationOf(op.getScale(), op.getZeroPoint());
}

Value scaleOperand(OpBuilder& builder, Location location, const Quantization& quantization) {
  const double scale = quantization.scale;
  return builder.create<ConstantOp>(location,
                                    constantFromReals(RankedTensorType::get({}, builder.getF32Type()), {&scale, 1}));
}

Value zeroPointOperand(OpBuilder& builder, Location location, const Quantization& quantization) {
  return builder.create<ConstantOp>(
      location, constantFromIntegers(RankedTensorType::get({}, quantization.element), {&quantization.zeroPoint, 1}));
}

int64_t valueOfByte(uint8_t byte, Type element) {
  return element.isUnsignedInteger() ? int64_t(byte) : int64_t(static_cast<int8_t>(byte));
}

Value lookupTable(OpBuilder& builder, Location location, Value x, Type to, llvm::function_ref<int64_t(int64_t)> f) {
  const Type from = tensorType(x).getElementType();
  std::array<int64_t, 256> table;
  for (size_t byte = 0; byte < table.size(); ++byte)
    table[byte] = f(valueOfByte(static_cast<uint8_t>(byte), from));
  Value constant = builder.create<ConstantOp>(location, constantFromIntegers(RankedTensorType::get({256}, to), table));
  return builder.create<Lut8Op>(location, RankedTensorType::get(tensorType(x).getShape(), to), x, constant);
}

} // namespace weft::graph
