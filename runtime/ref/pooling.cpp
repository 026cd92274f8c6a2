// Pools, reductions and normalisations.
#include "isa/semantics/numerics.h"
#include "runtime/ref/operators.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weft::ref {
namespace {

using net::DType;
using net::Op;
using net::Shape;

// --- Sliding windows -------------------------------------------------------------------------------------------------

// The taps of one window along one dimension that lie inside the input: first, last (exclusive) and step, plus how many
// taps lie inside the input and its declared padding.
struct Taps {
  int64_t first, last, step, padded;
};

Taps tapsOf(const Window& window, int d, int64_t out) {
  int64_t step = window.dilation[d];
  int64_t start = out * window.stride[d] - window.padBegin[d];
  auto tapsBelow = [&](int64_t limit) {
    return std::clamp((limit - start + step - 1) / step, int64_t{0}, window.kernel[d]);
  };
  int64_t skipped = tapsBelow(0);
  return {start + skipped * step, start + tapsBelow(window.in[d]) * step, step,
          tapsBelow(window.in[d] + window.padEnd[d])};
}

// Calls f(output index, plane, rows, columns) for every output element.
template <typename F> void forWindows(const Window& window, int64_t planes, F f) {
  int64_t i = 0;
  for (int64_t plane = 0; plane < planes; ++plane)
    for (int64_t oy = 0; oy < window.out[0]; ++oy) {
      Taps rows = tapsOf(window, 0, oy);
      for (int64_t ox = 0; ox < window.out[1]; ++ox)
        f(i++, plane * window.in[0] * window.in[1], rows, tapsOf(window, 1, ox));
    }
}

struct Pool {
  Window window;
  int64_t planes;
  Shape result;
};

Pool makePool(const Args& args) {
  args.require(args.node.integer("channels_last", 0) == 0, "attribute 'channels_last' must be 0");
  const Shape& shape = args.shape(0);
  Pool pool{makeWindow(args, shape, {}), shape[0] * shape[1], {shape[0], shape[1]}};
  appendSpatial(pool.result, pool.window, shape.size());
  args.expect(pool.result);
  return pool;
}

HostTensor maxPool(const Args& args) {
  args.require(args.node.integer("storage_order", 0) == 0, "attribute 'storage_order' must be 0");
  Pool pool = makePool(args);
  return visitNumber(args, args.type(0), [&](auto zero) {
    using T = decltype(zero);
    auto x = args.values<T>(0);
    HostTensor result = makeTensor(args.type(0), pool.result);
    auto y = elements<T>(result);
    forWindows(pool.window, pool.planes, [&](int64_t i, int64_t base, const Taps& rows, const Taps& columns) {
      T largest = std::numeric_limits<T>::lowest();
      for (int64_t row = rows.first; row < rows.last; row += rows.step)
        for (int64_t column = columns.first; column < columns.last; column += columns.step)
          largest = std::max(largest, x[static_cast<size_t>(base + row * pool.window.in[1] + column)]);
      y[static_cast<size_t>(i)] = largest;
    });
    return result;
  });
}

// How many elements an average divides by. A window with nothing inside gives 0 / 0.
int64_t divisor(const Args& args, const Taps& rows, const Taps& columns) {
  if (net::value(args.node, net::ops::AveragePool::count_include_pad) != 0)
    return rows.padded * columns.padded;
  auto inside = [](const Taps& taps) {
    return std::max<int64_t>(0, (taps.last - taps.first + taps.step - 1) / taps.step);
  };
  return inside(rows) * inside(columns);
}

HostTensor averagePool(const Args& args) {
  Pool pool = makePool(args);
  auto x = args.values<float>(0);
  HostTensor result = makeTensor(DType::f32, pool.result);
  auto y = elements<float>(result);
  forWindows(pool.window, pool.planes, [&](int64_t i, int64_t base, const Taps& rows, const Taps& columns) {
    float sum = 0;
    for (int64_t row = rows.first; row < rows.last; row += rows.step)
      for (int64_t column = columns.first; column < columns.last; column += columns.step)
        sum += x[static_cast<size_t>(base + row * pool.window.in[1] + column)];
    y[static_cast<size_t>(i)] = sum / static_cast<float>(divisor(args, rows, columns));
  });
  return result;
}

HostTensor qlinearAveragePool(const Args& args) {
  using O = net::ops::QLinearAveragePool;
  Pool pool = makePool(args);
  DType type = args.type(O::x);
  Range range = rangeOf(args, type);
  std::vector<int32_t> x = widen(args, O::x);
  auto xScale = args.scalar<float>(O::x_scale);
  int32_t xZero = args.zeroPoint(O::x_zero_point, type);
  auto yScale = args.scalar<float>(O::y_scale);
  int32_t yZero = args.zeroPoint(O::y_zero_point, type);
  bool integerMean = net::value(args.node, O::integer_mean) != 0;
  std::vector<int32_t> y(static_cast<size_t>(net::elementCount(pool.result)));
  forWindows(pool.window, pool.planes, [&](int64_t i, int64_t base, const Taps& rows, const Taps& columns) {
    int64_t sum = 0;
    float floatSum = 0;
    for (int64_t row = rows.first; row < rows.last; row += rows.step)
      for (int64_t column = columns.first; column < columns.last; column += columns.step) {
        int32_t q = x[static_cast<size_t>(base + row * pool.window.in[1] + column)];
        sum += q - xZero;
        floatSum += num::dequantise(q, xScale, xZero);
      }
    int64_t count = divisor(args, rows, columns);
    y[static_cast<size_t>(i)] =
        integerMean
            ? num::requantise(static_cast<int32_t>(sum), num::averageScale(xScale, yScale, static_cast<int32_t>(count)),
                              yZero, range.lo, range.hi)
            : num::quantiseShifted(floatSum / static_cast<float>(count), yScale, yZero, range.lo, range.hi);
  });
  return narrow(args, type, pool.result, y);
}

// --- Whole planes ----------------------------------------------------------------------------------------------------

struct Planes {
  int64_t count, size;
  Shape result;
};

Planes planesOf(const Args& args) {
  args.require(args.node.integer("channels_last", 0) == 0, "attribute 'channels_last' must be 0");
  const Shape& shape = args.shape(0);
  args.require(shape.size() >= 3, "the input must have a batch, channels and at least one spatial dimension");
  Planes planes{shape[0] * shape[1], 1, Shape(shape.size(), 1)};
  planes.result[0] = shape[0];
  planes.result[1] = shape[1];
  for (size_t d = 2; d < shape.size(); ++d)
    planes.size *= shape[d];
  args.require(planes.size >= 1 && planes.size < (1 << 23), "a plane must have 1 to 2^23 - 1 elements");
  return planes;
}

HostTensor globalAveragePool(const Args& args) {
  Planes planes = planesOf(args);
  auto x = args.values<float>(0);
  HostTensor result = makeTensor(DType::f32, planes.result);
  auto y = elements<float>(result);
  for (size_t i = 0; i < y.size(); ++i) {
    float sum = 0;
    for (float value : x.subspan(i * static_cast<size_t>(planes.size), static_cast<size_t>(planes.size)))
      sum += value;
    y[i] = sum / static_cast<float>(planes.size);
  }
  return result;
}

HostTensor globalMaxPool(const Args& args) {
  Planes planes = planesOf(args);
  return visitNumber(args, args.type(0), [&](auto zero) {
    using T = decltype(zero);
    auto x = args.values<T>(0);
    HostTensor result = makeTensor(args.type(0), planes.result);
    auto y = elements<T>(result);
    for (size_t i = 0; i < y.size(); ++i) {
      auto plane = x.subspan(i * static_cast<size_t>(planes.size), static_cast<size_t>(planes.size));
      y[i] = *std::max_element(plane.begin(), plane.end());
    }
    return result;
  });
}

HostTensor qlinearGlobalAveragePool(const Args& args) {
  using O = net::ops::QLinearGlobalAveragePool;
  Planes planes = planesOf(args);
  DType type = args.type(O::x);
  Range range = rangeOf(args, type);
  args.require(net::byteSize(type) == 1, "the input must have an 8-bit type");
  std::vector<int32_t> x = widen(args, O::x);
  int32_t xZero = args.zeroPoint(O::x_zero_point, type);
  int32_t yZero = args.zeroPoint(O::y_zero_point, type);
  float scale = num::averageScale(args.scalar<float>(O::x_scale), args.scalar<float>(O::y_scale),
                                  static_cast<int32_t>(planes.size));
  std::vector<int32_t> y(static_cast<size_t>(planes.count));
  for (size_t i = 0; i < y.size(); ++i) {
    int32_t sum = 0;
    for (size_t j = 0; j < static_cast<size_t>(planes.size); ++j)
      sum += x[i * static_cast<size_t>(planes.size) + j] - xZero;
    y[i] = num::requantise(sum, scale, yZero, range.lo, range.hi);
  }
  return narrow(args, type, planes.result, y);
}

// --- Reductions ------------------------------------------------------------------------------------------------------

// ReduceMean and ReduceSum.
template <bool kMean> HostTensor reduce(const Args& args) {
  using O = net::ops::ReduceMean;
  const Shape& shape = args.shape(O::x);
  std::vector<int64_t> axes = args.has(O::axes) ? args.integers(O::axes) : std::vector<int64_t>();
  bool keep = net::value(args.node, O::keepdims) != 0;
  std::vector<bool> reduced(shape.size(), axes.empty() && net::value(args.node, O::noop_with_empty_axes) == 0);
  for (int64_t axis : axes)
    reduced[args.axis(axis, shape.size())] = true;
  Shape kept = shape;
  Shape resultShape;
  int64_t count = 1;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (reduced[d]) {
      kept[d] = 1;
      count *= shape[d];
    }
    if (!reduced[d] || keep)
      resultShape.push_back(kept[d]);
  }
  return visitNumber(args, args.type(0), [&](auto zero) {
    using T = decltype(zero);
    auto x = args.values<T>(0);
    HostTensor result = makeTensor(args.type(0), resultShape);
    auto y = elements<T>(result);
    // Sums of narrow integers are modulo 2^64 first and modulo their own width at the end.
    using Sum = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
    std::vector<Sum> sums(y.size(), Sum{});
    forBroadcast(shape, shape, kept, [&](int64_t i, int64_t, int64_t at) {
      sums[static_cast<size_t>(at)] += static_cast<Sum>(x[static_cast<size_t>(i)]);
    });
    for (size_t i = 0; i < y.size(); ++i) {
      if constexpr (!kMean) {
        y[i] = static_cast<T>(sums[i]);
      } else if constexpr (std::is_integral_v<T>) {
        args.require(count != 0, "the mean of no elements");
        y[i] = static_cast<T>(static_cast<int64_t>(sums[i]) / count);
      } else {
        y[i] = sums[i] / static_cast<T>(count);
      }
    }
    return result;
  });
}

