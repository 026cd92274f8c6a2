// One function per ONNX operator: reads its attributes in every opset's form and emits the graph dialect's.
#include "compiler/import/importer.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace weft::onnx_import {

using namespace mlir;

namespace {

using graph::tensorType;

constexpr size_t kAny = size_t(-1);
constexpr int64_t kNoExtent = std::numeric_limits<int32_t>::max(); // attribute values stay below

int64_t rankOf(Value value) {
  return tensorType(value).getRank();
}

// Input i, which must be a tensor (the value of an operand is one unless it is omitted).
Value operand(GraphImporter& importer, const NodeReader& node, size_t i) {
  return importer.input(node, i);
}

int64_t normaliseAxis(const NodeReader& node, int64_t axis, int64_t rank, const char* name = "axis") {
  if (axis < -rank || axis >= rank)
    node.fail(fmt::format("{} must be in [{}, {}] for rank {}, but is {}", name, -rank, rank - 1, rank, axis));
  return axis < 0 ? axis + rank : axis;
}

// Axes from the attribute of older opsets or from input i of newer ones; nothing if there are neither.
std::optional<std::vector<int64_t>> axesOf(GraphImporter& importer, const NodeReader& node, size_t i, int64_t rank) {
  std::optional<std::vector<int64_t>> axes = node.integers("axes");
  if (!axes && node.has(i))
    axes = importer.constantInput(node, i);
  if (!axes)
    return std::nullopt;
  for (int64_t& axis : *axes)
    axis = normaliseAxis(node, axis, rank, "axes");
  std::sort(axes->begin(), axes->end());
  if (std::adjacent_find(axes->begin(), axes->end()) != axes->end())
    node.fail("axes must not repeat");
  return axes;
}

Value reshape(GraphImporter& importer, const NodeReader& node, Value x, ArrayRef<int64_t> dims) {
  return importer.emit(node, "reshape", {x, importer.integers(node, dims)});
}

// --- Windows --------------------------------------------------------------------------------------------------

struct Window {
  std::vector<int64_t> kernel, strides, pads, dilations;
};

std::vector<int64_t> windowValues(const NodeReader& node, const char* name, size_t count, int64_t least,
                                  int64_t otherwise) {
  std::vector<int64_t> values = node.integers(name).value_or(std::vector<int64_t>(count, otherwise));
  if (values.size() != count)
    node.fail(fmt::format("attribute '{}' must have {} values, but has {}", name, count, values.size()));
  for (int64_t value : values)
    if (value < least || value >= kNoExtent)
      node.fail(fmt::format("attribute '{}' must have values of {} or more, but has {}", name, least, value));
  return values;
}

// The window attributes of a convolution or pooling with auto_pad and ceil_mode made explicit in `pads`.
Window windowOf(const NodeReader& node, Value x, std::optional<ArrayRef<int64_t>> weightKernel) {
  if (rankOf(x) < 3)
    node.fail(fmt::format("its input must have a batch, a channel and spatial dimensions, but has rank {}", rankOf(x)));
  const ArrayRef<int64_t> extents = tensorType(x).getShape().drop_front(2);
  const size_t spatial = extents.size();
  if (!weightKernel && !node.hasAttribute("kernel_shape"))
    node.fail("attribute 'kernel_shape' is missing");
  Window window;
  window.kernel = windowValues(node, "kernel_shape", spatial, 1, 1);
  if (weightKernel && !node.hasAttribute("kernel_shape"))
    window.kernel = weightKernel->vec();
  if (window.kernel.size() != spatial)
    node.fail(fmt::format("the weight must have {} spatial dimensions", spatial));
  window.strides = windowValues(node, "strides", spatial, 1, 1);
  window.dilations = windowValues(node, "dilations", spatial, 1, 1);
  window.pads = windowValues(node, "pads", 2 * spatial, 0, 0);
  const std::string automatic = node.text("auto_pad", "NOTSET");
  if (automatic != "NOTSET" && automatic != "VALID" && automatic != "SAME_UPPER" && automatic != "SAME_LOWER")
    node.fail(
        fmt::format("attribute 'auto_pad' must be NOTSET, VALID, SAME_UPPER or SAME_LOWER, but is '{}'", automatic));
  const bool ceil = node.integer("ceil_mode", 0) != 0 && automatic == "NOTSET";
  for (size_t i = 0; i < spatial; ++i) {
    int64_t &begin = window.pads[i], &end = window.pads[spatial + i];
    const int64_t stride = window.strides[i], extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
    if (automatic == "VALID")
      begin = end = 0;
    if (automatic.starts_with("SAME")) {
      const int64_t outputs = (extents[i] + stride - 1) / stride;
      const int64_t total = std::max<int64_t>((outputs - 1) * stride + extent - extents[i], 0);
      begin = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
      end = total - begin;
    }
    if (ceil) {
      const int64_t span = extents[i] + begin + end - extent;
      int64_t outputs = span < 0 ? 1 : (span + stride - 1) / stride + 1;
      // A last window that would start in the padding at the end is dropped.
      if ((outputs - 1) * stride >= extents[i] + begin)
        --outputs;
      const int64_t missing = (outputs - 1) * stride - span;
      if (missing > 0 && node.integer("count_include_pad", 0) != 0)
        node.fail("ceil_mode together with count_include_pad is supported only where the windows fit exactly");
      end += std::max<int64_t>(missing, 0);
    }
  }
  return window;
}

SmallVector<NamedAttribute> attributesOf(GraphImporter& importer, const Window& window, bool dilations) {
  SmallVector<NamedAttribute> attributes = {importer.attribute("kernel_shape", ArrayRef(window.kernel)),
                                            importer.attribute("strides", ArrayRef(window.strides)),
                                            importer.attribute("pads", ArrayRef(window.pads))};
  if (dilations)
    attributes.push_back(importer.attribute("dilations", ArrayRef(window.dilations)));
  return attributes;
}

SmallVector<NamedAttribute> convAttributes(GraphImporter& importer, const NodeReader& node, Value x, Value w) {
  if (rankOf(w) < 3)
    node.fail(fmt::format("its weight must have at least 3 dimensions, but has {}", rankOf(w)));
  SmallVector<NamedAttribute> attributes =
      attributesOf(importer, windowOf(node, x, tensorType(w).getShape().drop_front(2)), true);
  attributes.push_back(importer.attribute("group", node.integer("group", 1)));
  return attributes;
}

Value conv(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0), w = operand(importer, node, 1);
  return importer.emit(node, "conv", {x, w, importer.input(node, 2)}, convAttributes(importer, node, x, w));
}

