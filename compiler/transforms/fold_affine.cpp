#include "compiler/transforms/passes.h"
#include "compiler/transforms/quantization.h"

#include <cmath>
#include <functional>

namespace weft::graph {

#define GEN_PASS_DEF_FOLDAFFINE
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

// The constant (or dequantised constant) or the bias of `channels` zeros that none stands for; nothing for other
// values.
std::optional<std::vector<double>> biasValues(Value bias, int64_t channels) {
  if (isNone(bias))
    return std::vector<double>(static_cast<size_t>(channels), 0.0);
  return dequantizedReals(bias);
}

constexpr const char* kFoldedNormalisation =
    "BatchNormalization is part of the scales and the bias, which ONNX Runtime "
    "applies in float; a result near the middle between two codes may be "
    "rounded to the other one";

// Weights with each output channel times its factor, as constants: the scales of quantised weights, else the weights.
// Nothing if they are not constants or a product is not finite; `build` creates them.
std::optional<std::function<Value(PatternRewriter&, Location)>> scaledWeights(Value weights,
                                                                              const std::vector<double>& factors) {
  const size_t channels = factors.size();
  if (!llvm::all_of(factors, [](double factor) { return std::isfinite(factor); }))
    return std::nullopt;
  if (std::optional<std::vector<double>> reals = constantReals(weights)) {
    for (size_t i = 0; i < reals->size(); ++i)
      (*reals)[i] *= factors[i / (reals->size() / channels)];
    return [weights, reals = std::move(*reals)](PatternRewriter& rewriter, Location location) -> Value {
      return rewriter.create<ConstantOp>(location, constantFromReals(tensorType(weights), reals));
    };
  }
  auto dequantize = weights.getDefiningOp<DequantizeOp>();
  const auto scales = dequantize ? constantReals(dequantize.getScale()) : std::nullopt;
  const auto zeroPoints = dequantize ? constantIntegers(dequantize.getZeroPoint()) : std::nullopt;
  if (!scales || !zeroPoints || (scales->size() > 1 && dequantize.getAxis() != 0))
    return std::nullopt;
  std::vector<double> newScales;
  std::vector<int64_t> newZeroPoints;
  for (size_t c = 0; c < channels; ++c) {
    newScales.push_back((*scales)[scales->size() == 1 ? 0 : c] * factors[c]);
    newZeroPoints.push_back((*zeroPoints)[zeroPoints->size() == 1 ? 0 : c]);
  }
  return [=](PatternRewriter& rewriter, Location location) mutable -> Value {
    const SmallVector<int64_t> dims = {static_cast<int64_t>(channels)};
    const Type element = tensorType(dequantize.getZeroPoint()).getElementType();
    Value scale = rewriter.create<ConstantOp>(
        location, constantFromReals(RankedTensorType::get(dims, rewriter.getF32Type()), newScales));
    Value zeroPoint = rewriter.create<ConstantOp>(
        location, constantFromIntegers(RankedTensorType::get(dims, element), newZeroPoints));
    return rewriter.create<DequantizeOp>(location, dequantize.getType(), dequantize.getX(), scale, zeroPoint, 0);
  };
}

// Batch normalisation at inference is y = x * f + (bias - mean * f), f = scale / sqrt(variance + epsilon), per channel;
// after a convolution it scales the weights of each output channel and shifts the bias. In double, rounded once.
struct FoldBatchNorm : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormOp op, PatternRewriter& rewriter) const override {
    auto conv = op.getX().getDefiningOp<ConvOp>();
    const auto scale = constantReals(op.getScale()), shift = constantReals(op.getBias());
    const auto mean = constantReals(op.getMean()), variance = constantReals(op.getVariance());
    if (!conv || !conv->hasOneUse() || !scale || !shift || !mean || !variance)
      return failure();
    std::optional<std::vector<double>> bias = biasValues(conv.getB(), static_cast<int64_t>(scale->size()));
    if (!bias)
      return failure();
    const size_t channels = scale->size();
    std::vector<double> factors;
    for (size_t c = 0; c < channels; ++c) {
      factors.push_back((*scale)[c] / std::sqrt((*variance)[c] + op.getEpsilon().convertToFloat()));
      (*bias)[c] = ((*bias)[c] - (*mean)[c]) * factors[c] + (*shift)[c];
    }
    const auto weights = scaledWeights(conv.getW(), factors);
    if (!weights)
      return rewriter.notifyMatchFailure(op, "the convolution's weights are not constant");
    const auto biasType = RankedTensorType::get({static_cast<int64_t>(channels)}, op.getType().getElementType());
    Location location = rewriter.getFusedLoc({conv.getLoc(), op.getLoc()});
    Value w = (*weights)(rewriter, location);
    const bool quantized = static_cast<bool>(w.getDefiningOp<DequantizeOp>());
    Value b = rewriter.create<ConstantOp>(location, constantFromReals(biasType, *bias));
    auto folded =
        rewriter.replaceOpWithNewOp<ConvOp>(op, op.getType(), conv.getX(), w, b, conv.getKernelShape(),
                                            conv.getStrides(), conv.getPads(), conv.getDilations(), conv.getGroup());
    folded->setLoc(location);
    // The shift is then rounded to the unit of the sums.
    if (quantized)
      folded->setAttr(kRoundingAttribute, rewriter.getStringAttr(kFoldedNormalisation));
    return success();
  }
};

