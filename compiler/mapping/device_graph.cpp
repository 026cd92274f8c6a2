#include "compiler/mapping/device_graph.h"

#include "compiler/mapping/operands.h"
#include "compiler/mapping/refusal.h"
#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>

namespace weft::mapping {
namespace {

using net::DType;
using net::Network;
using net::Node;

// An activation as seen through reshapes: rank-2 views of 4-D tensors keep the 4-D form (`flattened`).
struct View {
  int32_t activation = -1;
  bool flattened = false; // [N, C*H*W] in ONNX order of an activation with H*W > 1
};

using Refusals = std::map<const Node*, std::optional<std::string>>;

class Builder {
public:
  // Notes in `refusals` what the accelerator cannot run after all.
  Builder(const Network& network, const Schedule& schedule, Refusals& refusals)
      : network_(network), schedule_(schedule), refusals_(refusals), step_(network.nodes.size()) {}
  DeviceGraph build();

private:
  void tryNode(size_t index);
  void addNode(size_t index);
  void addConvolution(size_t index);
  void addGemm(size_t index);
  void addPool(size_t index);
  void addGlobalAverage(size_t index);
  void setAverage(const Node& node, Group& group) const;
  void addBinary(size_t index);
  void addLut(size_t index);
  void addConcat(size_t index);
  void addPad(size_t index);
  void addTranspose(size_t index);
  void addReshape(size_t index);

  const net::Tensor& tensor(const Node& node, size_t operand) const {
    return network_.tensors[static_cast<size_t>(node.inputs[operand])];
  }
  View view(const Node& node, size_t operand);
  int32_t plainView(const Node& node, size_t operand);
  int32_t define(const Node& node);
  bool readByWindow(int32_t tensor) const;
  void checkWindow(const Node& node, const Group& group) const;
  Group start(size_t index, GroupKind kind) const;
  void finish(Group group);
  void setClamp(const Node& node, int32_t output, int32_t& lo, int32_t& hi) const;
  std::optional<size_t> soleConsumer(int32_t tensor) const;
  void fuseFollowers(Group& group, size_t index);