// --- Normalisation ---------------------------------------------------------------------------------------------------

// Operands: x, scale, bias, mean, variance; inference form.
HostTensor batchNormalization(const Args& args) {
  const Shape& shape = args.shape(0);
  args.require(args.node.integer("training_mode", 0) == 0, "attribute 'training_mode' must be 0");
  args.require(shape.size() >= 2, "the input must have a batch and channels");
  auto x = args.values<float>(0);
  std::span<const float> parameters[4];
  for (size_t i = 0; i < 4; ++i) {
    parameters[i] = args.values<float>(i + 1);
    args.require(static_cast<int64_t>(parameters[i].size()) == shape[1],
                 "scale, bias, mean and variance must have one element per channel");
  }
  auto epsilon = static_cast<float>(net::value(args.node, net::ops::BatchNormalization::epsilon));
  HostTensor result = makeTensor(DType::f32, shape);
  auto y = elements<float>(result);
  if (y.empty())
    return result;
  auto channels = static_cast<size_t>(shape[1]);
  size_t inner = y.size() / static_cast<size_t>(shape[0]) / channels;
  for (size_t i = 0; i < y.size(); ++i) {
    size_t c = i / inner % channels;
    y[i] = (x[i] - parameters[2][c]) / std::sqrt(parameters[3][c] + epsilon) * parameters[0][c] + parameters[1][c];
  }
  return result;
}

