#include "compiler/mapping/workload.h"

#include "isa/generated/timing.h"
#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace weft::mapping {
namespace {

GroupKind kindOf(const WorkloadGroup& group) {
  for (GroupKind kind : {GroupKind::matrix, GroupKind::depthwise, GroupKind::maxPool, GroupKind::sum, GroupKind::add,
                         GroupKind::multiply, GroupKind::lut, GroupKind::concat, GroupKind::transpose})
    if (group.kind == name(kind))
      return kind;
  throw Error(fmt::format("node '{}' is of the kind '{}', which this version does not have", group.node, group.kind));
}

// What the lowering of the kind takes for granted.
void check(const WorkloadGroup& group, GroupKind kind) {
  auto require = [&](bool right, const char* what) {
    if (!right)
      throw Error(fmt::format("node '{}' ({}) must have {}", group.node, group.kind, what));
  };
  const bool binary = kind == GroupKind::add || kind == GroupKind::multiply;
  require(kind == GroupKind::concat || group.inputs.size() == (binary ? 2 : 1), binary ? "two inputs" : "one input");
  if (kind == GroupKind::concat || kind == GroupKind::lut)
    require(group.tables.size() == group.inputs.size(), "an entry in 'tables' for each input");
  std::array<int64_t, 4> axes = group.permutation;
  std::sort(axes.begin(), axes.end());
  require(axes == std::array<int64_t, 4>{0, 1, 2, 3}, "a permutation of four axes");
}

} // namespace

Workload workloadOf(const DeviceGraph& graph) {
  Workload workload;
  for (const Activation& a : graph.activations)
    workload.activations.push_back({a.batch, a.channels, a.height, a.width});
  workload.inputs = graph.inputs;
  workload.outputs = graph.outputs;
  for (const Step& step : graph.steps)
    if (step.onDevice() && step.firstGroup > 0)
      workload.steps.push_back(step.firstGroup);
  for (const Group& group : graph.groups) {
    const Window& window = group.window;
    WorkloadGroup& shape = workload.groups.emplace_back();
    shape.node = group.name;
    shape.kind = name(group.kind);
    shape.inputs = group.inputs;
    shape.residual = group.residual;
    shape.output = group.output;
    shape.kernel = {window.kernelH, window.kernelW};
    shape.stride = {window.strideH, window.strideW};
    shape.dilation = {window.dilationH, window.dilationW};
    shape.pad = {window.padTop, window.padLeft, window.padBottom, window.padRight};
    shape.padValue = group.inputZeroPoint;
    for (const std::vector<uint8_t>& table : group.tables)
      shape.tables.push_back(!table.empty());
    shape.resultTable = !group.table.empty();
    shape.permutation = group.permutation;
  }
  return workload;
}

DeviceGraph graphOf(const Workload& workload) {
  DeviceGraph graph;
  int32_t number = 0;
  for (const WorkloadActivation& a : workload.activations) {
    Activation& activation = graph.activations.emplace_back();
    activation.tensor = number++;
    activation.batch = a.batch;
    activation.channels = a.channels;
    activation.height = a.height;
    activation.width = a.width;
  }
  graph.inputs = workload.inputs;
  graph.outputs = workload.outputs;
  const std::vector<uint8_t> table(timing::LUT_ENTRIES);
  for (const WorkloadGroup& shape : workload.groups) {
    Group& group = graph.groups.emplace_back();
    group.kind = kindOf(shape);
    check(shape, group.kind);
    group.name = shape.node;
    group.inputs = shape.inputs;
    group.residual = shape.residual;
    group.output = shape.output;
    group.window = {shape.kernel[0],   shape.kernel[1], shape.stride[0], shape.stride[1], shape.dilation[0],
                    shape.dilation[1], shape.pad[0],    shape.pad[1],    shape.pad[2],    shape.pad[3]};
    group.inputZeroPoint = shape.padValue;
    for (bool used : shape.tables)
      group.tables.push_back(used ? table : std::vector<uint8_t>{});
    if (shape.resultTable)
      group.table = table;
    group.permutation = shape.permutation;
  }
  int32_t first = 0;
  auto addStep = [&](int32_t end) {
    Step& step = graph.steps.emplace_back();
    step.firstGroup = first;
    step.endGroup = first = end;
  };
  for (int32_t end : workload.steps)
    addStep(end);
  addStep(static_cast<int32_t>(graph.groups.size()));
  return graph;
}

} // namespace weft::mapping
