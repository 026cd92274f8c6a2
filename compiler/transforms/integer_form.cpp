// Rounding is monotone, so quantize(clip(v, lo, hi)) = clamp(quantize(v), quantize(lo), quantize(hi)) exactly: Relu and
// Clip before a QuantizeLinear become bounds on the codes.
#include "compiler/transforms/integer_form.h"

#include "compiler/transforms/exact_scales.h"
#include "compiler/transforms/passes.h"
#include "isa/semantics/numerics.h"
#include "isa/support/error.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace weft::graph {

using namespace mlir;

namespace {

// A bias whose scale is this close (relative) to that of the accumulator is in the accumulator's units.
constexpr double kScaleTolerance = 1e-3;
// In units of the result: means closer than this to the middle between two codes count as ties.
constexpr double kTie = 1e-4;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The bounds that a Relu or Clip sets; nothing for other operators and for bounds that are computed.
std::optional<std::pair<double, double>> boundsOf(Operation* op) {
  if (isa_and_nonnull<ReluOp>(op))
    return std::pair(0.0, kInfinity);
  auto clip = dyn_cast_or_null<ClipOp>(op);
  if (!clip)
    return std::nullopt;
  const std::optional<double> min = isNone(clip.getMin()) ? -kInfinity : constantScalar(clip.getMin());
  const std::optional<double> max = isNone(clip.getMax()) ? kInfinity : constantScalar(clip.getMax());
  if (!min || !max)
    return std::nullopt;
  return std::pair(std::min(*min, *max), *max);
}

// Whether every use of a float value ends in a QuantizeLinear, behind Relu and Clip at most: then it need not exist.
bool onlyQuantized(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation* user) {
    return isa<QuantizeOp>(user) || (boundsOf(user) && onlyQuantized(user->getResult(0)));
  });
}

// An activation's codes.
struct Activation {
  Value x;
  Quantization quantization;
};

// Constant 8-bit weights with one scale and zero point, or one for each slice of `axis`, the output channels.
struct Weights {
  Value x; // null if the codes are others than those of the graph
  DenseElementsAttr codes;
  int64_t axis;
  std::vector<double> scales;
  std::vector<int64_t> zeroPoints;

  // The output channel of an element, by its position.
  size_t channelOf(size_t position) const {
    const ArrayRef<int64_t> dims = codes.getType().getShape();
    for (int64_t dim : dims.drop_front(static_cast<size_t>(axis) + 1))
      position /= static_cast<size_t>(dim);
    return position % static_cast<size_t>(dims[static_cast<size_t>(axis)]);
  }
};

using BiasCodes = std::optional<std::vector<int64_t>>; // one per output channel; without value where there is no bias

// The constant behind a DequantizeLinear; null if it is not one.
DenseElementsAttr codesOf(Value value) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  return dequantize ? constantOf(dequantize.getX()) : DenseElementsAttr();
}

template <typename Op> struct Named { using Operator = Op; };

// Decides one pattern. A method that gives nothing has left the reason in `why`.
class Pattern {
public:
  explicit Pattern(QuantizeOp quantize) : root(quantize) {}

  IntegerForm decide();

private:
  using Build = std::function<Value(PatternRewriter&)>;

  QuantizeOp root;
  Operation* op = nullptr;
  Quantization output;
  int64_t clampLo = 0, clampHi = 0; // of the codes
  size_t clamps = 0;                // Relu and Clip between op and root
  SmallVector<Location> locations;  // of op, those and root
  const char* biasNote = nullptr;   // why the bias is not the one that ONNX Runtime's kernel adds
  std::string why;

  std::nullopt_t refuse(std::string reason) {
    why = std::move(reason);
    return std::nullopt;
  }
  Build none(std::string reason) {
    why = std::move(reason);
    return {};
  }

  bool match();
  Build decideOperator();
  Build conv(ConvOp conv);
  Build convTranspose(ConvTransposeOp conv);
  Build gemm(GemmOp gemm);
  Build matMul(MatMulOp product, Value bias);
  Build linear(const Activation& a, const Weights& w, const BiasCodes& bias, float alpha, bool transA, bool transB,
               bool kernel);
  Build add(AddOp sum);
  Build pair(Value a, Value b, PairOperator kind, float (*f)(float, float), float signA, float signB);
  Build withScalar(const Activation& x, int64_t code, const Quantization& constant, PairOperator kind, bool second);
  Build averagePool(AveragePoolOp pool);
  Build globalAverage(GlobalAveragePoolOp pool);
  Build mean(ReduceMeanOp mean);
  Build softmax(SoftmaxOp softmax);
  Build concat(ConcatOp concat);
  Build extremum();

  std::optional<Activation> activation(Value value, const char* what);
  Activation asOutput(Activation x) const;
  std::optional<Weights> weights(Value value, int64_t axis, bool quantizable);
  std::optional<BiasCodes> bias(Value value, const Quantization& x, Weights& w, int64_t channels, float alpha,
                                float beta);
  std::optional<int64_t> constantChannel(const Quantization& x, const Weights& w, size_t channel, double shift,
                                         float alpha) const;
  bool fused(ArrayRef<Type> operands) const;
  bool fusedProduct(Type a, Type b) const;

