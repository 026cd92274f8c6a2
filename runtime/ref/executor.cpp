#include "runtime/ref/operators.h"
#include "runtime/ref/ref.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <new>

namespace weft::ref {

namespace {

// A fused Relu or Clip: the attributes clamp_lo and clamp_hi bound an 8-bit result in its own units.
void clampResult(const net::Node& node, HostTensor& result) {
  const std::optional<int64_t> low = net::value(node, net::ops::QLinearConv::clamp_lo);
  const std::optional<int64_t> high = net::value(node, net::ops::QLinearConv::clamp_hi);
  if (!low && !high)
    return;
  const bool isSigned = result.type == net::DType::s8;
  if (!isSigned && result.type != net::DType::u8)
    throw Error(fmt::format("node '{}' ({}): clamp_lo and clamp_hi need an 8-bit result", node.name, node.op));
  const int64_t lowest = isSigned ? -128 : 0, highest = isSigned ? 127 : 255;
  const int64_t lo = low.value_or(lowest), hi = high.value_or(highest);
  if (lo < lowest || lo > hi || hi > highest)
    throw Error(fmt::format("node '{}' ({}): clamp_lo and clamp_hi must be an interval in [{}, {}], but are {} and {}",
                            node.name, node.op, lowest, highest, lo, hi));
  for (uint8_t& byte : result.data) {
    const int64_t value = isSigned ? int64_t(static_cast<int8_t>(byte)) : int64_t(byte);
    byte = static_cast<uint8_t>(std::clamp(value, lo, hi));
  }
}

} // namespace

HostTensor executeNode(const net::Node& node, std::span<const TensorView> operands, const net::Shape* expected) {
  Operator op = implementationOf(net::opOf(node));
  for (const TensorView& operand : operands)
    if (operand.shape &&
        operand.data.size() != static_cast<size_t>(net::elementCount(*operand.shape)) * net::byteSize(operand.type))
      throw Error(fmt::format("node '{}' ({}): an operand's data does not fill its shape", node.name, node.op));
  try {
    HostTensor result = op(Args{node, operands, expected});
    clampResult(node, result);
    return result;
  } catch (const std::bad_alloc&) {
    throw Error(fmt::format("node '{}' ({}): not enough memory for its result", node.name, node.op));
  }
}

Executor::Executor(const net::Network& net) : network(net), values(net.tensors.size()) {}

void Executor::set(int32_t tensor, HostTensor value) {
  const net::Tensor& declared = network.tensors.at(static_cast<size_t>(tensor));
  if (value.type != declared.type || value.shape != declared.shape)
    throw Error(fmt::format("tensor '{}' must be {}, not {}", declared.name, describe(declared.type, declared.shape),
                            describe(value.type, value.shape)));
  values[static_cast<size_t>(tensor)] = std::move(value);
}

void Executor::setInputs(const HostTensors& inputs) {
  std::vector<std::string> names;
  for (int32_t input : network.inputs) {
    const std::string& name = network.tensors[static_cast<size_t>(input)].name;
    names.push_back(name);
    auto it = inputs.find(name);
    if (it == inputs.end())
      throw Error(fmt::format("network '{}': the input '{}' is missing", network.name, name));
    set(input, it->second);
  }
  for (const auto& [name, tensor] : inputs)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Error(
          fmt::format("network '{}' has no input '{}'; it has: {}", network.name, name, fmt::join(names, ", ")));
}

void Executor::execute(size_t first, size_t last) {
  WEFT_CHECK(first <= last && last <= network.nodes.size(), "Executor::execute: no such nodes");
  std::vector<TensorView> operands;
  for (size_t i = first; i < last; ++i) {
    const net::Node& node = network.nodes[i];
    operands.clear();
    for (int32_t input : node.inputs)
      operands.push_back(input == -1 ? TensorView{} : get(input));
    const net::Tensor& declared = network.tensors[static_cast<size_t>(node.outputs[0])];
    HostTensor result = executeNode(node, operands, &declared.shape);
    if (result.type != declared.type || result.shape != declared.shape)
      throw Error(fmt::format("node '{}' ({}) gives {}, but the network declares '{}' as {}", node.name, node.op,
                              describe(result.type, result.shape), declared.name,
                              describe(declared.type, declared.shape)));
    values[static_cast<size_t>(node.outputs[0])] = std::move(result);
  }
}

TensorView Executor::get(int32_t tensor) const {
  const net::Tensor& declared = network.tensors.at(static_cast<size_t>(tensor));
  if (declared.isConstant)
    return {declared.type, &declared.shape, declared.data};
  const auto& value = values[static_cast<size_t>(tensor)];
  if (!value)
    throw Error(fmt::format("network '{}': tensor '{}' has no value yet", network.name, declared.name));
  return view(*value);
}

HostTensor Executor::copy(int32_t tensor) const {
  TensorView value = get(tensor);
  return {value.type, *value.shape, {value.data.begin(), value.data.end()}};
}

void Executor::release(int32_t tensor) {
  values.at(static_cast<size_t>(tensor)).reset();
}

HostTensors run(const net::Network& network, const HostTensors& inputs, const Options& options) {
  net::validate(network);
  Executor executor(network);
  executor.setInputs(inputs);

  // The last node that reads each tensor; outputs are read after the last node.
  std::vector<size_t> lastUse(network.tensors.size(), 0);
  for (size_t i = 0; i < network.nodes.size(); ++i)
    for (int32_t input : network.nodes[i].inputs)
      if (input != -1)
        lastUse[static_cast<size_t>(input)] = i;
  for (int32_t output : network.outputs)
    lastUse[static_cast<size_t>(output)] = network.nodes.size();

  for (size_t i = 0; i < network.nodes.size(); ++i) {
    executor.execute(i, i + 1);
    if (options.keepIntermediates)
      continue;
    for (int32_t input : network.nodes[i].inputs)
      if (input != -1 && lastUse[static_cast<size_t>(input)] == i)
        executor.release(input);
  }

  HostTensors results;
  if (options.keepIntermediates)
    for (const net::Node& node : network.nodes)
      results.emplace(network.tensors[static_cast<size_t>(node.outputs[0])].name, executor.copy(node.outputs[0]));
  for (int32_t output : network.outputs)
    results.insert_or_assign(network.tensors[static_cast<size_t>(output)].name, executor.copy(output));
  return results;
}

} // namespace weft::ref
