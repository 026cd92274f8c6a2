// The steps of a schedule as the device graph has them: nodes of the host, groups of the accelerator, and what goes to
// and fro.
#pragma once

#include "compiler/mapping/placement.h"
#include "isa/program/program.h"

#include <set>
#include <vector>

namespace weft::mapping {

struct Step {
  std::vector<HostNode> hostNodes;      // of a host step
  int32_t firstGroup = 0, endGroup = 0; // of a device step: the groups [firstGroup, endGroup)
  std::vector<int32_t> inputs;          // of a device step: activations that the host writes before it
  std::vector<int32_t> outputs;         // of a device step: activations that the host reads after it

  bool onDevice() const { return hostNodes.empty(); }
};

// The schedule's steps, without groups and activations yet.
std::vector<Step> stepsOf(const Schedule& schedule);

// What the host reads in these steps: operands of its nodes, and the network's outputs.
std::set<int32_t> readByHost(const net::Network& network, const std::vector<Step>& steps);

// The device step among `steps` that has group `group`; null if there is none.
const Step* stepOfGroup(const std::vector<Step>& steps, int64_t group);

} // namespace weft::mapping
