// Costs that LLVM's IR passes ask for. Most come from the lowering (addressing modes, legal types); there are no
// vectors.
#pragma once

#include "compiler/target/TargetMachine.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/CodeGen/BasicTTIImpl.h"

namespace llvm {

class WeftTTIImpl : public BasicTTIImplBase<WeftTTIImpl> {
  using Base = BasicTTIImplBase<WeftTTIImpl>;
  friend Base;

  const WeftSubtarget* subtarget_;

  const WeftSubtarget* getST() const { return subtarget_; }
  const WeftTargetLowering* getTLI() const { return subtarget_->getTargetLowering(); }

public:
  WeftTTIImpl(const WeftTargetMachine* machine, const Function& function)
      : Base(machine, function.getDataLayout()), subtarget_(machine->getSubtargetImpl(function)) {}

  unsigned getNumberOfRegisters(unsigned registerClass) const { return registerClass == 0 ? 27 : 0; }
  TypeSize getRegisterBitWidth(TargetTransformInfo::RegisterKind kind) const {
    return TypeSize::getFixed(kind == TargetTransformInfo::RGK_Scalar ? 32 : 0);
  }
  // Every immediate has 32 bits: a constant operand costs nothing, wherever it is used.
  InstructionCost getIntImmCost(const APInt& value, Type* /*type*/, TargetTransformInfo::TargetCostKind /*kind*/) {
    return value.getBitWidth() <= 32 ? TargetTransformInfo::TCC_Free : TargetTransformInfo::TCC_Basic;
  }
};

} // namespace llvm
