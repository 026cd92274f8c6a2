// The JSON of what ran on the host and what went to and fro for it.
#pragma once

#include "isa/support/json_fields.h"
#include "runtime/report/report.h"

namespace weft::runtime {

// Sets "host".
void hostToJson(nlohmann::ordered_json& json, const Report& report);
void hostFromJson(const JsonFields& in, Report& report);

} // namespace weft::runtime