// Calls f(first, step, count) for every row of elements along `axis`.
template <typename F> void forRows(const Shape& shape, size_t axis, F f) {
  int64_t inner = 1;
  for (size_t d = axis + 1; d < shape.size(); ++d)
    inner *= shape[d];
  int64_t count = shape[axis];
  if (net::elementCount(shape) == 0)
    return;
  int64_t outer = net::elementCount(shape) / count / inner;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i)
      f(static_cast<size_t>(o * count * inner + i), static_cast<size_t>(inner), static_cast<size_t>(count));
}

HostTensor softmax(const Args& args) {
  const Shape& shape = args.shape(0);
  args.require(!shape.empty(), "the input must not be a scalar");
  size_t axis = args.axis(net::value(args.node, net::ops::Softmax::axis), shape.size());
  auto x = args.values<float>(0);
  HostTensor result = makeTensor(DType::f32, shape);
  auto y = elements<float>(result);
  forRows(shape, axis, [&](size_t first, size_t step, size_t count) {
    float largest = -std::numeric_limits<float>::infinity();
    for (size_t i = 0; i < count; ++i)
      largest = std::max(largest, x[first + i * step]);
    float sum = 0;
    for (size_t i = 0; i < count; ++i)
      sum += y[first + i * step] = std::exp(x[first + i * step] - largest);
    for (size_t i = 0; i < count; ++i)
      y[first + i * step] /= sum;
  });
  return result;
}

