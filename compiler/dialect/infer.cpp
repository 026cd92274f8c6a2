// Shape inference and the checks that belong to it: what every operation's description says of its operands, then one
// function for each rule by which a shape follows. An operation's own constraints (element types, presence of
// attributes) hold already.
#include "compiler/dialect/constants.h"

#include <algorithm>
#include <cmath>

namespace weft::graph {

using namespace mlir;

namespace {

using Dims = SmallVector<int64_t>;
using Inferred = FailureOr<RankedTensorType>;

// Attribute values beyond this are refused before they enter arithmetic.
constexpr int64_t kMaxExtent = int64_t(1) << 31;

Inferred makeType(Operation* op, ArrayRef<int64_t> dims, Type element) {
  int64_t count = 1;
  for (int64_t dim : dims) {
    if (dim < 0 || (dim > 0 && count > kMaxElements / dim))
      return op->emitOpError() << "result would have more than " << kMaxElements << " elements";
    count *= dim;
  }
  return RankedTensorType::get(dims, element);
}

ArrayRef<int64_t> shapeOf(Value value) {
  return tensorType(value).getShape();
}
Type elementOf(Value value) {
  return tensorType(value).getElementType();
}

// An operation with its operands and attributes by the names that its description gives them.
class Described {
public:
  explicit Described(Operation* operation) : op(operation), info(*operatorOf(operation)) {}

  Operation* const op;
  const net::OperatorInfo& info;

  // Null if the operator has no such operand, or if the operand is omitted. It must not be a repeated one.
  Value operand(StringRef name) const {
    for (size_t i = 0; i < info.operands.size(); ++i)
      if (name == StringRef(info.operands[i].name))
        return at(i);
    return {};
  }
  Value at(size_t i) const {
    Value value = op->getOperand(static_cast<unsigned>(i));
    return isNone(value) ? Value() : value;
  }
  bool has(StringRef name) const {
    return llvm::any_of(info.operands, [&](const net::OperandInfo& item) { return name == StringRef(item.name); });
  }
  // What is present of the operands with this role.
  SmallVector<Value> operands(net::Role role) const {
    SmallVector<Value> values;
    forOperands([&](const net::OperandInfo& item, const std::string&, Value value) {
      if (item.role == role)
        values.push_back(value);
    });
    return values;
  }
  // Calls visit(description, name, value) for every operand that is present.
  void forOperands(llvm::function_ref<void(const net::OperandInfo&, const std::string&, Value)> visit) const {
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      const size_t last = info.operands.size() - 1;
      const net::OperandInfo& item = info.operands[std::min<size_t>(i, last)];
      const std::string name(item.name);
      if (Value value = at(i))
        visit(item, item.repeated ? name + "[" + std::to_string(i - last) + "]" : name, value);
    }
  }

