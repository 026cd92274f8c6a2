#include "compiler/layers/tiles.h"

#include "compiler/mapping/sizes.h"
#include "isa/support/error.h"

#include <bit>

namespace weft::layers {

using mapping::kLongestRun;

LayerLowering::LayerLowering(const LoweringSite& site, const mapping::Layer&)
    : e_(site.builder), graph_(site.graph), machine_(site.machine), site_{site.graph, site.machine, site.plan.places},
      mapping_(site.plan.mapping.groups[site.index]), buffers_(site.plan.buffers[site.index]),
      constants_(site.constants), rows_(machine_.array.rows), cols_(machine_.array.cols) {}

// not (index < buffers), as index >= buffers
Token LayerLowering::reused(int semaphore, Value index) const {
  return {semaphore, e_.less(e_.sub(e_.constant(buffers() - 1), index), 0)};
}

Token LayerLowering::reusedLater(int semaphore, Value index, int64_t total) const {
  return {semaphore, e_.less(index, total - buffers())};
}

Value LayerLowering::slot(int64_t base, Value index, int64_t size) {
  return e_.add(e_.mul(e_.bitAnd(index, e_.constant(buffers() - 1)), size), base);
}

void LayerLowering::loadBlock(Value dram, Value scratch, int64_t bytes, const std::vector<Token>& waits,
                              const std::vector<Token>& signals) {
  int64_t run = blockRun(bytes);
  e_.setField(kBlockDram, field::count0, run);
  e_.setField(kBlockDram, field::count1, bytes / run);
  e_.setField(kBlockDram, field::stride1, run);
  e_.setField(kBlockDram, field::hi0, kLongestRun);
  e_.setField(kBlockScratch, field::stride1, run);
  e_.issue(Opcode::LD, {dram, scratch}, {kBlockDram, kBlockScratch}, waits, signals);
}

void LayerLowering::fillBlock(int64_t scratch, int64_t bytes, int32_t value) {
  int64_t run = blockRun(bytes);
  e_.setField(kBlockDram, field::count0, run);
  e_.setField(kBlockDram, field::count1, bytes / run);
  e_.setField(kBlockDram, field::hi0, int64_t{0}); // nothing real: all fill
  e_.setField(kBlockDram, field::fill, value & 255);
  e_.setField(kBlockScratch, field::stride1, run);
  e_.issue(Opcode::LD, {e_.constant(0), e_.constant(scratch)}, {kBlockDram, kBlockScratch}, {}, {});
}

void LayerLowering::loadTable(std::span<const uint8_t> table, int64_t scratch) {
  loadBlock(e_.constant(constants_.add({table.begin(), table.end()}, MapUse::table, table.size())),
            e_.constant(scratch), timing::LUT_ENTRIES, {}, {{kTableFull, {}}});
  Value zero = e_.constant(0);
  issueVector(Opcode::VLDLUT, {e_.constant(scratch), zero, zero, zero}, {{kTableFull, {}}}, {});
}

uint32_t LayerLowering::addWeights(const Weights& weights, const Layout& layout) {
  const TensorType type{weights.type, weights.tensor.shape, layout};
  if (weights.constant >= 0)
    return constants_.add(weights.constant, type, MapUse::weights);
  std::vector<uint8_t> packed(type.bytes());
  if (!weights.tensor.data.empty()) // else only the shape is known
    scatter(type, weights.tensor.data, packed);
  return constants_.add(std::move(packed), MapUse::weights, weights.tensor.data.size());
}

void LayerLowering::vectorSync(const std::vector<Token>& waits, const std::vector<Token>& signals) {
  Value zero = e_.constant(0);
  e_.issue(Opcode::VMAX, {zero, zero, e_.constant(machine_.lineBytes()), zero}, {kUnit, kUnit, kUnit, kSyncConfig},
           waits, signals);
}

void LayerLowering::issueVector(Opcode opcode, const std::vector<Value>& registers, std::vector<Token> waits,
                                std::vector<Token> signals) {
  // Extra waits go to an instruction before, extra signals to one after.
  if (waits.size() > 2) {
    vectorSync({waits.begin() + 2, waits.end()}, {});
    waits.resize(2);
  }
  std::vector<Token> later;
  if (signals.size() > 2) {
    later.assign(signals.begin() + 2, signals.end());
    signals.resize(2);
  }
  e_.issue(opcode, registers, {kVectorA, kVectorB, kVectorResult, kVectorConfig}, waits, signals);
  if (!later.empty())
    vectorSync({}, later);
}

uint32_t LayerLowering::address(int32_t activation) {
  const int32_t storage = graph_.activation(activation).storage;
  if (!graph_.storages[static_cast<size_t>(storage)].constant)
    return place(activation).address;
  // The first activation of the storage is the constant as the network has it.
  int32_t whole = 0;
  while (graph_.activation(whole).storage != storage)
    ++whole;
  return constants_.add(graph_.activation(whole).tensor, mapping::typeOf(graph_, whole, place(activation)),
                        MapUse::weights);
}

void LayerLowering::setTypes(int pattern, net::DType a, net::DType b, net::DType result, int32_t flags) {
  auto code = [](net::DType type) { return net::isSigned(type) ? 1 : 0; };
  e_.setField(pattern, config::types, code(a) | code(b) << 4 | code(result) << 8 | flags);
}

void LayerLowering::setFloat(int pattern, int number, float value) {
  e_.setField(pattern, number, static_cast<int64_t>(std::bit_cast<int32_t>(value)));
}

GridLowering::GridLowering(const LoweringSite& site, const GridLayer& layer, bool columns)
    : LayerLowering(site, layer), layer_(layer), geometry_(layer, site.machine, mapping_, columns), columns_(columns),
      resultStrides_(stridesOf(site_, layer.output, layer.resultGrid)) {
  for (size_t i = 0; i < layer.inputs.size(); ++i) {
    strides_.push_back(stridesOf(site_, layer.inputs[i], layer.grids[i]));
    addresses_.push_back(address(layer.inputs[i]));
  }
}

void GridLowering::forTiles(const std::function<void(const Tile&)>& body) {
  auto size = [&](Value start, int64_t whole, int64_t extent) {
    if (extent % whole == 0)
      return e_.constant(whole);
    return e_.minimum(e_.constant(whole), e_.sub(e_.constant(extent), start));
  };
  e_.loop(geometry_.batch, [&](Value image) {
    e_.loop(geometry_.rowTiles, [&](Value rowTile) {
      e_.loop(geometry_.colTiles, [&](Value colTile) {
        Tile tile;
        tile.image = image;
        tile.index = e_.add(e_.mul(e_.add(e_.mul(image, geometry_.rowTiles), rowTile), geometry_.colTiles), colTile);
        tile.y = e_.mul(rowTile, geometry_.tileRows);
        tile.x = e_.mul(colTile, geometry_.tileCols);
        tile.rows = size(tile.y, geometry_.tileRows, geometry_.outH);
        tile.cols = size(tile.x, geometry_.tileCols, geometry_.outW);
        body(tile);
      });
    });
  });
}

Value GridLowering::pixelAddress(const GridStrides& strides, Value image, Value y, Value x, int64_t base) {
  Value offset = e_.add(e_.add(e_.mul(image, strides.batch), e_.mul(y, strides.height)), e_.mul(x, strides.width));
  return e_.add(offset, base + strides.origin);
}

int64_t GridLowering::inputPixelPitch(size_t input) const {
  return resident(layer_.inputs[input]) ? strides_[input].width : geometry_.pixelPitch;
}

int64_t GridLowering::inputRowPitch(size_t input) const {
  return resident(layer_.inputs[input]) ? strides_[input].height : geometry_.inTileCols * geometry_.pixelPitch;
}

// Whether the pixels of a row follow each other in DRAM as they do in the scratchpad, in a run that is not too long.
bool GridLowering::contiguousRows(size_t input) const {
  return strides_[input].width == geometry_.pixelPitch && geometry_.inTileCols * geometry_.pixelPitch <= kLongestRun;
}

void GridLowering::setUpInputLoad(size_t input) {
  const Window& window = layer_.window;
  const GridStrides& strides = strides_[input];
  e_.preset(kInputDram);
  e_.preset(kInputScratch);
  if (mapping_.input == mapping::InputFlow::windows) {
    // Pieces are whole array rows, up to the end of the last: weights are padding there.
    e_.setField(kInputDram, field::count0, mapping_.pieces ? geometry_.pixelPitch : window.kernelW * geometry_.inC);
    e_.setField(kInputDram, field::stride1, window.strideW * strides.width);
    e_.setField(kInputDram, field::stride2, strides.height);
    e_.setField(kInputScratch, field::stride1, geometry_.pixelPitch);
    e_.setField(kInputScratch, field::stride2, geometry_.tileCols * geometry_.pixelPitch);
    return;
  }
  const int64_t pitch = geometry_.pixelPitch, run = geometry_.inTileCols * pitch;
  e_.setField(kInputDram, field::fill, layer_.fill & 255);
  if (contiguousRows(input)) {
    e_.setField(kInputDram, field::count0, run);
    e_.setField(kInputDram, field::count1, geometry_.inTileRows);
    e_.setField(kInputDram, field::stride1, strides.height);
    e_.setField(kInputScratch, field::stride1, run);
    return;
  }
  // Rows too long for one run, or of pixels that lie apart: a run for each pixel.
  e_.setField(kInputDram, field::count0, mapping_.pieces || strides.width == pitch ? pitch : geometry_.inC);
  e_.setField(kInputDram, field::count1, geometry_.inTileCols);
  e_.setField(kInputDram, field::count2, geometry_.inTileRows);
  e_.setField(kInputDram, field::stride1, strides.width);
  e_.setField(kInputDram, field::stride2, strides.height);
  e_.setField(kInputScratch, field::stride1, pitch);
  e_.setField(kInputScratch, field::stride2, run);
}

void GridLowering::loadInputTile(size_t input, const Tile& tile, const std::vector<Token>& waits,
                                 const std::vector<Token>& signals) {
  const Window& window = layer_.window;
  Value scratch = geometry_.tiles() > 1 ? slot(inputBase_[input], tile.index, geometry_.inputTileBytes)
                                        : e_.constant(inputBase_[input]);
  Value y = e_.mul(tile.y, window.strideH), x = e_.mul(tile.x, window.strideW);
  if (mapping_.input != mapping::InputFlow::windows) {
    y = e_.add(y, -window.padTop);
    x = e_.add(x, -window.padLeft);
  }
  loadPiece(input, tile, {y, x, e_.constant(0), scratch}, waits, signals);
}

void GridLowering::loadPiece(size_t input, const Tile& tile, const Piece& piece, const std::vector<Token>& waits,
                             const std::vector<Token>& signals) {
  const Window& window = layer_.window;
  const GridStrides& strides = strides_[input];
  const bool windows = mapping_.input == mapping::InputFlow::windows; // their border lies in memory
  const int64_t start = addresses_[input] - (windows ? strides.origin : 0);
  auto address = [&] { return e_.add(pixelAddress(strides, tile.image, piece.y, piece.x, start), piece.channel); };
  if (windows) { // rows follow the tile's real size
    const int64_t wholeRows = (geometry_.tileRows - 1) * window.strideH;
    e_.setField(kInputDram, field::count1, tile.cols);
    e_.setField(kInputDram, field::count2,
                e_.add(e_.mul(e_.add(tile.rows, -1), window.strideH), geometry_.inTileRows - wholeRows));
    e_.issue(Opcode::LD, {address(), piece.scratch}, {kInputDram, kInputScratch}, waits, signals);
    return;
  }
  const int64_t pitch = geometry_.pixelPitch;
  // Real rows and columns of the piece: [0, H) and [0, W) as seen from its first pixel.
  auto begin = [&](Value first) { return e_.maximum(e_.constant(0), e_.sub(e_.constant(0), first)); };
  auto end = [&](Value first, int64_t extent, int64_t whole) {
    return e_.maximum(e_.constant(0), e_.minimum(e_.constant(whole), e_.sub(e_.constant(extent), first)));
  };
  if (contiguousRows(input)) {
    e_.setField(kInputDram, field::lo0, e_.mul(begin(piece.x), pitch));
    e_.setField(kInputDram, field::hi0, e_.mul(end(piece.x, geometry_.inW, geometry_.inTileCols), pitch));
    e_.setField(kInputDram, field::lo1, begin(piece.y));
    e_.setField(kInputDram, field::hi1, end(piece.y, geometry_.inH, geometry_.inTileRows));
  } else {
    e_.setField(kInputDram, field::lo1, begin(piece.x));
    e_.setField(kInputDram, field::hi1, end(piece.x, geometry_.inW, geometry_.inTileCols));
    if (geometry_.reachesOutside(window)) {
      loadPixels(input, tile, piece, waits, signals);
      return;
    }
  }
  e_.issue(Opcode::LD, {address(), piece.scratch}, {kInputDram, kInputScratch}, waits, signals);
}

// A run for each pixel leaves the window of rows to us: rows above the feature map, inside and below it are loads of
// their own. The first that there is waits; what follows in the engine's order signals.
void GridLowering::loadPixels(size_t input, const Tile& tile, const Piece& piece, const std::vector<Token>& waits,
                              const std::vector<Token>& signals) {
  const GridStrides& strides = strides_[input];
  const int64_t rowBytes = geometry_.inTileCols * geometry_.pixelPitch;
  Value rows = e_.constant(geometry_.inTileRows), zero = e_.constant(0);
  Value inside = e_.minimum(rows, e_.maximum(zero, e_.sub(zero, piece.y)));
  Value below = e_.maximum(inside, e_.minimum(rows, e_.sub(e_.constant(geometry_.inH), piece.y)));
  auto load = [&](Value first, Value end, bool real, Value isFirst, Value isLast) {
    e_.when(e_.less(e_.sub(first, end), 0), [&] {
      std::vector<Token> before, after;
      for (const Token& token : waits)
        before.push_back({token.semaphore, token.when ? e_.both(*token.when, isFirst) : isFirst});
      for (const Token& token : signals)
        after.push_back({token.semaphore, token.when ? e_.both(*token.when, isLast) : isLast});
      e_.setField(kInputDram, field::count2, e_.sub(end, first));
      e_.setField(kInputDram, field::hi0, real ? kLongestRun : 0);
      Value from = pixelAddress(strides, tile.image, e_.add(piece.y, first), piece.x, addresses_[input]);
      e_.issue(Opcode::LD, {e_.add(from, piece.channel), e_.add(piece.scratch, e_.mul(first, rowBytes))},
               {kInputDram, kInputScratch}, before, after);
    });
  };
  Value noneInside = e_.equal(e_.sub(below, inside), 0), noneBelow = e_.equal(e_.sub(rows, below), 0);
  load(zero, inside, false, e_.equal(zero, 0), e_.both(noneInside, noneBelow));
  load(inside, below, true, e_.equal(inside, 0), noneBelow);
  load(below, rows, false, e_.equal(below, 0), e_.equal(zero, 0));
}

Value GridLowering::inputAddress(size_t input, const Tile& tile) {
  if (!resident(layer_.inputs[input]))
    return geometry_.tiles() > 1 ? slot(inputBase_[input], tile.index, geometry_.inputTileBytes)
                                 : e_.constant(inputBase_[input]);
  const Window& window = layer_.window;
  Value row = e_.add(e_.mul(tile.y, window.strideH), -window.padTop);
  Value col = e_.add(e_.mul(tile.x, window.strideW), -window.padLeft);
  return pixelAddress(strides_[input], tile.image, row, col, addresses_[input]);
}

Value GridLowering::residentAddress(int32_t activation, const Grid& grid, const Tile& tile, Value column) {
  return e_.add(pixelAddress(stridesOf(site_, activation, grid), tile.image, tile.y, tile.x, place(activation).address),
                e_.mul(column, cols_));
}

Value GridLowering::resultAddress(const Tile& tile, Value block, Value column, Value inGroup) {
  if (resident(layer_.output))
    return residentAddress(layer_.output, layer_.resultGrid, tile, column);
  return e_.add(slot(outputBase_, block, geometry_.outputTileBytes), e_.mul(inGroup, cols_));
}

int64_t GridLowering::resultPixelPitch() const {
  if (resident(layer_.output))
    return resultStrides_.width;
  return geometry_.storedChannels;
}

int64_t GridLowering::resultRowPitch() const {
  return resident(layer_.output) ? resultStrides_.height : geometry_.tileCols * resultPixelPitch();
}

void GridLowering::setTileTransfer(const Tile& tile, const GridStrides& dram) {
  const int64_t channels = geometry_.storedChannels;
  const bool contiguous = channels == geometry_.outPitch && dram.width == geometry_.outPitch;
  if (contiguous && geometry_.tileCols * channels <= kLongestRun) {
    e_.setField(kOutputDram, field::count0, e_.mul(tile.cols, channels));
    e_.setField(kOutputDram, field::count1, tile.rows);
    e_.setField(kOutputDram, field::stride1, dram.height);
    e_.setField(kOutputScratch, field::stride1, geometry_.tileCols * channels);
    return;
  }
  e_.setField(kOutputDram, field::count0, channels);
  e_.setField(kOutputDram, field::count1, tile.cols);
  e_.setField(kOutputDram, field::count2, tile.rows);
  e_.setField(kOutputDram, field::stride1, dram.width);
  e_.setField(kOutputDram, field::stride2, dram.height);
  e_.setField(kOutputScratch, field::stride1, channels);
  e_.setField(kOutputScratch, field::stride2, geometry_.tileCols * channels);
}

Value GridLowering::dramTileAddress(int32_t activation, const Grid& grid, const Tile& tile, Value firstChannel) {
  return e_.add(pixelAddress(stridesOf(site_, activation, grid), tile.image, tile.y, tile.x, place(activation).address),
                firstChannel);
}

void GridLowering::fillBorder() {
  const mapping::Place& target = place(layer_.output);
  if (!target.scratchpad || !target.hasBorder())
    return;
  const size_t rank = target.strides.size();
  const Border rows = rank >= 3 ? target.border[rank - 3] : Border{}, columns = target.border[rank - 2];
  const int64_t pixel = target.strides[rank - 2], height = geometry_.outH, width = geometry_.outW;
  const int64_t row = (width + columns[0] + columns[1]) * pixel;
  e_.preset(kBlockDram);
  e_.preset(kBlockScratch);
  e_.setField(kBlockDram, field::hi0, int64_t{0});
  e_.setField(kBlockDram, field::fill, target.padValue & 255);
  e_.loop(geometry_.batch, [&](Value image) {
    Value base = e_.add(e_.mul(image, (height + rows[0] + rows[1]) * row), target.address);
    auto fill = [&](int64_t offset, int64_t run, int64_t count) {
      if (run == 0 || count == 0)
        return;
      WEFT_CHECK(run <= kLongestRun && count <= kLongestRun, "the planner took a border that cannot be filled");
      e_.setField(kBlockDram, field::count0, run);
      e_.setField(kBlockDram, field::count1, count);
      e_.setField(kBlockScratch, field::stride1, row);
      e_.issue(Opcode::LD, {e_.constant(0), e_.add(base, offset)}, {kBlockDram, kBlockScratch}, {}, {});
    };
    fill(0, row, rows[0]);
    fill((rows[0] + height) * row, row, rows[1]);
    const int64_t inner = rows[0] * row;
    fill(inner, columns[0] * pixel, height);
    fill(inner + (columns[0] + width) * pixel, columns[1] * pixel, height);
  });
}

} // namespace weft::layers
