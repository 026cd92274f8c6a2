// Convolution and Gemm on the array: load -> matrix -> vector (requantise, residual, table) -> store.
//
// Tokens beside the obvious ones. The load engine retires in order, so a full weight chunk implies that whatever was
// loaded before it is there: parameters, the residual's walk, and with streamed weights the input tile. With streamed
// weights the input buffer needs no token of its own either: when tile t + 2 is loaded, the chunks of tile t + 1 have
// been waited for, hence the matrix engine is done with tile t (the chooser makes sure that a tile has at least two
// chunks).
//
// In pieces (mapping_.pieces) chunks go around the columns of a column group: a chunk's piece of the input, then for
// each column its weights. Pieces need no token either if a group has several columns: the last weights of a chunk
// waited for the matrix engine to be done with the chunk before. With one column a piece and its weights share their
// tokens.
#include "compiler/layers/contraction/contraction.h"
#include "compiler/layers/contraction/weight_walk.h"
#include "compiler/layers/tiles.h"
#include "compiler/mapping/sizes.h"

namespace weft::layers {
namespace {

using mapping::WeightFlow;

class ContractionLowering : GridLowering {
public:
  ContractionLowering(const LoweringSite& site, const Contraction& layer)
      : GridLowering(site, layer, true), layer_(layer) {
    inputBase_ = {buffers_.addresses[Contraction::kInput], buffers_.addresses[Contraction::kResidual]};
    outputBase_ = buffers_.addresses[Contraction::kOutput];
  }
  void emit();

private:
  void setUp();
  void loadConstants();
  void setUpWeights();
  void setUpRight();
  struct Chunk {
    Value image;
    Value column, number; // the column tile; among its chunks
    Value channels;       // along the channel blocks
  };
  void loadWeights(Value dram, Value scratch, const Chunk& chunk, const std::vector<Token>& waits);
  void emitTile(const Tile& tile);
  void emitResident(const Tile& tile, Value column, Value address, Value accumulator, Value index);
  // Columns whose accumulators are filled together: `columns` from `first` on, number `index` of all such.
  struct Columns {
    Value first, index, accumulator;
    int64_t columns;
  };
  void emitStreamed(const Tile& tile, const Columns& group);
  void loadInputPiece(const Tile& tile, Value h, Value w, Value channel, Value scratch,
                      const std::vector<Token>& waits);
  void loadParameters(Value block, Value firstColumn);
  void emitDrain(const Tile& tile, Value block, Value column, Value inGroup, Value accumulator, Value index);

  int64_t base(Contraction::StreamIndex stream) const { return buffers_.addresses[stream]; }
  const Stream& stream(Contraction::StreamIndex index) const { return buffers_.streams[index]; }
  int64_t parameterBytes() const { return timing::VX_PARAM_READS * cols_; } // of a column
  bool loadsInput() const { return !resident(layer_.inputs[0]); }
  bool stores() const { return !resident(layer_.output); }
  bool loadsResidual() const { return layer_.residual && !resident(layer_.inputs[1]); }

