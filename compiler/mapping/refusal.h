// What of a node alone tells that the accelerator cannot run it.
#pragma once

#include "isa/program/network.h"

#include <optional>
#include <string>

namespace weft::mapping {

// Operator, types and ranks; as part of a sentence. None: the accelerator may run the node.
std::optional<std::string> refusalOf(const net::Network& network, const net::Node& node);

} // namespace weft::mapping
