// Shape inference and the checks that belong to it, one inferType per operation. An operation's own constraints
// (element types, presence of attributes) hold already.
#include "compiler/dialect/constants.h"

#include <algorithm>

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

LogicalResult sameElement(Operation* op, Value a, const char* nameA, Value b, const char* nameB) {
  if (elementOf(a) == elementOf(b))
    return success();
  return op->emitOpError() << nameA << " and " << nameB << " must have the same element type, but have " << elementOf(a)
                           << " and " << elementOf(b);
}

LogicalResult checkAxis(Operation* op, int64_t axis, int64_t rank, const char* name = "axis") {
  if (axis >= 0 && axis < rank)
    return success();
  return op->emitOpError() << name << " must be in [0, " << rank - 1 << "] for rank " << rank << ", but is " << axis;
}

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

LogicalResult checkRank(Operation* op, Value value, const char* name, int64_t least) {
  if (tensorType(value).getRank() >= least)
    return success();
  return op->emitOpError() << name << " must have at least " << least << " dimensions, but is " << value.getType();
}

Inferred inferConv(Operation* op, Value x, Value w, Value b, ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                   ArrayRef<int64_t> pads, ArrayRef<int64_t> dilations, int64_t group, Type element) {
  if (failed(checkRank(op, x, "x", 3)))
    return failure();
  ArrayRef<int64_t> in = shapeOf(x), weights = shapeOf(w);
  if (in.size() != weights.size())
    return op->emitOpError() << "x and w must have the same rank, but are " << x.getType() << " and " << w.getType();
  if (group < 1 || in[1] % group != 0 || weights[0] % group != 0)
    return op->emitOpError() << "group must divide the " << in[1] << " input and " << weights[0]
                             << " output channels, but is " << group;
  if (weights[1] != in[1] / group)
    return op->emitOpError() << "w must have " << in[1] / group << " input channels per group, but has " << weights[1];
  if (kernel != weights.drop_front(2))
    return op->emitOpError("kernel_shape must equal the weight's spatial shape");
  if (!isNone(b) && shapeOf(b) != ArrayRef<int64_t>(weights[0]))
    return op->emitOpError() << "bias must have shape [" << weights[0] << "], but is " << b.getType();
  Dims dims = {in[0], weights[0]};
  if (failed(windowExtents(op, in, kernel, strides, pads, dilations, dims)))
    return failure();
  return makeType(op, dims, element);
}

Inferred inferPool(Operation* op, Value x, ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides, ArrayRef<int64_t> pads,
                   ArrayRef<int64_t> dilations, Type element) {
  if (failed(checkRank(op, x, "x", 3)))
    return failure();
  ArrayRef<int64_t> in = shapeOf(x);
  Dims dims = {in[0], in[1]};
  if (failed(windowExtents(op, in, kernel, strides, pads, dilations, dims)))
    return failure();
  const size_t spatial = kernel.size();
  for (size_t i = 0; i < 2 * spatial; ++i)
    if (pads[i] >= (kernel[i % spatial] - 1) * dilations[i % spatial] + 1)
      return op->emitOpError() << "pads must be smaller than the window, but there is a pad of " << pads[i];
  return makeType(op, dims, element);
}

Inferred inferGlobalPool(Operation* op, Value x, Type element) {
  if (failed(checkRank(op, x, "x", 3)))
    return failure();
  Dims dims(shapeOf(x).size(), 1);
  dims[0] = shapeOf(x)[0];
  dims[1] = shapeOf(x)[1];
  return makeType(op, dims, element);
}

Inferred inferBroadcast(Operation* op, Value a, Value b, Type element) {
  ArrayRef<int64_t> left = shapeOf(a), right = shapeOf(b);
  Dims dims(std::max(left.size(), right.size()), 1);
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t l = i < left.size() ? left[left.size() - 1 - i] : 1;
    const int64_t r = i < right.size() ? right[right.size() - 1 - i] : 1;
    if (l != r && l != 1 && r != 1)
      return op->emitOpError() << "shapes of " << a.getType() << " and " << b.getType() << " do not broadcast";
    dims[dims.size() - 1 - i] = l == 1 ? r : l;
  }
  return makeType(op, dims, element);
}

