#include "runtime/api/layers.h"

#include <unordered_map>

namespace weft::runtime {

std::vector<LayerStatistics> layersOf(const Program& program) {
  std::vector<LayerStatistics> layers;
  if (program.manifest())
    for (const Group& group : program.manifest()->groups) {
      LayerStatistics& layer = layers.emplace_back();
      layer.symbol = group.symbol;
      layer.onnxNodes = group.onnxNodes;
      layer.mapping = group.mapping;
      layer.usefulMacs = group.usefulMacs;
    }
  return layers;
}

void addInstructions(std::vector<LayerStatistics>& layers, const Program& program, const Machine& machine,
                     const std::vector<InstructionRecord>& records) {
  if (layers.empty())
    return;
  // Loops repeat few addresses many times.
  std::unordered_map<uint32_t, LayerStatistics*> layerOfPc;
  auto layerAt = [&](uint32_t pc) {
    auto [it, isNew] = layerOfPc.try_emplace(pc, nullptr);
    if (isNew)
      if (const Group* group = program.groupAt(pc))
        it->second = &layers[static_cast<size_t>(group - program.manifest()->groups.data())];
    return it->second;
  };
  for (const InstructionRecord& record : records) {
    LayerStatistics* layer = record.retire == kNever ? nullptr : layerAt(record.pc);
    if (!layer)
      continue;
    ++layer->instructions;
    layer->span.include(record.start, record.retire);
    layer->arrayMacs += record.work.macs;
  }
  for (LayerStatistics& layer : layers)
    layer.matrixBusy = layer.arrayMacs / machine.macsPerCycle();
}

} // namespace weft::runtime
