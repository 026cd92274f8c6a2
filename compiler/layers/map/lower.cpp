// A map on the vector engine: load -> vector -> store.
//
// In pieces (mapping_.pieces) a tile's channel blocks take turns, and of a window in parts the parts: whatever a turn
// needs is loaded for it alone, and is free when its instruction is done. The maxima of the first part and of the parts
// after it meet in two tiles of their own.
#include "compiler/layers/map/map.h"
#include "compiler/layers/tiles.h"
#include "compiler/lowering/packed_layout.h"
#include "isa/support/error.h"

namespace weft::layers {
namespace {

class MapLowering : GridLowering {
public:
  MapLowering(const LoweringSite& site, const Map& layer) : GridLowering(site, layer, false), layer_(layer) {
    for (size_t i = 0; i < layer.inputs.size(); ++i)
      inputBase_.push_back(buffers_.addresses[i]);
    outputBase_ = buffers_.addresses[layer.outputStream()];
  }
  void emit();

private:
  void setUp();
  void loadConstants();
  void loadWeights();
  void emitTile(const Tile& tile);
  void emitPieces(const Tile& tile);
  // A turn of a tile: channel block, part of the window, number among all turns.
  struct Turn {
    Value column, h, w, number;
  };
  // Loads what it needs; false if that is nothing.
  bool loadTurn(const Tile& tile, const Turn& turn);
  Value turnAddress(const Tile& tile, const Turn& turn);
  void emitParts(const Tile& tile, const Turn& turn, Value part, Value result, const std::vector<Token>& waits,
                 const std::vector<Token>& signals);
  void setWindow();
  std::vector<size_t> loaded() const;
  int64_t parameters() const { return buffers_.addresses[layer_.parameterStream()]; }
  int64_t weights() const { return buffers_.addresses[layer_.weightStream()]; }
  int64_t taps() const { return layer_.window.kernelH * layer_.window.kernelW; }
  int64_t weightBytes() const { return taps() * cols_; }                    // of a channel block
  int64_t parameterBytes() const { return timing::VX_PARAM_READS * cols_; } // of a channel block
  int64_t parts() const { return mapping_.chunks[0] * mapping_.chunks[1]; } // of a window in pieces

