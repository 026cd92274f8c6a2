// Conversions and the element-wise operators on quantised tensors.
#include "isa/semantics/numerics.h"
#include "runtime/ref/operators.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <utility>

namespace weft::ref {
namespace {

using net::DType;
using net::Shape;

// The element type of an onnx.TensorProto.DataType number.
DType fromOnnx(const Args& args, int64_t number) {
  switch (number) {
  case 1:
    return DType::f32;
  case 2:
    return DType::u8;
  case 3:
    return DType::s8;
  case 4:
    return DType::u16;
  case 5:
    return DType::s16;
  case 6:
    return DType::s32;
  case 7:
    return DType::s64;
  case 9:
    return DType::boolean;
  case 11:
    return DType::f64;
  case 12:
    return DType::u32;
  case 13:
    return DType::u64;
  default:
    args.fail(fmt::format("the ONNX element type {} is not supported", number));
  }
}

// Integers wrap; floats are cut towards zero and, where they do not fit, limited to the range (NaN gives 0).
template <typename To, typename From> To convert(From value) {
  if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    // 2^digits is exact in every float type, max() is not.
    auto above = static_cast<From>(std::ldexp(1.0, std::numeric_limits<To>::digits));
    if (value != value)
      return 0;
    if (value >= above)
      return std::numeric_limits<To>::max();
    if (value <= static_cast<From>(std::numeric_limits<To>::lowest()))
      return std::numeric_limits<To>::lowest();
  }
  return static_cast<To>(value);
}

HostTensor cast(const Args& args) {
  args.require(args.node.attributes.count("to") != 0, "attribute 'to' is missing");
  DType to = fromOnnx(args, args.node.integer("to", 0));
  auto store = [&](auto from) {
    using From = decltype(from);
    std::span<const From> x{reinterpret_cast<const From*>(args.at(0).data.data()),
                            args.at(0).data.size() / sizeof(From)};
    HostTensor result = makeTensor(to, args.shape(0));
    if (to == DType::boolean) {
      std::transform(x.begin(), x.end(), result.data.begin(), [](From value) { return value != From{0} ? 1 : 0; });
      return result;
    }
    visitNumber(args, to, [&](auto target) {
      using To = decltype(target);
      std::transform(x.begin(), x.end(), elements<To>(result).begin(), convert<To, From>);
    });
    return result;
  };
  // A boolean is a byte that holds 0 or 1.
  return args.type(0) == DType::boolean ? store(uint8_t{}) : visitNumber(args, args.type(0), store);
}

// The scales and zero points of QuantizeLinear and DequantizeLinear: one each, or one per index along `axis`.
struct Parameters {
  std::span<const float> scales;
  std::vector<int32_t> zeroPoints;
  size_t inner = 1;

