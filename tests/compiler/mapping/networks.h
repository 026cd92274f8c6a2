// Nodes for tests of the mapping, with scales and zero points that do not matter.
#pragma once

#include "tests/support/network_builder.h"

namespace weft::test {

using net::DType;
using net::Shape;
using Ints = std::vector<int64_t>;

// Convolution with `outputs` kernels of kernel x kernel, all its weights 1, 2, 3, ... (modulo 100).
inline Value addConv(NetworkBuilder& builder, const Value& x, int64_t outputs, int64_t kernel, Ints pads = {0, 0, 0, 0},
                     int64_t stride = 1, int64_t group = 1, NetworkBuilder::Attributes more = {}) {
  const Shape in = builder.shape(x);
  std::vector<uint8_t> weights(static_cast<size_t>(outputs * (in[1] / group) * kernel * kernel));
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<uint8_t>(1 + i % 100);
  int32_t w = builder.constant(DType::s8, {outputs, in[1] / group, kernel, kernel}, weights);
  more["kernel_shape"] = Ints{kernel, kernel};
  more["strides"] = Ints{stride, stride};
  more["pads"] = pads;
  more["group"] = group;
  Shape out = {in[0], outputs, (in[2] + pads[0] + pads[2] - kernel) / stride + 1,
               (in[3] + pads[1] + pads[3] - kernel) / stride + 1};
  return builder.node("QLinearConv",
                      join({builder.quantised(x),
                            {w, builder.scale(0.5f), builder.zeroPoint(DType::s8, 0)},
                            builder.quantisation(builder.type(x), 0.25f, 1)}),
                      builder.type(x), out, std::move(more), 0.25f, 1);
}

inline Value addSum(NetworkBuilder& builder, const Value& a, const Value& b) {
  return builder.node(
      "QLinearAdd", join({builder.quantised(a), builder.quantised(b), builder.quantisation(builder.type(a), 0.5f, 3)}),
      builder.type(a), builder.shape(a), {}, 0.5f, 3);
}

inline Value addLut(NetworkBuilder& builder, const Value& x) {
  int32_t table = builder.constant(builder.type(x), {256}, std::vector<uint8_t>(256, 7));
  return builder.node("Lut8", {x.tensor, table}, builder.type(x), builder.shape(x));
}

// What `call` throws.
template <typename Call> std::string errorOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

} // namespace weft::test