Inferred inferMatMul(Operation* op, Value a, Value b, Type element) {
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
  Dims dims(std::max(left.size(), right.size()) - 2, 1);
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t l = i + 2 < left.size() ? left[left.size() - 3 - i] : 1;
    const int64_t r = i + 2 < right.size() ? right[right.size() - 3 - i] : 1;
    if (l != r && l != 1 && r != 1)
      return op->emitOpError() << "batch dimensions of " << a.getType() << " and " << b.getType()
                               << " do not broadcast";
    dims[dims.size() - 1 - i] = l == 1 ? r : l;
  }
  if (!vectorA)
    dims.push_back(left[left.size() - 2]);
  if (!vectorB)
    dims.push_back(right.back());
  return makeType(op, dims, element);
}

Inferred inferGemm(Operation* op, Value a, Value b, Value c, int64_t transA, int64_t transB, Type element) {
  ArrayRef<int64_t> left = shapeOf(a), right = shapeOf(b);
  if (left.size() != 2 || right.size() != 2)
    return op->emitOpError() << "a and b must be matrices, but are " << a.getType() << " and " << b.getType();
  const int64_t m = left[transA ? 1 : 0], k = left[transA ? 0 : 1];
  const int64_t kOther = right[transB ? 1 : 0], n = right[transB ? 0 : 1];
  if (k != kOther)
    return op->emitOpError() << "inner dimensions must be equal, but are " << k << " and " << kOther;
  if (!isNone(c)) {
    ArrayRef<int64_t> bias = shapeOf(c);
    const bool fits = bias.size() <= 2 && (bias.empty() || bias.back() == 1 || bias.back() == n) &&
                      (bias.size() < 2 || bias[0] == 1 || bias[0] == m);
    if (!fits)
      return op->emitOpError() << "c must broadcast to [" << m << ", " << n << "], but is " << c.getType();
  }
  return makeType(op, {m, n}, element);
}

LogicalResult checkScalar(Operation* op, Value value, const char* name) {
  if (tensorType(value).getNumElements() == 1)
    return success();
  return op->emitOpError() << name << " must have one element, but is " << value.getType();
}

// The scale and zero point of one operand, per tensor.
LogicalResult checkPerTensor(Operation* op, Value tensor, Value scale, Value zeroPoint, const char* name) {
  if (failed(checkScalar(op, scale, "scale")) || failed(checkScalar(op, zeroPoint, "zero point")))
    return failure();
  if (elementOf(tensor) != elementOf(zeroPoint))
    return op->emitOpError() << name << " and its zero point must have the same element type, but have "
                             << elementOf(tensor) << " and " << elementOf(zeroPoint);
  return success();
}

LogicalResult checkOutput(Operation* op, Value scale, Value zeroPoint) {
  return success(succeeded(checkScalar(op, scale, "y_scale")) && succeeded(checkScalar(op, zeroPoint, "y_zero_point")));
}

// Per tensor, or one per each of `channels`.
LogicalResult checkPerChannel(Operation* op, Value tensor, Value scale, Value zeroPoint, int64_t channels) {
  const int64_t scales = tensorType(scale).getNumElements(), zeroPoints = tensorType(zeroPoint).getNumElements();
  if ((scales != 1 && scales != channels) || (zeroPoints != 1 && zeroPoints != channels))
    return op->emitOpError() << "the weight's scale and zero point must have 1 or " << channels
                             << " elements, but have " << scales << " and " << zeroPoints;
  return sameElement(op, tensor, "weight", zeroPoint, "its zero point");
}

LogicalResult checkClamp(Operation* op, std::optional<int64_t> lo, std::optional<int64_t> hi, Type element) {
  const int64_t low = lo.value_or(lowest(element)), high = hi.value_or(highest(element));
  if (low >= lowest(element) && low <= high && high <= highest(element))
    return success();
  return op->emitOpError() << "clamp_lo and clamp_hi must be an interval in [" << lowest(element) << ", "
                           << highest(element) << "], but are " << low << " and " << high;
}

// The constant of an operand that decides the shape.
FailureOr<std::vector<int64_t>> shapeConstant(Operation* op, Value value, const char* name) {
  std::optional<std::vector<int64_t>> values = constantIntegers(value);
  if (!values)
    return op->emitOpError() << name << " must be a constant";
  return *values;
}

