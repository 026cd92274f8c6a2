#include "compiler/dialect/graph.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringMap.h"

#include "compiler/dialect/GraphDialect.cpp.inc"
#include "compiler/dialect/GraphInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "compiler/dialect/Graph.cpp.inc"

namespace weft::graph {

using namespace mlir;

void GraphDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/dialect/Graph.cpp.inc"
      >();
}

Operation* GraphDialect::materializeConstant(OpBuilder& builder, Attribute value, Type type, Location location) {
  auto elements = dyn_cast<DenseElementsAttr>(value);
  return elements && elements.getType() == type ? builder.create<ConstantOp>(location, type, elements) : nullptr;
}

const net::OperatorInfo* operatorOf(Operation* op) {
  static const llvm::StringMap<const net::OperatorInfo*> operators = [] {
    llvm::StringMap<const net::OperatorInfo*> byName;
    for (const net::OperatorInfo& info : net::kNetworkOperators)
      if (!info.mnemonic.empty())
        byName[(GraphDialect::getDialectNamespace() + "." + StringRef(info.mnemonic)).str()] = &info;
    return byName;
  }();
  return operators.lookup(op->getName().getStringRef());
}

StringRef onnxName(Operation* op) {
  const net::OperatorInfo* info = operatorOf(op);
  return info ? StringRef(info->name) : StringRef();
}

LogicalResult verifyInferredType(Operation* op) {
  FailureOr<RankedTensorType> inferred = cast<TypeInference>(op).inferType();
  if (failed(inferred))
    return failure();
  if (*inferred != op->getResult(0).getType())
    return op->emitOpError() << "result type must be " << *inferred << ", as operands and attributes imply, but is "
                             << op->getResult(0).getType();
  return success();
}

LogicalResult ConstantOp::verify() {
  if (!isa<DenseElementsAttr>(getValue()))
    return emitOpError("value must be a dense elements attribute");
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) {
  return getValue();
}

} // namespace weft::graph
