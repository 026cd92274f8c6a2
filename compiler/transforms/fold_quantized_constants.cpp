#include "compiler/transforms/passes.h"
#include "compiler/transforms/quantization.h"

namespace weft::graph {

#define GEN_PASS_DEF_FOLDQUANTIZEDCONSTANTS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

struct FoldDequantize : OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DequantizeOp op, PatternRewriter& rewriter) const override {
    const std::optional<std::vector<double>> values = dequantizedReals(op);
    if (!values)
      return failure();
    rewriter.replaceOpWithNewOp<ConstantOp>(op, op.getType(), constantFromReals(op.getType(), *values));
    return success();
  }
};

struct FoldQuantizedConstants : impl::FoldQuantizedConstantsBase<FoldQuantizedConstants> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldDequantize>(&getContext());
    if (failed(applyPatterns(getOperation(), std::move(patterns), getArgument())))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
