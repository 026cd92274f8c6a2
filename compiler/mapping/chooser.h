// Rules that choose a mapping for one group: every tiling that fits is estimated, the cheapest is taken.
#pragma once

#include "compiler/mapping/geometry.h"

#include <optional>

namespace weft::mapping {

// The cheapest mapping whose working set fits `scratchpadBytes`; nothing if none fits. `windows` tells whether the
// input is laid out for InputFlow::windows.
std::optional<GroupMapping> chooseMapping(const DeviceGraph& graph, const Group& group, const Machine& machine,
                                          const Residency& residency, int64_t scratchpadBytes, bool windows);

// Throws Error naming the group and the field if the mapping is not legal for the group and machine.
void checkMapping(const DeviceGraph& graph, const Group& group, const Machine& machine, const GroupMapping& mapping,
                  const Residency& residency, int64_t scratchpadBytes);

} // namespace weft::mapping
