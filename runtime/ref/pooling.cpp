// Pools, reductions and normalisations.
#include "isa/semantics/numerics.h"
#include "runtime/ref/operators.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

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

  int64_t inside() const { return std::max<int64_t>(0, (last - first + step - 1) / step); }
};

Taps tapsOf(const Window& window, size_t d, int64_t out) {
  int64_t step = window.dilation[d];
  int64_t start = out * window.stride[d] - window.padBegin[d];
  auto tapsBelow = [&](int64_t limit) {
    return std::clamp((limit - start + step - 1) / step, int64_t{0}, window.kernel[d]);
  };
  int64_t skipped = tapsBelow(0);
  return {start + skipped * step, start + tapsBelow(window.in[d]) * step, step,
          tapsBelow(window.in[d] + window.padEnd[d])};
}

// The taps of one window inside the input, along each dimension.
struct Taken {
  std::array<Taps, kSpatial> taps;
  Window::Extents in;
  int64_t base; // of its plane

  template <typename F> void forEach(F f) const {
    for (int64_t z = taps[0].first; z < taps[0].last; z += taps[0].step)
      for (int64_t y = taps[1].first; y < taps[1].last; y += taps[1].step)
        for (int64_t x = taps[2].first; x < taps[2].last; x += taps[2].step)
          f(static_cast<size_t>(base + (z * in[1] + y) * in[2] + x));
  }
};

// Calls f(output index, window) for every output element.
template <typename F> void forWindows(const Window& window, int64_t planes, F f) {
  size_t i = 0;
  Taken taken{{}, window.in, 0};
  for (int64_t plane = 0; plane < planes; ++plane, taken.base += Window::volume(window.in))
    for (int64_t z = 0; z < window.out[0]; ++z) {
      taken.taps[0] = tapsOf(window, 0, z);
      for (int64_t y = 0; y < window.out[1]; ++y) {
        taken.taps[1] = tapsOf(window, 1, y);
        for (int64_t x = 0; x < window.out[2]; ++x) {
          taken.taps[2] = tapsOf(window, 2, x);
          f(i++, taken);
        }
      }
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
  appendSpatial(pool.result, pool.window.out, shape.size());
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
    forWindows(pool.window, pool.planes, [&](size_t i, const Taken& taken) {
      T largest = std::numeric_limits<T>::lowest();
      taken.forEach([&](size_t at) { largest = std::max(largest, x[at]); });
      y[i] = largest;
    });
    return result;
  });
}

// How many elements an average divides by. A window with nothing inside gives 0 / 0.
int64_t divisor(bool padded, const Taken& taken) {
  int64_t count = 1;
  for (const Taps& taps : taken.taps)
    count *= padded ? taps.padded : taps.inside();
  return count;
}

