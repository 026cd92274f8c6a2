#include "compiler/mapping/placement.h"

#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string>

namespace weft::mapping {

using net::DType;
using net::Network;
using net::Node;

bool isAlias(const Node& node) {
  return node.op == "Reshape" || node.op == "Flatten" || node.op == "Squeeze" || node.op == "Unsqueeze" ||
         node.op == "Identity";
}

namespace {

bool is8Bit(DType type) {
  return type == DType::s8 || type == DType::u8;
}

const net::Tensor& operand(const Network& network, const Node& node, size_t index) {
  return network.tensors[static_cast<size_t>(node.inputs[index])];
}

[[noreturn]] void refuse(const Node& node, const std::string& reason) {
  throw Error(fmt::format("node '{}' ({}): {}", node.name, node.op, reason));
}

bool deviceCanRun(const Network& network, const Node& node) {
  static const std::set<std::string> kOperators = {"QLinearConv",
                                                   "QLinearMatMul",
                                                   "QGemm",
                                                   "QLinearAdd",
                                                   "QLinearMul",
                                                   "QLinearGlobalAveragePool",
                                                   "QLinearAveragePool",
                                                   "MaxPool",
                                                   "Lut8",
                                                   "Concat",
                                                   "QLinearConcat",
                                                   "Pad",
                                                   "Reshape",
                                                   "Flatten",
                                                   "Squeeze",
                                                   "Unsqueeze",
                                                   "Identity",
                                                   "Transpose"};
  if (!kOperators.contains(node.op) || node.outputs.size() != 1)
    return false;
  const net::Tensor& result = network.tensors[static_cast<size_t>(node.outputs[0])];
  if (!is8Bit(result.type) || result.shape.empty() || result.shape.size() == 3 || result.shape.size() > 4)
    return false;
  size_t first = 0;
  if (node.op == "QLinearConcat")
    first = 2;
  const net::Tensor& data = operand(network, node, first);
  if (!is8Bit(data.type) || data.isConstant)
    return false;
  if (isAlias(node)) {
    // Aliases: unit dimensions come or go, or N x C x H x W becomes N x CHW.
    auto squeezed = [](net::Shape shape) {
      while (shape.size() > 2 && shape.back() == 1)
        shape.pop_back();
      return shape;
    };
    if (data.shape.size() != 2 && data.shape.size() != 4)
      return false;
    if (squeezed(data.shape) == squeezed(result.shape))
      return true;
    return result.shape.size() == 2 && data.shape.size() == 4 && result.shape[0] == data.shape[0];
  }
  if (node.op == "Transpose") {
    auto pixels = [](const net::Shape& shape) { return shape[2] * shape[3]; };
    return data.shape.size() == 4 && node.integers("perm", {3, 2, 1, 0})[0] == 0 &&
           (data.shape[0] == 1 || (pixels(data.shape) > 1 && pixels(result.shape) > 1));
  }
  return data.shape.size() == 2 || data.shape.size() == 4;
}

} // namespace

// Device nodes are those that the device can run and that depend on no host node which itself depends on the device.
std::vector<Placement> placeNodes(const Network& network) {
  std::vector<Placement> placements;
  std::map<int32_t, Placement> producer;
  for (const Node& node : network.nodes) {
    bool afterHost = false, afterDevice = false;
    for (int32_t input : node.inputs) {
      auto found = producer.find(input);
      if (found == producer.end())
        continue;
      afterHost |= found->second == Placement::after;
      afterDevice |= found->second != Placement::before;
    }
    Placement placement = Placement::device;
    // Byte by byte on the accelerator, a Transpose is the host's wherever the host can have it.
    if (afterHost || !deviceCanRun(network, node) || (node.op == "Transpose" && !afterDevice))
      placement = afterDevice ? Placement::after : Placement::before;
    static const std::set<std::string> kHeavy = {"Conv",          "ConvInteger", "Gemm",          "MatMul",
                                                 "MatMulInteger", "QLinearConv", "QLinearMatMul", "QGemm"};
    if (placement != Placement::device && kHeavy.contains(node.op)) {
      const net::Tensor& data = operand(network, node, 0);
      if (!is8Bit(data.type))
        refuse(node, fmt::format("its input is {}; the accelerator runs 8-bit integer networks: quantise the network "
                                 "(QDQ or QLinear form) first",
                                 net::name(data.type)));
      refuse(node, afterHost ? "it follows an operator that runs on the host; host operators are supported at the "
                               "network's edges only"
                             : "this form of it is not supported on the accelerator (inputs of rank 2 or 4, constant "
                               "right side)");
    }
    placements.push_back(placement);
    for (int32_t output : node.outputs)
      producer[output] = placement;
  }
  // An alias or Transpose that feeds only the host is the host's.
  for (size_t i = network.nodes.size(); i-- > 0;) {
    const Node& node = network.nodes[i];
    if (placements[i] != Placement::device || !(isAlias(node) || node.op == "Transpose"))
      continue;
    bool used = false;
    for (size_t j = i + 1; j < network.nodes.size(); ++j)
      used |= placements[j] == Placement::device &&
              std::count(network.nodes[j].inputs.begin(), network.nodes[j].inputs.end(), node.outputs[0]) > 0;
    if (!used)
      placements[i] = Placement::after;
  }
  return placements;
}

} // namespace weft::mapping