  // One of the forms that the operator is described to have.
  template <typename Form, typename... Args> Value make(PatternRewriter& rewriter, Args&&... args) const {
    Value made = createInferred<Form>(rewriter, location(rewriter), std::forward<Args>(args)...);
    WEFT_CHECK(net::hasWord(operatorOf(op)->forms, operatorOf(made.getDefiningOp())->name),
               "an operator's forms are listed");
    return made;
  }
  Location location(PatternRewriter& rewriter) const { return rewriter.getFusedLoc(locations); }
  bool clamped() const { return clampLo > lowest(output.element) || clampHi < highest(output.element); }
  IntegerAttr lo(PatternRewriter& rewriter) const {
    return clampLo > lowest(output.element) ? rewriter.getI64IntegerAttr(clampLo) : IntegerAttr();
  }
  IntegerAttr hi(PatternRewriter& rewriter) const {
    return clampHi < highest(output.element) ? rewriter.getI64IntegerAttr(clampHi) : IntegerAttr();
  }
  Value scale(PatternRewriter& rewriter, const Quantization& of) const {
    return scaleOperand(rewriter, location(rewriter), of);
  }
  Value zeroPoint(PatternRewriter& rewriter, const Quantization& of) const {
    return zeroPointOperand(rewriter, location(rewriter), of);
  }
  Value codesAsOutput(PatternRewriter& rewriter, const Activation& x) const;
  // For operators that have no bounds of their own.
  Value clampedBelow(PatternRewriter& rewriter, Value x) const {
    if (!clamped())
      return x;
    return lookupTable(rewriter, location(rewriter), x, output.element,
                       [&](int64_t code) { return std::clamp(code, clampLo, clampHi); });
  }
  SmallVector<Value> operands(PatternRewriter& rewriter, const Weights& w) const;
  Value indices(PatternRewriter& rewriter, ArrayRef<int64_t> values) const;
  Value reshaped(PatternRewriter& rewriter, Value x, ArrayRef<int64_t> dims) const;
  Value transposed(PatternRewriter& rewriter, Value x, ArrayRef<int64_t> order) const;
  Value average(PatternRewriter& rewriter, Value x, const Quantization& quantization, bool exact) const;
  Value noted(PatternRewriter& rewriter, Value result, bool exact, const char* reason) const;
};

// Walks from the quantised value through Relu and Clip with constant bounds to the operator that computes it.
bool Pattern::match() {
  const std::optional<Quantization> quantization = quantizationOf(root);
  if (!quantization) {
    why = "its result " + quantizationDefect(root.getScale(), root.getZeroPoint());
    return false;
  }
  output = *quantization;
  double least = -kInfinity, most = kInfinity;
  SmallVector<Location> after;
  Value value = root.getX();
  for (op = value.getDefiningOp(); op; op = value.getDefiningOp()) {
    const auto bounds = boundsOf(op);
    if (!bounds)
      break;
    // The clamp found earlier applies after this one.
    const double outerLeast = least, outerMost = most;
    least = std::clamp(bounds->first, outerLeast, outerMost);
    most = std::clamp(bounds->second, outerLeast, outerMost);
    after.push_back(op->getLoc());
    ++clamps;
    value = op->getOperand(0);
  }
  if (!op) {
    why = "the input of the network is not quantised";
    return false;
  }
  if (!onlyQuantized(value)) {
    why = "its result is used in float as well as quantised";
    return false;
  }
  clampLo = output.quantize(static_cast<float>(least));
  clampHi = output.quantize(static_cast<float>(most));
  locations.push_back(op->getLoc());
  locations.append(after.rbegin(), after.rend());
  locations.push_back(root.getLoc());
  return true;
}

// Whether ONNX Runtime has an integer kernel for the pattern: all element types (of activations and result) are one,
// and between operator and QuantizeLinear there is at most one Relu or Clip, which changes no code.
bool Pattern::fused(ArrayRef<Type> operands) const {
  return clamps <= 1 && !clamped() && op->hasOneUse() &&
         llvm::all_of(operands, [&](Type type) { return type == output.element; });
}

// The same of a convolution or matrix product, whose right side has its own type unless the left one is signed.
bool Pattern::fusedProduct(Type a, Type b) const {
  return fused(a) && (a.isUnsignedInteger() || a == b);
}

// Marks what ONNX Runtime may round differently: by the mark of the float operator, or where this form is not exact.
Value Pattern::noted(PatternRewriter& rewriter, Value result, bool exact, const char* reason) const {
  if (Attribute mark = op->getAttr(kRoundingAttribute))
    result.getDefiningOp()->setAttr(kRoundingAttribute, mark);
  else if (biasNote || !exact)
    result.getDefiningOp()->setAttr(kRoundingAttribute, rewriter.getStringAttr(biasNote ? biasNote : reason));
  return result;
}
constexpr const char* kFloatThere = "ONNX Runtime computes it in float; a result in the middle between two codes may "
                                    "be rounded to the other one";
constexpr const char* kTies =
    "a mean may lie in the middle between two codes; ONNX Runtime adds in float and may round it "
    "to the other one";
constexpr const char* kBiasScale =
    "its bias has another scale than input scale * weight scale, which ONNX Runtime does not "
    "look at";
constexpr const char* kDeadChannel =
    "the bias of a nearly dead channel does not fit 32 bits; ONNX Runtime takes what is "
    "left of it";

// The codes behind a per-tensor DequantizeLinear.
std::optional<Activation> Pattern::activation(Value value, const char* what) {
  if (auto dequantize = value.getDefiningOp<DequantizeOp>()) {
    if (const std::optional<Quantization> quantization = quantizationOf(dequantize))
      return Activation{dequantize.getX(), *quantization};
    return refuse(fmt::format("its {} {}", what, quantizationDefect(dequantize.getScale(), dequantize.getZeroPoint())));
  }
  Operation* producer = value.getDefiningOp();
  if (!producer)
    return refuse(fmt::format("its {} is an input of the network in float, without QuantizeLinear", what));
  if (isa<ConstantOp>(producer))
    return refuse(fmt::format("its {} is a float constant, without QuantizeLinear", what));
  return refuse(fmt::format("its {} comes from '{}' ({}) without a QuantizeLinear in between", what, nodeName(producer),
                            operatorName(producer)));
}

// The quantisation that gives the same reals to codes of the output's element type, which the operators on two or more
// tensors ask for; codesAsOutput gives those.
Activation Pattern::asOutput(Activation x) const {
  x.quantization.zeroPoint += lowest(output.element) - lowest(x.quantization.element);
  x.quantization.element = output.element;
  return x;
}

// The change of types is a table on the accelerator.
Value Pattern::codesAsOutput(PatternRewriter& rewriter, const Activation& x) const {
  const RankedTensorType type = tensorType(x.x);
  const int64_t shift = lowest(output.element) - lowest(type.getElementType());
  if (shift == 0)
    return x.x;
  if (std::optional<std::vector<int64_t>> codes = constantIntegers(x.x)) {
    for (int64_t& code : *codes)
      code += shift;
    return rewriter.create<ConstantOp>(
        location(rewriter), constantFromIntegers(RankedTensorType::get(type.getShape(), output.element), *codes));
  }
  return lookupTable(rewriter, location(rewriter), x.x, output.element, [&](int64_t code) { return code + shift; });
}

