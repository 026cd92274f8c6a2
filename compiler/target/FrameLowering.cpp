#include "compiler/target/FrameLowering.h"

#include "compiler/target/InstrInfo.h"
#include "compiler/target/Subtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/MC/MCDwarf.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace {

constexpr unsigned kStackPointer = Weft::X2;

const WeftInstrInfo& instrInfo(const MachineFunction& function) {
  return *function.getSubtarget<WeftSubtarget>().getInstrInfo();
}

// destination = source + amount. Nothing if that is no change.
void addConstant(MachineBasicBlock& block, MachineBasicBlock::iterator before, const DebugLoc& loc,
                 unsigned destination, unsigned source, int64_t amount, MachineInstr::MIFlag flag) {
  if (destination == source && amount == 0)
    return;
  BuildMI(block, before, loc, instrInfo(*block.getParent()).get(Weft::ADDI), destination)
      .addReg(source)
      .addImm(amount)
      .setMIFlag(flag);
}

void emitCfi(MachineBasicBlock& block, MachineBasicBlock::iterator before, const DebugLoc& loc,
             const MCCFIInstruction& instruction) {
  MachineFunction& function = *block.getParent();
  unsigned index = function.addFrameInst(instruction);
  BuildMI(block, before, loc, instrInfo(function).get(TargetOpcode::CFI_INSTRUCTION))
      .addCFIIndex(index)
      .setMIFlag(MachineInstr::FrameSetup);
}

bool isCalleeSavedSlot(const MachineFrameInfo& frame, int slot) {
  for (const CalleeSavedInfo& saved : frame.getCalleeSavedInfo())
    if (saved.getFrameIdx() == slot)
      return true;
  return false;
}

} // namespace

WeftFrameLowering::WeftFrameLowering()
    : TargetFrameLowering(StackGrowsDown, /*StackAl=*/Align(16), /*LAO=*/0, /*TransAl=*/Align(16)) {}

bool WeftFrameLowering::hasFP(const MachineFunction& function) const {
  const MachineFrameInfo& frame = function.getFrameInfo();
  return function.getTarget().Options.DisableFramePointerElim(function) || frame.hasVarSizedObjects() ||
         frame.isFrameAddressTaken() || function.getSubtarget().getRegisterInfo()->hasStackRealignment(function);
}

bool WeftFrameLowering::hasReservedCallFrame(const MachineFunction& function) const {
  return !function.getFrameInfo().hasVarSizedObjects();
}

void WeftFrameLowering::determineCalleeSaves(MachineFunction& function, BitVector& saved,
                                             RegScavenger* scavenger) const {
  TargetFrameLowering::determineCalleeSaves(function, saved, scavenger);
  if (hasFP(function)) {
    saved.set(Weft::X1);
    saved.set(WeftRegisterInfo::kFramePointer);
  }
  if (function.getSubtarget<WeftSubtarget>().getRegisterInfo()->hasBasePointer(function))
    saved.set(WeftRegisterInfo::kBasePointer);
}

