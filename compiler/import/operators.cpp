// From ONNX nodes to operations of the graph dialect. What isa/program/Operators.td says of an operator is enough for
// most: operands in order, attributes with their defaults, older opsets' attributes as operands. The others have a rule
// here, a function that emits something else or more than that.
#include "compiler/import/importer.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace weft::onnx_import {

using namespace mlir;

namespace {

using graph::tensorType;

constexpr int64_t kNoExtent = std::numeric_limits<int32_t>::max(); // attribute values stay below

// What a node makes: one value for each output that is supported.
struct Results {
  Results(Value value) : values({value}) {}
  Results(SmallVector<Value> several) : values(std::move(several)) {}
  SmallVector<Value> values;
};

int64_t rankOf(Value value) {
  return tensorType(value).getRank();
}

int64_t normaliseAxis(const NodeReader& node, int64_t axis, int64_t rank, const char* name = "axis") {
  if (axis < -rank || axis >= rank)
    node.fail(fmt::format("{} must be in [{}, {}] for rank {}, but is {}", name, -rank, rank - 1, rank, axis));
  return axis < 0 ? axis + rank : axis;
}

// --- By description -------------------------------------------------------------------------------------------

// Input i, which is a scale, as a tensor of zeros of the given type.
Value zerosLike(GraphImporter& importer, const NodeReader& node, size_t i, Value scale, Type element) {
  if (tensorType(scale).getRank() > 1)
    node.fail(fmt::format("input {} (a scale) must be a scalar or a vector, but has {} dimensions", i,
                          tensorType(scale).getRank()));
  const auto type = RankedTensorType::get(tensorType(scale).getShape(), element);
  importer.accountComputed(node, type);
  return importer.constant(node, DenseElementsAttr::get(type, importer.builder().getZeroAttr(element)));
}

size_t indexOf(const net::OperatorInfo& info, std::string_view name) {
  for (size_t i = 0; i < info.operands.size(); ++i)
    if (info.operands[i].name == name)
      return i;
  return net::kNoOperand;
}

// The operand of this name; null if the operator has none.
Value named(const net::OperatorInfo& info, ArrayRef<Value> operands, std::string_view name) {
  const size_t i = indexOf(info, name);
  return i == net::kNoOperand ? Value() : operands[i];
}

// A zero point that is omitted: zeros of its tensor's type (or the first tensor's, for a result), shaped like its
// scale.
Value omittedZeroPoint(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info,
                       ArrayRef<Value> operands, std::string_view name) {
  const std::string_view tensor = name.substr(0, name.rfind("_zero_point"));
  const size_t of = indexOf(info, tensor), scale = indexOf(info, std::string(tensor) + "_scale");
  const Type element = tensorType(operands[of == net::kNoOperand ? 0 : of]).getElementType();
  if (scale != net::kNoOperand)
    return zerosLike(importer, node, scale, operands[scale], element);
  const int64_t zero = 0;
  return importer.constant(node, graph::constantFromIntegers(RankedTensorType::get({}, element), {&zero, 1}));
}

// The value of an operand that this older node has as an attribute.
Value fromAttribute(GraphImporter& importer, const NodeReader& node, const net::OperandInfo& item, Value x) {
  const std::string name(item.name);
  if (!item.scalar)
    return importer.integers(node, node.integers(name).value_or(std::vector<int64_t>()));
  Type element = tensorType(x).getElementType();
  if (!isa<FloatType>(element))
    node.fail(fmt::format("attribute '{}' needs a float input", name));
  const double value = node.real(name, 0);
  return importer.constant(node, graph::constantFromReals(RankedTensorType::get({}, element), {&value, 1}));
}

// The operands of the operation.
SmallVector<Value> operandsOf(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  SmallVector<Value> operands;
  for (size_t i = 0; i < info.operands.size(); ++i) {
    const net::OperandInfo& item = info.operands[i];
    if (item.presence == net::Presence::resolved)
      break;
    if (item.repeated > 0) {
      for (size_t j = i; j < node.inputCount(); ++j) {
        if (!node.has(j))
          node.fail(fmt::format("input {} is missing", j));
        operands.push_back(importer.input(node, j));
      }
    } else if (node.has(i)) {
      operands.push_back(importer.input(node, i));
    } else if (item.attributeBefore && node.hasAttribute(item.name)) {
      operands.push_back(fromAttribute(importer, node, item, operands.front()));
    } else if (item.presence == net::Presence::optional) {
      operands.push_back(importer.none());
    } else if (item.presence == net::Presence::defaulted && item.role == net::Role::zeroPoint) {
      operands.push_back(omittedZeroPoint(importer, node, info, operands, item.name));
    } else {
      node.fail(fmt::format("input {} is missing", i));
    }
  }
  return operands;
}

// The tensor whose dimensions an attribute `axis` counts.
int64_t axisRank(const net::OperatorInfo& info, ArrayRef<Value> operands) {
  for (size_t i = 0; i < info.operands.size() && i < operands.size(); ++i)
    if (info.operands[i].role == net::Role::tensor)
      return rankOf(operands[i]);
  return 0;
}

// The operation's attributes less the lists, whose length and defaults a rule knows. Checks those of one legal value.
SmallVector<NamedAttribute> attributesOf(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info,
                                         ArrayRef<Value> operands) {
  SmallVector<NamedAttribute> attributes;
  for (const net::AttributeInfo& item : info.attributes) {
    const std::string name(item.name);
    if (item.form == net::AttributeForm::fixed)
      node.require(name, item.integer);
    if (item.form != net::AttributeForm::common)
      continue;
    if (item.required && !node.hasAttribute(name))
      node.fail(fmt::format("attribute '{}' is missing", name));
    switch (item.kind) {
    case net::AttributeKind::integer:
      attributes.push_back(importer.attribute(name, node.integer(name, item.integer)));
      break;
    case net::AttributeKind::axis:
      attributes.push_back(importer.attribute(
          name, normaliseAxis(node, node.integer(name, item.integer), axisRank(info, operands), name.c_str())));
      break;
    case net::AttributeKind::real:
      attributes.push_back(importer.attribute(name, node.real(name, static_cast<float>(item.real))));
      break;
    case net::AttributeKind::text:
      attributes.push_back(importer.attribute(name, StringRef(node.text(name, std::string(item.text)))));
      break;
    case net::AttributeKind::integers: // of rules
    case net::AttributeKind::reals:    // never in the dialect, like the rest
    case net::AttributeKind::tensor:
    case net::AttributeKind::ignored:
      break;
    }
  }
  return attributes;
}

Results byDescription(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  const SmallVector<Value> operands = operandsOf(importer, node, info);
  return importer.emit(node, info.mnemonic, operands, attributesOf(importer, node, info, operands));
}

// Whether byDescription leaves nothing out.
constexpr bool isDescribed(const net::OperatorInfo& info) {
  if (info.mnemonic.empty())
    return false;
  for (const net::OperandInfo& item : info.operands)
    if (item.presence == net::Presence::resolved ||
        (item.presence == net::Presence::defaulted && item.role != net::Role::zeroPoint))
      return false;
  for (const net::AttributeInfo& item : info.attributes)
    if (item.form == net::AttributeForm::resolved ||
        (item.form == net::AttributeForm::common && item.kind == net::AttributeKind::integers))
      return false;
  return true;
}

// What is left of x where pads (of its last axes) are negative; those become 0.
Value crop(GraphImporter& importer, const NodeReader& node, Value x, std::vector<int64_t>& pads) {
  const size_t rank = pads.size() / 2, first = static_cast<size_t>(rankOf(x)) - rank;
  std::vector<int64_t> starts, ends, axes;
  for (size_t i = 0; i < rank; ++i) {
    const int64_t extent = tensorType(x).getDimSize(static_cast<unsigned>(first + i));
    int64_t &begin = pads[i], &end = pads[rank + i];
    if (begin >= 0 && end >= 0)
      continue;
    axes.push_back(static_cast<int64_t>(first + i));
    starts.push_back(-std::min<int64_t>(begin, 0));
    ends.push_back(extent + std::min<int64_t>(end, 0));
    if (begin < -extent || end < -extent || ends.back() < starts.back())
      node.fail(fmt::format("pads remove more than the {} elements of axis {}", extent, first + i));
    begin = std::max<int64_t>(begin, 0);
    end = std::max<int64_t>(end, 0);
  }
  if (axes.empty())
    return x;
  const std::vector<int64_t> steps(axes.size(), 1);
  return importer.emit(node, "slice",
                       {x, importer.integers(node, starts), importer.integers(node, ends),
                        importer.integers(node, axes), importer.integers(node, steps)});
}

// --- Windows --------------------------------------------------------------------------------------------------

struct Window {
  std::vector<int64_t> kernel, strides, pads, dilations;
  std::vector<int64_t> overhang; // what the last window reaches beyond the padding, by ceil_mode
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

std::string autoPadOf(const NodeReader& node) {
  const std::string automatic = node.text("auto_pad", "NOTSET");
  if (automatic != "NOTSET" && automatic != "VALID" && automatic != "SAME_UPPER" && automatic != "SAME_LOWER")
    node.fail(
        fmt::format("attribute 'auto_pad' must be NOTSET, VALID, SAME_UPPER or SAME_LOWER, but is '{}'", automatic));
  return automatic;
}

// The window of a convolution or pooling with auto_pad made explicit in `pads`. Where a stride is so long that SAME
// leaves elements out, a convolution starts behind the first of them as in ONNX Runtime (a negative pad); a pool, which
// that refuses, starts at the first.
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
  window.overhang.assign(spatial, 0);
  const std::string automatic = autoPadOf(node);
  const bool ceil = node.integer("ceil_mode", 0) != 0 && automatic == "NOTSET";
  for (size_t i = 0; i < spatial; ++i) {
    int64_t &begin = window.pads[i], &end = window.pads[spatial + i];
    const int64_t stride = window.strides[i], extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
    if (automatic == "VALID")
      begin = end = 0;
    if (automatic.starts_with("SAME")) {
      const int64_t outputs = (extents[i] + stride - 1) / stride;
      const bool upper = automatic == "SAME_UPPER";
      const int64_t total = (outputs - 1) * stride + extent - extents[i], more = std::max<int64_t>(total, 0);
      begin = total < 0 && weightKernel ? (total + (upper ? 1 : 2)) / 2 : upper ? more / 2 : more - more / 2;
      end = more - std::max<int64_t>(begin, 0);
    }
    if (ceil) {
      const int64_t span = extents[i] + begin + end - extent;
      int64_t outputs = span < 0 ? 1 : (span + stride - 1) / stride + 1;
      // A last window that would start in the padding at the end is dropped.
      if ((outputs - 1) * stride >= extents[i] + begin)
        --outputs;
      window.overhang[i] = std::max<int64_t>((outputs - 1) * stride - span, 0);
    }
  }
  return window;
}

bool any(ArrayRef<int64_t> values) {
  return llvm::any_of(values, [](int64_t value) { return value != 0; });
}

// Convolutions and pools.
Results windowed(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  SmallVector<Value> operands = operandsOf(importer, node, info);
  SmallVector<NamedAttribute> attributes = attributesOf(importer, node, info, operands);
  Value x = named(info, operands, "x"), w = named(info, operands, "w");
  if (w && rankOf(w) < 3)
    node.fail(fmt::format("its weight must have at least 3 dimensions, but has {}", rankOf(w)));
  Window window = windowOf(node, x, w ? std::optional(tensorType(w).getShape().drop_front(2)) : std::nullopt);
  operands.front() = crop(importer, node, x, window.pads);
  const size_t spatial = window.kernel.size();
  // A float average counts the padding, not the overhang: padding becomes elements, which are counted. ONNX Runtime's
  // integer kernel, which a quantised network gets, counts the whole window.
  const bool quantised = named(info, operands, "x_scale") || x.getDefiningOp<graph::DequantizeOp>();
  if (node.integer("count_include_pad", 0) != 0 && any(window.overhang) && !quantised) {
    std::vector<int64_t> pads(2 * (spatial + 2), 0);
    for (size_t i = 0; i < spatial; ++i) {
      pads[2 + i] = window.pads[i];
      pads[2 + spatial + 2 + i] = window.pads[spatial + i];
    }
    window.pads.assign(2 * spatial, 0);
    operands.front() = importer.emit(node, "pad", {x, importer.integers(node, pads), importer.none()},
                                     importer.attribute("mode", StringRef("constant")));
    for (NamedAttribute& attribute : attributes)
      if (attribute.getName() == "count_include_pad")
        attribute = importer.attribute("count_include_pad", int64_t(0));
  }
  for (size_t i = 0; i < spatial; ++i)
    window.pads[spatial + i] += window.overhang[i];
  const auto add = [&](const char* name, const std::vector<int64_t>& values) {
    attributes.push_back(importer.attribute(name, ArrayRef(values)));
  };
  add("kernel_shape", window.kernel);
  add("strides", window.strides);
  add("pads", window.pads);
  const bool dilates = llvm::any_of(info.attributes, [](const net::AttributeInfo& item) {
    return item.name == "dilations" && item.form == net::AttributeForm::common;
  });
  if (dilates)
    add("dilations", window.dilations);
  else if (llvm::any_of(window.dilations, [](int64_t dilation) { return dilation != 1; }))
    node.fail("attribute 'dilations' must be all 1");
  return importer.emit(node, info.mnemonic, operands, attributes);
}

// Explicit pads, of the specification's formulas for output_shape and auto_pad.
Results convTranspose(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  const SmallVector<Value> operands = operandsOf(importer, node, info);
  SmallVector<NamedAttribute> attributes = attributesOf(importer, node, info, operands);
  Value x = named(info, operands, "x"), w = named(info, operands, "w");
  if (rankOf(x) < 3 || rankOf(w) != rankOf(x))
    node.fail("its input and weight must have the same rank of 3 or more");
  const ArrayRef<int64_t> extents = tensorType(x).getShape().drop_front(2);
  const size_t spatial = extents.size();
  const std::vector<int64_t> kernel = tensorType(w).getShape().drop_front(2).vec();
  const std::vector<int64_t> strides = windowValues(node, "strides", spatial, 1, 1);
  const std::vector<int64_t> dilations = windowValues(node, "dilations", spatial, 1, 1);
  std::vector<int64_t> more = windowValues(node, "output_padding", spatial, 0, 0);
  std::vector<int64_t> pads = windowValues(node, "pads", 2 * spatial, 0, 0);
  const std::string automatic = autoPadOf(node);
  const bool shaped = node.hasAttribute("output_shape");
  const std::vector<int64_t> wanted = windowValues(node, "output_shape", spatial, 1, 1);
  for (size_t i = 0; i < spatial; ++i) {
    if (automatic == "VALID" && !shaped)
      pads[i] = pads[spatial + i] = 0;
    if (!shaped && !automatic.starts_with("SAME"))
      continue;
    const int64_t out = shaped ? wanted[i] : extents[i] * strides[i];
    const int64_t excess = strides[i] * (extents[i] - 1) + more[i] + (kernel[i] - 1) * dilations[i] + 1 - out;
    const int64_t total = std::max<int64_t>(excess, 0);
    more[i] += total - excess; // what no window reaches
    pads[i] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
    pads[spatial + i] = total - pads[i];
  }
  attributes.push_back(importer.attribute("kernel_shape", ArrayRef(kernel)));
  attributes.push_back(importer.attribute("strides", ArrayRef(strides)));
  attributes.push_back(importer.attribute("pads", ArrayRef(pads)));
  attributes.push_back(importer.attribute("dilations", ArrayRef(dilations)));
  attributes.push_back(importer.attribute("output_padding", ArrayRef(more)));
  return importer.emit(node, info.mnemonic, operands, attributes);
}

Results globalMaxPool(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0);
  if (rankOf(x) < 3)
    node.fail(fmt::format("its input must have at least 3 dimensions, but has {}", rankOf(x)));
  const ArrayRef<int64_t> kernel = tensorType(x).getShape().drop_front(2);
  const std::vector<int64_t> ones(kernel.size(), 1), zeros(2 * kernel.size(), 0);
  return importer.emit(node, "max_pool", x,
                       {importer.attribute("kernel_shape", kernel), importer.attribute("strides", ArrayRef(ones)),
                        importer.attribute("pads", ArrayRef(zeros)), importer.attribute("dilations", ArrayRef(ones))});
}

