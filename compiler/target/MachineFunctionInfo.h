#pragma once

#include "llvm/CodeGen/MachineFunction.h"

namespace llvm {

// What code generation remembers about a function.
struct WeftMachineFunctionInfo : public MachineFunctionInfo {
  WeftMachineFunctionInfo(const Function& /*function*/, const TargetSubtargetInfo* /*subtarget*/) {}

  MachineFunctionInfo* clone(BumpPtrAllocator& /*allocator*/, MachineFunction& target,
                             const DenseMap<MachineBasicBlock*, MachineBasicBlock*>& /*blocks*/) const override {
    return target.cloneInfo<WeftMachineFunctionInfo>(*this);
  }

  int variadicSlot = 0;       // frame index of the first variadic argument
  unsigned argumentBytes = 0; // stack bytes of incoming arguments
};

} // namespace llvm
