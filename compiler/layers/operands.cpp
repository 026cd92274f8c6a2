#include "compiler/layers/operands.h"

#include "isa/semantics/numerics.h"
#include "isa/support/error.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace weft::layers {

using net::DType;

namespace {

template <typename T> T element(const net::Tensor& tensor, size_t index) {
  T value;
  std::memcpy(&value, tensor.data.data() + index * sizeof(T), sizeof(T));
  return value;
}

// Integer element of any of the types that zero points, biases and shapes have.
int64_t integerElement(const net::Tensor& tensor, size_t index) {
  switch (tensor.type) {
  case DType::s8:
    return element<int8_t>(tensor, index);
  case DType::u8:
    return element<uint8_t>(tensor, index);
  case DType::s32:
    return element<int32_t>(tensor, index);
  case DType::s64:
    return element<int64_t>(tensor, index);
  default:
    throw Error(fmt::format("tensor '{}' has type {}; int8, uint8, int32 or int64 is needed here", tensor.name,
                            net::name(tensor.type)));
  }
}

} // namespace

void Operands::refuse(size_t operand, const std::string& reason) const {
  mapping::refuse(node_, fmt::format("operand {}: {}", operand, reason));
}

const net::Tensor* Operands::constant(size_t operand) const {
  if (operand >= node_.inputs.size() || node_.inputs[operand] < 0)
    return nullptr;
  const net::Tensor& tensor = network_.tensors[static_cast<size_t>(node_.inputs[operand])];
  if (!tensor.isConstant)
    refuse(operand, fmt::format("'{}' must be a constant", tensor.name));
  return &tensor;
}

std::vector<int32_t> Operands::zeroPoints(size_t operand) const {
  const net::Tensor* tensor = constant(operand);
  if (!tensor)
    return {0};
  std::vector<int32_t> values;
  for (int64_t i = 0; i < net::elementCount(tensor->shape); ++i)
    values.push_back(static_cast<int32_t>(integerElement(*tensor, static_cast<size_t>(i))));
  if (values.empty())
    refuse(operand, "the zero point is empty");
  return values;
}

int32_t Operands::zeroPoint(size_t operand) const {
  const std::vector<int32_t> values = zeroPoints(operand);
  if (values.size() != 1)
    refuse(operand, "one zero point for the whole tensor is needed");
  return values[0];
}

std::vector<int32_t> Operands::bias(size_t operand, int64_t count) const {
  const net::Tensor* tensor = constant(operand);
  std::vector<int32_t> values(static_cast<size_t>(count), 0);
  if (!tensor)
    return values;
  int64_t present = net::elementCount(tensor->shape);
  if (tensor->type != DType::s32 || (present != count && present != 1))
    refuse(operand, fmt::format("the bias must be int32 with {} elements", count));
  for (int64_t i = 0; i < count; ++i)
    values[static_cast<size_t>(i)] = element<int32_t>(*tensor, static_cast<size_t>(present == 1 ? 0 : i));
  return values;
}

Table Operands::table(size_t operand) const {
  const net::Tensor* tensor = constant(operand);
  Table table{};
  if (!tensor || tensor->data.size() != table.size())
    refuse(operand, "a table of 256 bytes is needed");
  std::copy(tensor->data.begin(), tensor->data.end(), table.begin());
  return table;
}

std::vector<int64_t> Operands::integers(size_t operand) const {
  const net::Tensor* tensor = constant(operand);
  if (!tensor)
    refuse(operand, "it is needed");
  std::vector<int64_t> values;
  for (int64_t i = 0; i < net::elementCount(tensor->shape); ++i)
    values.push_back(integerElement(*tensor, static_cast<size_t>(i)));
  return values;
}

std::vector<float> Operands::reals(size_t operand) const {
  const net::Tensor* tensor = constant(operand);
  if (!tensor || tensor->type != DType::f32 || tensor->data.empty())
    refuse(operand, "float32 values are needed");
  std::vector<float> values(tensor->data.size() / sizeof(float));
  std::memcpy(values.data(), tensor->data.data(), values.size() * sizeof(float));
  return values;
}

float Operands::scale(size_t operand) const {
  std::vector<float> values = reals(operand);
  if (values.size() != 1)
    refuse(operand, "one scale for the whole tensor is needed");
  return values[0];
}

std::vector<float> Operands::requantiseScales(size_t x, size_t weights, size_t y, int64_t count, float alpha) const {
  float input = alpha == 1.0f ? scale(x) : alpha * scale(x);
  float output = scale(y);
  std::vector<float> perChannel = reals(weights);
  if (perChannel.size() != 1 && perChannel.size() != static_cast<size_t>(count))
    refuse(weights, fmt::format("1 or {} scales are needed, but there are {}", count, perChannel.size()));
  std::vector<float> result(static_cast<size_t>(count));
  for (size_t i = 0; i < result.size(); ++i)
    result[i] = num::requantiseScale(input, perChannel[perChannel.size() == 1 ? 0 : i], output);
  return result;
}

float Operands::averageScale(size_t x, size_t y, int64_t count) const {
  return num::averageScale(scale(x), scale(y), static_cast<int32_t>(count));
}

Addition Operands::addition() const {
  num::QAdd made = num::makeQAdd(scale(1), zeroPoint(2), scale(4), zeroPoint(5), scale(6), zeroPoint(7));
  return {made.rA, made.rB, made.fixed};
}

std::optional<Table> Operands::rescaleTable(size_t x, size_t y) const {
  float from = scale(x + 1), to = scale(y);
  int32_t zeroFrom = zeroPoint(x + 2), zeroTo = zeroPoint(y + 1);
  const net::Tensor& source = network_.tensors[static_cast<size_t>(node_.inputs[x])];
  const net::Tensor& result = network_.tensors[static_cast<size_t>(node_.outputs[0])];
  if (from == to && zeroFrom == zeroTo && source.type == result.type)
    return std::nullopt;
  Table table{};
  bool toSigned = result.type == DType::s8;
  for (int32_t byte = 0; byte < 256; ++byte) {
    int32_t value = source.type == DType::s8 ? static_cast<int8_t>(byte) : byte;
    float real = num::dequantise(value, from, zeroFrom);
    table[static_cast<size_t>(byte)] =
        static_cast<uint8_t>(num::quantise(real, to, zeroTo, toSigned ? -128 : 0, toSigned ? 127 : 255));
  }
  return table;
}

} // namespace weft::layers
