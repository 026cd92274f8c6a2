// weft report: a report for a person.
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "runtime/explain/text.h"
#include "runtime/report/html/page.h"
#include "runtime/report/summary.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"
#include "runtime/tools/weft/outputs.h"
#include "runtime/tools/weft/progress.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>

namespace weft::tool {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string html, csv;
  bool json = false;
};

void checkOutputs(const Options& options) {
  const bool toStdout = checkFiles(options.files, {{"--html", options.html}, {"--csv", options.csv}});
  if (toStdout && options.json)
    throw Error("--json prints to stdout, and so does an output named '-'");
  if (options.files.size() > 1 && options.html.empty() && options.csv.empty())
    throw Error("several reports are compared on a page: add --html FILE, or --csv FILE for their layers");
  if (options.files.size() > 1 && options.json)
    throw Error("--json takes one report");
}

// What bounds the run, for its page; what cannot be explained says why.
runtime::Reasons reasonsOf(const runtime::Report& report, const std::string& file, Progress& progress) {
  runtime::Reasons why;
  try {
    const explain::Explanation explanation = explain::explain(report, file, [&](double part) {
      throwIfInterrupted();
      progress.update("explaining", part);
    });
    why.network = explain::networkText(explanation);
    for (const explain::LayerExplanation& layer : explanation.layers)
      why.layers.push_back(explain::layerText(layer));
  } catch (const Error& error) {
    why.network = fmt::format("Not explained: {}", error.what());
  }
  return why;
}

void writePage(const std::string& path, std::vector<runtime::NamedReport>& reports, const Common& common) {
  Progress progress(common);
  for (runtime::NamedReport& item : reports)
    item.why = reasonsOf(item.report, item.name, progress);
  writeFile(path, runtime::htmlPage(reports));
}

} // namespace

void addReport(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("report", "Show the report of a run as tables, page or CSV; compare runs");
  command->add_option("report", options->files, "Reports (JSON) that 'weft run --report' wrote")->required();
  command->add_flag("--json", options->json, "Check the report and print it as JSON instead");
  command->add_option("--html", options->html, "Write one page that needs no network; several reports are compared");
  command->add_option("--csv", options->csv, "Write the layers as CSV");
  command->footer("With --html or --csv nothing is printed, unless --json asks for it.\n"
                  "Colours are used on a terminal, unless NO_COLOR is set.\n"
                  "Examples:\n"
                  "  weft report r.json\n"
                  "  weft report r.json --json | jq .totals\n"
                  "  weft report r.json --html r.html --csv layers.csv\n"
                  "  weft report before.json after.json --html difference.html");
  command->callback([options, &action] {
    action = [options](const Common& common) {
      checkOutputs(*options);
      std::vector<runtime::NamedReport> reports;
      for (const std::string& file : options->files)
        reports.push_back({file, runtime::reportFromJson(readTextFile(file), file)});
      if (!options->html.empty())
        writePage(options->html, reports, common);
      if (!options->csv.empty())
        writeFile(options->csv, runtime::layersCsv(reports));
      if (options->json)
        printOut("{}", runtime::toJson(reports.front().report));
      else if (options->html.empty() && options->csv.empty())
        printOut("{}", runtime::summary(reports.front().report, stdoutStyle()));
      return kOk;
    };
  });
}

} // namespace weft::tool
