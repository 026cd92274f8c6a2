// A report for a person at a terminal: a fixed order of aligned tables. Every line is explained in runtime/README.md.
#pragma once

#include "runtime/report/report.h"

namespace weft::runtime {

std::string summary(const Report& report, bool colour);

} // namespace weft::runtime
