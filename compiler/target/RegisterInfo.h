// Scalar registers: which are reserved, which a call preserves, and how a stack slot becomes an address.
#pragma once

#include "compiler/target/MCTargetDesc.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"

#define GET_REGINFO_HEADER
#include "WeftGenRegisterInfo.inc"

namespace llvm {

class WeftRegisterInfo : public WeftGenRegisterInfo {
public:
  WeftRegisterInfo();

  // The frame pointer, and the base pointer of functions that both realign the stack and allocate on it.
  static constexpr unsigned kFramePointer = Weft::X8;
  static constexpr unsigned kBasePointer = Weft::X9;

  bool hasBasePointer(const MachineFunction& function) const;

  const MCPhysReg* getCalleeSavedRegs(const MachineFunction* function) const override;
  const uint32_t* getCallPreservedMask(const MachineFunction& function, CallingConv::ID convention) const override;
  BitVector getReservedRegs(const MachineFunction& function) const override;
  bool eliminateFrameIndex(MachineBasicBlock::iterator inst, int adjustment, unsigned operand,
                           RegScavenger* scavenger) const override;
  Register getFrameRegister(const MachineFunction& function) const override;
};

} // namespace llvm
