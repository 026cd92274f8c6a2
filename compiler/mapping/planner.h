// Decides mapping and memory for a whole network: which activations stay in the scratchpad, where the others lie in
// DRAM, how each group is tiled, and where its buffers are.
#pragma once

#include "compiler/mapping/geometry.h"

namespace weft::mapping {

// Scratchpad addresses of a group's streams; each stream's buffers follow each other.
struct Buffers {
  WorkingSet sizes;
  int64_t input = 0, secondInput = 0, weights = 0, residual = 0, output = 0, parameters = 0;
};

struct Plan {
  Mapping mapping;
  std::vector<Home> homes;      // one for each activation
  std::vector<Buffers> buffers; // one for each group
  int64_t scratchReserved = 0;  // bytes at scratchpad address 0 that belong to no stream
  uint32_t constantBase = 0;    // DRAM address of the constants' image
  uint32_t arenaBase = 0, arenaBytes = 0;
  int64_t activationLowerBound = 0; // most bytes of activations alive at once
  int64_t scratchpadPeak = 0;

  Residency residency(const Group& group) const;
};

// `given` holds mappings for some or all groups, by name (empty: the rules choose all). Throws Error naming the group
// if a mapping is illegal or if no mapping fits the machine.
Plan plan(const DeviceGraph& graph, const Machine& machine, const Mapping& given);

// DRAM layout: code first, then constants, then activations.
inline constexpr uint32_t kCodeBytes = 0x01000000;

} // namespace weft::mapping
