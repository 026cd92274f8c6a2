#include "compiler/lowering/pack.h"

#include "isa/support/error.h"

#include <algorithm>
#include <cstring>

namespace weft::lowering {

using mapping::Geometry;
using mapping::Group;

uint32_t ConstantImage::place(uint64_t bytes) {
  size_ = (size_ + alignment_ - 1) / alignment_ * alignment_;
  const auto address = static_cast<uint32_t>(base_ + size_);
  size_ += bytes;
  return address;
}

uint32_t ConstantImage::add(std::vector<uint8_t> bytes, MapUse use, uint64_t networkBytes) {
  const uint32_t address = place(bytes.size());
  entries_.push_back({use, address, static_cast<uint32_t>(bytes.size()), networkBytes,
                      keep_ == Keep::bytes ? std::move(bytes) : std::vector<uint8_t>()});
  return address;
}

uint32_t ConstantImage::add(int32_t tensor, const TensorType& type, MapUse use) {
  const uint32_t address = place(type.bytes());
  const auto elements = static_cast<uint64_t>(net::elementCount(type.shape));
  entries_.push_back(
      {use, address, static_cast<uint32_t>(type.bytes()), elements * net::byteSize(type.element), {}, tensor, type});
  return address;
}

void ConstantImage::refer(size_t index, const net::Network& network, int32_t tensor, const TensorType& type) {
  Entry& entry = entries_.at(index);
  std::vector<uint8_t> packed(type.bytes());
  scatter(type, network.tensors[static_cast<size_t>(tensor)].data, packed);
  WEFT_CHECK(packed == entry.content, "the constant's packed form is what was added");
  std::vector<uint8_t>().swap(entry.content);
  entry.tensor = tensor;
  entry.type = type;
}

std::vector<uint8_t> ConstantImage::take(const net::Network& network) {
  WEFT_CHECK(keep_ == Keep::bytes, "an image that keeps its bytes");
  std::vector<uint8_t> image(size_);
  for (Entry& entry : entries_) {
    const std::span<uint8_t> place = std::span(image).subspan(entry.address - base_, entry.bytes);
    if (entry.tensor >= 0)
      scatter(entry.type, network.tensors[static_cast<size_t>(entry.tensor)].data, place);
    else
      std::copy(entry.content.begin(), entry.content.end(), place.begin());
    std::vector<uint8_t>().swap(entry.content); // not there twice while the image grows
  }
  return image;
}

std::vector<uint8_t> packMatrixWeights(const Group& group, const Geometry& geometry,
                                       const mapping::GroupMapping& mapping, const Machine& machine) {
  const int64_t rows = machine.array.rows, cols = machine.array.cols;
  const int64_t kernelH = group.window.kernelH, kernelW = group.window.kernelW;
  const bool windows = mapping.input == mapping::InputFlow::windows;
  std::vector<uint8_t> packed(static_cast<size_t>(geometry.weightBytes()), static_cast<uint8_t>(group.weightZeroPoint));
  if (group.weights.empty())
    return packed;
  const auto& inner = geometry.chunkSteps;
  uint8_t* tile = packed.data();
  auto packTile = [&](int64_t column, int64_t h, int64_t w, int64_t block) {
    int64_t channels = std::min(cols, geometry.outC - column * cols);
    for (int64_t row = 0; row < rows; ++row) {
      int64_t tapW = w, channel = block * rows + row;
      if (windows) {
        tapW = channel / geometry.inC;
        channel %= geometry.inC;
      }
      if (tapW >= kernelW || channel >= geometry.inC)
        continue;
      for (int64_t c = 0; c < channels; ++c) {
        int64_t index = (((column * cols + c) * kernelH + h) * kernelW + tapW) * geometry.inC + channel;
        tile[row * cols + c] = static_cast<uint8_t>(group.weights[static_cast<size_t>(index)]);
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

std::vector<uint8_t> packDepthwiseWeights(const Group& group, const Geometry& geometry, const Machine& machine) {
  const int64_t cols = machine.array.cols, taps = group.window.kernelH * group.window.kernelW;
  std::vector<uint8_t> packed(static_cast<size_t>(geometry.columnTiles * taps * cols),
                              static_cast<uint8_t>(group.weightZeroPoint));
  if (group.weights.empty())
    return packed;
  for (int64_t channel = 0; channel < geometry.outC; ++channel)
    for (int64_t tap = 0; tap < taps; ++tap)
      packed[static_cast<size_t>((channel / cols * taps + tap) * cols + channel % cols)] =
          static_cast<uint8_t>(group.weights[static_cast<size_t>(channel * taps + tap)]);
  return packed;
}

std::vector<uint8_t> packParameters(const Group& group, const Geometry& geometry, const Machine& machine) {
  const int64_t cols = machine.array.cols;
  std::vector<uint8_t> packed(static_cast<size_t>(geometry.columnTiles * cols * 8), 0);
  if (group.requantise.scale.empty())
    return packed;
  for (int64_t channel = 0; channel < geometry.outC; ++channel) {
    uint8_t* block = packed.data() + channel / cols * cols * 8 + channel % cols * 4;
    std::memcpy(block, &group.requantise.bias[static_cast<size_t>(channel)], 4);
    std::memcpy(block + cols * 4, &group.requantise.scale[static_cast<size_t>(channel)], 4);
  }
  return packed;
}

} // namespace weft::lowering
