// Reading the protobuf side of a model: tensors and node attributes, checked. No MLIR here.
#pragma once

#include "compiler/import/import.h"
#include "isa/support/shared_bytes.h"

#include "onnx/onnx_pb.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::onnx_import {

// Parses a serialised ModelProto. Throws Error if it is not one.
onnx::ModelProto parseModel(SharedBytes bytes);

// A tensor's elements, row major, little endian; `type` is an onnx::TensorProto_DataType. The bytes may lie in the
// TensorProto, which must outlive them.
struct TensorData {
  int32_t type = 0;
  std::vector<int64_t> dims;
  SharedBytes bytes;
};

// Bytes per element; 0 for types that are not supported.
size_t elementBytes(int32_t type);
// "float32" ... or "type 17" for those without a name here.
std::string elementName(int32_t type);
// The product of extents that are known to be 0 or more; nothing if it is over `limit`.
std::optional<int64_t> countElements(std::span<const int64_t> dims, int64_t limit);

// Brings the data of a tensor that has it in another file, in the model's folder, into the tensor. Throws Error for a
// file elsewhere, or one that has not got it.
void loadExternal(onnx::TensorProto& tensor, const ImportOptions& options, const std::string& what);

// Reads a TensorProto, `what` naming it in errors.
TensorData readTensor(const onnx::TensorProto& tensor, const std::string& what);

// A node with its attributes, read by name and type. Every error names node and operator.
class NodeReader {
public:
  explicit NodeReader(const onnx::NodeProto& proto);

  // The node's name, else the name of its first output.
  const std::string& name() const { return nodeName; }
  // "Conv" or "com.microsoft.QGemm".
  const std::string& operatorName() const { return qualifiedName; }
  size_t inputCount() const { return static_cast<size_t>(proto.input_size()); }
  // Whether input i is present.
  bool has(size_t i) const { return i < inputCount() && !inputName(i).empty(); }
  const std::string& inputName(size_t i) const { return proto.input(static_cast<int>(i)); }
  const onnx::NodeProto& raw() const { return proto; }

  bool hasAttribute(std::string_view key) const { return find(key) != nullptr; }
  int64_t integer(std::string_view key, int64_t otherwise) const;
  float real(std::string_view key, float otherwise) const;
  std::string text(std::string_view key, const std::string& otherwise) const;
  std::optional<std::vector<int64_t>> integers(std::string_view key) const;
  std::optional<std::vector<float>> reals(std::string_view key) const;
  std::optional<TensorData> tensor(std::string_view key) const;

  // Fails unless every attribute is one of `allowed` (names separated by blanks).
  void checkAttributes(std::string_view allowed) const;
  // Fails unless the integer attribute has the only supported value.
  void require(std::string_view key, int64_t value) const;

  [[noreturn]] void fail(const std::string& message) const;

private:
  const onnx::AttributeProto* find(std::string_view key) const;
  const onnx::AttributeProto* find(std::string_view key, onnx::AttributeProto_AttributeType type,
                                   const char* typeName) const;

  const onnx::NodeProto& proto;
  std::string nodeName, qualifiedName;
};

} // namespace weft::onnx_import
