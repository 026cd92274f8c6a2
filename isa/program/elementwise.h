// What the float operators on one element compute: one function each, in float32. The reference executor runs them, and
// the compiler makes 8-bit tables of them.
#pragma once

#include "isa/program/network_ops.h"

namespace weft::net {

// `parameters` are the operator's real attributes in the order of its description (unused ones are 0).
inline constexpr size_t kMaxParameters = 2;
using UnaryFunction = float (*)(float x, const float (&parameters)[kMaxParameters]);

// The function of an operator, or null if it is not one of one float element.
UnaryFunction unaryFunction(Op op);

// Its parameters: read(attribute) gives the value of each real attribute.
template <typename Read> void readParameters(Op op, float (&parameters)[kMaxParameters], Read read) {
  size_t count = 0;
  for (const AttributeInfo& attribute : info(op).attributes)
    if (attribute.kind == AttributeKind::real && count < kMaxParameters)
      parameters[count++] = read(attribute);
}

} // namespace weft::net