  const Network& network_;
  DeviceGraph graph_;
  const Schedule& schedule_;
  Refusals& refusals_;
  std::vector<std::optional<size_t>> step_; // of each node on the device
  std::map<int32_t, View> views_;           // by network tensor
  std::set<size_t> fused_;                  // nodes already served by an earlier group
};

View Builder::view(const Node& node, size_t operand) {
  int32_t index = node.inputs[operand];
  if (auto found = views_.find(index); found != views_.end())
    return found->second;
  // Not made on the device: the host writes it.
  const net::Tensor& source = network_.tensors[static_cast<size_t>(index)];
  if (source.isConstant)
    refuse(node,
           fmt::format("operand '{}' is a constant; the accelerator takes constants as weights only", source.name));
  Activation activation{.tensor = index, .isSigned = source.type == DType::s8};
  if (source.shape.size() == 4) {
    activation.batch = source.shape[0];
    activation.channels = source.shape[1];
    activation.height = source.shape[2];
    activation.width = source.shape[3];
  } else {
    activation.width = source.shape[0];
    activation.channels = source.shape[1];
  }
  View made{static_cast<int32_t>(graph_.activations.size())};
  graph_.activations.push_back(activation);
  graph_.inputs.push_back(made.activation);
  views_[index] = made;
  return made;
}

int32_t Builder::plainView(const Node& node, size_t operand) {
  View seen = view(node, operand);
  if (seen.flattened)
    refuse(node, "its input is a flattened feature map; only Gemm and MatMul take one on the accelerator");
  return seen.activation;
}

int32_t Builder::define(const Node& node) {
  const net::Tensor& result = network_.tensors[static_cast<size_t>(node.outputs[0])];
  Activation activation{node.outputs[0], result.type == DType::s8, result.shape[0], result.shape[1]};
  if (result.shape.size() == 4) {
    activation.height = result.shape[2];
    activation.width = result.shape[3];
  }
  // A batch of single pixels is one row of pixels, unless someone looks at each with a window.
  if (activation.height == 1 && activation.width == 1 && !readByWindow(node.outputs[0]))
    std::swap(activation.batch, activation.width);
  graph_.activations.push_back(activation);
  auto index = static_cast<int32_t>(graph_.activations.size()) - 1;
  views_[node.outputs[0]] = {index};
  return index;
}

// Whether a convolution or pooling reads more of the tensor for a result than one pixel in the same place.
bool Builder::readByWindow(int32_t value) const {
  for (const Node& node : network_.nodes) {
    if (node.inputs[0] != value)
      continue;
    if (node.op == "MaxPool" || node.op == "QLinearAveragePool" || node.op == "Pad")
      return true;
    if (node.op != "QLinearConv")
      continue;
    const net::Shape& weights = tensor(node, 3).shape;
    auto pads = node.integers("pads", {}), strides = node.integers("strides", {});
    if (weights.size() != 4 || weights[2] * weights[3] != 1 ||
        std::any_of(pads.begin(), pads.end(), [](int64_t pad) { return pad != 0; }) ||
        std::any_of(strides.begin(), strides.end(), [](int64_t stride) { return stride != 1; }))
      return true;
  }
  return false;
}

void Builder::checkWindow(const Node& node, const Group& group) const {
  const Activation& x = graph_.activations[static_cast<size_t>(group.inputs[0])];
  const Window& window = group.window;
  bool onePixel = window.kernelH == 1 && window.kernelW == 1 && window.strideH == 1 && window.strideW == 1 &&
                  !window.padTop && !window.padLeft && !window.padBottom && !window.padRight;
  if (x.batch != tensor(node, 0).shape[0] && !onePixel)
    refuse(node, "a window over a batch of vectors is not supported on the accelerator; only 1 x 1 with stride 1 and "
                 "without padding");
}

Group Builder::start(size_t index, GroupKind kind) const {
  const Node& node = network_.nodes[index];
  Group group;
  group.kind = kind;
  group.name = node.name;
  return group;
}

void Builder::setClamp(const Node& node, int32_t output, int32_t& lo, int32_t& hi) const {
  bool isSigned = network_.tensors[static_cast<size_t>(output)].type == DType::s8;
  lo = static_cast<int32_t>(node.integer("clamp_lo", isSigned ? -128 : 0));
  hi = static_cast<int32_t>(node.integer("clamp_hi", isSigned ? 127 : 255));
}

void Builder::finish(Group group) {
  for (int32_t index : group.nodes) {
    const Node& node = network_.nodes[static_cast<size_t>(index)];
    std::string names = node.text("onnx_nodes", node.name);
    for (size_t begin = 0; begin <= names.size();) {
      size_t end = std::min(names.find('\n', begin), names.size());
      if (end > begin)
        group.onnxNodes.push_back(names.substr(begin, end - begin));
      begin = end + 1;
    }
    fused_.insert(static_cast<size_t>(index));
  }
  graph_.groups.push_back(std::move(group));
}

std::optional<size_t> Builder::soleConsumer(int32_t value) const {
  if (std::count(network_.outputs.begin(), network_.outputs.end(), value) > 0)
    return std::nullopt;
  std::optional<size_t> consumer;
  for (size_t i = 0; i < network_.nodes.size(); ++i)
    for (int32_t input : network_.nodes[i].inputs)
      if (input == value) {
        if (consumer)
          return std::nullopt;
        consumer = i;
      }
  return consumer;
}

// Takes a residual addition and then a table after a convolution or Gemm into its group, when nobody else reads the
// intermediate value and the other addend exists already.
void Builder::fuseFollowers(Group& group, size_t index) {
  group.nodes.push_back(static_cast<int32_t>(index));
  const Node* last = &network_.nodes[index];
  auto next = [&]() -> const Node* {
    std::optional<size_t> consumer = soleConsumer(last->outputs[0]);
    if (!consumer || step_[*consumer] != step_[index])
      return nullptr;
    return &network_.nodes[*consumer];
  };
  auto take = [&](const Node* node) {
    group.nodes.push_back(static_cast<int32_t>(node - network_.nodes.data()));
    last = node;
  };
  const Node* add = group.kind == GroupKind::matrix ? next() : nullptr;
  if (add && add->op == "QLinearAdd" && add->inputs[0] != add->inputs[3]) {
    bool convolutionFirst = add->inputs[0] == last->outputs[0];
    size_t other = convolutionFirst ? 3 : 0;
    auto found = views_.find(add->inputs[other]);
    if (found != views_.end() && !found->second.flattened && tensor(*add, 0).shape == tensor(*add, 3).shape) {
      Operands operands(network_, *add);
      group.addition = operands.addition();
      if (!convolutionFirst)
        std::swap(group.addition.rA, group.addition.rB);
      group.addition.swapped = !convolutionFirst;
      setClamp(*add, add->outputs[0], group.addition.lo, group.addition.hi);
      group.residual = found->second.activation;
      take(add);
    }
  }
  if (const Node* lut = next(); lut && lut->op == "Lut8") {
    group.table = Operands(network_, *lut).bytes(1);
    take(lut);
  }
  group.output = define(*last);
}

void Builder::addConvolution(size_t index) {
  const Node& node = network_.nodes[index];
  Operands operands(network_, node);
  const net::Tensor& weights = tensor(node, 3);
  if (!weights.isConstant || weights.shape.size() != 4)
    refuse(node, "the weights must be a constant of rank 4");
  int32_t input = plainView(node, 0);
  const Activation& x = graph_.activations[static_cast<size_t>(input)];
  int64_t groups = node.integer("group", 1);
  bool depthwise = groups > 1 && groups == x.channels && weights.shape[0] == x.channels && weights.shape[1] == 1;

  Group group = start(index, depthwise ? GroupKind::depthwise : GroupKind::matrix);
  group.inputs = {input};
  auto strides = node.integers("strides", {1, 1});
  auto dilations = node.integers("dilations", {1, 1});
  auto pads = node.integers("pads", {0, 0, 0, 0});
  int64_t kernelH = weights.shape[2], kernelW = weights.shape[3];
  group.window = {kernelH,      kernelW, strides[0], strides[1], dilations[0],
                  dilations[1], pads[0], pads[1],    pads[2],    pads[3]};
  checkWindow(node, group);
  group.inputZeroPoint = operands.zeroPoint(2);
  group.weightZeroPoint = operands.uniformZeroPoint(5);
  group.weightSigned = weights.type == DType::s8;
  int64_t outputs = weights.shape[0], inputsPerGroup = weights.shape[1];
  group.requantise.scale = operands.requantiseScales(1, 4, 6, outputs);
  group.requantise.bias = operands.bias(8, outputs);
  group.requantise.zeroPoint = operands.zeroPoint(7);
  setClamp(node, node.outputs[0], group.requantise.lo, group.requantise.hi);

  auto value = [&](int64_t flat) -> int16_t {
    uint8_t byte = weights.data[static_cast<size_t>(flat)];
    return group.weightSigned ? static_cast<int16_t>(static_cast<int8_t>(byte)) : static_cast<int16_t>(byte);
  };
  int64_t taps = kernelH * kernelW;
  const net::Tensor& result = network_.tensors[static_cast<size_t>(node.outputs[0])];
  group.usefulMacs = static_cast<uint64_t>(net::elementCount(result.shape) * inputsPerGroup * taps);
  if (depthwise) {
    group.weights.resize(static_cast<size_t>(outputs * taps));
    for (int64_t i = 0; i < outputs * taps; ++i)
      group.weights[static_cast<size_t>(i)] = value(i);
  } else {
    // A grouped convolution becomes a dense one whose other weights multiply by nothing.
    group.weights.assign(static_cast<size_t>(outputs * taps * x.channels), static_cast<int16_t>(group.weightZeroPoint));
    int64_t outputsPerGroup = outputs / groups;
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t i = 0; i < inputsPerGroup; ++i)
        for (int64_t t = 0; t < taps; ++t)
          group.weights[static_cast<size_t>((o * taps + t) * x.channels + (o / outputsPerGroup) * inputsPerGroup + i)] =
              value((o * inputsPerGroup + i) * taps + t);
  }
  fuseFollowers(group, index);
  finish(std::move(group));
}

// QGemm (a, sa, za, b, sb, zb, bias, sy, zy) and QLinearMatMul (a, sa, za, b, sb, zb, sy, zy).
void Builder::addGemm(size_t index) {
  const Node& node = network_.nodes[index];
  Operands operands(network_, node);
  bool isGemm = node.op == "QGemm";
  const net::Tensor& weights = tensor(node, 3);
  if (!weights.isConstant || weights.shape.size() != 2)
    refuse(node, "the right side must be a constant of rank 2");
  if (tensor(node, 0).shape.size() != 2)
    refuse(node, "the left side must have rank 2");
  if (isGemm && (node.integer("transA", 0) != 0))
    refuse(node, "transA = 1 is not supported");
  bool transposed = isGemm && node.integer("transB", 0) != 0;
  int64_t depth = weights.shape[transposed ? 1 : 0], outputs = weights.shape[transposed ? 0 : 1];
  View seen = view(node, 0);
  const Activation& x = graph_.activations[static_cast<size_t>(seen.activation)];

  Group group = start(index, GroupKind::matrix);
  group.inputs = {seen.activation};
  // A flattened feature map is a convolution whose kernel is the whole map.
  int64_t height = seen.flattened ? x.height : 1, width = seen.flattened ? x.width : 1;
  if (x.channels * height * width != depth)
    refuse(node, fmt::format("the input has {} features, the right side {} rows", x.channels * height * width, depth));
  group.window.kernelH = height;
  group.window.kernelW = width;
  group.inputZeroPoint = operands.zeroPoint(2);
  group.weightZeroPoint = operands.uniformZeroPoint(5);
  group.weightSigned = weights.type == DType::s8;
  size_t outputScale = isGemm ? 7 : 6;
  group.requantise.scale = operands.requantiseScales(1, 4, outputScale, outputs,
                                                     isGemm ? static_cast<float>(node.real("alpha", 1.0)) : 1.0f);
  group.requantise.bias = isGemm ? operands.bias(6, outputs) : std::vector<int32_t>(static_cast<size_t>(outputs), 0);
  group.requantise.zeroPoint = operands.zeroPoint(outputScale + 1);
  setClamp(node, node.outputs[0], group.requantise.lo, group.requantise.hi);
  const net::Tensor& result = network_.tensors[static_cast<size_t>(node.outputs[0])];
  group.usefulMacs = static_cast<uint64_t>(net::elementCount(result.shape) * depth);

  group.weights.resize(static_cast<size_t>(outputs * depth));
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t c = 0; c < x.channels; ++c)
      for (int64_t t = 0; t < height * width; ++t) {
        int64_t k = c * height * width + t; // row of the right side: ONNX flattens C x H x W
        uint8_t byte = weights.data[static_cast<size_t>(transposed ? o * depth + k : k * outputs + o)];
        group.weights[static_cast<size_t>((o * height * width + t) * x.channels + c)] =
            group.weightSigned ? static_cast<int16_t>(static_cast<int8_t>(byte)) : static_cast<int16_t>(byte);
      }
  fuseFollowers(group, index);
  finish(std::move(group));
}

