// The passes on the graph dialect (Passes.td) and the pipeline that the importer runs.
#pragma once

#include "compiler/dialect/graph.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace weft::graph {

#define GEN_PASS_DECL
#include "compiler/transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "compiler/transforms/Passes.h.inc"

// Text attributes that the passes leave on operations and that travel with the network's nodes.
// On a float operator between quantised tensors, which is the host's: why it has no integer form, as a clause about the
// node ("its weights are not quantised constants").
using net::kWhyHostAttribute;
// On an integer operator: why single results may be one code away from ONNX Runtime's.
using net::kRoundingAttribute;

// Applies the patterns until none matches any more. Emits an error that names `pass` if that does not end.
mlir::LogicalResult applyPatterns(mlir::Operation* op, mlir::RewritePatternSet patterns, llvm::StringRef pass);

// Adds the passes that turn a freshly imported network into an integer network as far as its quantisation allows.
void importPipeline(mlir::OpPassManager& manager);

} // namespace weft::graph
