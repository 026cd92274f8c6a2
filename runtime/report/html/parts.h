// The page of page.html with style and scripts in place, cut where the reports belong. Made by embed.py.
#pragma once

#include <string_view>

namespace weft::runtime {

extern const std::string_view kPageBeforeReports;
extern const std::string_view kPageAfterReports;

} // namespace weft::runtime