void Builder::addPool(size_t index) {
  const Node& node = network_.nodes[index];
  bool isMax = node.op == "MaxPool";
  int32_t input = plainView(node, 0);
  const Activation& x = graph_.activations[static_cast<size_t>(input)];
  Group group = start(index, isMax ? GroupKind::maxPool : GroupKind::sum);
  group.inputs = {input};
  auto kernel = node.integers("kernel_shape", {});
  auto strides = node.integers("strides", {1, 1});
  auto dilations = node.integers("dilations", {1, 1});
  auto pads = node.integers("pads", {0, 0, 0, 0});
  const net::Tensor& result = network_.tensors[static_cast<size_t>(node.outputs[0])];
  if (kernel.size() != 2 || result.shape.size() != 4)
    refuse(node, "only two spatial dimensions are supported");
  group.window = {kernel[0],    kernel[1], strides[0], strides[1], dilations[0],
                  dilations[1], pads[0],   pads[1],    pads[2],    pads[3]};
  // With ceil_mode the last window may reach beyond the given padding.
  group.window.padBottom =
      std::max(group.window.padBottom,
               (result.shape[2] - 1) * strides[0] + (kernel[0] - 1) * dilations[0] + 1 - x.height - pads[0]);
  group.window.padRight = std::max(group.window.padRight, (result.shape[3] - 1) * strides[1] +
                                                              (kernel[1] - 1) * dilations[1] + 1 - x.width - pads[1]);
  checkWindow(node, group);
  if (isMax) {
    setClamp(node, node.outputs[0], group.lo, group.hi);
    group.inputZeroPoint = x.isSigned ? -128 : 0; // padding never wins
  } else {
    bool padded = group.window.padTop || group.window.padLeft || group.window.padBottom || group.window.padRight;
    if (padded && node.integer("count_include_pad", 0) == 0)
      refuse(node, "padding with count_include_pad = 0 is not supported on the accelerator; only windows inside the "
                   "feature map, or count_include_pad = 1");
    setAverage(node, group);
  }
  group.nodes = {static_cast<int32_t>(index)};
  group.output = define(node);
  finish(std::move(group));
}