Value maxPool(GraphImporter& importer, const NodeReader& node) {
  node.require("storage_order", 0);
  Value x = operand(importer, node, 0);
  return importer.emit(node, "max_pool", x, attributesOf(importer, windowOf(node, x, std::nullopt), true));
}

SmallVector<NamedAttribute> averageAttributes(GraphImporter& importer, const NodeReader& node, Value x) {
  const Window window = windowOf(node, x, std::nullopt);
  if (std::any_of(window.dilations.begin(), window.dilations.end(), [](int64_t d) { return d != 1; }))
    node.fail("attribute 'dilations' must be all 1");
  SmallVector<NamedAttribute> attributes = attributesOf(importer, window, false);
  attributes.push_back(importer.attribute("count_include_pad", node.integer("count_include_pad", 0)));
  return attributes;
}

Value averagePool(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  return importer.emit(node, "average_pool", x, averageAttributes(importer, node, x));
}

Value globalMaxPool(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  if (rankOf(x) < 3)
    node.fail(fmt::format("its input must have at least 3 dimensions, but has {}", rankOf(x)));
  Window window;
  window.kernel = tensorType(x).getShape().drop_front(2).vec();
  window.strides = window.dilations = std::vector<int64_t>(window.kernel.size(), 1);
  window.pads = std::vector<int64_t>(2 * window.kernel.size(), 0);
  return importer.emit(node, "max_pool", x, attributesOf(importer, window, true));
}

Value reduceMean(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  const std::optional<std::vector<int64_t>> axes = axesOf(importer, node, 1, rankOf(x));
  std::vector<int64_t> spatial;
  for (int64_t axis = 2; axis < rankOf(x); ++axis)
    spatial.push_back(axis);
  if (spatial.empty() || !axes || *axes != spatial)
    node.fail("is supported only over all spatial axes (2, 3, ...), where it is a global average pool");
  Value pooled = importer.emit(node, "global_average_pool", x);
  if (node.integer("keepdims", 1) != 0)
    return pooled;
  return reshape(importer, node, pooled, tensorType(x).getShape().take_front(2));
}

// --- Linear algebra and element-wise --------------------------------------------------------------------------

Value gemm(GraphImporter& importer, const NodeReader& node) {
  return importer.emit(node, "gemm", {operand(importer, node, 0), operand(importer, node, 1), importer.input(node, 2)},
                       {importer.attribute("alpha", node.real("alpha", 1)),
                        importer.attribute("beta", node.real("beta", 1)),
                        importer.attribute("transA", node.integer("transA", 0)),
                        importer.attribute("transB", node.integer("transB", 0))});
}

