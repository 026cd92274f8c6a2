// Decides mapping and memory for a whole network: which storages stay in the scratchpad, where the others lie in DRAM,
// how each layer is tiled, and where its buffers are.
#pragma once

#include "compiler/mapping/device_graph.h"

namespace weft::mapping {

// Scratchpad addresses of a layer's streams; each stream's buffers follow each other.
struct Buffers {
  std::vector<Stream> streams; // as Layer::streams gave them
  std::vector<int64_t> addresses;
};

struct Plan {
  Mapping mapping;
  std::vector<Place> places;    // one for each storage
  std::vector<Buffers> buffers; // one for each layer
  int64_t scratchReserved = 0;  // bytes at scratchpad address 0 that belong to no stream
  uint32_t constantBase = 0;    // DRAM address of the constants' image
  uint32_t arenaBase = 0, arenaBytes = 0;
  int64_t activationLowerBound = 0; // most bytes of activations alive at once
  int64_t scratchpadPeak = 0;
};

// `given` holds mappings for some or all layers, by name (empty: the rules choose all). Throws Error naming the layer
// if a mapping is illegal or if no mapping fits the machine.
Plan plan(const DeviceGraph& graph, const Machine& machine, const Mapping& given);

// DRAM layout: code first, then constants, then activations.
inline constexpr uint32_t kCodeBytes = 0x01000000;

} // namespace weft::mapping
