#include "compiler/transforms/passes.h"
#include "compiler/transforms/quantization.h"

#include "mlir/IR/IRMapping.h"
#include <algorithm>

namespace weft::graph {

#define GEN_PASS_DEF_MOVEDEQUANTIZE
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

// The operands that hold the elements of the result, selected, repeated, reordered or padded; none for operations of
// another kind. Reals are ordered as their codes, so the largest of them counts as one that is selected.
OperandRange elementsOf(Operation* op) {
  const net::OperatorInfo* info = operatorOf(op);
  auto resize = dyn_cast<ResizeOp>(op);
  if (!info || !(info->moves || isa<MaxOp, MinOp, ReduceMaxOp, ReduceMinOp>(op)) ||
      (resize && resize.getMode() != "nearest"))
    return op->getOperands().take_front(0);
  return op->getOperands().take_front(info->operands.front().repeated > 0 ? op->getNumOperands() : 1);
}

// The code of what a Pad fills in.
struct Filler {
  int64_t code = 0;
  bool exact = true; // it stands for that very real; otherwise for another one that is quantised to it
};
// Nothing where that is computed.
std::optional<Filler> fillerOf(Operation* op, const Quantization& quantization) {
  auto pad = dyn_cast<PadOp>(op);
  if (!pad)
    return Filler();
  const std::optional<double> value = isNone(pad.getValue()) ? 0 : constantScalar(pad.getValue());
  if (!value)
    return std::nullopt;
  const int64_t code = quantization.quantize(static_cast<float>(*value));
  return Filler{code, static_cast<double>(quantization.dequantize(code)) == *value};
}

// The same operation on codes.
Value onCodes(PatternRewriter& rewriter, Operation* op, ArrayRef<Value> codes, int64_t filler) {
  const Type element = tensorType(codes.front()).getElementType();
  IRMapping mapping;
  for (auto [operand, code] : llvm::zip(op->getOperands(), codes))
    mapping.map(operand, code);
  if (auto pad = dyn_cast<PadOp>(op))
    mapping.map(pad.getValue(), zeroPointOperand(rewriter, op->getLoc(), {1, filler, element}));
  Operation* copy = rewriter.clone(*op, mapping);
  copy->getResult(0).setType(RankedTensorType::get(tensorType(op->getResult(0)).getShape(), element));
  return copy->getResult(0);
}

// op(dequantize(x)...) -> dequantize(op(x...)), where all are quantised alike.
struct SinkDequantize : RewritePattern {
  SinkDequantize(MLIRContext* context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation* op, PatternRewriter& rewriter) const override {
    SmallVector<Value> codes;
    DequantizeOp first;
    for (Value operand : elementsOf(op)) {
      auto dequantize = operand.getDefiningOp<DequantizeOp>();
      const std::optional<Quantization> quantization = dequantize ? quantizationOf(dequantize) : std::nullopt;
      first = first ? first : dequantize;
      if (!quantization || *quantization != *quantizationOf(first))
        return failure();
      codes.push_back(dequantize.getX());
    }
    if (codes.empty())
      return failure();
    const std::optional<Filler> filler = fillerOf(op, *quantizationOf(first));
    if (!filler || !filler->exact)
      return failure();
    Value moved = onCodes(rewriter, op, codes, filler->code);
    rewriter.replaceOp(op, rewriter.create<DequantizeOp>(op->getLoc(), op->getResult(0).getType(), moved,
                                                         first.getScale(), first.getZeroPoint(), 0));
    return success();
  }
};

// Transposed weights with one scale per channel: the channel axis moves along.
struct SinkDequantizeByAxis : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter& rewriter) const override {
    auto dequantize = op.getX().getDefiningOp<DequantizeOp>();
    if (!dequantize || tensorType(dequantize.getScale()).getNumElements() == 1)
      return failure();
    const auto at = llvm::find(op.getPerm(), dequantize.getAxis()) - op.getPerm().begin();
    const auto type = RankedTensorType::get(op.getType().getShape(), tensorType(dequantize.getX()).getElementType());
    Value moved = rewriter.create<TransposeOp>(op.getLoc(), type, dequantize.getX(), op.getPerm());
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, op.getType(), moved, dequantize.getScale(), dequantize.getZeroPoint(),
                                              static_cast<int64_t>(at));
    return success();
  }
};