  const Contraction& layer_;
  bool streamed_ = mapping_.weights == WeightFlow::streamed;
  bool pieces_ = mapping_.pieces;
  uint32_t weightAddress_ = 0, parameterAddress_ = 0;
  WeightWalk walk_;
};

void ContractionLowering::emit() {
  setUp();
  e_.fence();
  loadConstants();
  forTiles([&](const Tile& tile) { emitTile(tile); });
}

void ContractionLowering::setUp() {
  const Window& window = layer_.window;
  for (int pattern : {kMatrixRows, kMatrixSteps, kMatrixConfig, kVectorA, kVectorB, kVectorResult, kVectorConfig,
                      kBlockDram, kBlockScratch})
    e_.preset(pattern);
  if (loadsResidual() || !resident(layer_.output))
    for (int pattern : {kOutputDram, kOutputScratch})
      e_.preset(pattern);

  const bool windows = mapping_.input == mapping::InputFlow::windows; // one window for each result column
  if (loadsInput())
    setUpInputLoad(0);

  const int64_t pixel = inputPixelPitch(0), row = inputRowPitch(0);
  e_.setField(kMatrixRows, field::stride0, windows ? pixel : window.strideW * pixel);
  e_.setField(kMatrixRows, field::stride1, window.strideH * row);
  e_.setField(kMatrixSteps, field::count0, geometry_.chunkSteps[2]);
  e_.setField(kMatrixSteps, field::stride0, rows_);
  e_.setField(kMatrixSteps, field::count1, geometry_.chunkSteps[1]);
  e_.setField(kMatrixSteps, field::stride1, window.dilationW * pixel);
  e_.setField(kMatrixSteps, field::count2, std::min(geometry_.chunkSteps[0], window.kernelH));
  if (geometry_.chunkSteps[0] > window.kernelH) // planes: the same rows again
    e_.setField(kMatrixSteps, field::count3, geometry_.chunkSteps[0] / window.kernelH);
  e_.setField(kMatrixSteps, field::stride2, window.dilationH * row);
  setTypes(kMatrixConfig, element(layer_.inputs[0]), layer_.weights.type, net::DType::u8, 0);
  e_.setField(kMatrixConfig, config::za, layer_.fill);
  e_.setField(kMatrixConfig, config::zb, layer_.weights.zeroPoint);

  e_.setField(kVectorA, field::stride0, 1);
  e_.setField(kVectorResult, field::stride0, resultPixelPitch());
  e_.setField(kVectorResult, field::stride1, resultRowPitch());
  const Requantise& requantise = layer_.requantise;
  const int32_t flags =
      (layer_.table ? flag::lut : 0) | (layer_.residual && layer_.residual->swapped ? flag::exchange : 0);
  setTypes(kVectorConfig, net::DType::u8, layer_.residual ? element(layer_.inputs[1]) : net::DType::u8,
           element(layer_.output), flags);
  e_.setField(kVectorConfig, config::zo, requantise.zeroPoint);
  e_.setField(kVectorConfig, config::lo, requantise.lo);
  e_.setField(kVectorConfig, config::hi, requantise.hi);
  if (layer_.residual) {
    const bool loaded = loadsResidual();
    const Addition& addition = layer_.residual->addition;
    e_.setField(kVectorB, field::stride0, loaded ? mapping_.columnTiles * cols_ : strides_[1].width);
    e_.setField(kVectorB, field::stride1,
                loaded ? geometry_.tileCols * mapping_.columnTiles * cols_ : strides_[1].height);
    setFloat(kVectorConfig, config::ra, addition.rA);
    setFloat(kVectorConfig, config::rb, addition.rB);
    setFloat(kVectorConfig, config::rf, addition.constant);
    e_.setField(kVectorConfig, config::lo2, addition.lo);
    e_.setField(kVectorConfig, config::hi2, addition.hi);
  }
}

void ContractionLowering::loadConstants() {
  fillBorder();
  e_.preset(kBlockDram);
  e_.preset(kBlockScratch);
  if (mapping_.input == mapping::InputFlow::windows && !pieces_) // they leave the rest of their last row as it was
    fillBlock(base(Contraction::kInput), stream(Contraction::kInput).buffers * geometry_.inputTileBytes, layer_.fill);
  const int64_t parameters = base(Contraction::kParameters);
  parameterAddress_ = constants_.add(packParameters(layer_.requantise, geometry_, machine_), MapUse::parameters,
                                     layers::parameterBytes(layer_.requantise));
  if (pieces_) {
    e_.preset(kParameterDram);
    e_.setField(kParameterDram, field::count0, mapping_.columnTiles * parameterBytes());
  } else {
    loadBlock(e_.constant(parameterAddress_), e_.constant(parameters), geometry_.columnTiles * parameterBytes(), {},
              {});
  }
  if (layer_.table)
    loadTable(*layer_.table, parameters + stream(Contraction::kParameters).bytes - timing::LUT_ENTRIES);
  setUpWeights();
}

// A weight tile is rows of the summed index, cols bytes of each.
void ContractionLowering::setUpRight() {
  const GridStrides& strides = strides_[layer_.right()];
  e_.preset(kBlockDram);
  e_.preset(kBlockScratch);
  e_.setField(kBlockDram, field::count0, cols_);
  e_.setField(kBlockDram, field::count1, geometry_.chunkSteps[2] * rows_);
  e_.setField(kBlockDram, field::stride1, strides.width);
  e_.setField(kBlockScratch, field::stride1, cols_);
  e_.setField(kBlockDram, field::fill, layer_.weights.zeroPoint & 255); // contributes nothing
}

void ContractionLowering::setUpWeights() {
  if (layer_.computedRight) {
    setUpRight();
    return;
  }
  if (layer_.ones)
    weightAddress_ = constants_.add(packOnes(geometry_, machine_), MapUse::weights, 0);
  else if (std::optional<Layout> layout = weightLayout(layer_, geometry_, machine_))
    weightAddress_ = addWeights(layer_.weights, *layout);
  else
    weightAddress_ =
        constants_.add(packWeights(layer_, geometry_, machine_), MapUse::weights, layer_.weights.tensor.data.size());
  walk_ = chooseWeightWalk(geometry_, mapping_, machine_);
  if (!walk_.windowed())
    return;
  const int64_t stackRows = geometry_.chunkSteps[2] * rows_;
  e_.preset(kBlockDram);
  e_.preset(kBlockScratch);
  e_.setField(kBlockDram, field::count0, walk_.runRows * cols_);
  e_.setField(kBlockDram, field::count1, stackRows / walk_.partRows);
  e_.setField(kBlockDram, field::count2, walk_.partRows / walk_.runRows);
  e_.setField(kBlockDram, field::count3, geometry_.chunkSteps[0] * geometry_.chunkSteps[1]);
  for (int pattern : {kBlockDram, kBlockScratch}) {
    e_.setField(pattern, field::stride1, walk_.partRows * cols_);
    e_.setField(pattern, field::stride2, walk_.runRows * cols_);
    e_.setField(pattern, field::stride3, stackRows * cols_);
  }
  e_.setField(kBlockDram, field::fill, layer_.weights.zeroPoint & 255); // contributes nothing
}

void ContractionLowering::loadWeights(Value dram, Value scratch, const Chunk& chunk, const std::vector<Token>& waits) {
  if (layer_.computedRight) {
    const int64_t stack = geometry_.chunkSteps[2] * rows_;
    Value first = e_.mul(chunk.channels, stack), left = e_.sub(e_.constant(geometry_.inC), first);
    if (geometry_.inC % stack != 0)
      e_.setField(kBlockDram, field::hi1, e_.minimum(e_.constant(stack), left));
    if (geometry_.outC % cols_ != 0) // nothing beyond the storage is read
      e_.setField(kBlockDram, field::hi0,
                  e_.minimum(e_.constant(cols_), e_.sub(e_.constant(geometry_.outC), e_.mul(chunk.column, cols_))));
    const GridStrides& strides = strides_[layer_.right()];
    Value source = e_.add(e_.add(e_.mul(chunk.image, strides.batch), e_.mul(first, strides.width)),
                          e_.add(e_.mul(chunk.column, cols_), strides.origin + addresses_[layer_.right()]));
    e_.issue(Opcode::LD, {source, scratch}, {kBlockDram, kBlockScratch}, waits, {{kWeightsFull, {}}});
    return;
  }
  if (!walk_.windowed()) {
    loadBlock(dram, scratch, geometry_.chunkBytes(), waits, {{kWeightsFull, {}}});
    return;
  }
  const int64_t parts = geometry_.chunkSteps[2] * rows_ / walk_.partRows;
  const int64_t realParts = mapping::divideUp(geometry_.reductionRows, walk_.partRows);
  if (realParts % parts != 0)
    e_.setField(kBlockDram, field::hi1,
                e_.minimum(e_.constant(parts), e_.sub(e_.constant(realParts), e_.mul(chunk.channels, parts))));
  if (walk_.runRows == 1 && geometry_.outC % cols_ != 0) {
    Value whole = e_.constant(cols_);
    Value real = e_.minimum(whole, e_.sub(e_.constant(geometry_.outC), e_.mul(chunk.column, cols_)));
    // Whole rows, fill included, the first time that a column tile uses a buffer; each time if columns take turns.
    Value again = pieces_ && mapping_.columnTiles > 1
                      ? whole
                      : e_.mul(e_.sub(e_.constant(mapping_.buffers), chunk.number), cols_);
    e_.setField(kBlockDram, field::hi0, real);
    e_.setField(kBlockDram, field::count0, e_.maximum(real, e_.minimum(whole, again)));
  }
  e_.issue(Opcode::LD, {dram, scratch}, {kBlockDram, kBlockScratch}, waits, {{kWeightsFull, {}}});
}

void ContractionLowering::emitTile(const Tile& tile) {
  if (loadsInput() && !pieces_) {
    std::vector<Token> waits, signals;
    if (!streamed_) {
      waits.push_back(reused(kInputEmpty, tile.index));
      // The first tile's is implied by the first weights.
      signals.push_back({kInputFull, e_.less(e_.sub(e_.constant(0), tile.index), 0)});
    }
    loadInputTile(0, tile, waits, signals);
  }
  e_.setField(kMatrixRows, field::count0, tile.cols);
  e_.setField(kMatrixRows, field::count1, tile.rows);
  e_.setField(kVectorA, field::stride1, tile.cols);
  e_.setField(kVectorResult, field::count0, tile.cols);
  e_.setField(kVectorResult, field::count1, tile.rows);
  const int64_t stored = mapping_.columnTiles * cols_;
  // Result and residual have the same strides, unless the result stays in the scratchpad and has a border there.
  if (loadsResidual() || !resident(layer_.output))
    setTileTransfer(tile, loadsResidual() ? strides_[1] : resultStrides_);
  const int64_t blocks = geometry_.tiles() * geometry_.columnGroups;
  e_.loop(geometry_.columnGroups, [&](Value columnGroup) {
    Value block = e_.add(e_.mul(tile.index, geometry_.columnGroups), columnGroup);
    Value firstColumn = e_.mul(columnGroup, mapping_.columnTiles);
    if (loadsResidual())
      e_.issue(Opcode::LD,
               {dramTileAddress(layer_.inputs[1], layer_.grids[1], tile, e_.mul(columnGroup, stored)),
                slot(base(Contraction::kResidual), block, geometry_.outputTileBytes)},
               {kOutputDram, kOutputScratch}, {reused(kResidualEmpty, block)}, {{kResidualFull, {}}});
    if (pieces_) {
      loadParameters(block, firstColumn);
      Value accumulator = slot(0, block, machine_.accumulatorRows() / 2);
      emitStreamed(tile, {firstColumn, block, accumulator, mapping_.columnTiles});
      e_.loop(mapping_.columnTiles, [&](Value inGroup) {
        emitDrain(tile, block, e_.add(firstColumn, inGroup), inGroup,
                  e_.add(accumulator, e_.mul(inGroup, geometry_.tilePixels())), block);
      });
    } else {
      e_.loop(mapping_.columnTiles, [&](Value inGroup) {
        Value column = e_.add(firstColumn, inGroup);
        Value index = e_.add(e_.mul(tile.index, geometry_.columnTiles), column);
        Value accumulator = slot(0, index, machine_.accumulatorRows() / 2);
        if (streamed_)
          emitStreamed(tile, {column, index, accumulator, 1});
        else
          emitResident(tile, column, inputAddress(0, tile), accumulator, index);
        emitDrain(tile, block, column, inGroup, accumulator, index);
      });
    }
    if (stores())
      e_.issue(Opcode::ST,
               {dramTileAddress(layer_.output, layer_.resultGrid, tile, e_.mul(columnGroup, stored)),
                slot(outputBase_, block, geometry_.outputTileBytes)},
               {kOutputDram, kOutputScratch}, {{kOutputFull, {}}}, {reusedLater(kOutputEmpty, block, blocks)});
  });
}

void ContractionLowering::emitResident(const Tile& tile, Value column, Value address, Value accumulator, Value index) {
  const int64_t columnBytes = geometry_.chunkBytes();
  Value offset = e_.mul(column, columnBytes);
  Value weights = e_.add(offset, base(Contraction::kWeights));
  auto issue = [&](std::vector<Token> waits) {
    waits.push_back(reused(kAccumulatorEmpty, index));
    std::vector<Token> signals = {{kAccumulatorFull, {}}};
    if (loadsInput())
      signals.push_back({kInputEmpty, e_.both(e_.equal(column, geometry_.columnTiles - 1),
                                              e_.less(tile.index, geometry_.tiles() - mapping_.buffers))});
    e_.issue(Opcode::MM, {address, weights, accumulator}, {kMatrixRows, kMatrixSteps, kMatrixConfig}, waits, signals);
  };
  e_.when(
      e_.equal(tile.index, 0),
      [&] {
        loadWeights(e_.add(offset, weightAddress_), weights, {tile.image, column, e_.constant(0), e_.constant(0)}, {});
        issue({{kWeightsFull, {}}});
      },
      [&] {
        if (!loadsInput())
          issue({});
        else
          issue({{kInputFull, e_.equal(column, 0)}});
      });
}

void ContractionLowering::emitStreamed(const Tile& tile, const Columns& group) {
  const Window& window = layer_.window;
  const bool loadsPieces = pieces_ && loadsInput();
  Value address = loadsPieces ? e_.constant(0) : inputAddress(0, tile);
  const std::array<int64_t, 3> counts = {geometry_.stepsH / geometry_.chunkSteps[0],
                                         geometry_.stepsW / geometry_.chunkSteps[1],
                                         geometry_.stepsC / geometry_.chunkSteps[2]};
  const int64_t chunks = geometry_.chunks();
  const int64_t total = geometry_.tiles() * geometry_.columnTiles * chunks;
  const int64_t row = inputRowPitch(0), pixel = inputPixelPitch(0);
  // Chunks along kernel rows: `h` among the weights', `y` among the window's.
  auto forRows = [&](const std::function<void(Value h, Value y)>& body) {
    if (layer_.planes == 1 || counts[0] == 1) {
      e_.loop(counts[0], [&](Value h) { body(h, h); });
      return;
    }
    e_.loop(layer_.planes, [&](Value plane) {
      e_.loop(window.kernelH, [&](Value y) { body(e_.add(e_.mul(plane, window.kernelH), y), y); });
    });
  };
  forRows([&](Value h, Value y) {
    e_.loop(counts[1], [&](Value w) {
      e_.loop(counts[2], [&](Value c) {
        Value chunk = e_.add(e_.mul(e_.add(e_.mul(h, counts[1]), w), counts[2]), c);
        Value turn = e_.add(e_.mul(group.index, chunks), chunk);
        Value channel = e_.mul(c, geometry_.chunkSteps[2] * rows_);
        if (geometry_.diagonal)
          channel = e_.add(channel, e_.bitAnd(e_.mul(group.first, cols_), e_.constant(-int64_t{machine_.rowBytes()})));
        Value start = e_.add(e_.add(address, e_.mul(y, geometry_.chunkSteps[0] * window.dilationH * row)),
                             e_.add(e_.mul(w, geometry_.chunkSteps[1] * window.dilationW * pixel), channel));
        const bool shared = loadsPieces && group.columns == 1; // tokens of piece and weights
        if (loadsPieces) {
          start = slot(base(Contraction::kInput), turn, geometry_.inputTileBytes);
          std::vector<Token> waits;
          if (shared)
            waits.push_back(reused(kWeightsEmpty, turn));
          loadInputPiece(tile, y, w, channel, start, waits);
        }
        e_.loop(group.columns, [&](Value inGroup) {
          Value column = e_.add(group.first, inGroup);
          Value number = e_.add(e_.mul(turn, group.columns), inGroup);
          Value accumulator = e_.add(group.accumulator, e_.mul(inGroup, geometry_.tilePixels()));
          Value weights = slot(base(Contraction::kWeights), number, geometry_.chunkBytes());
          Value source = e_.add(e_.mul(column, chunks), chunk);
          if (layer_.ones)
            source = e_.add(e_.mul(e_.bitAnd(column, e_.constant(machine_.rowBytes() / cols_ - 1)), counts[2]), c);
          source = e_.add(e_.mul(source, geometry_.chunkBytes()), weightAddress_);
          std::vector<Token> waits;
          if (!shared)
            waits.push_back(reused(kWeightsEmpty, number));
          loadWeights(source, weights, {tile.image, column, chunk, c}, waits);
          Token free = reusedLater(kWeightsEmpty, number, total);
          std::vector<Token> signals = {free, {kAccumulatorFull, e_.equal(chunk, chunks - 1)}};
          Token ready = reused(kAccumulatorEmpty, group.index);
          e_.when(
              e_.equal(chunk, 0),
              [&] {
                e_.issue(Opcode::MM, {start, weights, accumulator}, {kMatrixRows, kMatrixSteps, kMatrixConfig},
                         {{kWeightsFull, {}}, ready}, signals);
              },
              [&] {
                e_.issue(Opcode::MMA, {start, weights, accumulator}, {kMatrixRows, kMatrixSteps, kMatrixConfig},
                         {{kWeightsFull, {}}}, signals);
              });
        });
      });
    });
  });
}

void ContractionLowering::loadInputPiece(const Tile& tile, Value h, Value w, Value channel, Value scratch,
                                         const std::vector<Token>& waits) {
  const Window& window = layer_.window;
  Value y = e_.add(e_.mul(tile.y, window.strideH), e_.mul(h, geometry_.chunkSteps[0] * window.dilationH));
  Value x = e_.mul(tile.x, window.strideW);
  if (mapping_.input != mapping::InputFlow::windows) {
    y = e_.add(y, -window.padTop);
    x = e_.add(e_.add(x, e_.mul(w, geometry_.chunkSteps[1] * window.dilationW)), -window.padLeft);
  }
  loadPiece(0, tile, {y, x, channel, scratch}, waits, {});
}

void ContractionLowering::loadParameters(Value block, Value firstColumn) {
  const int64_t bytes = mapping_.columnTiles * parameterBytes();
  e_.issue(Opcode::LD,
           {e_.add(e_.mul(firstColumn, parameterBytes()), parameterAddress_),
            slot(base(Contraction::kParameters), block, bytes)},
           {kParameterDram, kUnit}, {reused(kParametersEmpty, block)}, {{kParametersFull, {}}});
}

void ContractionLowering::emitDrain(const Tile& tile, Value block, Value column, Value inGroup, Value accumulator,
                                    Value index) {
  const bool loaded = loadsResidual();
  const int64_t blocks = geometry_.tiles() * geometry_.columnGroups;
  const int64_t total = pieces_ ? blocks : geometry_.tiles() * geometry_.columnTiles;
  Value first = e_.equal(inGroup, 0), last = e_.equal(inGroup, mapping_.columnTiles - 1);
  std::vector<Token> waits = {{kAccumulatorFull, {}}};
  std::vector<Token> signals = {reusedLater(kAccumulatorEmpty, index, total)};
  if (stores()) {
    waits.push_back({kOutputEmpty, e_.both(first, *reused(kOutputEmpty, block).when)});
    signals.push_back({kOutputFull, last});
  }
  if (loaded) {
    waits.push_back({kResidualFull, first});
    signals.push_back({kResidualEmpty, e_.both(last, *reusedLater(kResidualEmpty, block, blocks).when)});
  }
  Value parameters = e_.add(e_.mul(column, parameterBytes()), base(Contraction::kParameters));
  if (pieces_) {
    waits.push_back({kParametersFull, first});
    signals.push_back({kParametersEmpty, e_.both(last, *reusedLater(kParametersEmpty, block, blocks).when)});
    parameters = e_.add(slot(base(Contraction::kParameters), block, mapping_.columnTiles * parameterBytes()),
                        e_.mul(inGroup, parameterBytes()));
  }
  Value b = e_.constant(0);
  if (loaded)
    b = e_.add(slot(base(Contraction::kResidual), block, geometry_.outputTileBytes), e_.mul(inGroup, cols_));
  else if (layer_.residual)
    b = residentAddress(layer_.inputs[1], layer_.grids[1], tile, column);
  issueVector(layer_.residual ? Opcode::VRQA : Opcode::VRQ,
              {accumulator, b, resultAddress(tile, block, column, inGroup), parameters}, waits, signals);
}

} // namespace

void Contraction::lower(const LoweringSite& site) const {
  ContractionLowering(site, *this).emit();
}

} // namespace weft::layers