// Per tensor, or with one scale per slice of `axis`. Float weights become int8 as ONNX Runtime makes them so, one scale
// over the range of all, where it does (`quantizable`).
std::optional<Weights> Pattern::weights(Value value, int64_t axis, bool quantizable) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  const DenseElementsAttr constant = constantOf(value);
  if (constant && constant.getElementType().isF32() && !constant.empty() && quantizable && op->hasOneUse()) {
    std::vector<double> reals = realsOf(constant);
    const auto [min, max] = std::minmax_element(reals.begin(), reals.end());
    const float low = std::min(static_cast<float>(*min), 0.0f), high = std::max(static_cast<float>(*max), 0.0f);
    if (!std::isfinite(low) || !std::isfinite(high))
      return refuse("its weights are not finite");
    const Type element = IntegerType::get(op->getContext(), 8, IntegerType::Signed);
    Quantization quantization{low == high ? 1.0f : (high - low) / 255.0f, 0, element};
    const float shift = std::clamp(-128.0f - low / quantization.scale, -128.0f, 127.0f);
    quantization.zeroPoint = static_cast<int64_t>(std::nearbyint(shift));
    std::vector<int64_t> codes;
    for (double real : reals)
      codes.push_back(quantization.quantize(static_cast<float>(real)));
    const auto type = RankedTensorType::get(constant.getType().getShape(), element);
    return Weights{{}, constantFromIntegers(type, codes), axis, {quantization.scale}, {quantization.zeroPoint}};
  }
  if (!dequantize || !constantOf(dequantize.getX()))
    return refuse("its weights are not quantised constants");
  if (!is8Bit(dequantize.getX()))
    return refuse("its weights have " + std::to_string(tensorType(dequantize.getX()).getElementTypeBitWidth()) +
                  " bits; the accelerator multiplies 8");
  const std::optional<std::vector<double>> scales = constantReals(dequantize.getScale());
  const std::optional<std::vector<int64_t>> zeroPoints = constantIntegers(dequantize.getZeroPoint());
  if (!scales || !zeroPoints)
    return refuse("its weights have a scale or zero point that is computed; both must be constants");
  if (!llvm::all_of(*scales, [](double scale) { return std::isfinite(scale); }))
    return refuse("its weights have a scale that is not finite");
  if (scales->size() > 1 && dequantize.getAxis() != axis)
    return refuse(
        fmt::format("its weights have a scale per slice of axis {}; only one per output channel (axis {}) can "
                    "be taken out of the sums",
                    dequantize.getAxis(), axis));
  return Weights{dequantize.getX(), constantOf(dequantize.getX()), axis, *scales, *zeroPoints};
}

// Tensor, scale and zero point; parameters of one element have rank 0.
SmallVector<Value> Pattern::operands(PatternRewriter& rewriter, const Weights& w) const {
  const auto constant = [&](DenseElementsAttr value) -> Value {
    return rewriter.create<ConstantOp>(location(rewriter), value);
  };
  SmallVector<int64_t> dims;
  if (w.scales.size() > 1)
    dims.push_back(static_cast<int64_t>(w.scales.size()));
  return {w.x ? w.x : constant(w.codes),
          constant(constantFromReals(RankedTensorType::get(dims, rewriter.getF32Type()), w.scales)),
          constant(constantFromIntegers(RankedTensorType::get(dims, w.codes.getElementType()), w.zeroPoints))};
}

// The code of all results of a channel whose sums are too small to change it; `shift` is its bias as a real.
std::optional<int64_t> Pattern::constantChannel(const Quantization& x, const Weights& w, size_t channel, double shift,
                                                float alpha) const {
  const size_t at = w.scales.size() == 1 ? 0 : channel;
  int64_t sum = 0;
  const std::vector<int64_t> codes = integersOf(w.codes);
  for (size_t i = 0; i < codes.size(); ++i)
    if (w.channelOf(i) == channel)
      sum += std::abs(codes[i] - w.zeroPoints[at]);
  const int64_t reach = std::max(highest(x.element) - x.zeroPoint, x.zeroPoint - lowest(x.element));
  // Twice what the sum can be: float's rounding included.
  const double most =
      2 * static_cast<double>(sum * reach) * std::abs(alpha * static_cast<double>(x.scale) * w.scales[at]);
  const int64_t code = output.quantize(static_cast<float>(shift - most));
  return code == output.quantize(static_cast<float>(shift + most)) ? std::optional(code) : std::nullopt;
}