  int64_t integer(StringRef name) const { return op->getAttrOfType<IntegerAttr>(name).getInt(); }
  ArrayRef<int64_t> integers(StringRef name) const { return op->getAttrOfType<DenseI64ArrayAttr>(name); }
  StringRef text(StringRef name) const { return op->getAttrOfType<StringAttr>(name).getValue(); }
};

// --- What the descriptions say --------------------------------------------------------------------------------

LogicalResult checkAxis(Operation* op, int64_t axis, int64_t rank, const char* name = "axis") {
  if (axis >= 0 && axis < rank)
    return success();
  return op->emitOpError() << name << " must be in [0, " << rank - 1 << "] for rank " << rank << ", but is " << axis;
}

LogicalResult checkRank(Operation* op, Value value, const char* name, int64_t least) {
  if (tensorType(value).getRank() >= least)
    return success();
  return op->emitOpError() << name << " must have at least " << least << " dimensions, but is " << value.getType();
}

// Operands whose type is one and the same for the whole node.
LogicalResult checkSharedType(const Described& node) {
  Value first;
  std::string firstName;
  LogicalResult result = success();
  node.forOperands([&](const net::OperandInfo& item, const std::string& name, Value value) {
    if (!item.sharesType || failed(result))
      return;
    if (!first) {
      first = value;
      firstName = name;
    } else if (elementOf(first) != elementOf(value)) {
      result = node.op->emitOpError() << firstName << " and " << name << " must have the same element type, but have "
                                      << elementOf(first) << " and " << elementOf(value);
    }
  });
  return result;
}

LogicalResult checkScalar(Operation* op, Value value, StringRef name) {
  if (tensorType(value).getNumElements() == 1)
    return success();
  return op->emitOpError() << name << " must have one element, but is " << value.getType();
}

LogicalResult checkZeroPointType(Operation* op, Value tensor, Value zeroPoint, StringRef name) {
  if (elementOf(tensor) == elementOf(zeroPoint))
    return success();
  return op->emitOpError() << name << " and its zero point must have the same element type, but have "
                           << elementOf(tensor) << " and " << elementOf(zeroPoint);
}

LogicalResult checkClamp(Operation* op, Type element) {
  auto lo = op->getAttrOfType<IntegerAttr>("clamp_lo"), hi = op->getAttrOfType<IntegerAttr>("clamp_hi");
  if (!lo && !hi)
    return success();
  if (!isa<IntegerType>(element))
    return op->emitOpError("clamp_lo and clamp_hi need an 8-bit result");
  const int64_t low = lo ? lo.getInt() : lowest(element), high = hi ? hi.getInt() : highest(element);
  if (low >= lowest(element) && low <= high && high <= highest(element))
    return success();
  return op->emitOpError() << "clamp_lo and clamp_hi must be an interval in [" << lowest(element) << ", "
                           << highest(element) << "], but are " << low << " and " << high;
}

LogicalResult checkDescription(const Described& node) {
  LogicalResult result = checkSharedType(node);
  node.forOperands([&](const net::OperandInfo& item, const std::string& name, Value value) {
    if (succeeded(result) && item.scalar)
      result = checkScalar(node.op, value, name);
    const StringRef tensor = StringRef(name).drop_back(StringRef(name).ends_with("_zero_point") ? 11 : 0);
    Value of = item.role == net::Role::zeroPoint ? node.operand(tensor) : Value();
    if (succeeded(result) && of)
      result = checkZeroPointType(node.op, of, value, tensor);
  });
  if (failed(result))
    return failure();
  const SmallVector<Value> tensors = node.operands(net::Role::tensor);
  for (const net::AttributeInfo& item : node.info.attributes)
    if (item.kind == net::AttributeKind::axis && !tensors.empty() &&
        failed(checkAxis(node.op, node.integer(item.name), tensorType(tensors.front()).getRank())))
      return failure();
  return success();
}

Type typeOf(MLIRContext* context, net::DType type) {
  switch (type) {
  case net::DType::f32:
    return Float32Type::get(context);
  case net::DType::f16:
    return Float16Type::get(context);
  case net::DType::bf16:
    return BFloat16Type::get(context);
  case net::DType::f64:
    return Float64Type::get(context);
  case net::DType::s8:
    return IntegerType::get(context, 8, IntegerType::Signed);
  case net::DType::u8:
    return IntegerType::get(context, 8, IntegerType::Unsigned);
  case net::DType::s16:
    return IntegerType::get(context, 16, IntegerType::Signed);
  case net::DType::u16:
    return IntegerType::get(context, 16, IntegerType::Unsigned);
  case net::DType::s32:
    return IntegerType::get(context, 32);
  case net::DType::u32:
    return IntegerType::get(context, 32, IntegerType::Unsigned);
  case net::DType::s64:
    return IntegerType::get(context, 64);
  case net::DType::u64:
    return IntegerType::get(context, 64, IntegerType::Unsigned);
  case net::DType::boolean:
    return IntegerType::get(context, 1);
  }
  llvm_unreachable("an element type that is none");
}

// The element type of the result. A quantised operator without a scale for its result has a float one.
Type resultElement(const Described& node) {
  if (node.info.resultType)
    return typeOf(node.op->getContext(), *node.info.resultType);
  if (node.info.resultLike != net::kNoOperand)
    return elementOf(node.at(node.info.resultLike));
  if (Value zeroPoint = node.operand("y_zero_point"))
    return elementOf(zeroPoint);
  if (node.has("y_scale") && !node.operand("y_scale"))
    return typeOf(node.op->getContext(), net::DType::f32);
  const SmallVector<Value> tensors = node.operands(net::Role::tensor);
  return tensors.empty() ? Type() : elementOf(tensors.front());
}

// Scale and zero point of a tensor that may have one of each for each of `channels`.
LogicalResult checkChannels(const Described& node, StringRef tensor, int64_t channels) {
  const auto count = [&](const char* suffix) {
    Value value = node.operand((tensor + suffix).str());
    return value ? tensorType(value).getNumElements() : 1;
  };
  const int64_t scales = count("_scale"), zeroPoints = count("_zero_point");
  if ((scales == 1 || scales == channels) && (zeroPoints == 1 || zeroPoints == channels))
    return success();
  return node.op->emitOpError() << "the weight's scale and zero point must have 1 or " << channels
                                << " elements, but have " << scales << " and " << zeroPoints;
}

// The constant of an operand that decides the shape.
FailureOr<std::vector<int64_t>> shapeConstant(const Described& node, const char* name) {
  std::optional<std::vector<int64_t>> values = constantIntegers(node.operand(name));
  if (!values)
    return node.op->emitOpError() << name << " must be a constant";
  return *values;
}

// --- Windows --------------------------------------------------------------------------------------------------

// One value per spatial axis (two for pads), each at least `least`.
LogicalResult checkWindow(Operation* op, const char* name, ArrayRef<int64_t> values, size_t count, int64_t least) {
  if (values.size() != count)
    return op->emitOpError() << name << " must have " << count << " values, but has " << values.size();
  for (int64_t value : values)
    if (value < least || value > kMaxExtent)
      return op->emitOpError() << name << " must be between " << least << " and " << kMaxExtent << ", but has "
                               << value;
  return success();
}

// The spatial extents of a convolution's or pooling's result, appended to `dims`.
LogicalResult windowExtents(Operation* op, ArrayRef<int64_t> input, ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                            ArrayRef<int64_t> pads, ArrayRef<int64_t> dilations, Dims& dims) {
  const size_t spatial = input.size() - 2;
  if (failed(checkWindow(op, "kernel_shape", kernel, spatial, 1)) ||
      failed(checkWindow(op, "strides", strides, spatial, 1)) ||
      failed(checkWindow(op, "pads", pads, 2 * spatial, 0)) ||
      failed(checkWindow(op, "dilations", dilations, spatial, 1)))
    return failure();
  for (size_t i = 0; i < spatial; ++i) {
    const int64_t window = (kernel[i] - 1) * dilations[i] + 1;
    const int64_t padded = input[2 + i] + pads[i] + pads[spatial + i];
    if (padded < window)
      return op->emitOpError() << "window of " << window << " does not fit into the padded input of " << padded
                               << " along spatial axis " << i;
    dims.push_back((padded - window) / strides[i] + 1);
  }
  return success();
}

Inferred inferConv(const Described& node) {
  Operation* op = node.op;
  Value x = node.operand("x"), w = node.operand("w"), b = node.operand("b");
  if (failed(checkRank(op, x, "x", 3)) || failed(checkRank(op, w, "w", 3)))
    return failure();
  ArrayRef<int64_t> in = shapeOf(x), weights = shapeOf(w);
  const int64_t group = node.integer("group");
  if (in.size() != weights.size())
    return op->emitOpError() << "x and w must have the same rank, but are " << x.getType() << " and " << w.getType();
  if (group < 1 || in[1] % group != 0 || weights[0] % group != 0)
    return op->emitOpError() << "group must divide the " << in[1] << " input and " << weights[0]
                             << " output channels, but is " << group;
  if (weights[1] != in[1] / group)
    return op->emitOpError() << "w must have " << in[1] / group << " input channels per group, but has " << weights[1];
  if (node.integers("kernel_shape") != weights.drop_front(2))
    return op->emitOpError("kernel_shape must equal the weight's spatial shape");
  if (b && shapeOf(b) != ArrayRef<int64_t>(weights[0]))
    return op->emitOpError() << "bias must have shape [" << weights[0] << "], but is " << b.getType();
  if (failed(checkChannels(node, "w", weights[0])))
    return failure();
  Dims dims = {in[0], weights[0]};
  if (failed(windowExtents(op, in, node.integers("kernel_shape"), node.integers("strides"), node.integers("pads"),
                           node.integers("dilations"), dims)))
    return failure();
  return makeType(op, dims, resultElement(node));
}

Inferred inferConvTranspose(const Described& node) {
  Operation* op = node.op;
  Value x = node.operand("x"), w = node.operand("w"), b = node.operand("b");
  if (failed(checkRank(op, x, "x", 3)) || failed(checkRank(op, w, "w", 3)))
    return failure();
  ArrayRef<int64_t> in = shapeOf(x), weights = shapeOf(w);
  const int64_t group = node.integer("group");
  if (in.size() != weights.size() || in[1] != weights[0])
    return op->emitOpError() << "x and w must have the same rank, and as many channels as filters, but are "
                             << x.getType() << " and " << w.getType();
  if (group < 1 || in[1] % group != 0)
    return op->emitOpError() << "group must divide the " << in[1] << " input channels, but is " << group;
  if (node.integers("kernel_shape") != weights.drop_front(2))
    return op->emitOpError("kernel_shape must equal the weight's spatial shape");
  const size_t spatial = in.size() - 2;
  ArrayRef<int64_t> kernel = node.integers("kernel_shape"), strides = node.integers("strides"),
                    pads = node.integers("pads"), dilations = node.integers("dilations"),
                    more = node.integers("output_padding");
  if (failed(checkWindow(op, "strides", strides, spatial, 1)) ||
      failed(checkWindow(op, "pads", pads, 2 * spatial, 0)) ||
      failed(checkWindow(op, "dilations", dilations, spatial, 1)) ||
      failed(checkWindow(op, "output_padding", more, spatial, 0)))
    return failure();
  Dims dims = {in[0], weights[1] * group};
  if (b && shapeOf(b) != ArrayRef<int64_t>(dims[1]))
    return op->emitOpError() << "bias must have shape [" << dims[1] << "], but is " << b.getType();
  for (size_t i = 0; i < spatial; ++i) {
    dims.push_back(strides[i] * (in[2 + i] - 1) + (kernel[i] - 1) * dilations[i] + 1 + more[i] - pads[i] -
                   pads[spatial + i]);
    if (dims.back() < 1)
      return op->emitOpError() << "pads leave nothing of spatial axis " << i;
  }
  return makeType(op, dims, resultElement(node));
}

Inferred inferPool(const Described& node) {
  Operation* op = node.op;
  Value x = node.operand("x");
  if (failed(checkRank(op, x, "x", 3)))
    return failure();
  ArrayRef<int64_t> in = shapeOf(x), kernel = node.integers("kernel_shape"), pads = node.integers("pads");
  Dims dims = {in[0], in[1]}, dilations(kernel.size(), 1);
  if (auto given = op->getAttrOfType<DenseI64ArrayAttr>("dilations"))
    dilations = Dims(given.asArrayRef());
  if (failed(windowExtents(op, in, kernel, node.integers("strides"), pads, dilations, dims)))
    return failure();
  const size_t spatial = kernel.size();
  for (size_t i = 0; i < 2 * spatial; ++i)
    if (pads[i] >= (kernel[i % spatial] - 1) * dilations[i % spatial] + 1)
      return op->emitOpError() << "pads must be smaller than the window, but there is a pad of " << pads[i];
  return makeType(op, dims, resultElement(node));
}

Inferred inferGlobalPool(const Described& node) {
  Value x = node.operand("x");
  if (failed(checkRank(node.op, x, "x", 3)))
    return failure();
  Dims dims(shapeOf(x).size(), 1);
  dims[0] = shapeOf(x)[0];
  dims[1] = shapeOf(x)[1];
  return makeType(node.op, dims, resultElement(node));
}

// --- Element-wise and linear algebra --------------------------------------------------------------------------

Inferred inferSame(const Described& node) {
  return makeType(node.op, shapeOf(node.operands(net::Role::tensor).front()), resultElement(node));
}

// The broadcast of two shapes; fails silently.
FailureOr<Dims> broadcast(ArrayRef<int64_t> left, ArrayRef<int64_t> right) {
  Dims dims(std::max(left.size(), right.size()), 1);
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t l = i < left.size() ? left[left.size() - 1 - i] : 1;
    const int64_t r = i < right.size() ? right[right.size() - 1 - i] : 1;
    if (l != r && l != 1 && r != 1)
      return failure();
    dims[dims.size() - 1 - i] = l == 1 ? r : l;
  }
  return dims;
}

