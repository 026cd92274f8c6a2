#include "compiler/mapping/steps.h"

namespace weft::mapping {

std::vector<Step> stepsOf(const Schedule& schedule) {
  std::vector<Step> steps(schedule.steps.size());
  for (size_t s = 0; s < steps.size(); ++s)
    if (!schedule.steps[s].onDevice)
      for (int32_t node : schedule.steps[s].nodes)
        steps[s].hostNodes.push_back({node, schedule.reasons[static_cast<size_t>(node)]});
  return steps;
}

std::set<int32_t> readByHost(const net::Network& network, const std::vector<Step>& steps) {
  std::set<int32_t> read(network.outputs.begin(), network.outputs.end());
  for (const Step& step : steps)
    for (const HostNode& host : step.hostNodes) {
      const std::vector<int32_t>& inputs = network.nodes[static_cast<size_t>(host.node)].inputs;
      read.insert(inputs.begin(), inputs.end());
    }
  return read;
}

const Step* stepOfGroup(const std::vector<Step>& steps, int64_t group) {
  for (const Step& step : steps)
    if (step.firstGroup <= group && group < step.endGroup)
      return &step;
  return nullptr;
}

} // namespace weft::mapping
