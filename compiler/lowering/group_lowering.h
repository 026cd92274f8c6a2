// What the lowerings of all groups share: loops over tiles, loads and stores of tiles, semaphores, pattern registers.
//
// Order and deadlock: in the program's order every instruction's waits are satisfied by earlier instructions. So no
// queue size can make it deadlock. Groups are separated by fences; all semaphores are 0 there. A group's fence follows
// its set-up of pattern registers: that runs while the group before drains, whose instructions have the values that
// they need.
#pragma once

#include "compiler/core/builder.h"
#include "compiler/lowering/pack.h"
#include "compiler/mapping/planner.h"
#include "compiler/mapping/weight_walk.h"

namespace weft::lowering {

using core::Builder;
using core::Token;
using core::Value;
using mapping::Geometry;
using mapping::Group;

// Use of the pattern registers, the same in all groups.
enum Pattern : int {
  kMatrixRows,
  kMatrixSteps,
  kMatrixConfig,
  kVectorA,
  kVectorB,
  kVectorResult,
  kVectorConfig,
  kInputDram,
  kInputScratch,
  kBlockDram,
  kBlockScratch,
  kOutputDram,
  kOutputScratch,
  kSyncConfig,
  kUnit, // always in its reset value
};

// Each has one producing and one consuming engine in the whole program.
enum Semaphore : int {
  // load and matrix
  kInputFull,
  kInputEmpty,
  kWeightsFull,
  kWeightsEmpty,
  // matrix and vector
  kAccumulatorFull,
  kAccumulatorEmpty,
  // vector and store
  kOutputFull,
  kOutputEmpty,
  // load and vector
  kResidualFull,
  kResidualEmpty,
  kParametersFull,
  kTableFull,
  kVectorInputFull,
  kVectorInputEmpty,
  // load and store
  kCopyFull,
  kCopyEmpty,
};

// One tile of output pixels; all values may be constants.
struct Tile {
  Value index;      // among all tiles of the group
  Value image;      // batch index
  Value y, x;       // first output row and column
  Value rows, cols; // size; smaller than the mapping's at the edges
};

class GroupLowering {
public:
  GroupLowering(Builder& builder, const mapping::DeviceGraph& graph, const Machine& machine, const mapping::Plan& plan,
                size_t index, ConstantImage& constants);

protected:
  void forTiles(const std::function<void(const Tile&)>& body);

  // i >= `buffers`: a buffer is reused. i + buffers < total: a later user waits for it.
  Token reused(int semaphore, Value index) const;
  Token reusedLater(int semaphore, Value index, int64_t total) const;
  // base + (index mod 2) * size
  Value slot(int64_t base, Value index, int64_t size);

  // Contiguous copy from DRAM; `dram` and `scratch` multiples of the packing's alignment.
  void loadBlock(Value dram, Value scratch, int64_t bytes, const std::vector<Token>& waits,
                 const std::vector<Token>& signals);
  void fillBlock(int64_t scratch, int64_t bytes, int32_t value);
  // Adds bias and scale of each channel to the constants.
  uint32_t addParameters();
  // Loads the group's table, if it has one, through the parameter area into the engine.
  void loadTable(const std::vector<uint8_t>& table, int64_t scratch);

  // Walks of input tiles; `operand` 0 or 1. To be set up once, before the loops.
  void setUpInputLoad(int operand);
  void loadInputTile(int operand, const Tile& tile, const std::vector<Token>& waits, const std::vector<Token>& signals);
  // Address of the first input pixel that a tile's first result needs, in buffer or resident home.
  Value inputAddress(int operand, const Tile& tile);
  int64_t inputPixelPitch(int operand) const;
  int64_t inputRowPitch(int operand) const;

  // Where the vector engine writes a tile's results, channel block `column` (block `inGroup` of its stored column
  // group).
  Value resultAddress(const Tile& tile, Value block, Value column, Value inGroup);
  int64_t resultPixelPitch() const;
  int64_t resultRowPitch() const;
  // Address and strides of a resident residual, at channel block `column`.
  Value residentAddress(int32_t activation, const Tile& tile, Value column);
  int64_t residentRowPitch(int32_t activation) const;
  int64_t pitch(int32_t activation) const;
  // Walk of `channels` bytes of each pixel of a tile in DRAM against the output buffer; for stores and residual loads.
  void setTileTransfer(const Tile& tile, int64_t channels);
  Value dramTileAddress(int32_t activation, const Tile& tile, Value firstChannel);

  // A resident result with a border: fills the border.
  void fillBorder();
  // Vector instruction that only waits or signals (for more than two semaphores at one instruction).
  void vectorSync(const std::vector<Token>& waits, const std::vector<Token>& signals);
  // Issues a vector instruction with any number of tokens.
  void issueVector(Opcode opcode, const std::vector<Value>& registers, std::vector<Token> waits,
                   std::vector<Token> signals);
  void setTypes(int pattern, bool aSigned, bool bSigned, bool resultSigned, int32_t flags);
  void setFloat(int pattern, int field, float value);

  const mapping::Home& home(int32_t activation) const { return plan_.homes[static_cast<size_t>(activation)]; }
  const mapping::Activation& activation(int32_t index) const { return graph_.activations[static_cast<size_t>(index)]; }

  Builder& e_;
  const mapping::DeviceGraph& graph_;
  const Machine& machine_;
  const mapping::Plan& plan_;
  const Group& group_;
  const mapping::GroupMapping& mapping_;
  const mapping::Buffers& buffers_;
  Geometry geometry_;
  mapping::Residency residency_;
  ConstantImage& constants_;
  int64_t rows_, cols_;
};

// Emit the body of one group's function.
class MatrixLowering : GroupLowering {
public:
  using GroupLowering::GroupLowering;
  void emit();

private:
  void setUp();
  void loadConstants();
  void setUpWeights();
  struct Chunk {
    Value column, number; // the column tile; among its chunks
    Value channels;       // along the channel blocks
  };
  void loadWeights(Value dram, Value scratch, const Chunk& chunk, const std::vector<Token>& waits);
  void emitTile(const Tile& tile);
  void emitResident(const Tile& tile, Value column, Value address, Value accumulator, Value index);
  void emitStreamed(const Tile& tile, Value address, Value accumulator, Value index, Value column);
  void emitDrain(const Tile& tile, Value block, Value column, Value inGroup, Value accumulator, Value index);

  bool streamed_ = false;
  uint32_t weightAddress_ = 0;
  mapping::WeightWalk walk_;
};

class VectorLowering : GroupLowering {
public:
  using GroupLowering::GroupLowering;
  void emit();

private:
  void setUp();
  void loadConstants();
  void emitTile(const Tile& tile);
  bool elementwise() const;
  Opcode opcode() const;
};

class TransposeLowering : GroupLowering {
public:
  using GroupLowering::GroupLowering;
  void emit();
};

class ConcatLowering : GroupLowering {
public:
  using GroupLowering::GroupLowering;
  void emit();

private:
  void emitOperand(size_t operand, int64_t firstChannel);
};

} // namespace weft::lowering