// beta / alpha times the bias in units of the accumulator (x scale * weight scale), int32. A bias that is stored so
// already stays bit for bit, as ONNX Runtime keeps it; any other constant is rounded to the nearest. A nearly dead
// channel, whose bias does not fit because the unit is so small, is made a constant one in `w`.
std::optional<BiasCodes> Pattern::bias(Value value, const Quantization& x, Weights& w, int64_t channels, float alpha,
                                       float beta) {
  if (!value || isNone(value) || beta == 0)
    return std::optional<BiasCodes>(BiasCodes());
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  const std::optional<std::vector<double>> stored = constantReals(dequantize ? dequantize.getX() : value);
  const auto scales = dequantize ? constantReals(dequantize.getScale()) : std::vector<double>{1};
  const auto zeroPoints = dequantize ? constantReals(dequantize.getZeroPoint()) : std::vector<double>{0};
  if (!stored || !scales || !zeroPoints)
    return refuse("its bias is computed; it must be a constant");
  // Rows of C that are equal are one.
  const size_t count = static_cast<size_t>(channels);
  const size_t columns = tensorType(value).getRank() > 0 ? static_cast<size_t>(tensorType(value).getShape().back()) : 1;
  if (stored->empty() || (columns != 1 && columns != count))
    return refuse("its bias must be one value or one per output channel");
  for (size_t i = columns; i < stored->size(); ++i)
    if ((*stored)[i] != (*stored)[i % columns])
      return refuse("its bias differs from row to row; the accelerator adds one per output channel");
  std::vector<int64_t> codes;
  std::vector<std::pair<size_t, int64_t>> dead; // channels and their results
  for (size_t channel = 0; channel < count; ++channel) {
    const size_t i = columns == 1 ? 0 : channel;
    const float unit = x.scale * static_cast<float>(w.scales[w.scales.size() == 1 ? 0 : channel]);
    const double scale = (*scales)[scales->size() == 1 ? 0 : i], zero = (*zeroPoints)[zeroPoints->size() == 1 ? 0 : i];
    const double shift = ((*stored)[i] - zero) * scale;
    double code = 0;
    if (!dequantize)
      code = std::nearbyint(static_cast<float>((*stored)[i]) / unit);
    else if (zero == 0 && std::abs(scale - unit) <= kScaleTolerance * std::abs(unit))
      code = (*stored)[i];
    else {
      code = std::nearbyint(shift / unit);
      biasNote = kBiasScale;
    }
    if (alpha != beta)
      code = std::nearbyint(code * beta / alpha);
    if (!(std::abs(code) < 2147483648.0)) {
      const std::optional<int64_t> result = constantChannel(x, w, channel, shift * beta, alpha);
      if (!result)
        return refuse(fmt::format("its bias of channel {}, {}, does not fit 32 bits in units of input scale * weight "
                                  "scale = {}",
                                  channel, shift, unit));
      dead.emplace_back(channel, *result);
      biasNote = kDeadChannel;
      code = 0;
    }
    codes.push_back(static_cast<int64_t>(code));
  }
  if (!dead.empty()) {
    std::vector<int64_t> weights = integersOf(w.codes);
    if (w.scales.size() == 1) {
      w.scales.assign(count, w.scales.front());
      w.zeroPoints.assign(count, w.zeroPoints.front());
    }
    for (auto [channel, result] : dead) {
      for (size_t i = 0; i < weights.size(); ++i)
        if (w.channelOf(i) == channel)
          weights[i] = w.zeroPoints[channel];
      // 256 units of the sum are one of the result.
      w.scales[channel] = static_cast<double>(output.scale) / (256.0 * static_cast<double>(alpha * x.scale));
      codes[channel] = (result - output.zeroPoint) * 256;
    }
    w.x = {};
    w.codes = constantFromIntegers(cast<RankedTensorType>(w.codes.getType()), weights);
  }
  return std::optional<BiasCodes>(std::move(codes));
}

Value biasOperand(PatternRewriter& rewriter, Location location, const BiasCodes& codes) {
  if (!codes)
    return rewriter.create<NoneOp>(location, rewriter.getNoneType());
  const auto type = RankedTensorType::get({static_cast<int64_t>(codes->size())}, rewriter.getI32Type());
  return rewriter.create<ConstantOp>(location, constantFromIntegers(type, *codes));
}

Value Pattern::indices(PatternRewriter& rewriter, ArrayRef<int64_t> values) const {
  const auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, rewriter.getI64Type());
  return rewriter.create<ConstantOp>(location(rewriter), constantFromIntegers(type, values));
}

Value Pattern::reshaped(PatternRewriter& rewriter, Value x, ArrayRef<int64_t> dims) const {
  const auto type = RankedTensorType::get(dims, tensorType(x).getElementType());
  return rewriter.createOrFold<ReshapeOp>(location(rewriter), type, x, indices(rewriter, dims));
}

Pattern::Build Pattern::conv(ConvOp conv) {
  const bool plainBias = isNone(conv.getB()) || constantOf(conv.getB());
  const auto x = activation(conv.getX(), "input");
  auto w = x ? weights(conv.getW(), 0, plainBias) : std::nullopt;
  const auto b = w ? bias(conv.getB(), x->quantization, *w, conv.getType().getDimSize(1), 1, 1) : std::nullopt;
  if (!b)
    return {};
  const bool exact = fusedProduct(x->quantization.element, w->codes.getElementType());
  return [=, *this, w = *w, x = *x, b = *b](PatternRewriter& rewriter) mutable {
    const SmallVector<Value> weight = operands(rewriter, w);
    return noted(
        rewriter,
        make<QLinearConvOp>(rewriter, x.x, scale(rewriter, x.quantization), zeroPoint(rewriter, x.quantization),
                            weight[0], weight[1], weight[2], scale(rewriter, output), zeroPoint(rewriter, output),
                            biasOperand(rewriter, location(rewriter), b), conv.getKernelShape(), conv.getStrides(),
                            conv.getPads(), conv.getDilations(), conv.getGroup(), lo(rewriter), hi(rewriter)),
        exact, kFloatThere);
  };
}

Value Pattern::transposed(PatternRewriter& rewriter, Value x, ArrayRef<int64_t> order) const {
  SmallVector<int64_t> dims;
  for (int64_t axis : order)
    dims.push_back(tensorType(x).getDimSize(static_cast<unsigned>(axis)));
  const auto type = RankedTensorType::get(dims, tensorType(x).getElementType());
  return rewriter.createOrFold<TransposeOp>(location(rewriter), type, x, order);
}

// How one spatial dimension of a transposed convolution is a convolution without stride: `phases` results at each of
// its positions, each of the taps that meet it; the results wanted begin at `first`.
struct Phases {
  int64_t phases, taps, padBegin, padEnd, first, results;

  Phases(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t dilation, int64_t pad)
      : phases(stride), taps((kernel - 1) * dilation / stride + 1) {
    const int64_t skipped = std::min(pad / stride, taps - 1); // positions before all results
    padBegin = taps - 1 - skipped;
    padEnd = std::max<int64_t>((out + pad + stride - 1) / stride - in, 0);
    first = pad - skipped * stride;
    results = in - skipped + padEnd;
  }
  // The tap of the transposed convolution that a tap is for a phase, if there is one.
  std::optional<int64_t> tap(int64_t phase, int64_t at, int64_t kernel, int64_t dilation) const {
    const int64_t reach = phase + phases * (taps - 1 - at);
    return reach % dilation == 0 && reach / dilation < kernel ? std::optional(reach / dilation) : std::nullopt;
  }
};

