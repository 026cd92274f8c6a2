#include "compiler/import/model.h"

#include "isa/program/network_ops.h"
#include "isa/support/error.h"

#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <limits>

namespace weft::onnx_import {

onnx::ModelProto parseModel(SharedBytes bytes) {
  onnx::ModelProto model;
  if (bytes.size() > size_t(std::numeric_limits<int>::max()))
    throw Error("not an ONNX model: a protobuf message has less than 2 GiB");
  if (bytes.empty() || !model.ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw Error("not an ONNX model: the file does not parse as a protobuf ModelProto (truncated or of another kind)");
  if (!model.has_graph())
    throw Error("not an ONNX model: the ModelProto has no graph");
  return model;
}

size_t elementBytes(int32_t type) {
  switch (type) {
  case onnx::TensorProto::BOOL:
  case onnx::TensorProto::UINT8:
  case onnx::TensorProto::INT8:
    return 1;
  case onnx::TensorProto::UINT16:
  case onnx::TensorProto::INT16:
  case onnx::TensorProto::FLOAT16:
  case onnx::TensorProto::BFLOAT16:
    return 2;
  case onnx::TensorProto::FLOAT:
  case onnx::TensorProto::INT32:
  case onnx::TensorProto::UINT32:
    return 4;
  case onnx::TensorProto::DOUBLE:
  case onnx::TensorProto::INT64:
  case onnx::TensorProto::UINT64:
    return 8;
  default:
    return 0;
  }
}

std::string elementName(int32_t type) {
  static constexpr const char* kNames[] = {"undefined", "float32", "uint8",     "int8",       "uint16",  "int16",
                                           "int32",     "int64",   "string",    "bool",       "float16", "float64",
                                           "uint32",    "uint64",  "complex64", "complex128", "bfloat16"};
  if (type >= 0 && static_cast<size_t>(type) < std::size(kNames))
    return kNames[type];
  return fmt::format("type {}", type);
}

std::optional<int64_t> countElements(std::span<const int64_t> dims, int64_t limit) {
  int64_t count = 1;
  for (int64_t dim : dims) {
    if (dim < 0 || (dim > 0 && count > limit / dim))
      return std::nullopt;
    count *= dim;
  }
  return count;
}

namespace {

// The elements of a typed field, narrowed to `width` bytes each.
template <typename Field> void append(const Field& field, size_t width, std::vector<uint8_t>& bytes) {
  for (const auto& value : field) {
    uint8_t raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.insert(bytes.end(), raw, raw + width);
  }
}

} // namespace

void loadExternal(onnx::TensorProto& tensor, const ImportOptions& options, const std::string& what) {
  namespace fs = std::filesystem;
  if (tensor.data_location() != onnx::TensorProto::EXTERNAL && tensor.external_data_size() == 0)
    return;
  const fs::path& folder = options.folder;
  std::string location;
  int64_t offset = 0, length = -1;
  for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
    auto number = [&] {
      int64_t value = -1;
      const std::string& text = entry.value();
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc() || end != text.data() + text.size() || value < 0)
        throw Error(
            fmt::format("{}: the {} of its external data is '{}', not a number of bytes", what, entry.key(), text));
      return value;
    };
    if (entry.key() == "location")
      location = entry.value();
    else if (entry.key() == "offset")
      offset = number();
    else if (entry.key() == "length")
      length = number();
  }
  if (folder.empty())
    throw Error(
        fmt::format("{}: its data is in the file '{}', but the model does not come from a folder", what, location));
  const fs::path relative(location), path = folder / relative;
  // Nothing outside the model's folder, not even through links.
  std::error_code failed;
  const fs::path inside = fs::weakly_canonical(folder, failed), found = fs::weakly_canonical(path, failed);
  if (location.empty() || relative.is_absolute() || found.lexically_relative(inside).empty() ||
      *found.lexically_relative(inside).begin() == "..")
    throw Error(fmt::format("{}: its data is in the file '{}', which is not in the model's folder", what, location));
  const uintmax_t size = fs::is_regular_file(found, failed) ? fs::file_size(found, failed) : 0;
  if (failed || !fs::is_regular_file(found))
    throw Error(fmt::format("{}: its data is in the file '{}', which cannot be read", what, location));
  const auto start = static_cast<uintmax_t>(offset);
  if (start > size || (length >= 0 && static_cast<uintmax_t>(length) > size - start))
    throw Error(fmt::format("{}: its data ends beyond the {} bytes of the file '{}'", what, size, location));
  size_t bytes = length >= 0 ? static_cast<size_t>(length) : static_cast<size_t>(size - start);
  if (length < 0) { // to the end, or as much as the shape needs
    const std::optional<int64_t> count = countElements(std::vector<int64_t>(tensor.dims().begin(), tensor.dims().end()),
                                                       std::numeric_limits<int32_t>::max());
    bytes = std::min(bytes, static_cast<size_t>(count.value_or(0)) * elementBytes(tensor.data_type()));
  }
  if (options.readsFile)
    options.readsFile(found);
  std::string content(bytes, '\0');
  std::ifstream file(found, std::ios::binary);
  file.seekg(offset);
  if (!file.read(content.data(), static_cast<std::streamsize>(bytes)))
    throw Error(fmt::format("{}: its data is in the file '{}', which cannot be read", what, location));
  tensor.set_raw_data(std::move(content));
  tensor.clear_external_data();
  tensor.set_data_location(onnx::TensorProto::DEFAULT);
}

