// Stack frames. The stack grows down; sp is 16-byte aligned. Frame, from high to low addresses: arguments on the stack
// and saved variadic registers (fixed objects), saved registers, locals and spills, outgoing arguments.
#pragma once

#include "llvm/CodeGen/TargetFrameLowering.h"

namespace llvm {

class WeftFrameLowering : public TargetFrameLowering {
public:
  WeftFrameLowering();

  void emitPrologue(MachineFunction& function, MachineBasicBlock& block) const override;
  void emitEpilogue(MachineFunction& function, MachineBasicBlock& block) const override;
  bool hasFP(const MachineFunction& function) const override;
  bool hasReservedCallFrame(const MachineFunction& function) const override;
  StackOffset getFrameIndexReference(const MachineFunction& function, int slot, Register& base) const override;
  void determineCalleeSaves(MachineFunction& function, BitVector& saved, RegScavenger* scavenger) const override;
  MachineBasicBlock::iterator eliminateCallFramePseudoInstr(MachineFunction& function, MachineBasicBlock& block,
                                                            MachineBasicBlock::iterator inst) const override;
};

} // namespace llvm
