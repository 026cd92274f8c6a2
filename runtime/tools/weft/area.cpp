// weft area: cells, area and longest path of the core's blocks. Yosys does the work; rtl/tools/area.py says how.
#include "isa/machine/machine.h"
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "rtl/sim/subprocess.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"
#include "runtime/tools/weft/tree.h"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <unistd.h>

namespace weft::tool {
namespace {

struct Options {
  std::string machine;
  std::vector<std::string> liberty;
  std::vector<std::string> blocks;
  bool json = false;
};

// A folder that is removed with everything in it.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "weft-area-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw Error(fmt::format("cannot make a folder '{}'", name));
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

ExitCode area(const Options& options, const Common& common) {
  const Machine machine = loadMachine(options.machine);
  const TemporaryFolder folder;
  writeFile(folder.path() / "weft_params_pkg.sv", toSystemVerilog(machine));
  std::vector<std::string> command{WEFT_PYTHON, WEFT_AREA_SCRIPT, "--parameters", folder.path() / "weft_params_pkg.sv",
                                   "--isa",     WEFT_ISA_PACKAGE};
  for (const std::string& file : options.liberty)
    command.insert(command.end(), {"--liberty", file});
  for (const std::string& block : options.blocks)
    command.insert(command.end(), {"--block", block});
  if (options.json)
    command.push_back("--json");
  if (!common.quiet && (common.progress || isatty(STDERR_FILENO)))
    command.push_back("--progress");
  const std::filesystem::path output = folder.path() / "output";
  if (!rtl::runProgram(command, output, rtl::Errors::ToOurs)) {
    throwIfInterrupted();
    return kUserError; // the script has said why
  }
  fmt::print("{}", readTextFile(output));
  return kOk;
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
