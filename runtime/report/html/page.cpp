#include "runtime/report/html/page.h"

#include "runtime/energy/dram.h"
#include "runtime/report/html/parts.h"

#include <nlohmann/json.hpp>

namespace weft::runtime {
namespace {

using Json = nlohmann::ordered_json;

// What the roofline needs and the report does not have as such.
Json peakToJson(const Report& report) {
  const double dramBytesPerNs = energy::peakBytesPerNs(report.description);
  return {{"macs_per_cycle", report.rows * report.cols},
          {"dram_bytes_per_cycle", dramBytesPerNs * 1e3 / static_cast<double>(report.clockMhz)},
          {"bus_bytes_per_cycle", report.description.dma.busBytes}};
}

// JSON within a script element. Names from ONNX files may hold "</script>" or "<!--": every "<" becomes its JSON
// escape; outside of strings JSON has none.
std::string withoutMarkup(const std::string& json) {
  std::string text;
  text.reserve(json.size());
  for (char c : json)
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  return text;
}

} // namespace

std::string htmlPage(const std::vector<NamedReport>& reports) {
  Json items = Json::array();
  for (const NamedReport& item : reports)
    items.push_back({{"file", item.name},
                     {"peak", peakToJson(item.report)},
                     {"why", {{"network", item.why.network}, {"layers", item.why.layers}}},
                     {"report", Json::parse(toJson(item.report))}});
  std::string page(kPageBeforeReports);
  page += withoutMarkup(items.dump(-1, ' ', false, Json::error_handler_t::replace));
  page += kPageAfterReports;
  return page;
}

} // namespace weft::runtime