Inferred inferQuantization(Operation* op, Value x, Value scale, Value zeroPoint, int64_t axis, Type element) {
  ArrayRef<int64_t> dims = shapeOf(x);
  const int64_t scales = tensorType(scale).getNumElements(), zeroPoints = tensorType(zeroPoint).getNumElements();
  if (scales != 1 || zeroPoints != 1) {
    if (failed(checkAxis(op, axis, static_cast<int64_t>(dims.size()))))
      return failure();
    const int64_t slices = dims[static_cast<size_t>(axis)];
    if (scales != slices || zeroPoints != slices)
      return op->emitOpError() << "scale and zero point must both have 1 or " << slices << " elements (axis " << axis
                               << " of " << x.getType() << "), but have " << scales << " and " << zeroPoints;
  }
  return makeType(op, dims, element);
}

Inferred inferQuantizedBinary(Operation* op, Value a, Value aScale, Value aZero, Value b, Value bScale, Value bZero,
                              Value yScale, Value yZero, std::optional<int64_t> lo, std::optional<int64_t> hi) {
  if (failed(checkPerTensor(op, a, aScale, aZero, "a")) || failed(checkPerTensor(op, b, bScale, bZero, "b")) ||
      failed(checkOutput(op, yScale, yZero)) || failed(checkClamp(op, lo, hi, elementOf(yZero))))
    return failure();
  return inferBroadcast(op, a, b, elementOf(yZero));
}

Inferred inferQuantizedUnary(Operation* op, Value x, Value xScale, Value xZero, Value yScale, Value yZero) {
  if (failed(checkPerTensor(op, x, xScale, xZero, "x")) || failed(checkOutput(op, yScale, yZero)))
    return failure();
  return makeType(op, shapeOf(x), elementOf(yZero));
}

Inferred inferConcat(Operation* op, ArrayRef<Value> inputs, int64_t axis, Type element) {
  if (inputs.empty())
    return op->emitOpError("needs at least one input");
  Dims dims(shapeOf(inputs.front()));
  if (failed(checkAxis(op, axis, static_cast<int64_t>(dims.size()))))
    return failure();
  const auto at = static_cast<size_t>(axis);
  dims[at] = 0;
  for (Value input : inputs) {
    Dims other(shapeOf(input));
    if (other.size() == dims.size()) {
      dims[at] += other[at];
      other[at] = dims[at];
    }
    if (other != dims)
      return op->emitOpError() << "inputs must have equal shapes except along axis " << axis << ", but "
                               << inputs.front().getType() << " and " << input.getType() << " have not";
  }
  return makeType(op, dims, element);
}

Inferred sameAs(Value x) {
  return tensorType(x);
}

} // namespace

Inferred ConvOp::inferType() {
  if (failed(sameElement(*this, getX(), "x", getW(), "w")) ||
      (!isNone(getB()) && failed(sameElement(*this, getX(), "x", getB(), "b"))))
    return failure();
  return inferConv(*this, getX(), getW(), getB(), getKernelShape(), getStrides(), getPads(), getDilations(), getGroup(),
                   elementOf(getX()));
}

Inferred GemmOp::inferType() {
  if (failed(sameElement(*this, getA(), "a", getB(), "b")) ||
      (!isNone(getC()) && failed(sameElement(*this, getA(), "a", getC(), "c"))))
    return failure();
  return inferGemm(*this, getA(), getB(), getC(), getTransA(), getTransB(), elementOf(getA()));
}

Inferred MatMulOp::inferType() {
  if (failed(sameElement(*this, getA(), "a", getB(), "b")))
    return failure();
  return inferMatMul(*this, getA(), getB(), elementOf(getA()));
}

static Inferred inferArithmetic(Operation* op, Value a, Value b) {
  if (failed(sameElement(op, a, "a", b, "b")))
    return failure();
  return inferBroadcast(op, a, b, elementOf(a));
}
Inferred AddOp::inferType() {
  return inferArithmetic(*this, getA(), getB());
}
Inferred SubOp::inferType() {
  return inferArithmetic(*this, getA(), getB());
}
Inferred MulOp::inferType() {
  return inferArithmetic(*this, getA(), getB());
}
Inferred DivOp::inferType() {
  return inferArithmetic(*this, getA(), getB());
}

Inferred ReluOp::inferType() {
  return sameAs(getX());
}
Inferred SigmoidOp::inferType() {
  return sameAs(getX());
}
Inferred TanhOp::inferType() {
  return sameAs(getX());
}
Inferred HardSwishOp::inferType() {
  return sameAs(getX());
}
Inferred LeakyReluOp::inferType() {
  return sameAs(getX());
}
Inferred HardSigmoidOp::inferType() {
  return sameAs(getX());
}