// --- Reductions and normalisations ----------------------------------------------------------------------------

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

// With axes from the front. The mean over all spatial axes is a global average pool.
Results reduction(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  SmallVector<Value> operands = operandsOf(importer, node, info);
  Value x = operands.front();
  const std::optional<std::vector<int64_t>> axes = axesOf(importer, node, 1, rankOf(x));
  std::vector<int64_t> spatial;
  for (int64_t axis = 2; axis < rankOf(x); ++axis)
    spatial.push_back(axis);
  if (info.name == net::ops::ReduceMean::name && !spatial.empty() && axes == spatial) {
    Value pooled = importer.emit(node, "global_average_pool", x);
    return node.integer("keepdims", 1) != 0 ? pooled
                                            : reshape(importer, node, pooled, tensorType(x).getShape().take_front(2));
  }
  if (axes)
    operands[net::ops::ReduceMean::axes] = importer.integers(node, *axes);
  return importer.emit(node, info.mnemonic, operands, attributesOf(importer, node, info, operands));
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

Results softmax(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  return softmaxAs(importer, node, importer.input(node, 0), importer.opset(), [&](Value x, int64_t axis) {
    return importer.emit(node, info.mnemonic, x, importer.attribute("axis", axis));
  });
}

Results qlinearSoftmax(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  SmallVector<Value> operands = operandsOf(importer, node, info);
  return softmaxAs(importer, node, operands[0], node.integer("opset", importer.opset()), [&](Value x, int64_t axis) {
    operands[0] = x;
    return importer.emit(node, info.mnemonic, operands,
                         {importer.attribute("axis", axis), importer.attribute("opset", int64_t(13))});
  });
}

Results gelu(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  const std::string approximate = node.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    node.fail(fmt::format("attribute 'approximate' must be none or tanh, but is '{}'", approximate));
  const net::OperatorInfo& becomes = approximate == "tanh" ? net::info(net::Op::FastGelu) : info;
  return importer.emit(node, becomes.mnemonic, importer.input(node, 0));
}

Results fastGelu(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  Value x = importer.input(node, 0);
  if (node.has(1))
    x = importer.emit(node, "add", {x, importer.input(node, 1)});
  return importer.emit(node, info.mnemonic, x);
}

Results sum(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value total = importer.input(node, 0);
  for (size_t i = 1; i < node.inputCount(); ++i)
    total = importer.emit(node, "add", {total, importer.input(node, i)});
  return total;
}

// --- Data movement --------------------------------------------------------------------------------------------

Results reshapeNode(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0);
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

Results flatten(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0);
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

Results squeeze(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0);
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

Results unsqueeze(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0);
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

Results transpose(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0);
  std::vector<int64_t> reversed;
  for (int64_t i = rankOf(x); i-- > 0;)
    reversed.push_back(i);
  return importer.emit(node, "transpose", x,
                       importer.attribute("perm", ArrayRef(node.integers("perm").value_or(reversed))));
}

