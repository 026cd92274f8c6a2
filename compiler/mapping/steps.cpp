#include "compiler/mapping/steps.h"

#include <algorithm>

namespace weft::mapping {

std::vector<Step> stepsOf(const net::Network& network, const Schedule& schedule) {
  std::vector<Step> steps(schedule.steps.size());
  for (size_t s = 0; s < steps.size(); ++s)
    if (!schedule.steps[s].onDevice)
      for (int32_t node : schedule.steps[s].nodes)
        steps[s].hostNodes.push_back({node, schedule.reasons[static_cast<size_t>(node)]});
  std::set<int32_t> read = readByHost(network, steps);
  for (size_t s = steps.size(); s-- > 0;) {
    if (!schedule.steps[s].onDevice)
      continue;
    const std::vector<int32_t>& nodes = schedule.steps[s].nodes;
    std::vector<HostNode> again;
    for (auto index = nodes.rbegin(); index != nodes.rend(); ++index) {
      const net::Node& node = network.nodes[static_cast<size_t>(*index)];
      if (!isAlias(node) || !read.contains(node.outputs[0]))
        continue;
      again.push_back({*index, "the host reads its result as well"});
      read.insert(node.inputs[0]);
    }
    if (again.empty())
      continue;
    if (s + 1 == steps.size())
      steps.emplace_back();
    std::vector<HostNode>& host = steps[s + 1].hostNodes;
    host.insert(host.end(), again.begin(), again.end());
    std::sort(host.begin(), host.end(), [](const HostNode& a, const HostNode& b) { return a.node < b.node; });
  }
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
