#include "compiler/layers/weights.h"

#include "compiler/layers/operands.h"

#include <algorithm>

namespace weft::layers {

namespace {

// What fits 8 bits of each number, and of the rest of it, as planes of kernel rows. Gives the constant such rows where
// it has none.
std::vector<uint8_t> inPlanes(const std::vector<int32_t>& distances, int64_t count, Weights& weights) {
  const std::vector rows = {lowering::WeightAxis::kernelH};
  size_t at = 0;
  while (at < weights.axes.size() && weights.axes[at] != rows)
    ++at;
  if (at == weights.axes.size()) {
    at = weights.axes.size() > 2 ? 2 : 0; // before the columns of a convolution
    weights.axes.insert(weights.axes.begin() + static_cast<ptrdiff_t>(at), rows);
    weights.tensor.shape.insert(weights.tensor.shape.begin() + static_cast<ptrdiff_t>(at), 1);
  }
  size_t inner = 1;
  for (size_t d = at; d < weights.tensor.shape.size(); ++d)
    inner *= static_cast<size_t>(weights.tensor.shape[d]);
  std::vector<uint8_t> planes;
  std::vector<int32_t> rest = distances;
  for (size_t begin = 0; begin < rest.size(); begin += inner)
    for (int64_t plane = 0; plane < count; ++plane)
      for (size_t i = begin; i < begin + inner; ++i) {
        const int32_t part = std::clamp(rest[i], -128, 127);
        planes.push_back(static_cast<uint8_t>(part));
        rest[i] -= part;
      }
  weights.tensor.shape[at] *= count;
  return planes;
}

} // namespace

Weights readWeights(mapping::GraphBuilder& builder, const net::Node& node, size_t operand, size_t zeroPoints,
                    lowering::WeightAxes axes, int64_t& planes) {
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
  weights.type = net::DType::s8;
  const auto [least, most] = std::minmax_element(distances.begin(), distances.end());
  std::vector<uint8_t> moved(distances.size());
  if (*most - *least <= 255) {
    weights.zeroPoint = std::clamp(0, -128 - *least, 127 - *most);
    for (size_t i = 0; i < moved.size(); ++i)
      moved[i] = static_cast<uint8_t>(distances[i] + weights.zeroPoint);
  } else {
    planes = *most > 2 * 127 ? 3 : 2;
    moved = inPlanes(distances, planes, weights);
    weights.zeroPoint = 0;
  }
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
