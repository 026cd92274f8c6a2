// The device graph as plain shapes and back: what travels in the manifest and in reports.
#pragma once

#include "compiler/mapping/device_graph.h"
#include "isa/program/workload.h"

namespace weft::mapping {

Workload workloadOf(const DeviceGraph& graph);

// A graph that can be planned and lowered for its times; it has no weights and no scales, and tables hold nothing.
// Throws Error for a kind of group that does not exist.
DeviceGraph graphOf(const Workload& workload);

} // namespace weft::mapping
