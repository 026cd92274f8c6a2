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

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace weft {
namespace {

using lowering::ConstantImage;
using mapping::DeviceGraph;
using mapping::GroupKind;
using mapping::Plan;

// A function name for a group: its number, and what of the node's name is fit for a symbol.
std::string symbolOf(size_t index, const std::string& node) {
  std::string symbol = fmt::format("g{:03}_", index);
  for (char c : node)
    symbol += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return symbol;
}

DeviceTensor deviceTensor(const net::Network& network, const DeviceGraph& graph, const Machine& machine,
                          const Plan& plan, int32_t index) {
  const mapping::Activation& activation = graph.activations[static_cast<size_t>(index)];
  const mapping::Home& home = plan.homes[static_cast<size_t>(index)];
  const net::Tensor& tensor = network.tensors[static_cast<size_t>(activation.tensor)];
  bool windows = false; // an input laid out for windows has no padding channels
  for (size_t g = 0; g < graph.groups.size(); ++g)
    windows |= graph.groups[g].inputs[0] == index && plan.mapping.groups[g].input == mapping::InputFlow::windows;
  const int64_t pitch = windows ? activation.channels : mapping::channelPitch(activation, machine);
  std::vector<int32_t> order(tensor.shape.size()); // channels innermost
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  std::vector<Border> border(tensor.shape.size());
  if (border.size() == 4) {
    border[2] = {home.padTop, home.padBottom};
    border[3] = {home.padLeft, home.padRight};
  }
  return {activation.tensor,
          home.address,
          {tensor.type, tensor.shape, orderedLayout(tensor.shape, order, pitch, border, home.padValue)}};
}

// A group's packed weights are a constant of the network in another order: the image refers to it, and the program has
// it once.
void referToWeights(ConstantImage& constants, size_t first, const net::Network& network, const DeviceGraph& graph,
                    const Machine& machine, const mapping::GroupMapping& mapping, const mapping::Group& group) {
  using lowering::WeightAxis;
  const bool matrix = group.kind == GroupKind::matrix;
  if (!matrix && group.kind != GroupKind::depthwise)
    return;
  const net::Node& node = network.nodes[static_cast<size_t>(group.nodes.front())];
  const int32_t index = node.inputs.at(3);
  const net::Tensor& tensor = network.tensors[static_cast<size_t>(index)];
  lowering::WeightAxes axes = {
      {WeightAxis::output}, {WeightAxis::channel}, {WeightAxis::kernelH}, {WeightAxis::kernelW}};
  if (node.op != "QLinearConv") {
    axes = {{WeightAxis::channel, WeightAxis::kernelH, WeightAxis::kernelW}, {WeightAxis::output}};
    if (node.integer("transB", 0) != 0)
      std::swap(axes[0], axes[1]);
  }
  const mapping::Geometry geometry(graph, group, machine, mapping);
  lowering::WeightOrder order = {geometry.outC, group.window.kernelH, group.window.kernelW};
  order.cols = machine.array.cols;
  order.chunkSteps = {order.kernelH, order.kernelW, 1};
  if (matrix) {
    order.channels = geometry.inC;
    order.groups = node.integer("group", 1);
    order.rows = machine.array.rows;
    order.windows = mapping.input == mapping::InputFlow::windows;
    order.chunkSteps = geometry.chunkSteps;
  }
  const std::optional<Layout> layout = lowering::packedLayout(axes, order, group.weightZeroPoint);
  for (size_t i = first; layout && i < constants.entries().size(); ++i)
    if (constants.entries()[i].use == MapUse::weights)
      constants.refer(i, network, index, {tensor.type, tensor.shape, *layout});
}

std::string describe(const mapping::Group& group, const mapping::GroupMapping& mapping) {
  std::string text = fmt::format("{}: tile {} x {}", name(group.kind), mapping.tileRows, mapping.tileCols);
  if (group.kind == GroupKind::matrix)
    text += fmt::format(", weights {}, {} column tiles together, chunks {}x{}x{}{}", name(mapping.weights),
                        mapping.columnTiles, mapping.chunks[0], mapping.chunks[1], mapping.chunks[2],
                        mapping.input == mapping::InputFlow::windows ? ", windows" : "");
  return text;
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
  for (net::Node& node : network.nodes)
    if (node.op == "QLinearAveragePool") // the accelerator sums integers; the graph that travels says so
      node.attributes["integer_mean"] = int64_t{1};

  progress("fusing", 0.0);
  DeviceGraph graph = mapping::buildDeviceGraph(network);
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
  std::vector<std::string> functions = {"g_start"};
  for (size_t g = 0; g < graph.groups.size(); ++g) {
    const mapping::Group& group = graph.groups[g];
    progress("lowering", 0.1 + 0.4 * double(g) / double(graph.groups.size()));
    std::string symbol = symbolOf(g, group.name);
    const size_t constantsBefore = constants.entries().size();
    emitter.function(symbol, group.name, [&] { lowering::lowerGroup(emitter, graph, machine, plan, g, constants); });
    referToWeights(constants, constantsBefore, network, graph, machine, plan.mapping.groups[g], group);
    addConstants(manifest.memoryMap, group, g, std::span(constants.entries()).subspan(constantsBefore));
    functions.push_back(symbol);
    manifest.groups.push_back(
        {symbol, group.nodes, group.onnxNodes, describe(group, plan.mapping.groups[g]), group.usefulMacs});
  }
  emitter.mainFunction(functions);
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
  manifest.hostBefore = graph.hostBefore;
  manifest.hostAfter = graph.hostAfter;
  for (int32_t input : graph.inputs)
    manifest.inputs.push_back(deviceTensor(network, graph, machine, plan, input));
  for (int32_t output : graph.outputs)
    manifest.outputs.push_back(deviceTensor(network, graph, machine, plan, output));
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
      WEFT_CHECK(finding.severity != Finding::Severity::error,
                 "the compiled program does not verify: " + finding.message);
  }
  progress("done", 1.0);
  return std::move(result.elf);
}

} // namespace weft
