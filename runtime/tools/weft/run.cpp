// weft run: a program on a device.
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "runtime/energy/accelergy.h"
#include "runtime/report/report.h"
#include "runtime/report/table.h"
#include "runtime/tensor/io.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/inputs.h"
#include "runtime/tools/weft/interrupt.h"
#include "runtime/tools/weft/outputs.h"
#include "runtime/tools/weft/progress.h"
#include "runtime/tools/weft/tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>
#include <optional>

namespace weft::tool {
namespace {

using namespace runtime;

struct Options {
  std::string program, device = "cycle", arch, output, report, trace;
  std::vector<std::string> inputs;
  std::optional<uint64_t> randomSeed;
  bool detectRaces = false, dataEnergy = false;
  std::string wave, energy;
  uint64_t waveFrom = 0, waveTo = UINT64_MAX, maxCycles = 0;
};

void printResult(const RunResult& result, const std::optional<Report>& made) {
  for (const auto& [name, tensor] : result.outputs)
    printOut("output '{}': {}\n", name, describe(tensor.type, tensor.shape));
  if (!made || !made->timed)
    return;
  const Report& report = *made;
  printOut("{} cycles, {:.3f} ms at {} MHz, {} of the array used ({})\n", grouped(report.cycles),
           1e3 * report.seconds(), report.clockMhz, percent(report.utilisation(report.usefulMacs, report.cycles)),
           report.fidelity);
  if (report.energy)
    printOut("{:.4g} mJ, {:.4g} W, {:.3g} TOPS/W (energy table '{}', {:g} nm, {:g} V; {})\n",
             report.energy->totalPj * 1e-9, report.averageMw() * 1e-3, report.topsPerWatt(), report.energy->table,
             report.energy->technology.nodeNm, report.energy->technology.voltageV,
             energy::describe(report.energy->switching));
}

// What the device cannot do, and what says nothing.
void checkOptions(const Options& options, const DeviceKind& kind) {
  if (!options.arch.empty())
    require(kind, &DeviceKind::machine, "has no machine, so --arch has no use");
  if (!options.energy.empty())
    require(kind, &DeviceKind::time, "has no time and so no energy");
  if (options.waveFrom > options.waveTo)
    throw Error(
        fmt::format("--wave-from {} --wave-to {}: the waveform would be empty", options.waveFrom, options.waveTo));
}

// None where neither the device nor a report needs one.
std::optional<Machine> machineFor(const Options& options, const DeviceKind& kind, const Program& program) {
  if (!options.arch.empty())
    return loadMachine(options.arch);
  if (kind.machine || !options.report.empty())
    return machineOf(program, options.program);
  return std::nullopt;
}

ExitCode run(const Options& options, const Common& common) {
  const DeviceKind& kind = deviceKind(options.device);
  checkOptions(options, kind);
  const bool toStdout = checkFiles(namesOf(options.inputs, {options.program, options.arch, options.energy}),
                                   {{"--output", options.output, false},
                                    {"--report", options.report},
                                    {"--trace", options.trace},
                                    {"--wave", options.wave, false}});
  auto program = readProgram(options.program);
  const std::optional<Machine> machine = machineFor(options, kind, *program);
  auto loaded = openDevice(options.device, machine)->load(program);
  checkTensorFile(options.output, loaded->outputs().size());
  std::optional<energy::EnergyModel> model;
  if (kind.time)
    model = energy::loadModel(*machine, options.energy,
                              options.dataEnergy ? energy::Switching::data : energy::Switching::assumed);
  HostTensors inputs = chooseInputs(options.program, options.inputs, options.randomSeed, *loaded);

  std::optional<Provenance> provenance;
  if (machine)
    provenance = provenanceOf(options.program, *machine, options.randomSeed);

  RunResult result;
  {
    Progress progress(common);
    RunOptions settings;
    settings.detectRaces = options.detectRaces;
    settings.countData = options.dataEnergy;
    settings.maxCycles = options.maxCycles;
    settings.trace = options.trace;
    settings.provenance = provenance.value_or(Provenance());
    if (!options.wave.empty())
      settings.wave = {options.wave, options.waveFrom, options.waveTo};
    settings.progress = [&](const std::string& stage, double fraction) { progress.update(stage, fraction); };
    settings.cancel = &interrupted();
    result = loaded->run(inputs, settings);
  }
  throwIfInterrupted();
  std::optional<Report> report;
  if (machine)
    report = makeReport(result.statistics, *program, *machine, options.program);
  if (report)
    report->provenance = provenance;
  if (model)
    addEnergy(*report, *model);
  if (!options.output.empty())
    writeTensors(options.output, result.outputs);
  if (!options.report.empty())
    writeFile(options.report, toJson(*report));
  if (!common.quiet && !toStdout)
    printResult(result, report);
  if (result.statistics.exitCode != 0) {
    printError(fmt::format("the program ended with exit code {}", result.statistics.exitCode));
    return kFinding;
  }
  return kOk;
}

} // namespace

void addRun(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Run a program on a device");
  command->add_option("program", options->program, "Program file (.weft)")->required();
  std::vector<std::string> purposes;
  for (const DeviceKind& kind : deviceKinds())
    purposes.push_back(fmt::format("{}, {}", kind.name, kind.purpose));
  command->add_option("-d,--device", options->device, fmt::format("What executes it: {}", fmt::join(purposes, "; ")))
      ->type_name(kDeviceType)
      ->capture_default_str();
  addInputOptions(*command, options->inputs, options->randomSeed);
  command->add_option("-o,--output", options->output, "Write the outputs here (.npz; .npy or .pb for a single one)");
  command->add_option("-r,--report", options->report, "Write the report (JSON) here; 'weft report' shows it");
  command->add_option("--trace", options->trace, "Write a timeline for Perfetto or chrome://tracing here (cycle, rtl)");
  CLI::Option* wave = command->add_option("--wave", options->wave, "Write a waveform (FST) here (rtl)");
  command->add_option("--wave-from", options->waveFrom, "First cycle of the waveform; default: 0")->needs(wave);
  command->add_option("--wave-to", options->waveTo, "Last cycle of the waveform; default: the end")->needs(wave);
  command
      ->add_option("--max-cycles", options->maxCycles,
                   "Stop with exit code 3 if the program has not ended after so many cycles (func, which has no time: "
                   "instructions of the sequencer); default: no limit")
      ->check(CLI::PositiveNumber);
  command->add_flag("--detect-races", options->detectRaces,
                    "Stop at two overlapping accesses that no semaphore orders (func, cycle)");
  command->add_flag(
      "--data-energy", options->dataEnergy,
      "Energy of array and buses from the toggles of the run's own data, instead of operands as in networks; "
      "takes longer (cycle)");
  command->add_option("--energy", options->energy,
                      "Energy table (YAML) or Accelergy ERT; default: the built-in table, see 'weft energy'");
  command
      ->add_option("-a,--arch", options->arch,
                   "Machine, by name or YAML file; default: the one that the program was compiled for")
      ->type_name(kMachineType);
  command->footer("Examples:\n"
                  "  weft run net.weft --random-input 1\n"
                  "  weft run net.weft --input x.npz --output y.npz --report r.json\n"
                  "  weft run net.weft --input x.npz --data-energy --report r.json\n"
                  "  weft run net.weft --device func --input image=x.npy --output y.npy\n"
                  "  weft run net.weft --device ref --input test_data_set_0/input_0.pb --output y.npz\n"
                  "  weft run by_hand.weft --arch edge-16 --trace t.json --detect-races\n"
                  "  weft run net.weft --device rtl --random-input 1 --wave w.fst --wave-from 9000 --wave-to 9999");
  command->callback([options, &action] { action = [options](const Common& common) { return run(*options, common); }; });
}

} // namespace weft::tool
