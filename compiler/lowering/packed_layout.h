// The packed form of weights as a layout of the network's own constant: packing is a scatter, and whoever has the
// packed bytes gets the constant back by a gather.
#pragma once

#include "isa/program/tensor_type.h"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace weft::lowering {

// What an index of a weight says.
enum class WeightAxis : uint8_t { output, kernelH, kernelW, channel };

// Of each dimension of a constant, what its index is made of, the most significant first: {{output}, {channel},
// {kernelH}, {kernelW}} of a convolution; {{channel, kernelH, kernelW}, {output}} of a product with a flattened feature
// map. An axis that is missing has one index.
using WeightAxes = std::vector<std::vector<WeightAxis>>;

// The order in which weight tiles of rows x cols stream: column tiles of `cols` outputs; of each, chunks; of each,
// steps along kernel rows, kernel columns and blocks of `rows` channels (with `windows`: of kernel columns x channels,
// and one step along kernel columns). Depthwise weights are those of one channel and one row.
struct WeightOrder {
  int64_t outputs = 1, kernelH = 1, kernelW = 1;
  int64_t channels = 1; // of the input as a whole
  int64_t groups = 1;   // the constant has channels / groups of them; weights between groups are padding
  int64_t rows = 1, cols = 1;
  bool windows = false;
  // Of groups of one channel: an output's tile has only the steps of its own block of max(rows, cols) channels.
  bool diagonal = false;
  std::array<int64_t, 3> chunkSteps = {1, 1, 1}; // steps of a chunk; they divide the steps along each axis
};

// The layout of `constant`'s elements in that order, `fill` where there are none. Nothing if there is none: windows or
// groups whose channels, or groups whose outputs, straddle the tiles.
std::optional<Layout> packedLayout(const WeightAxes& axes, const WeightOrder& order, int32_t fill);

} // namespace weft::lowering
