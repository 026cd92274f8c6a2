// Concatenation of channels: each operand's pixels go through the scratchpad (and a table, where its scale differs)
// into their channels of the result.
#include "compiler/lowering/group_lowering.h"

namespace weft::lowering {

void ConcatLowering::emit() {
  for (int pattern :
       {kVectorA, kVectorB, kVectorResult, kVectorConfig, kOutputDram, kOutputScratch, kInputDram, kInputScratch})
    e_.preset(pattern);
  int64_t channel = 0;
  for (size_t operand = 0; operand < group_.inputs.size(); ++operand) {
    e_.fence();
    emitOperand(operand, channel);
    channel += activation(group_.inputs[operand]).channels;
  }
}

void ConcatLowering::emitOperand(size_t operand, int64_t firstChannel) {
  const int32_t input = group_.inputs[operand];
  const std::vector<uint8_t>& table = group_.tables[operand];
  const int64_t inputPitch = pitch(input);
  e_.preset(kBlockDram);
  e_.preset(kBlockScratch);
  if (!table.empty())
    loadTable(table, buffers_.parameters);

  // Whole tiles of rows; the geometry's input is the first operand, so this one's size is taken from its own pitch.
  forTiles([&](const Tile& tile) {
    Value scratch = slot(buffers_.input, tile.index, geometry_.inputTileBytes);
    Value pixel = e_.add(e_.mul(e_.add(e_.mul(tile.image, geometry_.outH), tile.y), geometry_.outW), tile.x);
    e_.setField(kInputDram, field::count0, inputPitch);
    e_.setField(kInputDram, field::count1, tile.cols);
    e_.setField(kInputDram, field::count2, tile.rows);
    e_.setField(kInputDram, field::stride1, inputPitch);
    e_.setField(kInputDram, field::stride2, geometry_.outW * inputPitch);
    e_.setField(kInputScratch, field::stride1, inputPitch);
    e_.setField(kInputScratch, field::stride2, geometry_.tileCols * inputPitch);
    e_.issue(Opcode::LD, {e_.add(e_.mul(pixel, inputPitch), home(input).address), scratch}, {kInputDram, kInputScratch},
             {reused(kCopyEmpty, tile.index)}, {{table.empty() ? kCopyFull : kVectorInputFull, {}}});
    if (!table.empty()) { // in place
      e_.setField(kVectorResult, field::count0, inputPitch / cols_);
      e_.setField(kVectorResult, field::count1, tile.cols);
      e_.setField(kVectorResult, field::count2, tile.rows);
      for (int pattern : {kVectorA, kVectorResult}) {
        e_.setField(pattern, field::stride0, cols_);
        e_.setField(pattern, field::stride1, inputPitch);
        e_.setField(pattern, field::stride2, geometry_.tileCols * inputPitch);
      }
      Value zero = e_.constant(0);
      issueVector(Opcode::VLUT, {scratch, zero, scratch, zero}, {{kVectorInputFull, {}}}, {{kOutputFull, {}}});
    }
    e_.setField(kOutputDram, field::count0, activation(input).channels);
    e_.setField(kOutputDram, field::count1, tile.cols);
    e_.setField(kOutputDram, field::count2, tile.rows);
    e_.setField(kOutputDram, field::stride1, geometry_.outPitch);
    e_.setField(kOutputDram, field::stride2, geometry_.outW * geometry_.outPitch);
    e_.setField(kOutputScratch, field::stride1, inputPitch);
    e_.setField(kOutputScratch, field::stride2, geometry_.tileCols * inputPitch);
    e_.issue(Opcode::ST, {dramTileAddress(group_.output, tile, e_.constant(firstChannel)), scratch},
             {kOutputDram, kOutputScratch}, {{table.empty() ? kCopyFull : kOutputFull, {}}},
             {reusedLater(kCopyEmpty, tile.index, geometry_.tiles())});
  });
}

} // namespace weft::lowering