// A BatchNormalization that follows no convolution: an element-wise multiply and add by channel.
struct BatchNormToMulAdd : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormOp op, PatternRewriter& rewriter) const override {
    const auto scale = constantReals(op.getScale()), shift = constantReals(op.getBias());
    const auto mean = constantReals(op.getMean()), variance = constantReals(op.getVariance());
    if (!scale || !shift || !mean || !variance)
      return rewriter.notifyMatchFailure(op, "parameters are not constant");
    std::vector<double> factor, offset;
    for (size_t c = 0; c < scale->size(); ++c) {
      factor.push_back((*scale)[c] / std::sqrt((*variance)[c] + op.getEpsilon().convertToFloat()));
      offset.push_back((*shift)[c] - (*mean)[c] * factor.back());
    }
    SmallVector<int64_t> dims(static_cast<size_t>(op.getType().getRank()) - 1, 1);
    dims[0] = static_cast<int64_t>(scale->size());
    const auto type = RankedTensorType::get(dims, op.getType().getElementType());
    Value f = rewriter.create<ConstantOp>(op.getLoc(), constantFromReals(type, factor));
    Value o = rewriter.create<ConstantOp>(op.getLoc(), constantFromReals(type, offset));
    Value product = rewriter.create<MulOp>(op.getLoc(), op.getType(), op.getX(), f);
    rewriter.replaceOpWithNewOp<AddOp>(op, op.getType(), product, o);
    return success();
  }
};

// The operand of an Add that is not `product`.
Value otherOperand(AddOp add, Value product) {
  return add.getA() == product ? add.getB() : add.getA();
}

// Conv + Add of one constant per channel: the convolution's bias.
struct FoldConvBias : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp op, PatternRewriter& rewriter) const override {
    auto conv = op.getA().getDefiningOp<ConvOp>();
    if (!conv)
      conv = op.getB().getDefiningOp<ConvOp>();
    if (!conv || !conv->hasOneUse() || conv.getType() != op.getType())
      return failure();
    Value addend = otherOperand(op, conv);
    const std::optional<std::vector<double>> values = dequantizedReals(addend);
    const int64_t channels = op.getType().getDimSize(1), rank = op.getType().getRank();
    std::optional<std::vector<double>> bias = biasValues(conv.getB(), channels);
    if (!values || !bias)
      return failure();
    // Broadcast shapes align at the last axis: only the channel axis may be longer than 1.
    SmallVector<int64_t> dims(static_cast<size_t>(rank), 1);
    llvm::copy(tensorType(addend).getShape(), dims.begin() + (rank - tensorType(addend).getRank()));
    for (size_t i = 0; i < dims.size(); ++i)
      if (dims[i] != 1 && i != 1)
        return failure();
    for (size_t c = 0; c < bias->size(); ++c)
      (*bias)[c] += (*values)[values->size() == 1 ? 0 : c];
    Location location = rewriter.getFusedLoc({conv.getLoc(), op.getLoc()});
    Value b = rewriter.create<ConstantOp>(
        location, constantFromReals(RankedTensorType::get({channels}, op.getType().getElementType()), *bias));
    rewriter
        .replaceOpWithNewOp<ConvOp>(op, op.getType(), conv.getX(), conv.getW(), b, conv.getKernelShape(),
                                    conv.getStrides(), conv.getPads(), conv.getDilations(), conv.getGroup())
        ->setLoc(location);
    return success();
  }
};

// MatMul of two matrices + Add of a constant (or dequantised constant) row: Gemm.
struct MatMulAddToGemm : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp op, PatternRewriter& rewriter) const override {
    auto product = op.getA().getDefiningOp<MatMulOp>();
    if (!product)
      product = op.getB().getDefiningOp<MatMulOp>();
    if (!product || !product->hasOneUse() || product.getType() != op.getType() ||
        tensorType(product.getA()).getRank() != 2 || tensorType(product.getB()).getRank() != 2)
      return failure();
    Value row = otherOperand(op, product);
    auto dequantize = row.getDefiningOp<DequantizeOp>();
    if (!constantOf(dequantize ? dequantize.getX() : row))
      return failure();
    const int64_t columns = op.getType().getDimSize(1);
    if (tensorType(row).getNumElements() != columns ||
        (tensorType(row).getRank() > 0 && tensorType(row).getShape().back() != columns))
      return failure();
    Location location = rewriter.getFusedLoc({product.getLoc(), op.getLoc()});
    if (tensorType(row).getRank() != 1) {
      const auto type = RankedTensorType::get({columns}, op.getType().getElementType());
      Value shape = rewriter.create<ConstantOp>(
          location, constantFromIntegers(RankedTensorType::get({1}, rewriter.getI64Type()), {&columns, 1}));
      row = rewriter.createOrFold<ReshapeOp>(location, type, row, shape);
    }
    const APFloat one(1.0f);
    rewriter.replaceOpWithNewOp<GemmOp>(op, op.getType(), product.getA(), product.getB(), row, one, one, 0, 0)
        ->setLoc(location);
    return success();
  }
};

struct FoldAffine : impl::FoldAffineBase<FoldAffine> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldBatchNorm, FoldConvBias, MatMulAddToGemm>(&getContext());
    if (failed(applyPatterns(getOperation(), std::move(patterns), getArgument())))
      return signalPassFailure();
    RewritePatternSet rest(&getContext());
    rest.add<BatchNormToMulAdd>(&getContext());
    if (failed(applyPatterns(getOperation(), std::move(rest), getArgument())))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
