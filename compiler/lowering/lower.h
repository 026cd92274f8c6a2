// Code for the layers of a graph, of whatever kind, on a builder.
#pragma once

#include "compiler/core/builder.h"
#include "compiler/lowering/constant_image.h"
#include "compiler/mapping/planner.h"

namespace weft::lowering {

// What runs once, before all groups.
void lowerStart(core::Builder& builder, const Machine& machine);

// The body of the function of layer `index`; adds its constants to `constants`.
void lowerLayer(core::Builder& builder, const mapping::DeviceGraph& graph, const Machine& machine,
                const mapping::Plan& plan, size_t index, ConstantImage& constants);

} // namespace weft::lowering
