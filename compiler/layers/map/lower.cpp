// A map on the vector engine: load -> vector -> store.
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
  std::vector<size_t> loaded() const;
  int64_t parameters() const { return buffers_.addresses[layer_.parameterStream()]; }
  int64_t weights() const { return buffers_.addresses[layer_.weightStream()]; }

  const Map& layer_;
};

void MapLowering::emit() {
  setUp();
  e_.fence();
  loadConstants();
  forTiles([&](const Tile& tile) { emitTile(tile); });
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
  if (layer_.operation.parameters)
    loadBlock(e_.constant(constants_.add(packParameters(layer_.requantise, geometry_, machine_), MapUse::parameters,
                                         parameterBytes(layer_.requantise))),
              e_.constant(parameters()), geometry_.columnTiles * timing::VX_PARAM_READS * cols_, {},
              {{kParametersFull, {}}});
  if (layer_.table)
    loadTable(*layer_.table, parameters() + buffers_.streams[layer_.parameterStream()].bytes - timing::LUT_ENTRIES);
}

// For each column tile, each tap, cols bytes.
void MapLowering::loadWeights() {
  const int64_t bytes = geometry_.columnTiles * geometry_.stepsH * geometry_.stepsW * cols_;
  const lowering::WeightOrder order = {.outputs = geometry_.outC,
                                       .kernelH = geometry_.stepsH,
                                       .kernelW = geometry_.stepsW,
                                       .cols = cols_,
                                       .chunkSteps = {geometry_.stepsH, geometry_.stepsW, 1}};
  const Weights& constant = layer_.weights;
  const std::optional<Layout> layout = lowering::packedLayout(constant.axes, order, constant.zeroPoint);
  WEFT_CHECK(layout, "depthwise weights have a packed layout");
  const uint32_t packed = addWeights(constant, *layout);
  loadBlock(e_.constant(packed), e_.constant(weights()), bytes, {}, {});
}

void MapLowering::setUp() {
  const Window& window = layer_.window;
  for (int pattern :
       {kVectorA, kVectorB, kVectorResult, kVectorConfig, kBlockDram, kBlockScratch, kOutputDram, kOutputScratch})
    e_.preset(pattern);
  if (const std::vector<size_t> inputs = loaded(); !inputs.empty())
    setUpInputLoad(inputs[0]);

  const int64_t pixelA = inputPixelPitch(0), rowA = inputRowPitch(0);
  if (!layer_.operation.parameters) { // all channels by one instruction
    e_.setField(kVectorResult, field::count2, geometry_.outPitch / cols_);
    for (int pattern : {kVectorA, kVectorB, kVectorResult})
      e_.setField(pattern, field::stride2, cols_);
  }
  e_.setField(kVectorA, field::stride0, window.strideW * pixelA);
  e_.setField(kVectorA, field::stride1, window.strideH * rowA);
  e_.setField(kVectorResult, field::stride0, resultPixelPitch());
  e_.setField(kVectorResult, field::stride1, resultRowPitch());
  if (layer_.inputs.size() > 1) {
    e_.setField(kVectorB, field::stride0, inputPixelPitch(1));
    e_.setField(kVectorB, field::stride1, inputRowPitch(1));
  } else if (layer_.operation.window) {
    e_.preset(kVectorB);
    e_.setField(kVectorB, field::count0, window.kernelW);
    e_.setField(kVectorB, field::stride0, window.dilationW * pixelA);
    e_.setField(kVectorB, field::count1, window.kernelH);
    e_.setField(kVectorB, field::stride1, window.dilationH * rowA);
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
  setTileTransfer(tile, geometry_.outPitch);
  const int64_t instructions = operation.parameters ? geometry_.columnTiles : 1;
  const int64_t taps = layer_.window.kernelH * layer_.window.kernelW;
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
      b = e_.add(e_.mul(column, taps * cols_), weights());
    Value d = e_.add(e_.mul(column, timing::VX_PARAM_READS * cols_), parameters());
    issueVector(operation.opcode, {a, b, resultAddress(tile, tile.index, column, column), d}, waits, signals);
  });
  if (!resident(layer_.output))
    e_.issue(Opcode::ST,
             {dramTileAddress(layer_.output, layer_.resultGrid, tile, e_.constant(0)),
              slot(outputBase_, tile.index, geometry_.outputTileBytes)},
             {kOutputDram, kOutputScratch}, {{kOutputFull, {}}},
             {reusedLater(kOutputEmpty, tile.index, geometry_.tiles())});
}

} // namespace

void Map::lower(const LoweringSite& site) const {
  MapLowering(site, *this).emit();
}

} // namespace weft::layers
