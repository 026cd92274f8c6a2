#include "compiler/lowering/constant_image.h"

namespace weft::lowering {

uint32_t ConstantImage::add(std::span<const uint8_t> bytes, MapUse use, uint64_t networkBytes) {
  size_ = (size_ + alignment_ - 1) / alignment_ * alignment_;
  auto address = static_cast<uint32_t>(base_ + size_);
  size_ += bytes.size();
  if (keep_ == Keep::bytes) {
    bytes_.resize(address - base_);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  entries_.push_back({use, address, static_cast<uint32_t>(bytes.size()), networkBytes});
  return address;
}

} // namespace weft::lowering
