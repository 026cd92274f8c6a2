// Convolutions and matrix products, float and integer. An integer operator widens its operands to 16 bits with the zero
// points taken off, multiplies (padding is then 0) and requantises the int32 sums.
#include "isa/semantics/numerics.h"
#include "runtime/ref/operators.h"

#include <algorithm>

namespace weft::ref {
namespace {

using net::DType;
using net::Op;
using net::Shape;

// --- Convolution -----------------------------------------------------------------------------------------------------

struct ConvShape {
  Window window;
  int64_t batch, channels, filters, groups;
  Shape result;

  int64_t pixels() const { return Window::volume(window.out); }
  int64_t groupChannels() const { return channels / groups; }
  int64_t groupFilters() const { return filters / groups; }
  int64_t taps() const { return groupChannels() * Window::volume(window.kernel); }
};

ConvShape convShape(const Args& args, size_t inputAt, size_t weightsAt) {
  const Shape& x = args.shape(inputAt);
  const Shape& w = args.shape(weightsAt);
  args.require(x.size() >= 3 && w.size() == x.size(), "input and weights must have the same rank, 3 to 5");
  ConvShape conv{makeWindow(args, x, Shape(w.begin() + 2, w.end())), x[0], x[1], w[0],
                 net::value(args.node, net::ops::Conv::group),       {}};
  args.require(conv.groups >= 1 && conv.channels % conv.groups == 0 && conv.filters % conv.groups == 0,
               "attribute 'group' must divide the channels and the filters");
  args.require(w[1] == conv.groupChannels(), "the weights must have (channels / group) input channels");
  conv.result = {conv.batch, conv.filters};
  appendSpatial(conv.result, conv.window.out, x.size());
  args.expect(conv.result);
  return conv;
}

// Copies to `patch` what the window sees at an output pixel of one image of `channels` planes, 0 for padding. The
// element for (channel, kz, ky, kx) goes to patch[index * step], index counted as in the weights.
template <typename T>
void gather(const Window& window, const T* image, int64_t channels, int64_t pixel, T* patch, int64_t step) {
  Window::Extents start;
  for (size_t d = kSpatial; d-- > 0; pixel /= window.out[d])
    start[d] = pixel % window.out[d] * window.stride[d] - window.padBegin[d];
  auto inside = [&](size_t d, int64_t at) { return at >= 0 && at < window.in[d]; };
  for (int64_t c = 0; c < channels; ++c) {
    const T* plane = image + c * Window::volume(window.in);
    for (int64_t kz = 0; kz < window.kernel[0]; ++kz) {
      const int64_t z = start[0] + kz * window.dilation[0];
      for (int64_t ky = 0; ky < window.kernel[1]; ++ky) {
        const int64_t y = start[1] + ky * window.dilation[1];
        const bool rowInside = inside(0, z) && inside(1, y);
        for (int64_t kx = 0; kx < window.kernel[2]; ++kx) {
          const int64_t x = start[2] + kx * window.dilation[2];
          *patch = rowInside && inside(2, x) ? plane[(z * window.in[1] + y) * window.in[2] + x] : T{};
          patch += step;
        }
      }
    }
  }
}

// The operand with its zero points taken off: one for all, or one for each index along dimension `axis`.
std::vector<int16_t> centred(const Args& args, size_t i, const std::vector<int32_t>& zeroPoints, size_t axis) {
  const Shape& shape = args.shape(i);
  int64_t inner = 1;
  for (size_t d = axis + 1; d < shape.size(); ++d)
    inner *= shape[d];
  int64_t extent = axis < shape.size() ? shape[axis] : 1;
  if (zeroPoints.size() != 1 && static_cast<int64_t>(zeroPoints.size()) != extent)
    args.fail("the zero points must be one, or one per channel");
  std::vector<int16_t> result(static_cast<size_t>(net::elementCount(shape)));
  auto fill = [&](auto zero) {
    auto all = args.values<decltype(zero)>(i);
    for (size_t at = 0; at < all.size(); ++at) {
      size_t channel = zeroPoints.size() == 1 ? 0 : at / static_cast<size_t>(inner) % static_cast<size_t>(extent);
      result[at] = static_cast<int16_t>(all[at] - zeroPoints[channel]);
    }
  };
  if (args.type(i) == DType::s8)
    fill(int8_t{});
  else if (args.type(i) == DType::u8)
    fill(uint8_t{});
  else
    args.failType(i, "int8 or uint8");
  return result;
}

// The zero points of operand `i`, which must have the type of operand `of`.
std::vector<int32_t> zeroPointsOf(const Args& args, size_t i, size_t of) {
  if (args.has(i) && args.type(i) != args.type(of))
    args.failType(i, net::name(args.type(of)));
  return args.zeroPoints(i);
}

// int32 sums [batch, filters, pixels], modulo 2^32.
std::vector<int32_t> convolve(const ConvShape& conv, const std::vector<int16_t>& x, const std::vector<int16_t>& w) {
  // One tile of patches stays in the second-level cache while all filters pass over it.
  constexpr int64_t kTile = 32;
  int64_t pixels = conv.pixels();
  int64_t taps = conv.taps();
  int64_t plane = Window::volume(conv.window.in);
  std::vector<int32_t> sums(static_cast<size_t>(conv.batch * conv.filters * pixels));
  std::vector<int16_t> patches(static_cast<size_t>(kTile * taps));
  for (int64_t n = 0; n < conv.batch; ++n) {
    for (int64_t g = 0; g < conv.groups; ++g) {
      const int16_t* image = x.data() + (n * conv.channels + g * conv.groupChannels()) * plane;
      int64_t filter = g * conv.groupFilters();
      for (int64_t first = 0; first < pixels; first += kTile) {
        int64_t count = std::min(kTile, pixels - first);
        for (int64_t i = 0; i < count; ++i)
          gather(conv.window, image, conv.groupChannels(), first + i, patches.data() + i * taps, 1);
        multiplyTransposed(w.data() + filter * taps, patches.data(), static_cast<size_t>(conv.groupFilters()),
                           static_cast<size_t>(count), static_cast<size_t>(taps),
                           sums.data() + (n * conv.filters + filter) * pixels + first, static_cast<size_t>(pixels));
      }
    }
  }
  return sums;
}

HostTensor conv(const Args& args) {
  using O = net::ops::Conv;
  ConvShape shape = convShape(args, O::x, O::w);
  auto x = args.values<float>(O::x);
  auto w = args.values<float>(O::w);
  HostTensor result = makeTensor(DType::f32, shape.result);
  auto y = elements<float>(result);
  constexpr int64_t kTile = 64;
  int64_t pixels = shape.pixels();
  int64_t taps = shape.taps();
  int64_t plane = Window::volume(shape.window.in);
  std::vector<float> patches(static_cast<size_t>(kTile * taps));
  for (int64_t n = 0; n < shape.batch; ++n) {
    for (int64_t g = 0; g < shape.groups; ++g) {
      const float* image = x.data() + (n * shape.channels + g * shape.groupChannels()) * plane;
      int64_t filter = g * shape.groupFilters();
      for (int64_t first = 0; first < pixels; first += kTile) {
        int64_t count = std::min(kTile, pixels - first);
        for (int64_t i = 0; i < count; ++i)
          gather(shape.window, image, shape.groupChannels(), first + i, patches.data() + i, count);
        multiply(w.data() + filter * taps, patches.data(), static_cast<size_t>(shape.groupFilters()),
                 static_cast<size_t>(count), static_cast<size_t>(taps),
                 y.data() + (n * shape.filters + filter) * pixels + first, static_cast<size_t>(pixels));
      }
    }
  }
  if (args.has(O::b)) {
    auto bias = args.values<float>(O::b);
    args.require(static_cast<int64_t>(bias.size()) == shape.filters, "the bias must have one element per filter");
    for (size_t i = 0; i < y.size(); ++i)
      y[i] += bias[i / static_cast<size_t>(pixels) % bias.size()];
  }
  return result;
}

// Every input element times its filter, added to where the filter lies in the result; channels in ascending order.
HostTensor convTranspose(const Args& args) {
  using O = net::ops::ConvTranspose;
  const Shape& in = args.shape(O::x);
  const Shape& w = args.shape(O::w);
  args.require(in.size() >= 3 && w.size() == in.size() && in[1] == w[0],
               "input and weights must have the same rank, 3 to 5, and as many channels as filters");
  args.require(net::value(args.node, O::output_shape).empty(), "attribute 'output_shape' must have become pads");
  const size_t rank = in.size() - 2;
  const auto groups = net::value(args.node, O::group);
  args.require(groups >= 1 && in[1] % groups == 0, "attribute 'group' must divide the channels");
  // The window of the convolution that goes from the result to x.
  Window window = readWindow(args, rank, Shape(w.begin() + 2, w.end()));
  window.out = widened(args, "the input's shape", std::span(in).subspan(2), rank, 1, 0);
  const std::vector<int64_t> more = net::value(args.node, O::output_padding, std::vector<int64_t>(rank, 0));
  const Window::Extents beyond = widened(args, "attribute 'output_padding'", more, rank, 0, 0);
  for (size_t d = 0; d < kSpatial; ++d) {
    window.in[d] = window.stride[d] * (window.out[d] - 1) + beyond[d] + (window.kernel[d] - 1) * window.dilation[d] +
                   1 - window.padBegin[d] - window.padEnd[d];
    args.require(window.in[d] >= 0, "the pads remove more than there is");
  }
  const int64_t channels = in[1] / groups, filters = w[1];
  Shape shape = {in[0], filters * groups};
  appendSpatial(shape, window.in, in.size());
  args.expect(shape);
  HostTensor result = makeTensor(DType::f32, shape);
  auto y = elements<float>(result);
  auto x = args.values<float>(O::x), weights = args.values<float>(O::w);
  const int64_t pixels = Window::volume(window.in), plane = Window::volume(window.out);
  const int64_t taps = Window::volume(window.kernel);
  // Where tap `t` of input pixel `i` lies in a plane of the result; -1: outside.
  auto target = [&](int64_t i, int64_t t) {
    int64_t at = 0, step = 1;
    for (size_t d = kSpatial; d-- > 0; i /= window.out[d], t /= window.kernel[d], step *= window.in[d]) {
      const int64_t index =
          i % window.out[d] * window.stride[d] + t % window.kernel[d] * window.dilation[d] - window.padBegin[d];
      if (index < 0 || index >= window.in[d])
        return int64_t{-1};
      at += index * step;
    }
    return at;
  };
  std::vector<int64_t> targets;
  for (int64_t i = 0; i < plane; ++i)
    for (int64_t t = 0; t < taps; ++t)
      targets.push_back(target(i, t));
  for (int64_t n = 0; n < in[0]; ++n)
    for (int64_t c = 0; c < in[1]; ++c)
      for (int64_t f = 0; f < filters; ++f) {
        const float* image = x.data() + (n * in[1] + c) * plane;
        const float* filter = weights.data() + (c * filters + f) * taps;
        float* sums = y.data() + (n * filters * groups + c / channels * filters + f) * pixels;
        for (int64_t i = 0; i < plane; ++i)
          for (int64_t t = 0; t < taps; ++t)
            if (const int64_t at = targets[static_cast<size_t>(i * taps + t)]; at >= 0)
              sums[at] += image[i] * filter[t];
      }
  if (args.has(O::b)) {
    auto bias = args.values<float>(O::b);
    args.require(static_cast<int64_t>(bias.size()) == shape[1], "the bias must have one element per filter");
    for (size_t i = 0; i < y.size(); ++i)
      y[i] += bias[i / static_cast<size_t>(pixels) % bias.size()];
  }
  return result;
}

HostTensor convInteger(const Args& args) {
  using O = net::ops::ConvInteger;
  ConvShape shape = convShape(args, O::x, O::w);
  std::vector<int16_t> x = centred(args, O::x, {args.zeroPoint(O::x_zero_point, args.type(O::x))}, 0);
  std::vector<int16_t> w = centred(args, O::w, zeroPointsOf(args, O::w_zero_point, O::w), 0);
  return makeTensor<int32_t>(shape.result, convolve(shape, x, w));
}

// Requantises sums laid out as [outer][channels][inner]. `scales` has one element or one per channel.
HostTensor requantiseAll(const Args& args, Shape shape, std::vector<int32_t> sums, const std::vector<float>& scales,
                         DType type, int32_t zp, int64_t channels, int64_t inner) {
  Range range = rangeOf(args, type);
  args.require(scales.size() == 1 || static_cast<int64_t>(scales.size()) == channels,
               "the weights' scales must be one, or one per output channel");
  for (size_t i = 0; i < sums.size(); ++i) {
    size_t channel = scales.size() == 1 ? 0 : i / static_cast<size_t>(inner) % scales.size();
    sums[i] = num::requantise(sums[i], scales[channel], zp, range.lo, range.hi);
  }
  return narrow(args, type, std::move(shape), sums);
}

HostTensor qlinearConv(const Args& args) {
  using O = net::ops::QLinearConv;
  ConvShape shape = convShape(args, O::x, O::w);
  std::vector<int16_t> x = centred(args, O::x, {args.zeroPoint(O::x_zero_point, args.type(O::x))}, 0);
  std::vector<int16_t> w = centred(args, O::w, zeroPointsOf(args, O::w_zero_point, O::w), 0);
  std::vector<int32_t> sums = convolve(shape, x, w);
  if (args.has(O::b)) {
    auto bias = args.values<int32_t>(O::b);
    args.require(static_cast<int64_t>(bias.size()) == shape.filters, "the bias must have one element per filter");
    for (size_t i = 0; i < sums.size(); ++i)
      sums[i] =
          static_cast<int32_t>(static_cast<uint32_t>(sums[i]) +
                               static_cast<uint32_t>(bias[i / static_cast<size_t>(shape.pixels()) % bias.size()]));
  }
  std::vector<float> scales;
  for (float scale : args.values<float>(O::w_scale))
    scales.push_back(num::requantiseScale(args.scalar<float>(O::x_scale), scale, args.scalar<float>(O::y_scale)));
  DType type = args.type(O::y_zero_point);
  return requantiseAll(args, shape.result, std::move(sums), scales, type, args.zeroPoint(O::y_zero_point, type),
                       shape.filters, shape.pixels());
}

// --- Matrix products -------------------------------------------------------------------------------------------------

// A product of (stacks of) matrices, NumPy's matmul: a vector is a matrix with one row (left) or column (right), and
// the extent that this adds is dropped from the result.
struct MatMulShape {
  Shape stackA, stackB, stack;
  int64_t m, n, k;
  Shape result;
};

MatMulShape matMulShape(const Args& args, size_t a, size_t b) {
  Shape left = args.shape(a);
  Shape right = args.shape(b);
  args.require(!left.empty() && !right.empty(), "the operands must not be scalars");
  bool leftVector = left.size() == 1;
  bool rightVector = right.size() == 1;
  if (leftVector)
    left.insert(left.begin(), 1);
  if (rightVector)
    right.push_back(1);
  MatMulShape shape{Shape(left.begin(), left.end() - 2), Shape(right.begin(), right.end() - 2), {}, 0, 0, 0, {}};
  shape.m = left[left.size() - 2];
  shape.k = left.back();
  shape.n = right.back();
  args.require(right[right.size() - 2] == shape.k, "the inner extents of the two matrices differ");
  shape.stack = broadcastShape(args, shape.stackA, shape.stackB);
  shape.result = shape.stack;
  if (!leftVector)
    shape.result.push_back(shape.m);
  if (!rightVector)
    shape.result.push_back(shape.n);
  args.expect(shape.result);
  return shape;
}

HostTensor matMul(const Args& args) {
  using O = net::ops::MatMul;
  MatMulShape shape = matMulShape(args, O::a, O::b);
  HostTensor result = makeTensor(DType::f32, shape.result);
  auto a = args.values<float>(O::a);
  auto b = args.values<float>(O::b);
  auto y = elements<float>(result);
  forBroadcast(shape.stack, shape.stackA, shape.stackB, [&](int64_t out, int64_t atA, int64_t atB) {
    multiply(a.data() + atA * shape.m * shape.k, b.data() + atB * shape.k * shape.n, static_cast<size_t>(shape.m),
             static_cast<size_t>(shape.n), static_cast<size_t>(shape.k), y.data() + out * shape.m * shape.n,
             static_cast<size_t>(shape.n));
  });
  return result;
}

// [rows][columns] to [columns][rows].
template <typename T> std::vector<T> transposed(const T* source, int64_t rows, int64_t columns) {
  std::vector<T> result(static_cast<size_t>(rows * columns));
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      result[static_cast<size_t>(c * rows + r)] = source[r * columns + c];
  return result;
}

std::vector<int32_t> multiplyStacks(const MatMulShape& shape, const std::vector<int16_t>& a,
                                    const std::vector<int16_t>& b) {
  std::vector<int32_t> sums(static_cast<size_t>(net::elementCount(shape.result)));
  forBroadcast(shape.stack, shape.stackA, shape.stackB, [&](int64_t out, int64_t atA, int64_t atB) {
    std::vector<int16_t> columns = transposed(b.data() + atB * shape.k * shape.n, shape.k, shape.n);
    multiplyTransposed(a.data() + atA * shape.m * shape.k, columns.data(), static_cast<size_t>(shape.m),
                       static_cast<size_t>(shape.n), static_cast<size_t>(shape.k),
                       sums.data() + out * shape.m * shape.n, static_cast<size_t>(shape.n));
  });
  return sums;
}

// The dimension that indexes the columns of operand `i`.
size_t columnAxis(const Args& args, size_t i) {
  size_t rank = args.shape(i).size();
  return rank < 2 ? rank : rank - 1;
}

HostTensor matMulInteger(const Args& args) {
  using O = net::ops::MatMulInteger;
  MatMulShape shape = matMulShape(args, O::a, O::b);
  size_t rankA = args.shape(O::a).size();
  std::vector<int16_t> a =
      centred(args, O::a, zeroPointsOf(args, O::a_zero_point, O::a), rankA < 2 ? rankA : rankA - 2);
  std::vector<int16_t> b = centred(args, O::b, zeroPointsOf(args, O::b_zero_point, O::b), columnAxis(args, O::b));
  return makeTensor<int32_t>(shape.result, multiplyStacks(shape, a, b));
}

HostTensor qlinearMatMul(const Args& args) {
  using O = net::ops::QLinearMatMul;
  MatMulShape shape = matMulShape(args, O::a, O::b);
  std::vector<int16_t> a = centred(args, O::a, {args.zeroPoint(O::a_zero_point, args.type(O::a))}, 0);
  std::vector<int16_t> b = centred(args, O::b, zeroPointsOf(args, O::b_zero_point, O::b), columnAxis(args, O::b));
  std::vector<float> scales;
  for (float scale : args.values<float>(O::b_scale))
    scales.push_back(num::requantiseScale(args.scalar<float>(O::a_scale), scale, args.scalar<float>(O::y_scale)));
  DType type = args.type(O::y_zero_point);
  return requantiseAll(args, shape.result, multiplyStacks(shape, a, b), scales, type,
                       args.zeroPoint(O::y_zero_point, type), shape.n, 1);
}

// The shape of a Gemm's matrices, which transA and transB may have transposed.
struct GemmShape {
  bool transA, transB;
  int64_t m, n, k;
};

GemmShape gemmShape(const Args& args, size_t a, size_t b) {
  const Shape& left = args.shape(a);
  const Shape& right = args.shape(b);
  args.require(left.size() == 2 && right.size() == 2, "both operands must be matrices");
  GemmShape shape{net::value(args.node, net::ops::Gemm::transA) != 0,
                  net::value(args.node, net::ops::Gemm::transB) != 0, 0, 0, 0};
  shape.m = left[shape.transA ? 1 : 0];
  shape.k = left[shape.transA ? 0 : 1];
  shape.n = right[shape.transB ? 0 : 1];
  args.require(right[shape.transB ? 1 : 0] == shape.k, "the inner extents of the two matrices differ");
  args.expect({shape.m, shape.n});
  return shape;
}

void checkBias(const Args& args, size_t i, const Shape& result) {
  args.require(broadcastShape(args, result, args.shape(i)) == result, "operand C cannot be broadcast to the result");
}

HostTensor gemm(const Args& args) {
  using O = net::ops::Gemm;
  GemmShape shape = gemmShape(args, O::a, O::b);
  auto alpha = static_cast<float>(net::value(args.node, O::alpha));
  auto beta = static_cast<float>(net::value(args.node, O::beta));
  auto a = args.values<float>(O::a);
  auto b = args.values<float>(O::b);
  std::vector<float> left = shape.transA ? transposed(a.data(), shape.k, shape.m) : std::vector(a.begin(), a.end());
  std::vector<float> right = shape.transB ? transposed(b.data(), shape.n, shape.k) : std::vector(b.begin(), b.end());
  HostTensor result = makeTensor(DType::f32, {shape.m, shape.n});
  auto y = elements<float>(result);
  multiply(left.data(), right.data(), static_cast<size_t>(shape.m), static_cast<size_t>(shape.n),
           static_cast<size_t>(shape.k), y.data(), static_cast<size_t>(shape.n));
  for (float& value : y)
    value *= alpha;
  if (args.has(O::c)) {
    checkBias(args, O::c, result.shape);
    auto c = args.values<float>(O::c);
    forBroadcast(result.shape, result.shape, args.shape(O::c), [&](int64_t i, int64_t, int64_t at) {
      y[static_cast<size_t>(i)] += beta * c[static_cast<size_t>(at)];
    });
  }
  return result;
}

// Without y scale the result is float.
HostTensor qgemm(const Args& args) {
  using O = net::ops::QGemm;
  GemmShape shape = gemmShape(args, O::a, O::b);
  auto alpha = static_cast<float>(net::value(args.node, O::alpha));
  std::vector<int16_t> a = centred(args, O::a, {args.zeroPoint(O::a_zero_point, args.type(O::a))}, 0);
  std::vector<int16_t> b = centred(args, O::b, zeroPointsOf(args, O::b_zero_point, O::b), shape.transB ? 0 : 1);
  if (shape.transA)
    a = transposed(a.data(), shape.k, shape.m);
  if (!shape.transB)
    b = transposed(b.data(), shape.k, shape.n);
  Shape resultShape = {shape.m, shape.n};
  std::vector<int32_t> sums(static_cast<size_t>(shape.m * shape.n));
  multiplyTransposed(a.data(), b.data(), static_cast<size_t>(shape.m), static_cast<size_t>(shape.n),
                     static_cast<size_t>(shape.k), sums.data(), static_cast<size_t>(shape.n));
  if (args.has(O::c)) {
    checkBias(args, O::c, resultShape);
    auto c = args.values<int32_t>(O::c);
    forBroadcast(resultShape, resultShape, args.shape(O::c), [&](int64_t i, int64_t, int64_t at) {
      auto& sum = sums[static_cast<size_t>(i)];
      sum = static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(c[static_cast<size_t>(at)]));
    });
  }
  std::vector<float> scales;
  for (float scale : args.values<float>(O::b_scale)) {
    float product = alpha * args.scalar<float>(O::a_scale);
    scales.push_back(args.has(O::y_scale) ? num::requantiseScale(product, scale, args.scalar<float>(O::y_scale))
                                          : product * scale);
  }
  if (args.has(O::y_scale)) {
    DType type = args.has(O::y_zero_point) ? args.type(O::y_zero_point) : args.type(O::a);
    return requantiseAll(args, resultShape, std::move(sums), scales, type, args.zeroPoint(O::y_zero_point, type),
                         shape.n, 1);
  }
  args.require(scales.size() == 1 || static_cast<int64_t>(scales.size()) == shape.n,
               "the scales of b must be one, or one per column");
  HostTensor result = makeTensor(DType::f32, resultShape);
  auto y = elements<float>(result);
  for (size_t i = 0; i < y.size(); ++i)
    y[i] = static_cast<float>(sums[i]) * scales[i % scales.size()];
  return result;
}

constexpr Implementation kLinear[] = {
    {Op::Conv, conv},
    {Op::ConvTranspose, convTranspose},
    {Op::ConvInteger, convInteger},
    {Op::Gemm, gemm},
    {Op::MatMul, matMul},
    {Op::MatMulInteger, matMulInteger},
    {Op::QLinearConv, qlinearConv},
    {Op::QGemm, qgemm},
    {Op::QLinearMatMul, qlinearMatMul},
};

} // namespace

std::span<const Implementation> linearOperators() {
  return kLinear;
}

} // namespace weft::ref