template <const char* mnemonic> Value unary(GraphImporter& importer, const NodeReader& node) {
  return importer.emit(node, mnemonic, operand(importer, node, 0));
}
template <const char* mnemonic> Value binary(GraphImporter& importer, const NodeReader& node) {
  return importer.emit(node, mnemonic, {operand(importer, node, 0), operand(importer, node, 1)});
}
constexpr char kMatMul[] = "matmul", kAdd[] = "add", kSub[] = "sub", kMul[] = "mul", kDiv[] = "div", kRelu[] = "relu",
               kSigmoid[] = "sigmoid", kTanh[] = "tanh", kHardSwish[] = "hard_swish",
               kGlobalAveragePool[] = "global_average_pool";

Value sum(GraphImporter& importer, const NodeReader& node) {
  Value total = operand(importer, node, 0);
  for (size_t i = 1; i < node.inputCount(); ++i)
    total = importer.emit(node, "add", {total, operand(importer, node, i)});
  return total;
}

Value leakyRelu(GraphImporter& importer, const NodeReader& node) {
  return importer.emit(node, "leaky_relu", operand(importer, node, 0),
                       importer.attribute("alpha", node.real("alpha", 0.01f)));
}

Value hardSigmoid(GraphImporter& importer, const NodeReader& node) {
  return importer.emit(
      node, "hard_sigmoid", operand(importer, node, 0),
      {importer.attribute("alpha", node.real("alpha", 0.2f)), importer.attribute("beta", node.real("beta", 0.5f))});
}

// Bounds are attributes before opset 11, optional inputs since.
Value clip(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  const auto bound = [&](const char* name, size_t i) {
    if (!node.hasAttribute(name))
      return importer.input(node, i);
    const double value = node.real(name, 0);
    Type element = tensorType(x).getElementType();
    if (!isa<FloatType>(element))
      node.fail(fmt::format("attribute '{}' needs a float input", name));
    return importer.constant(node, graph::constantFromReals(RankedTensorType::get({}, element), {&value, 1}));
  };
  return importer.emit(node, "clip", {x, bound("min", 1), bound("max", 2)});
}

Value softmaxAs(GraphImporter& importer, const NodeReader& node, Value x, int64_t opset,
                llvm::function_ref<Value(Value, int64_t)> emit) {
  const int64_t rank = rankOf(x);
  const int64_t axis = normaliseAxis(node, node.integer("axis", opset < 13 ? 1 : -1), rank);
  if (opset >= 13)
    return emit(x, axis);
  // Before opset 13 all axes from `axis` on are one.
  const ArrayRef<int64_t> dims = tensorType(x).getShape();
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < rank; ++i)
    (i < axis ? outer : inner) *= dims[static_cast<size_t>(i)];
  if (inner == dims[static_cast<size_t>(axis)])
    return emit(x, axis);
  return reshape(importer, node, emit(reshape(importer, node, x, {outer, inner}), 1), dims);
}

Value softmax(GraphImporter& importer, const NodeReader& node) {
  return softmaxAs(importer, node, operand(importer, node, 0), importer.opset(), [&](Value x, int64_t axis) {
    return importer.emit(node, "softmax", x, importer.attribute("axis", axis));
  });
}

Value batchNorm(GraphImporter& importer, const NodeReader& node) {
  node.require("spatial", 1);
  node.require("training_mode", 0);
  SmallVector<Value> operands;
  for (size_t i = 0; i < 5; ++i)
    operands.push_back(operand(importer, node, i));
  return importer.emit(node, "batch_norm", operands, importer.attribute("epsilon", node.real("epsilon", 1e-5f)));
}

// --- Data movement --------------------------------------------------------------------------------------------

Value reshapeNode(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  std::vector<int64_t> dims = importer.constantInput(node, 1);
  const bool allowZero = node.integer("allowzero", 0) != 0;
  int64_t known = 1, unknown = -1;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && !allowZero) {
      if (static_cast<int64_t>(i) >= rankOf(x))
        node.fail(fmt::format("shape has 0 (keep) for dimension {}, which the input has not", i));
      dims[i] = tensorType(x).getDimSize(static_cast<unsigned>(i));
    }
    if (dims[i] < -1 || (dims[i] == -1 && unknown >= 0) || dims[i] >= kNoExtent)
      node.fail(fmt::format("shape must have extents and at most one -1, but has {}", dims[i]));
    if (dims[i] == -1)
      unknown = static_cast<int64_t>(i);
    else if (dims[i] != 0 && known > kNoExtent / dims[i])
      node.fail("shape has too many elements");
    else
      known *= dims[i];
  }
  if (unknown >= 0) {
    if (known == 0 || tensorType(x).getNumElements() % known != 0)
      node.fail(fmt::format("shape's -1 cannot be resolved: {} elements are not a multiple of {}",
                            tensorType(x).getNumElements(), known));
    dims[static_cast<size_t>(unknown)] = tensorType(x).getNumElements() / known;
  }
  return reshape(importer, node, x, dims);
}