Inferred inferBroadcast(const Described& node) {
  const SmallVector<Value> tensors = node.operands(net::Role::tensor);
  if (tensors.empty())
    return node.op->emitOpError("needs at least one input");
  Dims dims(shapeOf(tensors.front()));
  for (Value tensor : ArrayRef(tensors).drop_front()) {
    FailureOr<Dims> both = broadcast(dims, shapeOf(tensor));
    if (failed(both))
      return node.op->emitOpError() << "shapes of " << tensors.front().getType() << " and " << tensor.getType()
                                    << " do not broadcast";
    dims = *both;
  }
  return makeType(node.op, dims, resultElement(node));
}

Inferred inferMatMul(const Described& node) {
  Operation* op = node.op;
  Value a = node.operand("a"), b = node.operand("b");
  if (failed(checkRank(op, a, "a", 1)) || failed(checkRank(op, b, "b", 1)))
    return failure();
  Dims left(shapeOf(a)), right(shapeOf(b));
  const bool vectorA = left.size() == 1, vectorB = right.size() == 1;
  if (vectorA)
    left.insert(left.begin(), 1);
  if (vectorB)
    right.push_back(1);
  if (left.back() != right[right.size() - 2])
    return op->emitOpError() << "inner dimensions of " << a.getType() << " and " << b.getType() << " differ";
  if (failed(checkChannels(node, "a", left[left.size() - 2])) || failed(checkChannels(node, "b", shapeOf(b).back())))
    return failure();
  FailureOr<Dims> dims = broadcast(ArrayRef(left).drop_back(2), ArrayRef(right).drop_back(2));
  if (failed(dims))
    return op->emitOpError() << "batch dimensions of " << a.getType() << " and " << b.getType() << " do not broadcast";
  if (!vectorA)
    dims->push_back(left[left.size() - 2]);
  if (!vectorB)
    dims->push_back(right.back());
  return makeType(op, *dims, resultElement(node));
}

