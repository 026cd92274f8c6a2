#include "compiler/lowering/group_lowering.h"

#include "isa/support/error.h"

#include <bit>

namespace weft::lowering {

namespace {

using mapping::kLongestRun;

// Bytes of a run when a block of `bytes` is copied in equal runs.
int64_t runBytes(int64_t bytes) {
  for (int64_t runs = mapping::divideUp(bytes, kLongestRun);; ++runs)
    if (bytes % runs == 0)
      return bytes / runs;
}

} // namespace

GroupLowering::GroupLowering(Builder& builder, const mapping::DeviceGraph& graph, const Machine& machine,
                             const mapping::Plan& plan, size_t index, ConstantImage& constants)
    : e_(builder), graph_(graph), machine_(machine), plan_(plan), group_(graph.groups[index]),
      mapping_(plan.mapping.groups[index]), buffers_(plan.buffers[index]), geometry_(graph, group_, machine, mapping_),
      residency_(plan.residency(group_)), constants_(constants), rows_(machine.array.rows), cols_(machine.array.cols) {}

void GroupLowering::forTiles(const std::function<void(const Tile&)>& body) {
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

// not (index < buffers), as index >= buffers
Token GroupLowering::reused(int semaphore, Value index) const {
  return {semaphore, e_.less(e_.sub(e_.constant(mapping_.buffers - 1), index), 0)};
}

Token GroupLowering::reusedLater(int semaphore, Value index, int64_t total) const {
  return {semaphore, e_.less(index, total - mapping_.buffers)};
}

Value GroupLowering::slot(int64_t base, Value index, int64_t size) {
  return e_.add(e_.mul(e_.bitAnd(index, e_.constant(mapping_.buffers - 1)), size), base);
}

void GroupLowering::loadBlock(Value dram, Value scratch, int64_t bytes, const std::vector<Token>& waits,
                              const std::vector<Token>& signals) {
  int64_t run = runBytes(bytes);
  e_.setField(kBlockDram, field::count0, run);
  e_.setField(kBlockDram, field::count1, bytes / run);
  e_.setField(kBlockDram, field::stride1, run);
  e_.setField(kBlockDram, field::hi0, kLongestRun);
  e_.setField(kBlockScratch, field::stride1, run);
  e_.issue(Opcode::LD, {dram, scratch}, {kBlockDram, kBlockScratch}, waits, signals);
}

void GroupLowering::fillBlock(int64_t scratch, int64_t bytes, int32_t value) {
  int64_t run = runBytes(bytes);
  e_.setField(kBlockDram, field::count0, run);
  e_.setField(kBlockDram, field::count1, bytes / run);
  e_.setField(kBlockDram, field::hi0, int64_t{0}); // nothing real: all fill
  e_.setField(kBlockDram, field::fill, value & 255);
  e_.setField(kBlockScratch, field::stride1, run);
  e_.issue(Opcode::LD, {e_.constant(0), e_.constant(scratch)}, {kBlockDram, kBlockScratch}, {}, {});
}

void GroupLowering::loadTable(const std::vector<uint8_t>& table, int64_t scratch) {
  loadBlock(e_.constant(constants_.add(table, MapUse::table, table.size())), e_.constant(scratch), timing::LUT_ENTRIES,
            {}, {{kTableFull, {}}});
  Value zero = e_.constant(0);
  issueVector(Opcode::VLDLUT, {e_.constant(scratch), zero, zero, zero}, {{kTableFull, {}}}, {});
}

uint32_t GroupLowering::addParameters() {
  return constants_.add(packParameters(group_, geometry_, machine_), MapUse::parameters,
                        group_.requantise.bias.size() * sizeof(int32_t) +
                            group_.requantise.scale.size() * sizeof(float));
}

int64_t GroupLowering::pitch(int32_t index) const {
  return mapping::channelPitch(activation(index), machine_);
}

int64_t GroupLowering::inputPixelPitch(int operand) const {
  if (mapping_.input == mapping::InputFlow::windows)
    return geometry_.windowPitch;
  return pitch(group_.inputs[static_cast<size_t>(operand)]);
}

int64_t GroupLowering::inputRowPitch(int operand) const {
  int32_t index = group_.inputs[static_cast<size_t>(operand)];
  if (operand == 0 ? residency_.input : residency_.secondInput)
    return residentRowPitch(index);
  if (mapping_.input == mapping::InputFlow::windows)
    return geometry_.tileCols * geometry_.windowPitch;
  return geometry_.inTileCols * pitch(index);
}

int64_t GroupLowering::residentRowPitch(int32_t index) const {
  const mapping::Home& place = home(index);
  int64_t width = index == group_.output ? geometry_.outW : activation(index).width;
  return (width + place.padLeft + place.padRight) * pitch(index);
}

void GroupLowering::setUpInputLoad(int operand) {
  const mapping::Window& window = group_.window;
  const int64_t channelPitch = inputPixelPitch(operand);
  e_.preset(kInputDram);
  e_.preset(kInputScratch);
  if (mapping_.input == mapping::InputFlow::windows) {
    const mapping::Home& place = home(group_.inputs[0]);
    int64_t width = geometry_.inW + place.padLeft + place.padRight;
    e_.setField(kInputDram, field::count0, window.kernelW * geometry_.inC);
    e_.setField(kInputDram, field::stride1, window.strideW * geometry_.inC);
    e_.setField(kInputDram, field::stride2, width * geometry_.inC);
    e_.setField(kInputScratch, field::stride1, geometry_.windowPitch);
    e_.setField(kInputScratch, field::stride2, geometry_.tileCols * geometry_.windowPitch);
    return;
  }
  const int64_t run = geometry_.inTileCols * channelPitch;
  e_.setField(kInputDram, field::fill, group_.inputZeroPoint & 255);
  if (run <= kLongestRun) {
    e_.setField(kInputDram, field::count0, run);
    e_.setField(kInputDram, field::count1, geometry_.inTileRows);
    e_.setField(kInputDram, field::stride1, geometry_.inW * channelPitch);
    e_.setField(kInputScratch, field::stride1, run);
    return;
  }
  // Rows too long for one run: a run for each pixel.
  WEFT_CHECK(geometry_.loadsInputTile(group_), "the chooser took a tile that cannot be loaded");
  e_.setField(kInputDram, field::count0, channelPitch);
  e_.setField(kInputDram, field::count1, geometry_.inTileCols);
  e_.setField(kInputDram, field::count2, geometry_.inTileRows);
  e_.setField(kInputDram, field::stride1, channelPitch);
  e_.setField(kInputDram, field::stride2, geometry_.inW * channelPitch);
  e_.setField(kInputScratch, field::stride1, channelPitch);
  e_.setField(kInputScratch, field::stride2, run);
}

void GroupLowering::loadInputTile(int operand, const Tile& tile, const std::vector<Token>& waits,
                                  const std::vector<Token>& signals) {
  const mapping::Window& window = group_.window;
  const mapping::Home& place = home(group_.inputs[static_cast<size_t>(operand)]);
  int64_t base = operand == 0 ? buffers_.input : buffers_.secondInput;
  Value scratch = geometry_.tiles() > 1 ? slot(base, tile.index, geometry_.inputTileBytes) : e_.constant(base);
  Value y = e_.mul(tile.y, window.strideH), x = e_.mul(tile.x, window.strideW);
  if (mapping_.input == mapping::InputFlow::windows) {
    // The border lies in memory; rows follow the tile's real size.
    int64_t width = geometry_.inW + place.padLeft + place.padRight;
    int64_t height = geometry_.inH + place.padTop + place.padBottom;
    e_.setField(kInputDram, field::count1, tile.cols);
    e_.setField(kInputDram, field::count2,
                e_.add(e_.mul(e_.add(tile.rows, -1), window.strideH), (window.kernelH - 1) * window.dilationH + 1));
    Value pixel = e_.add(e_.mul(e_.add(e_.mul(tile.image, height), y), width), x);
    e_.issue(Opcode::LD, {e_.add(e_.mul(pixel, geometry_.inC), place.address), scratch}, {kInputDram, kInputScratch},
             waits, signals);
    return;
  }
  const int64_t channelPitch = inputPixelPitch(operand);
  const int64_t run = geometry_.inTileCols * channelPitch;
  Value inY = e_.add(y, -window.padTop), inX = e_.add(x, -window.padLeft);
  // Real rows and columns of the tile: [0, H) and [0, W) as seen from its first pixel.
  auto begin = [&](Value first) { return e_.maximum(e_.constant(0), e_.sub(e_.constant(0), first)); };
  auto end = [&](Value first, int64_t extent, int64_t whole) {
    return e_.maximum(e_.constant(0), e_.minimum(e_.constant(whole), e_.sub(e_.constant(extent), first)));
  };
  if (run <= kLongestRun) {
    e_.setField(kInputDram, field::lo0, e_.mul(begin(inX), channelPitch));
    e_.setField(kInputDram, field::hi0, e_.mul(end(inX, geometry_.inW, geometry_.inTileCols), channelPitch));
    e_.setField(kInputDram, field::lo1, begin(inY));
    e_.setField(kInputDram, field::hi1, end(inY, geometry_.inH, geometry_.inTileRows));
  } else {
    e_.setField(kInputDram, field::lo1, begin(inX));
    e_.setField(kInputDram, field::hi1, end(inX, geometry_.inW, geometry_.inTileCols));
  }
  Value pixel = e_.add(e_.mul(e_.add(e_.mul(tile.image, geometry_.inH), inY), geometry_.inW), inX);
  e_.issue(Opcode::LD, {e_.add(e_.mul(pixel, channelPitch), place.address), scratch}, {kInputDram, kInputScratch},
           waits, signals);
}

Value GroupLowering::inputAddress(int operand, const Tile& tile) {
  int32_t index = group_.inputs[static_cast<size_t>(operand)];
  if (!(operand == 0 ? residency_.input : residency_.secondInput)) {
    int64_t base = operand == 0 ? buffers_.input : buffers_.secondInput;
    return geometry_.tiles() > 1 ? slot(base, tile.index, geometry_.inputTileBytes) : e_.constant(base);
  }
  const mapping::Home& place = home(index);
  const mapping::Window& window = group_.window;
  int64_t height = geometry_.inH + place.padTop + place.padBottom;
  int64_t width = geometry_.inW + place.padLeft + place.padRight;
  Value row = e_.add(e_.mul(tile.y, window.strideH), place.padTop - window.padTop);
  Value col = e_.add(e_.mul(tile.x, window.strideW), place.padLeft - window.padLeft);
  Value pixel = e_.add(e_.mul(e_.add(e_.mul(tile.image, height), row), width), col);
  return e_.add(e_.mul(pixel, pitch(index)), place.address);
}

Value GroupLowering::residentAddress(int32_t index, const Tile& tile, Value column) {
  const mapping::Home& place = home(index);
  int64_t height = geometry_.outH + place.padTop + place.padBottom;
  int64_t width = geometry_.outW + place.padLeft + place.padRight;
  Value pixel = e_.add(e_.mul(e_.add(e_.mul(tile.image, height), e_.add(tile.y, place.padTop)), width),
                       e_.add(tile.x, place.padLeft));
  return e_.add(e_.add(e_.mul(pixel, pitch(index)), place.address), e_.mul(column, cols_));
}

Value GroupLowering::resultAddress(const Tile& tile, Value block, Value column, Value inGroup) {
  if (residency_.output)
    return residentAddress(group_.output, tile, column);
  return e_.add(slot(buffers_.output, block, geometry_.outputTileBytes), e_.mul(inGroup, cols_));
}

int64_t GroupLowering::resultPixelPitch() const {
  if (residency_.output || group_.kind != mapping::GroupKind::matrix)
    return geometry_.outPitch;
  return mapping_.columnTiles * cols_;
}

int64_t GroupLowering::resultRowPitch() const {
  return residency_.output ? residentRowPitch(group_.output) : geometry_.tileCols * resultPixelPitch();
}

void GroupLowering::setTileTransfer(const Tile& tile, int64_t channels) {
  const int64_t pixels = geometry_.outPitch; // bytes from pixel to pixel in DRAM
  if (channels == pixels && geometry_.tileCols * pixels <= kLongestRun) {
    e_.setField(kOutputDram, field::count0, e_.mul(tile.cols, pixels));
    e_.setField(kOutputDram, field::count1, tile.rows);
    e_.setField(kOutputDram, field::stride1, geometry_.outW * pixels);
    e_.setField(kOutputScratch, field::stride1, geometry_.tileCols * pixels);
    return;
  }
  e_.setField(kOutputDram, field::count0, channels);
  e_.setField(kOutputDram, field::count1, tile.cols);
  e_.setField(kOutputDram, field::count2, tile.rows);
  e_.setField(kOutputDram, field::stride1, pixels);
  e_.setField(kOutputDram, field::stride2, geometry_.outW * pixels);
  e_.setField(kOutputScratch, field::stride1, channels);
  e_.setField(kOutputScratch, field::stride2, geometry_.tileCols * channels);
}

Value GroupLowering::dramTileAddress(int32_t index, const Tile& tile, Value firstChannel) {
  Value pixel = e_.add(e_.mul(e_.add(e_.mul(tile.image, geometry_.outH), tile.y), geometry_.outW), tile.x);
  return e_.add(e_.add(e_.mul(pixel, geometry_.outPitch), home(index).address), firstChannel);
}

void GroupLowering::fillBorder() {
  const mapping::Home& place = home(group_.output);
  if (!residency_.output || (!place.padTop && !place.padLeft && !place.padBottom && !place.padRight))
    return;
  const int64_t rowPitch = residentRowPitch(group_.output), pixel = pitch(group_.output);
  const int64_t height = geometry_.outH + place.padTop + place.padBottom;
  e_.preset(kBlockDram);
  e_.preset(kBlockScratch);
  e_.setField(kBlockDram, field::hi0, int64_t{0});
  e_.setField(kBlockDram, field::fill, place.padValue & 255);
  auto fill = [&](int64_t address, int64_t run, int64_t count, int64_t stride) {
    if (run == 0 || count == 0)
      return;
    WEFT_CHECK(run <= kLongestRun && count <= kLongestRun, "the planner took a border that cannot be filled");
    e_.setField(kBlockDram, field::count0, run);
    e_.setField(kBlockDram, field::count1, count);
    e_.setField(kBlockScratch, field::stride1, stride);
    e_.issue(Opcode::LD, {e_.constant(0), e_.constant(address)}, {kBlockDram, kBlockScratch}, {}, {});
  };
  for (int64_t image = 0; image < geometry_.batch; ++image) {
    int64_t base = place.address + image * height * rowPitch;
    fill(base, rowPitch, place.padTop, rowPitch);
    fill(base + (place.padTop + geometry_.outH) * rowPitch, rowPitch, place.padBottom, rowPitch);
    int64_t inner = base + place.padTop * rowPitch;
    fill(inner, place.padLeft * pixel, geometry_.outH, rowPitch);
    fill(inner + (place.padLeft + geometry_.outW) * pixel, place.padRight * pixel, geometry_.outH, rowPitch);
  }
}

void GroupLowering::vectorSync(const std::vector<Token>& waits, const std::vector<Token>& signals) {
  Value zero = e_.constant(0);
  e_.issue(Opcode::VMAX, {zero, zero, e_.constant(machine_.lineBytes()), zero}, {kUnit, kUnit, kUnit, kSyncConfig},
           waits, signals);
}

void GroupLowering::issueVector(Opcode opcode, const std::vector<Value>& registers, std::vector<Token> waits,
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

void GroupLowering::setTypes(int pattern, bool aSigned, bool bSigned, bool resultSigned, int32_t flags) {
  e_.setField(pattern, config::types, (aSigned ? 1 : 0) | (bSigned ? 1 : 0) << 4 | (resultSigned ? 1 : 0) << 8 | flags);
}

void GroupLowering::setFloat(int pattern, int number, float value) {
  e_.setField(pattern, number, static_cast<int64_t>(std::bit_cast<int32_t>(value)));
}

} // namespace weft::lowering
