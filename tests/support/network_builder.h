// Builds integer networks for tests, node by node.
#pragma once

#include "isa/program/network.h"
#include "isa/support/error.h"

#include <cstring>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

namespace weft::test {

// An 8-bit (or float) value of the network with the scale and zero point that it stands for.
struct Value {
  int32_t tensor = -1;
  float scale = 1;
  int32_t zeroPoint = 0;
};

class NetworkBuilder {
public:
  using DType = net::DType;
  using Shape = net::Shape;
  using Attributes = std::map<std::string, net::Attribute>;

  net::Network network;

  int32_t tensor(const std::string& name, DType type, Shape shape) {
    network.tensors.push_back({name, type, std::move(shape), false, {}});
    return static_cast<int32_t>(network.tensors.size()) - 1;
  }
  int32_t constant(DType type, Shape shape, std::vector<uint8_t> data) {
    std::string name = fmt::format("c{}", network.tensors.size());
    network.tensors.push_back({name, type, std::move(shape), true, std::move(data)});
    return static_cast<int32_t>(network.tensors.size()) - 1;
  }
  template <typename T> int32_t constant(DType type, Shape shape, const std::vector<T>& values) {
    std::vector<uint8_t> data(values.size() * sizeof(T));
    std::memcpy(data.data(), values.data(), data.size());
    return constant(type, std::move(shape), std::move(data));
  }
  int32_t scale(float value) { return constant(DType::f32, {}, std::vector<float>{value}); }
  int32_t zeroPoint(DType type, int32_t value) {
    return constant(type, {}, std::vector<uint8_t>{static_cast<uint8_t>(value)});
  }

  Value input(DType type, Shape shape, float scaleOfIt = 0.05f, int32_t zero = 0) {
    int32_t index = tensor(fmt::format("x{}", network.inputs.size()), type, std::move(shape));
    network.inputs.push_back(index);
    return {index, scaleOfIt, zero};
  }
  // Adds a node with one new result.
  Value node(const std::string& op, std::vector<int32_t> inputs, DType type, Shape shape, Attributes attributes = {},
             float scaleOfIt = 1, int32_t zero = 0) {
    std::string name = fmt::format("{}_{}", op, network.nodes.size());
    int32_t result = tensor(name + "_out", type, std::move(shape));
    network.nodes.push_back({op, name, std::move(inputs), {result}, std::move(attributes)});
    return {result, scaleOfIt, zero};
  }
  void output(const Value& value) { network.outputs.push_back(value.tensor); }

  const Shape& shape(const Value& value) const { return network.tensors[static_cast<size_t>(value.tensor)].shape; }
  DType type(const Value& value) const { return network.tensors[static_cast<size_t>(value.tensor)].type; }
  // The operands value, scale, zero point.
  std::vector<int32_t> quantised(const Value& value) {
    return {value.tensor, scale(value.scale), zeroPoint(type(value), value.zeroPoint)};
  }
  // The operands scale, zero point of a result.
  std::vector<int32_t> quantisation(DType of, float scaleOfIt, int32_t zero) {
    return {scale(scaleOfIt), zeroPoint(of, zero)};
  }
};

inline std::vector<int32_t> join(std::initializer_list<std::vector<int32_t>> parts) {
  std::vector<int32_t> all;
  for (const std::vector<int32_t>& part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

} // namespace weft::test
