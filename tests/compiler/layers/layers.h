// Layers of a device graph as the kinds that they are, and where their operands lie if nothing is resident.
#pragma once

#include "compiler/mapping/device_graph.h"
#include "tests/compiler/mapping/networks.h"

namespace weft::test {

// Throws std::bad_cast if it is of another kind.
template <typename Kind> Kind& layerAs(const mapping::DeviceGraph& graph, size_t index) {
  return dynamic_cast<Kind&>(*graph.layers.at(index));
}

// Every storage in DRAM, without a border.
inline std::vector<mapping::Place> placesOf(const mapping::DeviceGraph& graph, const Machine& machine) {
  std::vector<mapping::Place> places;
  for (const Storage& storage : graph.storages) {
    mapping::Place& place = places.emplace_back();
    place.border.resize(storage.extents.size());
    layOut(storage, machine, place);
  }
  return places;
}

// The device graph of the network as it has been built so far.
inline mapping::DeviceGraph graphOf(const NetworkBuilder& builder) {
  net::validate(builder.network);
  return mapping::buildDeviceGraph(builder.network);
}

} // namespace weft::test
