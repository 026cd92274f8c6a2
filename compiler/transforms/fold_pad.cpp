#include "compiler/transforms/passes.h"
#include "compiler/transforms/quantization.h"

namespace weft::graph {

#define GEN_PASS_DEF_FOLDPAD
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

// A convolution pads with real zero: `zero` is what that is in the units of the padded tensor.
template <typename Conv> struct FoldPadIntoConv : OpRewritePattern<Conv> {
  using OpRewritePattern<Conv>::OpRewritePattern;
  LogicalResult matchAndRewrite(Conv op, PatternRewriter& rewriter) const override {
    auto pad = op.getX().template getDefiningOp<PadOp>();
    if (!pad || pad.getMode() != "constant")
      return failure();
    std::optional<double> zero = 0;
    if constexpr (std::is_same_v<Conv, QLinearConvOp>)
      zero = constantScalar(op.getXZeroPoint());
    const std::optional<double> value = isNone(pad.getValue()) ? 0 : constantScalar(pad.getValue());
    const std::optional<std::vector<int64_t>> amounts = constantIntegers(pad.getPads());
    if (!zero || !value || *zero != *value || !amounts)
      return failure();
    const size_t rank = amounts->size() / 2;
    SmallVector<int64_t> pads(op.getPads());
    for (size_t axis = 0; axis < rank; ++axis)
      for (size_t end = 0; end < 2; ++end) {
        const int64_t amount = (*amounts)[end * rank + axis];
        if (axis < 2 && amount != 0)
          return failure();
        if (axis >= 2)
          pads[end * (rank - 2) + axis - 2] += amount;
      }
    rewriter.modifyOpInPlace(op, [&] {
      op.setPads(pads);
      op.getXMutable().assign(pad.getX());
      op->setLoc(rewriter.getFusedLoc({op.getLoc(), pad.getLoc()}));
    });
    return success();
  }
};

struct FoldPad : impl::FoldPadBase<FoldPad> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldPadIntoConv<ConvOp>, FoldPadIntoConv<QLinearConvOp>>(&getContext());
    if (failed(applyPatterns(getOperation(), std::move(patterns), getArgument())))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
