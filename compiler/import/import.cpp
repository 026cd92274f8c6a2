#include "compiler/import/import.h"

#include "compiler/export/export.h"
#include "compiler/import/importer.h"
#include "compiler/transforms/passes.h"

#include "isa/support/error.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

namespace weft {

using namespace mlir;

namespace {

std::string textOf(Operation* op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  OpPrintingFlags flags;
  flags.enableDebugInfo(true, true).elideLargeElementsAttrs(16);
  op->print(stream, flags);
  return text;
}

// Hands the module's text to a callback after every pass.
struct DumpAfterPasses : PassInstrumentation {
  explicit DumpAfterPasses(const GraphDump& receiver) : dump(receiver) {}
  void runAfterPass(Pass* pass, Operation* op) override {
    if (!pass->getArgument().empty())
      dump(std::string_view(pass->getArgument()), textOf(op));
  }
  const GraphDump& dump;
};

} // namespace

net::Network importOnnx(SharedBytes bytes, const ImportOptions& options, const GraphDump& dump) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<graph::GraphDialect, func::FuncDialect>();
  OwningOpRef<ModuleOp> module;
  {
    onnx::ModelProto model = onnx_import::parseModel(std::exchange(bytes, {}));
    module = onnx_import::GraphImporter(context, model, options).run();
  }
  if (dump)
    dump("import", textOf(*module));
  onnx_import::Diagnostics diagnostics(context);
  PassManager manager(&context);
  if (dump)
    manager.addInstrumentation(std::make_unique<DumpAfterPasses>(dump));
  graph::importPipeline(manager);
  if (failed(manager.run(*module)))
    throw Error("optimising the network failed: " + diagnostics.take());
  return graph::exportNetwork(*module);
}

std::vector<std::string> importableOperators() {
  return onnx_import::importableNames();
}

} // namespace weft
