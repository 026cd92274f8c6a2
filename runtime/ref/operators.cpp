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

namespace {

// A per-dimension attribute with default 1, widened to two dimensions.
void readPair(const Args& args, const char* key, size_t rank, int64_t (&pair)[2]) {
  std::vector<int64_t> values = args.node.integers(key, std::vector<int64_t>(rank, 1));
  if (values.size() != rank)
    args.fail(fmt::format("attribute '{}' has {} elements; this input needs {}", key, values.size(), rank));
  for (int64_t value : values)
    if (value < 1 || value > std::numeric_limits<int32_t>::max())
      args.fail(fmt::format("attribute '{}' holds {}; legal is 1 or more", key, value));
  pair[0] = rank == 1 ? 1 : values[0];
  pair[1] = values.back();
}

} // namespace

Window makeWindow(const Args& args, const Shape& input, std::vector<int64_t> kernel) {
  if (input.size() != 3 && input.size() != 4)
    args.fail(fmt::format("an input of rank {} is not supported; one or two spatial dimensions are", input.size()));
  size_t rank = input.size() - 2;
  for (int64_t extent : input)
    if (extent > std::numeric_limits<int32_t>::max())
      args.fail("the input is too large");
  Window window{};
  window.in[0] = rank == 1 ? 1 : input[2];
  window.in[1] = input.back();
  std::vector<int64_t> attribute = args.node.integers("kernel_shape", kernel);
  if (attribute.size() != rank)
    args.fail(fmt::format("attribute 'kernel_shape' must have {} elements for this input", rank));
  if (!kernel.empty() && attribute != kernel)
    args.fail("attribute 'kernel_shape' is not the shape of the weights");
  for (int64_t extent : attribute)
    if (extent < 1 || extent > std::numeric_limits<int32_t>::max())
      args.fail(fmt::format("a window of extent {} is not legal; it must be 1 or more", extent));
  window.kernel[0] = rank == 1 ? 1 : attribute[0];
  window.kernel[1] = attribute.back();
  readPair(args, "strides", rank, window.stride);
  readPair(args, "dilations", rank, window.dilation);

  std::vector<int64_t> pads = args.node.integers("pads", std::vector<int64_t>(2 * rank, 0));
  if (pads.size() != 2 * rank)
    args.fail(fmt::format("attribute 'pads' has {} elements; this input needs {}", pads.size(), 2 * rank));
  for (int64_t pad : pads)
    if (pad < 0 || pad > std::numeric_limits<int32_t>::max())
      args.fail(fmt::format("attribute 'pads' holds {}; legal is 0 or more", pad));
  window.padBegin[0] = rank == 1 ? 0 : pads[0];
  window.padEnd[0] = rank == 1 ? 0 : pads[2];
  window.padBegin[1] = pads[rank - 1];
  window.padEnd[1] = pads.back();

  const std::string autoPad = args.node.text("auto_pad", "NOTSET");
  if (autoPad != "NOTSET" && autoPad != "VALID" && autoPad != "SAME_UPPER" && autoPad != "SAME_LOWER")
    args.fail(fmt::format("attribute 'auto_pad' is '{}'; legal are NOTSET, VALID, SAME_UPPER and SAME_LOWER", autoPad));
  bool ceilMode = args.node.integer("ceil_mode", 0) != 0;
  for (int d = 0; d < 2; ++d) {
    int64_t reach = (window.kernel[d] - 1) * window.dilation[d] + 1;
    if (autoPad == "VALID")
      window.padBegin[d] = window.padEnd[d] = 0;
    if (autoPad.starts_with("SAME")) {
      int64_t wanted = (window.in[d] + window.stride[d] - 1) / window.stride[d];
      int64_t total = std::max<int64_t>(0, (wanted - 1) * window.stride[d] + reach - window.in[d]);
      window.padBegin[d] = autoPad == "SAME_UPPER" ? total / 2 : (total + 1) / 2;
      window.padEnd[d] = total - window.padBegin[d];
    }
    int64_t room = window.in[d] + window.padBegin[d] + window.padEnd[d] - reach;
    if (room < 0)
      args.fail(fmt::format("the window reaches over {} elements, but the padded input has {}", reach,
                            window.in[d] + window.padBegin[d] + window.padEnd[d]));
    window.out[d] = room / window.stride[d] + 1;
    // In ceil mode a window may hang over the end, but must start inside the input or its leading padding.
    if (ceilMode && room % window.stride[d] != 0 &&
        window.out[d] * window.stride[d] < window.in[d] + window.padBegin[d])
      ++window.out[d];
  }
  return window;
}

void appendSpatial(Shape& shape, const Window& window, size_t inputRank) {
  if (inputRank == 4)
    shape.push_back(window.out[0]);
  shape.push_back(window.out[1]);
}

} // namespace weft::ref
