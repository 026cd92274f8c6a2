#include "runtime/report/html/page.h"

#include "isa/support/embedded.h"
#include "isa/support/error.h"
#include "runtime/energy/dram.h"

#include <nlohmann/json.hpp>

namespace weft::runtime {

EmbeddedFiles pageFiles(); // template, style, scripts in their order

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

// `text` with the one place `name` filled in.
std::string filled(std::string text, std::string_view name, std::string_view value) {
  const size_t place = text.find(name);
  WEFT_CHECK(place != std::string::npos, "the page's template lacks a place");
  return text.replace(place, name.size(), value);
}

} // namespace

std::string htmlPage(const std::vector<NamedReport>& reports) {
  Json items = Json::array();
  for (const NamedReport& item : reports)
    items.push_back({{"file", item.name},
                     {"peak", peakToJson(item.report)},
                     {"why", {{"network", item.why.network}, {"layers", item.why.layers}}},
                     {"report", Json::parse(toJson(item.report))}});
  const EmbeddedFiles files = pageFiles();
  std::string scripts;
  for (const EmbeddedFile& script : files.subspan(2))
    scripts.append(script.content) += '\n';
  // The reports last: their names may hold anything.
  std::string page = filled(std::string(files[0].content), "@STYLE@", files[1].content);
  page = filled(page, "@SCRIPT@", scripts);
  return filled(page, "@REPORTS@", withoutMarkup(items.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

} // namespace weft::runtime