// quantize(op(v)) -> op(quantize(v)), where nothing else needs v in float.
struct HoistQuantize : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter& rewriter) const override {
    Operation* producer = op.getX().getDefiningOp();
    const std::optional<Quantization> quantization = quantizationOf(op);
    if (!quantization || !producer || !producer->hasOneUse() || elementsOf(producer).size() != 1)
      return failure();
    Value input = producer->getOperand(0);
    const std::optional<Filler> filler = fillerOf(producer, *quantization);
    if (!filler || isa<BlockArgument>(input) || !(input.hasOneUse() || input.getDefiningOp<DequantizeOp>()))
      return failure();
    const auto type = RankedTensorType::get(tensorType(input).getShape(), quantization->element);
    Value codes = rewriter.create<QuantizeOp>(op.getLoc(), type, input, op.getScale(), op.getZeroPoint(), 0);
    rewriter.replaceOp(op, onCodes(rewriter, producer, codes, filler->code));
    return success();
  }
};

// quantize(dequantize(x)) with equal parameters -> x: the quotient is within an ulp of the integer it came from.
struct CancelPair : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter& rewriter) const override {
    auto dequantize = op.getX().getDefiningOp<DequantizeOp>();
    if (!dequantize)
      return failure();
    const std::optional<Quantization> inner = quantizationOf(dequantize), outer = quantizationOf(op);
    if (!inner || !outer || *inner != *outer)
      return failure();
    rewriter.replaceOp(op, dequantize.getX());
    return success();
  }
};

// dequantize(quantize(dequantize(x))), the outer ones on the grid of the first (a change between ui8 and si8) ->
// dequantize(x): the reals are the same.
struct SkipRegrid : OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DequantizeOp op, PatternRewriter& rewriter) const override {
    auto quantize = op.getX().getDefiningOp<QuantizeOp>();
    auto source = quantize ? quantize.getX().getDefiningOp<DequantizeOp>() : DequantizeOp();
    if (!source)
      return failure();
    const auto first = quantizationOf(source), second = quantizationOf(quantize), third = quantizationOf(op);
    if (!first || !second || !third || *second != *third || !first->sameGrid(*second))
      return failure();
    rewriter.replaceOp(op, source.getResult());
    return success();
  }
};

// quantize(dequantize(quantize(v))), all on one grid -> quantize(v) into the last type.
struct SkipInnerPair : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter& rewriter) const override {
    auto dequantize = op.getX().getDefiningOp<DequantizeOp>();
    auto source = dequantize ? dequantize.getX().getDefiningOp<QuantizeOp>() : QuantizeOp();
    if (!source || !source->hasOneUse())
      return failure();
    const auto first = quantizationOf(source), second = quantizationOf(dequantize), third = quantizationOf(op);
    if (!first || !second || !third || *first != *second || !second->sameGrid(*third))
      return failure();
    rewriter.modifyOpInPlace(op, [&] {
      op.getXMutable().assign(source.getX());
      op->setLoc(rewriter.getFusedLoc({source.getLoc(), op.getLoc()}));
    });
    return success();
  }
};

// Weights that are quantised in the graph, from float or from other codes.
struct QuantizeConstant : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter& rewriter) const override {
    const std::optional<std::vector<double>> values = dequantizedReals(op.getX());
    const std::optional<std::vector<double>> scales = constantReals(op.getScale());
    const std::optional<std::vector<int64_t>> zeroPoints = constantIntegers(op.getZeroPoint());
    if (!values || !scales || !zeroPoints || !is8Bit(op) ||
        llvm::any_of(*scales, [](double scale) { return !(scale > 0); }))
      return failure();
    size_t inner = 1;
    for (int64_t axis = op.getAxis() + 1; axis < op.getType().getRank(); ++axis)
      inner *= static_cast<size_t>(op.getType().getDimSize(static_cast<unsigned>(axis)));
    Quantization quantization{1, 0, op.getType().getElementType()};
    std::vector<int64_t> codes;
    codes.reserve(values->size());
    for (size_t i = 0; i < values->size(); ++i) {
      quantization.scale = static_cast<float>((*scales)[scales->size() == 1 ? 0 : i / inner % scales->size()]);
      quantization.zeroPoint = (*zeroPoints)[zeroPoints->size() == 1 ? 0 : i / inner % zeroPoints->size()];
      codes.push_back(quantization.quantize(static_cast<float>((*values)[i])));
    }
    rewriter.replaceOpWithNewOp<ConstantOp>(op, op.getType(), constantFromIntegers(op.getType(), codes));
    return success();
  }
};

struct MoveDequantize : impl::MoveDequantizeBase<MoveDequantize> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinkDequantize, SinkDequantizeByAxis, HoistQuantize, CancelPair, SkipRegrid, SkipInnerPair,
                 QuantizeConstant>(&getContext());
    if (failed(applyPatterns(getOperation(), std::move(patterns), getArgument())))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
