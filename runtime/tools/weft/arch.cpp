// weft arch: machine descriptions.
#include "isa/machine/machine.h"
#include "runtime/report/table.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/tree.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>

namespace weft::tool {
namespace {

using runtime::binaryBytes;
using runtime::Table;

std::string dramText(const Machine& machine) {
  if (machine.dram.model == DramModel::ideal)
    return fmt::format("{} MB/s, {} ns", machine.dram.bandwidthMbS, machine.dram.latencyNs);
  return fmt::format("{} x {}", machine.dram.channels, name(machine.dram.preset));
}

using runtime::Cell;

ExitCode list(bool json) {
  Table table({{"name", Table::Align::left},
               {"array"},
               {"clock", Table::Align::right, 60, "clock_mhz"},
               {"peak", Table::Align::right, 60, "peak_tops"},
               {"scratchpad", Table::Align::right, 60, "scratchpad_bytes"},
               {"accumulators", Table::Align::right, 60, "accumulator_bytes"},
               {"DRAM"}});
  for (const BuiltinMachine& builtin : builtinMachines()) {
    const Machine machine = loadMachine(std::string(builtin.name));
    const double peak = 2e-6 * machine.macsPerCycle() * machine.clockMhz;
    table.row({machine.name, fmt::format("{} x {}", machine.array.rows, machine.array.cols),
               Cell(fmt::format("{} MHz", machine.clockMhz), machine.clockMhz),
               Cell(fmt::format("{:.2f} TOP/s", peak), peak),
               Cell(binaryBytes(machine.scratchpad.bytes), machine.scratchpad.bytes),
               Cell(binaryBytes(machine.accumulator.bytes), machine.accumulator.bytes), dramText(machine)});
  }
  printOut("{}", json ? runtime::jsonText(table.toJson()) : table.format(stdoutStyle()));
  return kOk;
}

} // namespace

void addArch(CLI::App& app, Action& action) {
  auto argument = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("arch", "Machine descriptions: list the built-in ones, show or check one");
  command->require_subcommand(1);
  command->footer("Examples:\n"
                  "  weft arch list\n"
                  "  weft arch show edge-16 > mine.yaml\n"
                  "  weft arch check mine.yaml\n"
                  "  weft compile net.onnx --arch mine.yaml -o net.weft");
  auto json = std::make_shared<bool>(false);
  CLI::App* all = command->add_subcommand("list", "The built-in machines");
  all->add_flag("--json", *json, "Print JSON instead of a table");
  all->callback([json, &action] { action = [json](const Common&) { return list(*json); }; });
  CLI::App* show =
      command->add_subcommand("show", "Print a machine's description as it was written (YAML), if it is a legal one");
  show->add_option("machine", *argument, "Name of a built-in machine or path of a YAML file")
      ->required()
      ->type_name(kMachineType);
  show->callback([argument, &action] {
    action = [argument](const Common&) {
      printOut("{}", machineSource(*argument).second);
      return kOk;
    };
  });
  CLI::App* check = command->add_subcommand("check", "Check a description and print its hash");
  check->add_option("machine", *argument, "Path of a YAML file or name of a built-in machine")
      ->required()
      ->type_name(kMachineType);
  check->callback([argument, &action] {
    action = [argument](const Common& common) {
      const Machine machine = loadMachine(*argument);
      if (!common.quiet)
        printOut("{}: good; machine '{}', hash {:#018x}\n", *argument, machine.name, hash(machine));
      return kOk;
    };
  });
}

} // namespace weft::tool