// The results between two positions of the input are channels of one convolution; the rest are views of its result.
Pattern::Build Pattern::convTranspose(ConvTransposeOp conv) {
  const auto x = activation(conv.getX(), "input");
  const auto given = x ? weights(conv.getW(), 1, false) : std::nullopt;
  if (!given)
    return {};
  const ArrayRef<int64_t> in = tensorType(conv.getX()).getShape(), out = conv.getType().getShape();
  const ArrayRef<int64_t> dims = given->codes.getType().getShape(), kernel = dims.drop_front(2);
  const int64_t groups = conv.getGroup(), filters = dims[1], channels = in[1] / groups;
  SmallVector<Phases> axes;
  int64_t phases = 1, taps = 1;
  for (size_t i = 0; i < kernel.size(); ++i) {
    axes.push_back(
        Phases(in[2 + i], out[2 + i], kernel[i], conv.getStrides()[i], conv.getDilations()[i], conv.getPads()[i]));
    phases *= axes.back().phases;
    taps *= axes.back().taps;
  }
  // The weights as those of a convolution: filter by filter.
  Weights w{{}, {}, 0, {}, {}};
  const std::vector<int64_t> codes = integersOf(given->codes);
  const int64_t volume = static_cast<int64_t>(codes.size()) / (in[1] * filters);
  std::vector<int64_t> values;
  for (int64_t filter = 0; filter < out[1]; ++filter) {
    const size_t parameter = given->scales.size() == 1 ? 0 : static_cast<size_t>(filter % filters);
    w.scales.push_back(given->scales[parameter]);
    w.zeroPoints.push_back(given->zeroPoints[parameter]);
    for (int64_t c = 0; c < channels; ++c) {
      const auto first = codes.begin() + ((filter / filters * channels + c) * filters + filter % filters) * volume;
      values.insert(values.end(), first, first + volume);
    }
  }
  const Type element = given->codes.getElementType();
  w.codes = constantFromIntegers(RankedTensorType::get({out[1], channels, volume}, element), values);
  auto b = bias(conv.getB(), x->quantization, w, out[1], 1, 1);
  if (!b)
    return {};
  // Output channels are (group, phase, filter).
  values = integersOf(w.codes);
  const auto tapOf = [&](int64_t phase, int64_t tap) -> std::optional<int64_t> {
    int64_t at = 0, inner = 1;
    for (size_t i = axes.size(); i-- > 0; inner *= kernel[i]) {
      const auto own = axes[i].tap(phase % axes[i].phases, tap % axes[i].taps, kernel[i], conv.getDilations()[i]);
      if (!own)
        return std::nullopt;
      at += *own * inner;
      phase /= axes[i].phases;
      tap /= axes[i].taps;
    }
    return at;
  };
  Weights phased{{}, {}, 0, {}, {}};
  BiasCodes biases = *b ? BiasCodes(std::in_place) : std::nullopt;
  std::vector<int64_t> rearranged;
  for (int64_t channel = 0; channel < out[1] * phases; ++channel) {
    const int64_t phase = channel / filters % phases;
    const int64_t filter = channel / (filters * phases) * filters + channel % filters;
    phased.scales.push_back(w.scales[static_cast<size_t>(filter)]);
    phased.zeroPoints.push_back(w.zeroPoints[static_cast<size_t>(filter)]);
    if (biases)
      biases->push_back((**b)[static_cast<size_t>(filter)]);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t tap = 0; tap < taps; ++tap) {
        const auto at = tapOf(phase, tap);
        rearranged.push_back(at ? values[static_cast<size_t>((filter * channels + c) * volume + *at)]
                                : phased.zeroPoints.back());
      }
  }
  SmallVector<int64_t> shape = {out[1] * phases, channels}, window, pads, split = {in[0], groups}, order = {0, 1};
  SmallVector<int64_t> joined = {in[0], out[1]}, starts = {0, 0};
  for (const Phases& axis : axes) {
    window.push_back(axis.taps);
    pads.push_back(axis.padBegin);
    split.push_back(axis.phases);
    joined.push_back(axis.results * axis.phases);
    starts.push_back(axis.first);
  }
  order.push_back(static_cast<int64_t>(split.size()));
  split.push_back(filters);
  for (size_t i = 0; i < axes.size(); ++i) {
    pads.push_back(axes[i].padEnd);
    order.append({static_cast<int64_t>(split.size()), static_cast<int64_t>(2 + i)});
    split.push_back(axes[i].results);
  }
  shape.append(window);
  phased.codes = constantFromIntegers(RankedTensorType::get(shape, element), rearranged);
  const SmallVector<int64_t> ones(axes.size(), 1), ends(out);
  return [=, *this, x = *x](PatternRewriter& rewriter) mutable {
    const SmallVector<Value> weight = operands(rewriter, phased);
    Value y =
        noted(rewriter,
              make<QLinearConvOp>(rewriter, x.x, scale(rewriter, x.quantization), zeroPoint(rewriter, x.quantization),
                                  weight[0], weight[1], weight[2], scale(rewriter, output), zeroPoint(rewriter, output),
                                  biasOperand(rewriter, location(rewriter), biases), window, ones, pads, ones, groups,
                                  lo(rewriter), hi(rewriter)),
              false, kFloatThere);
    y = reshaped(rewriter, transposed(rewriter, reshaped(rewriter, y, split), order), joined);
    if (ArrayRef(joined) == root.getType().getShape())
      return y;
    SmallVector<int64_t> all, steps(starts.size(), 1), last;
    for (size_t i = 0; i < starts.size(); ++i) {
      all.push_back(static_cast<int64_t>(i));
      last.push_back(starts[i] + ends[i]);
    }
    return createInferred<SliceOp>(rewriter, location(rewriter), y, indices(rewriter, starts), indices(rewriter, last),
                                   indices(rewriter, all), indices(rewriter, steps));
  };
}

