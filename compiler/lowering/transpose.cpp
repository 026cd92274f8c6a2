// Transposition of the axes of one image: pixels go through the scratchpad, the store engine scatters their bytes.
#include "compiler/lowering/group_lowering.h"

namespace weft::lowering {

void TransposeLowering::emit() {
  for (int pattern : {kOutputDram, kOutputScratch})
    e_.preset(pattern);
  setUpInputLoad(0);
  // Bytes between neighbours along each axis of the result in DRAM, then along the input's.
  const mapping::Activation& result = activation(group_.output);
  const std::array<int64_t, 4> resultStride = {result.height * result.width * geometry_.outPitch, 1,
                                               result.width * geometry_.outPitch, geometry_.outPitch};
  std::array<int64_t, 4> stride{};
  for (size_t axis = 0; axis < 4; ++axis)
    stride[static_cast<size_t>(group_.permutation[axis])] = resultStride[axis];
  enum { kImage, kChannel, kRow, kColumn };

  e_.setField(kOutputDram, field::count1, geometry_.inC);
  e_.setField(kOutputDram, field::stride1, stride[kChannel]);
  e_.setField(kOutputScratch, field::stride1, 1);
  e_.setField(kOutputDram, field::stride2, stride[kColumn]);
  e_.setField(kOutputScratch, field::stride2, inputPixelPitch(0));
  e_.setField(kOutputDram, field::stride3, stride[kRow]);
  e_.setField(kOutputScratch, field::stride3, inputRowPitch(0));
  e_.fence();
  forTiles([&](const Tile& tile) {
    loadInputTile(0, tile, {reused(kCopyEmpty, tile.index)}, {{kCopyFull, {}}});
    e_.setField(kOutputDram, field::count2, tile.cols);
    e_.setField(kOutputDram, field::count3, tile.rows);
    Value target = e_.add(e_.add(e_.mul(tile.image, stride[kImage]), e_.mul(tile.y, stride[kRow])),
                          e_.mul(tile.x, stride[kColumn]));
    e_.issue(Opcode::ST, {e_.add(target, home(group_.output).address), inputAddress(0, tile)},
             {kOutputDram, kOutputScratch}, {{kCopyFull, {}}},
             {reusedLater(kCopyEmpty, tile.index, geometry_.tiles())});
  });
}

} // namespace weft::lowering