Inferred inferGemm(const Described& node) {
  Operation* op = node.op;
  Value a = node.operand("a"), b = node.operand("b"), c = node.operand("c");
  ArrayRef<int64_t> left = shapeOf(a), right = shapeOf(b);
  if (left.size() != 2 || right.size() != 2)
    return op->emitOpError() << "a and b must be matrices, but are " << a.getType() << " and " << b.getType();
  const bool transA = node.integer("transA") != 0, transB = node.integer("transB") != 0;
  const int64_t m = left[transA ? 1 : 0], k = left[transA ? 0 : 1];
  const int64_t kOther = right[transB ? 1 : 0], n = right[transB ? 0 : 1];
  if (k != kOther)
    return op->emitOpError() << "inner dimensions must be equal, but are " << k << " and " << kOther;
  if (failed(checkChannels(node, "b", n)))
    return failure();
  if (c) {
    ArrayRef<int64_t> bias = shapeOf(c);
    const bool fits = bias.size() <= 2 && (bias.empty() || bias.back() == 1 || bias.back() == n) &&
                      (bias.size() < 2 || bias[0] == 1 || bias[0] == m);
    if (!fits)
      return op->emitOpError() << "c must broadcast to [" << m << ", " << n << "], but is " << c.getType();
  }
  return makeType(op, {m, n}, resultElement(node));
}

