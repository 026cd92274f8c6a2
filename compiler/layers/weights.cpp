#include "compiler/layers/weights.h"

#include "compiler/layers/operands.h"

#include <algorithm>

namespace weft::layers {

Weights readWeights(mapping::GraphBuilder& builder, const net::Node& node, size_t operand, size_t zeroPoints,
                    lowering::WeightAxes axes) {
  Weights weights{.constant = node.inputs[operand], .tensor = builder.operandTensor(node, operand), .axes = axes};
  weights.type = weights.tensor.type;
  const std::vector<int32_t> zeros = Operands(builder.network(), node).zeroPoints(zeroPoints);
  weights.zeroPoint = zeros[0];
  if (std::all_of(zeros.begin(), zeros.end(), [&](int32_t zero) { return zero == zeros[0]; }))
    return weights;
  // Distances from the zero points, by the output that an element belongs to.
  const size_t outputs = zeros.size();
  size_t inner = 1;
  for (size_t d = axes.size(); d-- > 0 && axes[d] != std::vector{lowering::WeightAxis::output};)
    inner *= static_cast<size_t>(weights.tensor.shape[d]);
  const bool isSigned = net::isSigned(weights.type);
  std::vector<int32_t> distances(weights.tensor.data.size());
  for (size_t i = 0; i < distances.size(); ++i) {
    const uint8_t byte = weights.tensor.data[i];
    distances[i] = (isSigned ? static_cast<int8_t>(byte) : byte) - zeros[i / inner % outputs];
  }
  const auto [least, most] = std::minmax_element(distances.begin(), distances.end());
  if (*most - *least > 255)
    builder.refuse(node, "its weights, with zero points that differ between channels, do not fit 8 bits with one");
  weights.type = net::DType::s8;
  weights.zeroPoint = std::clamp(0, -128 - *least, 127 - *most);
  std::vector<uint8_t> moved(distances.size());
  for (size_t i = 0; i < moved.size(); ++i)
    moved[i] = static_cast<uint8_t>(distances[i] + weights.zeroPoint);
  weights.tensor.type = weights.type;
  weights.tensor.data = std::move(moved);
  weights.constant = -1;
  return weights;
}

lowering::WeightAxes convolutionAxes(size_t rank) {
  using enum lowering::WeightAxis;
  lowering::WeightAxes axes = {{output}, {channel}};
  if (rank > 3)
    axes.push_back({kernelH});
  axes.push_back({kernelW});
  return axes;
}

} // namespace weft::layers
