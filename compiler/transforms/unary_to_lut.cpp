// An expression of element-wise float operators between the DequantizeLinear of one 8-bit tensor and a QuantizeLinear
// has 256 values: they are computed here in fp32, operator by operator, as the float graph would, and become a table.
#include "compiler/transforms/passes.h"
#include "compiler/transforms/quantization.h"
#include "isa/program/elementwise.h"

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

using Function = std::function<float(float)>;

// The function of an operator of one float element, with its real attributes as `op` has them.
Function functionOf(net::Op kind, Operation* op) {
  struct {
    float values[net::kMaxParameters] = {};
  } parameters;
  net::readParameters(kind, parameters.values, [&](const net::AttributeInfo& attribute) {
    auto value = op->getAttrOfType<FloatAttr>(StringRef(attribute.name));
    return static_cast<float>(value ? value.getValueAsDouble() : attribute.real);
  });
  return [f = net::unaryFunction(kind), parameters](float x) { return f(x, parameters.values); };
}

// The function of an element-wise operation on one tensor; nothing for others, and where it is not known at compile
// time.
Function functionOf(Operation* op) {
  if (auto clip = dyn_cast<ClipOp>(op)) {
    const auto min = isNone(clip.getMin()) ? -INFINITY : constantScalar(clip.getMin());
    const auto max = isNone(clip.getMax()) ? INFINITY : constantScalar(clip.getMax());
    if (!min || !max)
      return {};
    return [lo = static_cast<float>(*min), hi = static_cast<float>(*max)](float x) {
      return std::min(std::max(x, lo), hi);
    };
  }
  const std::optional<net::Op> kind = operatorKind(op);
  return kind && net::unaryFunction(*kind) ? functionOf(*kind, op) : Function();
}

// Element-wise operators that combine all their operands, from the first to the last.
struct Combination {
  net::Op op;
  float (*f)(float, float);
};
constexpr Combination kCombinations[] = {
    {net::Op::Add, [](float a, float b) { return a + b; }},
    {net::Op::Div, [](float a, float b) { return a / b; }},
    {net::Op::Max, [](float a, float b) { return std::max(a, b); }},
    {net::Op::Min, [](float a, float b) { return std::min(a, b); }},
    {net::Op::Mul, [](float a, float b) { return a * b; }},
    {net::Op::Sub, [](float a, float b) { return a - b; }},
};

float (*combinationOf(Operation* op))(float, float) {
  const std::optional<net::Op> kind = operatorKind(op);
  const auto* found = llvm::find_if(kCombinations, [&](const Combination& row) { return row.op == kind; });
  return found == std::end(kCombinations) ? nullptr : found->f;
}

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
    if (const net::OperatorInfo* info = operatorOf(op); !info || !net::hasWord(info->forms, "Lut8"))
      return false;
    locations.push_back(op->getLoc());
    if (const auto combine = combinationOf(op)) {
      if (!evaluate(op->getOperand(0), out))
        return false;
      for (Value operand : op->getOperands().drop_front()) {
        Values next;
        if (!evaluate(operand, next))
          return false;
        std::transform(out.begin(), out.end(), next.begin(), out.begin(), combine);
      }
      return true;
    }
    const Function f = functionOf(op);
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
template <typename Op, net::Op kind> struct FunctionToLut : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter& rewriter) const override {
    const std::optional<Quantization> input = quantizationOf(op.getXScale(), op.getXZeroPoint());
    const std::optional<Quantization> output = quantizationOf(op.getYScale(), op.getYZeroPoint());
    if (!input || !output)
      return failure();
    const Function f = functionOf(kind, op);
    rewriter.replaceOp(op, lookupTable(rewriter, op.getLoc(), op.getX(), output->element,
                                       [&](int64_t code) { return output->quantize(f(input->dequantize(code))); }));
    return success();
  }
};

struct UnaryToLut : impl::UnaryToLutBase<UnaryToLut> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpressionToLut, FunctionToLut<QLinearSigmoidOp, net::Op::Sigmoid>,
                 FunctionToLut<QLinearLeakyReluOp, net::Op::LeakyRelu>>(&getContext());
    if (failed(applyPatterns(getOperation(), std::move(patterns), getArgument())))
      signalPassFailure();
  }
};

} // namespace

} // namespace weft::graph
