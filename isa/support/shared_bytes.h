// Bytes that many hold and nobody changes: constants of a network, the content of a file.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

namespace weft {

// A block of immutable bytes. Copies share it. It is a contiguous range: what takes a span takes it.
class SharedBytes {
public:
  SharedBytes() = default;
  SharedBytes(std::vector<uint8_t> bytes);
  SharedBytes(std::initializer_list<uint8_t> bytes) : SharedBytes(std::vector<uint8_t>(bytes)) {}
  // `part` of what `owner` keeps alive (null: of what the caller keeps alive).
  SharedBytes(std::shared_ptr<const void> owner, std::span<const uint8_t> part)
      : owner_(std::move(owner)), data_(part.data()), size_(part.size()) {}
  // `size` bytes that `make` returns. It is called when they are first read, once, by whichever thread is first.
  SharedBytes(size_t size, std::function<std::vector<uint8_t>()> make);

  // A span of this block that keeps the block alive.
  SharedBytes part(std::span<const uint8_t> part) const { return {owner_, part}; }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const uint8_t* data() const { return made_ ? made() : data_; }
  const uint8_t* begin() const { return data(); }
  const uint8_t* end() const { return data() + size_; }
  uint8_t operator[](size_t index) const { return data()[index]; }
  bool operator==(const SharedBytes& other) const;

private:
  struct Made;
  const uint8_t* made() const;

  std::shared_ptr<const void> owner_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  std::shared_ptr<Made> made_;
};

} // namespace weft
