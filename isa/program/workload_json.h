// The JSON of a workload, the same in manifest and report.
#pragma once

#include "isa/program/workload.h"
#include "isa/support/json_fields.h"

namespace weft {

nlohmann::ordered_json workloadToJson(const Workload& workload);
// Throws Error for what is no workload.
Workload workloadFromJson(const JsonFields& in);

} // namespace weft
