#include "compiler/layers/contraction/contraction.h"

namespace weft::layers {

using lowering::WeightAxis;

std::optional<Layout> weightLayout(const Contraction& layer, const Geometry& geometry, const Machine& machine) {
  const lowering::WeightOrder order = {.outputs = geometry.outC,
                                       .kernelH = geometry.stepsH,
                                       .kernelW = layer.window.kernelW,
                                       .channels = geometry.inC,
                                       .groups = layer.weights.groups,
                                       .rows = machine.array.rows,
                                       .cols = machine.array.cols,
                                       .windows = geometry.windowPitch > 0,
                                       .diagonal = geometry.diagonal,
                                       .chunkSteps = geometry.chunkSteps};
  return lowering::packedLayout(layer.weights.axes, order, layer.weights.zeroPoint);
}

std::vector<uint8_t> packOnes(const Geometry& geometry, const Machine& machine) {
  const int64_t rows = machine.array.rows, cols = machine.array.cols;
  const auto& inner = geometry.chunkSteps;
  std::vector<uint8_t> packed;
  for (int64_t column = 0; column < machine.rowBytes() / cols; ++column)
    for (int64_t chunkC = 0; chunkC < geometry.stepsC; chunkC += inner[2])
      for (int64_t tap = 0; tap < inner[0] * inner[1]; ++tap)
        for (int64_t row = chunkC * rows; row < (chunkC + inner[2]) * rows; ++row)
          for (int64_t c = column * cols; c < (column + 1) * cols; ++c)
            packed.push_back(row == c);
  return packed;
}

std::vector<uint8_t> packWeights(const Contraction& layer, const Geometry& geometry, const Machine& machine) {
  const int64_t rows = machine.array.rows, cols = machine.array.cols;
  const int64_t kernelW = layer.window.kernelW;
  const Weights& weights = layer.weights;
  std::vector<uint8_t> packed(static_cast<size_t>(geometry.weightBytes()), static_cast<uint8_t>(weights.zeroPoint));
  if (weights.tensor.data.empty()) // only the shape is known
    return packed;
  const int64_t inPerGroup = geometry.inC / weights.groups, outPerGroup = geometry.outC / weights.groups;
  // Elements of the constant from one index of each axis to the next.
  std::array<int64_t, 4> strides{};
  int64_t stride = 1;
  for (size_t d = weights.axes.size(); d-- > 0;)
    for (size_t i = weights.axes[d].size(); i-- > 0;) {
      const std::array<int64_t, 4> extents = {geometry.outC, geometry.stepsH, kernelW, inPerGroup};
      const auto axis = static_cast<size_t>(weights.axes[d][i]);
      strides[axis] = stride;
      stride *= extents[axis];
    }
  auto at = [&](WeightAxis axis) { return strides[static_cast<size_t>(axis)]; };
  const auto& inner = geometry.chunkSteps;
  const uint8_t* source = weights.tensor.data.data();
  uint8_t* tile = packed.data();
  auto packTile = [&](int64_t column, int64_t h, int64_t w, int64_t block) {
    const int64_t channels = std::min(cols, geometry.outC - column * cols);
    for (int64_t row = 0; row < rows; ++row) {
      int64_t tapW = w, channel = block * rows + row;
      if (geometry.windowPitch > 0) {
        tapW = channel / geometry.inC;
        channel %= geometry.inC;
      }
      if (tapW >= kernelW || channel >= geometry.inC)
        continue;
      const int64_t tap = h * at(WeightAxis::kernelH) + tapW * at(WeightAxis::kernelW);
      for (int64_t c = 0; c < channels; ++c) {
        // A grouped convolution is a dense one whose other weights contribute nothing.
        const int64_t o = column * cols + c, first = o / outPerGroup * inPerGroup;
        if (channel >= first && channel < first + inPerGroup)
          tile[row * cols + c] = source[o * at(WeightAxis::output) + tap + (channel - first) * at(WeightAxis::channel)];
      }
    }
    tile += geometry.stepBytes;
  };
  for (int64_t column = 0; column < geometry.columnTiles; ++column)
    for (int64_t chunkH = 0; chunkH < geometry.stepsH; chunkH += inner[0])
      for (int64_t chunkW = 0; chunkW < geometry.stepsW; chunkW += inner[1])
        for (int64_t chunkC = 0; chunkC < geometry.stepsC; chunkC += inner[2])
          for (int64_t h = chunkH; h < chunkH + inner[0]; ++h)
            for (int64_t w = chunkW; w < chunkW + inner[1]; ++w)
              for (int64_t c = chunkC; c < chunkC + inner[2]; ++c)
                packTile(column, h, w, c);
  return packed;
}

} // namespace weft::layers
