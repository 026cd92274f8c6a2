// The memory map of a compiled network for its manifest: constants, activations and buffers with their groups.
#pragma once

#include "compiler/lowering/constant_image.h"
#include "compiler/mapping/planner.h"
#include "isa/program/memory_map.h"

#include <span>
#include <vector>

namespace weft {

// The constants that layer `index` added to the image.
void addConstants(std::vector<MemoryRange>& map, const mapping::Layer& layer, size_t index,
                  std::span<const lowering::ConstantImage::Entry> constants);

// Storages in DRAM and scratchpad; buffers and accumulators of each layer.
void addPlan(std::vector<MemoryRange>& map, const net::Network& network, const mapping::DeviceGraph& graph,
             const Machine& machine, const mapping::Plan& plan);

} // namespace weft