// With attribute opset below 13 the row is everything from `axis` on. ONNX Runtime's formula: the exponentials come
// from a table whose last entry is lifted so far that a sum over a row still fits a float (bit_shift), and the row's
// maximum is aligned with that entry. In rows of one element ONNX Runtime overflows to 0; here they give 1, as they
// must.
HostTensor qlinearSoftmax(const Args& args) {
  using O = net::ops::QLinearSoftmax;
  DType type = args.type(O::x);
  args.require(type == DType::u8 || type == DType::s8, "the input must be int8 or uint8");
  Shape shape = args.shape(O::x);
  args.require(!shape.empty(), "the input must not be a scalar");
  bool flattened = net::value(args.node, O::opset) < 13;
  size_t axis = args.axis(args.node.integer("axis", flattened ? 1 : -1), shape.size());
  if (flattened) {
    for (size_t d = axis + 1; d < shape.size(); ++d)
      shape[axis] *= shape[d];
    shape.resize(axis + 1);
  }
  std::vector<int32_t> x = widen(args, O::x);
  int32_t zero = args.zeroPoint(O::y_zero_point, type);
  Range range = rangeOf(args, type);
  float outputScale = std::floor(1.0f / args.scalar<float>(O::y_scale));
  auto inputScale = args.scalar<float>(O::x_scale);

  float table[256];
  double lift = std::log(std::numeric_limits<float>::max() / static_cast<float>(shape[axis]));
  lift = std::max(0.0, lift - 5) / static_cast<double>(inputScale);
  for (int i = 0; i < 256; ++i)
    table[i] = static_cast<float>(std::exp((i - 255 + lift) * static_cast<double>(inputScale)));

  std::vector<int32_t> y(x.size());
  forRows(shape, axis, [&](size_t first, size_t step, size_t count) {
    int32_t largest = range.lo;
    for (size_t i = 0; i < count; ++i)
      largest = std::max(largest, x[first + i * step]);
    auto entry = [&](size_t i) { return table[255 - largest + x[first + i * step]]; };
    float sum = 0;
    for (size_t i = 0; i < count; ++i)
      sum += entry(i);
    for (size_t i = 0; i < count; ++i) {
      float scaled = entry(i) * outputScale;
      int32_t rounded = num::roundToEven(num::clamp(scaled / sum, 0.0f, 65536.0f));
      y[first + i * step] = std::min(rounded + zero, range.hi);
    }
  });
  return narrow(args, type, args.shape(O::x), y);
}

constexpr Implementation kPooling[] = {
    {Op::MaxPool, maxPool},
    {Op::AveragePool, averagePool},
    {Op::GlobalAveragePool, globalAveragePool},
    {Op::GlobalMaxPool, globalMaxPool},
    {Op::ReduceMean, reduce<true>},
    {Op::ReduceSum, reduce<false>},
    {Op::BatchNormalization, batchNormalization},
    {Op::Softmax, softmax},
    {Op::QLinearAveragePool, qlinearAveragePool},
    {Op::QLinearGlobalAveragePool, qlinearGlobalAveragePool},
    {Op::QLinearSoftmax, qlinearSoftmax},
};

} // namespace

std::span<const Implementation> poolingOperators() {
  return kPooling;
}

} // namespace weft::ref