// The operands after the first have one element for each channel.
Inferred inferChannelParameters(const Described& node) {
  Value x = node.operand("x");
  if (failed(checkRank(node.op, x, "x", 2)))
    return failure();
  LogicalResult result = success();
  node.forOperands([&](const net::OperandInfo&, const std::string& name, Value value) {
    if (succeeded(result) && value != x && shapeOf(value) != shapeOf(x).slice(1, 1))
      result = node.op->emitOpError() << name << " must have shape [" << shapeOf(x)[1] << "], but is "
                                      << value.getType();
  });
  if (failed(result))
    return failure();
  return inferSame(node);
}

// The operands after the first are broadcast to it.
Inferred inferBroadcastToFirst(const Described& node) {
  Inferred type = inferBroadcast(node);
  Value first = node.at(0);
  if (succeeded(type) && type->getShape() != shapeOf(first))
    return node.op->emitOpError() << "its other operands must broadcast to " << first.getType();
  return type;
}

Inferred inferArgReduction(const Described& node) {
  Dims dims(shapeOf(node.operand("x")));
  const auto axis = dims.begin() + node.integer("axis");
  if (*axis == 0)
    return node.op->emitOpError("has no elements to choose from");
  if (node.integer("keepdims") != 0)
    *axis = 1;
  else
    dims.erase(axis);
  return makeType(node.op, dims, resultElement(node));
}

Inferred inferReduction(const Described& node) {
  Dims dims(shapeOf(node.operand("x")));
  std::vector<int64_t> axes;
  if (node.operand("axes")) {
    FailureOr<std::vector<int64_t>> given = shapeConstant(node, "axes");
    if (failed(given))
      return failure();
    axes = *given;
  }
  const bool all = axes.empty() && node.integer("noop_with_empty_axes") == 0;
  SmallVector<bool> reduced(dims.size(), all);
  for (int64_t axis : axes) {
    if (failed(checkAxis(node.op, axis, static_cast<int64_t>(dims.size()), "axes")))
      return failure();
    reduced[static_cast<size_t>(axis)] = true;
  }
  Dims result;
  for (size_t i = 0; i < dims.size(); ++i)
    if (!reduced[i] || node.integer("keepdims") != 0)
      result.push_back(reduced[i] ? 1 : dims[i]);
  return makeType(node.op, result, resultElement(node));
}

// --- Movement -------------------------------------------------------------------------------------------------

Inferred inferReshape(const Described& node) {
  Value x = node.operand("x");
  FailureOr<std::vector<int64_t>> shape = shapeConstant(node, "shape");
  if (failed(shape))
    return failure();
  int64_t count = 1;
  for (int64_t dim : *shape) {
    if (dim < 0 || (dim > 0 && count > kMaxElements / dim))
      return node.op->emitOpError() << "shape must consist of extents (0 and -1 resolved), but has " << dim;
    count *= dim;
  }
  if (count != tensorType(x).getNumElements())
    return node.op->emitOpError() << "cannot give " << x.getType() << " a shape of " << count << " elements";
  return makeType(node.op, *shape, resultElement(node));
}

