// The lowerings in one call: code for a group, of whatever kind, on a builder.
#pragma once

#include "compiler/core/builder.h"
#include "compiler/lowering/pack.h"
#include "compiler/mapping/planner.h"

namespace weft::lowering {

// What runs once, before all groups.
void lowerStart(core::Builder& builder, const Machine& machine);

// The body of the function of group `index`; adds its constants to `constants`.
void lowerGroup(core::Builder& builder, const mapping::DeviceGraph& graph, const Machine& machine,
                const mapping::Plan& plan, size_t index, ConstantImage& constants);

} // namespace weft::lowering