Value flatten(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  const int64_t rank = rankOf(x);
  int64_t axis = node.integer("axis", 1);
  if (axis < -rank || axis > rank)
    node.fail(fmt::format("axis must be in [{}, {}], but is {}", -rank, rank, axis));
  axis = axis < 0 ? axis + rank : axis;
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < rank; ++i)
    (i < axis ? outer : inner) *= tensorType(x).getDimSize(static_cast<unsigned>(i));
  return reshape(importer, node, x, {outer, inner});
}

Value squeeze(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  const std::optional<std::vector<int64_t>> axes = axesOf(importer, node, 1, rankOf(x));
  std::vector<int64_t> dims;
  for (int64_t i = 0; i < rankOf(x); ++i) {
    const int64_t dim = tensorType(x).getDimSize(static_cast<unsigned>(i));
    const bool drop = axes ? std::binary_search(axes->begin(), axes->end(), i) : dim == 1;
    if (drop && dim != 1)
      node.fail(fmt::format("cannot squeeze axis {}, which has {} elements", i, dim));
    if (!drop)
      dims.push_back(dim);
  }
  return reshape(importer, node, x, dims);
}

Value unsqueeze(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  const size_t added =
      node.integers("axes").value_or(node.has(1) ? importer.constantInput(node, 1) : std::vector<int64_t>()).size();
  const int64_t rank = rankOf(x) + static_cast<int64_t>(added);
  const std::vector<int64_t> axes = axesOf(importer, node, 1, rank).value_or(std::vector<int64_t>());
  std::vector<int64_t> dims;
  unsigned next = 0;
  for (int64_t i = 0; i < rank; ++i)
    dims.push_back(std::binary_search(axes.begin(), axes.end(), i) ? 1 : tensorType(x).getDimSize(next++));
  return reshape(importer, node, x, dims);
}

Value transpose(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  std::vector<int64_t> reversed;
  for (int64_t i = rankOf(x); i-- > 0;)
    reversed.push_back(i);
  return importer.emit(node, "transpose", x,
                       importer.attribute("perm", ArrayRef(node.integers("perm").value_or(reversed))));
}

Value concat(GraphImporter& importer, const NodeReader& node) {
  SmallVector<Value> inputs;
  for (size_t i = 0; i < node.inputCount(); ++i) {
    if (!node.has(i))
      node.fail(fmt::format("input {} is missing", i));
    inputs.push_back(importer.input(node, i));
  }
  if (!node.hasAttribute("axis"))
    node.fail("attribute 'axis' is missing");
  const int64_t axis = normaliseAxis(node, node.integer("axis", 0), rankOf(inputs.front()));
  return importer.emit(node, "concat", inputs, importer.attribute("axis", axis));
}

Value pad(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  const auto rank = static_cast<size_t>(rankOf(x));
  std::optional<std::vector<int64_t>> given = node.integers("pads");
  if (!given && !node.has(1))
    node.fail("has no pads");
  if (!given)
    given = importer.constantInput(node, 1);
  std::vector<int64_t> pads = *given;
  if (node.has(3)) { // opset 18: pads of some axes only
    std::vector<int64_t> axes = importer.constantInput(node, 3);
    if (pads.size() != 2 * axes.size())
      node.fail(fmt::format("pads must have two values for each of the {} axes, but has {}", axes.size(), pads.size()));
    pads.assign(2 * rank, 0);
    for (size_t i = 0; i < axes.size(); ++i) {
      const auto axis = static_cast<size_t>(normaliseAxis(node, axes[i], rankOf(x), "axes"));
      pads[axis] = (*given)[i];
      pads[rank + axis] = (*given)[axes.size() + i];
    }
  }
  for (int64_t amount : pads)
    if (amount < 0)
      node.fail(fmt::format("negative pads are not supported, but one is {}; use Slice to crop", amount));
  Value value = importer.input(node, 2);
  if (node.hasAttribute("value")) {
    const double filler = node.real("value", 0);
    Type element = tensorType(x).getElementType();
    if (!isa<FloatType>(element))
      node.fail("attribute 'value' needs a float input");
    value = importer.constant(node, graph::constantFromReals(RankedTensorType::get({}, element), {&filler, 1}));
  }
  return importer.emit(node, "pad", {x, importer.integers(node, pads), value},
                       importer.attribute("mode", StringRef(node.text("mode", "constant"))));
}

