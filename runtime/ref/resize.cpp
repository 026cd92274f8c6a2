// Resize: each axis on its own, from the positions of the result's elements in the input.
#include "isa/program/resize.h"
#include "runtime/ref/operators.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace weft::ref {
namespace {

using net::DType;
using net::Op;
using net::Shape;
using O = net::ops::Resize;

using Axis = net::ResizedAxis;

// The elements of the input that one of the result is made of, with their weights.
struct Taps {
  std::vector<int64_t> index;
  std::vector<float> weight;
};

Taps tapsAt(const Args& args, const std::string& mode, const Axis& axis, float x) {
  const float below = std::floor(x), rest = x - below;
  const auto first = static_cast<int64_t>(below);
  Taps taps;
  if (mode == "nearest") {
    taps = {{net::resizeNearest(args.node, x)}, {1}};
  } else if (mode == "linear") {
    taps = {{first, first + 1}, {1 - rest, rest}};
  } else {
    const auto a = static_cast<float>(net::value(args.node, O::cubic_coeff_a));
    const auto near = [&](float d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };      // |d| <= 1
    const auto far = [&](float d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; }; // 1 < |d| < 2
    taps = {{first - 1, first, first + 1, first + 2}, {far(1 + rest), near(rest), near(1 - rest), far(2 - rest)}};
  }
  const bool exclude = net::value(args.node, O::exclude_outside) != 0 && mode != "nearest";
  float sum = 0;
  for (size_t i = 0; i < taps.index.size(); ++i) {
    int64_t& index = taps.index[i];
    if (exclude && (index < 0 || index >= axis.from))
      taps.weight[i] = 0;
    sum += taps.weight[i];
    index = std::clamp<int64_t>(index, 0, axis.from - 1);
  }
  if (exclude)
    for (float& weight : taps.weight)
      weight /= sum;
  return taps;
}

// One axis of a tensor, whatever its elements are.
HostTensor resizeAxis(const Args& args, const std::string& mode, const HostTensor& x, size_t d, const Axis& axis) {
  Shape shape = x.shape;
  shape[d] = axis.to;
  HostTensor result = makeTensor(x.type, shape);
  size_t inner = 1;
  for (size_t i = d + 1; i < shape.size(); ++i)
    inner *= static_cast<size_t>(shape[i]);
  const size_t row = inner * net::byteSize(x.type);
  const size_t outer = row == 0 ? 0 : x.data.size() / row / static_cast<size_t>(axis.from);
  for (int64_t at = 0; at < axis.to; ++at) {
    const Taps taps = tapsAt(args, mode, axis, net::resizePosition(args.node, axis, at));
    for (size_t o = 0; o < outer; ++o) {
      uint8_t* target = result.data.data() + (o * static_cast<size_t>(axis.to) + static_cast<size_t>(at)) * row;
      const auto source = [&](size_t tap) {
        return x.data.data() + (o * static_cast<size_t>(axis.from) + static_cast<size_t>(taps.index[tap])) * row;
      };
      if (mode == "nearest") {
        std::memcpy(target, source(0), row);
        continue;
      }
      auto* y = reinterpret_cast<float*>(target);
      for (size_t tap = 0; tap < taps.index.size(); ++tap) {
        const auto* values = reinterpret_cast<const float*>(source(tap));
        for (size_t i = 0; i < inner; ++i)
          y[i] += taps.weight[tap] * values[i];
      }
    }
  }
  return result;
}

HostTensor resize(const Args& args) {
  const Shape& shape = args.shape(O::x);
  const std::string mode = net::value(args.node, O::mode);
  args.require(mode == "nearest" || mode == "linear" || mode == "cubic",
               "attribute 'mode' must be nearest, linear or cubic");
  args.require(mode == "nearest" || args.type(O::x) == DType::f32, "only mode nearest is for other types than float32");
  args.require(net::value(args.node, O::antialias) == 0, "attribute 'antialias' must be 0");
  args.require(net::value(args.node, O::axes).empty() &&
                   net::value(args.node, O::keep_aspect_ratio_policy) == "stretch",
               "attributes 'axes' and 'keep_aspect_ratio_policy' must have become scales or sizes of all axes");
  const bool scaled = args.has(O::scales) && !args.values<float>(O::scales).empty();
  args.require(scaled != args.has(O::sizes), "there must be either scales or sizes");
  std::vector<Axis> axes;
  Shape resultShape;
  const std::vector<int64_t> sizes = scaled ? std::vector<int64_t>() : args.integers(O::sizes);
  args.require((scaled ? args.values<float>(O::scales).size() : sizes.size()) == shape.size(),
               "there must be one scale or size for each axis");
  for (size_t d = 0; d < shape.size(); ++d) {
    const auto from = static_cast<float>(shape[d]);
    const float scale = scaled ? args.values<float>(O::scales)[d] : static_cast<float>(sizes[d]) / from;
    const float to = scaled ? std::floor(from * scale) : static_cast<float>(sizes[d]); // in float32, as ONNX Runtime
    args.require(shape[d] >= 1 && scale > 0 && to >= 1 && to < 2147483648.0f, "an axis has no elements or too many");
    axes.push_back({shape[d], scaled ? static_cast<int64_t>(to) : sizes[d], scale});
    resultShape.push_back(axes.back().to);
  }
  net::elementCount(resultShape);
  args.expect(resultShape);
  HostTensor result{args.type(O::x), shape, {args.at(O::x).data.begin(), args.at(O::x).data.end()}};
  for (size_t d = 0; d < axes.size(); ++d)
    if (axes[d].from != axes[d].to || axes[d].scale != 1)
      result = resizeAxis(args, mode, result, d, axes[d]);
  return result;
}

constexpr Implementation kResize[] = {{Op::Resize, resize}};

} // namespace

std::span<const Implementation> resizeOperators() {
  return kResize;
}

} // namespace weft::ref
