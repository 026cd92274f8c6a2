// weft area: cells, area and longest path of the core's blocks. Yosys does the work; rtl/tools/area.py says how.
#include "isa/machine/machine.h"
#include "isa/support/file.h"
#include "rtl/sim/sources.h"
#include "rtl/sim/subprocess.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/progress.h"
#include "runtime/tools/weft/tree.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>

namespace weft::tool {
namespace {

struct Options {
  std::string machine;
  std::vector<std::string> liberty;
  std::vector<std::string> blocks;
  bool json = false;
};

// The last line that the script has said, without its "weft: ".
std::string lastSaid(const std::filesystem::path& file) {
  std::string text = std::filesystem::exists(file) ? readTextFile(file) : "";
  text.erase(text.find_last_not_of('\n') + 1);
  text.erase(0, text.rfind('\n') + 1);
  constexpr std::string_view prefix = "weft: ";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

ExitCode area(const Options& options, const Common& common) {
  const Machine machine = loadMachine(options.machine);
  rtl::Workspace workspace(temporaryFolder());
  const std::filesystem::path parameters = workspace.path() / "weft_params_pkg.sv";
  writeFile(parameters, toSystemVerilog(machine));
  const std::filesystem::path design = workspace.path() / "rtl";
  rtl::writeSources(rtl::readSources(), design);
  std::vector<std::string> command{"python3", design / "tools" / "area.py", "--parameters", parameters,
                                   "--isa",   design / rtl::kIsaPackage,    "--progress"};
  for (const std::string& file : options.liberty)
    command.insert(command.end(), {"--liberty", file});
  for (const std::string& block : options.blocks)
    command.insert(command.end(), {"--block", block});
  if (options.json)
    command.push_back("--json");
  const std::filesystem::path said = workspace.path() / "said";
  bool done = false;
  {
    Progress progress(common);
    done = workspace.run(command, "output", "said", [&] { progress.update(lastSaid(said), -1); });
  }
  if (done) {
    printText(readTextFile(workspace.path() / "output"));
    return kOk;
  }
  const std::string reason = lastSaid(said);
  constexpr std::string_view error = "error: ";
  const bool known = reason.starts_with(error);
  printError(known ? reason.substr(error.size()) : fmt::format("internal: area.py: {}", reason));
  return known ? kUserError : kInternalError;
}

} // namespace

void addArea(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("area", "Synthesise a machine's RTL: cells, area and longest path of each block");
  command->footer(
      "Needs Yosys. SRAMs are macros: listed with their size, not part of the area. A block's longest path ends at "
      "its border; the last line has that of the whole. Mapped blocks are kept in $WEFT_CACHE/area, by default "
      "~/.cache/weft/area: an interrupted run goes on where it was.\n"
      "Examples:\n"
      "  weft area --arch edge-16\n"
      "  weft area --arch edge-16 --block weft_pe_int8 --json\n"
      "  weft area --arch mine.yaml --liberty cells.lib");
  command->add_option("--arch", options->machine, "Name of a built-in machine or path of a YAML file")
      ->required()
      ->type_name(kMachineType);
  command->add_option(
      "--liberty", options->liberty,
      "Liberty file of the standard cells, or a folder of them (default: ASAP7 in $WEFT_DATA/liberty, else "
      "in ../shared/data/liberty)");
  command->add_option("--block", options->blocks, "Only these modules, each on its own, such as weft_pe_int8");
  command->add_flag("--json", options->json, "Print JSON instead of a table");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return area(*options, common); }; });
}

} // namespace weft::tool