void Builder::addGlobalAverage(size_t index) {
  const Node& node = network_.nodes[index];
  if (node.integer("channels_last", 0) != 0)
    refuse(node, "channels_last = 1 is not supported");
  Group group = start(index, GroupKind::sum);
  group.inputs = {plainView(node, 0)};
  const net::Shape& map = tensor(node, 0).shape;
  group.window.kernelH = map[2];
  group.window.kernelW = map[3];
  setAverage(node, group);
  group.nodes = {static_cast<int32_t>(index)};
  group.output = define(node);
  finish(std::move(group));
}

// The numbers of an average over the group's window: operands x, sx, zx, sy, zy.
void Builder::setAverage(const Node& node, Group& group) const {
  Operands operands(network_, node);
  const auto channels = static_cast<size_t>(tensor(node, 0).shape[1]);
  group.inputZeroPoint = operands.zeroPoint(2);
  group.requantise.scale.assign(channels, operands.averageScale(1, 3, group.window.kernelH * group.window.kernelW));
  group.requantise.bias.assign(channels, 0);
  group.requantise.zeroPoint = operands.zeroPoint(4);
  setClamp(node, node.outputs[0], group.requantise.lo, group.requantise.hi);
}

void Builder::addBinary(size_t index) {
  const Node& node = network_.nodes[index];
  Operands operands(network_, node);
  if (tensor(node, 0).shape != tensor(node, 3).shape)
    refuse(node, "operands of different shapes (broadcasting) are not supported on the accelerator");
  bool isAdd = node.op == "QLinearAdd";
  Group group = start(index, isAdd ? GroupKind::add : GroupKind::multiply);
  group.inputs = {plainView(node, 0), plainView(node, 3)};
  if (isAdd) {
    group.addition = operands.addition();
    setClamp(node, node.outputs[0], group.addition.lo, group.addition.hi);
  } else {
    group.productScale = operands.requantiseScales(1, 4, 6, 1)[0];
    group.inputZeroPoint = operands.zeroPoint(2);
    group.secondZeroPoint = operands.zeroPoint(5);
    group.outputZeroPoint = operands.zeroPoint(7);
    setClamp(node, node.outputs[0], group.lo, group.hi);
  }
  group.nodes = {static_cast<int32_t>(index)};
  group.output = define(node);
  finish(std::move(group));
}

