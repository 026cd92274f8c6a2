// Convolution and Gemm on the array: load -> matrix -> vector (requantise, residual, table) -> store.
//
// Tokens beside the obvious ones. The load engine retires in order, so a full weight chunk implies that whatever was
// loaded before it is there: parameters, the residual's walk, and with streamed weights the input tile. With streamed
// weights the input buffer needs no token of its own either: when tile t + 2 is loaded, the chunks of tile t + 1 have
// been waited for, hence the matrix engine is done with tile t (the chooser makes sure that a tile has at least two
// chunks).
#include "compiler/lowering/group_lowering.h"

namespace weft::lowering {

using mapping::WeightFlow;

void MatrixLowering::emit() {
  setUp();
  e_.fence();
  loadConstants();
  forTiles([&](const Tile& tile) { emitTile(tile); });
}

void MatrixLowering::setUp() {
  const mapping::Window& window = group_.window;
  streamed_ = mapping_.weights == WeightFlow::streamed;
  for (int pattern : {kMatrixRows, kMatrixSteps, kMatrixConfig, kVectorA, kVectorB, kVectorResult, kVectorConfig,
                      kBlockDram, kBlockScratch, kOutputDram, kOutputScratch})
    e_.preset(pattern);

  const bool windows = mapping_.input == mapping::InputFlow::windows; // one window for each result column
  if (!residency_.input)
    setUpInputLoad(0);

  const int64_t pixel = inputPixelPitch(0), row = inputRowPitch(0);
  e_.setField(kMatrixRows, field::stride0, windows ? pixel : window.strideW * pixel);
  e_.setField(kMatrixRows, field::stride1, window.strideH * row);
  e_.setField(kMatrixSteps, field::count0, geometry_.chunkSteps[2]);
  e_.setField(kMatrixSteps, field::stride0, rows_);
  e_.setField(kMatrixSteps, field::count1, geometry_.chunkSteps[1]);
  e_.setField(kMatrixSteps, field::stride1, window.dilationW * pixel);
  e_.setField(kMatrixSteps, field::count2, geometry_.chunkSteps[0]);
  e_.setField(kMatrixSteps, field::stride2, window.dilationH * row);
  setTypes(kMatrixConfig, activation(group_.inputs[0]).isSigned, group_.weightSigned, false, 0);
  e_.setField(kMatrixConfig, config::za, group_.inputZeroPoint);
  e_.setField(kMatrixConfig, config::zb, group_.weightZeroPoint);

  const bool residual = group_.residual >= 0;
  e_.setField(kVectorA, field::stride0, 1);
  e_.setField(kVectorResult, field::stride0, resultPixelPitch());
  e_.setField(kVectorResult, field::stride1, resultRowPitch());
  int32_t flags = (group_.table.empty() ? 0 : flag::lut) | (group_.addition.swapped ? flag::exchange : 0);
  setTypes(kVectorConfig, false, residual && activation(group_.residual).isSigned, activation(group_.output).isSigned,
           flags);
  e_.setField(kVectorConfig, config::zo, group_.requantise.zeroPoint);
  e_.setField(kVectorConfig, config::lo, group_.requantise.lo);
  e_.setField(kVectorConfig, config::hi, group_.requantise.hi);
  if (residual) {
    const bool resident = residency_.residual;
    e_.setField(kVectorB, field::stride0, resident ? geometry_.outPitch : mapping_.columnTiles * cols_);
    e_.setField(kVectorB, field::stride1,
                resident ? residentRowPitch(group_.residual) : geometry_.tileCols * mapping_.columnTiles * cols_);
    setFloat(kVectorConfig, config::ra, group_.addition.rA);
    setFloat(kVectorConfig, config::rb, group_.addition.rB);
    setFloat(kVectorConfig, config::rf, group_.addition.constant);
    e_.setField(kVectorConfig, config::lo2, group_.addition.lo);
    e_.setField(kVectorConfig, config::hi2, group_.addition.hi);
  }
}

void MatrixLowering::loadConstants() {
  fillBorder();
  e_.preset(kBlockDram);
  e_.preset(kBlockScratch);
  if (mapping_.input == mapping::InputFlow::windows) // they leave the rest of their last row as it was
    fillBlock(buffers_.input, buffers_.sizes.inputBuffers * geometry_.inputTileBytes, group_.inputZeroPoint);
  loadBlock(e_.constant(addParameters()), e_.constant(buffers_.parameters),
            geometry_.columnTiles * timing::VX_PARAM_READS * cols_, {}, {});
  if (!group_.table.empty())
    loadTable(group_.table, buffers_.parameters + buffers_.sizes.parameters - timing::LUT_ENTRIES);
  setUpWeights();
}

void MatrixLowering::setUpWeights() {
  weightAddress_ =
      constants_.add(packMatrixWeights(group_, geometry_, mapping_, machine_), MapUse::weights, group_.weights.size());
  walk_ = mapping::chooseWeightWalk(geometry_, mapping_, machine_);
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
  e_.setField(kBlockDram, field::fill, group_.weightZeroPoint & 255); // contributes nothing
}

void MatrixLowering::loadWeights(Value dram, Value scratch, const Chunk& chunk, const std::vector<Token>& waits) {
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
    // Whole rows, fill included, the first time that a column tile uses a buffer.
    Value again = e_.mul(e_.sub(e_.constant(mapping_.buffers), chunk.number), cols_);
    e_.setField(kBlockDram, field::hi0, real);
    e_.setField(kBlockDram, field::count0, e_.maximum(real, e_.minimum(whole, again)));
  }
  e_.issue(Opcode::LD, {dram, scratch}, {kBlockDram, kBlockScratch}, waits, {{kWeightsFull, {}}});
}

