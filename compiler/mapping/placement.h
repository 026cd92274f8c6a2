// Which nodes of a network run on the accelerator and which on the host before or after it.
#pragma once

#include "isa/program/network.h"

#include <vector>

namespace weft::mapping {

enum class Placement : uint8_t { before, device, after };

// One for each node. Throws Error naming the node if a convolution or matrix product cannot run on the accelerator.
std::vector<Placement> placeNodes(const net::Network& network);

// Only another shape for the same bytes: nothing to do on the device.
bool isAlias(const net::Node& node);

} // namespace weft::mapping
