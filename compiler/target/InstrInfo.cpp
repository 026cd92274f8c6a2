#include "compiler/target/InstrInfo.h"

#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/Target/TargetMachine.h"

#define GET_INSTRINFO_CTOR_DTOR
#include "WeftGenInstrInfo.inc"

using namespace llvm;

namespace {

unsigned reversed(unsigned opcode) {
  switch (opcode) {
  case Weft::BEQ:
    return Weft::BNE;
  case Weft::BNE:
    return Weft::BEQ;
  case Weft::BLT:
    return Weft::BGE;
  case Weft::BGE:
    return Weft::BLT;
  case Weft::BLTU:
    return Weft::BGEU;
  case Weft::BGEU:
    return Weft::BLTU;
  default:
    llvm_unreachable("not a conditional branch");
  }
}

MachineMemOperand* slotOperand(MachineFunction& function, int slot, MachineMemOperand::Flags flags) {
  const MachineFrameInfo& frame = function.getFrameInfo();
  return function.getMachineMemOperand(MachinePointerInfo::getFixedStack(function, slot), flags,
                                       uint64_t(frame.getObjectSize(slot)), frame.getObjectAlign(slot));
}

constexpr int kBytes = 8;

} // namespace

WeftInstrInfo::WeftInstrInfo() : WeftGenInstrInfo(Weft::ADJCALLSTACKDOWN, Weft::ADJCALLSTACKUP) {}

void WeftInstrInfo::copyPhysReg(MachineBasicBlock& block, MachineBasicBlock::iterator before, const DebugLoc& loc,
                                MCRegister destination, MCRegister source, bool kill) const {
  BuildMI(block, before, loc, get(Weft::ADDI), destination).addReg(source, getKillRegState(kill)).addImm(0);
}

void WeftInstrInfo::storeRegToStackSlot(MachineBasicBlock& block, MachineBasicBlock::iterator before, Register source,
                                        bool kill, int slot, const TargetRegisterClass* /*regClass*/,
                                        const TargetRegisterInfo* /*registers*/, Register /*virtualReg*/) const {
  DebugLoc loc = before != block.end() ? before->getDebugLoc() : DebugLoc();
  BuildMI(block, before, loc, get(Weft::SW))
      .addReg(source, getKillRegState(kill))
      .addFrameIndex(slot)
      .addImm(0)
      .addMemOperand(slotOperand(*block.getParent(), slot, MachineMemOperand::MOStore));
}

void WeftInstrInfo::loadRegFromStackSlot(MachineBasicBlock& block, MachineBasicBlock::iterator before,
                                         Register destination, int slot, const TargetRegisterClass* /*regClass*/,
                                         const TargetRegisterInfo* /*registers*/, Register /*virtualReg*/) const {
  DebugLoc loc = before != block.end() ? before->getDebugLoc() : DebugLoc();
  BuildMI(block, before, loc, get(Weft::LW), destination)
      .addFrameIndex(slot)
      .addImm(0)
      .addMemOperand(slotOperand(*block.getParent(), slot, MachineMemOperand::MOLoad));
}

Register WeftInstrInfo::isLoadFromStackSlot(const MachineInstr& inst, int& slot) const {
  if (inst.getOpcode() != Weft::LW || !inst.getOperand(1).isFI() || !inst.getOperand(2).isImm() ||
      inst.getOperand(2).getImm() != 0)
    return 0;
  slot = inst.getOperand(1).getIndex();
  return inst.getOperand(0).getReg();
}

Register WeftInstrInfo::isStoreToStackSlot(const MachineInstr& inst, int& slot) const {
  if (inst.getOpcode() != Weft::SW || !inst.getOperand(1).isFI() || !inst.getOperand(2).isImm() ||
      inst.getOperand(2).getImm() != 0)
    return 0;
  slot = inst.getOperand(1).getIndex();
  return inst.getOperand(0).getReg();
}

std::optional<DestSourcePair> WeftInstrInfo::isCopyInstrImpl(const MachineInstr& inst) const {
  if (inst.getOpcode() == Weft::ADDI && inst.getOperand(1).isReg() && inst.getOperand(2).isImm() &&
      inst.getOperand(2).getImm() == 0)
    return DestSourcePair{inst.getOperand(0), inst.getOperand(1)};
  return std::nullopt;
}