void MatrixLowering::emitTile(const Tile& tile) {
  if (!residency_.input) {
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
  setTileTransfer(tile, stored);
  const int64_t blocks = geometry_.tiles() * geometry_.columnGroups;
  e_.loop(geometry_.columnGroups, [&](Value columnGroup) {
    Value block = e_.add(e_.mul(tile.index, geometry_.columnGroups), columnGroup);
    Value firstColumn = e_.mul(columnGroup, mapping_.columnTiles);
    if (group_.residual >= 0 && !residency_.residual)
      e_.issue(Opcode::LD,
               {dramTileAddress(group_.residual, tile, e_.mul(columnGroup, stored)),
                slot(buffers_.residual, block, geometry_.outputTileBytes)},
               {kOutputDram, kOutputScratch}, {reused(kResidualEmpty, block)}, {{kResidualFull, {}}});
    e_.loop(mapping_.columnTiles, [&](Value inGroup) {
      Value column = e_.add(firstColumn, inGroup);
      Value index = e_.add(e_.mul(tile.index, geometry_.columnTiles), column);
      Value accumulator = slot(0, index, machine_.accumulatorRows() / 2);
      Value address = inputAddress(0, tile);
      if (streamed_)
        emitStreamed(tile, address, accumulator, index, column);
      else
        emitResident(tile, column, address, accumulator, index);
      emitDrain(tile, block, column, inGroup, accumulator, index);
    });
    if (!residency_.output)
      e_.issue(Opcode::ST,
               {dramTileAddress(group_.output, tile, e_.mul(columnGroup, stored)),
                slot(buffers_.output, block, geometry_.outputTileBytes)},
               {kOutputDram, kOutputScratch}, {{kOutputFull, {}}}, {reusedLater(kOutputEmpty, block, blocks)});
  });
}

void MatrixLowering::emitResident(const Tile& tile, Value column, Value address, Value accumulator, Value index) {
  const int64_t columnBytes = geometry_.chunkBytes();
  Value offset = e_.mul(column, columnBytes);
  Value weights = e_.add(offset, buffers_.weights);
  auto issue = [&](std::vector<Token> waits) {
    waits.push_back(reused(kAccumulatorEmpty, index));
    std::vector<Token> signals = {{kAccumulatorFull, {}}};
    if (!residency_.input)
      signals.push_back({kInputEmpty, e_.both(e_.equal(column, geometry_.columnTiles - 1),
                                              e_.less(tile.index, geometry_.tiles() - mapping_.buffers))});
    e_.issue(Opcode::MM, {address, weights, accumulator}, {kMatrixRows, kMatrixSteps, kMatrixConfig}, waits, signals);
  };
  e_.when(
      e_.equal(tile.index, 0),
      [&] {
        loadWeights(e_.add(offset, weightAddress_), weights, {column, e_.constant(0), e_.constant(0)}, {});
        issue({{kWeightsFull, {}}});
      },
      [&] {
        if (residency_.input)
          issue({});
        else
          issue({{kInputFull, e_.equal(column, 0)}});
      });
}

void MatrixLowering::emitStreamed(const Tile&, Value address, Value accumulator, Value index, Value column) {
  const mapping::Window& window = group_.window;
  const std::array<int64_t, 3> counts = {geometry_.stepsH / geometry_.chunkSteps[0],
                                         geometry_.stepsW / geometry_.chunkSteps[1],
                                         geometry_.stepsC / geometry_.chunkSteps[2]};
  const int64_t chunks = geometry_.chunks();
  const int64_t total = geometry_.tiles() * geometry_.columnTiles * chunks;
  const int64_t row = inputRowPitch(0), pixel = inputPixelPitch(0);
  e_.loop(counts[0], [&](Value h) {
    e_.loop(counts[1], [&](Value w) {
      e_.loop(counts[2], [&](Value c) {
        Value chunk = e_.add(e_.mul(e_.add(e_.mul(h, counts[1]), w), counts[2]), c);
        Value number = e_.add(e_.mul(index, chunks), chunk);
        Value weights = slot(buffers_.weights, number, geometry_.chunkBytes());
        Value source = e_.add(e_.mul(e_.add(e_.mul(column, chunks), chunk), geometry_.chunkBytes()), weightAddress_);
        loadWeights(source, weights, {column, chunk, c}, {reused(kWeightsEmpty, number)});
        Value start = e_.add(e_.add(address, e_.mul(h, geometry_.chunkSteps[0] * window.dilationH * row)),
                             e_.add(e_.mul(w, geometry_.chunkSteps[1] * window.dilationW * pixel),
                                    e_.mul(c, geometry_.chunkSteps[2] * rows_)));
        Token free = reusedLater(kWeightsEmpty, number, total);
        std::vector<Token> signals = {free, {kAccumulatorFull, e_.equal(chunk, chunks - 1)}};
        Token ready = reused(kAccumulatorEmpty, index);
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
}

void MatrixLowering::emitDrain(const Tile& tile, Value block, Value column, Value inGroup, Value accumulator,
                               Value index) {
  const bool residual = group_.residual >= 0, loaded = residual && !residency_.residual;
  const int64_t total = geometry_.tiles() * geometry_.columnTiles;
  const int64_t blocks = geometry_.tiles() * geometry_.columnGroups;
  Value first = e_.equal(inGroup, 0), last = e_.equal(inGroup, mapping_.columnTiles - 1);
  std::vector<Token> waits = {{kAccumulatorFull, {}}};
  std::vector<Token> signals = {reusedLater(kAccumulatorEmpty, index, total)};
  if (!residency_.output) {
    waits.push_back({kOutputEmpty, e_.both(first, *reused(kOutputEmpty, block).when)});
    signals.push_back({kOutputFull, last});
  }
  if (loaded) {
    waits.push_back({kResidualFull, first});
    signals.push_back({kResidualEmpty, e_.both(last, *reusedLater(kResidualEmpty, block, blocks).when)});
  }
  Value b = e_.constant(0);
  if (loaded)
    b = e_.add(slot(buffers_.residual, block, geometry_.outputTileBytes), e_.mul(inGroup, cols_));
  else if (residual)
    b = residentAddress(group_.residual, tile, column);
  Value parameters = e_.add(e_.mul(column, timing::VX_PARAM_READS * cols_), buffers_.parameters);
  issueVector(residual ? Opcode::VRQA : Opcode::VRQ,
              {accumulator, b, resultAddress(tile, block, column, inGroup), parameters}, waits, signals);
}

} // namespace weft::lowering