// alpha * a b + bias for constant b of rank 2; leading axes of `a` are rows. `kernel`: ONNX Runtime's is the same, if
// the types are.
Pattern::Build Pattern::linear(const Activation& a, const Weights& w, const BiasCodes& bias, float alpha, bool transA,
                               bool transB, bool kernel) {
  const bool exact = kernel && alpha == 1 && fusedProduct(a.quantization.element, w.codes.getElementType());
  return [=, *this](PatternRewriter& rewriter) mutable {
    const SmallVector<Value> weight = operands(rewriter, w);
    const ArrayRef<int64_t> dims = tensorType(a.x).getShape(), result = root.getType().getShape();
    Value rows = a.x;
    if (dims.size() > 2)
      rows =
          reshaped(rewriter, rows, {tensorType(a.x).getNumElements() / std::max<int64_t>(dims.back(), 1), dims.back()});
    if (transA)
      rows = transposed(rewriter, rows, {1, 0});
    Value y;
    if (bias || alpha != 1 || transB)
      y = make<QGemmOp>(rewriter, rows, scale(rewriter, a.quantization), zeroPoint(rewriter, a.quantization), weight[0],
                        weight[1], weight[2], biasOperand(rewriter, location(rewriter), bias), scale(rewriter, output),
                        zeroPoint(rewriter, output), APFloat(alpha), 0, transB, lo(rewriter), hi(rewriter));
    else
      y = make<QLinearMatMulOp>(rewriter, rows, scale(rewriter, a.quantization), zeroPoint(rewriter, a.quantization),
                                weight[0], weight[1], weight[2], scale(rewriter, output), zeroPoint(rewriter, output),
                                lo(rewriter), hi(rewriter));
    noted(rewriter, y, exact, kFloatThere);
    return dims.size() > 2 ? reshaped(rewriter, y, result) : y;
  };
}

Pattern::Build Pattern::gemm(GemmOp gemm) {
  const float alpha = gemm.getAlpha().convertToFloat(), beta = gemm.getBeta().convertToFloat();
  const bool noBias = isNone(gemm.getC());
  const bool plainBias = noBias || (constantOf(gemm.getC()) && tensorType(gemm.getC()).getRank() == 1);
  if (!(std::isfinite(alpha) && alpha != 0 && std::isfinite(beta)))
    return none(
        fmt::format("its alpha is {} and its beta {}; alpha must not be 0, and both must be finite", alpha, beta));
  const auto a = activation(gemm.getA(), "input");
  auto w = a ? weights(gemm.getB(), gemm.getTransB() ? 0 : 1, plainBias) : std::nullopt;
  const auto c = w ? bias(gemm.getC(), a->quantization, *w, gemm.getType().getDimSize(1), alpha, beta) : std::nullopt;
  if (!c)
    return {};
  const bool kernel = plainBias || codesOf(gemm.getC());
  return linear(*a, *w, *c, alpha, gemm.getTransA() != 0, gemm.getTransB() != 0, kernel && (noBias || beta == 1));
}

// MatMul, with the constant that is added to its rows where there is one.
Pattern::Build Pattern::matMul(MatMulOp product, Value addend) {
  const auto a = activation(product.getA(), "input");
  if (!a)
    return {};
  const int64_t rankA = tensorType(product.getA()).getRank(), rankB = tensorType(product.getB()).getRank();
  if (rankA >= 2 && rankB == 2 && codesOf(product.getB())) {
    auto w = weights(product.getB(), 1, false);
    const auto b = w ? bias(addend, a->quantization, *w, tensorType(product.getB()).getDimSize(1), 1, 1) : std::nullopt;
    if (!b)
      return {};
    return linear(*a, *w, *b, 1, false, false, !addend || tensorType(addend).getRank() == 1);
  }
  if (addend)
    return none("its second operand is no constant matrix; only then can the accelerator add a bias to its sums");
  const auto b = activation(product.getB(), "second input");
  if (!b)
    return {};
  const bool exact = fusedProduct(a->quantization.element, b->quantization.element);
  return [=, *this, a = *a, b = *b](PatternRewriter& rewriter) mutable {
    return noted(rewriter,
                 make<QLinearMatMulOp>(rewriter, a.x, scale(rewriter, a.quantization),
                                       zeroPoint(rewriter, a.quantization), b.x, scale(rewriter, b.quantization),
                                       zeroPoint(rewriter, b.quantization), scale(rewriter, output),
                                       zeroPoint(rewriter, output), lo(rewriter), hi(rewriter)),
                 exact, kFloatThere);
  };
}

Pattern::Build Pattern::add(AddOp sum) {
  for (auto [product, addend] : {std::pair(sum.getA(), sum.getB()), std::pair(sum.getB(), sum.getA())})
    if (auto matrix = product.getDefiningOp<MatMulOp>();
        matrix && matrix->hasOneUse() && matrix.getType() == sum.getType() && dequantizedReals(addend))
      return matMul(matrix, addend);
  return pair(
      sum.getA(), sum.getB(), PairOperator::add, [](float x, float y) { return x + y; }, 1, 1);
}

// A function of one tensor and a constant by the integer kernel of ONNX Runtime; `second` if the constant is b.
Pattern::Build Pattern::withScalar(const Activation& x, int64_t code, const Quantization& constant, PairOperator kind,
                                   bool second) {
  return [=, *this](PatternRewriter& rewriter) mutable {
    const Quantization& q = x.quantization;
    const auto zeroX = static_cast<int32_t>(q.zeroPoint), zeroC = static_cast<int32_t>(constant.zeroPoint);
    const auto zeroY = static_cast<int32_t>(output.zeroPoint), other = static_cast<int32_t>(code);
    const auto low = static_cast<int32_t>(clampLo), high = static_cast<int32_t>(clampHi);
    // A scalar is the second operand of the addition, wherever it stands.
    const num::QAdd add = num::makeQAdd(q.scale, zeroX, constant.scale, zeroC, output.scale, zeroY);
    const float factor = second ? num::requantiseScale(q.scale, constant.scale, output.scale)
                                : num::requantiseScale(constant.scale, q.scale, output.scale);
    return lookupTable(rewriter, location(rewriter), x.x, output.element, [&](int64_t value) -> int64_t {
      const auto code8 = static_cast<int32_t>(value);
      return kind == PairOperator::add ? num::qadd(code8, other, add, low, high)
                                       : num::qmul(code8, zeroX, other, zeroC, factor, zeroY, low, high);
    });
  };
}

