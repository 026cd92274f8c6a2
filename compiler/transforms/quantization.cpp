#include "compiler/transforms/quantization.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

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

std::string quantizationDefect(Value scale, Value zeroPoint) {
  const Type element = tensorType(zeroPoint).getElementType();
  if (!is8Bit(zeroPoint))
    return fmt::format("has codes of {} bits; the accelerator computes with 8", element.getIntOrFloatBitWidth());
  if (!constantOf(scale) || !constantOf(zeroPoint))
    return "has a scale or zero point that is computed; both must be constants";
  if (!constantScalar(scale) || !constantScalar(zeroPoint))
    return "has a scale per slice; an activation must have one";
  return fmt::format("has the scale {}; a scale must be positive and finite", *constantScalar(scale));
}

std::optional<std::vector<double>> dequantizedReals(Value value) {
  if (!isa<FloatType>(tensorType(value).getElementType()))
    return std::nullopt;
  auto op = value.getDefiningOp<DequantizeOp>();
  if (!op)
    return constantReals(value);
  const std::optional<std::vector<int64_t>> x = constantIntegers(op.getX());
  const std::optional<std::vector<int64_t>> zeroPoints = constantIntegers(op.getZeroPoint());
  const std::optional<std::vector<double>> scales = constantReals(op.getScale());
  if (!x || !zeroPoints || !scales)
    return std::nullopt;
  // Elements per slice of the axis; the slice of position i is i / inner % slices.
  size_t inner = 1;
  for (int64_t axis = op.getAxis() + 1; axis < op.getType().getRank(); ++axis)
    inner *= static_cast<size_t>(op.getType().getDimSize(static_cast<unsigned>(axis)));
  std::vector<double> values;
  values.reserve(x->size());
  for (size_t i = 0; i < x->size(); ++i) {
    const float scale = static_cast<float>((*scales)[scales->size() == 1 ? 0 : i / inner % scales->size()]);
    const int64_t zero = (*zeroPoints)[zeroPoints->size() == 1 ? 0 : i / inner % zeroPoints->size()];
    values.push_back(static_cast<float>((*x)[i] - zero) * scale);
  }
  return values;
}

std::optional<net::Op> operatorKind(Operation* op) {
  const net::OperatorInfo* info = operatorOf(op);
  return info ? std::optional(static_cast<net::Op>(info - net::kNetworkOperators)) : std::nullopt;
}

std::string operatorName(Operation* op) {
  const net::OperatorInfo* info = operatorOf(op);
  return info ? std::string(info->name) : std::string();
}

std::string nodeName(Operation* op) {
  std::string name = operatorName(op);
  op->getLoc()->walk([&](Location inner) {
    auto named = dyn_cast<NameLoc>(inner);
    if (named)
      name = named.getName().str();
    return named ? WalkResult::interrupt() : WalkResult::advance();
  });
  return name;
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
