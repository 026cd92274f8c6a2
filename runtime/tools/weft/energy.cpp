// weft energy: what each action of a machine costs, its area and power.
#include "isa/support/file.h"
#include "runtime/energy/accelergy.h"
#include "runtime/report/table.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/outputs.h"

#include <fmt/format.h>
#include <map>
#include <memory>

namespace weft::tool {
namespace {

using namespace runtime;
using energy::EnergyModel;

struct Options {
  std::string arch = "edge-16", table, ert, art, synthesised;
  bool printTable = false, sources = false, data = false;
};

std::string heading(const std::string& text) {
  return colourOnStdout() ? fmt::format("\n\x1b[1;36m{}\x1b[0m\n", text) : fmt::format("\n{}\n", text);
}

std::string squareMm(double um2) {
  return fmt::format("{:.4f}", um2 * 1e-6);
}

std::string actions(const EnergyModel& model, bool sources) {
  Table table({{"action", Table::Align::left},
               {"group", Table::Align::left},
               {"pJ"},
               {sources ? "source" : "", Table::Align::left, 400}});
  for (const energy::Component& component : model.components)
    table.row({component.name, component.group, fmt::format("{:.4g}", component.pj), sources ? component.source : ""});
  return table.format(colourOnStdout());
}

std::string area(const EnergyModel& model, bool sources) {
  Table table({{"block", Table::Align::left},
               {"mm2"},
               {"of all"},
               {"synthesised mm2"},
               {sources ? "source" : "", Table::Align::left, 400}});
  const double total = model.areaUm2();
  for (const energy::AreaBlock& block : model.area)
    table.row({block.name, squareMm(block.um2), percent(block.um2 / total),
               block.synthesisedUm2 ? squareMm(*block.synthesisedUm2) : "-", sources ? block.source : ""});
  table.row({"total", squareMm(total), percent(1), "", ""});
  return table.format(colourOnStdout());
}

std::string power(const EnergyModel& model) {
  std::vector<std::string> groups;
  std::map<std::string, double> peak;
  for (const energy::Component& component : model.components) {
    if (peak.emplace(component.group, 0).second)
      groups.push_back(component.group);
    peak[component.group] += model.power(component, component.peakPerCycle);
  }
  Table table({{"power", Table::Align::left}, {"W"}});
  for (const std::string& group : groups)
    table.row({fmt::format("  {} at its peak", group), fmt::format("{:.4g}", peak[group] * 1e-3)});
  table.row({"peak, everything at once", fmt::format("{:.4g}", model.peakMw() * 1e-3)});
  table.row({"idle: clock, leakage, DRAM refresh and background", fmt::format("{:.4g}", model.idleMw() * 1e-3)});
  return table.format(colourOnStdout());
}

ExitCode run(const Options& options, const Common& common) {
  const bool toStdout =
      checkFiles({options.arch, options.table, options.synthesised}, {{"--ert", options.ert}, {"--art", options.art}});
  if (options.printTable) {
    printOut("{}", options.table.empty() ? std::string(energy::builtinTable()) : readTextFile(options.table));
    return kOk;
  }
  const Machine machine = loadMachine(options.arch);
  EnergyModel model =
      energy::loadModel(machine, options.table, options.data ? energy::Switching::data : energy::Switching::assumed);
  if (!options.synthesised.empty())
    energy::applyArt(model, energy::parseArt(readTextFile(options.synthesised), options.synthesised),
                     options.synthesised);
  if (!options.ert.empty())
    writeFile(options.ert, energy::toErt(model, machine.name));
  if (!options.art.empty())
    writeFile(options.art, energy::toArt(model, machine.name));
  if (!common.quiet && !toStdout)
    printOut("{}: energy table '{}', {:g} nm, {:g} V, {} MHz, {}\n{}{}{}{}{}{}", machine.name, model.table,
             model.technology.nodeNm, model.technology.voltageV, machine.clockMhz, describe(model.switching),
             heading("Energy per action"), actions(model, options.sources), heading("Area"),
             area(model, options.sources), heading("Power"), power(model));
  return kOk;
}

} // namespace

void addEnergy(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("energy", "Energy per action, area and peak power of a machine");
  command->add_option("-a,--arch", options->arch, "Machine, by name or YAML file")->capture_default_str();
  command->add_option("--energy", options->table, "Energy table (YAML) or Accelergy ERT; default: the built-in table");
  command->add_option("--synthesised", options->synthesised,
                      "Areas of synthesised blocks (Accelergy ART), to be shown beside the model's");
  command->add_option("--ert", options->ert, "Write the energies as an Accelergy energy reference table here");
  command->add_option("--art", options->art, "Write the areas as an Accelergy area reference table here");
  command->add_flag("--data-energy", options->data,
                    "The actions of 'weft run --data-energy': bits that toggle, instead of operands as assumed");
  command->add_flag("--sources", options->sources, "Show where each figure comes from");
  command->add_flag("--table", options->printTable, "Print the energy table instead, for --energy after a change");
  command->footer("Examples:\n"
                  "  weft energy --arch edge-16 --sources\n"
                  "  weft energy --arch mine.yaml --ert ERT.yaml --art ART.yaml\n"
                  "  weft energy --table > mine-energy.yaml\n"
                  "  weft run net.weft --random-input 1 --energy mine-energy.yaml --report r.json");
  command->callback([options, &action] { action = [options](const Common& common) { return run(*options, common); }; });
}

} // namespace weft::tool