Value slice(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  const bool old = node.hasAttribute("starts");
  if (!old && (!node.has(1) || !node.has(2)))
    node.fail("has no starts or ends");
  std::vector<int64_t> starts = old ? *node.integers("starts") : importer.constantInput(node, 1);
  std::vector<int64_t> ends =
      old ? node.integers("ends").value_or(std::vector<int64_t>()) : importer.constantInput(node, 2);
  std::vector<int64_t> axes, steps(starts.size(), 1);
  for (size_t i = 0; i < starts.size(); ++i)
    axes.push_back(static_cast<int64_t>(i));
  if (old)
    axes = node.integers("axes").value_or(axes);
  else if (node.has(3))
    axes = importer.constantInput(node, 3);
  if (!old && node.has(4))
    steps = importer.constantInput(node, 4);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    node.fail("starts, ends, axes and steps must have the same number of values");
  for (size_t i = 0; i < starts.size(); ++i) {
    axes[i] = normaliseAxis(node, axes[i], rankOf(x), "axes");
    if (std::count(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(i), axes[i]) > 0)
      node.fail("axes must not repeat");
    const int64_t dim = tensorType(x).getDimSize(static_cast<unsigned>(axes[i]));
    if (steps[i] < 1 || steps[i] >= kNoExtent)
      node.fail(fmt::format("steps must be 1 or more, but one is {}", steps[i]));
    const auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + dim : at, 0, dim); };
    starts[i] = clamp(starts[i]);
    ends[i] = std::max(clamp(ends[i]), starts[i]);
  }
  return importer.emit(node, "slice",
                       {x, importer.integers(node, starts), importer.integers(node, ends),
                        importer.integers(node, axes), importer.integers(node, steps)});
}

Value cast(GraphImporter& importer, const NodeReader& node) {
  if (!node.hasAttribute("to"))
    node.fail("attribute 'to' is missing");
  return importer.emit(node, "cast", operand(importer, node, 0), importer.attribute("to", node.integer("to", 0)));
}

Value identity(GraphImporter& importer, const NodeReader& node) {
  return operand(importer, node, 0);
}

Value dropout(GraphImporter& importer, const NodeReader& node) {
  if (node.has(2) && graph::constantScalar(importer.input(node, 2)) != 0.0)
    node.fail("training_mode must be false");
  return operand(importer, node, 0);
}

// --- Constants ------------------------------------------------------------------------------------------------

Value constant(GraphImporter& importer, const NodeReader& node) {
  if (const std::optional<TensorData> value = node.tensor("value"))
    return importer.constant(node, *value);
  const bool one = node.hasAttribute("value_float") || node.hasAttribute("value_int");
  std::vector<float> reals = node.reals("value_floats").value_or(std::vector<float>());
  std::vector<int64_t> integers = node.integers("value_ints").value_or(std::vector<int64_t>());
  if (node.hasAttribute("value_float"))
    reals.push_back(node.real("value_float", 0));
  if (node.hasAttribute("value_int"))
    integers.push_back(node.integer("value_int", 0));
  const bool isReal = node.hasAttribute("value_float") || node.hasAttribute("value_floats");
  if (node.raw().attribute_size() != 1)
    node.fail("must have exactly one attribute: value, value_float, value_floats, value_int or value_ints");
  SmallVector<int64_t> dims;
  if (!one)
    dims.push_back(static_cast<int64_t>(isReal ? reals.size() : integers.size()));
  OpBuilder& builder = importer.builder();
  const auto type = RankedTensorType::get(dims, isReal ? Type(builder.getF32Type()) : Type(builder.getI64Type()));
  return importer.constant(node, isReal
                                     ? graph::constantFromReals(type, std::vector<double>(reals.begin(), reals.end()))
                                     : graph::constantFromIntegers(type, integers));
}

Value constantOfShape(GraphImporter& importer, const NodeReader& node) {
  const std::vector<int64_t> dims = importer.constantInput(node, 0);
  const std::optional<int64_t> count = countElements(dims, graph::kMaxElements);
  if (!count)
    node.fail("the shape is negative or too large");
  TensorData value =
      node.tensor("value").value_or(TensorData{onnx::TensorProto::FLOAT, {1}, std::vector<uint8_t>(sizeof(float), 0)});
  const size_t width = elementBytes(value.type);
  if (value.bytes.size() != width)
    node.fail("attribute 'value' must have one element");
  const auto one = RankedTensorType::get({1}, importer.elementType(value.type));
  const auto type = RankedTensorType::get(dims, one.getElementType());
  importer.accountComputed(node, type);
  DenseElementsAttr splat = graph::constantFromBytes(one, value.bytes);
  return importer.constant(node, *count == 0 ? graph::constantFromBytes(type, {}) : splat.resizeSplat(type));
}

