#include "compiler/driver/compiler.h"

#include "compiler/core/emitter.h"
#include "compiler/driver/memory_map.h"
#include "compiler/link/link.h"
#include "compiler/lowering/lower.h"
#include "compiler/lowering/packed_layout.h"
#include "compiler/mapping/workload.h"
#include "compiler/rtlib/rtlib.h"
#include "isa/check/verify_program.h"
#include "isa/program/program.h"
#include "isa/semantics/state.h"
#include "isa/support/error.h"

#include <fmt/format.h>

namespace weft {
namespace {

using lowering::ConstantImage;
using mapping::DeviceGraph;
using mapping::Plan;

// A function name for a group: its number, and what of the node's name is fit for a symbol, which is not too long.
std::string symbolOf(size_t index, const std::string& node) {
  constexpr size_t kLongest = 200;
  std::string symbol = fmt::format("g{:03}_", index);
  for (char c : node.substr(0, kLongest))
    symbol += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return symbol;
}

DeviceTensor deviceTensor(const DeviceGraph& graph, const Plan& plan, int32_t index) {
  const Activation& activation = graph.activation(index);
  const mapping::Place& place = plan.places[static_cast<size_t>(activation.storage)];
  return {activation.tensor, place.address, mapping::typeOf(graph, index, place)};
}

std::vector<uint8_t> bytesOf(const std::string& text) {
  return {text.begin(), text.end()};
}

} // namespace

std::vector<uint8_t> compile(net::Network network, const Machine& machine, const CompileOptions& options) {
  auto progress = [&](const std::string& stage, double fraction) {
    if (options.progress)
      options.progress(stage, fraction);
  };
  progress("fusing", 0.0);
  DeviceGraph graph = mapping::buildDeviceGraph(network, options.host);
  for (const std::unique_ptr<mapping::Layer>& layer : graph.layers)
    for (int32_t index : layer->nodes)
      if (net::Node& node = network.nodes[static_cast<size_t>(index)]; node.op == "QLinearAveragePool")
        node.attributes["integer_mean"] = int64_t{1}; // the accelerator sums integers; the graph that travels says so
  progress("mapping", 0.1);
  mapping::Mapping given;
  if (!options.mapping.empty())
    given = mapping::parseMapping(options.mapping, options.mappingOrigin);
  Plan plan = mapping::plan(graph, machine, given);
  std::string mappingYaml = toYaml(plan.mapping);
  if (options.emit == "mapping")
    return bytesOf(mappingYaml);

  core::Emitter emitter;
  ConstantImage constants(plan.constantBase, std::max<uint32_t>(64, machine.dma.burstBytes));
  Manifest manifest;
  emitter.function("g_start", "start-up", [&] { lowering::lowerStart(emitter, machine); });
  for (size_t g = 0; g < graph.layers.size(); ++g) {
    const mapping::Layer& layer = *graph.layers[g];
    progress("lowering", 0.1 + 0.4 * double(g) / double(graph.layers.size()));
    std::string symbol = symbolOf(g, layer.name);
    const size_t constantsBefore = constants.entries().size();
    emitter.function(symbol, layer.name, [&] { lowering::lowerLayer(emitter, graph, machine, plan, g, constants); });
    addConstants(manifest.memoryMap, layer, g, std::span(constants.entries()).subspan(constantsBefore));
    manifest.groups.push_back(
        {symbol, layer.nodes, layer.onnxNodes, layer.describe(plan.mapping.groups[g]), layer.usefulMacs});
  }
  std::vector<std::vector<std::string>> steps; // functions of each device step
  for (const mapping::Step& step : graph.steps) {
    if (!step.onDevice())
      continue;
    std::vector<std::string>& functions = steps.emplace_back();
    for (int32_t g = step.firstGroup; g < step.endGroup; ++g)
      functions.push_back(manifest.groups[static_cast<size_t>(g)].symbol);
  }
  emitter.mainFunction("g_start", steps, kStepSymbol);
  if (options.emit == "core")
    return bytesOf(emitter.text());
  progress("generating code", 0.5);
  if (options.emit == "llvm" || options.emit == "asm")
    return emitter.finish(options.emit);
  std::vector<uint8_t> object = emitter.finish("object");

  progress("linking", 0.9);
  manifest.machineName = machine.name;
  manifest.machineHash = hash(machine);
  manifest.machineYaml = toYaml(machine);
  for (const mapping::Step& step : graph.steps) {
    Step& made = manifest.steps.emplace_back(Step{step.hostNodes, step.firstGroup, step.endGroup, {}, {}});
    for (int32_t input : step.inputs)
      made.inputs.push_back(deviceTensor(graph, plan, input));
    for (int32_t output : step.outputs)
      made.outputs.push_back(deviceTensor(graph, plan, output));
  }
  std::vector<int32_t> packed;
  for (const ConstantImage::Entry& entry : constants.entries())
    if (entry.tensor >= 0 && std::find(packed.begin(), packed.end(), entry.tensor) == packed.end()) {
      packed.push_back(entry.tensor);
      manifest.constants.push_back({entry.tensor, entry.address, entry.type});
    }
  manifest.workload = mapping::workloadOf(graph);
  manifest.mapping = mappingYaml;
  addPlan(manifest.memoryMap, network, graph, machine, plan);
  manifest.constantBytes = constants.bytes();
  manifest.activationBytes = plan.arenaBytes;
  manifest.activationLowerBound = static_cast<uint64_t>(plan.activationLowerBound);
  manifest.scratchpadPeak = static_cast<uint64_t>(plan.scratchpadPeak);

  LinkInput input;
  input.objects.push_back({"network", std::move(object)});
  input.libraries = runtimeLibrary();
  LinkSection arena;
  arena.name = ".weft.arena";
  arena.bytes = std::max<uint32_t>(plan.arenaBytes, 1);
  arena.alignment = mapping::kCodeBytes; // code ends below: the arena's address is known before the code is
  arena.symbol = "__weft_arena";
  LinkSection image;
  image.name = ".weft.const";
  image.content = constants.take(network);
  image.bytes = std::max<size_t>(image.content.size(), 1);
  image.alignment = 4096;
  image.symbol = "__weft_const";
  LinkSection meta;
  meta.name = ".weft.meta";
  meta.content = bytesOf(toJson(manifest));
  meta.allocated = false;
  LinkSection graphSection;
  graphSection.name = ".weft.network";
  graphSection.content = net::serialise(network, packed);
  graphSection.allocated = false;
  input.sections = {std::move(arena), std::move(image), std::move(meta), std::move(graphSection)};
  network = {};
  input.dramBytes = machine.dram.bytes;
  input.scalarBase = kScalarMemoryBase;
  input.scalarBytes = machine.scalarMemory.bytes;
  LinkResult result = link(std::exchange(input, {}));
  if (result.symbols["__weft_arena"] != plan.arenaBase || result.symbols["__weft_const"] != plan.constantBase)
    throw Error(fmt::format("the program's code does not fit the {} bytes reserved for it", mapping::kCodeBytes));
  if (options.verify) {
    progress("verifying", 0.95);
    const Program program = Program::parse({nullptr, result.elf}, "the compiled program");
    for (const Finding& finding : verifyProgram(program, machine))
      WEFT_CHECK(finding.severity == Finding::Severity::warning,
                 "the compiled program does not verify: " + finding.message);
  }
  progress("done", 1.0);
  return std::move(result.elf);
}

} // namespace weft
