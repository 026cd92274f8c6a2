#include "compiler/mapping/refusal.h"

#include "compiler/mapping/placement.h"

#include <fmt/format.h>
#include <set>

namespace weft::mapping {

using net::DType;
using net::Network;
using net::Node;

namespace {

bool is8Bit(DType type) {
  return type == DType::s8 || type == DType::u8;
}

// Unit dimensions come or go, or N x C x H x W becomes N x CHW.
bool isView(const net::Shape& from, const net::Shape& to) {
  auto squeezed = [](net::Shape shape) {
    while (shape.size() > 2 && shape.back() == 1)
      shape.pop_back();
    return shape;
  };
  return squeezed(from) == squeezed(to) || (to.size() == 2 && from.size() == 4 && to[0] == from[0]);
}

} // namespace

std::optional<std::string> refusalOf(const Network& network, const Node& node) {
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
  const size_t operand = node.op == "QLinearConcat" ? 2 : 0;
  if (operand >= node.inputs.size() || node.inputs[operand] < 0)
    return "it has no operand";
  const net::Tensor& data = network.tensors[static_cast<size_t>(node.inputs[operand])];
  if (!is8Bit(data.type)) {
    std::string reason = fmt::format("its input is {}", net::name(data.type));
    if (multiplyAccumulates(network, node) > 0)
      reason += "; the accelerator runs 8-bit integer networks: quantise the network (QDQ or QLinear form) first";
    return reason;
  }
  if (node.outputs.size() != 1)
    return "it has several results";
  const net::Tensor& result = network.tensors[static_cast<size_t>(node.outputs[0])];
  if (!is8Bit(result.type))
    return fmt::format("its result is {}", net::name(result.type));
  if (!kOperators.contains(node.op))
    return "the accelerator does not have this operator";
  if (data.isConstant)
    return "its operand is a constant";
  const size_t rank = result.shape.size();
  if (rank < 1 || rank == 3 || rank > 4)
    return fmt::format("its result has rank {}; the accelerator has activations of rank 2 and 4", rank);
  if (data.shape.size() != 2 && data.shape.size() != 4)
    return fmt::format("its input has rank {}; the accelerator has activations of rank 2 and 4", data.shape.size());
  if (isAlias(node) && !isView(data.shape, result.shape))
    return "only unit dimensions may come and go on the accelerator, or all but the first become one";
  if (node.op == "Transpose") {
    auto pixels = [](const net::Shape& shape) { return shape[2] * shape[3]; };
    if (data.shape.size() != 4 || node.integers("perm", {3, 2, 1, 0})[0] != 0)
      return "the accelerator transposes activations of rank 4 within their images only";
    if (data.shape[0] != 1 && (pixels(data.shape) == 1 || pixels(result.shape) == 1))
      return "the accelerator does not transpose a batch of images of one pixel";
  }
  return std::nullopt;
}

} // namespace weft::mapping
