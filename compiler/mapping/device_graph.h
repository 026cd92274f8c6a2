// The part of a network that runs on the accelerator: storages, tensors as views of them, and layers with every number
// that a kernel needs. Fusion is decided here, and what only aliases.
#pragma once

#include "compiler/mapping/layer.h"
#include "compiler/mapping/steps.h"
#include "compiler/mapping/view.h"

#include <memory>
#include <vector>

namespace weft::mapping {

struct DeviceGraph {
  std::vector<Storage> storages;
  std::vector<Activation> activations;
  std::vector<std::unique_ptr<Layer>> layers;
  std::vector<int32_t> inputs;  // activations that the host writes
  std::vector<int32_t> outputs; // activations that the host reads
  std::vector<Step> steps;      // in order; the device's have all layers

  const Activation& activation(int32_t index) const { return activations[static_cast<size_t>(index)]; }
  const Storage& storageOf(int32_t activation_) const {
    return storages[static_cast<size_t>(activation(activation_).storage)];
  }
  bool isSigned(int32_t activation_) const { return net::isSigned(storageOf(activation_).element); }
};

// Splits the network into steps of the host and layers of the accelerator. Throws Error naming the node, its operator
// and the reason when `policy` rules out what would be left to the host, or nothing is left to the accelerator.
DeviceGraph buildDeviceGraph(const net::Network& network, HostPolicy policy = HostPolicy::allow);

// An activation as it lies at a place.
TensorType typeOf(const DeviceGraph& graph, int32_t activation, const Place& place);

} // namespace weft::mapping
