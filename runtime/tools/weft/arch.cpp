// weft arch: machine descriptions.
#include "isa/machine/machine.h"
#include "runtime/report/table.h"
#include "runtime/tools/weft/command.h"

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

ExitCode list() {
  Table table(
      {{"name", Table::Align::left}, {"array"}, {"clock"}, {"peak"}, {"scratchpad"}, {"accumulators"}, {"DRAM"}});
  for (const BuiltinMachine& builtin : builtinMachines()) {
    const Machine machine = loadMachine(std::string(builtin.name));
    table.row({machine.name, fmt::format("{} x {}", machine.array.rows, machine.array.cols),
               fmt::format("{} MHz", machine.clockMhz),
               fmt::format("{:.2f} TOP/s", 2e-6 * machine.macsPerCycle() * machine.clockMhz),
               binaryBytes(machine.scratchpad.bytes), binaryBytes(machine.accumulator.bytes), dramText(machine)});
  }
  printOut("{}", table.format(colourOnStdout()));
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
  command->add_subcommand("list", "The built-in machines")->callback([&action] {
    action = [](const Common&) { return list(); };
  });
  CLI::App* show = command->add_subcommand("show", "Print a machine's description as YAML, every field given");
  show->add_option("machine", *argument, "Name of a built-in machine or path of a YAML file")->required();
  show->callback([argument, &action] {
    action = [argument](const Common&) {
      printOut("{}", toYaml(loadMachine(*argument)));
      return kOk;
    };
  });
  CLI::App* check = command->add_subcommand("check", "Check a description and print its hash");
  check->add_option("machine", *argument, "Path of a YAML file or name of a built-in machine")->required();
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
