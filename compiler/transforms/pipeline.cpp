#include "compiler/transforms/passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace weft::graph {

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
  functions.addPass(createFoldPad());
  functions.addPass(createFoldClamp());
  functions.addPass(createFoldQuantizedConstants());
  tidy();
}

} // namespace weft::graph
