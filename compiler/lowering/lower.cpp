#include "compiler/lowering/lower.h"

#include "compiler/lowering/patterns.h"

namespace weft::lowering {

using namespace patterns;

void lowerStart(core::Builder& builder, const Machine& machine) {
  builder.preset(kUnit);
  builder.preset(kSyncConfig);
  builder.setField(kSyncConfig, config::types, int64_t{0});
  builder.setField(kSyncConfig, config::hi, 255);
  // What the synchronising vector instructions copy.
  builder.preset(kBlockDram);
  builder.setField(kBlockDram, field::count0, 2 * machine.lineBytes());
  builder.setField(kBlockDram, field::hi0, int64_t{0});
  core::Value zero = builder.constant(0);
  builder.issue(Opcode::LD, {zero, zero}, {kBlockDram, kUnit}, {}, {});
  builder.fence();
}

void lowerLayer(core::Builder& builder, const mapping::DeviceGraph& graph, const Machine& machine,
                const mapping::Plan& plan, size_t index, ConstantImage& constants) {
  graph.layers[index]->lower({builder, graph, machine, plan, index, constants});
}

} // namespace weft::lowering
