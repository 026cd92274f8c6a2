// Conversions and the element-wise operators on quantised tensors.
#include "isa/program/elementwise.h"
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
using net::Op;
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
  DType to = fromOnnx(args, net::value(args.node, net::ops::Cast::to));
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

// Of QuantizeLinear and DequantizeLinear, whose operands have the same places.
Parameters parametersOf(const Args& args) {
  using O = net::ops::QuantizeLinear;
  args.require(net::value(args.node, O::block_size) == 0, "blocked quantisation is not supported");
  const Shape& shape = args.shape(O::x);
  Parameters parameters{args.values<float>(O::scale), args.zeroPoints(O::zero_point)};
  if (parameters.scales.size() != 1) {
    size_t axis = args.axis(net::value(args.node, O::axis), shape.size());
    args.require(args.shape(O::scale).size() == 1 && static_cast<int64_t>(parameters.scales.size()) == shape[axis],
                 "the scales must be one, or one per index along the axis");
    for (size_t d = axis + 1; d < shape.size(); ++d)
      parameters.inner *= static_cast<size_t>(shape[d]);
  }
  args.require(!parameters.scales.empty() || args.at(O::x).data.empty(), "there are no scales");
  args.require(!args.has(O::zero_point) || parameters.zeroPoints.size() == parameters.scales.size(),
               "there must be as many zero points as scales");
  return parameters;
}

HostTensor quantizeLinear(const Args& args) {
  using O = net::ops::QuantizeLinear;
  DType type = DType::u8;
  if (args.has(O::zero_point))
    type = args.type(O::zero_point);
  else if (net::value(args.node, O::output_dtype) != 0)
    type = fromOnnx(args, net::value(args.node, O::output_dtype));
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

HostTensor dequantizeLinear(const Args& args) {
  using O = net::ops::DequantizeLinear;
  Parameters parameters = parametersOf(args);
  args.require(!args.has(O::zero_point) || args.type(O::zero_point) == args.type(O::x),
               "the zero point must have the type of x");
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

// QLinearAdd and QLinearMul, whose operands have the same places.
template <typename Make> HostTensor quantisedBinary(const Args& args, Make make) {
  using O = net::ops::QLinearAdd;
  DType type = args.type(O::a);
  args.require(type == DType::u8 || type == DType::s8, "the operands must be int8 or uint8");
  args.require(args.type(O::b) == type, "both operands must have the same type");
  Shape shape = broadcastShape(args, args.shape(O::a), args.shape(O::b));
  args.expect(shape);
  std::vector<int32_t> a = widen(args, O::a);
  std::vector<int32_t> b = widen(args, O::b);
  std::vector<int32_t> c(static_cast<size_t>(net::elementCount(shape)));
  auto combine = make(quantisationAt(args, O::a_scale, type), quantisationAt(args, O::b_scale, type),
                      quantisationAt(args, O::y_scale, type), rangeOf(args, type));
  forBroadcast(shape, args.shape(O::a), args.shape(O::b), [&](int64_t i, int64_t atA, int64_t atB) {
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
  using O = net::ops::QLinearAdd;
  bool exchanged = repeatsInnermost(args.shape(O::a), args.shape(O::b));
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

HostTensor lut8(const Args& args) {
  const TensorView& x = args.at(net::ops::Lut8::x);
  const TensorView& table = args.at(net::ops::Lut8::table);
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

// QLinearSigmoid and QLinearLeakyRelu, whose operands have the same places. The float operator between.
HostTensor quantisedUnary(const Args& args, Op op) {
  using O = net::ops::QLinearSigmoid;
  const net::UnaryFunction function = net::unaryFunction(op);
  float parameters[net::kMaxParameters] = {};
  net::readParameters(op, parameters, [&](const net::AttributeInfo& attribute) {
    return static_cast<float>(args.node.real(std::string(attribute.name), attribute.real));
  });
  DType type = args.type(O::x);
  args.require(type == DType::u8 || type == DType::s8, "the input must be int8 or uint8");
  std::vector<int32_t> x = widen(args, O::x);
  Quantisation from = quantisationAt(args, O::x_scale, type);
  Quantisation to = quantisationAt(args, O::y_scale, type);
  Range range = rangeOf(args, type);
  for (int32_t& value : x)
    value = remap(value, from, to, range, [&](float real) { return function(real, parameters); });
  return narrow(args, type, args.shape(O::x), x);
}

HostTensor qlinearLeakyRelu(const Args& args) {
  return quantisedUnary(args, Op::LeakyRelu);
}

HostTensor qlinearSigmoid(const Args& args) {
  return quantisedUnary(args, Op::Sigmoid);
}

// After scale and zero point of the result, every part has three operands.
HostTensor qlinearConcat(const Args& args) {
  using O = net::ops::QLinearConcat;
  args.require((args.operands.size() - O::inputs) % 3 == 0, "every part must be a tensor, a scale and a zero point");
  DType type = args.type(O::y_zero_point);
  args.require(type == DType::u8 || type == DType::s8, "the zero points must be int8 or uint8");
  Range range = rangeOf(args, type);
  Quantisation to = quantisationAt(args, O::y_scale, type);
  std::vector<HostTensor> parts;
  for (size_t i = O::inputs; i < args.operands.size(); i += 3) {
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
  return implementationOf(Op::Concat)(Args{args.node, views, args.expected});
}

constexpr Implementation kQuantised[] = {
    {Op::Cast, cast},
    {Op::QuantizeLinear, quantizeLinear},
    {Op::DequantizeLinear, dequantizeLinear},
    {Op::QLinearAdd, qlinearAdd},
    {Op::QLinearMul, qlinearMul},
    {Op::QLinearConcat, qlinearConcat},
    {Op::QLinearLeakyRelu, qlinearLeakyRelu},
    {Op::QLinearSigmoid, qlinearSigmoid},
    {Op::Lut8, lut8},
};

} // namespace

std::span<const Implementation> quantisedOperators() {
  return kQuantised;
}

} // namespace weft::ref