Value shape(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0);
  const int64_t rank = rankOf(x);
  const auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const int64_t start = clamp(node.integer("start", 0)), end = clamp(node.integer("end", rank));
  const ArrayRef<int64_t> dims = tensorType(x).getShape();
  return importer.integers(node, start >= end
                                     ? ArrayRef<int64_t>()
                                     : dims.slice(static_cast<size_t>(start), static_cast<size_t>(end - start)));
}

// Only of constants: what is left of a model's shape arithmetic.
Value gather(GraphImporter& importer, const NodeReader& node) {
  Value data = operand(importer, node, 0);
  const DenseElementsAttr constantData = graph::constantOf(data);
  std::vector<int64_t> indices = importer.constantInput(node, 1);
  if (!constantData)
    node.fail("is supported only where its data is a constant (as in shape arithmetic)");
  const ArrayRef<int64_t> dims = tensorType(data).getShape();
  const int64_t axis = normaliseAxis(node, node.integer("axis", 0), rankOf(data));
  const int64_t extent = dims[static_cast<size_t>(axis)];
  const ArrayRef<int64_t> indexDims = tensorType(importer.input(node, 1)).getShape();
  SmallVector<int64_t> result(dims.take_front(static_cast<size_t>(axis)));
  result.append(indexDims.begin(), indexDims.end());
  const ArrayRef<int64_t> rest = dims.drop_front(static_cast<size_t>(axis) + 1);
  result.append(rest.begin(), rest.end());
  if (!countElements(result, int64_t(1) << 24))
    node.fail("its constant result is too large");
  const std::vector<uint8_t> bytes = graph::bytesOf(constantData);
  int64_t outer = 1;
  for (int64_t dim : dims.take_front(static_cast<size_t>(axis)))
    outer *= dim;
  const int64_t chunk =
      outer * extent == 0 ? 0 : static_cast<int64_t>(bytes.size()) / (outer * extent); // bytes per index
  std::vector<uint8_t> gathered;
  for (int64_t i = 0; i < outer; ++i)
    for (int64_t index : indices) {
      if (index < -extent || index >= extent)
        node.fail(fmt::format("index {} is out of range for an axis of {}", index, extent));
      const auto from = bytes.begin() + (i * extent + (index < 0 ? index + extent : index)) * chunk;
      gathered.insert(gathered.end(), from, from + chunk);
    }
  const auto type = RankedTensorType::get(result, tensorType(data).getElementType());
  return importer.constant(node, graph::constantFromBytes(type, gathered));
}

// --- Quantisation ---------------------------------------------------------------------------------------------

// Zero point input i, or zeros of the given type shaped like `scale` where it is omitted.
Value zeroPoint(GraphImporter& importer, const NodeReader& node, size_t i, Value scale, Type element) {
  if (node.has(i))
    return importer.input(node, i);
  if (tensorType(scale).getRank() > 1)
    node.fail(fmt::format("input {} (a scale) must be a scalar or a vector, but has {} dimensions", i - 1,
                          tensorType(scale).getRank()));
  const auto type = RankedTensorType::get(tensorType(scale).getShape(), element);
  importer.accountComputed(node, type);
  return importer.constant(node, DenseElementsAttr::get(type, importer.builder().getZeroAttr(element)));
}

// The axis of a per-axis quantisation; 0 where there is one scale (the axis has no meaning).
int64_t quantizationAxis(const NodeReader& node, Value x, Value scale) {
  node.require("block_size", 0);
  return tensorType(scale).getNumElements() == 1 ? 0 : normaliseAxis(node, node.integer("axis", 1), rankOf(x));
}

Value quantizeLinear(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0), scale = operand(importer, node, 1);
  const int64_t type = node.integer("output_dtype", 0);
  if (type != 0 && type != onnx::TensorProto::UINT8 && type != onnx::TensorProto::INT8)
    node.fail("attribute 'output_dtype' must be uint8 or int8");
  Value zero = zeroPoint(importer, node, 2, scale,
                         importer.elementType(type == 0 ? onnx::TensorProto::UINT8 : static_cast<int32_t>(type)));
  return importer.emit(node, "quantize", {x, scale, zero},
                       importer.attribute("axis", quantizationAxis(node, x, scale)));
}

