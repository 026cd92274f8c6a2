// The graph dialect (Graph.td): C++ side.
#pragma once

#include "isa/program/network_ops.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace weft::graph {

// Discardable attribute of function arguments and results: the name of the network's input or output.
inline constexpr const char* kNameAttribute = "weft_graph.name";

// Tensors of more elements than this are refused: every later stage counts bytes in 32 bits.
inline constexpr int64_t kMaxElements = int64_t(1) << 31;

// The verifier of TypeInference: the declared result type is the inferred one.
mlir::LogicalResult verifyInferredType(mlir::Operation* op);

// The result type that follows from operands and attributes, or an error emitted at `op` (infer.cpp).
mlir::FailureOr<mlir::RankedTensorType> inferResultType(mlir::Operation* op);

// The operator that `op` is, and is exported as; null for constant, none and operations of other dialects.
const net::OperatorInfo* operatorOf(mlir::Operation* op);
// Its name; empty where there is none.
llvm::StringRef onnxName(mlir::Operation* op);

} // namespace weft::graph

#include "compiler/dialect/GraphDialect.h.inc"
#include "compiler/dialect/GraphInterfaces.h.inc"
#define GET_OP_CLASSES
#include "compiler/dialect/Graph.h.inc"
