#include "isa/program/network.h"

#include "isa/program/network_ops.h"
#include "isa/support/error.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <set>

namespace weft::net {
namespace {

struct TypeInfo {
  size_t bytes;
  const char* name;
};

constexpr TypeInfo kTypes[] = {{4, "float32"}, {2, "float16"}, {2, "bfloat16"}, {8, "float64"}, {1, "int8"},
                               {1, "uint8"},   {2, "int16"},   {2, "uint16"},   {4, "int32"},   {4, "uint32"},
                               {8, "int64"},   {8, "uint64"},  {1, "bool"}};
constexpr size_t kTypeCount = sizeof kTypes / sizeof kTypes[0];

const TypeInfo& info(DType type) {
  auto index = static_cast<size_t>(type);
  WEFT_CHECK(index < kTypeCount, fmt::format("element type {}", index));
  return kTypes[index];
}

template <typename T> const T* find(const Node& node, const std::string& key, const char* wanted) {
  auto it = node.attributes.find(key);
  if (it == node.attributes.end())
    return nullptr;
  if (const T* value = std::get_if<T>(&it->second))
    return value;
  throw Error(fmt::format("node '{}' ({}): attribute '{}' must be {}", node.name, node.op, key, wanted));
}

} // namespace

size_t byteSize(DType type) {
  return info(type).bytes;
}
const char* name(DType type) {
  return info(type).name;
}

std::optional<DType> dtypeFrom(std::string_view name) {
  for (size_t i = 0; i < kTypeCount; ++i)
    if (name == kTypes[i].name)
      return static_cast<DType>(i);
  return std::nullopt;
}

bool isSigned(DType type) {
  switch (type) {
  case DType::s8:
  case DType::s16:
  case DType::s32:
  case DType::s64:
    return true;
  case DType::u8:
  case DType::u16:
  case DType::u32:
  case DType::u64:
  case DType::boolean:
  case DType::f16:
  case DType::bf16:
  case DType::f32:
  case DType::f64:
    return false;
  }
  return false;
}

int64_t elementCount(const Shape& shape) {
  // Sizes in bytes must fit as well, whatever the type.
  constexpr int64_t kLimit = std::numeric_limits<int64_t>::max() / 8;
  int64_t count = 1;
  for (int64_t extent : shape) {
    if (extent < 0)
      throw Error(fmt::format("a shape has the negative extent {}; extents must be 0 or more", extent));
    if (extent != 0 && count > kLimit / extent)
      throw Error("a shape has more elements than memory can hold");
    count *= extent;
  }
  return count;
}

int64_t Node::integer(const std::string& key, int64_t otherwise) const {
  const auto* value = find<int64_t>(*this, key, "an integer");
  return value ? *value : otherwise;
}

double Node::real(const std::string& key, double otherwise) const {
  const auto* value = find<double>(*this, key, "a real number");
  return value ? *value : otherwise;
}

std::string Node::text(const std::string& key, const std::string& otherwise) const {
  const auto* value = find<std::string>(*this, key, "a string");
  return value ? *value : otherwise;
}

std::vector<int64_t> Node::integers(const std::string& key, std::vector<int64_t> otherwise) const {
  const auto* value = find<std::vector<int64_t>>(*this, key, "a list of integers");
  return value ? *value : otherwise;
}

namespace {

template <typename Attribute> void checkRequired(const Node& node, const Attribute& attribute) {
  if (attribute.required && !node.attributes.contains(attribute.key))
    throw Error(fmt::format("node '{}' ({}): attribute '{}' is missing", node.name, node.op, attribute.key));
}

} // namespace

Op opOf(const Node& node) {
  if (std::optional<Op> op = findOp(node))
    return *op;
  throw Error(fmt::format("node '{}' ({}): the operator is unknown", node.name, node.op));
}

int64_t value(const Node& node, const IntegerAttribute& attribute) {
  checkRequired(node, attribute);
  return node.integer(attribute.key, attribute.otherwise);
}

std::optional<int64_t> value(const Node& node, const OptionalIntegerAttribute& attribute) {
  const auto* found = find<int64_t>(node, attribute.key, "an integer");
  return found ? std::optional(*found) : std::nullopt;
}

double value(const Node& node, const RealAttribute& attribute) {
  checkRequired(node, attribute);
  return node.real(attribute.key, attribute.otherwise);
}

std::string value(const Node& node, const TextAttribute& attribute) {
  checkRequired(node, attribute);
  return node.text(attribute.key, attribute.otherwise);
}

std::vector<int64_t> value(const Node& node, const IntegersAttribute& attribute, std::vector<int64_t> otherwise) {
  checkRequired(node, attribute);
  return node.integers(attribute.key, std::move(otherwise));
}

void validate(const Network& network) {
  const std::vector<Tensor>& tensors = network.tensors;
  auto check = [&](int32_t index, const std::string& where) -> const Tensor& {
    if (index < 0 || static_cast<size_t>(index) >= tensors.size())
      throw Error(fmt::format("network '{}': {} refers to tensor {}; there are {}", network.name, where, index,
                              tensors.size()));
    return tensors[static_cast<size_t>(index)];
  };

  std::vector<bool> defined(tensors.size(), false);
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& tensor = tensors[i];
    if (static_cast<size_t>(tensor.type) >= kTypeCount)
      throw Error(fmt::format("network '{}': tensor '{}' has the unknown element type {}", network.name, tensor.name,
                              static_cast<int>(tensor.type)));
    size_t expected = static_cast<size_t>(elementCount(tensor.shape)) * byteSize(tensor.type);
    if (!tensor.isConstant)
      expected = 0;
    if (tensor.data.size() != expected)
      throw Error(fmt::format("network '{}': {} '{}' holds {} bytes of data; its type and shape need {}", network.name,
                              tensor.isConstant ? "constant" : "tensor", tensor.name, tensor.data.size(), expected));
    defined[i] = tensor.isConstant;
  }

