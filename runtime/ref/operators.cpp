#include "runtime/ref/operators.h"

#include "isa/program/elementwise.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

namespace weft::ref {

using net::DType;
using net::Shape;

void Args::fail(const std::string& message) const {
  throw Error(fmt::format("node '{}' ({}): {}", node.name, node.op, message));
}

void Args::expect(const Shape& shape) const {
  if (expected && shape != *expected)
    fail(fmt::format("the result has the shape [{}], but the network declares [{}]", fmt::join(shape, ", "),
                     fmt::join(*expected, ", ")));
}

void Args::failType(size_t i, const std::string& wanted) const {
  fail(fmt::format("operand {} has the element type {}; it must be {}", i, net::name(type(i)), wanted));
}

const TensorView& Args::at(size_t i) const {
  if (!has(i))
    fail(fmt::format("operand {} is missing", i));
  return operands[i];
}

std::vector<int64_t> Args::integers(size_t i) const {
  if (type(i) == DType::s32) {
    auto narrow = values<int32_t>(i);
    return {narrow.begin(), narrow.end()};
  }
  if (type(i) != DType::s64)
    failType(i, "int64 or int32");
  auto all = values<int64_t>(i);
  return {all.begin(), all.end()};
}

std::vector<int32_t> Args::zeroPoints(size_t i, int32_t otherwise) const {
  if (!has(i))
    return {otherwise};
  return widen(*this, i);
}

int32_t Args::zeroPoint(size_t i, DType wanted) const {
  if (!has(i))
    return 0;
  if (type(i) != wanted)
    failType(i, net::name(wanted));
  std::vector<int32_t> all = widen(*this, i);
  require(all.size() == 1, "a zero point that must be a scalar has several elements");
  return all[0];
}

size_t Args::axis(int64_t axis, size_t rank, bool end) const {
  auto limit = static_cast<int64_t>(rank) + (end ? 1 : 0);
  if (axis < -limit || axis >= limit)
    fail(fmt::format("axis {} is out of range; it must be from {} to {}", axis, -limit, limit - 1));
  return static_cast<size_t>(axis < 0 ? axis + limit : axis);
}

Operator implementationOf(net::Op op) {
  static const auto kTable = [] {
    std::array<Operator, net::kOpCount> table{};
    for (auto list : {linearOperators(), elementwiseOperators(), poolingOperators(), movementOperators(),
                      quantisedOperators(), resizeOperators()})
      for (const Implementation& item : list) {
        Operator& entry = table[static_cast<size_t>(item.op)];
        WEFT_CHECK(!entry, std::string(net::info(item.op).name) + " has two implementations");
        entry = item.function;
      }
    for (size_t i = 0; i < table.size(); ++i)
      if (!table[i] && net::unaryFunction(static_cast<net::Op>(i)))
        table[i] = mapFunction;
    return table;
  }();
  Operator found = kTable[static_cast<size_t>(op)];
  if (!found)
    throw Error(fmt::format("the reference executor has no operator '{}'", net::info(op).name));
  return found;
}

Range rangeOf(const Args& args, DType type) {
  switch (type) {
  case DType::s8:
    return {-128, 127};
  case DType::u8:
    return {0, 255};
  case DType::s16:
    return {-32768, 32767};
  case DType::u16:
    return {0, 65535};
  default:
    args.fail(fmt::format("quantised values cannot have the element type {}; legal are int8, uint8, int16 and uint16",
                          net::name(type)));
  }
}

std::vector<int32_t> widen(const Args& args, size_t i) {
  auto copy = [&](auto zero) -> std::vector<int32_t> {
    auto all = args.values<decltype(zero)>(i);
    return {all.begin(), all.end()};
  };
  switch (args.type(i)) {
  case DType::s8:
    return copy(int8_t{});
  case DType::u8:
    return copy(uint8_t{});
  case DType::s16:
    return copy(int16_t{});
  case DType::u16:
    return copy(uint16_t{});
  case DType::s32:
    return copy(int32_t{});
  default:
    args.failType(i, "int8, uint8, int16, uint16 or int32");
  }
}

HostTensor narrow(const Args& args, DType type, Shape shape, std::span<const int32_t> values) {
  HostTensor result = makeTensor(type, std::move(shape));
  auto copy = [&](auto zero) {
    using T = decltype(zero);
    std::transform(values.begin(), values.end(), elements<T>(result).begin(),
                   [](int32_t value) { return static_cast<T>(value); });
  };
  rangeOf(args, type);
  if (type == DType::s8)
    copy(int8_t{});
  else if (type == DType::u8)
    copy(uint8_t{});
  else if (type == DType::s16)
    copy(int16_t{});
  else
    copy(uint16_t{});
  return result;
}

Shape broadcastShape(const Args& args, const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()));
  for (size_t d = 0; d < result.size(); ++d) {
    size_t fromEnd = result.size() - d;
    int64_t extentA = fromEnd <= a.size() ? a[a.size() - fromEnd] : 1;
    int64_t extentB = fromEnd <= b.size() ? b[b.size() - fromEnd] : 1;
    if (extentA != extentB && extentA != 1 && extentB != 1)
      args.fail("the operands' shapes cannot be broadcast together");
    result[d] = extentA == 1 ? extentB : extentA;
  }
  return result;
}

