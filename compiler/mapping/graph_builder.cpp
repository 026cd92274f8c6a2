#include "compiler/mapping/graph_builder.h"

#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace weft::mapping {

using net::DType;
using net::Node;

size_t usualInnermost(size_t rank) {
  return rank == 4 ? 1 : rank - 1;
}

GraphBuilder::GraphBuilder(const net::Network& network, const Schedule& schedule, Refusals& refusals)
    : network_(network), schedule_(schedule), refusals_(refusals), step_(network.nodes.size()) {}

void GraphBuilder::refuse(const Node& node, const std::string& reason) const {
  mapping::refuse(node, reason);
}

namespace {

// Dimensions of the tensor in the order in which define() stores them, and where each of them lies.
std::vector<int32_t> storedOrder(size_t rank, size_t innermost) {
  std::vector<int32_t> order(rank);
  int32_t next = 0;
  for (size_t d = 0; d < rank; ++d)
    if (d != innermost)
      order[d] = next++;
  order[innermost] = next;
  return order;
}

} // namespace

int32_t GraphBuilder::define(int32_t index, size_t innermost) {
  return made_[index] = newStorage(index, tensor(index).shape, innermost);
}

int32_t GraphBuilder::newStorage(int32_t index, const net::Shape& shape, size_t innermost) {
  const std::vector<int32_t> order = storedOrder(shape.size(), innermost);
  Storage storage{.element = tensor(index).type, .extents = net::Shape(order.size()), .tensor = index};
  for (size_t d = 0; d < order.size(); ++d)
    storage.extents[static_cast<size_t>(order[d])] = shape[d];
  View view = wholeView(storage, order);
  graph_.storages.push_back(std::move(storage));
  graph_.activations.push_back({index, static_cast<int32_t>(graph_.storages.size()) - 1, std::move(view)});
  return static_cast<int32_t>(graph_.activations.size()) - 1;
}

bool GraphBuilder::isWhole(int32_t index, size_t innermost) const {
  const Storage& storage = graph_.storageOf(index);
  const View& view = activation(index).view;
  return view.dims.size() == storage.extents.size() &&
         view == wholeView(storage, storedOrder(view.dims.size(), innermost));
}

int32_t GraphBuilder::copied(const Node& node, int32_t index, size_t innermost) {
  const auto [found, isNew] = copies_.try_emplace({index, innermost}, -1);
  if (isNew) {
    found->second = newStorage(activation(index).tensor, activation(index).view.shape(), innermost);
    addCopy(node, index, found->second);
  }
  return found->second;
}

int32_t GraphBuilder::flattened(const Node& node, int32_t index) {
  constexpr size_t kFlat = SIZE_MAX; // no dimension of its own is innermost
  const auto [found, isNew] = copies_.try_emplace({index, kFlat}, -1);
  if (isNew) {
    const net::Shape shape = activation(index).view.shape();
    const int32_t flat = newStorage(activation(index).tensor, {net::elementCount(shape)}, 0);
    found->second = viewed(flat, *reshaped(activation(flat).view, shape));
    addCopy(node, index, found->second);
  }
  return found->second;
}

void GraphBuilder::addCopy(const Node& node, int32_t from, int32_t to) {
  for (const LayerKind* kind : layerKinds())
    if (kind->copy) {
      std::unique_ptr<Layer> layer = kind->copy(*this, from, to);
      layer->name = fmt::format("{}/copy{}", node.name, graph_.layers.size());
      layer->onnxNodes = {node.name};
      graph_.layers.push_back(std::move(layer));
      return;
    }
  refuse(node, "one of its operands must be rearranged, and no kind of layer copies");
}

int32_t GraphBuilder::hostWritten(const Node& node, int32_t index, size_t innermost) {
  const net::Tensor& source = tensor(index);
  if (source.isConstant)
    refuse(node,
           fmt::format("operand '{}' is a constant; the accelerator takes constants as weights only", source.name));
  const int32_t made = define(index, innermost);
  graph_.inputs.push_back(made);
  return made;
}

int32_t GraphBuilder::operand(const Node& node, size_t number) {
  const int32_t index = node.inputs[number];
  if (auto found = made_.find(index); found != made_.end())
    return found->second;
  return hostWritten(node, index, usualInnermost(tensor(index).shape.size()));
}

int32_t GraphBuilder::operand(const Node& node, size_t number, size_t innermost) {
  const int32_t index = node.inputs[number];
  auto found = made_.find(index);
  if (found == made_.end())
    return hostWritten(node, index, innermost);
  return isInnermost(found->second, innermost) ? found->second : copied(node, found->second, innermost);
}

bool GraphBuilder::isInnermost(int32_t index, size_t dimension) const {
  const View& view = activation(index).view;
  const auto last = static_cast<int32_t>(view.start.size()) - 1;
  const View::Levels& levels = view.dims[dimension];
  if (!levels.empty())
    return levels.size() == 1 && levels[0].along == last && levels[0].step == 1;
  // One index: if no other dimension goes through neighbours.
  return std::none_of(view.dims.begin(), view.dims.end(), [&](const View::Levels& other) {
    return std::any_of(other.begin(), other.end(),
                       [&](const View::Level& level) { return level.along == last && level.step == 1; });
  });
}