  auto define = [&](int32_t index, const std::string& where) {
    const Tensor& tensor = check(index, where);
    if (defined[static_cast<size_t>(index)])
      throw Error(fmt::format("network '{}': {} defines tensor '{}', which has a value already", network.name, where,
                              tensor.name));
    defined[static_cast<size_t>(index)] = true;
  };

  std::set<std::string> names;
  for (int32_t input : network.inputs) {
    define(input, "the list of inputs");
    if (!names.insert(check(input, "the list of inputs").name).second)
      throw Error(fmt::format("network '{}': two inputs have the name '{}'", network.name,
                              check(input, "the list of inputs").name));
  }

  for (const Node& node : network.nodes) {
    const std::string where = fmt::format("node '{}' ({})", node.name, node.op);
    const OperatorInfo* op = findOperator(node.op);
    if (!op)
      throw Error(fmt::format("network '{}': {} has an unknown operator", network.name, where));
    if (node.inputs.size() < op->minInputs || node.inputs.size() > op->maxInputs)
      throw Error(fmt::format("network '{}': {} has {} operands; {} takes {}", network.name, where, node.inputs.size(),
                              node.op,
                              op->maxInputs == kVariadic ? fmt::format("{} or more", op->minInputs)
                                                         : fmt::format("{} to {}", op->minInputs, op->maxInputs)));
    for (size_t i = 0; i < op->minInputs; ++i)
      if (node.inputs[i] == -1 && op->operands[std::min(i, op->operands.size() - 1)].presence == Presence::required)
        throw Error(fmt::format("network '{}': {} has no operand '{}'", network.name, where,
                                op->operands[std::min(i, op->operands.size() - 1)].name));
    if (node.outputs.size() != 1)
      throw Error(
          fmt::format("network '{}': {} has {} results; 1 is supported", network.name, where, node.outputs.size()));
    for (int32_t input : node.inputs) {
      if (input == -1)
        continue;
      const Tensor& tensor = check(input, where);
      if (!defined[static_cast<size_t>(input)])
        throw Error(fmt::format("network '{}': {} reads tensor '{}' before any node or input defines it", network.name,
                                where, tensor.name));
    }
    for (int32_t output : node.outputs)
      define(output, where);
  }

  names.clear();
  for (int32_t output : network.outputs) {
    const Tensor& tensor = check(output, "the list of outputs");
    if (!defined[static_cast<size_t>(output)])
      throw Error(fmt::format("network '{}': no node or input defines the output '{}'", network.name, tensor.name));
    if (!names.insert(tensor.name).second)
      throw Error(fmt::format("network '{}': two outputs have the name '{}'", network.name, tensor.name));
  }
}