Inferred inferTranspose(const Described& node) {
  ArrayRef<int64_t> in = shapeOf(node.operand("x")), perm = node.integers("perm");
  Dims sorted(perm);
  std::sort(sorted.begin(), sorted.end());
  bool valid = perm.size() == in.size();
  for (size_t i = 0; i < sorted.size(); ++i)
    valid = valid && sorted[i] == static_cast<int64_t>(i);
  if (!valid)
    return node.op->emitOpError() << "perm must be a permutation of 0.." << static_cast<int64_t>(in.size()) - 1;
  Dims dims;
  for (int64_t axis : perm)
    dims.push_back(in[static_cast<size_t>(axis)]);
  return makeType(node.op, dims, resultElement(node));
}

// `inputs` are the tensors, or triples of tensor, scale and zero point.
Inferred inferConcat(const Described& node) {
  Operation* op = node.op;
  const size_t first = node.info.operands.size() - 1, group = node.info.operands.back().repeated;
  const size_t count = op->getNumOperands() - first;
  if (count == 0)
    return op->emitOpError("needs at least one input");
  if (count % group != 0)
    return op->emitOpError("inputs must be triples of tensor, scale and zero point");
  SmallVector<Value> tensors;
  for (size_t i = first; i < first + count; i += group) {
    tensors.push_back(node.at(i));
    if (group != 3)
      continue;
    Value scale = node.at(i + 1), zeroPoint = node.at(i + 2);
    if (!is8Bit(node.at(i)) || !elementOf(scale).isF32())
      return op->emitOpError("inputs must be triples of 8-bit tensor, f32 scale and zero point");
    if (failed(checkScalar(op, scale, "scale")) || failed(checkScalar(op, zeroPoint, "zero point")) ||
        failed(checkZeroPointType(op, node.at(i), zeroPoint, "input")))
      return failure();
  }
  Dims dims(shapeOf(tensors.front()));
  const int64_t axis = node.integer("axis");
  if (failed(checkAxis(op, axis, static_cast<int64_t>(dims.size()))))
    return failure();
  const auto at = static_cast<size_t>(axis);
  dims[at] = 0;
  for (Value input : tensors) {
    Dims other(shapeOf(input));
    if (other.size() == dims.size()) {
      dims[at] += other[at];
      other[at] = dims[at];
    }
    if (other != dims)
      return op->emitOpError() << "inputs must have equal shapes except along axis " << axis << ", but "
                               << tensors.front().getType() << " and " << input.getType() << " have not";
  }
  return makeType(op, dims, resultElement(node));
}

Inferred inferGather(const Described& node) {
  Value x = node.operand("x");
  ArrayRef<int64_t> in = shapeOf(x), indices = shapeOf(node.operand("indices"));
  const auto axis = static_cast<size_t>(node.integer("axis"));
  Dims dims(in.take_front(axis));
  dims.append(indices.begin(), indices.end());
  dims.append(in.begin() + axis + 1, in.end());
  return makeType(node.op, dims, resultElement(node));
}

Inferred inferPad(const Described& node) {
  FailureOr<std::vector<int64_t>> pads = shapeConstant(node, "pads");
  if (failed(pads))
    return failure();
  const StringRef mode = node.text("mode");
  if (mode != "constant" && mode != "reflect" && mode != "edge" && mode != "wrap")
    return node.op->emitOpError() << "mode must be constant, reflect, edge or wrap, but is '" << mode << "'";
  Dims dims(shapeOf(node.operand("x")));
  if (failed(checkWindow(node.op, "pads", *pads, 2 * dims.size(), 0)))
    return failure();
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t begin = (*pads)[i], end = (*pads)[dims.size() + i];
    if (mode == "reflect" && std::max(begin, end) > std::max<int64_t>(dims[i] - 1, 0))
      return node.op->emitOpError() << "reflected pads must be smaller than the axis, but axis " << i << " has "
                                    << dims[i];
    dims[i] += begin + end;
  }
  return makeType(node.op, dims, resultElement(node));
}

Inferred inferSlice(const Described& node) {
  FailureOr<std::vector<int64_t>> starts = shapeConstant(node, "starts"), ends = shapeConstant(node, "ends"),
                                  axes = shapeConstant(node, "axes"), steps = shapeConstant(node, "steps");
  if (failed(starts) || failed(ends) || failed(axes) || failed(steps))
    return failure();
  if (starts->size() != axes->size() || ends->size() != axes->size() || steps->size() != axes->size())
    return node.op->emitOpError("starts, ends, axes and steps must have the same number of elements");
  Dims dims(shapeOf(node.operand("x")));
  for (size_t i = 0; i < axes->size(); ++i) {
    if (failed(checkAxis(node.op, (*axes)[i], static_cast<int64_t>(dims.size()), "axes")))
      return failure();
    int64_t& dim = dims[static_cast<size_t>((*axes)[i])];
    const int64_t start = (*starts)[i], end = (*ends)[i], step = (*steps)[i];
    if (start < 0 || start > end || end > dim || step < 1 || step > kMaxExtent)
      return node.op->emitOpError() << "slice " << start << ":" << end << ":" << step << " must lie in an axis of "
                                    << dim << " and have a positive step";
    dim = (end - start + step - 1) / step;
  }
  return makeType(node.op, dims, resultElement(node));
}