  const Map& layer_;
  uint32_t weightAddress_ = 0, parameterAddress_ = 0;
};

void MapLowering::emit() {
  setUp();
  e_.fence();
  loadConstants();
  forTiles([&](const Tile& tile) { mapping_.pieces ? emitPieces(tile) : emitTile(tile); });
}

// Inputs that do not lie in the scratchpad already.
std::vector<size_t> MapLowering::loaded() const {
  std::vector<size_t> result;
  for (size_t i = 0; i < layer_.inputs.size(); ++i)
    if (!resident(layer_.inputs[i]))
      result.push_back(i);
  return result;
}

void MapLowering::loadConstants() {
  fillBorder();
  e_.preset(kBlockDram);
  e_.preset(kBlockScratch);
  if (layer_.operation.weights)
    loadWeights();
  if (layer_.operation.parameters) {
    parameterAddress_ = constants_.add(packParameters(layer_.requantise, geometry_, machine_), MapUse::parameters,
                                       layers::parameterBytes(layer_.requantise));
    if (!mapping_.pieces)
      loadBlock(e_.constant(parameterAddress_), e_.constant(parameters()), geometry_.columnTiles * parameterBytes(), {},
                {{kParametersFull, {}}});
  }
  if (layer_.table)
    loadTable(*layer_.table, parameters() + buffers_.streams[layer_.parameterStream()].bytes - timing::LUT_ENTRIES);
}

// For each column tile, each tap, cols bytes.
void MapLowering::loadWeights() {
  const lowering::WeightOrder order = {.outputs = geometry_.outC,
                                       .kernelH = geometry_.stepsH,
                                       .kernelW = geometry_.stepsW,
                                       .cols = cols_,
                                       .chunkSteps = {geometry_.stepsH, geometry_.stepsW, 1}};
  const Weights& constant = layer_.weights;
  const std::optional<Layout> layout = lowering::packedLayout(constant.axes, order, constant.zeroPoint);
  WEFT_CHECK(layout, "depthwise weights have a packed layout");
  weightAddress_ = addWeights(constant, *layout);
  if (!mapping_.pieces)
    loadBlock(e_.constant(weightAddress_), e_.constant(weights()), geometry_.columnTiles * weightBytes(), {}, {});
}

void MapLowering::setUp() {
  const Window& window = layer_.window;
  for (int pattern : {kVectorA, kVectorB, kVectorResult, kVectorConfig, kBlockDram, kBlockScratch})
    e_.preset(pattern);
  if (!resident(layer_.output))
    for (int pattern : {kOutputDram, kOutputScratch})
      e_.preset(pattern);
  if (const std::vector<size_t> inputs = loaded(); !inputs.empty())
    setUpInputLoad(inputs[0]);

  if (!layer_.operation.parameters && !mapping_.pieces) { // all channels by one instruction
    e_.setField(kVectorResult, field::count2, geometry_.outPitch / cols_);
    for (int pattern : {kVectorA, kVectorB, kVectorResult})
      e_.setField(pattern, field::stride2, cols_);
  }
  e_.setField(kVectorA, field::stride0, window.strideW * inputPixelPitch(0));
  e_.setField(kVectorA, field::stride1, window.strideH * inputRowPitch(0));
  e_.setField(kVectorResult, field::stride0, resultPixelPitch());
  e_.setField(kVectorResult, field::stride1, resultRowPitch());
  if (layer_.inputs.size() > 1) {
    e_.setField(kVectorB, field::stride0, inputPixelPitch(1));
    e_.setField(kVectorB, field::stride1, inputRowPitch(1));
  } else if (layer_.operation.window) {
    setWindow();
  }
  setTypes(kVectorConfig, element(layer_.inputs[0]),
           layer_.inputs.size() > 1 ? element(layer_.inputs[1]) : layer_.weights.type, element(layer_.output),
           layer_.table && layer_.operation.opcode != Opcode::VLUT ? flag::lut : 0);
  e_.setField(kVectorConfig, config::za, layer_.fill);
  for (const Setting& setting : layer_.settings)
    e_.setField(kVectorConfig, setting.field, static_cast<int64_t>(static_cast<int32_t>(setting.value)));
  if (layer_.operation.opcode != Opcode::VLUT) {
    e_.setField(kVectorConfig, config::lo, layer_.lo);
    e_.setField(kVectorConfig, config::hi, layer_.hi);
  }
}

// The window's taps, or in pieces those of a part.
void MapLowering::setWindow() {
  const Window& window = layer_.window;
  const int64_t tapsH = mapping_.pieces ? geometry_.chunkSteps[0] : window.kernelH;
  const int64_t tapsW = mapping_.pieces ? geometry_.chunkSteps[1] : window.kernelW;
  e_.preset(kVectorB);
  e_.setField(kVectorB, field::count0, tapsW);
  e_.setField(kVectorB, field::stride0, window.dilationW * inputPixelPitch(0));
  e_.setField(kVectorB, field::count1, tapsH);
  e_.setField(kVectorB, field::stride1, window.dilationH * inputRowPitch(0));
}

void MapLowering::emitTile(const Tile& tile) {
  const Operation& operation = layer_.operation;
  const std::vector<size_t> inputs = loaded();
  const bool alike = inputs.size() < 2 || strides_[inputs[0]] == strides_[inputs[1]];
  for (size_t i : inputs) {
    std::vector<Token> waits, signals;
    if (!alike)
      setUpInputLoad(i);
    if (i == inputs.front())
      waits.push_back(reused(kVectorInputEmpty, tile.index));
    if (i == inputs.back())
      signals.push_back({kVectorInputFull, {}});
    loadInputTile(i, tile, waits, signals);
  }

  e_.setField(kVectorResult, field::count0, tile.cols);
  e_.setField(kVectorResult, field::count1, tile.rows);
  if (!resident(layer_.output))
    setTileTransfer(tile, resultStrides_);
  const int64_t instructions = operation.parameters ? geometry_.columnTiles : 1;
  e_.loop(instructions, [&](Value column) {
    Value first = e_.equal(column, 0), last = e_.equal(column, instructions - 1);
    std::vector<Token> waits, signals;
    if (!inputs.empty()) { // parameters were loaded before the first tile
      waits.push_back({kVectorInputFull, first});
      signals.push_back(
          {kVectorInputEmpty, e_.both(last, *reusedLater(kVectorInputEmpty, tile.index, geometry_.tiles()).when)});
    }
    if (operation.parameters)
      waits.push_back({kParametersFull, e_.both(first, e_.equal(tile.index, 0))});
    if (!resident(layer_.output)) {
      waits.push_back({kOutputEmpty, e_.both(first, *reused(kOutputEmpty, tile.index).when)});
      signals.push_back({kOutputFull, last});
    }
    Value a = e_.add(inputAddress(0, tile), e_.mul(column, cols_));
    Value b = e_.constant(0);
    if (operation.inputs > 1)
      b = inputAddress(1, tile);
    else if (operation.weights)
      b = e_.add(e_.mul(column, weightBytes()), weights());
    Value d = e_.add(e_.mul(column, parameterBytes()), parameters());
    issueVector(operation.opcode, {a, b, resultAddress(tile, tile.index, column, column), d}, waits, signals);
  });
  if (!resident(layer_.output))
    e_.issue(Opcode::ST,
             {dramTileAddress(layer_.output, layer_.resultGrid, tile, e_.constant(0)),
              slot(outputBase_, tile.index, geometry_.outputTileBytes)},
             {kOutputDram, kOutputScratch}, {{kOutputFull, {}}},
             {reusedLater(kOutputEmpty, tile.index, geometry_.tiles())});
}

bool MapLowering::loadTurn(const Tile& tile, const Turn& turn) {
  const Window& window = layer_.window;
  using Tokens = std::vector<Token>;
  std::vector<std::function<void(const Tokens&, const Tokens&)>> loads;
  auto block = [&](uint32_t dram, int64_t base, int64_t bytes) {
    loads.push_back([=, this, &turn](const Tokens& waits, const Tokens& signals) {
      loadBlock(e_.add(e_.mul(turn.column, bytes), dram), slot(base, turn.number, bytes), bytes, waits, signals);
    });
  };
  if (layer_.operation.weights)
    block(weightAddress_, weights(), weightBytes());
  if (layer_.operation.parameters)
    block(parameterAddress_, parameters(), parameterBytes());
  const std::vector<size_t> inputs = loaded();
  const bool alike = inputs.size() < 2 || strides_[inputs[0]] == strides_[inputs[1]];
  for (size_t i : inputs)
    loads.push_back([=, this, &tile, &turn](const Tokens& waits, const Tokens& signals) {
      if (!alike)
        setUpInputLoad(i);
      Value y = e_.add(e_.mul(tile.y, window.strideH), e_.mul(turn.h, geometry_.chunkSteps[0] * window.dilationH));
      Value x = e_.add(e_.mul(tile.x, window.strideW), e_.mul(turn.w, geometry_.chunkSteps[1] * window.dilationW));
      const Piece piece{e_.add(y, -window.padTop), e_.add(x, -window.padLeft), e_.mul(turn.column, cols_),
                        slot(inputBase_[i], turn.number, geometry_.inputTileBytes)};
      loadPiece(i, tile, piece, waits, signals);
    });
  for (size_t i = 0; i < loads.size(); ++i)
    loads[i](i == 0 ? Tokens{reused(kVectorInputEmpty, turn.number)} : Tokens{},
             i + 1 == loads.size() ? Tokens{{kVectorInputFull, {}}} : Tokens{});
  return !loads.empty();
}

// Of the first input pixel that a turn's first result needs.
Value MapLowering::turnAddress(const Tile& tile, const Turn& turn) {
  if (!resident(layer_.inputs[0]))
    return slot(inputBase_[0], turn.number, geometry_.inputTileBytes);
  const Window& window = layer_.window;
  Value part = e_.add(e_.mul(turn.h, geometry_.chunkSteps[0] * window.dilationH * inputRowPitch(0)),
                      e_.mul(turn.w, geometry_.chunkSteps[1] * window.dilationW * inputPixelPitch(0)));
  return e_.add(e_.add(inputAddress(0, tile), part), e_.mul(turn.column, cols_));
}

void MapLowering::emitPieces(const Tile& tile) {
  const Operation& operation = layer_.operation;
  e_.setField(kVectorResult, field::count0, tile.cols);
  e_.setField(kVectorResult, field::count1, tile.rows);
  if (!resident(layer_.output))
    setTileTransfer(tile, resultStrides_);
  const int64_t blocks = geometry_.tiles() * geometry_.columnTiles, turns = blocks * parts();
  const bool stores = !resident(layer_.output);
  e_.loop(geometry_.columnTiles, [&](Value column) {
    Value block = e_.add(e_.mul(tile.index, geometry_.columnTiles), column);
    e_.loop(mapping_.chunks[0], [&](Value h) {
      e_.loop(mapping_.chunks[1], [&](Value w) {
        Value part = e_.add(e_.mul(h, mapping_.chunks[1]), w);
        const Turn turn{column, h, w, e_.add(e_.mul(block, parts()), part)};
        std::vector<Token> waits, signals;
        if (loadTurn(tile, turn)) {
          waits.push_back({kVectorInputFull, {}});
          signals.push_back(reusedLater(kVectorInputEmpty, turn.number, turns));
        }
        Value result = resultAddress(tile, block, column, e_.constant(0));
        if (parts() > 1) {
          emitParts(tile, turn, part, result, waits, signals);
          return;
        }
        if (stores) {
          waits.push_back(reused(kOutputEmpty, block));
          signals.push_back({kOutputFull, {}});
        }
        Value b = e_.constant(0), d = e_.constant(0);
        if (operation.inputs > 1)
          b = resident(layer_.inputs[1]) ? e_.add(inputAddress(1, tile), e_.mul(column, cols_))
                                         : slot(inputBase_[1], turn.number, geometry_.inputTileBytes);
        else if (operation.weights)
          b = slot(weights(), turn.number, weightBytes());
        if (operation.parameters)
          d = slot(parameters(), turn.number, parameterBytes());
        issueVector(operation.opcode, {turnAddress(tile, turn), b, result, d}, waits, signals);
      });
    });
    if (stores)
      e_.issue(Opcode::ST,
               {dramTileAddress(layer_.output, layer_.resultGrid, tile, e_.mul(column, cols_)),
                slot(outputBase_, block, geometry_.outputTileBytes)},
               {kOutputDram, kOutputScratch}, {{kOutputFull, {}}}, {reusedLater(kOutputEmpty, block, blocks)});
  });
}

// The maximum over a part of the window, and of that and the parts before it.
void MapLowering::emitParts(const Tile& tile, const Turn& turn, Value part, Value result,
                            const std::vector<Token>& waits, const std::vector<Token>& signals) {
  const Window& window = layer_.window;
  const int64_t first = buffers_.addresses[layer_.partStream()], bytes = geometry_.outputTileBytes;
  const int64_t pixel = cols_, row = geometry_.tileCols * cols_;
  auto setResult = [&](int64_t toPixel, int64_t toRow) {
    e_.setField(kVectorResult, field::stride0, toPixel);
    e_.setField(kVectorResult, field::stride1, toRow);
  };
  Value zero = e_.constant(0);
  setWindow();
  e_.setField(kVectorA, field::stride0, window.strideW * inputPixelPitch(0));
  e_.setField(kVectorA, field::stride1, window.strideH * inputRowPitch(0));
  setResult(pixel, row);
  Value target = e_.add(e_.mul(e_.minimum(part, e_.constant(1)), bytes), first);
  issueVector(Opcode::VMAX, {turnAddress(tile, turn), zero, target, zero}, waits, signals);
  e_.when(e_.less(e_.sub(zero, part), 0), [&] { // both tiles are taps
    e_.preset(kVectorB);
    e_.setField(kVectorB, field::count0, int64_t{2});
    e_.setField(kVectorB, field::stride0, bytes);
    e_.setField(kVectorA, field::stride0, pixel);
    e_.setField(kVectorA, field::stride1, row);
    auto meet = [&](Value to, const std::vector<Token>& before, const std::vector<Token>& after) {
      issueVector(Opcode::VMAX, {e_.constant(first), zero, to, zero}, before, after);
    };
    e_.when(
        e_.equal(part, parts() - 1),
        [&] {
          setResult(resultPixelPitch(), resultRowPitch());
          if (resident(layer_.output)) {
            meet(result, {}, {});
            return;
          }
          Value block = e_.add(e_.mul(tile.index, geometry_.columnTiles), turn.column);
          meet(result, {reused(kOutputEmpty, block)}, {{kOutputFull, {}}});
        },
        [&] { meet(e_.constant(first), {}, {}); });
  });
}

} // namespace

void Map::lower(const LoweringSite& site) const {
  if (isOnArray(site.plan.mapping.groups[site.index]))
    onArray()->lower(site);
  else
    MapLowering(site, *this).emit();
}

} // namespace weft::layers