// Binary form. All integers little endian.
//
//   file      = "WNET" u32 version, string name, list(tensor), list(node), list(i32) inputs, list(i32) outputs
//   list(x)   = u32 count, x...
//   string    = u32 length, bytes
//   tensor    = string name, u8 type (DType), list(i64) shape, u8 kind: 0 no constant, 1 constant, then u64 length,
//               bytes; 2 constant whose bytes are elsewhere
//   node      = string op, string name, list(i32) inputs, list(i32) outputs, list(attribute)
//   attribute = string key, u8 kind, value: 0 i64, 1 f64, 2 string, 3 list(i64), 4 list(f64)
namespace {

constexpr char kMagic[4] = {'W', 'N', 'E', 'T'};
constexpr uint32_t kVersion = 1;

enum class TensorKind : uint8_t { value, constant, elsewhere };

class Writer {
public:
  std::vector<uint8_t> bytes;

  template <typename T> void number(T value) {
    static_assert(std::endian::native == std::endian::little);
    raw(&value, sizeof value);
  }
  void raw(const void* data, size_t size) {
    const auto* first = static_cast<const uint8_t*>(data);
    bytes.insert(bytes.end(), first, first + size);
  }
  void string(const std::string& text) {
    count(text.size());
    raw(text.data(), text.size());
  }
  void count(size_t size) {
    WEFT_CHECK(size <= std::numeric_limits<uint32_t>::max(), "list too long for the network's binary form");
    number(static_cast<uint32_t>(size));
  }
  template <typename T> void numbers(const std::vector<T>& values) {
    count(values.size());
    raw(values.data(), values.size() * sizeof(T));
  }

  void attribute(int64_t value) { number(value); }
  void attribute(double value) { number(value); }
  void attribute(const std::string& value) { string(value); }
  template <typename T> void attribute(const std::vector<T>& value) { numbers(value); }
};

class Reader {
public:
  explicit Reader(const SharedBytes& bytes) : whole(bytes), rest(bytes) {}

