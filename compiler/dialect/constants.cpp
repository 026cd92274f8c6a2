#include "compiler/dialect/constants.h"

#include "isa/support/error.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/APFloat.h"

namespace weft::graph {

using namespace mlir;

DenseElementsAttr constantOf(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  return constant ? cast<DenseElementsAttr>(constant.getValue()) : DenseElementsAttr();
}

std::vector<uint8_t> bytesOf(DenseElementsAttr constant) {
  if (constant.getElementType().isInteger(1)) {
    const auto values = constant.getValues<bool>();
    return {values.begin(), values.end()};
  }
  ArrayRef<char> raw = constant.getRawData();
  std::vector<uint8_t> bytes(raw.begin(), raw.end());
  if (constant.empty())
    return {};
  if (constant.isSplat()) {
    const std::vector<uint8_t> element = bytes;
    const auto count = static_cast<size_t>(constant.getNumElements());
    bytes.resize(element.size() * count);
    for (size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = element[i % element.size()];
  }
  return bytes;
}

std::vector<double> realsOf(DenseElementsAttr constant) {
  std::vector<double> values;
  values.reserve(static_cast<size_t>(constant.getNumElements()));
  if (isa<IntegerType>(constant.getElementType())) {
    for (int64_t value : integersOf(constant))
      values.push_back(static_cast<double>(value));
    return values;
  }
  for (APFloat value : constant.getValues<APFloat>()) {
    bool inexact = false;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &inexact);
    values.push_back(value.convertToDouble());
  }
  return values;
}

std::vector<int64_t> integersOf(DenseElementsAttr constant) {
  const bool isUnsigned = constant.getElementType().isUnsignedInteger();
  std::vector<int64_t> values;
  values.reserve(static_cast<size_t>(constant.getNumElements()));
  for (const APInt& value : constant.getValues<APInt>())
    values.push_back(isUnsigned || value.getBitWidth() == 1 ? static_cast<int64_t>(value.getZExtValue())
                                                            : value.getSExtValue());
  return values;
}

DenseElementsAttr constantFromBytes(RankedTensorType type, std::span<const uint8_t> bytes) {
  WEFT_CHECK(bytes.size() == static_cast<size_t>(type.getNumElements()) * elementBytes(type.getElementType()),
             "constant's bytes match its type");
  if (type.getElementType().isInteger(1)) {
    const SmallVector<bool> values(bytes.begin(), bytes.end());
    return DenseElementsAttr::get(type, values);
  }
  return DenseElementsAttr::getFromRawBuffer(type,
                                             ArrayRef<char>(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

DenseElementsAttr constantFromReals(RankedTensorType type, std::span<const double> values) {
  if (type.getElementType().isF32()) {
    std::vector<float> narrow(values.begin(), values.end());
    return constantFromBytes(type, {reinterpret_cast<const uint8_t*>(narrow.data()), narrow.size() * sizeof(float)});
  }
  std::vector<APFloat> elements;
  for (double value : values) {
    APFloat element(value);
    bool inexact = false;
    element.convert(cast<FloatType>(type.getElementType()).getFloatSemantics(), APFloat::rmNearestTiesToEven, &inexact);
    elements.push_back(element);
  }
  return DenseElementsAttr::get(type, elements);
}

DenseElementsAttr constantFromIntegers(RankedTensorType type, std::span<const int64_t> values) {
  const size_t width = elementBytes(type.getElementType());
  std::vector<uint8_t> bytes;
  bytes.reserve(values.size() * width);
  for (int64_t value : values)
    for (size_t i = 0; i < width; ++i)
      bytes.push_back(static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i)));
  return constantFromBytes(type, bytes);
}

std::optional<std::vector<int64_t>> constantIntegers(Value value) {
  DenseElementsAttr constant = constantOf(value);
  if (!constant || !isa<IntegerType>(constant.getElementType()))
    return std::nullopt;
  return integersOf(constant);
}

std::optional<std::vector<double>> constantReals(Value value) {
  DenseElementsAttr constant = constantOf(value);
  if (!constant)
    return std::nullopt;
  return realsOf(constant);
}

std::optional<double> constantScalar(Value value) {
  DenseElementsAttr constant = constantOf(value);
  if (!constant || constant.getNumElements() != 1)
    return std::nullopt;
  return realsOf(constant).front();
}

bool isNone(Value value) {
  return isa<NoneType>(value.getType());
}

bool is8Bit(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<IntegerType>(type.getElementType()) && type.getElementTypeBitWidth() == 8;
}

int64_t lowest(Type element) {
  return element.isUnsignedInteger() ? 0 : -(int64_t(1) << (element.getIntOrFloatBitWidth() - 1));
}
int64_t highest(Type element) {
  return (int64_t(1) << (element.getIntOrFloatBitWidth() - (element.isUnsignedInteger() ? 0 : 1))) - 1;
}

} // namespace weft::graph
