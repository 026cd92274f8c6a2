// What the lowerings share: loops over tiles, loads and stores of tiles, semaphores, pattern registers.
//
// Order and deadlock: in the program's order every instruction's waits are satisfied by earlier instructions. So no
// queue size can make it deadlock. Layers are separated by fences; all semaphores are 0 there. A layer's fence follows
// its set-up of pattern registers: that runs while the layer before drains, whose instructions have the values that
// they need.
#pragma once

#include "compiler/core/builder.h"
#include "compiler/layers/weights.h"
#include "compiler/lowering/constant_image.h"
#include "compiler/lowering/patterns.h"
#include "compiler/mapping/planner.h"

namespace weft::layers {

using core::Builder;
using core::Token;
using core::Value;
using lowering::ConstantImage;
using mapping::LoweringSite;
using namespace lowering::patterns;

// The emission of a layer, whatever its kind.
class LayerLowering {
public:
  LayerLowering(const LoweringSite& site, const mapping::Layer& layer);

protected:
  int64_t buffers() const { return mapping_.buffers; }
  // i >= `buffers`: a buffer is reused. i + buffers < total: a later user waits for it.
  Token reused(int semaphore, Value index) const;
  Token reusedLater(int semaphore, Value index, int64_t total) const;
  // base + (index mod buffers) * size
  Value slot(int64_t base, Value index, int64_t size);

  // Contiguous copy from DRAM; `dram` and `scratch` multiples of the packing's alignment.
  void loadBlock(Value dram, Value scratch, int64_t bytes, const std::vector<Token>& waits,
                 const std::vector<Token>& signals);
  void fillBlock(int64_t scratch, int64_t bytes, int32_t value);
  // Loads a table of 256 bytes through `scratch` into the vector engine.
  void loadTable(std::span<const uint8_t> table, int64_t scratch);

  // Adds weights to the constants, packed.
  uint32_t addWeights(const Weights& weights, const Layout& layout);

  // Vector instruction that only waits or signals (for more than two semaphores at one instruction).
  void vectorSync(const std::vector<Token>& waits, const std::vector<Token>& signals);
  // Issues a vector instruction with any number of tokens.
  void issueVector(Opcode opcode, const std::vector<Value>& registers, std::vector<Token> waits,
                   std::vector<Token> signals);
  void setTypes(int pattern, net::DType a, net::DType b, net::DType result, int32_t flags);
  void setFloat(int pattern, int field, float value);

  const mapping::Place& place(int32_t activation) const { return site_.place(activation); }
  // Where the place of an activation begins; a constant is added to the image.
  uint32_t address(int32_t activation);
  bool resident(int32_t activation) const { return site_.resident(activation); }
  net::DType element(int32_t activation) const { return graph_.storageOf(activation).element; }

  Builder& e_;
  const DeviceGraph& graph_;
  const Machine& machine_;
  Site site_;
  const GroupMapping& mapping_;
  const mapping::Buffers& buffers_;
  ConstantImage& constants_;
  int64_t rows_, cols_;
};

// One tile of output pixels; all values may be constants.
struct Tile {
  Value index;      // among all tiles of the layer
  Value image;      // batch index
  Value y, x;       // first output row and column
  Value rows, cols; // size; smaller than the mapping's at the edges
};

// The emission of a layer that goes over a grid. The streams of input i are loaded into buffers at inputBase_[i].
class GridLowering : public LayerLowering {
protected:
  GridLowering(const LoweringSite& site, const GridLayer& layer, bool columns);

  void forTiles(const std::function<void(const Tile&)>& body);

  // Walks of tiles of input 0 or of one like it. To be set up once, before the loops.
  void setUpInputLoad(size_t input);
  void loadInputTile(size_t input, const Tile& tile, const std::vector<Token>& waits,
                     const std::vector<Token>& signals);
  // What is loaded of an input at once: its first row and column, which may lie in the padding (with
  // InputFlow::windows, counted from the border's), and the byte of a pixel or window at which it begins.
  struct Piece {
    Value y, x, channel, scratch;
  };
  void loadPiece(size_t input, const Tile& tile, const Piece& piece, const std::vector<Token>& waits,
                 const std::vector<Token>& signals);
  // Address of the first input pixel that a tile's first result needs, in buffer or resident place.
  Value inputAddress(size_t input, const Tile& tile);
  int64_t inputPixelPitch(size_t input) const;
  int64_t inputRowPitch(size_t input) const;

  // Where the vector engine writes a tile's results, channel block `column` (block `inGroup` of its stored column
  // group).
  Value resultAddress(const Tile& tile, Value block, Value column, Value inGroup);
  int64_t resultPixelPitch() const;
  int64_t resultRowPitch() const;
  // Address in a resident place of what has the result's shape, at channel block `column`.
  Value residentAddress(int32_t activation, const Grid& grid, const Tile& tile, Value column);
  // Walk of geometry_.storedChannels bytes of each pixel of a tile in DRAM against the output buffer; for stores and
  // residual loads. `dram`: the strides there.
  void setTileTransfer(const Tile& tile, const GridStrides& dram);
  Value dramTileAddress(int32_t activation, const Grid& grid, const Tile& tile, Value firstChannel);
  // A resident result with a border: fills the border.
  void fillBorder();

  const GridLayer& layer_;
  Geometry geometry_;
  bool columns_;
  std::vector<int64_t> inputBase_;
  int64_t outputBase_ = 0;
  std::vector<GridStrides> strides_; // of the inputs
  std::vector<uint32_t> addresses_;  // where their places begin
  GridStrides resultStrides_;

private:
  Value pixelAddress(const GridStrides& strides, Value image, Value y, Value x, int64_t base);
  bool contiguousRows(size_t input) const;
  void loadPixels(size_t input, const Tile& tile, const Piece& piece, const std::vector<Token>& waits,
                  const std::vector<Token>& signals);
};

} // namespace weft::layers
