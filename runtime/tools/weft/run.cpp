// weft run: a program on a device.
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

void printResult(const RunResult& result, const Report& report) {
  for (const auto& [name, tensor] : result.outputs)
    fmt::print("output '{}': {}\n", name, describe(tensor.type, tensor.shape));
  if (report.timed)
    fmt::print("{} cycles, {:.3f} ms at {} MHz, {} of the array used ({})\n", grouped(report.cycles),
               1e3 * report.seconds(), report.clockMhz, percent(report.utilisation(report.usefulMacs, report.cycles)),
               report.fidelity);
  if (report.energy)
    fmt::print("{:.4g} mJ, {:.4g} W, {:.3g} TOPS/W (energy table '{}', {:g} nm, {:g} V; {})\n",
               report.energy->totalPj * 1e-9, report.averageMw() * 1e-3, report.topsPerWatt(), report.energy->table,
               report.energy->technology.nodeNm, report.energy->technology.voltageV,
               energy::describe(report.energy->switching));
}

ExitCode run(const Options& options, const Common& common) {
  auto program = readProgram(options.program);
  const Machine machine = options.arch.empty() ? machineOf(*program, options.program) : loadMachine(options.arch);
  auto loaded = openDevice(options.device, machine)->load(program);
  checkTensorFile(options.output, loaded->outputs().size());
  const energy::EnergyModel model = energy::loadModel(
      machine, options.energy, options.dataEnergy ? energy::Switching::data : energy::Switching::assumed);
  checkFolder(options.report);
  checkFolder(options.trace);
  checkFolder(options.wave);
  HostTensors inputs = chooseInputs(options.program, options.inputs, options.randomSeed, *loaded);

  RunResult result;
  {
    Progress progress(common);
    RunOptions settings;
    settings.detectRaces = options.detectRaces;
    settings.countData = options.dataEnergy;
    settings.maxCycles = options.maxCycles;
    settings.trace = options.trace;
    if (!options.wave.empty())
      settings.wave = {options.wave, options.waveFrom, options.waveTo};
    settings.progress = [&](const std::string& stage, double fraction) { progress.update(stage, fraction); };
    settings.cancel = &interrupted();
    result = loaded->run(inputs, settings);
  }
  throwIfInterrupted();
  Report report = makeReport(result.statistics, *program, machine, options.program);
  addEnergy(report, model);
  if (!options.output.empty())
    writeTensors(options.output, result.outputs);
  if (!options.report.empty())
    writeFile(options.report, toJson(report));
  if (!common.quiet)
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
  command
      ->add_option("-d,--device", options->device,
                   fmt::format("One of {}: 'cycle' counts exact cycles, 'func' executes instructions without time, "
                               "'ref' is the reference on the host, 'rtl' simulates the hardware (needs Verilator)",
                               fmt::join(deviceNames(), ", ")))
      ->capture_default_str();
  command
      ->add_option("-i,--input", options->inputs,
                   "FILE or NAME=FILE (.npz, .npy, or ONNX test data .pb); may be repeated")
      ->allow_extra_args(false);
  command->add_option("--random-input", options->randomSeed, "Random inputs from this seed instead of files");
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
  command->add_option("-a,--arch", options->arch,
                      "Machine, by name or YAML file; default: the one that the program was compiled for");
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
