// Core dialect + scf + arith -> LLVM dialect -> LLVM IR -> object. Tensor instructions become calls of the target's
// builtins (`weft.<mnemonic>`), which instruction selection turns into single instructions.
#include "compiler/core/emitter_state.h"
#include "compiler/target/target.h"
#include "isa/support/error.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

namespace weft::core {

using namespace mlir;

namespace {

// Replaces each core operation by a call of its builtin, before the standard conversions run.
class BuiltinCalls {
public:
  explicit BuiltinCalls(ModuleOp module) : module_(module), builder_(module.getContext()) {}

  void run() {
    SmallVector<Operation*> operations;
    module_.walk([&](Operation* op) {
      if (isa<IssueOp, SetFieldOp, PresetOp, FenceOp>(op))
        operations.push_back(op);
    });
    for (Operation* op : operations) {
      builder_.setInsertionPoint(op);
      location_ = op->getLoc();
      if (auto issue = dyn_cast<IssueOp>(op))
        lower(issue);
      else if (auto set = dyn_cast<SetFieldOp>(op))
        lower(set);
      else if (auto preset = dyn_cast<PresetOp>(op))
        call("weft.preset", {constant(preset.getPattern())});
      else
        call("weft.fence", {constant(cast<FenceOp>(op).getEngines())});
      op->erase();
    }
  }

private:
  mlir::Value constant(int64_t value) {
    return builder_.create<LLVM::ConstantOp>(location_, builder_.getI32Type(),
                                             builder_.getI32IntegerAttr(static_cast<int32_t>(value)));
  }

  void lower(IssueOp issue) {
    SmallVector<mlir::Value> arguments(issue.getRegisters().begin(), issue.getRegisters().end());
    for (int32_t pattern : issue.getPatterns())
      arguments.push_back(constant(pattern));
    constexpr int32_t kNone = timing::SEMAPHORES; // the encoding of "no semaphore"
    for (ArrayRef<int32_t> list : {issue.getWaits(), issue.getSignals()})
      for (size_t i = 0; i < 2; ++i)
        arguments.push_back(constant(i < list.size() ? list[i] : kNone));
    call(("weft." + issue.getMnemonic()).str(), arguments);
  }

  void lower(SetFieldOp set) {
    llvm::APInt value;
    bool immediate = matchPattern(set.getValue(), m_ConstantInt(&value));
    call(immediate ? "weft.pseti" : "weft.pset", {constant(set.getPattern()), constant(set.getField()),
                                                  immediate ? constant(value.getSExtValue()) : set.getValue()});
  }

  void call(const std::string& builtin, ArrayRef<mlir::Value> arguments) {
    auto callee = module_.lookupSymbol<LLVM::LLVMFuncOp>(builtin);
    if (!callee) {
      OpBuilder::InsertionGuard guard(builder_);
      builder_.setInsertionPointToStart(module_.getBody());
      SmallVector<Type> types(arguments.size(), builder_.getI32Type());
      auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder_.getContext()), types);
      callee = builder_.create<LLVM::LLVMFuncOp>(location_, builtin, type);
    }
    builder_.create<LLVM::CallOp>(location_, callee, arguments);
  }

  ModuleOp module_;
  OpBuilder builder_;
  Location location_ = builder_.getUnknownLoc();
};

} // namespace

std::vector<uint8_t> Emitter::finish(const std::string& kind) {
  ModuleOp module = *state_->module;
  WEFT_CHECK(succeeded(verify(module)), "the emitted module does not verify");
  // Each group stays a function of its own: that is how an instruction leads back to its ONNX node.
  module.walk([&](func::FuncOp function) {
    function->setAttr("passthrough", state_->builder.getArrayAttr({state_->builder.getStringAttr("noinline")}));
  });
  PassManager simplify(&state_->context);
  simplify.addPass(createCanonicalizerPass());
  simplify.addPass(createCSEPass());
  simplify.addPass(createLoopInvariantCodeMotionPass());
  WEFT_CHECK(succeeded(simplify.run(module)), "simplification failed");
  BuiltinCalls(module).run();
  PassManager passes(&state_->context);
  passes.addPass(createConvertSCFToCFPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  WEFT_CHECK(succeeded(passes.run(module)), "lowering to LLVM IR failed");

  registerBuiltinDialectTranslation(state_->context);
  registerLLVMDialectTranslation(state_->context);
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule = translateModuleToLLVMIR(module, llvmContext, "weft");
  WEFT_CHECK(llvmModule != nullptr, "translation to LLVM IR failed");
  if (kind == "llvm") {
    std::string text;
    llvm::raw_string_ostream stream(text);
    llvmModule->print(stream, nullptr);
    return {text.begin(), text.end()};
  }
  initialiseWeftTarget();
  CodegenOptions options;
  options.assembly = kind == "asm";
  return compileToObject(*llvmModule, options);
}

} // namespace weft::core
