#include "runtime/tensor/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft {

HostTensor makeTensor(net::DType type, net::Shape shape) {
  HostTensor tensor{type, std::move(shape), {}};
  tensor.data.resize(static_cast<size_t>(net::elementCount(tensor.shape)) * net::byteSize(type));
  return tensor;
}

std::string describe(net::DType type, const net::Shape& shape) {
  return fmt::format("{} [{}]", net::name(type), fmt::join(shape, ", "));
}

} // namespace weft
