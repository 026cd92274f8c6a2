// Constant weights of a layer.
#pragma once

#include "compiler/layers/requantise.h"
#include "compiler/lowering/packed_layout.h"
#include "compiler/mapping/graph_builder.h"

namespace weft::layers {

// A constant and what its dimensions are. With zero points that differ between outputs the values are moved so that one
// zero point is left, and are no longer the network's.
struct Weights {
  int32_t constant = -1; // network tensor; -1: `tensor` is no constant of the network
  net::Tensor tensor;    // without data where only the shape is known
  lowering::WeightAxes axes;
  int64_t groups = 1;
  net::DType type = net::DType::s8;
  int32_t zeroPoint = 0;
};

// Operand `operand` of a node with zero points at `zeroPoints`; axes as said. Where the differences from zero points
// that differ between channels do not fit 8 bits, the weights are the sum of two planes of kernel rows (`planes`).
Weights readWeights(mapping::GraphBuilder& builder, const net::Node& node, size_t operand, size_t zeroPoints,
                    lowering::WeightAxes axes, int64_t& planes);

// Of a convolution's weights: outputs, channels, and as many spatial dimensions as there are.
lowering::WeightAxes convolutionAxes(size_t rank);

} // namespace weft::layers
