// Which network nodes are contractions, and what of them is fused.
#include "compiler/layers/contraction/contraction.h"

#include "compiler/layers/operands.h"
#include "compiler/mapping/graph_builder.h"
#include "isa/support/error.h"

#include <fmt/format.h>

namespace weft::layers {
namespace {

using lowering::WeightAxis;
using mapping::GraphBuilder;
using net::Node;

// Channels of an input that is taken as windows.
constexpr int64_t kFewChannels = 4;

bool match(GraphBuilder& builder, size_t node);
std::unique_ptr<mapping::Layer> fromAttributes(const WorkloadAttributes& attributes) {
  auto layer = std::make_unique<Contraction>();
  layer->readAttributes(attributes);
  return layer;
}

const mapping::LayerKind kKind = {"contraction", match, fromAttributes};
const mapping::RegisterKind kRegistered(kKind);

// Takes a residual addition and then a table after the contraction into its layer, when nobody else reads the
// intermediate value and the other addend exists already; then defines the result.
//
// `grid`: how activations of the result's shape are seen.
void finish(GraphBuilder& builder, std::unique_ptr<Contraction> layer, const Node& node, size_t innermost,
            const AsGrid& grid) {
  std::vector<const Node*> nodes = {&node};
  const Node* add = builder.soleConsumer(node);
  if (add && add->op == "QLinearAdd" && add->inputs[0] != add->inputs[3] &&
      builder.operandTensor(*add, 0).shape == builder.operandTensor(*add, 3).shape) {
    const bool first = add->inputs[0] == node.outputs[0];
    const std::optional<int32_t> other = builder.existing(add->inputs[first ? 3 : 0]);
    if (other && builder.isWhole(*other, innermost)) {
      Residual residual{Operands(builder.network(), *add).addition(), !first};
      if (!first)
        std::swap(residual.addition.rA, residual.addition.rB);
      std::tie(residual.addition.lo, residual.addition.hi) = builder.clamp(*add);
      layer->residual = residual;
      layer->inputs.push_back(*other);
      layer->grids.push_back(*grid(builder.activation(*other), builder.graph().storageOf(*other)));
      nodes.push_back(add);
    }
  }
  if (const Node* lut = builder.soleConsumer(*nodes.back()); lut && lut->op == "Lut8") {
    layer->table = Operands(builder.network(), *lut).table(1);
    nodes.push_back(lut);
  }
  layer->output = builder.define(nodes.back()->outputs[0], innermost);
  layer->resultGrid = *grid(builder.activation(layer->output), builder.graph().storageOf(layer->output));
  builder.add(std::move(layer), nodes);
}

// QLinearConv (x, sx, zx, w, sw, zw, sy, zy, bias).
void matchConvolution(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  const net::Tensor& weights = builder.operandTensor(node, 3);
  const size_t rank = weights.shape.size();
  if (!weights.isConstant || rank < 3 || rank > 4)
    builder.refuse(node, "the weights must be a constant with one or two spatial dimensions");
  auto layer = std::make_unique<Contraction>();
  layer->window = windowOf(node, std::span(weights.shape).subspan(2));
  auto grid = [window = layer->window](const Activation& activation, const Storage& storage) {
    return imagesOf(activation, storage, window);
  };
  readAs(builder, node, builder.operand(node, 0, 1), 1, grid, *layer);
  const int64_t outputs = weights.shape[0], inputsPerGroup = weights.shape[1];
  const int64_t taps = layer->window.kernelH * layer->window.kernelW;
  layer->fill = operands.zeroPoint(2);
  layer->weights = readWeights(builder, node, 3, 5, convolutionAxes(rank), layer->planes);
  layer->weights.groups = node.integer("group", 1);
  layer->requantise.scale = operands.requantiseScales(1, 4, 6, outputs);
  layer->requantise.bias = operands.bias(8, outputs);
  layer->requantise.zeroPoint = operands.zeroPoint(7);
  std::tie(layer->requantise.lo, layer->requantise.hi) = builder.clamp(node);
  layer->usefulMacs =
      static_cast<uint64_t>(net::elementCount(builder.resultTensor(node).shape) * inputsPerGroup * taps);
  finish(builder, std::move(layer), node, 1, grid);
}

// A flattened feature map is a convolution whose kernel is the whole map: of the digits of the summed dimension one
// goes through the channels, the others are taps of a window.
bool readFlattened(const GraphBuilder& builder, int32_t input, Contraction& layer) {
  const Activation& activation = builder.activation(input);
  const auto last = static_cast<int32_t>(activation.view.start.size()) - 1;
  const View::Levels& levels = activation.view.dims[1];
  const std::optional<Grid> images = gridOf(activation, builder.graph().storageOf(input), {{{0}, {}, {}, {}}});
  if (levels.size() < 2 || !images || layer.planes > 1)
    return false;
  Grid grid = *images;
  std::vector<WeightAxis> axes(levels.size());
  std::vector<size_t> taps; // the least significant first
  bool channels = false;
  for (size_t i = levels.size(); i-- > 0;) {
    if (levels[i].along == last && levels[i].step == 1 && !channels) {
      grid.channels = {levels[i].count, levels[i].along, 1};
      axes[i] = WeightAxis::channel;
      channels = true;
    } else {
      taps.push_back(i);
    }
  }
  if (!channels || taps.size() > 2 || grid.channels.extent != builder.graph().storageOf(input).extents.back())
    return false;
  auto tap = [&](size_t number, WeightAxis axis, Axis& place, int64_t& kernel) {
    if (number >= taps.size())
      return;
    const View::Level& level = levels[taps[number]];
    axes[taps[number]] = axis;
    place = {level.count, level.along, level.step};
    kernel = level.count;
  };
  tap(0, WeightAxis::kernelW, grid.width, layer.window.kernelW);
  tap(1, WeightAxis::kernelH, grid.height, layer.window.kernelH);
  *std::find(layer.weights.axes.begin(), layer.weights.axes.end(), std::vector{WeightAxis::channel}) = axes;
  layer.inputs = {input};
  layer.grids = {grid};
  return true;
}

// A product of two activations: [..., M, K] times [..., K, N].
void matchProduct(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  const bool isGemm = node.op == "QGemm";
  const net::Shape& shape = builder.resultTensor(node).shape;
  const size_t rank = shape.size(), rankA = builder.operandTensor(node, 0).shape.size(),
               rankB = builder.operandTensor(node, 3).shape.size();
  if (rankA < 2 || rankB < 2)
    builder.refuse(node, "both sides must have at least rank 2");
  const std::vector<int64_t> exchange = {1, 0};
  auto operand = [&](size_t number, bool transposed) {
    int32_t index = builder.operand(node, number);
    if (transposed)
      index = builder.viewed(index, mapping::transposed(builder.activation(index).view, exchange));
    const net::Shape own = builder.activation(index).view.shape();
    net::Shape full(shape.begin(), shape.end() - 2);
    full.insert(full.end(), own.end() - 2, own.end());
    if (full != own)
      index = builder.viewed(index, mapping::broadcast(builder.activation(index).view, full));
    return builder.isInnermost(index, rank - 1) ? index : builder.copied(node, index, rank - 1);
  };
  auto layer = std::make_unique<Contraction>();
  layer->computedRight = true;
  layer->weights.type = builder.operandTensor(node, 3).type;
  layer->weights.zeroPoint = operands.zeroPoint(5);
  std::array<std::vector<size_t>, 4> dims;
  for (size_t d = 0; d + 2 < rank; ++d)
    dims[0].push_back(d);
  dims[2] = {rank - 2};
  dims[3] = {rank - 1};
  const AsGrid grid = [dims](const Activation& activation, const Storage& storage) {
    return gridOf(activation, storage, dims);
  };
  readAs(builder, node, operand(0, isGemm && node.integer("transA", 0) != 0), rank - 1, grid, *layer);
  readAs(builder, node, operand(3, isGemm && node.integer("transB", 0) != 0), rank - 1, grid, *layer);
  layer->fill = operands.zeroPoint(2);
  const size_t outputScale = isGemm ? 7 : 6;
  layer->requantise.scale = operands.requantiseScales(1, 4, outputScale, shape.back(),
                                                      isGemm ? static_cast<float>(node.real("alpha", 1.0)) : 1.0f);
  layer->requantise.bias =
      isGemm ? operands.bias(6, shape.back()) : std::vector<int32_t>(static_cast<size_t>(shape.back()), 0);
  layer->requantise.zeroPoint = operands.zeroPoint(outputScale + 1);
  std::tie(layer->requantise.lo, layer->requantise.hi) = builder.clamp(node);
  layer->usefulMacs = static_cast<uint64_t>(net::elementCount(shape) * layer->grids[0].channels.extent);
  layer->output = builder.define(node.outputs[0], rank - 1);
  layer->resultGrid = *grid(builder.activation(layer->output), builder.graph().storageOf(layer->output));
  builder.add(std::move(layer), {&node});
}

// QGemm (a, sa, za, b, sb, zb, bias, sy, zy) and QLinearMatMul (a, sa, za, b, sb, zb, sy, zy).
void matchMatrix(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  const bool isGemm = node.op == "QGemm";
  const net::Tensor& weights = builder.operandTensor(node, 3);
  const size_t rank = builder.operandTensor(node, 0).shape.size();
  if (!weights.isConstant || weights.shape.size() != 2)
    builder.refuse(node, "the right side must be a constant of rank 2");
  if (rank < 2)
    builder.refuse(node, "the left side must have at least rank 2");
  if (isGemm && node.integer("transA", 0) != 0)
    builder.refuse(node, "transA = 1 is not supported");
  const bool transposed = isGemm && node.integer("transB", 0) != 0;
  const int64_t depth = weights.shape[transposed ? 1 : 0], outputs = weights.shape[transposed ? 0 : 1];

  auto layer = std::make_unique<Contraction>();
  lowering::WeightAxes axes = {{WeightAxis::channel}, {WeightAxis::output}};
  if (transposed)
    std::swap(axes[0], axes[1]);
  layer->weights = readWeights(builder, node, 3, 5, axes, layer->planes);
  AsGrid grid = rowsOf;
  if (rank == 2 && readFlattened(builder, builder.operand(node, 0), *layer))
    grid = [window = layer->window](const Activation& activation, const Storage& storage) {
      return imagesOf(activation, storage, window);
    };
  else
    readAs(builder, node, builder.operand(node, 0, rank - 1), rank - 1, grid, *layer);
  layer->fill = operands.zeroPoint(2);
  const size_t outputScale = isGemm ? 7 : 6;
  layer->requantise.scale = operands.requantiseScales(1, 4, outputScale, outputs,
                                                      isGemm ? static_cast<float>(node.real("alpha", 1.0)) : 1.0f);
  layer->requantise.bias = isGemm ? operands.bias(6, outputs) : std::vector<int32_t>(static_cast<size_t>(outputs), 0);
  layer->requantise.zeroPoint = operands.zeroPoint(outputScale + 1);
  std::tie(layer->requantise.lo, layer->requantise.hi) = builder.clamp(node);
  layer->usefulMacs = static_cast<uint64_t>(net::elementCount(builder.resultTensor(node).shape) * depth);
  finish(builder, std::move(layer), node, rank - 1, grid);
}

bool match(GraphBuilder& builder, size_t index) {
  const Node& node = builder.node(index);
  if (node.op != "QLinearConv" && !builder.operandTensor(node, 3).isConstant)
    matchProduct(builder, node);
  else if (node.op != "QLinearConv")
    matchMatrix(builder, node);
  else if (isDepthwise(builder, node))
    return false; // one multiply-accumulate per lane and cycle is what a diagonal weight tile would give, too
  else
    matchConvolution(builder, node);
  return true;
}

} // namespace

Contraction::Contraction() : GridLayer(kKind) {}

// Tiles of the right side are gathered from DRAM.
bool Contraction::takesResident(const DeviceGraph& graph, int32_t activation) const {
  return !(computedRight && inputs[right()] == activation) && GridLayer::takesResident(graph, activation);
}

// Few channels would leave most of the array idle: windows of the input are its rows then. The border is in memory.
std::optional<mapping::BorderWish> Contraction::windowWish(const DeviceGraph& graph) const {
  const Grid& input = grids[0];
  if (input.channels.extent > kFewChannels || window.dilationW != 1 || window.kernelW == 1 ||
      (residual && inputs[1] == inputs[0]) || !takesBorder(graph, inputs[0]))
    return std::nullopt;
  const int64_t bottom = (resultGrid.height.extent - 1) * window.strideH + (window.kernelH - 1) * window.dilationH + 1 -
                         input.height.extent - window.padTop;
  const int64_t right =
      (resultGrid.width.extent - 1) * window.strideW + window.kernelW - input.width.extent - window.padLeft;
  return borderOf(graph, std::max<int64_t>(0, bottom), std::max<int64_t>(0, right));
}

WorkloadAttributes Contraction::attributes() const {
  WorkloadAttributes result = gridAttributes();
  result["weights"] = {net::isSigned(weights.type), weights.zeroPoint, weights.groups};
  result["right"] = {computedRight};
  result["residual"] = {residual.has_value()};
  result["table"] = {table.has_value()};
  return result;
}

void Contraction::readAttributes(const WorkloadAttributes& attributes) {
  readGrids(attributes);
  const std::vector<int64_t>& w = numbers(attributes, "weights", 3);
  weights.type = w[0] != 0 ? net::DType::s8 : net::DType::u8;
  weights.zeroPoint = static_cast<int32_t>(w[1]);
  computedRight = numbers(attributes, "right", 1)[0] != 0;
  if (numbers(attributes, "residual", 1)[0] != 0)
    residual.emplace();
  if (numbers(attributes, "table", 1)[0] != 0)
    table.emplace();
  if (grids.size() != 1u + (residual ? 1 : 0) + (computedRight ? 1 : 0))
    throw Error("a contraction reads one activation, and one more for each addend and right side");
}

} // namespace weft::layers
