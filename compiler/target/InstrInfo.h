// What code generation must know about instructions: copies, spills, branches.
#pragma once

#include "compiler/target/RegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"

#define GET_INSTRINFO_HEADER
#include "WeftGenInstrInfo.inc"

namespace llvm {

class WeftInstrInfo : public WeftGenInstrInfo {
public:
  WeftInstrInfo();

  const WeftRegisterInfo& getRegisterInfo() const { return registers_; }

  void copyPhysReg(MachineBasicBlock& block, MachineBasicBlock::iterator before, const DebugLoc& loc,
                   MCRegister destination, MCRegister source, bool kill) const override;
  void storeRegToStackSlot(MachineBasicBlock& block, MachineBasicBlock::iterator before, Register source, bool kill,
                           int slot, const TargetRegisterClass* regClass, const TargetRegisterInfo* registers,
                           Register virtualReg) const override;
  void loadRegFromStackSlot(MachineBasicBlock& block, MachineBasicBlock::iterator before, Register destination,
                            int slot, const TargetRegisterClass* regClass, const TargetRegisterInfo* registers,
                            Register virtualReg) const override;
  Register isLoadFromStackSlot(const MachineInstr& inst, int& slot) const override;
  Register isStoreToStackSlot(const MachineInstr& inst, int& slot) const override;
  std::optional<DestSourcePair> isCopyInstrImpl(const MachineInstr& inst) const override;
  unsigned getInstSizeInBytes(const MachineInstr& inst) const override;

  // Branch conditions are {opcode, rs1, rs2}.
  bool analyzeBranch(MachineBasicBlock& block, MachineBasicBlock*& taken, MachineBasicBlock*& notTaken,
                     SmallVectorImpl<MachineOperand>& condition, bool mayModify) const override;
  unsigned removeBranch(MachineBasicBlock& block, int* bytes) const override;
  unsigned insertBranch(MachineBasicBlock& block, MachineBasicBlock* taken, MachineBasicBlock* notTaken,
                        ArrayRef<MachineOperand> condition, const DebugLoc& loc, int* bytes) const override;
  bool reverseBranchCondition(SmallVectorImpl<MachineOperand>& condition) const override;
  MachineBasicBlock* getBranchDestBlock(const MachineInstr& inst) const override;
  bool isBranchOffsetInRange(unsigned opcode, int64_t distance) const override;

private:
  WeftRegisterInfo registers_;
};

} // namespace llvm