Value dequantizeLinear(GraphImporter& importer, const NodeReader& node) {
  Value x = operand(importer, node, 0), scale = operand(importer, node, 1);
  Value zero = zeroPoint(importer, node, 2, scale, tensorType(x).getElementType());
  return importer.emit(node, "dequantize", {x, scale, zero},
                       importer.attribute("axis", quantizationAxis(node, x, scale)));
}

SmallVector<Value> allInputs(GraphImporter& importer, const NodeReader& node, size_t count) {
  SmallVector<Value> operands;
  for (size_t i = 0; i < count; ++i)
    operands.push_back(importer.input(node, i));
  return operands;
}

Value qlinearConv(GraphImporter& importer, const NodeReader& node) {
  const SmallVector<Value> operands = allInputs(importer, node, 9);
  return importer.emit(node, "qlinear_conv", operands, convAttributes(importer, node, operands[0], operands[3]));
}

Value qlinearMatMul(GraphImporter& importer, const NodeReader& node) {
  return importer.emit(node, "qlinear_matmul", allInputs(importer, node, 8));
}

Value qgemm(GraphImporter& importer, const NodeReader& node) {
  if (!node.has(7) || !node.has(8))
    node.fail("y_scale and y_zero_point must be given; a float result is not supported");
  return importer.emit(node, "qgemm", allInputs(importer, node, 9),
                       {importer.attribute("alpha", node.real("alpha", 1)),
                        importer.attribute("transA", node.integer("transA", 0)),
                        importer.attribute("transB", node.integer("transB", 0))});
}

// A, A_scale, A_zero_point?, B, B_scale, B_zero_point?, C_scale, C_zero_point?
template <const char* mnemonic> Value qlinearBinary(GraphImporter& importer, const NodeReader& node) {
  SmallVector<Value> operands = allInputs(importer, node, 8);
  const Type element = tensorType(operands[0]).getElementType();
  for (size_t i : {size_t(2), size_t(5), size_t(7)})
    operands[i] = zeroPoint(importer, node, i, operands[i - 1], element);
  return importer.emit(node, mnemonic, operands);
}
constexpr char kQLinearAdd[] = "qlinear_add", kQLinearMul[] = "qlinear_mul";

// X, X_scale, X_zero_point?, Y_scale, Y_zero_point?
SmallVector<Value> quantizedUnary(GraphImporter& importer, const NodeReader& node) {
  node.require("channels_last", 0);
  SmallVector<Value> operands = allInputs(importer, node, 5);
  const Type element = tensorType(operands[0]).getElementType();
  for (size_t i : {size_t(2), size_t(4)})
    operands[i] = zeroPoint(importer, node, i, operands[i - 1], element);
  return operands;
}

Value qlinearAveragePool(GraphImporter& importer, const NodeReader& node) {
  const SmallVector<Value> operands = quantizedUnary(importer, node);
  return importer.emit(node, "qlinear_average_pool", operands, averageAttributes(importer, node, operands[0]));
}

Value qlinearGlobalAveragePool(GraphImporter& importer, const NodeReader& node) {
  return importer.emit(node, "qlinear_global_average_pool", quantizedUnary(importer, node));
}

Value qlinearSigmoid(GraphImporter& importer, const NodeReader& node) {
  return importer.emit(node, "qlinear_sigmoid", quantizedUnary(importer, node));
}

Value qlinearLeakyRelu(GraphImporter& importer, const NodeReader& node) {
  return importer.emit(node, "qlinear_leaky_relu", quantizedUnary(importer, node),
                       importer.attribute("alpha", node.real("alpha", 0.01f)));
}

Value qlinearSoftmax(GraphImporter& importer, const NodeReader& node) {
  SmallVector<Value> operands = quantizedUnary(importer, node);
  return softmaxAs(importer, node, operands[0], node.integer("opset", importer.opset()), [&](Value x, int64_t axis) {
    operands[0] = x;
    return importer.emit(node, "qlinear_softmax", operands,
                         {importer.attribute("axis", axis), importer.attribute("opset", int64_t(13))});
  });
}

Value qlinearConcat(GraphImporter& importer, const NodeReader& node) {
  const SmallVector<Value> operands = allInputs(importer, node, node.inputCount());
  for (size_t i = 0; i < operands.size(); ++i)
    if (!node.has(i))
      node.fail(fmt::format("input {} is missing", i));
  if (!node.hasAttribute("axis"))
    node.fail("attribute 'axis' is missing");
  const int64_t axis = normaliseAxis(node, node.integer("axis", 0), rankOf(operands[2]));
  return importer.emit(node, "qlinear_concat", operands, importer.attribute("axis", axis));
}

