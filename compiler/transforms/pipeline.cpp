#include "compiler/transforms/passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

namespace weft::graph {

mlir::LogicalResult applyPatterns(mlir::Operation* op, mlir::RewritePatternSet patterns, llvm::StringRef pass) {
  if (mlir::succeeded(mlir::applyPatternsAndFoldGreedily(op, std::move(patterns))))
    return mlir::success();
  return mlir::emitError(op->getLoc()) << "the patterns of " << pass << " go on without end";
}

void importPipeline(mlir::OpPassManager& manager) {
  mlir::OpPassManager& functions = manager.nest<mlir::func::FuncOp>();
  const auto tidy = [&] {
    functions.addPass(mlir::createCanonicalizerPass());
    functions.addPass(mlir::createCSEPass()); // also removes dead operations
  };
  tidy();
  functions.addPass(createFoldAffine());
  functions.addPass(createMoveDequantize());
  tidy();
  functions.addPass(createQdqToInteger());
  functions.addPass(createUnaryToLut());
  functions.addPass(createExplainFloat());
  functions.addPass(createFoldPad());
  functions.addPass(createFoldClamp());
  functions.addPass(createFoldQuantizedConstants());
  tidy();
}

} // namespace weft::graph
