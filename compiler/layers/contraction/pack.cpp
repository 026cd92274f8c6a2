#include "compiler/layers/contraction/contraction.h"

namespace weft::layers {

std::vector<uint8_t> packWeights(const Contraction& layer, const Geometry& geometry, const GroupMapping& mapping,
                                 const Machine& machine) {
  const int64_t rows = machine.array.rows, cols = machine.array.cols;
  const int64_t kernelW = layer.window.kernelW;
  const bool windows = mapping.input == mapping::InputFlow::windows;
  const Weights& weights = layer.weights;
  std::vector<uint8_t> packed(static_cast<size_t>(geometry.weightBytes()), static_cast<uint8_t>(weights.zeroPoint));
  if (!weights.tensor)
    return packed;
  const int64_t inPerGroup = geometry.inC / weights.groups, outPerGroup = geometry.outC / weights.groups;
  const auto& strides = weights.strides;
  const auto& inner = geometry.chunkSteps;
  const uint8_t* source = weights.tensor->data.data();
  uint8_t* tile = packed.data();
  auto packTile = [&](int64_t column, int64_t h, int64_t w, int64_t block) {
    const int64_t channels = std::min(cols, geometry.outC - column * cols);
    for (int64_t row = 0; row < rows; ++row) {
      int64_t tapW = w, channel = block * rows + row;
      if (windows) {
        tapW = channel / geometry.inC;
        channel %= geometry.inC;
      }
      if (tapW >= kernelW || channel >= geometry.inC)
        continue;
      const int64_t tap = h * strides[1] + tapW * strides[2];
      for (int64_t c = 0; c < channels; ++c) {
        // A grouped convolution is a dense one whose other weights contribute nothing.
        const int64_t o = column * cols + c, first = o / outPerGroup * inPerGroup;
        if (channel < first || channel >= first + inPerGroup)
          continue;
        tile[row * cols + c] = source[o * strides[0] + tap + (channel - first) * strides[3]];
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
