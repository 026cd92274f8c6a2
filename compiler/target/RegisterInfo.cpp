#include "compiler/target/RegisterInfo.h"

#include "compiler/target/FrameLowering.h"
#include "compiler/target/Subtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"

#define GET_REGINFO_TARGET_DESC
#include "WeftGenRegisterInfo.inc"

using namespace llvm;

WeftRegisterInfo::WeftRegisterInfo() : WeftGenRegisterInfo(Weft::X1) {}

bool WeftRegisterInfo::hasBasePointer(const MachineFunction& function) const {
  return function.getFrameInfo().hasVarSizedObjects() && hasStackRealignment(function);
}

const MCPhysReg* WeftRegisterInfo::getCalleeSavedRegs(const MachineFunction* /*function*/) const {
  return CSR_Weft_SaveList;
}

const uint32_t* WeftRegisterInfo::getCallPreservedMask(const MachineFunction& /*function*/,
                                                       CallingConv::ID /*convention*/) const {
  return CSR_Weft_RegMask;
}

BitVector WeftRegisterInfo::getReservedRegs(const MachineFunction& function) const {
  BitVector reserved(getNumRegs());
  for (MCPhysReg reg : {Weft::X0, Weft::X2, Weft::X3, Weft::X4})
    reserved.set(reg);
  const auto* frame = function.getSubtarget().getFrameLowering();
  if (frame->hasFP(function))
    reserved.set(kFramePointer);
  if (hasBasePointer(function))
    reserved.set(kBasePointer);
  return reserved;
}

bool WeftRegisterInfo::eliminateFrameIndex(MachineBasicBlock::iterator inst, int /*adjustment*/, unsigned operand,
                                           RegScavenger* /*scavenger*/) const {
  MachineFunction& function = *inst->getMF();
  Register base;
  StackOffset offset = function.getSubtarget().getFrameLowering()->getFrameIndexReference(
      function, inst->getOperand(operand).getIndex(), base);
  inst->getOperand(operand).ChangeToRegister(base, /*isDef=*/false);
  // The displacement follows the base register in every instruction, and holds any distance.
  MachineOperand& displacement = inst->getOperand(operand + 1);
  displacement.setImm(int32_t(uint32_t(displacement.getImm() + offset.getFixed())));
  return false;
}

Register WeftRegisterInfo::getFrameRegister(const MachineFunction& function) const {
  return function.getSubtarget().getFrameLowering()->hasFP(function) ? kFramePointer : unsigned(Weft::X2);
}