void WeftFrameLowering::emitPrologue(MachineFunction& function, MachineBasicBlock& block) const {
  const WeftRegisterInfo& registers = *function.getSubtarget<WeftSubtarget>().getRegisterInfo();
  MachineFrameInfo& frame = function.getFrameInfo();
  MachineBasicBlock::iterator at = block.begin();
  DebugLoc loc; // none: the prologue ends at the first instruction with a location
  int64_t size = int64_t(frame.getStackSize());
  bool unwind = function.needsFrameMoves();

  addConstant(block, at, loc, kStackPointer, kStackPointer, -size, MachineInstr::FrameSetup);
  if (unwind && size != 0)
    emitCfi(block, at, loc, MCCFIInstruction::cfiDefCfaOffset(nullptr, size));

  // The saves are already there; step over them.
  for (size_t i = 0; i < frame.getCalleeSavedInfo().size(); ++i)
    ++at;
  if (unwind)
    for (const CalleeSavedInfo& saved : frame.getCalleeSavedInfo())
      emitCfi(block, at, loc,
              MCCFIInstruction::createOffset(nullptr, unsigned(registers.getDwarfRegNum(saved.getReg(), true)),
                                             frame.getObjectOffset(saved.getFrameIdx())));

  if (!hasFP(function))
    return;
  addConstant(block, at, loc, WeftRegisterInfo::kFramePointer, kStackPointer, size, MachineInstr::FrameSetup);
  if (unwind)
    emitCfi(block, at, loc,
            MCCFIInstruction::cfiDefCfa(nullptr,
                                        unsigned(registers.getDwarfRegNum(WeftRegisterInfo::kFramePointer, true)), 0));
  if (registers.hasStackRealignment(function))
    BuildMI(block, at, loc, instrInfo(function).get(Weft::ANDI), kStackPointer)
        .addReg(kStackPointer)
        .addImm(-int64_t(frame.getMaxAlign().value()))
        .setMIFlag(MachineInstr::FrameSetup);
  if (registers.hasBasePointer(function))
    addConstant(block, at, loc, WeftRegisterInfo::kBasePointer, kStackPointer, 0, MachineInstr::FrameSetup);
}

void WeftFrameLowering::emitEpilogue(MachineFunction& function, MachineBasicBlock& block) const {
  const WeftRegisterInfo& registers = *function.getSubtarget<WeftSubtarget>().getRegisterInfo();
  MachineFrameInfo& frame = function.getFrameInfo();
  MachineBasicBlock::iterator end = block.getFirstTerminator();
  DebugLoc loc = end != block.end() ? end->getDebugLoc() : DebugLoc();
  int64_t size = int64_t(frame.getStackSize());

  // Where sp is not known at compile time, the frame pointer restores it before the saved registers are read.
  if (registers.hasStackRealignment(function) || frame.hasVarSizedObjects()) {
    MachineBasicBlock::iterator restores = end;
    for (size_t i = 0; i < frame.getCalleeSavedInfo().size(); ++i)
      --restores;
    addConstant(block, restores, loc, kStackPointer, WeftRegisterInfo::kFramePointer, -size,
                MachineInstr::FrameDestroy);
  }
  addConstant(block, end, loc, kStackPointer, kStackPointer, size, MachineInstr::FrameDestroy);
}

StackOffset WeftFrameLowering::getFrameIndexReference(const MachineFunction& function, int slot, Register& base) const {
  const WeftRegisterInfo& registers = *function.getSubtarget<WeftSubtarget>().getRegisterInfo();
  const MachineFrameInfo& frame = function.getFrameInfo();
  int64_t fromEntry = frame.getObjectOffset(slot); // relative to sp at entry
  int64_t fromBottom = fromEntry + int64_t(frame.getStackSize());

  // Saved registers are written before the frame pointer is set and before sp is realigned.
  if (!hasFP(function) || isCalleeSavedSlot(frame, slot)) {
    base = kStackPointer;
    return StackOffset::getFixed(fromBottom);
  }
  if (registers.hasStackRealignment(function) && !frame.isFixedObjectIndex(slot)) {
    base = registers.hasBasePointer(function) ? WeftRegisterInfo::kBasePointer : kStackPointer;
    return StackOffset::getFixed(fromBottom);
  }
  base = WeftRegisterInfo::kFramePointer;
  return StackOffset::getFixed(fromEntry);
}

MachineBasicBlock::iterator WeftFrameLowering::eliminateCallFramePseudoInstr(MachineFunction& function,
                                                                             MachineBasicBlock& block,
                                                                             MachineBasicBlock::iterator inst) const {
  if (!hasReservedCallFrame(function)) {
    int64_t amount = int64_t(alignSPAdjust(int(inst->getOperand(0).getImm())));
    if (inst->getOpcode() == Weft::ADJCALLSTACKDOWN)
      amount = -amount;
    addConstant(block, inst, inst->getDebugLoc(), kStackPointer, kStackPointer, amount, MachineInstr::NoFlags);
  }
  return block.erase(inst);
}