Inferred inferExpand(const Described& node) {
  Value x = node.operand("x");
  FailureOr<std::vector<int64_t>> shape = shapeConstant(node, "shape");
  if (failed(shape))
    return failure();
  FailureOr<Dims> both = broadcast(shapeOf(x), *shape);
  if (failed(both) || *both != Dims(ArrayRef(*shape)))
    return node.op->emitOpError() << "cannot broadcast " << x.getType() << " to its shape";
  return makeType(node.op, *shape, resultElement(node));
}

Inferred inferTile(const Described& node) {
  Dims dims(shapeOf(node.operand("x")));
  FailureOr<std::vector<int64_t>> repeats = shapeConstant(node, "repeats");
  if (failed(repeats) || failed(checkWindow(node.op, "repeats", *repeats, dims.size(), 0)))
    return failure();
  for (size_t i = 0; i < dims.size(); ++i)
    dims[i] *= (*repeats)[i];
  return makeType(node.op, dims, resultElement(node));
}

// DepthToSpace, or SpaceToDepth.
Inferred inferDepthAndSpace(const Described& node, bool toSpace) {
  Dims dims(shapeOf(node.operand("x")));
  const int64_t block = node.integer("blocksize");
  if (dims.size() != 4)
    return node.op->emitOpError() << "x must have 4 dimensions, but is " << node.operand("x").getType();
  const bool fits = block >= 1 && block <= 65536 &&
                    (toSpace ? dims[1] % (block * block) == 0 : dims[2] % block == 0 && dims[3] % block == 0);
  if (!fits)
    return node.op->emitOpError() << "blocksize must divide the " << (toSpace ? "channels (twice)" : "height and width")
                                  << ", but is " << block << " for " << node.operand("x").getType();
  if (node.text("mode") != "DCR" && node.text("mode") != "CRD")
    return node.op->emitOpError() << "mode must be DCR or CRD, but is '" << node.text("mode") << "'";
  dims[1] = toSpace ? dims[1] / (block * block) : dims[1] * block * block;
  dims[2] = toSpace ? dims[2] * block : dims[2] / block;
  dims[3] = toSpace ? dims[3] * block : dims[3] / block;
  return makeType(node.op, dims, resultElement(node));
}

