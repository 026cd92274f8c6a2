// weft cosim: a program on the simulator and on the RTL, side by side.
#include "runtime/cosim/cosim_core.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/inputs.h"
#include "runtime/tools/weft/interrupt.h"
#include "runtime/tools/weft/outputs.h"
#include "runtime/tools/weft/progress.h"
#include "runtime/tools/weft/tree.h"

#include <fmt/format.h>
#include <memory>
#include <optional>

namespace weft::tool {
namespace {

struct Options {
  std::string program, arch, wave;
  std::vector<std::string> inputs;
  std::optional<uint64_t> randomSeed;
  uint64_t maxCycles = 0;
  size_t context = 8;
  bool timeOnly = false;
  bool assertions = false;
};

ExitCode runCosim(const Options& options, const Common& common) {
  checkFiles(namesOf(options.inputs, {options.program, options.arch}), {{"--wave", options.wave, false}});
  auto program = runtime::readProgram(options.program);
  const Machine machine =
      options.arch.empty() ? runtime::machineOf(*program, options.program) : loadMachine(options.arch);
  cosim::CosimCoreOptions settings;
  settings.comparison.cycleLimit = options.maxCycles;
  settings.comparison.compareData = !options.timeOnly;
  settings.comparison.context = options.context;
  settings.waveFile = options.wave;
  settings.assertions = options.assertions;
  cosim::CosimReport report;
  auto loaded =
      runtime::makeCoreDevice(cosim::makeCosimCore(settings, report), cosim::kCosimDevice, machine)->load(program);
  const HostTensors inputs = chooseInputs(options.program, options.inputs, options.randomSeed, *loaded);
  {
    Progress progress(common);
    runtime::RunOptions run;
    run.progress = [&](const std::string& stage, double fraction) { progress.update(stage, fraction); };
    run.cancel = &interrupted();
    run.provenance = provenanceOf(options.program, machine, options.randomSeed);
    loaded->run(inputs, run);
  }
  throwIfInterrupted();
  if (!report.result.equal() || !common.quiet)
    printOut("{}", report.text);
  return report.result.equal() ? kOk : kFinding;
}

} // namespace

void addCosim(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("cosim", "Compare simulator and RTL on a program, cycle by cycle");
  command->add_option("program", options->program, "Program file (.weft)")->required();
  addInputOptions(*command, options->inputs, options->randomSeed);
  command
      ->add_option("-a,--arch", options->arch,
                   "Machine, by name or YAML file; default: the one that the program was compiled for")
      ->type_name(kMachineType);
  command->add_option("--max-cycles", options->maxCycles, "Compare so many cycles only (0: all)");
  command->add_option("--context", options->context, "Events shown before and after a difference")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  command->add_option("--wave", options->wave, "Write a waveform (FST) of the cycles around a difference here");
  command->add_flag("--time-only", options->timeOnly,
                    "Compare no data: for programs with races, of which only the time is defined");
  command->add_flag("--assertions", options->assertions, "Check the assertions of the design as well");
  command->footer(
      "Every event (dispatch, start and retirement of an instruction, each beat with address and data, each\n"
      "DRAM request with its answer, fault, halt), all counters, and the memories at the end have to be the\n"
      "same. The first difference is shown with the events around it, instruction, engine, cycle and ONNX\n"
      "node. Exit code 0 if nothing differs (also if both fault in the same way), 3 if something does.\n"
      "The first comparison on a machine compiles the RTL for it, which takes a minute or more.\n"
      "Examples:\n"
      "  weft cosim net.weft --random-input 1\n"
      "  weft cosim net.weft --input x.npz --max-cycles 1000000 --wave difference.fst\n"
      "  weft cosim by_hand.weft --arch edge-16");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return runCosim(*options, common); }; });
}

} // namespace weft::tool