HostTensor averagePool(const Args& args) {
  Pool pool = makePool(args);
  auto x = args.values<float>(0);
  HostTensor result = makeTensor(DType::f32, pool.result);
  auto y = elements<float>(result);
  const bool padded = net::value(args.node, net::ops::AveragePool::count_include_pad) != 0;
  forWindows(pool.window, pool.planes, [&](size_t i, const Taken& taken) {
    float sum = 0;
    taken.forEach([&](size_t at) { sum += x[at]; });
    y[i] = sum / static_cast<float>(divisor(padded, taken));
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
  const bool integerMean = net::value(args.node, O::integer_mean) != 0;
  const bool whole = net::value(args.node, O::count_include_pad) != 0;
  std::vector<int32_t> y(static_cast<size_t>(net::elementCount(pool.result)));
  forWindows(pool.window, pool.planes, [&](size_t i, const Taken& taken) {
    int64_t sum = 0;
    float floatSum = 0;
    taken.forEach([&](size_t at) {
      sum += x[at] - xZero;
      floatSum += num::dequantise(x[at], xScale, xZero);
    });
    // ONNX Runtime's integer kernel counts the whole window, even where ceil_mode lets it hang over the padding.
    int64_t count = whole ? Window::volume(pool.window.kernel) : divisor(false, taken);
    y[i] = integerMean ? num::requantise(static_cast<int32_t>(sum),
                                         num::averageScale(xScale, yScale, static_cast<int32_t>(count)), yZero,
                                         range.lo, range.hi)
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

// How a reduction goes on from element to element. Sums of narrow integers are modulo 2^64 first and modulo their own
// width at the end.
template <typename T> struct Sum {
  using Accumulator = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
  static Accumulator start() { return {}; }
  static Accumulator step(Accumulator sum, T x) { return sum + static_cast<Accumulator>(x); }
  static T finish(Accumulator sum, int64_t) { return static_cast<T>(sum); }
};
template <typename T> struct Mean : Sum<T> {
  static T finish(typename Sum<T>::Accumulator sum, int64_t count) {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<int64_t>(sum) / std::max<int64_t>(count, 1));
    else
      return sum / static_cast<T>(count);
  }
};
template <typename T> struct SumOfSizes : Sum<T> {
  static auto step(typename Sum<T>::Accumulator sum, T x) {
    return x < T{0} ? sum - Sum<T>::step({}, x) : Sum<T>::step(sum, x);
  }
};
template <typename T> struct SumOfSquares : Sum<T> {
  static auto step(typename Sum<T>::Accumulator sum, T x) { return sum + Sum<T>::step({}, x) * Sum<T>::step({}, x); }
};
template <typename T> struct Length : SumOfSquares<T> {
  static T finish(typename Sum<T>::Accumulator sum, int64_t) { return static_cast<T>(std::sqrt(sum)); }
};
template <typename T> struct Product : Sum<T> {
  static auto start() { return Sum<T>::step({}, T{1}); }
  static auto step(typename Sum<T>::Accumulator product, T x) { return product * Sum<T>::step({}, x); }
};
// NaN stays.
template <typename T> struct Largest {
  static T start() {
    return std::is_integral_v<T> ? std::numeric_limits<T>::lowest() : -std::numeric_limits<T>::infinity();
  }
  static T step(T largest, T x) { return largest < x || x != x ? x : largest; }
  static T finish(T largest, int64_t) { return largest; }
};
template <typename T> struct Smallest : Largest<T> {
  static T start() {
    return std::is_integral_v<T> ? std::numeric_limits<T>::max() : std::numeric_limits<T>::infinity();
  }
  static T step(T smallest, T x) { return x < smallest || x != x ? x : smallest; }
};

template <template <typename> typename Fold> HostTensor reduce(const Args& args) {
  using O = net::ops::ReduceMean; // all reductions have the same operands and attributes
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
  args.expect(resultShape);
  return visitNumber(args, args.type(O::x), [&](auto zero) {
    using T = decltype(zero);
    auto x = args.values<T>(O::x);
    HostTensor result = makeTensor(args.type(O::x), resultShape);
    auto y = elements<T>(result);
    std::vector<decltype(Fold<T>::start())> folded(y.size(), Fold<T>::start());
    forBroadcast(shape, shape, kept, [&](int64_t i, int64_t, int64_t at) {
      auto& entry = folded[static_cast<size_t>(at)];
      entry = Fold<T>::step(entry, x[static_cast<size_t>(i)]);
    });
    for (size_t i = 0; i < y.size(); ++i)
      y[i] = Fold<T>::finish(folded[i], count);
    return result;
  });
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

// ArgMax and ArgMin: the first of equal elements, or the last.
template <bool kLargest> HostTensor argReduce(const Args& args) {
  using O = net::ops::ArgMax;
  const Shape& shape = args.shape(O::x);
  size_t axis = args.axis(net::value(args.node, O::axis), shape.size());
  bool last = net::value(args.node, O::select_last_index) != 0;
  args.require(shape[axis] > 0, "there are no elements to choose from");
  Shape resultShape = shape;
  resultShape[axis] = 1;
  HostTensor result = makeTensor(DType::s64, resultShape);
  auto y = elements<int64_t>(result);
  visitNumber(args, args.type(O::x), [&](auto zero) {
    auto x = args.values<decltype(zero)>(O::x);
    size_t row = 0;
    forRows(shape, axis, [&](size_t first, size_t step, size_t count) {
      size_t best = 0;
      for (size_t i = 1; i < count; ++i) {
        auto candidate = x[first + i * step], leader = x[first + best * step];
        if ((kLargest ? leader < candidate : candidate < leader) || (last && candidate == leader))
          best = i;
      }
      y[row++] = static_cast<int64_t>(best);
    });
  });
  if (net::value(args.node, O::keepdims) == 0)
    result.shape.erase(result.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  args.expect(result.shape);
  return result;
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

// One row of `count` elements from `first` on to mean 0 and variance 1; without the mean where `centre` is false.
void normaliseRow(std::span<const float> x, std::span<float> y, float epsilon, bool centre) {
  const auto count = static_cast<float>(x.size());
  float mean = 0;
  if (centre) {
    for (float value : x)
      mean += value;
    mean /= count;
  }
  float squares = 0;
  for (float value : x)
    squares += (value - mean) * (value - mean);
  const float deviation = std::sqrt(squares / count + epsilon);
  for (size_t i = 0; i < x.size(); ++i)
    y[i] = (x[i] - mean) / deviation;
}

// LayerNormalization and RMSNormalization: over all axes from `axis` on; scale and bias are broadcast.
template <bool kCentre> HostTensor layerNormalization(const Args& args) {
  using O = net::ops::LayerNormalization;
  const Shape& shape = args.shape(O::x);
  size_t axis = args.axis(net::value(args.node, O::axis), shape.size());
  auto epsilon = static_cast<float>(net::value(args.node, O::epsilon));
  args.require(net::value(args.node, O::stash_type) == 1, "attribute 'stash_type' must be 1");
  args.expect(shape);
  size_t row = 1;
  for (size_t d = axis; d < shape.size(); ++d)
    row *= static_cast<size_t>(shape[d]);
  auto x = args.values<float>(O::x);
  HostTensor result = makeTensor(DType::f32, shape);
  auto y = elements<float>(result);
  for (size_t first = 0; first < y.size(); first += row)
    normaliseRow(x.subspan(first, row), y.subspan(first, row), epsilon, kCentre);
  for (size_t operand : {O::scale, O::bias}) {
    if (operand == O::bias && !args.has(O::bias))
      continue;
    args.require(broadcastShape(args, shape, args.shape(operand)) == shape, "scale and bias must broadcast to x");
    auto parameter = args.values<float>(operand);
    forBroadcast(shape, shape, args.shape(operand), [&](int64_t i, int64_t, int64_t at) {
      float& value = y[static_cast<size_t>(i)];
      value =
          operand == O::scale ? value * parameter[static_cast<size_t>(at)] : value + parameter[static_cast<size_t>(at)];
    });
  }
  return result;
}

// Over each group of channels of each image; scale and bias by channel.
HostTensor normaliseGroups(const Args& args, int64_t groups, float epsilon) {
  using O = net::ops::InstanceNormalization;
  const Shape& shape = args.shape(O::x);
  args.require(shape.size() >= 2 && groups >= 1 && shape[1] % groups == 0,
               "the input must have a batch and channels, a multiple of the groups");
  args.expect(shape);
  auto x = args.values<float>(O::x), scale = args.values<float>(O::scale), bias = args.values<float>(O::bias);
  args.require(static_cast<int64_t>(scale.size()) == shape[1] && scale.size() == bias.size(),
               "scale and bias must have one element per channel");
  HostTensor result = makeTensor(DType::f32, shape);
  auto y = elements<float>(result);
  if (y.empty())
    return result;
  const size_t row = y.size() / static_cast<size_t>(shape[0] * groups), channels = scale.size();
  const size_t inner = y.size() / static_cast<size_t>(shape[0]) / channels;
  for (size_t first = 0; first < y.size(); first += row)
    normaliseRow(x.subspan(first, row), y.subspan(first, row), epsilon, true);
  for (size_t i = 0; i < y.size(); ++i)
    y[i] = y[i] * scale[i / inner % channels] + bias[i / inner % channels];
  return result;
}

HostTensor instanceNormalization(const Args& args) {
  const Shape& shape = args.shape(net::ops::InstanceNormalization::x);
  args.require(shape.size() >= 2, "the input must have a batch and channels");
  return normaliseGroups(args, shape[1],
                         static_cast<float>(net::value(args.node, net::ops::InstanceNormalization::epsilon)));
}

HostTensor groupNormalization(const Args& args) {
  using O = net::ops::GroupNormalization;
  args.require(net::value(args.node, O::stash_type) == 1, "attribute 'stash_type' must be 1");
  return normaliseGroups(args, net::value(args.node, O::num_groups),
                         static_cast<float>(net::value(args.node, O::epsilon)));
}

// Across `size` neighbouring channels.
HostTensor lrn(const Args& args) {
  using O = net::ops::LRN;
  const Shape& shape = args.shape(O::x);
  args.require(shape.size() >= 2, "the input must have a batch and channels");
  int64_t size = net::value(args.node, O::size);
  args.require(size >= 1, "attribute 'size' must be 1 or more");
  auto alpha = static_cast<float>(net::value(args.node, O::alpha)),
       beta = static_cast<float>(net::value(args.node, O::beta)),
       bias = static_cast<float>(net::value(args.node, O::bias));
  auto x = args.values<float>(O::x);
  HostTensor result = makeTensor(DType::f32, shape);
  auto y = elements<float>(result);
  forRows(shape, 1, [&](size_t first, size_t step, size_t count) {
    for (size_t c = 0; c < count; ++c) {
      size_t before = static_cast<size_t>(size - 1) / 2, after = static_cast<size_t>(size) / 2;
      float squares = 0;
      for (size_t i = c < before ? 0 : c - before; i <= std::min(c + after, count - 1); ++i)
        squares += x[first + i * step] * x[first + i * step];
      y[first + c * step] = x[first + c * step] / std::pow(bias + alpha / static_cast<float>(size) * squares, beta);
    }
  });
  return result;
}

// Softmax, or its logarithm.
template <bool kLog> HostTensor softmax(const Args& args) {
  const Shape& shape = args.shape(net::ops::Softmax::x);
  args.require(!shape.empty(), "the input must not be a scalar");
  size_t axis = args.axis(net::value(args.node, net::ops::Softmax::axis), shape.size());
  auto x = args.values<float>(net::ops::Softmax::x);
  HostTensor result = makeTensor(DType::f32, shape);
  auto y = elements<float>(result);
  forRows(shape, axis, [&](size_t first, size_t step, size_t count) {
    float largest = -std::numeric_limits<float>::infinity();
    for (size_t i = 0; i < count; ++i)
      largest = std::max(largest, x[first + i * step]);
    float sum = 0;
    for (size_t i = 0; i < count; ++i)
      sum += y[first + i * step] = std::exp(x[first + i * step] - largest);
    for (size_t i = 0; i < count; ++i) {
      float& value = y[first + i * step];
      value = kLog ? x[first + i * step] - largest - std::log(sum) : value / sum;
    }
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
    {Op::ReduceL1, reduce<SumOfSizes>},
    {Op::ReduceL2, reduce<Length>},
    {Op::ReduceMax, reduce<Largest>},
    {Op::ReduceMean, reduce<Mean>},
    {Op::ReduceMin, reduce<Smallest>},
    {Op::ReduceProd, reduce<Product>},
    {Op::ReduceSum, reduce<Sum>},
    {Op::ReduceSumSquare, reduce<SumOfSquares>},
    {Op::ArgMax, argReduce<true>},
    {Op::ArgMin, argReduce<false>},
    {Op::BatchNormalization, batchNormalization},
    {Op::GroupNormalization, groupNormalization},
    {Op::InstanceNormalization, instanceNormalization},
    {Op::LayerNormalization, layerNormalization<true>},
    {Op::RMSNormalization, layerNormalization<false>},
    {Op::LRN, lrn},
    {Op::Softmax, softmax<false>},
    {Op::LogSoftmax, softmax<true>},
    {Op::QLinearAveragePool, qlinearAveragePool},
    {Op::QLinearGlobalAveragePool, qlinearGlobalAveragePool},
    {Op::QLinearSoftmax, qlinearSoftmax},
};

} // namespace

std::span<const Implementation> poolingOperators() {
  return kPooling;
}

} // namespace weft::ref
