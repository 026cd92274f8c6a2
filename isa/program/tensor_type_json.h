// The JSON of a tensor's type, the same wherever one is written.
#pragma once

#include "isa/program/tensor_type.h"
#include "isa/support/json_fields.h"

namespace weft {

nlohmann::ordered_json typeToJson(const TensorType& type);
// Throws Error for what is no type, or one that checkType() refuses.
TensorType typeFromJson(const JsonFields& in);

} // namespace weft
