#include "compiler/dialect/constants.h"
#include "compiler/transforms/passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weft::graph {

#define GEN_PASS_DEF_FOLDQUANTIZEDCONSTANTS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

// ONNX DequantizeLinear in fp32: (x - zero point) * scale.
struct FoldDequantize : OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DequantizeOp op, PatternRewriter& rewriter) const override {
    const std::optional<std::vector<int64_t>> x = constantIntegers(op.getX());
    const std::optional<std::vector<int64_t>> zeroPoints = constantIntegers(op.getZeroPoint());
    const std::optional<std::vector<double>> scales = constantReals(op.getScale());
    if (!x || !zeroPoints || !scales)
      return failure();
    // Elements per slice of the axis; the slice of position i is i / inner % slices.
    size_t inner = 1;
    for (int64_t axis = op.getAxis() + 1; axis < op.getType().getRank(); ++axis)
      inner *= static_cast<size_t>(op.getType().getDimSize(static_cast<unsigned>(axis)));
    std::vector<double> values;
    values.reserve(x->size());
    for (size_t i = 0; i < x->size(); ++i) {
      const float scale = static_cast<float>((*scales)[scales->size() == 1 ? 0 : i / inner % scales->size()]);
      const int64_t zero = (*zeroPoints)[zeroPoints->size() == 1 ? 0 : i / inner % zeroPoints->size()];
      values.push_back(static_cast<float>((*x)[i] - zero) * scale);
    }
    rewriter.replaceOpWithNewOp<ConstantOp>(op, op.getType(), constantFromReals(op.getType(), values));
    return success();
  }
};

struct FoldQuantizedConstants : impl::FoldQuantizedConstantsBase<FoldQuantizedConstants> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldDequantize>(&getContext());
    if (failed(applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