TensorData readTensor(const onnx::TensorProto& tensor, const std::string& what) {
  TensorData data;
  data.type = tensor.data_type();
  const size_t width = elementBytes(data.type);
  if (width == 0)
    throw Error(fmt::format("{}: element type {} is not supported; supported are float16, bfloat16, float32, float64 "
                            "and integers of 8, 16, 32 and 64 bits",
                            what, elementName(data.type)));
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0)
    throw Error(fmt::format("{}: only initializers may have their data in an external file", what));
  if (tensor.has_segment())
    throw Error(fmt::format("{}: segmented tensors are not supported", what));
  data.dims.assign(tensor.dims().begin(), tensor.dims().end());
  const std::optional<int64_t> count = countElements(data.dims, std::numeric_limits<int32_t>::max());
  if (!count)
    throw Error(fmt::format("{}: its shape [{}] is negative or too large", what, fmt::join(data.dims, ", ")));
  const size_t size = static_cast<size_t>(*count) * width;
  if (tensor.has_raw_data()) {
    const std::string& raw = tensor.raw_data();
    data.bytes = SharedBytes(nullptr, {reinterpret_cast<const uint8_t*>(raw.data()), raw.size()});
  } else {
    std::vector<uint8_t> bytes;
    switch (data.type) {
    case onnx::TensorProto::FLOAT:
      append(tensor.float_data(), width, bytes);
      break;
    case onnx::TensorProto::DOUBLE:
      append(tensor.double_data(), width, bytes);
      break;
    case onnx::TensorProto::INT64:
      append(tensor.int64_data(), width, bytes);
      break;
    case onnx::TensorProto::UINT32:
    case onnx::TensorProto::UINT64:
      append(tensor.uint64_data(), width, bytes);
      break;
    default:
      append(tensor.int32_data(), width, bytes);
    }
    data.bytes = std::move(bytes);
  }
  if (data.bytes.size() != size)
    throw Error(fmt::format("{}: its shape [{}] of {} needs {} bytes of data, but the file has {}", what,
                            fmt::join(data.dims, ", "), elementName(data.type), size, data.bytes.size()));
  return data;
}

namespace {

// Names come from the file and go into messages: control characters (a damaged file's) become '?'.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = '?';
  return text;
}

} // namespace

NodeReader::NodeReader(const onnx::NodeProto& node)
    : proto(node), nodeName(printable(node.name())), qualifiedName(printable(node.op_type())) {
  for (int i = 0; nodeName.empty() && i < node.output_size(); ++i)
    nodeName = printable(node.output(i));
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    qualifiedName = printable(node.domain()) + "." + qualifiedName;
}

void NodeReader::fail(const std::string& message) const {
  throw Error(fmt::format("node '{}' ({}): {}", nodeName, qualifiedName, message));
}

const onnx::AttributeProto* NodeReader::find(std::string_view key) const {
  for (const onnx::AttributeProto& attribute : proto.attribute())
    if (attribute.name() == key)
      return &attribute;
  return nullptr;
}

const onnx::AttributeProto* NodeReader::find(std::string_view key, onnx::AttributeProto_AttributeType type,
                                             const char* typeName) const {
  const onnx::AttributeProto* attribute = find(key);
  if (attribute && attribute->type() != type)
    fail(fmt::format("attribute '{}' must be {}", key, typeName));
  return attribute;
}

int64_t NodeReader::integer(std::string_view key, int64_t otherwise) const {
  const onnx::AttributeProto* attribute = find(key, onnx::AttributeProto::INT, "an integer");
  return attribute ? attribute->i() : otherwise;
}

float NodeReader::real(std::string_view key, float otherwise) const {
  const onnx::AttributeProto* attribute = find(key, onnx::AttributeProto::FLOAT, "a float");
  return attribute ? attribute->f() : otherwise;
}

std::string NodeReader::text(std::string_view key, const std::string& otherwise) const {
  const onnx::AttributeProto* attribute = find(key, onnx::AttributeProto::STRING, "a string");
  return attribute ? attribute->s() : otherwise;
}

std::optional<std::vector<int64_t>> NodeReader::integers(std::string_view key) const {
  const onnx::AttributeProto* attribute = find(key, onnx::AttributeProto::INTS, "a list of integers");
  if (!attribute)
    return std::nullopt;
  return std::vector<int64_t>(attribute->ints().begin(), attribute->ints().end());
}

std::optional<std::vector<float>> NodeReader::reals(std::string_view key) const {
  const onnx::AttributeProto* attribute = find(key, onnx::AttributeProto::FLOATS, "a list of floats");
  if (!attribute)
    return std::nullopt;
  return std::vector<float>(attribute->floats().begin(), attribute->floats().end());
}

std::optional<TensorData> NodeReader::tensor(std::string_view key) const {
  const onnx::AttributeProto* attribute = find(key, onnx::AttributeProto::TENSOR, "a tensor");
  if (!attribute)
    return std::nullopt;
  return readTensor(attribute->t(), fmt::format("node '{}' ({}): attribute '{}'", nodeName, qualifiedName, key));
}

void NodeReader::checkAttributes(std::string_view allowed) const {
  for (const onnx::AttributeProto& attribute : proto.attribute()) {
    if (!attribute.ref_attr_name().empty())
      fail(fmt::format("attribute '{}' refers to a function's attribute; model-local functions are not supported",
                       attribute.name()));
    if (!net::hasWord(allowed, attribute.name()))
      fail(fmt::format("attribute '{}' is not supported; supported are: {}", attribute.name(),
                       allowed.empty() ? "none" : allowed));
  }
}

void NodeReader::require(std::string_view key, int64_t value) const {
  const int64_t actual = integer(key, value);
  if (actual != value)
    fail(fmt::format("attribute '{}' is {}; only {} is supported", key, actual, value));
}

} // namespace weft::onnx_import
