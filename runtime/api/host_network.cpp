#include "runtime/api/host_network.h"

#include <fmt/format.h>

namespace weft::runtime {

void HostNetwork::execute(const std::vector<HostNode>& nodes) {
  for (size_t done = 0; done < nodes.size(); ++done) {
    if (options_.cancel && *options_.cancel)
      throw Cancelled();
    if (options_.progress)
      options_.progress("operators on the host", static_cast<double>(done) / static_cast<double>(nodes.size()));
    auto node = static_cast<size_t>(nodes[done].node);
    executor_.execute(node, node + 1);
  }
}

HostTensors HostNetwork::outputs() const {
  HostTensors results;
  for (int32_t index : network_.outputs)
    results[network_.tensors[static_cast<size_t>(index)].name] = executor_.copy(index);
  return results;
}

std::string describeNode(const net::Network& network, int32_t index) {
  const net::Node& node = network.nodes[static_cast<size_t>(index)];
  return fmt::format("{} ({})", node.name, node.op);
}

std::vector<HostStep> hostSteps(const Program& program) {
  std::vector<HostStep> steps;
  size_t deviceSteps = 0;
  for (const Step& step : program.manifest()->steps) {
    if (step.onDevice()) {
      ++deviceSteps;
      continue;
    }
    HostStep& made = steps.emplace_back();
    made.deviceSteps = deviceSteps;
    for (const HostNode& host : step.hostNodes)
      made.operators.push_back({describeNode(*program.network(), host.node), host.reason});
  }
  return steps;
}

std::vector<Crossing> crossings(const Program& program) {
  std::vector<Crossing> list;
  size_t deviceStep = 0;
  for (const Step& step : program.manifest()->steps) {
    auto add = [&](const std::vector<DeviceTensor>& tensors, bool toDevice) {
      for (const DeviceTensor& place : tensors)
        list.push_back({program.network()->tensors[static_cast<size_t>(place.tensor)].name, deviceStep, toDevice,
                        place.type.bytes()});
    };
    add(step.inputs, true);
    add(step.outputs, false);
    deviceStep += step.onDevice();
  }
  return list;
}

} // namespace weft::runtime