Window::Extents widened(const Args& args, const char* what, std::span<const int64_t> values, size_t rank,
                        int64_t otherwise, int64_t least) {
  if (values.size() != rank)
    args.fail(fmt::format("{} has {} elements; this input needs {}", what, values.size(), rank));
  Window::Extents extents;
  extents.fill(otherwise);
  for (size_t i = 0; i < rank; ++i) {
    if (values[i] < least || values[i] > std::numeric_limits<int32_t>::max())
      args.fail(fmt::format("{} holds {}; legal is {} or more", what, values[i], least));
    extents[kSpatial - rank + i] = values[i];
  }
  return extents;
}

Window readWindow(const Args& args, size_t rank, const std::vector<int64_t>& kernel) {
  if (rank < 1 || rank > kSpatial)
    args.fail(
        fmt::format("an input of rank {} is not supported; one to {} spatial dimensions are", rank + 2, kSpatial));
  args.require(args.node.text("auto_pad", "NOTSET") == "NOTSET", "attribute 'auto_pad' must have become pads");
  auto attribute = [&](const char* key, std::vector<int64_t> otherwise) {
    return args.node.integers(key, std::move(otherwise));
  };
  const std::vector<int64_t> shape = attribute("kernel_shape", kernel), ones(rank, 1);
  if (!kernel.empty() && shape != kernel)
    args.fail("attribute 'kernel_shape' is not the shape of the weights");
  const std::vector<int64_t> pads = attribute("pads", std::vector<int64_t>(2 * rank, 0));
  if (pads.size() != 2 * rank)
    args.fail(fmt::format("attribute 'pads' has {} elements; this input needs {}", pads.size(), 2 * rank));
  return {.in = {},
          .out = {},
          .kernel = widened(args, "attribute 'kernel_shape'", shape, rank, 1, 1),
          .stride = widened(args, "attribute 'strides'", attribute("strides", ones), rank, 1, 1),
          .dilation = widened(args, "attribute 'dilations'", attribute("dilations", ones), rank, 1, 1),
          .padBegin = widened(args, "attribute 'pads'", std::span(pads).first(rank), rank, 0, 0),
          .padEnd = widened(args, "attribute 'pads'", std::span(pads).last(rank), rank, 0, 0)};
}

Window makeWindow(const Args& args, const Shape& input, const std::vector<int64_t>& kernel) {
  const size_t rank = std::max<size_t>(input.size(), 2) - 2;
  Window window = readWindow(args, rank, kernel);
  window.in = widened(args, "the input's shape", std::span(input).subspan(2), rank, 1, 0);
  const bool ceilMode = args.node.integer("ceil_mode", 0) != 0;
  for (size_t d = 0; d < kSpatial; ++d) {
    const int64_t reach = (window.kernel[d] - 1) * window.dilation[d] + 1;
    const int64_t room = window.in[d] + window.padBegin[d] + window.padEnd[d] - reach;
    if (room < 0)
      args.fail(fmt::format("the window reaches over {} elements, but the padded input has {}", reach, room + reach));
    window.out[d] = room / window.stride[d] + 1;
    // In ceil mode a window may hang over the end, but must start inside the input or its leading padding.
    if (ceilMode && room % window.stride[d] != 0 &&
        window.out[d] * window.stride[d] < window.in[d] + window.padBegin[d])
      ++window.out[d];
  }
  return window;
}

void appendSpatial(Shape& shape, const Window::Extents& extents, size_t inputRank) {
  shape.insert(shape.end(), extents.end() - static_cast<std::ptrdiff_t>(inputRank - 2), extents.end());
}

} // namespace weft::ref