  float scale(size_t i) const { return scales[i / inner % scales.size()]; }
  int32_t zeroPoint(size_t i) const { return zeroPoints[i / inner % zeroPoints.size()]; }
};

Parameters parametersOf(const Args& args) {
  args.require(args.node.integer("block_size", 0) == 0, "blocked quantisation is not supported");
  const Shape& shape = args.shape(0);
  Parameters parameters{args.values<float>(1), args.zeroPoints(2)};
  if (parameters.scales.size() != 1) {
    size_t axis = args.axis(args.node.integer("axis", 1), shape.size());
    args.require(args.shape(1).size() == 1 && static_cast<int64_t>(parameters.scales.size()) == shape[axis],
                 "the scales must be one, or one per index along the axis");
    for (size_t d = axis + 1; d < shape.size(); ++d)
      parameters.inner *= static_cast<size_t>(shape[d]);
  }
  args.require(!parameters.scales.empty() || args.at(0).data.empty(), "there are no scales");
  args.require(!args.has(2) || parameters.zeroPoints.size() == parameters.scales.size(),
               "there must be as many zero points as scales");
  return parameters;
}

// Operands: x, scale, [zero point].
HostTensor quantizeLinear(const Args& args) {
  DType type = DType::u8;
  if (args.has(2))
    type = args.type(2);
  else if (args.node.integer("output_dtype", 0) != 0)
    type = fromOnnx(args, args.node.integer("output_dtype", 0));
  Range range = rangeOf(args, type);
  Parameters parameters = parametersOf(args);
  std::vector<int32_t> y(static_cast<size_t>(net::elementCount(args.shape(0))));
  auto store = [&](auto x) {
    for (size_t i = 0; i < y.size(); ++i)
      y[i] = num::quantise(static_cast<float>(x[i]), parameters.scale(i), parameters.zeroPoint(i), range.lo, range.hi);
  };
  if (args.type(0) == DType::s32)
    store(args.values<int32_t>(0));
  else
    store(args.values<float>(0));
  return narrow(args, type, args.shape(0), y);
}

// Operands: x, scale, [zero point].
HostTensor dequantizeLinear(const Args& args) {
  Parameters parameters = parametersOf(args);
  args.require(!args.has(2) || args.type(2) == args.type(0), "the zero point must have the type of x");
  std::vector<int32_t> x = widen(args, 0);
  HostTensor result = makeTensor(DType::f32, args.shape(0));
  auto y = elements<float>(result);
  for (size_t i = 0; i < y.size(); ++i)
    y[i] = num::dequantise(x[i], parameters.scale(i), parameters.zeroPoint(i));
  return result;
}

// --- Element-wise ----------------------------------------------------------------------------------------------------

// Scale and zero point of one operand: operands `i` and `i` + 1.
struct Quantisation {
  float scale;
  int32_t zero;
};
Quantisation quantisationAt(const Args& args, size_t i, DType type) {
  return {args.scalar<float>(i), args.zeroPoint(i + 1, type)};
}

// Operands of both: a, a scale, [a zero point], b, b scale, [b zero point], c scale, [c zero point].
template <typename Make> HostTensor quantisedBinary(const Args& args, Make make) {
  DType type = args.type(0);
  args.require(type == DType::u8 || type == DType::s8, "the operands must be int8 or uint8");
  args.require(args.type(3) == type, "both operands must have the same type");
  Shape shape = broadcastShape(args, args.shape(0), args.shape(3));
  args.expect(shape);
  std::vector<int32_t> a = widen(args, 0);
  std::vector<int32_t> b = widen(args, 3);
  std::vector<int32_t> c(static_cast<size_t>(net::elementCount(shape)));
  auto combine = make(quantisationAt(args, 1, type), quantisationAt(args, 4, type), quantisationAt(args, 6, type),
                      rangeOf(args, type));
  forBroadcast(shape, args.shape(0), args.shape(3), [&](int64_t i, int64_t atA, int64_t atB) {
    c[static_cast<size_t>(i)] = combine(a[static_cast<size_t>(atA)], b[static_cast<size_t>(atB)]);
  });
  return narrow(args, type, shape, c);
}

// Whether `a` stays the same along the innermost dimension in which the two shapes' broadcast moves, while `b` moves.
bool repeatsInnermost(const Shape& a, const Shape& b) {
  for (size_t fromEnd = 1; fromEnd <= b.size(); ++fromEnd) {
    int64_t extentA = fromEnd <= a.size() ? a[a.size() - fromEnd] : 1;
    int64_t extentB = b[b.size() - fromEnd];
    if (extentA != 1 || extentB != 1)
      return extentA == 1;
  }
  return false;
}

// The two operands are not treated alike: the second one is added first. ONNX Runtime exchanges them where the first is
// a scalar to its kernel.
HostTensor qlinearAdd(const Args& args) {
  bool exchanged = repeatsInnermost(args.shape(0), args.shape(3));
  return quantisedBinary(args, [=](Quantisation a, Quantisation b, Quantisation c, Range range) {
    if (exchanged)
      std::swap(a, b);
    num::QAdd add = num::makeQAdd(a.scale, a.zero, b.scale, b.zero, c.scale, c.zero);
    return [=](int32_t x, int32_t y) {
      return exchanged ? num::qadd(y, x, add, range.lo, range.hi) : num::qadd(x, y, add, range.lo, range.hi);
    };
  });
}

HostTensor qlinearMul(const Args& args) {
  return quantisedBinary(args, [](Quantisation a, Quantisation b, Quantisation c, Range range) {
    float scale = num::requantiseScale(a.scale, b.scale, c.scale);
    return [=](int32_t x, int32_t y) { return num::qmul(x, a.zero, y, b.zero, scale, c.zero, range.lo, range.hi); };
  });
}

// Operands: x, table.
HostTensor lut8(const Args& args) {
  const TensorView& x = args.at(0);
  const TensorView& table = args.at(1);
  auto isByte = [](DType type) { return type == DType::u8 || type == DType::s8; };
  args.require(isByte(x.type) && isByte(table.type), "input and table must be int8 or uint8");
  args.require(table.data.size() == 256, "the table must have 256 entries");
  HostTensor result = makeTensor(table.type, *x.shape);
  std::transform(x.data.begin(), x.data.end(), result.data.begin(), [&](uint8_t byte) { return table.data[byte]; });
  return result;
}

// What an 8-bit value becomes when it is dequantised, mapped by f and quantised again.
template <typename F> int32_t remap(int32_t q, Quantisation from, Quantisation to, Range range, F f) {
  return num::quantise(f(num::dequantise(q, from.scale, from.zero)), to.scale, to.zero, range.lo, range.hi);
}

// Operands: x, x scale, [x zero point], y scale, [y zero point].
template <typename F> HostTensor quantisedUnary(const Args& args, F f) {
  DType type = args.type(0);
  args.require(type == DType::u8 || type == DType::s8, "the input must be int8 or uint8");
  std::vector<int32_t> x = widen(args, 0);
  Quantisation from = quantisationAt(args, 1, type);
  Quantisation to = quantisationAt(args, 3, type);
  Range range = rangeOf(args, type);
  for (int32_t& value : x)
    value = remap(value, from, to, range, f);
  return narrow(args, type, args.shape(0), x);
}

HostTensor qlinearLeakyRelu(const Args& args) {
  auto alpha = static_cast<float>(args.node.real("alpha", 0.01));
  return quantisedUnary(args, [=](float x) { return x >= 0 ? x : alpha * x; });
}

HostTensor qlinearSigmoid(const Args& args) {
  return quantisedUnary(args, [](float x) { return 1 / (1 + std::exp(-x)); });
}

// Operands: y scale, y zero point, then (x, x scale, x zero point) for every part.
HostTensor qlinearConcat(const Args& args) {
  args.require((args.operands.size() - 2) % 3 == 0, "every part must be a tensor, a scale and a zero point");
  DType type = args.type(1);
  args.require(type == DType::u8 || type == DType::s8, "the zero points must be int8 or uint8");
  Range range = rangeOf(args, type);
  Quantisation to = quantisationAt(args, 0, type);
  std::vector<HostTensor> parts;
  for (size_t i = 2; i < args.operands.size(); i += 3) {
    args.require(args.type(i) == type, "all parts must have the result's type");
    Quantisation from = quantisationAt(args, i + 1, type);
    std::vector<int32_t> x = widen(args, i);
    if (from.scale != to.scale || from.zero != to.zero)
      for (int32_t& value : x)
        value = remap(value, from, to, range, [](float real) { return real; });
    parts.push_back(narrow(args, type, args.shape(i), x));
  }
  std::vector<TensorView> views;
  for (const HostTensor& part : parts)
    views.push_back(view(part));
  return findImplementation("Concat")(Args{args.node, views, args.expected});
}

constexpr Implementation kQuantised[] = {
    {"Cast", cast},
    {"QuantizeLinear", quantizeLinear},
    {"DequantizeLinear", dequantizeLinear},
    {"QLinearAdd", qlinearAdd},
    {"QLinearMul", qlinearMul},
    {"QLinearConcat", qlinearConcat},
    {"QLinearLeakyRelu", qlinearLeakyRelu},
    {"QLinearSigmoid", qlinearSigmoid},
    {"Lut8", lut8},
};

} // namespace

std::span<const Implementation> quantisedOperators() {
  return kQuantised;
}

} // namespace weft::ref
