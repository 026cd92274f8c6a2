// weft energy: what each action of a machine costs, its area and power.
#include "isa/support/file.h"
#include "runtime/energy/accelergy.h"
#include "runtime/report/table.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/outputs.h"
#include "runtime/tools/weft/tree.h"

#include <fmt/format.h>
#include <map>
#include <memory>

namespace weft::tool {
namespace {

using namespace runtime;
using energy::EnergyModel;

struct Options {
  std::string arch = "edge-16", table, ert, art, synthesised;
  bool printTable = false, sources = false, data = false, json = false;
};

Cell squareMm(double um2) {
  return {fmt::format("{:.4f}", um2 * 1e-6), um2 * 1e-6};
}

Table actions(const EnergyModel& model, bool sources) {
  Table table({{"action", Table::Align::left},
               {"group", Table::Align::left},
               {"pJ"},
               {sources ? "source" : "", Table::Align::left, 400}});
  for (const energy::Component& component : model.components)
    table.row({component.name, component.group, Cell(fmt::format("{:.4g}", component.pj), component.pj),
               sources ? component.source : ""});
  return table;
}

Table area(const EnergyModel& model, bool sources) {
  Table table({{"block", Table::Align::left},
               {"mm2"},
               {"of all"},
               {"synthesised mm2"},
               {sources ? "source" : "", Table::Align::left, 400}});
  const double total = model.areaUm2();
  for (const energy::AreaBlock& block : model.area)
    table.row({block.name, squareMm(block.um2), Cell(percent(block.um2 / total), block.um2 / total),
               block.synthesisedUm2 ? squareMm(*block.synthesisedUm2) : Cell("-", nullptr),
               sources ? block.source : ""});
  table.row({"total", squareMm(total), Cell(percent(1), 1.0), Cell("", nullptr), ""});
  return table;
}

Cell watts(double mw) {
  return {fmt::format("{:.4g}", mw * 1e-3), mw * 1e-3};
}

Table power(const EnergyModel& model) {
  std::vector<std::string> groups;
  std::map<std::string, double> peak;
  for (const energy::Component& component : model.components) {
    if (peak.emplace(component.group, 0).second)
      groups.push_back(component.group);
    peak[component.group] += model.power(component, component.peakPerCycle);
  }
  Table table({{"power", Table::Align::left}, {"W"}});
  for (const std::string& group : groups)
    table.row({Cell(fmt::format("  {} at its peak", group), group), watts(peak[group])});
  table.row({Cell("peak, everything at once", "peak"), watts(model.peakMw())});
  table.row({Cell("idle: clock, leakage, DRAM refresh and background", "idle"), watts(model.idleMw())});
  return table;
}

ExitCode run(const Options& options, const Common& common) {
  const bool toStdout =
      checkFiles({options.arch, options.table, options.synthesised}, {{"--ert", options.ert}, {"--art", options.art}});
  if (options.printTable) {
    energy::loadTable(options.table); // refuses what is none
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
  const Table ofActions = actions(model, options.sources), ofArea = area(model, options.sources),
              ofPower = power(model);
  if (options.json)
    printOut("{}", jsonText({{"machine", machine.name},
                             {"table", model.table},
                             {"node_nm", model.technology.nodeNm},
                             {"voltage_v", model.technology.voltageV},
                             {"clock_mhz", machine.clockMhz},
                             {"switching", describe(model.switching)},
                             {"actions", ofActions.toJson()},
                             {"area", ofArea.toJson()},
                             {"power", ofPower.toJson()}}));
  else if (!common.quiet && !toStdout) {
    const Style style = stdoutStyle();
    printOut("{}: energy table '{}', {:g} nm, {:g} V, {} MHz, {}\n{}{}{}{}{}{}", machine.name, model.table,
             model.technology.nodeNm, model.technology.voltageV, machine.clockMhz, describe(model.switching),
             heading("Energy per action", style), ofActions.format(style), heading("Area", style), ofArea.format(style),
             heading("Power", style), ofPower.format(style));
  }
  return kOk;
}

} // namespace

void addEnergy(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("energy", "Energy per action, area and peak power of a machine");
  command->add_option("-a,--arch", options->arch, "Machine, by name or YAML file")
      ->type_name(kMachineType)
      ->capture_default_str();
  command->add_option("--energy", options->table, "Energy table (YAML) or Accelergy ERT; default: the built-in table");
  command->add_option("--synthesised", options->synthesised,
                      "Areas of synthesised blocks (Accelergy ART), to be shown beside the model's");
  command->add_option("--ert", options->ert, "Write the energies as an Accelergy energy reference table here");
  command->add_option("--art", options->art, "Write the areas as an Accelergy area reference table here");
  command->add_flag("--data-energy", options->data,
                    "The actions of 'weft run --data-energy': bits that toggle, instead of operands as assumed");
  command->add_flag("--sources", options->sources, "Show where each figure comes from");
  command->add_flag("--json", options->json, "Print JSON instead of tables");
  CLI::Option* table =
      command->add_flag("--table", options->printTable, "Print the energy table instead, for --energy after a change");
  for (CLI::Option* option : command->get_options())
    if (option != table && option != command->get_help_ptr() && !option->check_name("--energy"))
      table->excludes(option);
  command->footer("Examples:\n"
                  "  weft energy --arch edge-16 --sources\n"
                  "  weft energy --arch mine.yaml --ert ERT.yaml --art ART.yaml\n"
                  "  weft energy --table > mine-energy.yaml\n"
                  "  weft run net.weft --random-input 1 --energy mine-energy.yaml --report r.json");
  command->callback([options, &action] { action = [options](const Common& common) { return run(*options, common); }; });
}

} // namespace weft::tool
