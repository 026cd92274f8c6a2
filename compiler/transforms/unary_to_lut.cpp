// An expression of element-wise float operators between the DequantizeLinear of one 8-bit tensor and a QuantizeLinear
// has 256 values: they are computed here in fp32, operator by operator, as the float graph would, and become a table.
#include "compiler/transforms/passes.h"
#include "compiler/transforms/quantization.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace weft::graph {

#define GEN_PASS_DEF_UNARYTOLUT
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr size_t kMaxOperators = 64; // in one expression
using Values = std::array<float, 256>;

// sigmoid and tanh are correctly rounded up to the error of the double functions.
float sigmoid(float x) {
  return static_cast<float>(1.0 / (1.0 + std::exp(-static_cast<double>(x))));
}
float hardSigmoid(float x, float alpha, float beta) {
  const float product = alpha * x;
  return std::clamp(product + beta, 0.0f, 1.0f);
}

// Element-wise operators of one tensor, by mnemonic: the function that the operation computes; nothing if that is not
// known at compile time.
using Function = std::function<float(float)>;
struct FunctionOperator {
  StringRef mnemonic;
  Function (*of)(Operation*);
};

Function clip(Operation* op) {
  auto found = cast<ClipOp>(op);
  const auto min = isNone(found.getMin()) ? -INFINITY : constantScalar(found.getMin());
  const auto max = isNone(found.getMax()) ? INFINITY : constantScalar(found.getMax());
  if (!min || !max)
    return {};
  return
      [lo = static_cast<float>(*min), hi = static_cast<float>(*max)](float x) { return std::min(std::max(x, lo), hi); };
}
Function hardSigmoidOf(Operation* op) {
  auto found = cast<HardSigmoidOp>(op);
  return [alpha = found.getAlpha().convertToFloat(), beta = found.getBeta().convertToFloat()](float x) {
    return hardSigmoid(x, alpha, beta);
  };
}
Function hardSwish(Operation*) {
  return [](float x) { return x * hardSigmoid(x, 1.0f / 6.0f, 0.5f); };
}
Function leakyRelu(Operation* op) {
  return [alpha = cast<LeakyReluOp>(op).getAlpha().convertToFloat()](float x) { return x >= 0 ? x : alpha * x; };
}
Function relu(Operation*) {
  return [](float x) { return std::max(x, 0.0f); };
}
Function sigmoidOf(Operation*) {
  return sigmoid;
}
Function tanhOf(Operation*) {
  return [](float x) { return static_cast<float>(std::tanh(static_cast<double>(x))); };
}

constexpr FunctionOperator kFunctions[] = {
    {"clip", clip}, {"hard_sigmoid", hardSigmoidOf}, {"hard_swish", hardSwish}, {"leaky_relu", leakyRelu},
    {"relu", relu}, {"sigmoid", sigmoidOf},          {"tanh", tanhOf},
};

// Element-wise operators that combine all their operands, from the first to the last.
struct Combination {
  StringRef mnemonic;
  float (*f)(float, float);
};
constexpr Combination kCombinations[] = {
    {"add", [](float a, float b) { return a + b; }},
    {"div", [](float a, float b) { return a / b; }},
    {"mul", [](float a, float b) { return a * b; }},
    {"sub", [](float a, float b) { return a - b; }},
};

// The expression's value for each raw byte of the one tensor that it depends on.
class Expression {
public:
  // Nothing if the value depends on more than one tensor or has an operator that is not element-wise.
  static std::optional<Expression> of(Value root) {
    Expression expression;
    expression.shape = tensorType(root).getShape();
    if (!expression.evaluate(root, expression.values) || !expression.source)
      return std::nullopt;
    return expression;
  }

  Value source; // the 8-bit tensor
  Values values{};
  SmallVector<Location> locations;

private:
  ArrayRef<int64_t> shape;

  bool evaluate(Value value, Values& out) {
    if (!tensorType(value).getElementType().isF32())
      return false;
    if (const std::optional<std::vector<double>> constant = dequantizedReals(value)) {
      if (constant->empty() || llvm::any_of(*constant, [&](double real) { return real != constant->front(); }))
        return false;
      out.fill(static_cast<float>(constant->front()));
      return true;
    }
    Operation* op = value.getDefiningOp();
    if (!op || tensorType(value).getShape() != shape || locations.size() >= kMaxOperators)
      return false;
    if (auto dequantize = dyn_cast<DequantizeOp>(op))
      return leaf(dequantize, out);
    locations.push_back(op->getLoc());
    if (const Combination* combination = rowOf(kCombinations, op)) {
      if (!evaluate(op->getOperand(0), out))
        return false;
      for (Value operand : op->getOperands().drop_front()) {
        Values next;
        if (!evaluate(operand, next))
          return false;
        std::transform(out.begin(), out.end(), next.begin(), out.begin(), combination->f);
      }
      return true;
    }
    const FunctionOperator* row = rowOf(kFunctions, op);
    const Function f = row ? row->of(op) : Function();
    if (!f || !evaluate(op->getOperand(0), out))
      return false;
    std::transform(out.begin(), out.end(), out.begin(), f);
    return true;
  }

  bool leaf(DequantizeOp op, Values& out) {
    const std::optional<Quantization> quantization = quantizationOf(op);
    if (!quantization || (source && source != op.getX()))
      return false;
    source = op.getX();
    for (size_t byte = 0; byte < out.size(); ++byte)
      out[byte] = quantization->dequantize(valueOfByte(static_cast<uint8_t>(byte), quantization->element));
    return true;
  }
};

struct ExpressionToLut : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter& rewriter) const override {
    const std::optional<Quantization> output = quantizationOf(op);
    if (!output || !op.getX().getType().getElementType().isF32())
      return failure();
    std::optional<Expression> expression = Expression::of(op.getX());
    if (!expression)
      return failure();
    expression->locations.push_back(op.getLoc());
    rewriter.replaceOp(op, lookupTable(rewriter, rewriter.getFusedLoc(expression->locations), expression->source,
                                       output->element, [&](int64_t code) {
                                         return output->quantize(expression->values[static_cast<uint8_t>(code)]);
                                       }));
    return success();
  }
};

// com.microsoft's QLinearSigmoid and QLinearLeakyRelu are tables already in ONNX Runtime.
template <typename Op> struct FunctionToLut : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter& rewriter) const override {
    const std::optional<Quantization> input = quantizationOf(op.getXScale(), op.getXZeroPoint());
    const std::optional<Quantization> output = quantizationOf(op.getYScale(), op.getYZeroPoint());
    if (!input || !output)
      return failure();
    rewriter.replaceOp(op, lookupTable(rewriter, op.getLoc(), op.getX(), output->element, [&](int64_t code) {
                         const float x = input->dequantize(code);
                         if constexpr (std::is_same_v<Op, QLinearSigmoidOp>)
                           return output->quantize(sigmoid(x));
                         else
                           return output->quantize(x >= 0 ? x : op.getAlpha().convertToFloat() * x);
                       }));
    return success();
  }
};

struct UnaryToLut : impl::UnaryToLutBase<UnaryToLut> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpressionToLut, FunctionToLut<QLinearSigmoidOp>, FunctionToLut<QLinearLeakyReluOp>>(&getContext());
    if (failed(applyPatterns(getOperation(), std::move(patterns), getArgument())))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