std::optional<size_t> GraphBuilder::innermostOf(int32_t index) const {
  const size_t rank = activation(index).view.dims.size();
  if (rank > 0 && isInnermost(index, usualInnermost(rank)))
    return usualInnermost(rank);
  for (size_t d = rank; d-- > 0;)
    if (isInnermost(index, d))
      return d;
  return std::nullopt;
}

int32_t GraphBuilder::constant(const Node& node, size_t number, size_t innermost) {
  const int32_t index = node.inputs[number];
  const net::Shape& shape = tensor(index).shape;
  const int32_t made = shape.empty() ? newStorage(index, {1}, 0) : newStorage(index, shape, innermost);
  if (shape.empty())
    graph_.activations.back().view.dims.clear();
  graph_.storages[static_cast<size_t>(activation(made).storage)].constant = true;
  return made;
}

int32_t GraphBuilder::viewed(int32_t index, View view) {
  const Activation& seen = activation(index);
  graph_.activations.push_back({seen.tensor, seen.storage, std::move(view)});
  return static_cast<int32_t>(graph_.activations.size()) - 1;
}

std::optional<int32_t> GraphBuilder::existing(int32_t index) const {
  auto found = made_.find(index);
  return found == made_.end() ? std::nullopt : std::optional(found->second);
}

void GraphBuilder::alias(const Node& node, int32_t storage, View view) {
  const int32_t index = node.outputs[0];
  bool forward = true;
  for (const View::Levels& levels : view.dims)
    for (const View::Level& level : levels)
      forward &= level.step > 0;
  graph_.activations.push_back({index, storage, std::move(view)});
  const auto made = static_cast<int32_t>(graph_.activations.size()) - 1;
  const bool copies = !forward && hostReads_.contains(index);
  made_[index] = copies ? copied(node, made, usualInnermost(activation(made).view.dims.size())) : made;
}

const Node* GraphBuilder::soleConsumer(const Node& node) const {
  const int32_t value = node.outputs[0];
  if (std::count(network_.outputs.begin(), network_.outputs.end(), value) > 0)
    return nullptr;
  const Node* consumer = nullptr;
  for (const Node& other : network_.nodes)
    for (int32_t input : other.inputs)
      if (input == value) {
        if (consumer)
          return nullptr;
        consumer = &other;
      }
  return consumer && step_[indexOf(*consumer)] == step_[indexOf(node)] ? consumer : nullptr;
}

std::pair<int32_t, int32_t> GraphBuilder::clamp(const Node& node) const {
  const bool isSigned = net::isSigned(resultTensor(node).type);
  return {static_cast<int32_t>(node.integer("clamp_lo", isSigned ? -128 : 0)),
          static_cast<int32_t>(node.integer("clamp_hi", isSigned ? 127 : 255))};
}