unsigned WeftInstrInfo::getInstSizeInBytes(const MachineInstr& inst) const {
  if (inst.isInlineAsm()) {
    const MachineFunction& function = *inst.getMF();
    return getInlineAsmLength(inst.getOperand(0).getSymbolName(), *function.getTarget().getMCAsmInfo());
  }
  return inst.isMetaInstruction() ? 0 : get(inst.getOpcode()).getSize();
}

MachineBasicBlock* WeftInstrInfo::getBranchDestBlock(const MachineInstr& inst) const {
  return inst.getOperand(inst.getNumExplicitOperands() - 1).getMBB();
}

bool WeftInstrInfo::isBranchOffsetInRange(unsigned /*opcode*/, int64_t distance) const {
  return isInt<32>(distance);
}

bool WeftInstrInfo::analyzeBranch(MachineBasicBlock& block, MachineBasicBlock*& taken, MachineBasicBlock*& notTaken,
                                  SmallVectorImpl<MachineOperand>& condition, bool mayModify) const {
  taken = notTaken = nullptr;
  condition.clear();

  // Terminators from the last upwards; a jump or return makes those after it dead.
  SmallVector<MachineInstr*, 4> branches;
  for (MachineInstr& inst : block.terminators())
    if (!inst.isDebugInstr())
      branches.push_back(&inst);
  for (size_t i = 0; i < branches.size(); ++i) {
    bool stops = branches[i]->getDesc().isUnconditionalBranch() || branches[i]->getDesc().isIndirectBranch();
    if (stops && mayModify)
      while (branches.size() > i + 1)
        branches.pop_back_val()->eraseFromParent();
  }

  if (branches.empty())
    return false;
  if (branches.size() > 2)
    return true;
  MachineInstr& last = *branches.back();
  auto setCondition = [&](const MachineInstr& inst) {
    taken = getBranchDestBlock(inst);
    condition.push_back(MachineOperand::CreateImm(inst.getOpcode()));
    condition.push_back(inst.getOperand(0));
    condition.push_back(inst.getOperand(1));
  };
  if (branches.size() == 1) {
    if (last.getOpcode() == Weft::PseudoBranch) {
      taken = getBranchDestBlock(last);
      return false;
    }
    if (!last.getDesc().isConditionalBranch())
      return true;
    setCondition(last);
    return false;
  }
  if (!branches[0]->getDesc().isConditionalBranch() || last.getOpcode() != Weft::PseudoBranch)
    return true;
  setCondition(*branches[0]);
  notTaken = getBranchDestBlock(last);
  return false;
}

unsigned WeftInstrInfo::removeBranch(MachineBasicBlock& block, int* bytes) const {
  unsigned count = 0;
  while (count < 2) {
    MachineBasicBlock::iterator last = block.getLastNonDebugInstr();
    if (last == block.end() || (last->getOpcode() != Weft::PseudoBranch && !last->getDesc().isConditionalBranch()))
      break;
    last->eraseFromParent();
    ++count;
  }
  if (bytes)
    *bytes = int(count) * kBytes;
  return count;
}

unsigned WeftInstrInfo::insertBranch(MachineBasicBlock& block, MachineBasicBlock* taken, MachineBasicBlock* notTaken,
                                     ArrayRef<MachineOperand> condition, const DebugLoc& loc, int* bytes) const {
  unsigned count = 1;
  if (condition.empty()) {
    BuildMI(&block, loc, get(Weft::PseudoBranch)).addMBB(taken);
  } else {
    BuildMI(&block, loc, get(unsigned(condition[0].getImm()))).add(condition[1]).add(condition[2]).addMBB(taken);
    if (notTaken) {
      BuildMI(&block, loc, get(Weft::PseudoBranch)).addMBB(notTaken);
      ++count;
    }
  }
  if (bytes)
    *bytes = int(count) * kBytes;
  return count;
}

bool WeftInstrInfo::reverseBranchCondition(SmallVectorImpl<MachineOperand>& condition) const {
  condition[0].setImm(reversed(unsigned(condition[0].getImm())));
  return false;
}
