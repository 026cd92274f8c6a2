#include "compiler/transforms/integer_form.h"
#include "compiler/transforms/passes.h"

namespace weft::graph {

#define GEN_PASS_DEF_QDQTOINTEGER
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

// Rooted at a QuantizeLinear: the float operator before it, whose activations come from DequantizeLinear, together with
// the Relu and Clip between the two.
struct QdqToIntegerPattern : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp root, PatternRewriter& rewriter) const override {
    const IntegerForm form = integerForm(root);
    if (!form.build)
      return rewriter.notifyMatchFailure(root, form.why);
    rewriter.replaceOp(root, form.build(rewriter));
    return success();
  }
};

struct QdqToInteger : impl::QdqToIntegerBase<QdqToInteger> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<QdqToIntegerPattern>(&getContext());
    if (failed(applyPatterns(getOperation(), std::move(patterns), getArgument())))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
