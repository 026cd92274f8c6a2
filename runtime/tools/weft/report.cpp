// weft report: a report for a person.
#include "isa/support/file.h"
#include "runtime/report/summary.h"
#include "runtime/tools/weft/command.h"

#include <fmt/format.h>
#include <memory>

namespace weft::tool {

void addReport(CLI::App& app, Action& action) {
  struct Options {
    std::string file;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("report", "Show the report of a run as tables");
  command->add_option("report", options->file, "Report (JSON) that 'weft run --report' wrote")->required();
  command->add_flag("--json", options->json, "Check the report and print it as JSON instead");
  command->footer("Colours are used on a terminal, unless NO_COLOR is set.\n"
                  "Examples:\n"
                  "  weft report r.json\n"
                  "  weft report r.json --json | jq .totals");
  command->callback([options, &action] {
    action = [options](const Common&) {
      const runtime::Report report = runtime::reportFromJson(readTextFile(options->file), options->file);
      fmt::print("{}", options->json ? runtime::toJson(report) : runtime::summary(report, colourOnStdout()));
      return kOk;
    };
  });
}

} // namespace weft::tool
