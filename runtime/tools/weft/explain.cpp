// weft explain: what bounds a run, what would lift it, and whether that is true.
#include "compiler/driver/compiler.h"
#include "compiler/import/import.h"
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "runtime/explain/text.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/inputs.h"
#include "runtime/tools/weft/interrupt.h"
#include "runtime/tools/weft/progress.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>

namespace weft::tool {
namespace {

using namespace explain;
using runtime::Report;

struct Options {
  std::string report, layer, network;
  std::vector<std::string> changes;
  bool json = false, check = false;
};

// The network of a program file or of an ONNX file.
net::Network readNetwork(const std::string& file, const Report& report) {
  std::vector<uint8_t> bytes = readFile(file);
  constexpr std::string_view kElf = "\x7f"
                                    "ELF";
  if (bytes.size() >= kElf.size() && std::equal(kElf.begin(), kElf.end(), bytes.begin())) {
    const Program program = Program::parse(std::move(bytes), file);
    if (!program.network())
      throw Error(fmt::format("{}: a hand-written program has no network to compile again", file));
    return *program.network();
  }
  ImportOptions settings;
  settings.folder = std::filesystem::absolute(file).parent_path();
  const std::vector<int32_t>& inputs = report.workload->inputs;
  if (!inputs.empty())
    settings.batch = report.workload->activations[static_cast<size_t>(inputs.front())].view.shape().front();
  try {
    return importOnnx(std::move(bytes), settings);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", file, error.what()));
  }
}

// The report of the network on another machine. Time does not depend on the inputs' values.
Report simulate(const std::string& file, const Report& report, const Machine& machine, Progress& progress) {
  CompileOptions compiling;
  compiling.progress = [&](const std::string& stage, double fraction) { progress.update(stage, fraction); };
  auto program = std::make_shared<const Program>(
      Program::parse(compile(readNetwork(file, report), machine, compiling), "the compiled program"));
  throwIfInterrupted();
  auto loaded = runtime::openDevice("cycle", machine)->load(program);
  runtime::RunOptions settings;
  settings.progress = compiling.progress;
  settings.cancel = &interrupted();
  const runtime::RunResult result = loaded->run(randomInputs(1, loaded->inputs()), settings);
  throwIfInterrupted();
  return makeReport(result.statistics, *program, machine, file);
}

Check check(const Options& options, const Report& report, const Lift& lift, const Gain& predicted,
            std::optional<size_t> layer, Progress& progress) {
  const std::string file = options.network.empty() ? report.program : options.network;
  try {
    return compare(report, simulate(file, report, lift.machine, progress), lift, predicted, layer);
  } catch (const Error& error) {
    if (!options.network.empty())
      throw;
    throw Error(fmt::format("{}; --network names the program or the ONNX file of the report's network", error.what()));
  }
}

ExitCode run(const Options& options, const Common& common) {
  const Report report = runtime::reportFromJson(readTextFile(options.report), options.report);
  Explanation explanation;
  Extras extras;
  std::optional<size_t> layer;
  {
    Progress progress(common);
    explanation = explain::explain(report, options.report, [&](double part) {
      throwIfInterrupted();
      progress.update("predicting", part);
    });
    if (!options.layer.empty())
      layer = findLayer(explanation, options.layer);
    std::optional<Gain> toCheck = explanation.lift;
    std::optional<Lift> lift;
    if (!options.changes.empty()) {
      lift = change(report.description, options.changes, "--change");
      std::vector<Gain> layers;
      const Predictor predictor(report, options.report);
      extras.change = gainOf(predictor, *lift, &layers);
      if (layer)
        extras.change = layers[*layer];
      toCheck = extras.change;
    } else if (layer) {
      const LayerExplanation& entry = explanation.layers[*layer];
      toCheck = entry.best ? std::optional(entry.gains[*entry.best]) : std::nullopt;
    }
    if (options.check) {
      if (!toCheck)
        throw Error("there is no lift to check; name a change of the machine with --change");
      if (!lift)
        lift = liftOf(report.description, toCheck->changes);
      extras.check = check(options, report, *lift, *toCheck, layer, progress);
    }
  }
  if (options.json) {
    if (layer)
      explanation.layers = {explanation.layers[*layer]};
    printOut("{}", toJson(explanation, extras));
    return kOk;
  }
  const runtime::Style style = stdoutStyle();
  printOut("{}", layer ? layerSummary(explanation, *layer, style) : summary(explanation, style));
  if (extras.change)
    printOut("\n{}\n", changeText(layer ? explanation.layers[*layer].function : explanation.network,
                                  explanation.machine, *extras.change));
  if (extras.check)
    printOut("\n{}\n", checkText(*extras.check));
  return kOk;
}

} // namespace

void addExplain(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("explain", "Say what bounds a run and each layer, and what would lift it");
  command->add_option("report", options->report, "Report (JSON) that 'weft run --report' wrote on cycle or rtl")
      ->required();
  command->add_option("-l,--layer", options->layer, "Only this layer: the name of an ONNX node or of its function");
  command
      ->add_option("-c,--change", options->changes,
                   "PATH=VALUE of the machine description: predict this change; may be repeated")
      ->allow_extra_args(false);
  CLI::Option* check = command->add_flag(
      "--check", options->check, "Compile and simulate for the changed machine and compare with the prediction");
  command
      ->add_option("--network", options->network,
                   "Program (.weft) or ONNX file to compile for --check; default: the program that the report names")
      ->needs(check);
  command->add_flag("--json", options->json, "Print everything as JSON (schema weft-explain/1)");
  command->footer(
      "A lift is the double of one parameter of the machine description (the half of dram.latency_ns), and what\n"
      "must go with it. The cheapest sufficient one is recommended. --check checks it, or --change.\n"
      "Examples:\n"
      "  weft explain r.json\n"
      "  weft explain r.json --layer conv1 --json | jq .layers[0].text\n"
      "  weft explain r.json --check --network net.onnx\n"
      "  weft explain r.json --change array.rows=32 --change scratchpad.bytes=524288 --check");
  command->callback([options, &action] { action = [options](const Common& common) { return run(*options, common); }; });
}

} // namespace weft::tool