Inferred inferResize(const Described& node) {
  Operation* op = node.op;
  Value x = node.operand("x"), scales = node.operand("scales"), sizes = node.operand("sizes");
  if (!scales == !sizes)
    return op->emitOpError("must have either scales or sizes");
  if (node.text("mode") != "nearest" && node.text("mode") != "linear" && node.text("mode") != "cubic")
    return op->emitOpError() << "mode must be nearest, linear or cubic, but is '" << node.text("mode") << "'";
  if (!llvm::is_contained({"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"},
                          node.text("coordinate_transformation_mode")))
    return op->emitOpError() << "coordinate_transformation_mode must be half_pixel, half_pixel_symmetric, "
                                "pytorch_half_pixel, align_corners or asymmetric, but is '"
                             << node.text("coordinate_transformation_mode") << "'";
  if (!llvm::is_contained({"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}, node.text("nearest_mode")))
    return op->emitOpError() << "nearest_mode must be round_prefer_floor, round_prefer_ceil, floor or ceil, but is '"
                             << node.text("nearest_mode") << "'";
  Dims dims(shapeOf(x));
  if (sizes) {
    FailureOr<std::vector<int64_t>> given = shapeConstant(node, "sizes");
    if (failed(given) || failed(checkWindow(op, "sizes", *given, dims.size(), 1)))
      return failure();
    return makeType(op, *given, resultElement(node));
  }
  std::optional<std::vector<double>> factors = constantReals(scales);
  if (!factors || factors->size() != dims.size())
    return op->emitOpError() << "scales must be a constant of " << dims.size() << " elements";
  for (size_t i = 0; i < dims.size(); ++i) {
    const float extent = std::floor(static_cast<float>(dims[i]) * static_cast<float>((*factors)[i])); // ONNX Runtime's
    if (!((*factors)[i] > 0) || !(extent >= 1 && extent < static_cast<float>(kMaxExtent)))
      return op->emitOpError() << "scales must be positive and leave something of every axis, but axis " << i << " of "
                               << dims[i] << " has " << (*factors)[i];
    dims[i] = static_cast<int64_t>(extent);
  }
  return makeType(op, dims, resultElement(node));
}

// --- Conversion -----------------------------------------------------------------------------------------------

Inferred inferCast(const Described& node) {
  std::optional<net::DType> type;
  switch (node.integer("to")) { // onnx.TensorProto.DataType
  case 1:
    type = net::DType::f32;
    break;
  case 2:
    type = net::DType::u8;
    break;
  case 3:
    type = net::DType::s8;
    break;
  case 6:
    type = net::DType::s32;
    break;
  case 7:
    type = net::DType::s64;
    break;
  case 9:
    type = net::DType::boolean;
    break;
  case 10:
    type = net::DType::f16;
    break;
  case 11:
    type = net::DType::f64;
    break;
  case 16:
    type = net::DType::bf16;
    break;
  default:
    return node.op->emitOpError() << "to must be the number of float, uint8, int8, int32, int64, bool, float16, double "
                                     "or bfloat16 (1, 2, 3, 6, 7, 9, 10, 11 or 16), but is "
                                  << node.integer("to");
  }
  return makeType(node.op, shapeOf(node.operand("x")), typeOf(node.op->getContext(), *type));
}

Inferred inferQuantization(const Described& node) {
  Value x = node.operand("x");
  ArrayRef<int64_t> dims = shapeOf(x);
  const int64_t scales = tensorType(node.operand("scale")).getNumElements();
  const int64_t zeroPoints = tensorType(node.operand("zero_point")).getNumElements();
  const int64_t axis = node.integer("axis");
  if (scales != 1 || zeroPoints != 1) {
    if (failed(checkAxis(node.op, axis, static_cast<int64_t>(dims.size()))))
      return failure();
    const int64_t slices = dims[static_cast<size_t>(axis)];
    if (scales != slices || zeroPoints != slices)
      return node.op->emitOpError() << "scale and zero point must both have 1 or " << slices << " elements (axis "
                                    << axis << " of " << x.getType() << "), but have " << scales << " and "
                                    << zeroPoints;
  }
  return makeType(node.op, dims, resultElement(node));
}

Inferred inferLut8(const Described& node) {
  Value table = node.operand("table");
  if (shapeOf(table) != ArrayRef<int64_t>(256))
    return node.op->emitOpError() << "table must have shape [256], but is " << table.getType();
  return makeType(node.op, shapeOf(node.operand("x")), resultElement(node));
}

Inferred inferByRule(const Described& node) {
  switch (*node.info.rule) {
  case net::ShapeRule::ArgReduction:
    return inferArgReduction(node);
  case net::ShapeRule::Broadcast:
    return inferBroadcast(node);
  case net::ShapeRule::BroadcastToFirst:
    return inferBroadcastToFirst(node);
  case net::ShapeRule::Cast:
    return inferCast(node);
  case net::ShapeRule::ChannelParameters:
    return inferChannelParameters(node);
  case net::ShapeRule::Concat:
    return inferConcat(node);
  case net::ShapeRule::Conv:
    return inferConv(node);
  case net::ShapeRule::ConvTranspose:
    return inferConvTranspose(node);
  case net::ShapeRule::DepthToSpace:
    return inferDepthAndSpace(node, true);
  case net::ShapeRule::Expand:
    return inferExpand(node);
  case net::ShapeRule::Gather:
    return inferGather(node);
  case net::ShapeRule::Gemm:
    return inferGemm(node);
  case net::ShapeRule::GlobalPool:
    return inferGlobalPool(node);
  case net::ShapeRule::Lut8:
    return inferLut8(node);
  case net::ShapeRule::MatMul:
    return inferMatMul(node);
  case net::ShapeRule::Pad:
    return inferPad(node);
  case net::ShapeRule::Pool:
    return inferPool(node);
  case net::ShapeRule::Quantization:
    return inferQuantization(node);
  case net::ShapeRule::Reduction:
    return inferReduction(node);
  case net::ShapeRule::Reshape:
    return inferReshape(node);
  case net::ShapeRule::Resize:
    return inferResize(node);
  case net::ShapeRule::Same:
    return inferSame(node);
  case net::ShapeRule::Slice:
    return inferSlice(node);
  case net::ShapeRule::SpaceToDepth:
    return inferDepthAndSpace(node, false);
  case net::ShapeRule::Tile:
    return inferTile(node);
  case net::ShapeRule::Transpose:
    return inferTranspose(node);
  }
  llvm_unreachable("a rule that is none");
}

} // namespace

FailureOr<RankedTensorType> inferResultType(Operation* op) {
  const Described node(op);
  if (failed(checkDescription(node)))
    return failure();
  Inferred type = inferByRule(node);
  if (failed(type) || failed(checkClamp(op, type->getElementType())))
    return failure();
  return type;
}

} // namespace weft::graph
