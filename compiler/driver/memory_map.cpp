#include "compiler/driver/memory_map.h"

#include <algorithm>

namespace weft {
namespace {

using mapping::DeviceGraph;
using mapping::Plan;

class MapBuilder {
public:
  MapBuilder(std::vector<MemoryRange>& map, int32_t groups) : map_(map), groups_(groups) {}

  void add(MapMemory memory, MapUse use, const std::string& name, int64_t address, int64_t bytes, int64_t networkBytes,
           int64_t first, int64_t last) {
    if (bytes > 0)
      map_.push_back({memory, use, name, static_cast<uint32_t>(address), static_cast<uint32_t>(bytes),
                      static_cast<uint64_t>(networkBytes), static_cast<int32_t>(first), static_cast<int32_t>(last)});
  }
  void whole(MapMemory memory, MapUse use, const std::string& name, int64_t bytes) {
    add(memory, use, name, 0, bytes, 0, 0, groups_ - 1);
  }

private:
  std::vector<MemoryRange>& map_;
  int32_t groups_;
};

bool contains(const std::vector<int32_t>& list, size_t index) {
  return std::count(list.begin(), list.end(), static_cast<int32_t>(index)) > 0;
}

void addActivations(MapBuilder& builder, const net::Network& network, const DeviceGraph& graph, const Plan& plan) {
  for (size_t index = 0; index < plan.homes.size(); ++index) {
    const mapping::Home& home = plan.homes[index];
    const mapping::Activation& activation = graph.activations[index];
    const MapUse use = contains(graph.inputs, index)    ? MapUse::input
                       : contains(graph.outputs, index) ? MapUse::output
                                                        : MapUse::activation;
    builder.add(home.scratchpad ? MapMemory::scratchpad : MapMemory::dram, use,
                network.tensors[static_cast<size_t>(activation.tensor)].name, home.address, home.bytes,
                activation.batch * activation.channels * activation.height * activation.width, home.firstGroup,
                home.lastGroup);
  }
}

void addBuffers(MapBuilder& builder, const DeviceGraph& graph, const Machine& machine, const Plan& plan, size_t g) {
  const mapping::Group& group = graph.groups[g];
  const mapping::GroupMapping& mapping = plan.mapping.groups[g];
  const mapping::Buffers& buffers = plan.buffers[g];
  const mapping::WorkingSet& sizes = buffers.sizes;
  const auto at = static_cast<int64_t>(g);
  auto add = [&](MapUse use, int64_t address, int64_t bytes) {
    builder.add(MapMemory::scratchpad, use, group.name, address, bytes, 0, at, at);
  };
  add(MapUse::inputTiles, buffers.input, sizes.inputBuffers * sizes.input);
  add(MapUse::inputTiles, buffers.secondInput, sizes.inputBuffers * sizes.secondInput);
  add(MapUse::weights, buffers.weights, sizes.weightBuffers * sizes.weights);
  add(MapUse::residualTiles, buffers.residual, sizes.outputBuffers * sizes.residual);
  add(MapUse::outputTiles, buffers.output, sizes.outputBuffers * sizes.output);
  add(MapUse::parameters, buffers.parameters, sizes.parameters);
  if (group.kind != mapping::GroupKind::matrix)
    return;
  // Tiles take turns in the halves of the accumulators.
  const mapping::Geometry geometry(graph, group, machine, mapping);
  const int64_t halves = std::min<int64_t>({2, mapping.buffers, geometry.tiles() * geometry.columnTiles});
  const int64_t rowBytes = machine.accumulatorRowBytes();
  for (int64_t half = 0; half < halves; ++half)
    builder.add(MapMemory::accumulators, MapUse::partialSums, group.name,
                half * (machine.accumulatorRows() / 2) * rowBytes, geometry.tilePixels() * rowBytes, 0, at, at);
}

} // namespace

void addConstants(std::vector<MemoryRange>& map, const mapping::Group& group, size_t index,
                  std::span<const lowering::ConstantImage::Entry> constants) {
  for (const lowering::ConstantImage::Entry& constant : constants)
    map.push_back({MapMemory::dram, constant.use, group.name, constant.address, constant.bytes, constant.networkBytes,
                   static_cast<int32_t>(index), static_cast<int32_t>(index)});
}

void addPlan(std::vector<MemoryRange>& map, const net::Network& network, const DeviceGraph& graph,
             const Machine& machine, const Plan& plan) {
  if (graph.groups.empty())
    return;
  MapBuilder builder(map, static_cast<int32_t>(graph.groups.size()));
  builder.whole(MapMemory::scratchpad, MapUse::reserved, "", plan.scratchReserved);
  addActivations(builder, network, graph, plan);
  for (size_t g = 0; g < graph.groups.size(); ++g)
    addBuffers(builder, graph, machine, plan, g);
}

} // namespace weft
