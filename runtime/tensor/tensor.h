// Tensors on the host: what goes into and comes out of a network on any device.
#pragma once

#include "isa/program/network.h"
#include "isa/support/error.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace weft {

// A dense tensor, row major, little endian. `data` holds elementCount(shape) * byteSize(type) bytes.
struct HostTensor {
  net::DType type = net::DType::f32;
  net::Shape shape;
  std::vector<uint8_t> data;

  bool operator==(const HostTensor&) const = default;
};

using HostTensors = std::map<std::string, HostTensor>;

// The element type of a C++ type.
template <typename T> constexpr net::DType dtypeOf() {
  using net::DType;
  if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, int8_t>)
    return DType::s8;
  else if constexpr (std::is_same_v<T, uint8_t>)
    return DType::u8;
  else if constexpr (std::is_same_v<T, int16_t>)
    return DType::s16;
  else if constexpr (std::is_same_v<T, uint16_t>)
    return DType::u16;
  else if constexpr (std::is_same_v<T, int32_t>)
    return DType::s32;
  else if constexpr (std::is_same_v<T, uint32_t>)
    return DType::u32;
  else if constexpr (std::is_same_v<T, int64_t>)
    return DType::s64;
  else if constexpr (std::is_same_v<T, uint64_t>)
    return DType::u64;
  else {
    static_assert(std::is_same_v<T, bool>, "not an element type");
    return DType::boolean;
  }
}

// A tensor of zeros.
HostTensor makeTensor(net::DType type, net::Shape shape);

// A tensor of `values` (elementCount(shape) of them, else a failed check).
template <typename T> HostTensor makeTensor(net::Shape shape, std::span<const T> values) {
  HostTensor tensor = makeTensor(dtypeOf<T>(), std::move(shape));
  WEFT_CHECK(values.size_bytes() == tensor.data.size(), "makeTensor: the values do not fill the shape");
  std::copy_n(reinterpret_cast<const uint8_t*>(values.data()), tensor.data.size(), tensor.data.begin());
  return tensor;
}
template <typename T> HostTensor makeTensor(net::Shape shape, const std::vector<T>& values) {
  return makeTensor(std::move(shape), std::span<const T>(values));
}

// The elements as T, which must be the tensor's type (a failed check otherwise).
template <typename T> std::span<const T> elements(const HostTensor& tensor) {
  WEFT_CHECK(tensor.type == dtypeOf<T>(), "elements<T> of a tensor of another type");
  return {reinterpret_cast<const T*>(tensor.data.data()), tensor.data.size() / sizeof(T)};
}
template <typename T> std::span<T> elements(HostTensor& tensor) {
  WEFT_CHECK(tensor.type == dtypeOf<T>(), "elements<T> of a tensor of another type");
  return {reinterpret_cast<T*>(tensor.data.data()), tensor.data.size() / sizeof(T)};
}

// "int8 [1, 3, 224, 224]", for messages.
std::string describe(net::DType type, const net::Shape& shape);

} // namespace weft