void GraphBuilder::add(std::unique_ptr<Layer> layer, const std::vector<const Node*>& nodes) {
  if (layer->name.empty())
    layer->name = nodes.front()->name;
  for (const Node* node : nodes) {
    layer->nodes.push_back(static_cast<int32_t>(indexOf(*node)));
    served_.insert(indexOf(*node));
    const std::string names = node->text("onnx_nodes", node->name);
    for (size_t begin = 0; begin <= names.size();) {
      const size_t end = std::min(names.find('\n', begin), names.size());
      if (end > begin)
        layer->onnxNodes.push_back(names.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  graph_.layers.push_back(std::move(layer));
}

// What turns out to be beyond the accelerator is noted, for another attempt without it.
void GraphBuilder::serve(size_t index) {
  try {
    for (const LayerKind* kind : layerKinds())
      if (serves(*kind, node(index).op) && kind->match(*this, index))
        return;
    refuse(node(index), "the accelerator does not have this form of it");
  } catch (const Refusal& refusal) {
    refusals_.emplace(refusal.node, refusal.reason);
  }
}

DeviceGraph GraphBuilder::build() {
  graph_.steps = stepsOf(schedule_);
  hostReads_ = readByHost(network_, graph_.steps);
  for (size_t s = 0; s < schedule_.steps.size(); ++s)
    if (schedule_.steps[s].onDevice)
      for (int32_t node : schedule_.steps[s].nodes)
        step_[static_cast<size_t>(node)] = s;
  for (size_t s = 0; s < schedule_.steps.size(); ++s) {
    if (!schedule_.steps[s].onDevice)
      continue;
    Step& step = graph_.steps[s];
    step.firstGroup = static_cast<int32_t>(graph_.layers.size());
    for (int32_t node : schedule_.steps[s].nodes)
      if (!served_.contains(static_cast<size_t>(node)))
        serve(static_cast<size_t>(node));
    step.endGroup = static_cast<int32_t>(graph_.layers.size());
  }
  connectHost();
  return std::move(graph_);
}

// What the host writes before a step and reads after it. Another name for the same bytes is read as they lie.
void GraphBuilder::connectHost() {
  auto stepOf = [&](auto uses) -> Step* {
    for (Step& step : graph_.steps)
      for (int32_t g = step.firstGroup; g < step.endGroup; ++g)
        if (uses(*graph_.layers[static_cast<size_t>(g)]))
          return &step;
    return nullptr;
  };
  auto storage = [&](int32_t index) { return activation(index).storage; };
  for (int32_t input : graph_.inputs)
    if (Step* step = stepOf([&](const Layer& layer) {
          return std::any_of(layer.inputs.begin(), layer.inputs.end(),
                             [&](int32_t read) { return storage(read) == storage(input); });
        }))
      step->inputs.push_back(input);
  for (int32_t value : hostReads_) {
    auto found = made_.find(value);
    if (found == made_.end() || std::count(graph_.inputs.begin(), graph_.inputs.end(), found->second) > 0)
      continue;
    const int32_t lies = storage(found->second);
    Step* step = stepOf([&](const Layer& layer) { return storage(layer.output) == lies; });
    if (!step) { // another name for what the host has written: it gets that back
      const auto maker = std::find_if(network_.nodes.begin(), network_.nodes.end(),
                                      [&](const Node& node) { return node.outputs[0] == value; });
      step = &graph_.steps[*step_[indexOf(*maker)]];
      for (int32_t input : graph_.inputs)
        if (storage(input) == lies && std::none_of(graph_.steps.begin(), graph_.steps.end(), [&](const Step& other) {
              return std::count(other.inputs.begin(), other.inputs.end(), input) > 0;
            }))
          step->inputs.push_back(input);
    }
    graph_.outputs.push_back(found->second);
    step->outputs.push_back(found->second);
  }
}

TensorType typeOf(const DeviceGraph& graph, int32_t index, const Place& place) {
  const Activation& activation = graph.activation(index);
  TensorType type{.element = graph.storageOf(index).element, .shape = activation.view.shape(), .layout = {}};
  const auto bytes = static_cast<int64_t>(net::byteSize(type.element));
  Layout& layout = type.layout;
  int64_t origin = place.origin;
  for (size_t d = 0; d < place.strides.size(); ++d)
    origin += activation.view.start[d] * place.strides[d];
  layout.offset = origin / bytes;
  layout.span = place.span / bytes;
  layout.fill = place.padValue;
  for (size_t d = 0; d < activation.view.dims.size(); ++d)
    for (const View::Level& level : activation.view.dims[d])
      layout.levels.push_back(
          {static_cast<int32_t>(d), level.count,
           level.along == View::kNowhere ? 0 : level.step * place.strides[static_cast<size_t>(level.along)] / bytes});
  return type;
}

namespace {

// What of a node alone tells that the accelerator cannot run it, as part of a sentence; empty: it may.
std::string refusalOf(const net::Network& network, const Node& node) {
  auto is8Bit = [](const net::Tensor& tensor) { return tensor.type == DType::s8 || tensor.type == DType::u8; };
  const auto& kinds = layerKinds();
  const bool served =
      std::any_of(kinds.begin(), kinds.end(), [&](const LayerKind* kind) { return serves(*kind, node.op); });
  if (!served) {
    const std::string why = node.text(net::kWhyHostAttribute, "");
    if (!why.empty())
      return why;
    const int32_t first = node.inputs.empty() ? -1 : node.inputs[0];
    if (first >= 0 && !is8Bit(network.tensors[static_cast<size_t>(first)]))
      return fmt::format("its input is {}{}", net::name(network.tensors[static_cast<size_t>(first)].type),
                         multiplyAccumulates(network, node) > 0
                             ? "; the accelerator runs 8-bit integer networks: quantise the network (QDQ or QLinear "
                               "form) first"
                             : "");
  }
  const net::Tensor& result = network.tensors[static_cast<size_t>(node.outputs[0])];
  if (!is8Bit(result))
    return fmt::format("its result is {}", net::name(result.type));
  if (!served)
    return "the accelerator does not have this operator";
  if (net::elementCount(result.shape) == 0)
    return "its result has no elements";
  return "";
}

} // namespace

DeviceGraph buildDeviceGraph(const net::Network& network, HostPolicy policy) {
  GraphBuilder::Refusals refusals;
  for (const Node& node : network.nodes)
    if (std::string reason = refusalOf(network, node); !reason.empty())
      refusals.emplace(&node, std::move(reason));
  while (true) {
    const Schedule schedule = scheduleNodes(
        network,
        [&](const Node& node) {
          const auto found = refusals.find(&node);
          return found == refusals.end() ? std::nullopt : std::optional(found->second);
        },
        policy);
    const size_t before = refusals.size();
    DeviceGraph graph = GraphBuilder(network, schedule, refusals).build();
    if (refusals.size() == before)
      return graph;
  }
}

} // namespace weft::mapping