Results pad(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0);
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
  if (pads.size() != 2 * rank)
    node.fail(fmt::format("pads must have two values for each of the {} axes, but has {}", rank, pads.size()));
  x = crop(importer, node, x, pads);
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

Results slice(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0);
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

// One Slice for each output.
Results split(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  const SmallVector<Value> operands = operandsOf(importer, node, info);
  Value x = operands.front();
  const int64_t axis = normaliseAxis(node, node.integer("axis", 0), rankOf(x));
  const int64_t extent = tensorType(x).getDimSize(static_cast<unsigned>(axis));
  const auto count = static_cast<int64_t>(node.raw().output_size());
  std::vector<int64_t> parts;
  if (std::optional<std::vector<int64_t>> given = graph::constantIntegers(operands[1])) {
    parts = *given;
  } else {
    if (node.has(1))
      node.fail("input 1 ('split') must be a constant");
    if (node.integer("num_outputs", count) != count)
      node.fail(fmt::format("attribute 'num_outputs' is not the number of its outputs, {}", count));
    const int64_t part = (extent + count - 1) / count; // the last one may be smaller
    for (int64_t i = 0; i < count; ++i)
      parts.push_back(std::clamp<int64_t>(extent - i * part, 0, part));
  }
  int64_t start = 0;
  SmallVector<Value> results;
  for (int64_t part : parts) {
    if (part < 0 || part > extent - start)
      node.fail(fmt::format("its parts must add up to the {} elements of axis {}", extent, axis));
    results.push_back(importer.emit(node, "slice",
                                    {x, importer.integers(node, start), importer.integers(node, start + part),
                                     importer.integers(node, axis), importer.integers(node, int64_t(1))}));
    start += part;
  }
  if (start != extent || static_cast<int64_t>(parts.size()) != count)
    node.fail(fmt::format("its {} parts for {} outputs must add up to the {} elements of axis {}", parts.size(), count,
                          extent, axis));
  return results;
}

