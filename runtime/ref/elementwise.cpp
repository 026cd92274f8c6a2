// Element-wise operators on one or more operands.
#include "isa/program/elementwise.h"
#include "runtime/ref/operators.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <type_traits>

namespace weft::ref {
namespace {

using net::DType;
using net::Op;
using net::Shape;

// --- Two operands ----------------------------------------------------------------------------------------------------

// Integer results are modulo 2^bits, as two's complement hardware gives them.
template <typename T, typename F> T wrapping(T a, T b, F f) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    // uint64_t, because narrow unsigned types would be promoted to int.
    return static_cast<T>(static_cast<U>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b))));
  } else {
    return f(a, b);
  }
}

struct AddOp {
  template <typename T> T operator()(const Args&, T a, T b) const {
    return wrapping(a, b, [](auto x, auto y) { return x + y; });
  }
};
struct SubOp {
  template <typename T> T operator()(const Args&, T a, T b) const {
    return wrapping(a, b, [](auto x, auto y) { return x - y; });
  }
};
struct MulOp {
  template <typename T> T operator()(const Args&, T a, T b) const {
    return wrapping(a, b, [](auto x, auto y) { return x * y; });
  }
};
struct DivOp {
  template <typename T> T operator()(const Args& args, T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      args.require(b != 0, "integer division by zero");
      if constexpr (std::is_signed_v<T>)
        if (b == -1)
          return SubOp{}(args, T{0}, a);
      return static_cast<T>(a / b);
    } else {
      return a / b;
    }
  }
};
struct PowOp {
  template <typename T> T operator()(const Args& args, T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::pow(a, b);
    else
      args.fail("Pow is supported for float32 and float64");
  }
};
struct MaxOp {
  template <typename T> T operator()(const Args&, T a, T b) const { return a < b || b != b ? b : a; }
};
struct MinOp {
  template <typename T> T operator()(const Args&, T a, T b) const { return b < a || b != b ? b : a; }
};
struct PReluOp {
  template <typename T> T operator()(const Args& args, T x, T slope) const {
    return x < T{0} ? MulOp{}(args, x, slope) : x;
  }
};

template <typename Op> HostTensor combine(const Args& args, const TensorView& a, const TensorView& b) {
  Args pair{args.node, {}, nullptr};
  TensorView both[] = {a, b};
  pair.operands = both;
  Shape shape = broadcastShape(args, *a.shape, *b.shape);
  return visitNumber(args, a.type, [&](auto zero) {
    using T = decltype(zero);
    auto left = pair.values<T>(0);
    auto right = pair.values<T>(1);
    HostTensor result = makeTensor(a.type, shape);
    auto y = elements<T>(result);
    forBroadcast(shape, *a.shape, *b.shape, [&](int64_t out, int64_t atA, int64_t atB) {
      y[static_cast<size_t>(out)] =
          Op{}.template operator()<T>(args, left[static_cast<size_t>(atA)], right[static_cast<size_t>(atB)]);
    });
    return result;
  });
}

template <typename Op> HostTensor binary(const Args& args) {
  args.expect(broadcastShape(args, args.shape(0), args.shape(1)));
  return combine<Op>(args, args.at(0), args.at(1));
}

// Comparisons give booleans: bytes that hold 0 or 1.
template <typename Compare> HostTensor compare(const Args& args) {
  Shape shape = broadcastShape(args, args.shape(0), args.shape(1));
  args.expect(shape);
  args.require(args.type(0) == args.type(1), "both operands must have the same type");
  HostTensor result = makeTensor(DType::boolean, shape);
  const auto compareAll = [&](auto a, auto b) {
    forBroadcast(shape, args.shape(0), args.shape(1), [&](int64_t i, int64_t atA, int64_t atB) {
      result.data[static_cast<size_t>(i)] = Compare{}(a[static_cast<size_t>(atA)], b[static_cast<size_t>(atB)]) ? 1 : 0;
    });
  };
  if (args.type(0) == DType::boolean)
    compareAll(args.at(0).data, args.at(1).data);
  else
    visitNumber(args, args.type(0),
                [&](auto zero) { compareAll(args.values<decltype(zero)>(0), args.values<decltype(zero)>(1)); });
  return result;
}

template <typename Combine> HostTensor logical(const Args& args) {
  args.require(args.type(0) == DType::boolean, "the operands must be bool");
  return compare<Combine>(args);
}

HostTensor logicalNot(const Args& args) {
  args.require(args.type(0) == DType::boolean, "the operand must be bool");
  HostTensor result = makeTensor(DType::boolean, args.shape(0));
  std::transform(args.at(0).data.begin(), args.at(0).data.end(), result.data.begin(),
                 [](uint8_t value) { return value == 0 ? 1 : 0; });
  return result;
}

HostTensor where(const Args& args) {
  using O = net::ops::Where;
  args.require(args.type(O::condition) == DType::boolean, "the condition must be bool");
  args.require(args.type(O::x) == args.type(O::y), "x and y must have the same type");
  const Shape &x = args.shape(O::x), &y = args.shape(O::y), &condition = args.shape(O::condition);
  Shape shape = broadcastShape(args, broadcastShape(args, x, y), condition);
  args.expect(shape);
  HostTensor result = makeTensor(args.type(O::x), shape);
  const size_t size = net::byteSize(result.type);
  const auto copy = [&](size_t operand, int64_t to, int64_t from) {
    std::memcpy(&result.data[static_cast<size_t>(to) * size], &args.at(operand).data[static_cast<size_t>(from) * size],
                size);
  };
  forBroadcast(shape, y, y, [&](int64_t i, int64_t at, int64_t) { copy(O::y, i, at); });
  forBroadcast(shape, x, condition, [&](int64_t i, int64_t at, int64_t choice) {
    if (args.at(O::condition).data[static_cast<size_t>(choice)] != 0)
      copy(O::x, i, at);
  });
  return result;
}

