// weft-opt: runs passes on the graph dialect's text form, as mlir-opt does. A tool for the compiler's own tests.
#include "compiler/transforms/passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char** argv) {
  mlir::DialectRegistry registry;
  registry.insert<weft::graph::GraphDialect, mlir::func::FuncDialect>();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  weft::graph::registerWeftGraphPasses();
  mlir::PassPipelineRegistration<> pipeline("weft-import-pipeline", "the passes that the importer runs",
                                            weft::graph::importPipeline);
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Weft graph compiler passes\n", registry));
}
