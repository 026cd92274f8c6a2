// weft compile: an ONNX network to a program for one machine.
#include "compiler/driver/compiler.h"
#include "compiler/import/import.h"
#include "isa/program/program.h"
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "runtime/api/host_network.h"
#include "runtime/report/report.h"
#include "runtime/report/table.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"
#include "runtime/tools/weft/outputs.h"
#include "runtime/tools/weft/progress.h"
#include "runtime/tools/weft/tree.h"

#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <unistd.h>

namespace weft::tool {
namespace {

using runtime::binaryBytes;
using runtime::grouped;
using runtime::Table;

struct Options {
  std::string network, arch = "edge-16", output, mapping, emit, host = "allow";
  std::vector<std::string> dimensions;
  std::optional<int64_t> batch;
};

std::pair<std::string, int64_t> parseDimension(const std::string& text) {
  const size_t equals = text.rfind('=');
  int64_t extent = 0;
  if (equals != std::string::npos && equals > 0) {
    const char* end = text.data() + text.size();
    auto [rest, error] = std::from_chars(text.data() + equals + 1, end, extent);
    if (error == std::errc() && rest == end && extent > 0)
      return {text.substr(0, equals), extent};
  }
  throw Error(fmt::format("--dim {}: expected NAME=EXTENT with an extent of 1 or more", text));
}

// The importer's messages do not know the file's name.
net::Network import(const Options& options, std::string& graph) {
  ImportOptions settings;
  settings.folder = std::filesystem::absolute(options.network).parent_path();
  settings.readsFile = [&](const std::filesystem::path& file) {
    checkFiles({file.string()}, {{"--output", options.output}});
  };
  settings.batch = options.batch.value_or(1);
  settings.batchRequired = options.batch.has_value();
  for (const std::string& dimension : options.dimensions)
    if (const auto [name, extent] = parseDimension(dimension); !settings.dimensions.emplace(name, extent).second)
      throw Error(fmt::format("--dim {}: '{}' is given twice", dimension, name));
  GraphDump dump;
  if (options.emit == "graph")
    dump = [&](std::string_view, std::string_view text) { graph = text; };
  std::vector<uint8_t> model = readFile(options.network);
  try {
    return importOnnx(std::move(model), settings, dump);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", options.network, error.what()));
  }
}

constexpr std::pair<const char*, mapping::HostPolicy> kHostPolicies[] = {{"allow", mapping::HostPolicy::allow},
                                                                         {"edges", mapping::HostPolicy::edges},
                                                                         {"never", mapping::HostPolicy::never}};

mapping::HostPolicy hostPolicy(const std::string& name) {
  for (const auto& [known, policy] : kHostPolicies)
    if (name == known)
      return policy;
  throw Error(fmt::format("--host {}: it is allow, edges or never", name));
}

// What the host runs and why, and what goes to and fro for it.
void printHost(const Program& program, const Machine& machine) {
  const size_t last = program.manifest()->deviceSteps();
  for (const runtime::HostStep& step : runtime::hostSteps(program)) {
    const std::string when = step.deviceSteps == 0      ? "before the device"
                             : step.deviceSteps == last ? "after the device"
                                                        : fmt::format("between steps {} and {} of the device",
                                                                      step.deviceSteps, step.deviceSteps + 1);
    for (const runtime::HostStep::Operator& op : step.operators)
      printOut("on the host, {}: {}: {}\n", when, op.name, op.reason);
  }
  for (const runtime::Crossing& crossing : runtime::crossings(program))
    printOut("{} {} of the device: {}, {} bytes, {} cycles at the DRAM's peak bandwidth (an estimate)\n",
             crossing.toDevice ? "from the host to step" : "to the host from step", crossing.deviceStep + 1,
             crossing.tensor, grouped(crossing.bytes), grouped(runtime::crossingCycles(crossing.bytes, machine)));
}

// Convolutions and matrix products that the host runs: a network is seldom meant so.
void warnOfHost(const Program& program) {
  const net::Network& network = *program.network();
  uint64_t all = 0;
  for (const net::Node& node : network.nodes)
    all += mapping::multiplyAccumulates(network, node);
  for (const Step& step : program.manifest()->steps)
    for (const HostNode& host : step.hostNodes) {
      const net::Node& node = network.nodes[static_cast<size_t>(host.node)];
      if (const uint64_t macs = mapping::multiplyAccumulates(network, node); macs > 0)
        printWarning(fmt::format("node '{}' ({}) with {:.1f} % of the network's MACs runs on the host: {}", node.name,
                                 node.op, 100 * static_cast<double>(macs) / static_cast<double>(all), host.reason));
    }
}

// Where ONNX Runtime computes in float what integers do here.
void warnOfRounding(const net::Network& network) {
  for (const net::Node& node : network.nodes)
    if (const std::string why = node.text(net::kRoundingAttribute, ""); !why.empty())
      printWarning(fmt::format("node '{}' ({}): single results may be one code away from ONNX Runtime's: {}", node.name,
                               node.op, why));
}

void printResult(const Options& options, const Program& program, const Machine& machine, size_t fileBytes) {
  const Manifest& manifest = *program.manifest();
  uint64_t macs = 0;
  for (const Group& group : manifest.groups)
    macs += group.usefulMacs;
  printOut("{}: '{}' for {}, {} groups, {} MACs, {}\n", options.output, program.network()->name, manifest.machineName,
           manifest.groups.size(), grouped(macs), binaryBytes(fileBytes));
  printOut("memory: {} constants, {} activations (lower bound {}), scratchpad peak {}\n",
           binaryBytes(manifest.constantBytes), binaryBytes(manifest.activationBytes),
           binaryBytes(manifest.activationLowerBound), binaryBytes(manifest.scratchpadPeak));
  printHost(program, machine);
}

void writeText(const Options& options, std::string_view text) {
  if (options.output.empty() && isatty(STDOUT_FILENO))
    printText(std::string(text));
  else
    writeFile(options.output.empty() ? "-" : options.output, text);
}

ExitCode compileNetwork(const Options& options, const Common& common) {
  const bool toStdout = checkFiles({options.network, options.arch, options.mapping}, {{"--output", options.output}});
  const Machine machine = loadMachine(options.arch);
  std::vector<uint8_t> result;
  {
    Progress progress(common);
    progress.update("import", -1);
    std::string graph;
    net::Network network = import(options, graph);
    if (options.emit == "graph") {
      writeText(options, graph);
      return kOk;
    }
    CompileOptions settings;
    if (!options.mapping.empty()) {
      settings.mapping = readTextFile(options.mapping);
      settings.mappingOrigin = options.mapping;
    }
    settings.emit = options.emit;
    settings.host = hostPolicy(options.host);
    settings.progress = [&](const std::string& stage, double fraction) { progress.update(stage, fraction); };
    result = compile(std::move(network), machine, settings);
  }
  throwIfInterrupted();
  if (!options.emit.empty()) {
    writeText(options, {reinterpret_cast<const char*>(result.data()), result.size()});
    return kOk;
  }
  writeFile(options.output, result);
  if (!common.quiet) {
    const size_t bytes = result.size();
    const Program program = Program::parse(std::move(result), options.output);
    if (!toStdout)
      printResult(options, program, machine, bytes);
    warnOfHost(program);
    warnOfRounding(*program.network());
  }
  return kOk;
}

} // namespace

void addCompile(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("compile", "Compile an ONNX network for a machine");
  command
      ->add_option("network", options->network,
                   "Quantised network (.onnx, opset 7 or newer, QDQ or QLinear); '-': from stdin")
      ->required();
  CLI::Option* arch =
      command->add_option("-a,--arch", options->arch, "Machine: a name from 'weft arch list' or a YAML file")
          ->type_name(kMachineType)
          ->capture_default_str();
  command->add_option("-o,--output", options->output, "Program file to write (with --emit: text file; default stdout)");
  CLI::Option* mapping = command->add_option("-m,--mapping", options->mapping,
                                             "Use this mapping (YAML, as --emit mapping prints it); layers and fields "
                                             "that it leaves out are chosen as without it");
  command
      ->add_option("--emit", options->emit,
                   "Print a stage instead of writing a program: graph, mapping, core, llvm, asm")
      ->check(CLI::IsMember({"graph", "mapping", "core", "llvm", "asm"}));
  command->add_option("-b,--batch", options->batch, "Batch size where the network leaves it open (default: 1)")
      ->check(CLI::Range(int64_t{1}, int64_t{4096}));
  command->add_option("--dim", options->dimensions, "NAME=EXTENT of another open dimension; may be repeated")
      ->allow_extra_args(false);
  CLI::Option* host =
      command
          ->add_option(
              "--host", options->host,
              "What the host may run of what the machine does not: allow (anything anywhere), edges (before and "
              "after the machine's part), never (quantising inputs and dequantising outputs)")
          ->capture_default_str()
          ->check(CLI::IsMember({"allow", "edges", "never"}));
  command->footer(
      "Operators that the machine does not have run on the host; they are named with the reason, and what goes\n"
      "to and fro for them. Convolutions and matrix products among them are warned of.\n"
      "Examples:\n"
      "  weft compile net.onnx --arch edge-16 -o net.weft\n"
      "  weft compile net.onnx --arch mine.yaml --batch 4 -o net.weft\n"
      "  weft compile net.onnx --host edges -o net.weft\n"
      "  weft compile net.onnx --emit mapping -o m.yaml      then edit m.yaml and\n"
      "  weft compile net.onnx --mapping m.yaml -o net.weft\n"
      "  weft compile net.onnx --emit asm | less");
  command->callback([=, &action] {
    if (options->emit == "graph")
      for (const CLI::Option* option : {arch, mapping, host})
        if (option->count() > 0)
          throw CLI::ValidationError(option->get_name(),
                                     "has no use with --emit graph, which is made before it matters");
    if (options->output.empty() && options->emit.empty())
      throw CLI::RequiredError("--output (or --emit)");
    action = [options](const Common& common) { return compileNetwork(*options, common); };
  });
}

} // namespace weft::tool
