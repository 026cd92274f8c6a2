#include "compiler/mapping/workload.h"

#include "isa/support/error.h"

#include <fmt/format.h>

namespace weft::mapping {

Workload workloadOf(const DeviceGraph& graph) {
  Workload workload{graph.storages, graph.activations, graph.inputs, graph.outputs, {}};
  for (const std::unique_ptr<Layer>& layer : graph.layers)
    workload.groups.push_back(
        {layer->name, std::string(layer->kind().name), layer->inputs, layer->output, layer->attributes()});
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
  return graph;
}

} // namespace weft::mapping
