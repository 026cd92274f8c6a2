// One network compiled and run on every device.
#pragma once

#include "isa/machine/machine.h"
#include "isa/program/network.h"
#include "runtime/tensor/tensor.h"

#include <functional>
#include <string>

namespace weft::test {

struct Outcome {
  bool skipped = false;     // not supported, and the error says so
  std::string failure;      // empty: right
  std::string refusal = {}; // why it is skipped
};

// Compiles the network, verifies the program, and runs it: the functional and the cycle-accurate device must give the
// reference executor's bytes, without a race, and move only what belongs to a tensor. `mapping`: its YAML, empty for
// the chosen one.
Outcome compare(
    const net::Network& network, const Machine& machine, const HostTensors& inputs,
    const std::function<std::string()>& mapping = [] { return std::string(); });

} // namespace weft::test