// `shape` becomes that of the result.
Results expand(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  Value x = importer.input(node, 0);
  std::vector<int64_t> shape = importer.constantInput(node, 1);
  const ArrayRef<int64_t> dims = tensorType(x).getShape();
  shape.insert(shape.begin(), dims.size() > shape.size() ? dims.size() - shape.size() : 0, 1);
  for (size_t i = 0; i < dims.size(); ++i)
    if (int64_t& extent = shape[shape.size() - dims.size() + i]; extent == 1)
      extent = dims[i];
  return importer.emit(node, info.mnemonic, {x, importer.integers(node, shape)});
}

Value reals(GraphImporter& importer, const NodeReader& node, ArrayRef<double> values) {
  const auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, importer.builder().getF32Type());
  return importer.constant(node, graph::constantFromReals(type, values));
}

std::vector<double> constantReals(GraphImporter& importer, const NodeReader& node, size_t i) {
  const std::optional<std::vector<double>> values = graph::constantReals(importer.input(node, i));
  if (!values)
    node.fail(fmt::format("input {} ('{}') must be a constant", i, node.inputName(i)));
  return *values;
}

// How Upsample, and Resize before opset 11, find the element that they take.
void setUpsampling(GraphImporter& importer, SmallVector<NamedAttribute>& attributes) {
  NamedAttrList list(attributes);
  list.set(net::ops::Resize::coordinate_transformation_mode.key, importer.builder().getStringAttr("asymmetric"));
  list.set(net::ops::Resize::nearest_mode.key, importer.builder().getStringAttr("floor"));
  attributes.assign(list.begin(), list.end());
}