void Builder::addLut(size_t index) {
  const Node& node = network_.nodes[index];
  Group group = start(index, GroupKind::lut);
  group.inputs = {plainView(node, 0)};
  group.tables = {Operands(network_, node).bytes(1)};
  group.nodes = {static_cast<int32_t>(index)};
  group.output = define(node);
  finish(std::move(group));
}

// Concat (x...) and QLinearConcat (sy, zy, (x, sx, zx)...), on the channel axis.
void Builder::addConcat(size_t index) {
  const Node& node = network_.nodes[index];
  const net::Tensor& result = network_.tensors[static_cast<size_t>(node.outputs[0])];
  int64_t rank = static_cast<int64_t>(result.shape.size());
  int64_t axis = node.integer("axis", 1);
  if (axis < 0)
    axis += rank;
  if (axis != 1)
    refuse(node, fmt::format("axis {} is not supported on the accelerator; only the channel axis, 1", axis));
  Group group = start(index, GroupKind::concat);
  bool quantised = node.op == "QLinearConcat";
  for (size_t operand = quantised ? 2 : 0; operand < node.inputs.size(); operand += quantised ? 3 : 1) {
    group.inputs.push_back(plainView(node, operand));
    group.tables.push_back(quantised ? Operands(network_, node).rescaleTable(operand, 0) : std::vector<uint8_t>{});
  }
  group.nodes = {static_cast<int32_t>(index)};
  group.output = define(node);
  finish(std::move(group));
}

