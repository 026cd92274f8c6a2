#include "compiler/transforms/passes.h"
#include "compiler/transforms/quantization.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

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
      if (lo > lowest(element))
        producer->setAttr("clamp_lo", rewriter.getI64IntegerAttr(lo));
      if (hi < highest(element))
        producer->setAttr("clamp_hi", rewriter.getI64IntegerAttr(hi));
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

struct FoldClamp : impl::FoldClampBase<FoldClamp> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldClampIntoProducer, ComposeTables>(&getContext());
    if (failed(applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
