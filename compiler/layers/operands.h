// Reads the constant operands of an integer node: scales, zero points, biases, tables.
#pragma once

#include "compiler/layers/requantise.h"

namespace weft::layers {

// All accessors throw Error naming the node if an operand is not a constant or has a size or type that does not fit.
class Operands {
public:
  Operands(const net::Network& network, const net::Node& node) : network_(network), node_(node) {}

  int32_t zeroPoint(size_t operand) const;                        // a scalar; 0 if omitted
  std::vector<int32_t> zeroPoints(size_t operand) const;          // one at least; 0 if omitted
  std::vector<int32_t> bias(size_t operand, int64_t count) const; // zeros if omitted
  Table table(size_t operand) const;
  std::vector<int64_t> integers(size_t operand) const;
  std::vector<float> reals(size_t operand) const;
  // fl(fl(alpha * sx) * sw) / sy) for each of `count` channels.
  std::vector<float> requantiseScales(size_t x, size_t weights, size_t y, int64_t count, float alpha = 1.0f) const;
  float averageScale(size_t x, size_t y, int64_t count) const;
  Addition addition() const; // of QLinearAdd; clamp bounds not set
  // The table of QLinearConcat for the operand at `x` (followed by its scale and zero point) to the result's scale and
  // zero point at `y`, `y` + 1; nothing if it is the identity.
  std::optional<Table> rescaleTable(size_t x, size_t y) const;

private:
  const net::Tensor* constant(size_t operand) const; // null if omitted
  float scale(size_t operand) const;
  [[noreturn]] void refuse(size_t operand, const std::string& reason) const;

  const net::Network& network_;
  const net::Node& node_;
};

} // namespace weft::layers