  std::span<const uint8_t> take(uint64_t size) {
    if (size > rest.size())
      throw Error("malformed network: it ends in the middle of an item");
    auto part = rest.first(static_cast<size_t>(size));
    rest = rest.subspan(static_cast<size_t>(size));
    return part;
  }
  template <typename T> T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  // A constant's bytes, in place if its elements may lie there.
  SharedBytes constant(uint64_t size, size_t alignment) {
    const std::span<const uint8_t> part = take(size);
    if (reinterpret_cast<uintptr_t>(part.data()) % alignment == 0)
      return whole.part(part);
    return std::vector<uint8_t>(part.begin(), part.end());
  }
  // A list's length. Every item takes at least `itemSize` bytes, which bounds what a caller may reserve.
  uint32_t count(size_t itemSize) {
    auto size = number<uint32_t>();
    if (size > rest.size() / itemSize)
      throw Error("malformed network: a list is longer than the rest of the data");
    return size;
  }
  std::string string() {
    auto part = take(number<uint32_t>());
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  template <typename T> std::vector<T> numbers() {
    std::vector<T> values(count(sizeof(T)));
    auto part = take(values.size() * sizeof(T));
    if (!part.empty())
      std::memcpy(values.data(), part.data(), part.size());
    return values;
  }
  bool atEnd() const { return rest.empty(); }

private:
  SharedBytes whole;
  std::span<const uint8_t> rest;
};

Tensor readTensor(Reader& in, int32_t index, const FindConstant& find) {
  Tensor tensor;
  tensor.name = in.string();
  auto type = in.number<uint8_t>();
  if (type >= kTypeCount)
    throw Error(fmt::format("malformed network: tensor '{}' has the unknown element type {}", tensor.name, type));
  tensor.type = static_cast<DType>(type);
  tensor.shape = in.numbers<int64_t>();
  const auto kind = in.number<uint8_t>();
  tensor.isConstant = kind != static_cast<uint8_t>(TensorKind::value);
  switch (static_cast<TensorKind>(kind)) {
  case TensorKind::value:
    return tensor;
  case TensorKind::constant:
    tensor.data = in.constant(in.number<uint64_t>(), byteSize(tensor.type));
    return tensor;
  case TensorKind::elsewhere:
    if (!find)
      throw Error(fmt::format("malformed network: the constant '{}' has no bytes", tensor.name));
    tensor.data = find(index, tensor);
    return tensor;
  }
  throw Error(fmt::format("malformed network: tensor '{}' is of kind {}; it must be 0, 1 or 2", tensor.name, kind));
}

Attribute readAttribute(Reader& in) {
  auto kind = in.number<uint8_t>();
  switch (kind) {
  case 0:
    return in.number<int64_t>();
  case 1:
    return in.number<double>();
  case 2:
    return in.string();
  case 3:
    return in.numbers<int64_t>();
  case 4:
    return in.numbers<double>();
  default:
    throw Error(fmt::format("malformed network: unknown attribute kind {}", kind));
  }
}

Node readNode(Reader& in) {
  Node node;
  node.op = in.string();
  node.name = in.string();
  node.inputs = in.numbers<int32_t>();
  node.outputs = in.numbers<int32_t>();
  for (uint32_t left = in.count(5); left > 0; --left) {
    std::string key = in.string();
    Attribute value = readAttribute(in);
    if (!node.attributes.emplace(key, std::move(value)).second)
      throw Error(fmt::format("malformed network: node '{}' has the attribute '{}' twice", node.name, key));
  }
  return node;
}

} // namespace

std::vector<uint8_t> serialise(const Network& network, std::span<const int32_t> elsewhere) {
  std::vector<TensorKind> kinds;
  for (const Tensor& tensor : network.tensors)
    kinds.push_back(tensor.isConstant ? TensorKind::constant : TensorKind::value);
  for (int32_t index : elsewhere) {
    TensorKind& kind = kinds.at(static_cast<size_t>(index));
    WEFT_CHECK(kind != TensorKind::value, "only a constant's bytes can be elsewhere");
    kind = TensorKind::elsewhere;
  }
  Writer out;
  size_t estimate = 4096;
  for (size_t i = 0; i < kinds.size(); ++i)
    estimate += (kinds[i] == TensorKind::constant ? network.tensors[i].data.size() : 0) + 128;
  out.bytes.reserve(estimate);
  out.raw(kMagic, sizeof kMagic);
  out.number(kVersion);
  out.string(network.name);
  out.count(network.tensors.size());
  for (size_t i = 0; i < kinds.size(); ++i) {
    const Tensor& tensor = network.tensors[i];
    out.string(tensor.name);
    out.number(static_cast<uint8_t>(tensor.type));
    out.numbers(tensor.shape);
    out.number(static_cast<uint8_t>(kinds[i]));
    if (kinds[i] == TensorKind::constant) {
      out.number(static_cast<uint64_t>(tensor.data.size()));
      out.raw(tensor.data.data(), tensor.data.size());
    }
  }
  out.count(network.nodes.size());
  for (const Node& node : network.nodes) {
    out.string(node.op);
    out.string(node.name);
    out.numbers(node.inputs);
    out.numbers(node.outputs);
    out.count(node.attributes.size());
    for (const auto& [key, value] : node.attributes) {
      out.string(key);
      out.number(static_cast<uint8_t>(value.index()));
      std::visit([&](const auto& item) { out.attribute(item); }, value);
    }
  }
  out.numbers(network.inputs);
  out.numbers(network.outputs);
  return std::move(out.bytes);
}

Network deserialise(const SharedBytes& bytes, const FindConstant& find) {
  Reader in(bytes);
  auto magic = in.take(sizeof kMagic);
  if (std::memcmp(magic.data(), kMagic, sizeof kMagic) != 0)
    throw Error("malformed network: it does not start with 'WNET'");
  auto version = in.number<uint32_t>();
  if (version != kVersion)
    throw Error(fmt::format("the network has format version {}; this program reads version {}", version, kVersion));
  Network network;
  network.name = in.string();
  // The smallest tensor and node take 10 and 20 bytes.
  for (uint32_t left = in.count(10); left > 0; --left)
    network.tensors.push_back(readTensor(in, static_cast<int32_t>(network.tensors.size()), find));
  for (uint32_t left = in.count(20); left > 0; --left)
    network.nodes.push_back(readNode(in));
  network.inputs = in.numbers<int32_t>();
  network.outputs = in.numbers<int32_t>();
  if (!in.atEnd())
    throw Error("malformed network: data follows its end");
  validate(network);
  return network;
}

} // namespace weft::net
