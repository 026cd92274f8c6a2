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

void addStorages(MapBuilder& builder, const net::Network& network, const DeviceGraph& graph, const Plan& plan) {
  auto holds = [&](const std::vector<int32_t>& activations, size_t storage) {
    return std::any_of(activations.begin(), activations.end(), [&](int32_t activation) {
      return static_cast<size_t>(graph.activation(activation).storage) == storage;
    });
  };
  for (size_t index = 0; index < plan.places.size(); ++index) {
    const mapping::Place& place = plan.places[index];
    const Storage& storage = graph.storages[index];
    if (storage.constant) // an entry of its layer's constants
      continue;
    const MapUse use = holds(graph.inputs, index)    ? MapUse::input
                       : holds(graph.outputs, index) ? MapUse::output
                                                     : MapUse::activation;
    builder.add(place.scratchpad ? MapMemory::scratchpad : MapMemory::dram, use,
                network.tensors[static_cast<size_t>(storage.tensor)].name, place.address, place.bytes,
                net::elementCount(storage.extents) * static_cast<int64_t>(net::byteSize(storage.element)),
                place.firstGroup, place.lastGroup);
  }
}

void addBuffers(MapBuilder& builder, const DeviceGraph& graph, const Machine& machine, const Plan& plan, size_t g) {
  const mapping::Layer& layer = *graph.layers[g];
  const mapping::Buffers& buffers = plan.buffers[g];
  const auto at = static_cast<int64_t>(g);
  for (size_t s = 0; s < buffers.streams.size(); ++s)
    builder.add(MapMemory::scratchpad, buffers.streams[s].use, layer.name, buffers.addresses[s],
                buffers.streams[s].buffers * buffers.streams[s].bytes, 0, at, at);
  const std::vector<int64_t> tiles = layer.accumulatorRows({graph, machine, plan.places}, plan.mapping.groups[g]);
  const int64_t rowBytes = machine.accumulatorRowBytes();
  for (size_t half = 0; half < tiles.size(); ++half)
    builder.add(MapMemory::accumulators, MapUse::partialSums, layer.name,
                static_cast<int64_t>(half) * (machine.accumulatorRows() / 2) * rowBytes, tiles[half] * rowBytes, 0, at,
                at);
}

} // namespace

void addConstants(std::vector<MemoryRange>& map, const mapping::Layer& layer, size_t index,
                  std::span<const lowering::ConstantImage::Entry> constants) {
  for (const lowering::ConstantImage::Entry& constant : constants)
    map.push_back({MapMemory::dram, constant.use, layer.name, constant.address, constant.bytes, constant.networkBytes,
                   static_cast<int32_t>(index), static_cast<int32_t>(index)});
}

void addPlan(std::vector<MemoryRange>& map, const net::Network& network, const DeviceGraph& graph,
             const Machine& machine, const Plan& plan) {
  if (graph.layers.empty())
    return;
  MapBuilder builder(map, static_cast<int32_t>(graph.layers.size()));
  builder.whole(MapMemory::scratchpad, MapUse::reserved, "", plan.scratchReserved);
  addStorages(builder, network, graph, plan);
  for (size_t g = 0; g < graph.layers.size(); ++g)
    addBuffers(builder, graph, machine, plan, g);
}

} // namespace weft
