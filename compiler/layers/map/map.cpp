// Which network nodes are maps, and what their instruction does.
#include "compiler/layers/map/map.h"

#include "compiler/layers/operands.h"
#include "isa/generated/timing.h"
#include "isa/support/error.h"

#include <bit>
#include <fmt/format.h>

namespace weft::layers {
namespace {

using mapping::GraphBuilder;
using mapping::usualInnermost;
using net::Node;

constexpr Operation kOperations[] = {
    {.opcode = Opcode::VDW, .window = true, .weights = true, .parameters = true},
    {.opcode = Opcode::VSUM, .window = true, .parameters = true},
    {.opcode = Opcode::VMAX, .window = true},
    {.opcode = Opcode::VLUT},
    {.opcode = Opcode::VADD, .inputs = 2},
    {.opcode = Opcode::VMUL, .inputs = 2},
};

const Operation& operationOf(Opcode opcode) {
  for (const Operation& operation : kOperations)
    if (operation.opcode == opcode)
      return operation;
  throw Error(fmt::format("no map uses the instruction {}", static_cast<int>(opcode)));
}

bool match(GraphBuilder& builder, size_t node);
std::unique_ptr<mapping::Layer> fromAttributes(const WorkloadAttributes& attributes) {
  auto layer = std::make_unique<Map>(operationOf(static_cast<Opcode>(numbers(attributes, "opcode", 1)[0])));
  layer->readAttributes(attributes);
  return layer;
}

const mapping::LayerKind kKind = {"map", match, fromAttributes};
const mapping::RegisterKind kRegistered(kKind);

void setRequantise(const GraphBuilder& builder, const Node& node, int32_t zeroPoint, Map& layer) {
  layer.set(config::zo, zeroPoint);
  std::tie(layer.lo, layer.hi) = builder.clamp(node);
}

// Defines the result and adds the layer; a table that follows a depthwise convolution is part of it.
void finish(GraphBuilder& builder, std::unique_ptr<Map> layer, const Node& node, size_t innermost, const AsGrid& grid) {
  std::vector<const Node*> nodes = {&node};
  if (layer->operation.opcode == Opcode::VDW)
    if (const Node* lut = builder.soleConsumer(node); lut && lut->op == "Lut8") {
      layer->table = Operands(builder.network(), *lut).table(1);
      nodes.push_back(lut);
    }
  layer->output = builder.define(nodes.back()->outputs[0], innermost);
  layer->resultGrid = *grid(builder.activation(layer->output), builder.graph().storageOf(layer->output));
  builder.add(std::move(layer), nodes);
}

AsGrid imagesBy(const Window& window) {
  return
      [window](const Activation& activation, const Storage& storage) { return imagesOf(activation, storage, window); };
}

// Reads input 0 through a window, one or two spatial dimensions.
void finishWindow(GraphBuilder& builder, std::unique_ptr<Map> layer, const Node& node) {
  const AsGrid grid = imagesBy(layer->window);
  readAs(builder, node, builder.operand(node, 0, 1), 1, grid, *layer);
  finish(builder, std::move(layer), node, 1, grid);
}

void matchDepthwise(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  const net::Tensor& weights = builder.operandTensor(node, 3);
  if (!weights.isConstant || weights.shape.size() > 4)
    builder.refuse(node, "the weights must be a constant with one or two spatial dimensions");
  auto layer = std::make_unique<Map>(operationOf(Opcode::VDW));
  layer->window = windowOf(node, std::span(weights.shape).subspan(2));
  layer->fill = operands.zeroPoint(2);
  int64_t planes = 1;
  layer->weights = readWeights(builder, node, 3, 5, convolutionAxes(weights.shape.size()), planes);
  if (planes > 1)
    builder.refuse(node, "its weights, with zero points that differ between channels, do not fit 8 bits with one");
  layer->set(config::zb, layer->weights.zeroPoint);
  layer->requantise.scale = operands.requantiseScales(1, 4, 6, weights.shape[0]);
  layer->requantise.bias = operands.bias(8, weights.shape[0]);
  setRequantise(builder, node, operands.zeroPoint(7), *layer);
  layer->usefulMacs = static_cast<uint64_t>(net::elementCount(builder.resultTensor(node).shape) *
                                            layer->window.kernelH * layer->window.kernelW);
  finishWindow(builder, std::move(layer), node);
}

// The numbers of an average over the layer's window: operands x, sx, zx, sy, zy.
void setAverage(const GraphBuilder& builder, const Node& node, Map& layer) {
  const Operands operands(builder.network(), node);
  const auto channels = static_cast<size_t>(builder.operandTensor(node, 0).shape[1]);
  layer.fill = operands.zeroPoint(2);
  layer.set(config::zb, 0);
  layer.requantise.scale.assign(channels, operands.averageScale(1, 3, layer.window.kernelH * layer.window.kernelW));
  layer.requantise.bias.assign(channels, 0);
  setRequantise(builder, node, operands.zeroPoint(4), layer);
}

// Outputs whose windows have as many taps inside the input, stride by stride, along one dimension.
struct Run {
  int64_t output = 0, outputs = 1;
  int64_t input = 0, taps = 1; // of the first output
};

std::vector<Run> runsOf(int64_t outputs, int64_t inputs, int64_t kernel, int64_t stride, int64_t pad) {
  std::vector<Run> runs;
  for (int64_t output = 0; output < outputs; ++output) {
    const int64_t start = output * stride - pad, input = std::max<int64_t>(start, 0);
    const int64_t taps = std::min(start + kernel, inputs) - input;
    if (!runs.empty() && runs.back().taps == taps && input == runs.back().input + runs.back().outputs * stride)
      ++runs.back().outputs;
    else
      runs.push_back({output, 1, input, taps});
  }
  return runs;
}

// An average of what a window has inside the input: a layer without padding for each number of elements.
void matchAverageInside(GraphBuilder& builder, const Node& node, const Window& window) {
  const net::Shape &in = builder.operandTensor(node, 0).shape, &out = builder.resultTensor(node).shape;
  const size_t width = in.size() - 1, height = width - 1;
  const std::vector<Run> columns = runsOf(out[width], in[width], window.kernelW, window.strideW, window.padLeft);
  std::vector<Run> rows(1);
  if (in.size() == 4)
    rows = runsOf(out[height], in[height], window.kernelH, window.strideH, window.padTop);
  if (rows.size() * columns.size() > kMostParts)
    builder.refuse(node, fmt::format("it averages over {} different parts of its window; the accelerator takes {} at "
                                     "most",
                                     rows.size() * columns.size(), kMostParts));
  int32_t input = builder.operand(node, 0, 1);
  if (!builder.isWhole(input, 1))
    input = builder.copied(node, input, 1);
  const int32_t output = builder.define(node.outputs[0], 1);
  size_t part = 0;
  for (const Run& row : rows)
    for (const Run& column : columns) {
      if (row.taps < 1 || column.taps < 1)
        builder.refuse(node, "one of its windows lies in the padding alone");
      auto layer = std::make_unique<Map>(operationOf(Opcode::VSUM));
      layer->name = fmt::format("{}/part{}", node.name, part++);
      layer->window = {
          .kernelH = row.taps, .kernelW = column.taps, .strideH = window.strideH, .strideW = window.strideW};
      setAverage(builder, node, *layer);
      auto box = [&](int32_t activation, const Run& y, const Run& x) {
        View view = *mapping::sliced(builder.activation(activation).view, width, x.output, x.outputs);
        return builder.viewed(activation,
                              in.size() == 4 ? *mapping::sliced(view, height, y.output, y.outputs) : std::move(view));
      };
      auto read = [](const Run& run, int64_t stride) {
        return Run{.output = run.input, .outputs = (run.outputs - 1) * stride + run.taps};
      };
      const AsGrid grid = imagesBy(layer->window);
      readAs(builder, node, box(input, read(row, window.strideH), read(column, window.strideW)), 1, grid, *layer);
      layer->output = box(output, row, column);
      layer->resultGrid = *grid(builder.activation(layer->output), builder.graph().storageOf(layer->output));
      builder.add(std::move(layer), {&node});
    }
}

void matchPool(GraphBuilder& builder, const Node& node) {
  const bool isMax = node.op == "MaxPool";
  const net::Shape &in = builder.operandTensor(node, 0).shape, &out = builder.resultTensor(node).shape;
  if (in.size() < 3 || in.size() > 4)
    builder.refuse(node, "only one or two spatial dimensions are supported");
  auto layer = std::make_unique<Map>(operationOf(isMax ? Opcode::VMAX : Opcode::VSUM));
  layer->window = windowOf(node, node.integers("kernel_shape", {}));
  // With ceil_mode the last window may reach beyond the given padding.
  Window& window = layer->window;
  auto reach = [](int64_t outputs, int64_t stride, int64_t kernel, int64_t dilation, int64_t inputs, int64_t pad) {
    return (outputs - 1) * stride + (kernel - 1) * dilation + 1 - inputs - pad;
  };
  if (in.size() == 4)
    window.padBottom = std::max(window.padBottom,
                                reach(out[2], window.strideH, window.kernelH, window.dilationH, in[2], window.padTop));
  window.padRight = std::max(
      window.padRight, reach(out.back(), window.strideW, window.kernelW, window.dilationW, in.back(), window.padLeft));
  if (isMax) {
    std::tie(layer->lo, layer->hi) = builder.clamp(node);
    layer->fill = net::isSigned(builder.operandTensor(node, 0).type) ? -128 : 0; // padding never wins
  } else {
    if (window.isPadded() && node.integer("count_include_pad", 0) == 0) {
      matchAverageInside(builder, node, window);
      return;
    }
    setAverage(builder, node, *layer);
  }
  finishWindow(builder, std::move(layer), node);
}

void matchGlobalAverage(GraphBuilder& builder, const Node& node) {
  if (node.integer("channels_last", 0) != 0)
    builder.refuse(node, "channels_last = 1 is not supported");
  const net::Shape& map = builder.operandTensor(node, 0).shape;
  if (map.size() < 3 || map.size() > 4)
    builder.refuse(node, "only one or two spatial dimensions are supported");
  auto layer = std::make_unique<Map>(operationOf(Opcode::VSUM));
  layer->window.kernelH = map.size() == 4 ? map[2] : 1;
  layer->window.kernelW = map.back();
  setAverage(builder, node, *layer);
  finishWindow(builder, std::move(layer), node);
}

// How results with this innermost dimension are seen where no window reads them.
AsGrid pixels(size_t rank, size_t innermost) {
  if (rank == 4 && innermost == 1)
    return [](const Activation& activation, const Storage& storage) { return imagesOf(activation, storage, {}); };
  // The other dimensions from the last: columns, rows, and all before them images.
  return [=](const Activation& activation, const Storage& storage) -> std::optional<Grid> {
    std::array<std::vector<size_t>, 4> dims;
    dims[3] = {innermost};
    size_t axis = 2;
    for (size_t d = rank; d-- > 0;) {
      if (d == innermost)
        continue;
      dims[axis].insert(dims[axis].begin(), d);
      if (axis > 0)
        --axis;
    }
    return gridOf(activation, storage, dims);
  };
}

// One operand of an element-wise operator, broadcast to the result.
void readBroadcast(GraphBuilder& builder, const Node& node, size_t operand, size_t innermost, const AsGrid& grid,
                   Map& layer) {
  const net::Shape& shape = builder.resultTensor(node).shape;
  const net::Tensor& tensor = builder.operandTensor(node, operand);
  int32_t activation = -1;
  if (tensor.isConstant) {
    const size_t added = shape.size() - tensor.shape.size();
    const size_t rank = tensor.shape.size();
    activation = builder.constant(node, operand, innermost >= added ? innermost - added : rank - 1);
  } else if (tensor.shape == shape) {
    activation = builder.operand(node, operand, innermost);
  } else {
    activation = builder.operand(node, operand);
  }
  if (tensor.shape != shape) {
    activation = builder.viewed(activation, mapping::broadcast(builder.activation(activation).view, shape));
    if (!builder.isInnermost(activation, innermost))
      activation = builder.copied(node, activation, innermost);
  }
  readAs(builder, node, activation, innermost, grid, layer);
}

void matchBinary(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  const bool isAdd = node.op == "QLinearAdd";
  auto layer = std::make_unique<Map>(operationOf(isAdd ? Opcode::VADD : Opcode::VMUL));
  const net::Shape& shape = builder.resultTensor(node).shape;
  if (shape.empty())
    builder.refuse(node, "tensors without dimensions are not supported on the accelerator");
  layer->fill = operands.zeroPoint(2);
  if (isAdd) {
    const Addition addition = operands.addition();
    layer->set(config::ra, addition.rA);
    layer->set(config::rb, addition.rB);
    layer->set(config::rf, addition.constant);
  } else {
    layer->set(config::ra, operands.requantiseScales(1, 4, 6, 1)[0]);
    layer->set(config::zb, operands.zeroPoint(5));
    layer->set(config::zo, operands.zeroPoint(7));
  }
  std::tie(layer->lo, layer->hi) = builder.clamp(node);
  // The order of the first operand that needs no broadcasting.
  size_t innermost = usualInnermost(shape.size());
  for (size_t operand : {0, 3})
    if (const net::Tensor& tensor = builder.operandTensor(node, operand); !tensor.isConstant && tensor.shape == shape) {
      innermost = builder.innermostOf(builder.operand(node, operand)).value_or(innermost);
      break;
    }
  const AsGrid grid = pixels(shape.size(), innermost);
  for (size_t operand : {0, 3})
    readBroadcast(builder, node, operand, innermost, grid, *layer);
  finish(builder, std::move(layer), node, innermost, grid);
}

void matchTable(GraphBuilder& builder, const Node& node) {
  auto layer = std::make_unique<Map>(operationOf(Opcode::VLUT));
  layer->table = Operands(builder.network(), node).table(1);
  const size_t rank = builder.resultTensor(node).shape.size();
  if (rank == 0)
    builder.refuse(node, "tensors without dimensions are not supported on the accelerator");
  const size_t innermost = builder.innermostOf(builder.operand(node, 0)).value_or(usualInnermost(rank));
  const AsGrid grid = pixels(rank, innermost);
  readAs(builder, node, builder.operand(node, 0, innermost), innermost, grid, *layer);
  finish(builder, std::move(layer), node, innermost, grid);
}

// A window of one pixel over a padded map; other pads are moves.
bool matchPad(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  const std::vector<int64_t> pads = operands.integers(1);
  if (node.text("mode", "constant") != "constant" || node.inputs.size() > 3 || pads.size() != 8 || pads[0] || pads[1] ||
      pads[4] || pads[5] || std::any_of(pads.begin(), pads.end(), [](int64_t pad) { return pad < 0; }))
    return false;
  auto layer = std::make_unique<Map>(operationOf(Opcode::VMAX));
  std::tie(layer->lo, layer->hi) = builder.clamp(node);
  layer->window.padTop = pads[2];
  layer->window.padLeft = pads[3];
  layer->window.padBottom = pads[6];
  layer->window.padRight = pads[7];
  const bool hasValue = node.inputs.size() > 2 && node.inputs[2] >= 0;
  layer->fill = hasValue ? operands.zeroPoint(2) : 0;
  finishWindow(builder, std::move(layer), node);
  return true;
}

bool match(GraphBuilder& builder, size_t index) {
  const Node& node = builder.node(index);
  if (node.op == "QLinearConv")
    matchDepthwise(builder, node);
  else if (node.op == "MaxPool" || node.op == "QLinearAveragePool")
    matchPool(builder, node);
  else if (node.op == "QLinearGlobalAveragePool")
    matchGlobalAverage(builder, node);
  else if (node.op == "QLinearAdd" || node.op == "QLinearMul")
    matchBinary(builder, node);
  else if (node.op == "Lut8")
    matchTable(builder, node);
  else if (node.op == "Pad")
    return matchPad(builder, node);
  else
    return false;
  return true;
}

} // namespace

std::span<const Operation> operations() {
  return kOperations;
}

Map::Map(const Operation& op) : GridLayer(kKind), operation(op) {}

void Map::set(int field, float value) {
  settings.push_back({field, std::bit_cast<uint32_t>(value)});
}

WorkloadAttributes Map::attributes() const {
  WorkloadAttributes result = gridAttributes();
  result["opcode"] = {static_cast<int64_t>(operation.opcode)};
  result["table"] = {table.has_value()};
  result["weights"] = {net::isSigned(weights.type), weights.zeroPoint};
  std::vector<int64_t>& fields = result["settings"];
  for (const Setting& setting : settings)
    fields.push_back(setting.field);
  return result;
}

void Map::readAttributes(const WorkloadAttributes& attributes) {
  readGrids(attributes);
  const std::vector<int64_t>& w = numbers(attributes, "weights", 2);
  weights.type = w[0] != 0 ? net::DType::s8 : net::DType::u8;
  weights.zeroPoint = static_cast<int32_t>(w[1]);
  if (numbers(attributes, "table", 1)[0] != 0)
    table.emplace();
  auto fields = attributes.find("settings");
  if (fields == attributes.end())
    throw Error("attribute 'settings' is missing");
  for (int64_t field : fields->second) {
    if (field < 0 || field >= timing::PATTERN_FIELDS)
      throw Error(fmt::format("attribute 'settings' names field {}, there are {}", field, timing::PATTERN_FIELDS));
    settings.push_back({static_cast<int>(field), 0});
  }
  if (grids.size() != operation.inputs)
    throw Error(fmt::format("{} reads {} activations, not {}", info(operation.opcode).mnemonic, operation.inputs,
                            grids.size()));
  if (operation.opcode == Opcode::VLUT && !table)
    throw Error(fmt::format("{} has no table", info(operation.opcode).mnemonic));
}

} // namespace weft::layers
