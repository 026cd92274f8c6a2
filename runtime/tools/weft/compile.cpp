// weft compile: an ONNX network to a program for one machine.
#include "compiler/driver/compiler.h"
#include "compiler/import/import.h"
#include "isa/program/program.h"
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "runtime/report/table.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/interrupt.h"
#include "runtime/tools/weft/outputs.h"
#include "runtime/tools/weft/progress.h"

#include <charconv>
#include <fmt/format.h>
#include <memory>

namespace weft::tool {
namespace {

using runtime::binaryBytes;
using runtime::grouped;
using runtime::Table;

struct Options {
  std::string network, arch = "edge-16", output, mapping, emit;
  std::vector<std::string> dimensions;
  int64_t batch = 1;
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
  settings.batch = options.batch;
  for (const std::string& dimension : options.dimensions)
    settings.dimensions.insert(parseDimension(dimension));
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

void printHost(const char* when, const std::vector<int32_t>& nodes, const net::Network& network) {
  for (int32_t index : nodes) {
    const net::Node& node = network.nodes[static_cast<size_t>(index)];
    fmt::print("on the host, {} the device: {} ({})\n", when, node.name, node.op);
  }
}

void printResult(const Options& options, const Program& program, size_t fileBytes) {
  const Manifest& manifest = *program.manifest();
  uint64_t macs = 0;
  for (const Group& group : manifest.groups)
    macs += group.usefulMacs;
  fmt::print("{}: '{}' for {}, {} groups, {} MACs, {}\n", options.output, program.network()->name, manifest.machineName,
             manifest.groups.size(), grouped(macs), binaryBytes(fileBytes));
  fmt::print("memory: {} constants, {} activations (lower bound {}), scratchpad peak {}\n",
             binaryBytes(manifest.constantBytes), binaryBytes(manifest.activationBytes),
             binaryBytes(manifest.activationLowerBound), binaryBytes(manifest.scratchpadPeak));
  printHost("before", manifest.hostBefore, *program.network());
  printHost("after", manifest.hostAfter, *program.network());
}

void writeText(const Options& options, std::string_view text) {
  if (options.output.empty())
    fmt::print("{}", text);
  else
    writeFile(options.output, text);
}

ExitCode compileNetwork(const Options& options, const Common& common) {
  checkFolder(options.output);
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
    printResult(options, Program::parse(std::move(result), options.output), bytes);
  }
  return kOk;
}

} // namespace

void addCompile(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("compile", "Compile an ONNX network for a machine");
  command->add_option("network", options->network, "Quantised network (.onnx, opset 7 or newer, QDQ or QLinear)")
      ->required();
  command->add_option("-a,--arch", options->arch, "Machine: a name from 'weft arch list' or a YAML file")
      ->capture_default_str();
  command->add_option("-o,--output", options->output, "Program file to write (with --emit: text file; default stdout)");
  command->add_option("-m,--mapping", options->mapping, "Use this mapping (YAML, as --emit mapping prints it)");
  command
      ->add_option("--emit", options->emit,
                   "Print a stage instead of writing a program: graph, mapping, core, llvm, asm")
      ->check(CLI::IsMember({"graph", "mapping", "core", "llvm", "asm"}));
  command->add_option("-b,--batch", options->batch, "Batch size where the network leaves it open")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{4096}));
  command->add_option("--dim", options->dimensions, "NAME=EXTENT of another open dimension; may be repeated")
      ->allow_extra_args(false);
  command->footer("Operators that stay in float at the network's edges run on the host; they are named.\n"
                  "Examples:\n"
                  "  weft compile net.onnx --arch edge-16 -o net.weft\n"
                  "  weft compile net.onnx --arch mine.yaml --batch 4 -o net.weft\n"
                  "  weft compile net.onnx --emit mapping -o m.yaml      then edit m.yaml and\n"
                  "  weft compile net.onnx --mapping m.yaml -o net.weft\n"
                  "  weft compile net.onnx --emit asm | less");
  command->callback([options, &action] {
    if (options->output.empty() && options->emit.empty())
      throw CLI::RequiredError("--output (or --emit)");
    action = [options](const Common& common) { return compileNetwork(*options, common); };
  });
}

} // namespace weft::tool
