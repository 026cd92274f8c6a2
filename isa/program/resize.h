// Where a Resize takes its elements from, in ONNX Runtime's float32 arithmetic: one definition for the reference
// executor and for the compiler.
#pragma once

#include "isa/program/network_ops.h"

namespace weft::net {

// An axis of `from` elements that becomes one of `to`; `scale` as the node gives it, or to / from.
struct ResizedAxis {
  int64_t from = 1, to = 1;
  float scale = 1;
};

// The position in the input of element `at` of the result, by the node's coordinate_transformation_mode. Throws Error
// for a mode that there is not.
float resizePosition(const Node& node, const ResizedAxis& axis, int64_t at);
// The element nearest to a position, by the node's nearest_mode; it may lie beyond the ends. Throws Error as above.
int64_t resizeNearest(const Node& node, float position);

} // namespace weft::net
