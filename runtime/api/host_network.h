// The part of a run that the host does: nodes of the network executed by the reference executor, with progress.
#pragma once

#include "runtime/api/device.h"
#include "runtime/ref/ref.h"

namespace weft::runtime {

class HostNetwork {
public:
  // All three must outlive this object.
  HostNetwork(const net::Network& network, const RunOptions& options)
      : network_(network), options_(options), executor_(network) {}

  ref::Executor& tensors() { return executor_; }
  // Executes these nodes in their order, reporting under `stage`.
  void execute(const std::vector<int32_t>& nodes, const std::string& stage);
  HostTensors outputs() const;

private:
  const net::Network& network_;
  const RunOptions& options_;
  ref::Executor executor_;
};

// "name (operator)" of each node, for reports.
std::vector<std::string> describeNodes(const net::Network& network, const std::vector<int32_t>& nodes);

} // namespace weft::runtime
