// Which network nodes are moves, and which of them cost nothing.
#include "compiler/layers/grid.h"
#include "compiler/layers/move/move.h"
#include "compiler/layers/operands.h"
#include "isa/program/resize.h"
#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace weft::layers {
namespace {

using mapping::GraphBuilder;
using mapping::usualInnermost;
using net::Node;
namespace ops = net::ops;

// The result is a view of its operand; `viewOf` gives it, if the operand's view allows it. Otherwise the operand is
// copied first: as plain bytes, in whose view every digit can be cut, or else in the order of its dimensions.
void matchView(GraphBuilder& builder, const Node& node, const std::function<std::optional<View>(const View&)>& viewOf) {
  int32_t input = builder.operand(node, 0);
  std::optional<View> view = viewOf(builder.activation(input).view);
  if (!view) {
    input = builder.flattened(node, input);
    view = viewOf(builder.activation(input).view);
  }
  WEFT_CHECK(view, "plain bytes can be seen in every way");
  builder.alias(node, builder.activation(input).storage, *view);
}

void matchReshape(GraphBuilder& builder, const Node& node) {
  const net::Shape& shape = builder.resultTensor(node).shape;
  matchView(builder, node, [&](const View& view) { return mapping::reshaped(view, shape); });
}

void matchTranspose(GraphBuilder& builder, const Node& node) {
  std::vector<int64_t> reversed;
  for (size_t d = builder.resultTensor(node).shape.size(); d-- > 0;)
    reversed.push_back(static_cast<int64_t>(d));
  const std::vector<int64_t> permutation = node.integers(ops::Transpose::perm.key, reversed);
  matchView(builder, node, [&](const View& view) { return mapping::transposed(view, permutation); });
}

void matchSlice(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  const net::Shape &from = builder.operandTensor(node, ops::Slice::x).shape, &to = builder.resultTensor(node).shape;
  const std::vector<int64_t> starts = operands.integers(ops::Slice::starts);
  std::vector<int64_t> axes, steps(starts.size(), 1);
  for (size_t i = 0; i < starts.size(); ++i)
    axes.push_back(static_cast<int64_t>(i));
  if (node.inputs.size() > ops::Slice::axes && node.inputs[ops::Slice::axes] >= 0)
    axes = operands.integers(ops::Slice::axes);
  if (node.inputs.size() > ops::Slice::steps && node.inputs[ops::Slice::steps] >= 0)
    steps = operands.integers(ops::Slice::steps);
  matchView(builder, node, [&](const View& view) {
    std::optional<View> result = view;
    for (size_t i = 0; i < starts.size() && result; ++i) {
      const auto axis = static_cast<size_t>(axes[i] < 0 ? axes[i] + static_cast<int64_t>(from.size()) : axes[i]);
      int64_t begin = starts[i] < 0 ? starts[i] + from[axis] : starts[i];
      begin = std::clamp<int64_t>(begin, 0, from[axis] - 1);
      result = mapping::sliced(*result, axis, begin, to[axis], steps[i]);
    }
    return result;
  });
}

// Adds a part that writes `input` (an activation; -1: `value`) to a view of the result.
void addPart(Move& layer, int32_t input, View target, std::optional<Table> table = {}, int32_t value = 0) {
  Move::Part part{.input = -1, .target = std::move(target), .table = table, .value = value};
  if (input >= 0) {
    part.input = static_cast<int32_t>(layer.inputs.size());
    layer.inputs.push_back(input);
  }
  layer.parts.push_back(std::move(part));
}

// Concat (x...) and QLinearConcat (sy, zy, (x, sx, zx)...).
void matchConcat(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  const bool quantised = node.op == ops::QLinearConcat::name;
  const size_t first = quantised ? 2 : 0, step = quantised ? 3 : 1;
  const net::Shape& shape = builder.resultTensor(node).shape;
  int64_t axis = node.integer(ops::Concat::axis.key, 1);
  if (axis < 0)
    axis += static_cast<int64_t>(shape.size());
  const auto along = static_cast<size_t>(axis);
  auto layer = std::make_unique<Move>();
  std::vector<int32_t> read;
  for (size_t operand = first; operand < node.inputs.size(); operand += step)
    read.push_back(builder.operandTensor(node, operand).isConstant
                       ? builder.constant(node, operand, usualInnermost(shape.size()))
                       : builder.operand(node, operand));
  if (read.size() > kMostParts)
    builder.refuse(node, fmt::format("it has {} operands; the accelerator moves {} at most", read.size(), kMostParts));
  // The order of the first operand, as long as there is one.
  const size_t innermost = builder.innermostOf(read[0]).value_or(usualInnermost(shape.size()));
  layer->output = builder.define(node.outputs[0], innermost);
  const View whole = builder.activation(layer->output).view;
  int64_t begin = 0;
  for (size_t i = 0; i < read.size(); ++i) {
    const int64_t extent = builder.activation(read[i]).view.shape()[along];
    addPart(*layer, read[i], *mapping::sliced(whole, along, begin, extent),
            quantised ? operands.rescaleTable(first + i * step, 0) : std::nullopt);
    begin += extent;
  }
  builder.add(std::move(layer), {&node});
}

// Where indices [begin, begin + count) of a padded dimension come from.
struct Segment {
  int64_t begin = 0, count = 0;
  enum class From : uint8_t { value, indices, edge } from = From::indices;
  int64_t source = 0, step = 1; // index of the operand
};

std::vector<Segment> segmentsOf(const std::string& mode, int64_t extent, int64_t before, int64_t after) {
  using From = Segment::From;
  // What negative pads leave of the operand.
  const int64_t first = std::max<int64_t>(0, -before), last = extent - std::max<int64_t>(0, -after) - 1;
  before = std::max<int64_t>(0, before);
  after = std::max<int64_t>(0, after);
  const int64_t inner = last - first + 1;
  std::vector<Segment> segments;
  auto add = [&](int64_t begin, int64_t count, From from, int64_t source, int64_t step) {
    if (count > 0)
      segments.push_back({begin, count, from, source, step});
  };
  if (mode == "reflect") {
    add(0, before, From::indices, first + before, -1);
    add(before, inner, From::indices, first, 1);
    add(before + inner, after, From::indices, last - 1, -1);
  } else if (mode == "wrap") {
    add(0, before, From::indices, extent - before, 1);
    add(before, inner, From::indices, first, 1);
    add(before + inner, after, From::indices, 0, 1);
  } else {
    const From outside = mode == "edge" ? From::edge : From::value;
    add(0, before, outside, first, 0);
    add(before, inner, From::indices, first, 1);
    add(before + inner, after, outside, last, 0);
  }
  return segments;
}

// Each box of the result that comes from one place is a part.
void matchPad(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  const std::vector<int64_t> pads = operands.integers(ops::Pad::pads);
  const std::string mode = node.text(ops::Pad::mode.key, "constant");
  const net::Shape &from = builder.operandTensor(node, ops::Pad::x).shape, &to = builder.resultTensor(node).shape;
  const size_t rank = from.size();
  if (node.inputs.size() > 3 || pads.size() != 2 * rank)
    builder.refuse(node, "pads of some axes only are not supported on the accelerator");
  if (mode != "constant" && mode != "edge" && mode != "reflect" && mode != "wrap")
    builder.refuse(node, fmt::format("mode '{}' is not supported on the accelerator", mode));
  if (rank == 0)
    builder.refuse(node, "tensors without dimensions are not supported on the accelerator");
  std::vector<std::vector<Segment>> segments;
  size_t boxes = 1;
  for (size_t d = 0; d < rank; ++d) {
    const int64_t before = pads[d], after = pads[rank + d];
    const int64_t most = mode == "reflect" ? from[d] - 1 : from[d];
    if ((mode == "reflect" || mode == "wrap") && std::max(before, after) > most)
      builder.refuse(node, fmt::format("a pad of {} in mode '{}' over {} elements is not supported on the accelerator",
                                       std::max(before, after), mode, from[d]));
    segments.push_back(segmentsOf(mode, from[d], before, after));
    boxes *= std::max<size_t>(1, segments.back().size());
  }
  if (boxes > kMostParts)
    builder.refuse(node, fmt::format("it has {} parts; the accelerator moves {} at most", boxes, kMostParts));
  const bool hasValue = node.inputs.size() > ops::Pad::value && node.inputs[ops::Pad::value] >= 0;
  const int32_t value = hasValue ? operands.zeroPoint(ops::Pad::value) : 0;

  const int32_t input = builder.operand(node, ops::Pad::x);
  const size_t innermost = builder.innermostOf(input).value_or(usualInnermost(rank));
  auto layer = std::make_unique<Move>();
  layer->output = builder.define(node.outputs[0], innermost);
  const View whole = builder.activation(layer->output).view;
  for (size_t box = 0; box < boxes; ++box) {
    View source = builder.activation(input).view, target = whole;
    bool filled = false;
    size_t rest = box;
    for (size_t d = 0; d < rank && to[d] > 0; ++d) {
      const Segment& segment = segments[d][rest % segments[d].size()];
      rest /= segments[d].size();
      target = *mapping::sliced(target, d, segment.begin, segment.count);
      filled |= segment.from == Segment::From::value;
      const bool edge = segment.from == Segment::From::edge;
      std::optional<View> seen =
          mapping::sliced(source, d, segment.source, edge ? 1 : segment.count, edge ? 1 : segment.step);
      if (!seen)
        builder.refuse(node, "its operand is rearranged in a way that cannot be padded on the accelerator");
      source = *seen;
      if (edge && segment.count > 1)
        source.dims[d] = {{segment.count, View::kNowhere, 0}};
    }
    addPart(*layer, filled ? -1 : builder.viewed(input, source), target, {}, value);
  }
  if (layer->inputs.empty()) // all of it is padding
    builder.refuse(node, "nothing of its operand is left");
  builder.add(std::move(layer), {&node});
}

// Runs of constant indices that go on by the same step.
void matchGather(GraphBuilder& builder, const Node& node) {
  const Operands operands(builder.network(), node);
  if (!builder.operandTensor(node, ops::Gather::indices).isConstant)
    builder.refuse(node, "indices that are computed are not supported on the accelerator");
  const net::Shape& from = builder.operandTensor(node, ops::Gather::x).shape;
  const net::Shape& to = builder.resultTensor(node).shape;
  const net::Shape& indexShape = builder.operandTensor(node, ops::Gather::indices).shape;
  int64_t axis = node.integer(ops::Gather::axis.key, 0);
  if (axis < 0)
    axis += static_cast<int64_t>(from.size());
  const auto along = static_cast<size_t>(axis);
  std::vector<int64_t> indices = operands.integers(ops::Gather::indices);
  std::vector<std::array<int64_t, 3>> runs; // begin, count, step
  for (int64_t& index : indices) {
    if (index < 0)
      index += from[along];
    if (index < 0 || index >= from[along])
      builder.refuse(node, fmt::format("index {} is outside of {} elements", index, from[along]));
    if (!runs.empty()) {
      auto& [begin, count, step] = runs.back();
      if (count == 1)
        step = index - begin;
      if (step != 0 && index == begin + count * step) {
        ++count;
        continue;
      }
    }
    runs.push_back({index, 1, 1});
  }
  if (indices.size() == 1 || runs.size() == 1) {
    const auto [begin, count, step] = runs[0];
    matchView(builder, node, [&](const View& view) {
      std::optional<View> taken = mapping::sliced(view, along, begin, count, step);
      return taken ? mapping::reshaped(*taken, to) : std::nullopt;
    });
    return;
  }
  if (indexShape.size() != 1 || runs.size() > kMostParts)
    builder.refuse(node, fmt::format("its indices are {} runs in {} dimensions; the accelerator moves {} in one at "
                                     "most",
                                     runs.size(), indexShape.size(), kMostParts));
  const int32_t input = builder.operand(node, ops::Gather::x);
  auto layer = std::make_unique<Move>();
  layer->output = builder.define(node.outputs[0], builder.innermostOf(input).value_or(usualInnermost(to.size())));
  const View whole = builder.activation(layer->output).view;
  int64_t at = 0;
  for (const auto& [begin, count, step] : runs) {
    const std::optional<View> taken = mapping::sliced(builder.activation(input).view, along, begin, count, step);
    if (!taken)
      builder.refuse(node, "its operand is rearranged in a way that cannot be gathered from on the accelerator");
    addPart(*layer, builder.viewed(input, *taken), *mapping::sliced(whole, along, at, count));
    at += count;
  }
  builder.add(std::move(layer), {&node});
}

void matchExpand(GraphBuilder& builder, const Node& node) {
  const net::Shape& shape = builder.resultTensor(node).shape;
  matchView(builder, node, [&](const View& view) { return std::optional(mapping::broadcast(view, shape)); });
}

void matchTile(GraphBuilder& builder, const Node& node) {
  const std::vector<int64_t> repeats = Operands(builder.network(), node).integers(ops::Tile::repeats);
  matchView(builder, node, [&](const View& view) {
    View result = view;
    for (size_t d = 0; d < repeats.size(); ++d) {
      result.dims[d].insert(result.dims[d].begin(), {repeats[d], View::kNowhere, 0});
      result.dims[d] = mapping::normalise(result.dims[d]);
    }
    return std::optional(result);
  });
}

// [N, C, H, W] as blocks: depth to space, or back.
void matchDepthToSpace(GraphBuilder& builder, const Node& node) {
  const net::Shape from = builder.operandTensor(node, ops::DepthToSpace::x).shape;
  const net::Shape& to = builder.resultTensor(node).shape;
  const int64_t block = node.integer(ops::DepthToSpace::blocksize.key, 1);
  const bool toSpace = node.op == ops::DepthToSpace::name;
  const bool columnsFirst = node.text(ops::DepthToSpace::mode.key, "DCR") == "CRD"; // else depth first
  net::Shape split;
  std::vector<int64_t> order;
  if (toSpace) {
    const int64_t depth = from[1] / (block * block);
    split = columnsFirst ? net::Shape{from[0], depth, block, block, from[2], from[3]}
                         : net::Shape{from[0], block, block, depth, from[2], from[3]};
    order = columnsFirst ? std::vector<int64_t>{0, 1, 4, 2, 5, 3} : std::vector<int64_t>{0, 3, 4, 1, 5, 2};
  } else {
    split = {from[0], from[1], from[2] / block, block, from[3] / block, block};
    order = columnsFirst ? std::vector<int64_t>{0, 1, 3, 5, 2, 4} : std::vector<int64_t>{0, 3, 5, 1, 2, 4};
  }
  matchView(builder, node, [&](const View& view) -> std::optional<View> {
    const std::optional<View> blocks = mapping::reshaped(view, split);
    return blocks ? mapping::reshaped(mapping::transposed(*blocks, order), to) : std::nullopt;
  });
}

// Nearest neighbours: each axis repeats indices, or takes some of them.
void matchResize(GraphBuilder& builder, const Node& node) {
  using O = ops::Resize;
  if (net::value(node, O::mode) != "nearest")
    builder.refuse(node, "only mode nearest is supported on the accelerator");
  const net::Shape &from = builder.operandTensor(node, O::x).shape, &to = builder.resultTensor(node).shape;
  std::vector<float> scales;
  if (node.inputs.size() > O::scales && node.inputs[O::scales] >= 0)
    scales = Operands(builder.network(), node).reals(O::scales);
  struct Rule {
    int64_t begin = 0, step = 1, times = 1;
  };
  std::vector<Rule> rules;
  for (size_t d = 0; d < to.size(); ++d) {
    net::ResizedAxis axis{from[d], to[d], static_cast<float>(to[d]) / static_cast<float>(from[d])};
    if (scales.size() == to.size())
      axis.scale = scales[d];
    std::vector<int64_t> indices;
    for (int64_t at = 0; at < to[d]; ++at)
      indices.push_back(
          std::clamp<int64_t>(net::resizeNearest(node, net::resizePosition(node, axis, at)), 0, from[d] - 1));
    Rule rule{.begin = indices[0]};
    while (rule.times < to[d] && indices[static_cast<size_t>(rule.times)] == indices[0])
      ++rule.times;
    if (rule.times < to[d])
      rule.step = indices[static_cast<size_t>(rule.times)] - indices[0];
    for (int64_t at = 0; at < to[d]; ++at)
      if (to[d] % rule.times != 0 || indices[static_cast<size_t>(at)] != rule.begin + at / rule.times * rule.step)
        builder.refuse(node, fmt::format("its factor along dimension {} is not an integer in this coordinate mode; "
                                         "the accelerator only repeats elements, or leaves some out",
                                         d));
    rules.push_back(rule);
  }
  matchView(builder, node, [&](const View& view) {
    std::optional<View> result = view;
    for (size_t d = 0; d < to.size() && result; ++d) {
      result = mapping::sliced(*result, d, rules[d].begin, to[d] / rules[d].times, rules[d].step);
      if (result)
        result = mapping::repeated(*result, d, rules[d].times);
    }
    return result;
  });
}

using Match = void (*)(GraphBuilder& builder, const Node& node);
constexpr std::pair<std::string_view, Match> kMatches[] = {
    {ops::Concat::name, matchConcat},
    {ops::DepthToSpace::name, matchDepthToSpace},
    {ops::Expand::name, matchExpand},
    {ops::Flatten::name, matchReshape},
    {ops::Gather::name, matchGather},
    {ops::Identity::name, matchReshape},
    {ops::Pad::name, matchPad},
    {ops::QLinearConcat::name, matchConcat},
    {ops::Reshape::name, matchReshape},
    {ops::Resize::name, matchResize},
    {ops::Slice::name, matchSlice},
    {ops::SpaceToDepth::name, matchDepthToSpace},
    {ops::Squeeze::name, matchReshape},
    {ops::Tile::name, matchTile},
    {ops::Transpose::name, matchTranspose},
    {ops::Unsqueeze::name, matchReshape},
};

} // namespace

bool matchMove(GraphBuilder& builder, size_t index) {
  const Node& node = builder.node(index);
  for (const auto& [name, match] : kMatches)
    if (name == node.op) {
      match(builder, node);
      return true;
    }
  return false;
}

} // namespace weft::layers
