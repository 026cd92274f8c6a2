// Reading and making constants of the graph dialect.
#pragma once

#include "compiler/dialect/graph.h"

#include <optional>
#include <span>
#include <vector>

namespace weft::graph {

// The constant behind a value; null if it is not one.
mlir::DenseElementsAttr constantOf(mlir::Value value);

// Bytes of one element as the functions below have them: a boolean is a byte that is 0 or 1.
inline size_t elementBytes(mlir::Type element) {
  return (element.getIntOrFloatBitWidth() + 7) / 8;
}

// The elements, row major, one per position (splats are expanded), as raw little-endian bytes.
std::vector<uint8_t> bytesOf(mlir::DenseElementsAttr constant);
// The elements as numbers. Integers of 64 bits are not exact in realsOf; integersOf takes integer types only.
std::vector<double> realsOf(mlir::DenseElementsAttr constant);
std::vector<int64_t> integersOf(mlir::DenseElementsAttr constant);

// The reverse. Values are rounded to nearest even into float types; integers are truncated to the type's width.
mlir::DenseElementsAttr constantFromBytes(mlir::RankedTensorType type, std::span<const uint8_t> bytes);
mlir::DenseElementsAttr constantFromReals(mlir::RankedTensorType type, std::span<const double> values);
mlir::DenseElementsAttr constantFromIntegers(mlir::RankedTensorType type, std::span<const int64_t> values);

// The elements of a constant value; nothing if it is not a constant (of an integer type, for integers).
std::optional<std::vector<int64_t>> constantIntegers(mlir::Value value);
std::optional<std::vector<double>> constantReals(mlir::Value value);
// The element of a constant of one element.
std::optional<double> constantScalar(mlir::Value value);

// Whether this is the value of weft_graph.none.
bool isNone(mlir::Value value);
// Whether the tensor's elements are 8-bit integers (ui8 or si8).
bool is8Bit(mlir::Value value);
// The range of an integer element type of up to 32 bits.
int64_t lowest(mlir::Type element);
int64_t highest(mlir::Type element);

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

} // namespace weft::graph