// f(a, b), which the integer operator on a with signA and b with signB times their scales is up to rounding.
Pattern::Build Pattern::pair(Value a, Value b, PairOperator kind, float (*f)(float, float), float signA, float signB) {
  const auto left = activation(a, "first input"), right = left ? activation(b, "second input") : std::nullopt;
  if (!right)
    return {};
  const bool constantA = static_cast<bool>(codesOf(a)), constantB = static_cast<bool>(codesOf(b));
  if (constantA && constantB)
    return none("both its operands are constants");
  const bool kernel = fused({left->quantization.element, right->quantization.element}) && signA == 1 && signB == 1;
  const bool scalarA = constantA && tensorType(a).getNumElements() == 1;
  const bool scalarB = constantB && tensorType(b).getNumElements() == 1;
  const bool shaped = tensorType(scalarA ? b : a).getShape() == root.getType().getShape();
  if (shaped && (scalarA || scalarB)) {
    if (!kernel)
      return none("ONNX Runtime computes it in float");
    const Activation& x = scalarA ? *right : *left;
    const Activation& constant = scalarA ? *left : *right;
    return withScalar(x, integersOf(constantOf(constant.x)).front(), constant.quantization, kind, scalarB);
  }
  Activation first = asOutput(*left), second = asOutput(*right);
  if (!kernel) {
    // What is read again and again comes second, so that executors need not exchange the two.
    const bool exchange = constantA || tensorType(a).getNumElements() < tensorType(b).getNumElements();
    if (exchange) {
      std::swap(first, second);
      std::swap(signA, signB);
    }
    std::vector<int64_t> codes;
    if (DenseElementsAttr constant = constantOf(second.x)) {
      const int64_t shift = lowest(output.element) - lowest(constant.getElementType());
      for (int64_t code : integersOf(constant))
        codes.push_back(code + shift);
      llvm::sort(codes);
      codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    }
    const PairFunction function{first.quantization,
                                second.quantization,
                                output,
                                clampLo,
                                clampHi,
                                codes,
                                tensorType(a).getShape() != tensorType(b).getShape()};
    const auto scales = exactScales(
        kind, function, [&](float x, float y) { return exchange ? f(y, x) : f(x, y); }, signA, signB);
    if (!scales)
      return none("the accelerator's arithmetic does not round it as float does for all pairs of its operands");
    first.quantization.scale = scales->a;
    second.quantization.scale = scales->b;
  }
  return [=, *this](PatternRewriter& rewriter) mutable {
    const auto create = [&](auto type) {
      return make<typename decltype(type)::Operator>(
          rewriter, codesAsOutput(rewriter, first), scale(rewriter, first.quantization),
          zeroPoint(rewriter, first.quantization), codesAsOutput(rewriter, second),
          scale(rewriter, second.quantization), zeroPoint(rewriter, second.quantization), scale(rewriter, output),
          zeroPoint(rewriter, output), lo(rewriter), hi(rewriter));
    };
    return kind == PairOperator::add ? create(Named<QLinearAddOp>()) : create(Named<QLinearMulOp>());
  };
}

Pattern::Build Pattern::averagePool(AveragePoolOp pool) {
  const auto x = activation(pool.getX(), "input");
  if (!x)
    return {};
  // The accelerator adds codes; a tie is a sum of n codes whose mean lies in the middle between two results.
  int64_t window = 1;
  for (int64_t extent : pool.getKernelShape())
    window *= extent;
  bool exact = fused(x->quantization.element);
  const double step = static_cast<double>(x->quantization.scale) / static_cast<double>(output.scale);
  for (int64_t count = pool.getCountIncludePad() ? window : 1; count <= window && exact; ++count)
    for (int64_t sum = 1; sum <= 255 * count && exact; ++sum) {
      const double units = static_cast<double>(sum) * step / static_cast<double>(count);
      exact = units > 256 || std::abs(units - std::floor(units) - 0.5) > kTie;
    }
  const Activation codes = asOutput(*x);
  return [=, *this](PatternRewriter& rewriter) mutable {
    return noted(rewriter,
                 make<QLinearAveragePoolOp>(rewriter, codesAsOutput(rewriter, codes),
                                            scale(rewriter, codes.quantization),
                                            zeroPoint(rewriter, codes.quantization), scale(rewriter, output),
                                            zeroPoint(rewriter, output), pool.getKernelShape(), pool.getStrides(),
                                            pool.getPads(), pool.getCountIncludePad(), lo(rewriter), hi(rewriter)),
                 exact, kTies);
  };
}

// Over each channel's plane.
Value Pattern::average(PatternRewriter& rewriter, Value x, const Quantization& quantization, bool exact) const {
  return noted(rewriter,
               make<QLinearGlobalAveragePoolOp>(rewriter, x, scale(rewriter, quantization),
                                                zeroPoint(rewriter, quantization), scale(rewriter, output),
                                                zeroPoint(rewriter, output), lo(rewriter), hi(rewriter)),
               exact, kFloatThere);
}

Pattern::Build Pattern::globalAverage(GlobalAveragePoolOp pool) {
  const auto x = activation(pool.getX(), "input");
  if (!x)
    return {};
  const bool exact = fused(x->quantization.element);
  const Activation codes = asOutput(*x);
  return [=, *this](PatternRewriter& rewriter) mutable {
    return average(rewriter, codesAsOutput(rewriter, codes), codes.quantization, exact);
  };
}