// Scales or sizes of every axis. Before opset 11 it is what Upsample was.
Results resize(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  using O = net::ops::Resize;
  const bool old = importer.opset() < 11;
  Value x = importer.input(node, 0);
  const auto rank = static_cast<size_t>(rankOf(x));
  const ArrayRef<int64_t> dims = tensorType(x).getShape();
  SmallVector<NamedAttribute> attributes = attributesOf(importer, node, info, x);
  if (old)
    setUpsampling(importer, attributes);
  const size_t scalesAt = old ? 1 : O::scales;
  const auto given = [&](size_t i) { return node.has(i) && tensorType(importer.input(node, i)).getNumElements() > 0; };
  std::vector<double> scales = given(scalesAt) ? constantReals(importer, node, scalesAt) : std::vector<double>();
  std::vector<int64_t> sizes =
      !old && given(O::sizes) ? importer.constantInput(node, O::sizes) : std::vector<int64_t>();
  if (scales.empty() == sizes.empty())
    node.fail("must have either scales or sizes");
  std::vector<size_t> axes;
  for (int64_t axis : node.integers("axes").value_or(std::vector<int64_t>()))
    axes.push_back(static_cast<size_t>(normaliseAxis(node, axis, rankOf(x), "axes")));
  if (axes.empty())
    for (size_t i = 0; i < rank; ++i)
      axes.push_back(i);
  if (std::max(scales.size(), sizes.size()) != axes.size())
    node.fail(fmt::format("must have {} scales or sizes, one for each axis", axes.size()));
  const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch" && policy != "not_larger" && policy != "not_smaller")
    node.fail(fmt::format(
        "attribute 'keep_aspect_ratio_policy' must be stretch, not_larger or not_smaller, but is '{}'", policy));
  SmallVector<Value> operands(4, importer.none());
  operands[O::x] = x;
  if (!scales.empty()) {
    std::vector<double> all(rank, 1);
    for (size_t i = 0; i < axes.size(); ++i)
      all[axes[i]] = scales[i];
    operands[O::scales] = reals(importer, node, all);
    return importer.emit(node, info.mnemonic, operands, attributes);
  }
  std::vector<int64_t> all(dims);
  for (size_t i = 0; i < axes.size(); ++i)
    all[axes[i]] = sizes[i];
  if (policy != "stretch") { // one scale for all axes
    std::vector<double> factors;
    for (size_t axis : axes)
      factors.push_back(static_cast<double>(all[axis]) / static_cast<double>(dims[axis]));
    const double factor = policy == "not_larger" ? *std::min_element(factors.begin(), factors.end())
                                                 : *std::max_element(factors.begin(), factors.end());
    for (size_t axis : axes)
      all[axis] = static_cast<int64_t>(std::floor(factor * static_cast<double>(dims[axis]) + 0.5));
  }
  operands[O::sizes] = importer.integers(node, all);
  return importer.emit(node, info.mnemonic, operands, attributes);
}