Inferred ClipOp::inferType() {
  for (Value bound : {getMin(), getMax()})
    if (!isNone(bound) &&
        (failed(checkScalar(*this, bound, "a bound")) || failed(sameElement(*this, getX(), "x", bound, "its bounds"))))
      return failure();
  return sameAs(getX());
}

Inferred SoftmaxOp::inferType() {
  if (failed(checkAxis(*this, getAxis(), tensorType(getX()).getRank())))
    return failure();
  return sameAs(getX());
}

Inferred BatchNormOp::inferType() {
  if (failed(checkRank(*this, getX(), "x", 2)))
    return failure();
  for (Value parameter : {getScale(), getBias(), getMean(), getVariance()})
    if (shapeOf(parameter) != shapeOf(getX()).slice(1, 1))
      return emitOpError() << "scale, bias, mean and variance must have shape [" << shapeOf(getX())[1]
                           << "], but one is " << parameter.getType();
  return sameAs(getX());
}

Inferred MaxPoolOp::inferType() {
  return inferPool(*this, getX(), getKernelShape(), getStrides(), getPads(), getDilations(), elementOf(getX()));
}
Inferred AveragePoolOp::inferType() {
  const Dims dilations(getKernelShape().size(), 1);
  return inferPool(*this, getX(), getKernelShape(), getStrides(), getPads(), dilations, elementOf(getX()));
}
Inferred GlobalAveragePoolOp::inferType() {
  return inferGlobalPool(*this, getX(), elementOf(getX()));
}

Inferred ReshapeOp::inferType() {
  FailureOr<std::vector<int64_t>> shape = shapeConstant(*this, getShape(), "shape");
  if (failed(shape))
    return failure();
  int64_t count = 1;
  for (int64_t dim : *shape) {
    if (dim < 0 || (dim > 0 && count > kMaxElements / dim))
      return emitOpError() << "shape must consist of extents (0 and -1 resolved), but has " << dim;
    count *= dim;
  }
  if (count != tensorType(getX()).getNumElements())
    return emitOpError() << "cannot give " << getX().getType() << " a shape of " << count << " elements";
  return makeType(*this, *shape, elementOf(getX()));
}

Inferred TransposeOp::inferType() {
  ArrayRef<int64_t> in = shapeOf(getX()), perm = getPerm();
  Dims sorted(perm);
  std::sort(sorted.begin(), sorted.end());
  bool valid = perm.size() == in.size();
  for (size_t i = 0; i < sorted.size(); ++i)
    valid = valid && sorted[i] == static_cast<int64_t>(i);
  if (!valid)
    return emitOpError() << "perm must be a permutation of 0.." << static_cast<int64_t>(in.size()) - 1;
  Dims dims;
  for (int64_t axis : perm)
    dims.push_back(in[static_cast<size_t>(axis)]);
  return makeType(*this, dims, elementOf(getX()));
}

Inferred ConcatOp::inferType() {
  SmallVector<Value> inputs(getInputs());
  for (Value input : inputs)
    if (failed(sameElement(*this, inputs.front(), "the first input", input, "another")))
      return failure();
  return inferConcat(*this, inputs, getAxis(), inputs.empty() ? Type() : elementOf(inputs.front()));
}

Inferred PadOp::inferType() {
  FailureOr<std::vector<int64_t>> pads = shapeConstant(*this, getPads(), "pads");
  if (failed(pads))
    return failure();
  if (getMode() != "constant" && getMode() != "reflect" && getMode() != "edge")
    return emitOpError() << "mode must be constant, reflect or edge, but is '" << getMode() << "'";
  if (!isNone(getValue()) &&
      (failed(checkScalar(*this, getValue(), "value")) || failed(sameElement(*this, getX(), "x", getValue(), "value"))))
    return failure();
  Dims dims(shapeOf(getX()));
  if (failed(checkWindow(*this, "pads", *pads, 2 * dims.size(), 0)))
    return failure();
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t begin = (*pads)[i], end = (*pads)[dims.size() + i];
    if (getMode() == "reflect" && std::max(begin, end) > std::max<int64_t>(dims[i] - 1, 0))
      return emitOpError() << "reflected pads must be smaller than the axis, but axis " << i << " has " << dims[i];
    dims[i] += begin + end;
  }
  return makeType(*this, dims, elementOf(getX()));
}

