// Each pattern is rooted at a QuantizeLinear and takes the float operator before it, whose activations come from
// DequantizeLinear, together with the Relu and Clip between the two. Rounding is monotone, so
// quantize(clip(v, lo, hi)) = clamp(quantize(v), quantize(lo), quantize(hi)) exactly.
#include "compiler/transforms/passes.h"
#include "compiler/transforms/quantization.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weft::graph {

#define GEN_PASS_DEF_QDQTOINTEGER
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

// A bias whose scale is this close (relative) to that of the accumulator is in the accumulator's units.
constexpr double kScaleTolerance = 1e-3;

// The operator found before a QuantizeLinear.
struct Match {
  Operation* op = nullptr;
  Quantization output;
  double lo = -std::numeric_limits<double>::infinity(), hi = std::numeric_limits<double>::infinity();
  SmallVector<Location> locations; // of op, the activations and the QuantizeLinear
};

// A quantised operand: codes with their parameters' operands.
struct Operand {
  Value x, scale, zeroPoint;
};

// Walks from the quantised value through Relu and Clip with constant bounds to the operator that computes it.
std::optional<Match> matchRoot(QuantizeOp root) {
  const std::optional<Quantization> output = quantizationOf(root);
  if (!output)
    return std::nullopt;
  Match match;
  match.output = *output;
  Value value = root.getX();
  SmallVector<Location> after;
  while (value.hasOneUse()) {
    Operation* op = value.getDefiningOp();
    double lo = 0, hi = std::numeric_limits<double>::infinity();
    if (auto clip = dyn_cast_or_null<ClipOp>(op)) {
      const std::optional<double> min =
          isNone(clip.getMin()) ? -std::numeric_limits<double>::infinity() : constantScalar(clip.getMin());
      const std::optional<double> max = isNone(clip.getMax()) ? hi : constantScalar(clip.getMax());
      if (!min || !max)
        return std::nullopt;
      hi = *max;
      lo = std::min(*min, hi);
    } else if (!isa_and_nonnull<ReluOp>(op)) {
      match.op = op;
      break;
    }
    // The clamp found earlier applies after this one.
    const double outerLo = match.lo, outerHi = match.hi;
    match.lo = std::clamp(lo, outerLo, outerHi);
    match.hi = std::clamp(hi, outerLo, outerHi);
    after.push_back(op->getLoc());
    value = op->getOperand(0);
  }
  if (!match.op)
    return std::nullopt;
  match.locations.push_back(match.op->getLoc());
  match.locations.append(after.rbegin(), after.rend());
  match.locations.push_back(root.getLoc());
  return match;
}

class QdqToIntegerPattern : public OpRewritePattern<QuantizeOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp root, PatternRewriter& rewriter) const override {
    const std::optional<Match> match = matchRoot(root);
    if (!match)
      return failure();
    Value result = TypeSwitch<Operation*, Value>(match->op)
                       .Case([&](ConvOp op) { return conv(op, *match, rewriter); })
                       .Case([&](GemmOp op) { return gemm(op, *match, rewriter); })
                       .Case([&](MatMulOp op) { return matMul(op, *match, rewriter); })
                       .Case([&](AddOp op) { return binary<QLinearAddOp>(op, *match, rewriter); })
                       .Case([&](MulOp op) { return binary<QLinearMulOp>(op, *match, rewriter); })
                       .Case([&](AveragePoolOp op) {
                         return unary<QLinearAveragePoolOp>(op, *match, rewriter, op.getKernelShape(), op.getStrides(),
                                                            op.getPads(), op.getCountIncludePad(),
                                                            clampLo(*match, rewriter), clampHi(*match, rewriter));
                       })
                       .Case([&](GlobalAveragePoolOp op) {
                         return unary<QLinearGlobalAveragePoolOp>(op, *match, rewriter, clampLo(*match, rewriter),
                                                                  clampHi(*match, rewriter));
                       })
                       .Case([&](SoftmaxOp op) {
                         return clampLo(*match, rewriter) || clampHi(*match, rewriter)
                                    ? Value()
                                    : unary<QLinearSoftmaxOp>(op, *match, rewriter, op.getAxis(), int64_t(13));
                       })
                       .Case([&](ConcatOp op) { return concat(op, *match, rewriter); })
                       .Default([](Operation*) { return Value(); });
    if (!result)
      return failure();
    rewriter.replaceOp(root, result);
    return success();
  }

