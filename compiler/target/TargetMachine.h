#pragma once

#include "compiler/target/Subtarget.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace llvm {

class WeftTargetMachine : public LLVMTargetMachine {
public:
  WeftTargetMachine(const Target& target, const Triple& triple, StringRef cpu, StringRef features,
                    const TargetOptions& options, std::optional<Reloc::Model> relocation,
                    std::optional<CodeModel::Model> code, CodeGenOptLevel level, bool jit);

  const WeftSubtarget* getSubtargetImpl(const Function& /*function*/) const override { return &subtarget_; }
  TargetPassConfig* createPassConfig(PassManagerBase& passes) override;
  TargetTransformInfo getTargetTransformInfo(const Function& function) const override;
  TargetLoweringObjectFile* getObjFileLowering() const override { return objectFile_.get(); }
  MachineFunctionInfo* createMachineFunctionInfo(BumpPtrAllocator& allocator, const Function& function,
                                                 const TargetSubtargetInfo* subtarget) const override;

private:
  std::unique_ptr<TargetLoweringObjectFile> objectFile_;
  WeftSubtarget subtarget_;
};

FunctionPass* createWeftISelDag(WeftTargetMachine& machine, CodeGenOptLevel level);

} // namespace llvm
