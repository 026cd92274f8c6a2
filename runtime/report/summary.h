// A report for a person at a terminal: a fixed order of aligned tables. Every line is explained in runtime/README.md.
#pragma once

#include "runtime/report/report.h"
#include "runtime/report/table.h"

namespace weft::runtime {

std::string summary(const Report& report, const Style& style);

} // namespace weft::runtime
