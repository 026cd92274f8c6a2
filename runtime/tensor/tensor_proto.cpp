#include "runtime/tensor/io.h"

#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <onnx/onnx_pb.h>

namespace weft {
namespace {

using net::DType;
using Proto = onnx::TensorProto;

struct Mapping {
  DType type;
  int proto;
};
constexpr Mapping kMappings[] = {
    {DType::f32, Proto::FLOAT},    {DType::f16, Proto::FLOAT16}, {DType::f64, Proto::DOUBLE},
    {DType::s8, Proto::INT8},      {DType::u8, Proto::UINT8},    {DType::s16, Proto::INT16},
    {DType::u16, Proto::UINT16},   {DType::s32, Proto::INT32},   {DType::u32, Proto::UINT32},
    {DType::s64, Proto::INT64},    {DType::u64, Proto::UINT64},  {DType::boolean, Proto::BOOL},
    {DType::bf16, Proto::BFLOAT16}};

// Stores the low `sizeof(Stored)` bytes of every item of a typed field (onnx.proto: narrow types travel in int32_data).
template <typename Stored, typename Field> std::vector<uint8_t> narrow(const Field& field) {
  std::vector<uint8_t> bytes(static_cast<size_t>(field.size()) * sizeof(Stored));
  for (int i = 0; i < field.size(); ++i) {
    auto value = static_cast<Stored>(field.Get(i));
    std::memcpy(&bytes[static_cast<size_t>(i) * sizeof(Stored)], &value, sizeof value);
  }
  return bytes;
}

std::vector<uint8_t> typedData(const Proto& proto, DType type) {
  switch (type) {
  case DType::f32:
    return narrow<float>(proto.float_data());
  case DType::f64:
    return narrow<double>(proto.double_data());
  case DType::s64:
    return narrow<int64_t>(proto.int64_data());
  case DType::u64:
    return narrow<uint64_t>(proto.uint64_data());
  case DType::u32:
    return narrow<uint32_t>(proto.uint64_data());
  case DType::s32:
    return narrow<int32_t>(proto.int32_data());
  case DType::f16:
  case DType::bf16:
  case DType::s16:
  case DType::u16:
    return narrow<uint16_t>(proto.int32_data());
  case DType::s8:
  case DType::u8:
  case DType::boolean:
    return narrow<uint8_t>(proto.int32_data());
  }
  return {};
}

} // namespace

NamedTensor parseTensorProto(std::span<const uint8_t> bytes, const std::string& where) {
  auto fail = [&](const std::string& message) { throw Error(fmt::format("{}: {}", where, message)); };
  Proto proto;
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()) ||
      !proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    fail("not an ONNX TensorProto");
  if (proto.data_location() == Proto::EXTERNAL)
    fail("the tensor's data is in another file, which is not supported");
  NamedTensor result{proto.name(), {}};
  HostTensor& tensor = result.tensor;
  bool known = false;
  for (const Mapping& mapping : kMappings) {
    if (mapping.proto == proto.data_type()) {
      tensor.type = mapping.type;
      known = true;
    }
  }
  if (!known)
    fail(fmt::format("the ONNX element type {} is not supported", proto.data_type()));
  tensor.shape.assign(proto.dims().begin(), proto.dims().end());
  size_t expected = 0;
  try {
    expected = static_cast<size_t>(net::elementCount(tensor.shape)) * net::byteSize(tensor.type);
  } catch (const Error& error) {
    fail(error.what());
  }
  if (proto.has_raw_data())
    tensor.data.assign(proto.raw_data().begin(), proto.raw_data().end());
  else
    tensor.data = typedData(proto, tensor.type);
  if (tensor.data.size() != expected)
    fail(fmt::format("the tensor holds {} bytes of data; {} needs {}", tensor.data.size(),
                     describe(tensor.type, tensor.shape), expected));
  return result;
}

std::vector<uint8_t> formatTensorProto(const HostTensor& tensor, const std::string& name) {
  Proto proto;
  proto.set_name(name);
  for (const Mapping& mapping : kMappings)
    if (mapping.type == tensor.type)
      proto.set_data_type(mapping.proto);
  for (int64_t extent : tensor.shape)
    proto.add_dims(extent);
  proto.set_raw_data(tensor.data.data(), tensor.data.size());
  std::string bytes;
  if (!proto.SerializeToString(&bytes))
    throw Error(fmt::format("tensor '{}' is too large for an ONNX TensorProto", name));
  return {bytes.begin(), bytes.end()};
}

} // namespace weft
