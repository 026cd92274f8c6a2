// The parts of a report about energy, area and power as JSON.
#pragma once

#include "isa/support/json_fields.h"
#include "runtime/report/report.h"

namespace weft::runtime {

// Adds "energy", "area" and "power" to the report's JSON, and "energy" to its prologue and layers, which are there
// already.
void energyToJson(nlohmann::ordered_json& json, const Report& report);
// The reverse; `json` belongs to `in`. Throws Error.
energy::RunEnergy energyFromJson(const JsonFields& in, const nlohmann::ordered_json& json);

} // namespace weft::runtime