Results upsample(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  std::vector<double> scales;
  if (const std::optional<std::vector<float>> given = node.reals("scales"))
    scales.assign(given->begin(), given->end());
  else if (node.has(1))
    scales = constantReals(importer, node, 1);
  const net::OperatorInfo& info = net::info(net::Op::Resize);
  Value x = importer.input(node, 0), none = importer.none();
  SmallVector<NamedAttribute> attributes = attributesOf(importer, node, info, x); // `mode`, else defaults
  setUpsampling(importer, attributes);
  return importer.emit(node, info.mnemonic, {x, none, reals(importer, node, scales), none}, attributes);
}

Results identity(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  return importer.input(node, 0);
}

Results dropout(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  if (node.has(2) && graph::constantScalar(importer.input(node, 2)) != 0.0)
    node.fail("training_mode must be false");
  return importer.input(node, 0);
}

// --- Constants ------------------------------------------------------------------------------------------------

Results constant(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
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

Results constantOfShape(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
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

Results shape(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0);
  const int64_t rank = rankOf(x);
  const auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const int64_t start = clamp(node.integer("start", 0)), end = clamp(node.integer("end", rank));
  const ArrayRef<int64_t> dims = tensorType(x).getShape();
  return importer.integers(node, start >= end
                                     ? ArrayRef<int64_t>()
                                     : dims.slice(static_cast<size_t>(start), static_cast<size_t>(end - start)));
}

// --- Quantisation ---------------------------------------------------------------------------------------------

// The axis of a per-axis quantisation; 0 where there is one scale (the axis has no meaning).
int64_t quantizationAxis(const NodeReader& node, Value x, Value scale) {
  node.require("block_size", 0);
  return tensorType(scale).getNumElements() == 1 ? 0 : normaliseAxis(node, node.integer("axis", 1), rankOf(x));
}

// QuantizeLinear and DequantizeLinear.
Results quantization(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  Value x = importer.input(node, 0), scale = importer.input(node, 1), zero = importer.input(node, 2);
  if (!node.has(2)) {
    Type element = tensorType(x).getElementType();
    if (info.name == net::ops::QuantizeLinear::name) {
      const int64_t type = node.integer("output_dtype", 0);
      if (!llvm::is_contained<int64_t>({0, onnx::TensorProto::UINT8, onnx::TensorProto::INT8, onnx::TensorProto::UINT16,
                                        onnx::TensorProto::INT16},
                                       type))
        node.fail("attribute 'output_dtype' must be uint8, int8, uint16 or int16");
      element = importer.elementType(type == 0 ? onnx::TensorProto::UINT8 : static_cast<int32_t>(type));
    }
    zero = zerosLike(importer, node, 1, scale, element);
  }
  return importer.emit(node, info.mnemonic, {x, scale, zero},
                       importer.attribute("axis", quantizationAxis(node, x, scale)));
}

// The specification's function body: x to uint8 by a scale and zero point that follow from its range with 0.
Results dynamicQuantizeLinear(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo&) {
  Value x = importer.input(node, 0), none = importer.none();
  const auto scalar = [&](double value) {
    const auto type = RankedTensorType::get({}, tensorType(x).getElementType());
    return importer.constant(node, graph::constantFromReals(type, {&value, 1}));
  };
  const auto extreme = [&](const char* reduce, const char* choose) {
    Value reduced = importer.emit(
        node, reduce, {x, none},
        {importer.attribute("keepdims", int64_t(0)), importer.attribute("noop_with_empty_axes", int64_t(0))});
    return importer.emit(node, choose, {reduced, scalar(0)});
  };
  Value high = extreme("reduce_max", "max"), low = extreme("reduce_min", "min");
  Value scale = importer.emit(node, "div", {importer.emit(node, "sub", {high, low}), scalar(255)});
  Value zero = importer.emit(node, "sub", {scalar(0), importer.emit(node, "div", {low, scale})});
  zero = importer.emit(node, "round", importer.emit(node, "clip", {zero, scalar(0), scalar(255)}));
  zero = importer.emit(node, "cast", zero, importer.attribute("to", int64_t(onnx::TensorProto::UINT8)));
  Value y = importer.emit(node, "quantize", {x, scale, zero}, importer.attribute("axis", int64_t(0)));
  return SmallVector<Value>{y, scale, zero};
}

// --- The rules ------------------------------------------------------------------------------------------------

struct Rule {
  std::string_view name;
  Results (*import)(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info);
};

constexpr Rule kRules[] = {
    {"AveragePool", windowed},
    {"Constant", constant},
    {"ConstantOfShape", constantOfShape},
    {"Conv", windowed},
    {"ConvInteger", windowed},
    {"ConvTranspose", convTranspose},
    {"DequantizeLinear", quantization},
    {"Dropout", dropout},
    {"DynamicQuantizeLinear", dynamicQuantizeLinear},
    {"Expand", expand},
    {"FastGelu", fastGelu},
    {"Flatten", flatten},
    {"Gelu", gelu},
    {"GlobalMaxPool", globalMaxPool},
    {"Identity", identity},
    {"LogSoftmax", softmax},
    {"MaxPool", windowed},
    {"Pad", pad},
    {"QLinearAveragePool", windowed},
    {"QLinearConv", windowed},
    {"QLinearSoftmax", qlinearSoftmax},
    {"QuantizeLinear", quantization},
    {"ReduceL1", reduction},
    {"ReduceL2", reduction},
    {"ReduceMax", reduction},
    {"ReduceMean", reduction},
    {"ReduceMin", reduction},
    {"ReduceProd", reduction},
    {"ReduceSum", reduction},
    {"ReduceSumSquare", reduction},
    {"Reshape", reshapeNode},
    {"Resize", resize},
    {"Shape", shape},
    {"Slice", slice},
    {"Softmax", softmax},
    {"Split", split},
    {"Squeeze", squeeze},
    {"Sum", sum},
    {"Transpose", transpose},
    {"Unsqueeze", unsqueeze},
    {"Upsample", upsample},
};

constexpr const Rule* findRule(std::string_view name) {
  for (const Rule& rule : kRules)
    if (rule.name == name)
      return &rule;
  return nullptr;
}

constexpr const net::OperatorInfo* findListed(std::string_view name) {
  for (const net::OperatorInfo& info : net::kImportOnlyOperators)
    if (info.name == name)
      return &info;
  return net::findOperator(name);
}

constexpr bool isImportable(const net::OperatorInfo& info) {
  return info.standard || info.microsoft;
}

// Every importable operator has a rule or needs none, and every rule is some operator's.
consteval bool coversTheList() {
  const auto covered = [](const net::OperatorInfo& info) {
    return !isImportable(info) || isDescribed(info) || findRule(info.name);
  };
  for (const net::OperatorInfo& info : net::kNetworkOperators)
    if (!covered(info))
      return false;
  for (const net::OperatorInfo& info : net::kImportOnlyOperators)
    if (!covered(info))
      return false;
  for (const Rule& rule : kRules)
    if (!findListed(rule.name))
      return false;
  return true;
}
static_assert(coversTheList());

constexpr std::string_view kMicrosoft = "com.microsoft.";

} // namespace

const net::OperatorInfo* findImportable(std::string_view name) {
  const bool microsoft = name.starts_with(kMicrosoft);
  const net::OperatorInfo* info = findListed(microsoft ? name.substr(kMicrosoft.size()) : name);
  return info && (microsoft ? info->microsoft : info->standard) ? info : nullptr;
}

std::vector<std::string> importableNames() {
  std::vector<std::string> names;
  const auto add = [&](const net::OperatorInfo& info) {
    if (info.standard)
      names.emplace_back(info.name);
    if (info.microsoft)
      names.push_back(std::string(kMicrosoft) + std::string(info.name));
  };
  std::for_each(std::begin(net::kNetworkOperators), std::end(net::kNetworkOperators), add);
  std::for_each(std::begin(net::kImportOnlyOperators), std::end(net::kImportOnlyOperators), add);
  std::sort(names.begin(), names.end());
  return names;
}

SmallVector<Value> importOperator(GraphImporter& importer, const NodeReader& node, const net::OperatorInfo& info) {
  const Rule* rule = findRule(info.name);
  return rule ? rule->import(importer, node, info).values : byDescription(importer, node, info).values;
}

} // namespace weft::onnx_import
