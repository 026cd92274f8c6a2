// What the operator implementations share. Each implementation checks its operands before it touches them: a network
// may come from a damaged program file.
#pragma once

#include "isa/program/network_ops.h"
#include "runtime/ref/ref.h"

#include <array>
#include <functional>
#include <string_view>

namespace weft::ref {

// The operands of one node, with checked access. All errors name the node.
struct Args {
  const net::Node& node;
  std::span<const TensorView> operands;
  // The shape that the result must have, if that is known.
  const net::Shape* expected = nullptr;

  // Refuses a result of another shape than the expected one. Called before the work, because a damaged network may ask
  // for a result (and an effort) of any size.
  void expect(const net::Shape& shape) const;
  [[noreturn]] void fail(const std::string& message) const;
  void require(bool condition, const char* message) const {
    if (!condition)
      fail(message);
  }

  bool has(size_t i) const { return i < operands.size() && operands[i].shape; }
  // Operand `i`, which must not be omitted.
  const TensorView& at(size_t i) const;
  const net::Shape& shape(size_t i) const { return *at(i).shape; }
  net::DType type(size_t i) const { return at(i).type; }
  // The elements of operand `i`, which must have the type T.
  template <typename T> std::span<const T> values(size_t i) const {
    if (type(i) != dtypeOf<T>())
      failType(i, net::name(dtypeOf<T>()));
    return {reinterpret_cast<const T*>(at(i).data.data()), at(i).data.size() / sizeof(T)};
  }
  // The single element of operand `i`.
  template <typename T> T scalar(size_t i) const {
    auto all = values<T>(i);
    require(all.size() == 1, "an operand that must be a scalar has several elements");
    return all[0];
  }
  // The elements of an int32 or int64 operand.
  std::vector<int64_t> integers(size_t i) const;
  // The elements of an 8-bit, 16-bit or int32 operand, widened. `otherwise` if it is omitted.
  std::vector<int32_t> zeroPoints(size_t i, int32_t otherwise = 0) const;
  // The single zero point of operand `i`, which must have the type `wanted`; 0 if it is omitted.
  int32_t zeroPoint(size_t i, net::DType wanted) const;
  // `axis` counted from the front; `rank` + 1 axes are legal where `end` is allowed.
  size_t axis(int64_t axis, size_t rank, bool end = false) const;

  [[noreturn]] void failType(size_t i, const std::string& wanted) const;
};

using Operator = HostTensor (*)(const Args&);

// The implementation of an operator. Throws Error if there is none, which is a defect.
Operator implementationOf(net::Op op);

// One list of implementations per source file.
struct Implementation {
  net::Op op;
  Operator function;
};
// What has a function of one float element (isa/program/elementwise.h) needs no other implementation than this.
HostTensor mapFunction(const Args& args);
std::span<const Implementation> linearOperators();
std::span<const Implementation> elementwiseOperators();
std::span<const Implementation> poolingOperators();
std::span<const Implementation> movementOperators();
std::span<const Implementation> quantisedOperators();
std::span<const Implementation> resizeOperators();

// --- Helpers ---------------------------------------------------------------------------------------------------------

// Bounds of an integer type of up to 16 bits; an Error for others.
struct Range {
  int32_t lo;
  int32_t hi;
};
Range rangeOf(const Args& args, net::DType type);

// An 8-bit operand widened to int32 with its zero point still in it.
std::vector<int32_t> widen(const Args& args, size_t i);

// Stores `values` as the given integer type of up to 16 bits; they must be in its range.
HostTensor narrow(const Args& args, net::DType type, net::Shape shape, std::span<const int32_t> values);

// Calls f(T{}) for the C++ type of a numeric element type.
template <typename F> auto visitNumber(const Args& args, net::DType type, F f) {
  using net::DType;
  switch (type) {
  case DType::f32:
    return f(float{});
  case DType::f64:
    return f(double{});
  case DType::s8:
    return f(int8_t{});
  case DType::u8:
    return f(uint8_t{});
  case DType::s16:
    return f(int16_t{});
  case DType::u16:
    return f(uint16_t{});
  case DType::s32:
    return f(int32_t{});
  case DType::u32:
    return f(uint32_t{});
  case DType::s64:
    return f(int64_t{});
  case DType::u64:
    return f(uint64_t{});
  default:
    args.fail(std::string("element type ") + net::name(type) + " is not supported here");
  }
}

// NumPy-style broadcasting of two shapes.
net::Shape broadcastShape(const Args& args, const net::Shape& a, const net::Shape& b);
// Calls f(out, a, b) with flat indices for every element of `out`, to which both shapes can be broadcast. (Template,
// because the call must inline.)
template <typename F> void forBroadcast(const net::Shape& out, const net::Shape& a, const net::Shape& b, F f) {
  int64_t count = net::elementCount(out);
  if (a == out && b == out) {
    for (int64_t i = 0; i < count; ++i)
      f(i, i, i);
    return;
  }
  size_t rank = out.size();
  std::vector<int64_t> stepA(rank, 0), stepB(rank, 0), index(rank, 0);
  auto steps = [&](const net::Shape& shape, std::vector<int64_t>& step) {
    int64_t stride = 1;
    for (size_t d = shape.size(); d-- > 0;) {
      step[d + rank - shape.size()] = shape[d] == 1 ? 0 : stride;
      stride *= shape[d];
    }
  };
  steps(a, stepA);
  steps(b, stepB);
  int64_t atA = 0, atB = 0;
  for (int64_t i = 0; i < count; ++i) {
    f(i, atA, atB);
    for (size_t d = rank; d-- > 0;) {
      atA += stepA[d];
      atB += stepB[d];
      if (++index[d] < out[d])
        break;
      atA -= stepA[d] * out[d];
      atB -= stepB[d] * out[d];
      index[d] = 0;
    }
  }
}

// The sliding window of a convolution or pool over one to three spatial dimensions, the last of these three: those
// before are of one element.
inline constexpr size_t kSpatial = 3;
struct Window {
  using Extents = std::array<int64_t, kSpatial>;
  Extents in, out, kernel, stride, dilation, padBegin, padEnd;

  static int64_t volume(const Extents& extents) { return extents[0] * extents[1] * extents[2]; }
};
// Numbers of the spatial dimensions, at least `least` each, widened to three dimensions by `otherwise`.
Window::Extents widened(const Args& args, const char* what, std::span<const int64_t> values, size_t rank,
                        int64_t otherwise, int64_t least);
// All but the extents of input and result: reads kernel_shape (or takes `kernel`), strides, dilations and pads.
Window readWindow(const Args& args, size_t rank, const std::vector<int64_t>& kernel);
// With these, by the input's shape and ceil_mode.
Window makeWindow(const Args& args, const net::Shape& input, const std::vector<int64_t>& kernel);
// The spatial part of a shape, of an input of this rank.
void appendSpatial(net::Shape& shape, const Window::Extents& extents, size_t inputRank);

// c[m][n] = sum over k of a[m][k] * b[n][k] modulo 2^32. Operands are 8-bit values with their zero points taken off, so
// they lie in [-255, 255].
void multiplyTransposed(const int16_t* a, const int16_t* b, size_t m, size_t n, size_t k, int32_t* c, size_t ldc);
// c[m][n] += sum over k of a[m][k] * b[k][n], k in ascending order for every element.
void multiply(const float* a, const float* b, size_t m, size_t n, size_t k, float* c, size_t ldc);

} // namespace weft::ref