Inferred SliceOp::inferType() {
  FailureOr<std::vector<int64_t>> starts = shapeConstant(*this, getStarts(), "starts");
  FailureOr<std::vector<int64_t>> ends = shapeConstant(*this, getEnds(), "ends");
  FailureOr<std::vector<int64_t>> axes = shapeConstant(*this, getAxes(), "axes");
  FailureOr<std::vector<int64_t>> steps = shapeConstant(*this, getSteps(), "steps");
  if (failed(starts) || failed(ends) || failed(axes) || failed(steps))
    return failure();
  if (starts->size() != axes->size() || ends->size() != axes->size() || steps->size() != axes->size())
    return emitOpError("starts, ends, axes and steps must have the same number of elements");
  Dims dims(shapeOf(getX()));
  for (size_t i = 0; i < axes->size(); ++i) {
    if (failed(checkAxis(*this, (*axes)[i], static_cast<int64_t>(dims.size()), "axes")))
      return failure();
    int64_t& dim = dims[static_cast<size_t>((*axes)[i])];
    const int64_t start = (*starts)[i], end = (*ends)[i], step = (*steps)[i];
    if (start < 0 || start > end || end > dim || step < 1 || step > kMaxExtent)
      return emitOpError() << "slice " << start << ":" << end << ":" << step << " must lie in an axis of " << dim
                           << " and have a positive step";
    dim = (end - start + step - 1) / step;
  }
  return makeType(*this, dims, elementOf(getX()));
}

Inferred CastOp::inferType() {
  MLIRContext* context = getContext();
  Type element;
  switch (getTo()) { // onnx.TensorProto.DataType
  case 1:
    element = Float32Type::get(context);
    break;
  case 2:
    element = IntegerType::get(context, 8, IntegerType::Unsigned);
    break;
  case 3:
    element = IntegerType::get(context, 8, IntegerType::Signed);
    break;
  case 6:
    element = IntegerType::get(context, 32);
    break;
  case 7:
    element = IntegerType::get(context, 64);
    break;
  case 10:
    element = Float16Type::get(context);
    break;
  case 11:
    element = Float64Type::get(context);
    break;
  case 16:
    element = BFloat16Type::get(context);
    break;
  default:
    return emitOpError() << "to must be the number of float, uint8, int8, int32, int64, float16, double or bfloat16 "
                            "(1, 2, 3, 6, 7, 10, 11 or 16), but is "
                         << getTo();
  }
  return makeType(*this, shapeOf(getX()), element);
}

Inferred QuantizeOp::inferType() {
  return inferQuantization(*this, getX(), getScale(), getZeroPoint(), getAxis(), elementOf(getZeroPoint()));
}

Inferred DequantizeOp::inferType() {
  if (failed(sameElement(*this, getX(), "x", getZeroPoint(), "zero_point")))
    return failure();
  return inferQuantization(*this, getX(), getScale(), getZeroPoint(), getAxis(), Float32Type::get(getContext()));
}

Inferred QLinearConvOp::inferType() {
  const int64_t channels = shapeOf(getW()).empty() ? 0 : shapeOf(getW())[0];
  if (failed(checkPerTensor(*this, getX(), getXScale(), getXZeroPoint(), "x")) ||
      failed(checkPerChannel(*this, getW(), getWScale(), getWZeroPoint(), channels)) ||
      failed(checkOutput(*this, getYScale(), getYZeroPoint())) ||
      failed(checkClamp(*this, getClampLo(), getClampHi(), elementOf(getYZeroPoint()))))
    return failure();
  return inferConv(*this, getX(), getW(), getB(), getKernelShape(), getStrides(), getPads(), getDilations(), getGroup(),
                   elementOf(getYZeroPoint()));
}

Inferred QLinearMatMulOp::inferType() {
  const int64_t columns = shapeOf(getB()).empty() ? 0 : shapeOf(getB()).back();
  if (failed(checkPerTensor(*this, getA(), getAScale(), getAZeroPoint(), "a")) ||
      failed(checkPerChannel(*this, getB(), getBScale(), getBZeroPoint(), columns)) ||
      failed(checkOutput(*this, getYScale(), getYZeroPoint())) ||
      failed(checkClamp(*this, getClampLo(), getClampHi(), elementOf(getYZeroPoint()))))
    return failure();
  return inferMatMul(*this, getA(), getB(), elementOf(getYZeroPoint()));
}