void Builder::addTranspose(size_t index) {
  const Node& node = network_.nodes[index];
  Group group = start(index, GroupKind::transpose);
  group.inputs = {plainView(node, 0)};
  const std::vector<int64_t> permutation = node.integers("perm", {3, 2, 1, 0});
  std::copy(permutation.begin(), permutation.end(), group.permutation.begin());
  group.nodes = {static_cast<int32_t>(index)};
  group.output = define(node);
  finish(std::move(group));
}

void Builder::addPad(size_t index) {
  const Node& node = network_.nodes[index];
  Operands operands(network_, node);
  std::vector<int64_t> pads = operands.integers(1);
  if (node.text("mode", "constant") != "constant" || node.inputs.size() > 3 || pads.size() != 8 || pads[0] || pads[1] ||
      pads[4] || pads[5])
    refuse(node, "only constant padding of the two spatial axes is supported on the accelerator");
  if (std::any_of(pads.begin(), pads.end(), [](int64_t pad) { return pad < 0; }))
    refuse(node, "negative padding is not supported on the accelerator");
  // A window of one pixel over a padded map.
  Group group = start(index, GroupKind::maxPool);
  group.inputs = {plainView(node, 0)};
  setClamp(node, node.outputs[0], group.lo, group.hi);
  group.window.padTop = pads[2];
  group.window.padLeft = pads[3];
  group.window.padBottom = pads[6];
  group.window.padRight = pads[7];
  checkWindow(node, group);
  bool hasValue = node.inputs.size() > 2 && node.inputs[2] >= 0;
  group.inputZeroPoint = hasValue ? operands.zeroPoint(2) : 0;
  group.nodes = {static_cast<int32_t>(index)};
  group.output = define(node);
  finish(std::move(group));
}

void Builder::addReshape(size_t index) {
  const Node& node = network_.nodes[index];
  View seen = view(node, 0);
  const Activation& x = graph_.activations[static_cast<size_t>(seen.activation)];
  const net::Tensor& data = tensor(node, 0);
  const net::Tensor& result = network_.tensors[static_cast<size_t>(node.outputs[0])];
  if (data.shape.size() == 4 && result.shape.size() == 2 && x.height * x.width > 1 && node.op != "Identity")
    seen.flattened = data.shape[2] * data.shape[3] > 1;
  views_[node.outputs[0]] = seen;
}

