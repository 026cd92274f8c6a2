// The closed list of operators of a weft::net::Network, which isa/program/Operators.td states: `Op` is the enumeration,
// `ops::Conv` has the positions of Conv's operands and its attributes by name.
//
//   switch (opOf(node)) { case Op::QLinearConv: ... }             // exhaustive: no default
//   node.inputs[ops::QLinearConv::w_scale]
//   value(node, ops::Conv::group)                                // int64_t, the default where the node has none
#pragma once

#include "isa/program/network.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weft::net {

// --- Attributes by name; value() below reads them -------------------------------------------------------------------

struct IntegerAttribute {
  const char* key;
  int64_t otherwise;
  bool required = false;
};
struct OptionalIntegerAttribute {
  const char* key;
};
struct RealAttribute {
  const char* key;
  double otherwise;
  bool required = false;
};
struct TextAttribute {
  const char* key;
  const char* otherwise;
  bool required = false;
};
struct IntegersAttribute {
  const char* key;
  bool required = false;
};

// --- The description of an operator ---------------------------------------------------------------------------------

// Operators.td says what each of these means.
enum class Presence : uint8_t { required, optional, defaulted, resolved };
enum class Role : uint8_t { tensor, scale, zeroPoint };
enum class AttributeKind : uint8_t { integer, axis, real, text, integers, reals, tensor, ignored };
enum class AttributeForm : uint8_t { common, resolved, fixed, ignored, own, network };

struct OperandInfo {
  std::string_view name;
  Presence presence;
  Role role;
  size_t repeated; // 0, or the size of the groups that repeat
  bool scalar;
  bool attributeBefore;
  bool sharesType; // with all others for which this is set
};

struct AttributeInfo {
  std::string_view name;
  AttributeKind kind;
  AttributeForm form;
  bool required;
  // The default where it is not required; none for lists.
  int64_t integer;
  double real;
  std::string_view text;
};

enum class ShapeRule : uint8_t;

inline constexpr size_t kVariadic = static_cast<size_t>(-1);
inline constexpr size_t kNoOperand = static_cast<size_t>(-1);

struct OperatorInfo {
  std::string_view name;
  std::string_view mnemonic;     // in the graph dialect; empty if it has no such operation
  bool standard;                 // in ONNX's default domain
  bool microsoft;                // in com.microsoft
  std::optional<ShapeRule> rule; // of operators of the graph dialect
  // Operands that a node may have: of a network, and at least of an ONNX file (where some may be attributes). Trailing
  // optional operands may be left out altogether, others are -1. `maxInputs` is kVariadic where there is no limit.
  size_t minInputs;
  size_t minOnnxInputs;
  size_t maxInputs;
  std::span<const OperandInfo> operands;
  std::span<const AttributeInfo> attributes;
  size_t resultLike;               // the operand whose element type the result has, or kNoOperand
  std::optional<DType> resultType; // the result's element type, where it is fixed
  std::string_view onnxAttributes; // that a node of an ONNX file may have, separated by blanks
  bool moves;                      // its elements are those of its first operand (all that repeat), or a fill value
  std::string_view layers;         // the kinds of layers that serve it on the accelerator, separated by blanks
  std::string_view forms;          // the operators that the compiler makes of it on 8-bit tensors, likewise
};

// Whether a word is one of those that are separated by blanks.
constexpr bool hasWord(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word)
      return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

} // namespace weft::net

#include "isa/generated/operators.h"

namespace weft::net {

constexpr const OperatorInfo& info(Op op) {
  return kNetworkOperators[static_cast<size_t>(op)];
}

// The entry of `name`, or null if there is none.
constexpr const OperatorInfo* findOperator(std::string_view name) {
  const OperatorInfo *first = kNetworkOperators, *last = kNetworkOperators + kOpCount;
  while (first != last) {
    const OperatorInfo* middle = first + (last - first) / 2;
    if (middle->name == name)
      return middle;
    if (middle->name < name)
      first = middle + 1;
    else
      last = middle;
  }
  return nullptr;
}

// The operator of a node, or nothing if it is none of the list; opOf throws an Error that names the node then.
inline std::optional<Op> findOp(const Node& node) {
  const OperatorInfo* found = findOperator(node.op);
  return found ? std::optional(static_cast<Op>(found - kNetworkOperators)) : std::nullopt;
}
Op opOf(const Node& node);

// An attribute of a node, or its default. Throws Error if it has another type, or if it is required and absent.
int64_t value(const Node& node, const IntegerAttribute& attribute);
std::optional<int64_t> value(const Node& node, const OptionalIntegerAttribute& attribute);
double value(const Node& node, const RealAttribute& attribute);
std::string value(const Node& node, const TextAttribute& attribute);
// Lists have no default here: the caller knows the rank. `otherwise` where the node has none.
std::vector<int64_t> value(const Node& node, const IntegersAttribute& attribute, std::vector<int64_t> otherwise = {});

} // namespace weft::net
