// The parts of a report about memories as JSON: DRAM traffic by tensor, and the memory map.
#pragma once

#include "isa/support/json_fields.h"
#include "runtime/report/report.h"

namespace weft::runtime {

// Adds "dram" to the report's JSON, and "dram_by_reason" to its layers, which are there already.
void dramToJson(nlohmann::ordered_json& json, const Report& report);
// The reverse. Throws Error.
std::vector<TensorReport> dramFromJson(const JsonFields& in, size_t layers);

// Adds "memory_map".
void memoryMapToJson(nlohmann::ordered_json& json, const Report& report);
std::vector<MemoryRange> memoryMapFromJson(const JsonFields& in, size_t layers);

} // namespace weft::runtime
