// Reports for a browser and for a spreadsheet.
#pragma once

#include "runtime/report/report.h"

#include <string>
#include <vector>

namespace weft::runtime {

// Sentences about what bounds a run and what would lift it (runtime/explain), for its page.
struct Reasons {
  std::string network;             // or why there are none
  std::vector<std::string> layers; // one for each layer of the report, or empty
};

struct NamedReport {
  std::string name; // the file, for the reader
  Report report;
  Reasons why = {};
};

// One self-contained page that needs no network: one run, or a comparison of several, the first of which is what the
// others are compared with. At least one report.
std::string htmlPage(const std::vector<NamedReport>& reports);

// The layers of all reports as CSV (RFC 4180) with one line of titles: integers as counted, energy in pJ; before
// text that begins like a formula is an apostrophe. What a report
// does not have is empty.
std::string layersCsv(const std::vector<NamedReport>& reports);

} // namespace weft::runtime