private:
  static Location location(const Match& match, PatternRewriter& rewriter) {
    return rewriter.getFusedLoc(match.locations);
  }
  static Value scale(const Match& match, PatternRewriter& rewriter) {
    return scaleOperand(rewriter, location(match, rewriter), match.output);
  }
  static Value zeroPoint(const Match& match, PatternRewriter& rewriter) {
    return zeroPointOperand(rewriter, location(match, rewriter), match.output);
  }
  static IntegerAttr clampLo(const Match& match, PatternRewriter& rewriter) {
    const int64_t code = match.output.quantize(static_cast<float>(match.lo));
    return code > lowest(match.output.element) ? rewriter.getI64IntegerAttr(code) : IntegerAttr();
  }
  static IntegerAttr clampHi(const Match& match, PatternRewriter& rewriter) {
    const int64_t code = match.output.quantize(static_cast<float>(match.hi));
    return code < highest(match.output.element) ? rewriter.getI64IntegerAttr(code) : IntegerAttr();
  }

  // The codes behind a per-tensor DequantizeLinear.
  static std::optional<Operand> activation(Value value, PatternRewriter& rewriter) {
    auto dequantize = value.getDefiningOp<DequantizeOp>();
    const std::optional<Quantization> quantization = dequantize ? quantizationOf(dequantize) : std::nullopt;
    if (!quantization)
      return std::nullopt;
    return Operand{dequantize.getX(), scaleOperand(rewriter, dequantize.getLoc(), *quantization),
                   zeroPointOperand(rewriter, dequantize.getLoc(), *quantization)};
  }

  // The same, with codes of the output's element type, which the operators on two or more tensors ask for: between
  // ui8 and si8 on one grid that is a table.
  static std::optional<Operand> activationAs(Value value, const Match& match, PatternRewriter& rewriter) {
    std::optional<Operand> operand = activation(value, rewriter);
    if (!operand || tensorType(operand->x).getElementType() == match.output.element)
      return operand;
    const Location place = location(match, rewriter);
    Quantization quantization = *quantizationOf(operand->scale, operand->zeroPoint);
    const int64_t shift = lowest(match.output.element) - lowest(quantization.element);
    operand->x =
        lookupTable(rewriter, place, operand->x, match.output.element, [&](int64_t code) { return code + shift; });
    quantization.zeroPoint += shift;
    quantization.element = match.output.element;
    operand->zeroPoint = zeroPointOperand(rewriter, place, quantization);
    return operand;
  }

  // Constant 8-bit weights, per tensor or with one scale per slice of `axis`.
  static std::optional<Operand> weights(Value value, int64_t axis, PatternRewriter& rewriter) {
    auto dequantize = value.getDefiningOp<DequantizeOp>();
    if (!dequantize || !is8Bit(dequantize.getX()) || !constantOf(dequantize.getX()) ||
        !constantOf(dequantize.getScale()) || !constantOf(dequantize.getZeroPoint()))
      return std::nullopt;
    if (tensorType(dequantize.getScale()).getNumElements() == 1)
      return activation(value, rewriter);
    if (dequantize.getAxis() != axis)
      return std::nullopt;
    return Operand{dequantize.getX(), dequantize.getScale(), dequantize.getZeroPoint()};
  }

  // The bias in units of the accumulator (x scale * weight scale), int32. A bias that is stored so already stays
  // bit for bit, as ONNX Runtime keeps it; any other constant is rounded to the nearest.
  static std::optional<Value> bias(Value value, const Operand& x, const Operand& w, int64_t channels, Location place,
                                   PatternRewriter& rewriter) {
    if (isNone(value))
      return value;
    auto dequantize = value.getDefiningOp<DequantizeOp>();
    const std::optional<std::vector<double>> stored = constantReals(dequantize ? dequantize.getX() : value);
    if (!stored || static_cast<int64_t>(stored->size()) != channels)
      return std::nullopt;
    std::vector<double> scales(stored->size(), 1.0), zeroPoints(stored->size(), 0.0);
    if (dequantize) {
      const auto scale = constantReals(dequantize.getScale()), zero = constantReals(dequantize.getZeroPoint());
      if (!scale || !zero)
        return std::nullopt;
      for (size_t i = 0; i < stored->size(); ++i) {
        scales[i] = (*scale)[scale->size() == 1 ? 0 : i];
        zeroPoints[i] = (*zero)[zero->size() == 1 ? 0 : i];
      }
    }
    const auto xScale = static_cast<float>(*constantScalar(x.scale));
    const std::vector<double> wScales = *constantReals(w.scale);
    std::vector<int64_t> codes;
    for (size_t i = 0; i < stored->size(); ++i) {
      const float unit = xScale * static_cast<float>(wScales[wScales.size() == 1 ? 0 : i]);
      const bool inUnits = dequantize && zeroPoints[i] == 0 && std::abs(scales[i] - unit) <= kScaleTolerance * unit;
      const double code = inUnits ? (*stored)[i] : std::nearbyint(((*stored)[i] - zeroPoints[i]) * scales[i] / unit);
      if (!(std::abs(code) < 2147483648.0))
        return std::nullopt;
      codes.push_back(static_cast<int64_t>(code));
    }
    const auto type = RankedTensorType::get({channels}, rewriter.getI32Type());
    return rewriter.create<ConstantOp>(place, constantFromIntegers(type, codes)).getResult();
  }

  static Value conv(ConvOp op, const Match& match, PatternRewriter& rewriter) {
    const Location place = location(match, rewriter);
    const auto x = activation(op.getX(), rewriter), w = weights(op.getW(), 0, rewriter);
    if (!x || !w)
      return {};
    const auto b = bias(op.getB(), *x, *w, op.getType().getDimSize(1), place, rewriter);
    if (!b)
      return {};
    return createInferred<QLinearConvOp>(rewriter, place, x->x, x->scale, x->zeroPoint, w->x, w->scale, w->zeroPoint,
                                         scale(match, rewriter), zeroPoint(match, rewriter), *b, op.getKernelShape(),
                                         op.getStrides(), op.getPads(), op.getDilations(), op.getGroup(),
                                         clampLo(match, rewriter), clampHi(match, rewriter));
  }

  static Value gemm(GemmOp op, const Match& match, PatternRewriter& rewriter) {
    const Location place = location(match, rewriter);
    const bool plain = op.getAlpha().isExactlyValue(1.0) && (isNone(op.getC()) || op.getBeta().isExactlyValue(1.0));
    const auto a = activation(op.getA(), rewriter), b = weights(op.getB(), op.getTransB() ? 0 : 1, rewriter);
    if (!plain || !a || !b)
      return {};
    if (!isNone(op.getC()) && tensorType(op.getC()).getRank() > 0 &&
        tensorType(op.getC()).getShape().back() != op.getType().getDimSize(1))
      return {};
    const auto c = bias(op.getC(), *a, *b, op.getType().getDimSize(1), place, rewriter);
    if (!c)
      return {};
    return createInferred<QGemmOp>(rewriter, place, a->x, a->scale, a->zeroPoint, b->x, b->scale, b->zeroPoint, *c,
                                   scale(match, rewriter), zeroPoint(match, rewriter), op.getAlpha(), op.getTransA(),
                                   op.getTransB(), clampLo(match, rewriter), clampHi(match, rewriter));
  }

  static Value matMul(MatMulOp op, const Match& match, PatternRewriter& rewriter) {
    const auto a = activation(op.getA(), rewriter);
    auto b = weights(op.getB(), tensorType(op.getB()).getRank() - 1, rewriter);
    if (!b)
      b = activation(op.getB(), rewriter);
    if (!a || !b)
      return {};
    return createInferred<QLinearMatMulOp>(rewriter, location(match, rewriter), a->x, a->scale, a->zeroPoint, b->x,
                                           b->scale, b->zeroPoint, scale(match, rewriter), zeroPoint(match, rewriter),
                                           clampLo(match, rewriter), clampHi(match, rewriter));
  }

  template <typename Integer, typename Float>
  static Value binary(Float op, const Match& match, PatternRewriter& rewriter) {
    if (!quantized(op.getA()) || !quantized(op.getB()))
      return {};
    const auto a = activationAs(op.getA(), match, rewriter), b = activationAs(op.getB(), match, rewriter);
    return createInferred<Integer>(rewriter, location(match, rewriter), a->x, a->scale, a->zeroPoint, b->x, b->scale,
                                   b->zeroPoint, scale(match, rewriter), zeroPoint(match, rewriter),
                                   clampLo(match, rewriter), clampHi(match, rewriter));
  }

  template <typename Integer, typename Float, typename... Attributes>
  static Value unary(Float op, const Match& match, PatternRewriter& rewriter, Attributes... attributes) {
    const auto x = quantized(op.getX()) ? activationAs(op.getX(), match, rewriter) : std::nullopt;
    if (!x)
      return {};
    return createInferred<Integer>(rewriter, location(match, rewriter), x->x, x->scale, x->zeroPoint,
                                   scale(match, rewriter), zeroPoint(match, rewriter), attributes...);
  }

  static Value concat(ConcatOp op, const Match& match, PatternRewriter& rewriter) {
    if (clampLo(match, rewriter) || clampHi(match, rewriter) || !llvm::all_of(op.getInputs(), quantized))
      return {};
    SmallVector<Value> inputs;
    for (Value input : op.getInputs()) {
      const std::optional<Operand> operand = activationAs(input, match, rewriter);
      inputs.append({operand->x, operand->scale, operand->zeroPoint});
    }
    return createInferred<QLinearConcatOp>(rewriter, location(match, rewriter), scale(match, rewriter),
                                           zeroPoint(match, rewriter), inputs, op.getAxis());
  }

  static bool quantized(Value value) {
    auto dequantize = value.getDefiningOp<DequantizeOp>();
    return dequantize && quantizationOf(dequantize);
  }
};

struct QdqToInteger : impl::QdqToIntegerBase<QdqToInteger> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<QdqToIntegerPattern>(&getContext());
    if (failed(applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
