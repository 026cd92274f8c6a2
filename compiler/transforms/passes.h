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

// Adds the passes that turn a freshly imported network into an integer network as far as its quantisation allows.
void importPipeline(mlir::OpPassManager& manager);

} // namespace weft::graph
