// What stays in float between quantised tensors runs on the host. Each such operator gets the reason, so that messages
// and reports can name it.
#include "compiler/transforms/integer_form.h"
#include "compiler/transforms/passes.h"

#include <fmt/format.h>

namespace weft::graph {

#define GEN_PASS_DEF_EXPLAINFLOAT
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

bool isFloat(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType());
}

std::string described(Operation* op) {
  return fmt::format("'{}' ({})", nodeName(op), operatorName(op));
}

// Why an operator that no QuantizeLinear follows is in float: by what takes its result, else by what gives its input.
std::string floatNeighbour(Operation* op) {
  for (Operation* user : op->getUsers())
    if (!isa<QuantizeOp>(user))
      return operatorName(user).empty()
                 ? "its result is an output of the network in float"
                 : fmt::format("its result goes to {} without a QuantizeLinear in between", described(user));
  for (Value operand : op->getOperands())
    if (Operation* producer = operand.getDefiningOp(); producer && !isa<DequantizeOp, ConstantOp, NoneOp>(producer))
      return fmt::format("its input comes from {} without a QuantizeLinear in between", described(producer));
  return "the accelerator has no integer form of it";
}

struct ExplainFloat : impl::ExplainFloatBase<ExplainFloat> {
  void runOnOperation() override {
    // The reason of the operator before each QuantizeLinear first, then that of those which none follows.
    llvm::DenseMap<Operation*, std::string> reasons;
    bool quantized = false;
    getOperation().walk([&](DequantizeOp) { quantized = true; });
    getOperation().walk([&](QuantizeOp root) {
      quantized = true;
      Operation* op = quantizedOperator(root);
      if (!op || isa<DequantizeOp>(op))
        return;
      std::string& why = reasons[op];
      if (why.empty())
        why = integerForm(root).why;
    });
    if (!quantized)
      return;
    getOperation().walk([&](Operation* op) {
      if (!operatorOf(op) || isa<QuantizeOp, DequantizeOp>(op) || !isFloat(op->getResult(0)))
        return;
      const std::string& known = reasons[op];
      op->setAttr(kWhyHostAttribute, StringAttr::get(&getContext(), known.empty() ? floatNeighbour(op) : known));
    });
  }
};

} // namespace

} // namespace weft::graph
