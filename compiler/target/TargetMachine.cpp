#include "compiler/target/TargetMachine.h"

#include "compiler/target/MachineFunctionInfo.h"
#include "compiler/target/TargetTransformInfo.h"
#include "compiler/target/target.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetLoweringObjectFileImpl.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Transforms/Scalar.h"

using namespace llvm;

namespace {

class WeftPassConfig : public TargetPassConfig {
public:
  WeftPassConfig(WeftTargetMachine& machine, PassManagerBase& passes) : TargetPassConfig(machine, passes) {}

  void addIRPasses() override {
    addPass(createLowerAtomicPass()); // a core has one thread: atomics are plain operations
    TargetPassConfig::addIRPasses();
  }
  bool addInstSelector() override {
    addPass(createWeftISelDag(getTM<WeftTargetMachine>(), getOptLevel()));
    return false;
  }
};

} // namespace

WeftTargetMachine::WeftTargetMachine(const Target& target, const Triple& triple, StringRef cpu, StringRef features,
                                     const TargetOptions& options, std::optional<Reloc::Model> /*relocation*/,
                                     std::optional<CodeModel::Model> code, CodeGenOptLevel level, bool /*jit*/)
    : LLVMTargetMachine(target, weft::kDataLayout, triple, cpu.empty() ? "generic" : cpu, features, options,
                        Reloc::Static, code.value_or(CodeModel::Small), level),
      objectFile_(std::make_unique<TargetLoweringObjectFileELF>()),
      subtarget_(triple, cpu.empty() ? "generic" : cpu, features, *this) {
  initAsmInfo();
}

TargetPassConfig* WeftTargetMachine::createPassConfig(PassManagerBase& passes) {
  return new WeftPassConfig(*this, passes);
}

TargetTransformInfo WeftTargetMachine::getTargetTransformInfo(const Function& function) const {
  return TargetTransformInfo(WeftTTIImpl(this, function));
}

MachineFunctionInfo* WeftTargetMachine::createMachineFunctionInfo(BumpPtrAllocator& allocator, const Function& function,
                                                                  const TargetSubtargetInfo* subtarget) const {
  return WeftMachineFunctionInfo::create<WeftMachineFunctionInfo>(allocator, function, subtarget);
}

namespace llvm {
AsmPrinter* createWeftAsmPrinter(TargetMachine& machine, std::unique_ptr<MCStreamer>&& streamer);
}

void llvm::registerWeftCodeGenerator() {
  Target& target = getTheWeftTarget();
  RegisterTargetMachine<WeftTargetMachine> machine(target);
  TargetRegistry::RegisterAsmPrinter(target, createWeftAsmPrinter);
}
