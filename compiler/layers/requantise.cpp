#include "compiler/layers/requantise.h"

#include <cstring>

namespace weft::layers {

std::vector<uint8_t> packParameters(const Requantise& requantise, const Geometry& geometry, const Machine& machine) {
  const int64_t cols = machine.array.cols;
  std::vector<uint8_t> packed(static_cast<size_t>(geometry.columnTiles * cols * 8), 0);
  if (requantise.scale.empty())
    return packed;
  for (int64_t channel = 0; channel < geometry.outC; ++channel) {
    uint8_t* block = packed.data() + channel / cols * cols * 8 + channel % cols * 4;
    std::memcpy(block, &requantise.bias[static_cast<size_t>(channel)], 4);
    std::memcpy(block + cols * 4, &requantise.scale[static_cast<size_t>(channel)], 4);
  }
  return packed;
}

uint64_t parameterBytes(const Requantise& requantise) {
  return requantise.bias.size() * sizeof(int32_t) + requantise.scale.size() * sizeof(float);
}

} // namespace weft::layers
