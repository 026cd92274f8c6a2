#include "compiler/transforms/passes.h"
#include "compiler/transforms/quantization.h"

#include "mlir/IR/IRMapping.h"
#include <algorithm>

namespace weft::graph {

#define GEN_PASS_DEF_FOLDCLAMP
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

// Operations with the optional attributes clamp_lo and clamp_hi.
bool takesClamp(Operation* op) {
  return isa<QLinearConvOp, QLinearMatMulOp, QGemmOp, QLinearAddOp, QLinearMulOp, QLinearAveragePoolOp,
             QLinearGlobalAveragePoolOp>(op);
}

int64_t bound(Operation* op, StringRef name, int64_t otherwise) {
  auto attribute = op->getAttrOfType<IntegerAttr>(name);
  return attribute ? attribute.getInt() : otherwise;
}

// Without the attribute where the bound is the type's own.
void setBound(Operation* op, StringRef name, int64_t value, int64_t own) {
  if (value == own)
    op->removeAttr(name);
  else
    op->setAttr(name, IntegerAttr::get(IntegerType::get(op->getContext(), 64), value));
}

// A Lut8 that clamps, after an operator with a clamp of its own.
struct FoldClampIntoProducer : OpRewritePattern<Lut8Op> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(Lut8Op op, PatternRewriter& rewriter) const override {
    Operation* producer = op.getX().getDefiningOp();
    const DenseElementsAttr table = constantOf(op.getTable());
    if (!table || op.getX().getType() != op.getType())
      return failure();
    const Type element = op.getType().getElementType();
    const std::vector<int64_t> values = integersOf(table);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    for (size_t byte = 0; byte < values.size(); ++byte)
      if (values[byte] != std::clamp(valueOfByte(static_cast<uint8_t>(byte), element), *low, *high))
        return failure();
    if (*low == lowest(element) && *high == highest(element)) {
      rewriter.replaceOp(op, op.getX());
      return success();
    }
    if (!producer || !takesClamp(producer) || !producer->hasOneUse())
      return failure();
    const int64_t lo = std::clamp(bound(producer, "clamp_lo", lowest(element)), *low, *high);
    const int64_t hi = std::clamp(bound(producer, "clamp_hi", highest(element)), *low, *high);
    rewriter.modifyOpInPlace(producer, [&] {
      setBound(producer, "clamp_lo", lo, lowest(element));
      setBound(producer, "clamp_hi", hi, highest(element));
      producer->setLoc(rewriter.getFusedLoc({producer->getLoc(), op.getLoc()}));
    });
    rewriter.replaceOp(op, op.getX());
    return success();
  }
};

// Two tables in a row are one.
struct ComposeTables : OpRewritePattern<Lut8Op> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(Lut8Op op, PatternRewriter& rewriter) const override {
    auto inner = op.getX().getDefiningOp<Lut8Op>();
    if (!inner || !inner->hasOneUse() || !constantOf(op.getTable()) || !constantOf(inner.getTable()))
      return failure();
    const std::vector<int64_t> second = integersOf(constantOf(op.getTable()));
    const std::vector<uint8_t> first = bytesOf(constantOf(inner.getTable()));
    std::vector<int64_t> table;
    for (uint8_t byte : first)
      table.push_back(second[byte]);
    Location location = rewriter.getFusedLoc({inner.getLoc(), op.getLoc()});
    Value constant = rewriter.create<ConstantOp>(location, constantFromIntegers(tensorType(op.getTable()), table));
    rewriter.replaceOpWithNewOp<Lut8Op>(op, op.getType(), inner.getX(), constant)->setLoc(location);
    return success();
  }
};

// table(reshape(x)) -> reshape(table(x)), which brings the table to the operator that makes its input.
struct HoistTable : OpRewritePattern<Lut8Op> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(Lut8Op op, PatternRewriter& rewriter) const override {
    Operation* mover = op.getX().getDefiningOp();
    if (!isa_and_nonnull<ReshapeOp, TransposeOp>(mover) || !mover->hasOneUse())
      return failure();
    Value input = mover->getOperand(0);
    const Type element = op.getType().getElementType();
    Value table = rewriter.create<Lut8Op>(op.getLoc(), RankedTensorType::get(tensorType(input).getShape(), element),
                                          input, op.getTable());
    IRMapping mapping;
    mapping.map(input, table);
    Operation* moved = rewriter.clone(*mover, mapping);
    moved->getResult(0).setType(op.getType());
    rewriter.replaceOp(op, moved->getResult(0));
    return success();
  }
};

// A table between ui8 and si8 on one grid, after an integer operator: that gives the other type at once.
struct FoldRegridIntoProducer : OpRewritePattern<Lut8Op> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(Lut8Op op, PatternRewriter& rewriter) const override {
    Operation* producer = op.getX().getDefiningOp();
    const DenseElementsAttr table = constantOf(op.getTable());
    const Type from = tensorType(op.getX()).getElementType(), to = op.getType().getElementType();
    if (!table || from == to || !producer || !givesEitherType(producer) || !producer->hasOneUse())
      return failure();
    const int64_t shift = lowest(to) - lowest(from);
    const std::vector<int64_t> values = integersOf(table);
    for (size_t byte = 0; byte < values.size(); ++byte)
      if (values[byte] != valueOfByte(static_cast<uint8_t>(byte), from) + shift)
        return failure();
    // The result's zero point comes last, but for the convolution's bias.
    const unsigned at = isa<QLinearConvOp>(producer) ? 7 : producer->getNumOperands() - 1;
    const std::optional<double> zeroPoint = constantScalar(producer->getOperand(at));
    if (!zeroPoint)
      return failure();
    const Quantization shifted{1, static_cast<int64_t>(*zeroPoint) + shift, to};
    rewriter.setInsertionPoint(producer);
    Value operand = zeroPointOperand(rewriter, op.getLoc(), shifted);
    rewriter.modifyOpInPlace(producer, [&] {
      producer->setOperand(at, operand);
      for (StringRef name : {"clamp_lo", "clamp_hi"})
        if (auto clamp = producer->getAttrOfType<IntegerAttr>(name))
          producer->setAttr(name, rewriter.getI64IntegerAttr(clamp.getInt() + shift));
      producer->getResult(0).setType(op.getType());
      producer->setLoc(rewriter.getFusedLoc({producer->getLoc(), op.getLoc()}));
    });
    rewriter.replaceOp(op, producer->getResult(0));
    return success();
  }

  // Operators whose result may have the other 8-bit type than their input.
  static bool givesEitherType(Operation* op) { return isa<QLinearConvOp, QLinearMatMulOp, QGemmOp>(op); }
};

struct FoldClamp : impl::FoldClampBase<FoldClamp> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldClampIntoProducer, ComposeTables, HoistTable, FoldRegridIntoProducer>(&getContext());
    if (failed(applyPatterns(getOperation(), std::move(patterns), getArgument())))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
