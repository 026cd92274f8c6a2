// Which nodes of a network run on the accelerator and which on the host, as steps that both take in turn.
#pragma once

#include "isa/program/network.h"
#include "isa/support/error.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weft::mapping {

// What the host may do beside the accelerator.
enum class HostPolicy : uint8_t {
  allow, // everything that the accelerator does not, anywhere in the network
  edges, // everything that the accelerator does not, before and after the accelerator's part
  never, // quantise inputs and dequantise outputs
};

// Why the accelerator cannot run a node, as part of a sentence; none: it can.
using RefusalOf = std::function<std::optional<std::string>(const net::Node& node)>;

struct Schedule {
  struct Step {
    bool onDevice = false;
    std::vector<int32_t> nodes; // in the order of their execution: that of the network
  };
  std::vector<Step> steps;          // host and device in turn
  std::vector<std::string> reasons; // for each node why the host runs it; empty: the accelerator does
};

// As few steps as can be: each has everything that can run by then. The host also runs what is not worth the way to the
// accelerator: a Transpose of what it has or wants itself, likewise what costs nothing (isAlias), and steps of the
// accelerator without a convolution or matrix product, if another step has one. Deterministic.
//
// Throws Error naming the node and the reason if nothing is left to the accelerator or if `policy` rules out what the
// host would have to do.
Schedule scheduleNodes(const net::Network& network, const RefusalOf& refusal, HostPolicy policy);

// Only another shape for the same bytes: nothing to do on the device.
bool isAlias(const net::Node& node);

// Multiply-accumulates of a convolution or matrix product, in integers or floats; 0 for other operators.
uint64_t multiplyAccumulates(const net::Network& network, const net::Node& node);

// "node 'NAME' (OPERATOR): REASON".
class Refusal : public Error {
public:
  Refusal(const net::Node& refused, const std::string& why);
  const net::Node* node;
  std::string reason;
};

// Throws Refusal.
[[noreturn]] void refuse(const net::Node& node, const std::string& reason);

} // namespace weft::mapping