// From left to right.
template <typename Op> HostTensor variadic(const Args& args) {
  const TensorView& first = args.at(0);
  Shape shape = *first.shape;
  for (size_t i = 1; i < args.operands.size(); ++i)
    shape = broadcastShape(args, shape, args.shape(i));
  args.expect(shape);
  HostTensor result{first.type, *first.shape, {first.data.begin(), first.data.end()}};
  for (size_t i = 1; i < args.operands.size(); ++i)
    result = combine<Op>(args, view(result), args.at(i));
  return result;
}

// --- One operand -----------------------------------------------------------------------------------------------------

HostTensor relu(const Args& args) {
  return visitNumber(args, args.type(0), [&](auto zero) {
    using T = decltype(zero);
    auto x = args.values<T>(0);
    HostTensor result = makeTensor(args.type(0), args.shape(0));
    std::transform(x.begin(), x.end(), elements<T>(result).begin(),
                   [](T value) { return value < T{0} ? T{0} : value; });
    return result;
  });
}

// Operands: x, [min], [max]. Where min > max every element becomes max, as the specification says.
HostTensor clip(const Args& args) {
  return visitNumber(args, args.type(0), [&](auto zero) {
    using T = decltype(zero);
    auto x = args.values<T>(0);
    T lo = args.has(1) ? args.scalar<T>(1) : std::numeric_limits<T>::lowest();
    T hi = args.has(2) ? args.scalar<T>(2) : std::numeric_limits<T>::max();
    HostTensor result = makeTensor(args.type(0), args.shape(0));
    std::transform(x.begin(), x.end(), elements<T>(result).begin(), [&](T value) {
      T low = value < lo ? lo : value;
      return hi < low ? hi : low;
    });
    return result;
  });
}

template <typename Op> HostTensor signedMap(const Args& args, Op op) {
  return visitNumber(args, args.type(0), [&](auto zero) {
    using T = decltype(zero);
    auto x = args.values<T>(0);
    HostTensor result = makeTensor(args.type(0), args.shape(0));
    std::transform(x.begin(), x.end(), elements<T>(result).begin(), op);
    return result;
  });
}

HostTensor absolute(const Args& args) {
  return signedMap(args, [&](auto x) {
    using T = decltype(x);
    return x < T{0} ? SubOp{}(args, T{0}, x) : x;
  });
}

HostTensor negate(const Args& args) {
  return signedMap(args, [&](auto x) -> decltype(x) {
    if constexpr (std::is_floating_point_v<decltype(x)>)
      return -x;
    else
      return SubOp{}(args, decltype(x){0}, x);
  });
}

constexpr Implementation kElementwise[] = {
    {Op::Add, binary<AddOp>},
    {Op::Sub, binary<SubOp>},
    {Op::Mul, binary<MulOp>},
    {Op::Div, binary<DivOp>},
    {Op::Pow, binary<PowOp>},
    {Op::PRelu, binary<PReluOp>},
    {Op::Max, variadic<MaxOp>},
    {Op::Min, variadic<MinOp>},
    {Op::Sum, variadic<AddOp>},
    {Op::Equal, compare<std::equal_to<>>},
    {Op::Greater, compare<std::greater<>>},
    {Op::GreaterOrEqual, compare<std::greater_equal<>>},
    {Op::Less, compare<std::less<>>},
    {Op::LessOrEqual, compare<std::less_equal<>>},
    {Op::And, logical<std::logical_and<>>},
    {Op::Or, logical<std::logical_or<>>},
    {Op::Xor, logical<std::not_equal_to<>>},
    {Op::Not, logicalNot},
    {Op::Where, where},
    {Op::Abs, absolute},
    {Op::Clip, clip},
    {Op::Neg, negate},
    {Op::Relu, relu},
};

} // namespace

HostTensor mapFunction(const Args& args) {
  const Op op = net::opOf(args.node);
  for (const net::AttributeInfo& attribute : net::info(op).attributes)
    if (attribute.form == net::AttributeForm::resolved)
      args.require(args.node.text(std::string(attribute.name), std::string(attribute.text)) == attribute.text,
                   "an attribute that the importer replaces has another value than its default");
  float parameters[net::kMaxParameters] = {};
  net::readParameters(op, parameters, [&](const net::AttributeInfo& attribute) {
    return static_cast<float>(args.node.real(std::string(attribute.name), attribute.real));
  });
  const net::UnaryFunction function = net::unaryFunction(op);
  auto x = args.values<float>(0);
  HostTensor result = makeTensor(DType::f32, args.shape(0));
  std::transform(x.begin(), x.end(), elements<float>(result).begin(),
                 [&](float value) { return function(value, parameters); });
  return result;
}

std::span<const Implementation> elementwiseOperators() {
  return kElementwise;
}

} // namespace weft::ref
