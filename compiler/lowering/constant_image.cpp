#include "compiler/lowering/constant_image.h"

#include "isa/support/error.h"

#include <algorithm>

namespace weft::lowering {

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

} // namespace weft::lowering