constexpr Operator kOperators[] = {
    {"Add", 2, 2, "", binary<kAdd>},
    {"AveragePool", 1, 1, "auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides", averagePool},
    {"BatchNormalization", 5, 5, "epsilon momentum spatial training_mode", batchNorm},
    {"Cast", 1, 1, "saturate to", cast},
    {"Clip", 1, 3, "max min", clip},
    {"Concat", 1, kAny, "axis", concat},
    {"Constant", 0, 0, "value value_float value_floats value_int value_ints", constant},
    {"ConstantOfShape", 1, 1, "value", constantOfShape},
    {"Conv", 2, 3, "auto_pad dilations group kernel_shape pads strides", conv},
    {"DequantizeLinear", 2, 3, "axis block_size", dequantizeLinear},
    {"Div", 2, 2, "", binary<kDiv>},
    {"Dropout", 1, 3, "ratio seed", dropout},
    {"Flatten", 1, 1, "axis", flatten},
    {"Gather", 2, 2, "axis", gather},
    {"Gemm", 2, 3, "alpha beta transA transB", gemm},
    {"GlobalAveragePool", 1, 1, "", unary<kGlobalAveragePool>},
    {"GlobalMaxPool", 1, 1, "", globalMaxPool},
    {"HardSigmoid", 1, 1, "alpha beta", hardSigmoid},
    {"HardSwish", 1, 1, "", unary<kHardSwish>},
    {"Identity", 1, 1, "", identity},
    {"LeakyRelu", 1, 1, "alpha", leakyRelu},
    {"MatMul", 2, 2, "", binary<kMatMul>},
    {"MaxPool", 1, 1, "auto_pad ceil_mode dilations kernel_shape pads storage_order strides", maxPool},
    {"Mul", 2, 2, "", binary<kMul>},
    {"Pad", 1, 4, "mode pads value", pad},
    {"QLinearConv", 8, 9, "auto_pad dilations group kernel_shape pads strides", qlinearConv},
    {"QLinearMatMul", 8, 8, "", qlinearMatMul},
    {"QuantizeLinear", 2, 3, "axis block_size output_dtype precision saturate", quantizeLinear},
    {"ReduceMean", 1, 2, "axes keepdims noop_with_empty_axes", reduceMean},
    {"Relu", 1, 1, "", unary<kRelu>},
    {"Reshape", 2, 2, "allowzero", reshapeNode},
    {"Shape", 1, 1, "end start", shape},
    {"Sigmoid", 1, 1, "", unary<kSigmoid>},
    {"Slice", 1, 5, "axes ends starts", slice},
    {"Softmax", 1, 1, "axis", softmax},
    {"Squeeze", 1, 2, "axes", squeeze},
    {"Sub", 2, 2, "", binary<kSub>},
    {"Sum", 1, kAny, "", sum},
    {"Tanh", 1, 1, "", unary<kTanh>},
    {"Transpose", 1, 1, "perm", transpose},
    {"Unsqueeze", 1, 2, "axes", unsqueeze},
    {"com.microsoft.DequantizeLinear", 2, 3, "axis", dequantizeLinear},
    {"com.microsoft.QGemm", 6, 9, "alpha transA transB", qgemm},
    {"com.microsoft.QLinearAdd", 7, 8, "", qlinearBinary<kQLinearAdd>},
    {"com.microsoft.QLinearAveragePool", 4, 5,
     "auto_pad ceil_mode channels_last count_include_pad kernel_shape pads strides", qlinearAveragePool},
    {"com.microsoft.QLinearConcat", 5, kAny, "axis", qlinearConcat},
    {"com.microsoft.QLinearGlobalAveragePool", 4, 5, "channels_last", qlinearGlobalAveragePool},
    {"com.microsoft.QLinearLeakyRelu", 4, 5, "alpha", qlinearLeakyRelu},
    {"com.microsoft.QLinearMul", 7, 8, "", qlinearBinary<kQLinearMul>},
    {"com.microsoft.QLinearSigmoid", 4, 5, "", qlinearSigmoid},
    {"com.microsoft.QLinearSoftmax", 4, 5, "axis opset", qlinearSoftmax},
    {"com.microsoft.QuantizeLinear", 2, 3, "axis", quantizeLinear},
};

} // namespace

std::span<const Operator> operators() {
  return kOperators;
}

const Operator* findOperator(std::string_view name) {
  for (const Operator& row : kOperators)
    if (row.name == name)
      return &row;
  return nullptr;
}

} // namespace weft::onnx_import