void Builder::addNode(size_t index) {
  const std::string& op = network_.nodes[index].op;
  if (op == "QLinearConv")
    addConvolution(index);
  else if (op == "QGemm" || op == "QLinearMatMul")
    addGemm(index);
  else if (op == "MaxPool" || op == "QLinearAveragePool")
    addPool(index);
  else if (op == "QLinearGlobalAveragePool")
    addGlobalAverage(index);
  else if (op == "QLinearAdd" || op == "QLinearMul")
    addBinary(index);
  else if (op == "Lut8")
    addLut(index);
  else if (op == "Concat" || op == "QLinearConcat")
    addConcat(index);
  else if (op == "Pad")
    addPad(index);
  else if (op == "Transpose")
    addTranspose(index);
  else
    addReshape(index);
}

DeviceGraph Builder::build() {
  graph_.steps = stepsOf(network_, schedule_);
  for (size_t s = 0; s < schedule_.steps.size(); ++s)
    if (schedule_.steps[s].onDevice)
      for (int32_t node : schedule_.steps[s].nodes)
        step_[static_cast<size_t>(node)] = s;
  std::map<int32_t, size_t> definedIn; // step of the activations that the device makes
  for (size_t s = 0; s < schedule_.steps.size(); ++s) {
    if (!schedule_.steps[s].onDevice)
      continue;
    Step& step = graph_.steps[s];
    step.firstGroup = static_cast<int32_t>(graph_.groups.size());
    for (int32_t node : schedule_.steps[s].nodes)
      if (!fused_.contains(static_cast<size_t>(node)))
        tryNode(static_cast<size_t>(node));
    step.endGroup = static_cast<int32_t>(graph_.groups.size());
    for (int32_t g = step.firstGroup; g < step.endGroup; ++g)
      definedIn[graph_.groups[static_cast<size_t>(g)].output] = s;
  }
  for (int32_t input : graph_.inputs)
    for (size_t g = 0; g < graph_.groups.size(); ++g) {
      const Group& group = graph_.groups[g];
      if (group.residual != input && std::count(group.inputs.begin(), group.inputs.end(), input) == 0)
        continue;
      auto step = std::find_if(graph_.steps.begin(), graph_.steps.end(),
                               [&](const Step& candidate) { return static_cast<size_t>(candidate.endGroup) > g; });
      step->inputs.push_back(input);
      break;
    }
  for (int32_t value : readByHost(network_, graph_.steps))
    if (auto found = views_.find(value); found != views_.end())
      if (auto defined = definedIn.extract(found->second.activation)) {
        graph_.outputs.push_back(defined.key());
        graph_.steps[defined.mapped()].outputs.push_back(defined.key());
      }
  return std::move(graph_);
}

// What turns out only here to be beyond the accelerator is noted, for another attempt without it.
void Builder::tryNode(size_t index) {
  try {
    addNode(index);
  } catch (const Refusal& refusal) {
    refusals_.emplace(refusal.node, refusal.reason);
  }
}

} // namespace

const char* name(GroupKind kind) {
  switch (kind) {
  case GroupKind::matrix:
    return "matrix";
  case GroupKind::depthwise:
    return "depthwise";
  case GroupKind::maxPool:
    return "max-pool";
  case GroupKind::sum:
    return "average-pool";
  case GroupKind::add:
    return "add";
  case GroupKind::multiply:
    return "multiply";
  case GroupKind::lut:
    return "lut";
  case GroupKind::concat:
    return "concat";
  case GroupKind::transpose:
    return "transpose";
  }
  return "?";
}

DeviceGraph buildDeviceGraph(const net::Network& network, HostPolicy policy) {
  Refusals refusals;
  while (true) {
    const Schedule schedule = scheduleNodes(
        network,
        [&](const Node& node) {
          const auto found = refusals.find(&node);
          return found == refusals.end() ? refusalOf(network, node) : found->second;
        },
        policy);
    const size_t before = refusals.size();
    DeviceGraph graph = Builder(network, schedule, refusals).build();
    if (refusals.size() == before)
      return graph;
  }
}

} // namespace weft::mapping
