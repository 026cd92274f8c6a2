// Random integer networks and machines to compile them for. The same seed gives the same everywhere, and a shorter
// network of a seed is a prefix of a longer one.
#pragma once

#include "isa/machine/machine.h"
#include "isa/program/network.h"
#include "runtime/tensor/tensor.h"

#include <cstdint>

namespace weft::test {

// The number of steps (a node or a small pattern of nodes) of a seed's whole network.
int stepsOf(uint64_t seed);
// Its first `steps` steps; values that nobody reads are outputs.
// Extreme ones have kernels as large as maps and up to thousands of channels.
enum class Extent { usual, extreme };
net::Network randomNetwork(uint64_t seed, int steps, Extent extent = Extent::usual);

// Arrays from 4 x 4 to 32 x 32, wide and tall; small memories, so that tiling and residency vary; narrow and wide
// buses; both DRAM models.
Machine randomNetworkMachine(uint64_t seed);
// From one end of what is legal to the other; mostly with memories that just hold the smallest tiles there are.
Machine randomLegalMachine(uint64_t seed);

HostTensors randomInputs(uint64_t seed, const net::Network& network);

// One line for each node: operator, shapes, attributes.
std::string describe(const net::Network& network);

} // namespace weft::test
