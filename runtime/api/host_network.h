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
  // Executes these nodes in their order.
  void execute(const std::vector<HostNode>& nodes);
  HostTensors outputs() const;

private:
  const net::Network& network_;
  const RunOptions& options_;
  ref::Executor executor_;
};

// "name (operator)", for reports.
std::string describeNode(const net::Network& network, int32_t node);

// What a program with a manifest leaves to the host, and what goes to and fro for it.
std::vector<HostStep> hostSteps(const Program& program);
std::vector<Crossing> crossings(const Program& program);

} // namespace weft::runtime