Inferred QGemmOp::inferType() {
  const int64_t columns = shapeOf(getB()).size() == 2 ? shapeOf(getB())[getTransB() ? 0 : 1] : 0;
  if (failed(checkPerTensor(*this, getA(), getAScale(), getAZeroPoint(), "a")) ||
      failed(checkPerChannel(*this, getB(), getBScale(), getBZeroPoint(), columns)) ||
      failed(checkOutput(*this, getYScale(), getYZeroPoint())) ||
      failed(checkClamp(*this, getClampLo(), getClampHi(), elementOf(getYZeroPoint()))))
    return failure();
  return inferGemm(*this, getA(), getB(), getC(), getTransA(), getTransB(), elementOf(getYZeroPoint()));
}

Inferred QLinearAddOp::inferType() {
  return inferQuantizedBinary(*this, getA(), getAScale(), getAZeroPoint(), getB(), getBScale(), getBZeroPoint(),
                              getYScale(), getYZeroPoint(), getClampLo(), getClampHi());
}

Inferred QLinearMulOp::inferType() {
  return inferQuantizedBinary(*this, getA(), getAScale(), getAZeroPoint(), getB(), getBScale(), getBZeroPoint(),
                              getYScale(), getYZeroPoint(), getClampLo(), getClampHi());
}

Inferred QLinearAveragePoolOp::inferType() {
  if (failed(inferQuantizedUnary(*this, getX(), getXScale(), getXZeroPoint(), getYScale(), getYZeroPoint())) ||
      failed(checkClamp(*this, getClampLo(), getClampHi(), elementOf(getYZeroPoint()))))
    return failure();
  const Dims dilations(getKernelShape().size(), 1);
  return inferPool(*this, getX(), getKernelShape(), getStrides(), getPads(), dilations, elementOf(getYZeroPoint()));
}

Inferred QLinearGlobalAveragePoolOp::inferType() {
  if (failed(inferQuantizedUnary(*this, getX(), getXScale(), getXZeroPoint(), getYScale(), getYZeroPoint())) ||
      failed(checkClamp(*this, getClampLo(), getClampHi(), elementOf(getYZeroPoint()))))
    return failure();
  return inferGlobalPool(*this, getX(), elementOf(getYZeroPoint()));
}

Inferred QLinearConcatOp::inferType() {
  if (failed(checkOutput(*this, getYScale(), getYZeroPoint())))
    return failure();
  if (getInputs().size() % 3 != 0)
    return emitOpError("inputs must be triples of tensor, scale and zero point");
  SmallVector<Value> tensors;
  for (size_t i = 0; i < getInputs().size(); i += 3) {
    Value scale = getInputs()[i + 1], zeroPoint = getInputs()[i + 2];
    if (!is8Bit(getInputs()[i]) || !elementOf(scale).isF32())
      return emitOpError("inputs must be triples of 8-bit tensor, f32 scale and zero point");
    if (failed(checkPerTensor(*this, getInputs()[i], scale, zeroPoint, "input")))
      return failure();
    tensors.push_back(getInputs()[i]);
  }
  return inferConcat(*this, tensors, getAxis(), elementOf(getYZeroPoint()));
}

Inferred QLinearSigmoidOp::inferType() {
  return inferQuantizedUnary(*this, getX(), getXScale(), getXZeroPoint(), getYScale(), getYZeroPoint());
}
Inferred QLinearLeakyReluOp::inferType() {
  return inferQuantizedUnary(*this, getX(), getXScale(), getXZeroPoint(), getYScale(), getYZeroPoint());
}
Inferred QLinearSoftmaxOp::inferType() {
  if (failed(checkAxis(*this, getAxis(), tensorType(getX()).getRank())))
    return failure();
  return inferQuantizedUnary(*this, getX(), getXScale(), getXZeroPoint(), getYScale(), getYZeroPoint());
}

Inferred Lut8Op::inferType() {
  if (shapeOf(getTable()) != ArrayRef<int64_t>(256))
    return emitOpError() << "table must have shape [256], but is " << getTable().getType();
  return makeType(*this, shapeOf(getX()), elementOf(getTable()));
}

} // namespace weft::graph
