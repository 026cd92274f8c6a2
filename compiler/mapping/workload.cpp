#include "compiler/mapping/workload.h"

#include "isa/support/error.h"

#include <fmt/format.h>

namespace weft::mapping {

Workload workloadOf(const DeviceGraph& graph) {
  Workload workload{graph.storages, graph.activations, graph.inputs, graph.outputs, {}, {}};
  for (const std::unique_ptr<Layer>& layer : graph.layers)
    workload.groups.push_back(
        {layer->name, std::string(layer->kind().name), layer->inputs, layer->output, layer->attributes()});
  for (const Step& step : graph.steps)
    if (step.onDevice() && step.firstGroup > 0)
      workload.steps.push_back(step.firstGroup);
  return workload;
}

DeviceGraph graphOf(const Workload& workload) {
  DeviceGraph graph;
  graph.storages = workload.storages;
  graph.activations = workload.activations;
  graph.inputs = workload.inputs;
  graph.outputs = workload.outputs;
  for (const WorkloadGroup& group : workload.groups) {
    const LayerKind* kind = findKind(group.kind);
    if (!kind)
      throw Error(
          fmt::format("node '{}' is of the kind '{}', which this version does not have", group.node, group.kind));
    try {
      std::unique_ptr<Layer> layer = kind->fromAttributes(group.attributes);
      layer->name = group.node;
      layer->inputs = group.inputs;
      layer->output = group.output;
      layer->validate(graph);
      graph.layers.push_back(std::move(layer));
    } catch (const Error& error) {
      throw Error(fmt::format("node '{}' ({}): {}", group.node, group.kind, error.what()));
    }
  }
  int32_t first = 0;
  auto addStep = [&](int32_t end) {
    Step& step = graph.steps.emplace_back();
    step.firstGroup = first;
    step.endGroup = first = end;
  };
  for (int32_t end : workload.steps)
    addStep(end);
  addStep(static_cast<int32_t>(graph.layers.size()));
  return graph;
}

} // namespace weft::mapping