// With the axes last, the mean is that of each channel's plane.
Pattern::Build Pattern::mean(ReduceMeanOp mean) {
  const auto x = activation(mean.getX(), "input");
  const auto axes = isNone(mean.getAxes()) ? std::vector<int64_t>() : constantIntegers(mean.getAxes());
  if (!x || !axes)
    return {};
  const ArrayRef<int64_t> dims = tensorType(mean.getX()).getShape();
  SmallVector<int64_t> kept, reduced;
  for (int64_t axis = 0; axis < static_cast<int64_t>(dims.size()); ++axis)
    (llvm::is_contained(*axes, axis) || (axes->empty() && mean.getNoopWithEmptyAxes() == 0) ? reduced : kept)
        .push_back(axis);
  // The channels are what lies innermost usually.
  if (dims.size() == 4 && llvm::is_contained(kept, 1)) {
    llvm::erase(kept, 1);
    kept.push_back(1);
  }
  SmallVector<int64_t> plane = {1, 1, 1, 1}, result;
  for (int64_t axis : kept)
    result.push_back(dims[static_cast<size_t>(axis)]);
  for (size_t i = 0; i < kept.size(); ++i)
    plane[i + 1 < kept.size() ? 0 : 1] *= result[i];
  for (size_t i = 0; i < reduced.size(); ++i)
    plane[i + 1 < reduced.size() ? 2 : 3] *= dims[static_cast<size_t>(reduced[i])];
  SmallVector<int64_t> order(kept), back(kept.size());
  order.append(reduced);
  for (size_t i = 0; i < kept.size(); ++i)
    back[static_cast<size_t>(llvm::count_if(kept, [&](int64_t axis) { return axis < kept[i]; }))] =
        static_cast<int64_t>(i);
  const Activation codes = asOutput(*x);
  return [=, *this](PatternRewriter& rewriter) mutable {
    Value rows = reshaped(rewriter, transposed(rewriter, codesAsOutput(rewriter, codes), order), plane);
    Value y = reshaped(rewriter, average(rewriter, rows, codes.quantization, false), result);
    return reshaped(rewriter, transposed(rewriter, y, back), root.getType().getShape());
  };
}

Pattern::Build Pattern::softmax(SoftmaxOp softmax) {
  const auto x = activation(softmax.getX(), "input");
  if (!x)
    return {};
  const bool exact = fused(x->quantization.element);
  const Activation codes = asOutput(*x);
  return [=, *this](PatternRewriter& rewriter) mutable {
    Value y = make<QLinearSoftmaxOp>(rewriter, codesAsOutput(rewriter, codes), scale(rewriter, codes.quantization),
                                     zeroPoint(rewriter, codes.quantization), scale(rewriter, output),
                                     zeroPoint(rewriter, output), softmax.getAxis(), int64_t(13));
    return clampedBelow(rewriter, noted(rewriter, y, exact, kFloatThere));
  };
}

Pattern::Build Pattern::concat(ConcatOp concat) {
  SmallVector<Activation> parts;
  for (Value input : concat.getInputs()) {
    const auto part = activation(input, "input");
    if (!part)
      return {};
    parts.push_back(asOutput(*part));
  }
  return [=, *this](PatternRewriter& rewriter) mutable {
    SmallVector<Value> inputs;
    for (const Activation& part : parts)
      inputs.append(
          {codesAsOutput(rewriter, part), scale(rewriter, part.quantization), zeroPoint(rewriter, part.quantization)});
    return clampedBelow(rewriter, make<QLinearConcatOp>(rewriter, scale(rewriter, output), zeroPoint(rewriter, output),
                                                        inputs, concat.getAxis()));
  };
}

// Max and Min: rounding is monotone, so they are taken of the codes that the operands have in the result's
// quantisation.
Pattern::Build Pattern::extremum() {
  SmallVector<Activation> parts;
  for (Value input : op->getOperands()) {
    const auto part = activation(input, "input");
    if (!part)
      return {};
    parts.push_back(*part);
  }
  return [=, *this](PatternRewriter& rewriter) mutable {
    SmallVector<Value> inputs;
    for (const Activation& part : parts) {
      const auto requantised = [&](int64_t code) { return output.quantize(part.quantization.dequantize(code)); };
      if (std::optional<std::vector<int64_t>> codes = constantIntegers(part.x)) {
        llvm::transform(*codes, codes->begin(), requantised);
        const auto type = RankedTensorType::get(tensorType(part.x).getShape(), output.element);
        inputs.push_back(rewriter.create<ConstantOp>(location(rewriter), constantFromIntegers(type, *codes)));
      } else {
        inputs.push_back(part.quantization == output
                             ? part.x
                             : lookupTable(rewriter, location(rewriter), part.x, output.element, requantised));
      }
    }
    return clampedBelow(rewriter, isa<MaxOp>(op) ? make<MaxOp>(rewriter, inputs) : make<MinOp>(rewriter, inputs));
  };
}

Pattern::Build Pattern::decideOperator() {
  return TypeSwitch<Operation*, Build>(op)
      .Case([&](ConvOp found) { return conv(found); })
      .Case([&](ConvTransposeOp found) { return convTranspose(found); })
      .Case([&](GemmOp found) { return gemm(found); })
      .Case([&](MatMulOp found) { return matMul(found, Value()); })
      .Case([&](AddOp found) { return add(found); })
      .Case([&](SubOp found) {
        return pair(
            found.getA(), found.getB(), PairOperator::add, [](float x, float y) { return x - y; }, 1, -1);
      })
      .Case([&](MulOp found) {
        return pair(
            found.getA(), found.getB(), PairOperator::multiply, [](float x, float y) { return x * y; }, 1, 1);
      })
      .Case([&](AveragePoolOp found) { return averagePool(found); })
      .Case([&](GlobalAveragePoolOp found) { return globalAverage(found); })
      .Case([&](ReduceMeanOp found) { return mean(found); })
      .Case([&](SoftmaxOp found) { return softmax(found); })
      .Case([&](ConcatOp found) { return concat(found); })
      .Case<MaxOp, MinOp>([&](Operation*) { return extremum(); })
      .Default([&](Operation* other) {
        // Of the operators without integer form some are tables or move codes, if only their operand is quantised.
        for (Value operand : other->getOperands())
          if (auto type = dyn_cast<RankedTensorType>(operand.getType());
              type && type.getElementType().isF32() && !constantOf(operand) && !activation(operand, "input"))
            return Build();
        return none("the accelerator has no integer form of it");
      });
}

IntegerForm Pattern::decide() {
  Build build = match() ? decideOperator() : Build();
  return {std::move(build), std::move(why)};
}

} // namespace

Operation* quantizedOperator(QuantizeOp root) {
  Operation* op = root.getX().getDefiningOp();
  while (boundsOf(op))
    op = op->getOperand(0).getDefiningOp();
  return op;
}

IntegerForm integerForm(QuantizeOp root) {
  return Pattern(root).decide();
}

} // namespace weft::graph
