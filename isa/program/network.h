// The network as plain data: what the compiler keeps of an ONNX graph after import, folding and quantisation
// rewrites, and what travels inside a program file for the devices that execute graphs (ref, host, CUDA).
// No MLIR, protobuf or LLVM here: anything that can read a program file can execute this.
//
// Operators carry ONNX names, operand orders and attributes (default domain, opset 13+ conventions; the integer
// ones of ONNX Runtime's com.microsoft domain with its conventions), so the ONNX specification is the reference for
// each. `kNetworkOperators` in network_ops.h is the closed list.
#pragma once

#include "isa/support/shared_bytes.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weft::net {

enum class DType : uint8_t { f32, f16, bf16, f64, s8, u8, s16, u16, s32, u32, s64, u64, boolean };

// Size of one element in bytes.
size_t byteSize(DType type);
// "float32", "int8", ... (numpy's names).
const char* name(DType type);
std::optional<DType> dtypeFrom(std::string_view name);
// Of the integer types.
bool isSigned(DType type);

using Shape = std::vector<int64_t>;
int64_t elementCount(const Shape& shape);

// A value of the graph. A constant has its bytes (row major, little endian) in `data`; others have none. Copies of the
// network share them.
struct Tensor {
  std::string name;
  DType type = DType::f32;
  Shape shape;
  bool isConstant = false;
  SharedBytes data;
};

using Attribute = std::variant<int64_t, double, std::string, std::vector<int64_t>, std::vector<double>>;

// An operator. `inputs` may hold -1 for an omitted optional operand. `name` is the name of the ONNX node that it
// serves (of the main node, where several were folded into one).
struct Node {
  std::string op;
  std::string name;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
  std::map<std::string, Attribute> attributes;

  int64_t integer(const std::string& key, int64_t otherwise) const;
  double real(const std::string& key, double otherwise) const;
  std::string text(const std::string& key, const std::string& otherwise) const;
  std::vector<int64_t> integers(const std::string& key, std::vector<int64_t> otherwise) const;
};

// Notes of the compiler, text attributes of nodes: why an operator of a quantised network stays in floats, hence on the
// host; why single results of an integer operator may be one code away from ONNX Runtime's.
inline constexpr const char* kWhyHostAttribute = "why_host";
inline constexpr const char* kRoundingAttribute = "rounding";

// Nodes are in topological order. Every index in nodes, inputs and outputs is an index into `tensors`.
struct Network {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
};

// Checks indices, topological order, single assignment, constant sizes. Throws Error naming tensor or node.
void validate(const Network& network);

// Binary form (little endian, versioned). The constants in `elsewhere` (indices of tensors) are written without their
// bytes: whoever reads them back must know where they are.
std::vector<uint8_t> serialise(const Network& network, std::span<const int32_t> elsewhere = {});

// The bytes of a constant that is elsewhere, given its index and its name, type and shape. Throws Error if there are
// none.
using FindConstant = std::function<SharedBytes(int32_t index, const Tensor& tensor)>;

// Constants point into `bytes` where their alignment allows. Throws Error on any malformed input, never crashes.
Network deserialise(const SharedBytes& bytes, const FindConstant& find = {});

} // namespace weft::net
