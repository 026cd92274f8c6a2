// Groups on the vector engine alone: depthwise convolution, pooling, element-wise operators: load -> vector -> store.
#include "compiler/lowering/group_lowering.h"

#include "isa/support/error.h"

namespace weft::lowering {

using mapping::GroupKind;

bool VectorLowering::elementwise() const {
  return group_.kind == GroupKind::add || group_.kind == GroupKind::multiply || group_.kind == GroupKind::lut;
}

Opcode VectorLowering::opcode() const {
  switch (group_.kind) {
  case GroupKind::depthwise:
    return Opcode::VDW;
  case GroupKind::maxPool:
    return Opcode::VMAX;
  case GroupKind::sum:
    return Opcode::VSUM;
  case GroupKind::add:
    return Opcode::VADD;
  case GroupKind::multiply:
    return Opcode::VMUL;
  default:
    WEFT_CHECK(group_.kind == GroupKind::lut, "not a vector group");
    return Opcode::VLUT;
  }
}

void VectorLowering::emit() {
  setUp();
  e_.fence();
  loadConstants();
  forTiles([&](const Tile& tile) { emitTile(tile); });
}

void VectorLowering::loadConstants() {
  fillBorder();
  e_.preset(kBlockDram);
  e_.preset(kBlockScratch);
  if (group_.kind == GroupKind::depthwise) {
    std::vector<uint8_t> weights = packDepthwiseWeights(group_, geometry_, machine_);
    loadBlock(e_.constant(constants_.add(weights, MapUse::weights, group_.weights.size())),
              e_.constant(buffers_.weights), static_cast<int64_t>(weights.size()), {}, {});
  }
  if (group_.kind == GroupKind::depthwise || group_.kind == GroupKind::sum)
    loadBlock(e_.constant(addParameters()), e_.constant(buffers_.parameters),
              geometry_.columnTiles * timing::VX_PARAM_READS * cols_, {}, {{kParametersFull, {}}});
  const std::vector<uint8_t>& table = group_.kind == GroupKind::lut ? group_.tables[0] : group_.table;
  if (!table.empty())
    loadTable(table, buffers_.parameters + buffers_.sizes.parameters - timing::LUT_ENTRIES);
}

void VectorLowering::setUp() {
  const mapping::Window& window = group_.window;
  for (int pattern :
       {kVectorA, kVectorB, kVectorResult, kVectorConfig, kBlockDram, kBlockScratch, kOutputDram, kOutputScratch})
    e_.preset(pattern);
  if (!residency_.input || (group_.inputs.size() > 1 && !residency_.secondInput))
    setUpInputLoad(0);

  const bool depthwise = group_.kind == GroupKind::depthwise;
  const int64_t pixelA = inputPixelPitch(0), rowA = inputRowPitch(0);
  const bool whole = elementwise() || group_.kind == GroupKind::maxPool; // all channels by one instruction
  if (whole) {
    e_.setField(kVectorResult, field::count2, geometry_.outPitch / cols_);
    for (int pattern : {kVectorA, kVectorB, kVectorResult})
      e_.setField(pattern, field::stride2, cols_);
  }
  e_.setField(kVectorA, field::stride0, window.strideW * pixelA);
  e_.setField(kVectorA, field::stride1, window.strideH * rowA);
  e_.setField(kVectorResult, field::stride0, resultPixelPitch());
  e_.setField(kVectorResult, field::stride1, resultRowPitch());
  if (group_.inputs.size() > 1) {
    e_.setField(kVectorB, field::stride0, inputPixelPitch(1));
    e_.setField(kVectorB, field::stride1, inputRowPitch(1));
  } else if (!elementwise()) {
    e_.preset(kVectorB);
    e_.setField(kVectorB, field::count0, window.kernelW);
    e_.setField(kVectorB, field::stride0, window.dilationW * pixelA);
    e_.setField(kVectorB, field::count1, window.kernelH);
    e_.setField(kVectorB, field::stride1, window.dilationH * rowA);
  }
  bool bSigned = group_.inputs.size() > 1 ? activation(group_.inputs[1]).isSigned : group_.weightSigned;
  setTypes(kVectorConfig, activation(group_.inputs[0]).isSigned, bSigned, activation(group_.output).isSigned,
           depthwise && !group_.table.empty() ? flag::lut : 0);
  e_.setField(kVectorConfig, config::za, group_.inputZeroPoint);
  auto bounds = [&](int32_t lo, int32_t hi) {
    e_.setField(kVectorConfig, config::lo, lo);
    e_.setField(kVectorConfig, config::hi, hi);
  };
  switch (group_.kind) {
  case GroupKind::add:
    setFloat(kVectorConfig, config::ra, group_.addition.rA);
    setFloat(kVectorConfig, config::rb, group_.addition.rB);
    setFloat(kVectorConfig, config::rf, group_.addition.constant);
    bounds(group_.addition.lo, group_.addition.hi);
    break;
  case GroupKind::multiply:
    setFloat(kVectorConfig, config::ra, group_.productScale);
    e_.setField(kVectorConfig, config::zb, group_.secondZeroPoint);
    e_.setField(kVectorConfig, config::zo, group_.outputZeroPoint);
    bounds(group_.lo, group_.hi);
    break;
  case GroupKind::maxPool:
    bounds(group_.lo, group_.hi);
    break;
  default:
    e_.setField(kVectorConfig, config::zb, group_.weightZeroPoint);
    e_.setField(kVectorConfig, config::zo, group_.requantise.zeroPoint);
    bounds(group_.requantise.lo, group_.requantise.hi);
  }
}

void VectorLowering::emitTile(const Tile& tile) {
  const bool loadsFirst = !residency_.input;
  const bool loadsSecond = group_.inputs.size() > 1 && !residency_.secondInput;
  const bool loads = loadsFirst || loadsSecond;
  std::vector<Token> reuse = {reused(kVectorInputEmpty, tile.index)}, full = {{kVectorInputFull, {}}};
  if (loadsFirst)
    loadInputTile(0, tile, reuse, loadsSecond ? std::vector<Token>{} : full);
  if (loadsSecond)
    loadInputTile(1, tile, loadsFirst ? std::vector<Token>{} : reuse, full);

  e_.setField(kVectorResult, field::count0, tile.cols);
  e_.setField(kVectorResult, field::count1, tile.rows);
  setTileTransfer(tile, geometry_.outPitch);
  const bool parameters = group_.kind == GroupKind::depthwise || group_.kind == GroupKind::sum;
  const bool whole = !parameters;
  const int64_t instructions = whole ? 1 : geometry_.columnTiles;
  const int64_t taps = group_.window.kernelH * group_.window.kernelW;
  e_.loop(instructions, [&](Value column) {
    Value first = e_.equal(column, 0), last = e_.equal(column, instructions - 1);
    std::vector<Token> waits, signals;
    if (loads) { // parameters were loaded before the first tile
      waits.push_back({kVectorInputFull, first});
      signals.push_back(
          {kVectorInputEmpty, e_.both(last, *reusedLater(kVectorInputEmpty, tile.index, geometry_.tiles()).when)});
    }
    if (parameters)
      waits.push_back({kParametersFull, e_.both(first, e_.equal(tile.index, 0))});
    if (!residency_.output) {
      waits.push_back({kOutputEmpty, e_.both(first, *reused(kOutputEmpty, tile.index).when)});
      signals.push_back({kOutputFull, last});
    }
    Value channel = e_.mul(column, cols_);
    Value a = e_.add(inputAddress(0, tile), channel);
    Value b = e_.constant(0);
    if (group_.inputs.size() > 1)
      b = inputAddress(1, tile);
    else if (group_.kind == GroupKind::depthwise)
      b = e_.add(e_.mul(column, taps * cols_), buffers_.weights);
    Value d = e_.add(e_.mul(column, timing::VX_PARAM_READS * cols_), buffers_.parameters);
    issueVector(opcode(), {a, b, resultAddress(tile, tile.index, column, column), d}, waits, signals);
  });
  if (!residency_.output)
    e_.issue(Opcode::ST,
             {dramTileAddress(group_.output, tile, e_.constant(0)),
              slot(buffers_.output, tile.index, geometry_.outputTileBytes)},
             {kOutputDram, kOutputScratch}, {{kOutputFull, {}}},
             {reusedLater(kOutputEmpty, tile.index, geometry_.tiles())});
}

} // namespace weft::lowering
