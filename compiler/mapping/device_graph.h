// The part of a network that runs on the accelerator: storages, tensors as views of them, and layers with every number
// that a kernel needs. Fusion is decided here, and what only aliases.
#pragma once

#include "compiler/mapping/layer.h"
#include "compiler/mapping/view.h"

#include <memory>
#include <vector>

namespace weft::mapping {

struct DeviceGraph {
  std::vector<Storage> storages;
  std::vector<Activation> activations;
  std::vector<std::unique_ptr<Layer>> layers;
  std::vector<int32_t> inputs;                // activations that the host writes
  std::vector<int32_t> outputs;               // activations that the host reads
  std::vector<int32_t> hostBefore, hostAfter; // network nodes

  const Activation& activation(int32_t index) const { return activations[static_cast<size_t>(index)]; }
  const Storage& storageOf(int32_t activation_) const {
    return storages[static_cast<size_t>(activation(activation_).storage)];
  }
  bool isSigned(int32_t activation_) const { return net::isSigned(storageOf(activation_).element); }
};

// Splits the network into host edges and device layers. Throws Error naming the node, its operator and the reason when
// something in the middle cannot run on the accelerator.
DeviceGraph buildDeviceGraph(const net::Network& network);

// An activation as it lies at a place.
TensorType typeOf(const DeviceGraph& graph, int32_t activation, const Place& place);

} // namespace weft::mapping
