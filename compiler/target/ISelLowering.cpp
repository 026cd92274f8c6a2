#include "compiler/target/ISelLowering.h"

#include "compiler/target/MachineFunctionInfo.h"
#include "compiler/target/Subtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineJumpTableInfo.h"
#include "llvm/CodeGen/TargetLoweringObjectFileImpl.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;

WeftTargetLowering::WeftTargetLowering(const TargetMachine& machine, const WeftSubtarget& subtarget)
    : TargetLowering(machine), subtarget_(subtarget) {
  addRegisterClass(MVT::i32, &Weft::GPRRegClass);
  computeRegisterProperties(subtarget.getRegisterInfo());
  setStackPointerRegisterToSaveRestore(Weft::X2);
  setBooleanContents(ZeroOrOneBooleanContent);
  setMinFunctionAlignment(Align(8));
  setPrefFunctionAlignment(Align(8));
  setMinimumJumpTableEntries(5);
  setSchedulingPreference(Sched::RegPressure);

  auto custom = [&](std::initializer_list<unsigned> operations) {
    for (unsigned operation : operations)
      setOperationAction(operation, MVT::i32, Custom);
  };
  auto expand = [&](std::initializer_list<unsigned> operations, MVT type = MVT::i32) {
    for (unsigned operation : operations)
      setOperationAction(operation, type, Expand);
  };
  custom({ISD::GlobalAddress, ISD::BlockAddress, ISD::ConstantPool, ISD::JumpTable, ISD::SELECT_CC, ISD::FRAMEADDR,
          ISD::RETURNADDR});
  setOperationAction(ISD::VASTART, MVT::Other, Custom);
  expand({ISD::VAARG, ISD::VACOPY, ISD::VAEND, ISD::STACKSAVE, ISD::STACKRESTORE, ISD::BR_JT}, MVT::Other);
  expand({ISD::BR_CC, ISD::SELECT, ISD::DYNAMIC_STACKALLOC});
  expand({ISD::SDIVREM,
          ISD::UDIVREM,
          ISD::SMUL_LOHI,
          ISD::UMUL_LOHI,
          ISD::SHL_PARTS,
          ISD::SRL_PARTS,
          ISD::SRA_PARTS,
          ISD::ROTL,
          ISD::ROTR,
          ISD::CTPOP,
          ISD::CTLZ,
          ISD::CTTZ,
          ISD::CTLZ_ZERO_UNDEF,
          ISD::CTTZ_ZERO_UNDEF,
          ISD::BSWAP,
          ISD::BITREVERSE,
          ISD::ABS,
          ISD::SMIN,
          ISD::SMAX,
          ISD::UMIN,
          ISD::UMAX});
  for (MVT type : {MVT::i1, MVT::i8, MVT::i16})
    expand({ISD::SIGN_EXTEND_INREG}, type);
  for (unsigned extension : {ISD::EXTLOAD, ISD::SEXTLOAD, ISD::ZEXTLOAD})
    setLoadExtAction(extension, MVT::i32, MVT::i1, Promote);
  setOperationAction(ISD::TRAP, MVT::Other, Legal);
}

const char* WeftTargetLowering::getTargetNodeName(unsigned opcode) const {
  switch (opcode) {
  case WeftISD::CALL:
    return "WeftISD::CALL";
  case WeftISD::TAIL:
    return "WeftISD::TAIL";
  case WeftISD::RETURN:
    return "WeftISD::RETURN";
  case WeftISD::SELECT_CC:
    return "WeftISD::SELECT_CC";
  case WeftISD::ADDRESS:
    return "WeftISD::ADDRESS";
  default:
    return nullptr;
  }
}

EVT WeftTargetLowering::getSetCCResultType(const DataLayout& /*layout*/, LLVMContext& /*context*/, EVT type) const {
  return type.isVector() ? type.changeVectorElementTypeToInteger() : EVT(MVT::i32);
}

bool WeftTargetLowering::isLegalAddressingMode(const DataLayout& /*layout*/, const AddrMode& mode, Type* /*type*/,
                                               unsigned /*space*/, Instruction* /*inst*/) const {
  // One register plus 32 bits, which may be a symbol's address plus an addend.
  if (mode.ScalableOffset != 0 || !isInt<32>(mode.BaseOffs))
    return false;
  return mode.Scale == 0 || (mode.Scale == 1 && !mode.HasBaseReg);
}

bool WeftTargetLowering::isTruncateFree(Type* from, Type* to) const {
  return from->isIntegerTy() && to->isIntegerTy() && from->getPrimitiveSizeInBits() > to->getPrimitiveSizeInBits();
}

bool WeftTargetLowering::isTruncateFree(EVT from, EVT to) const {
  return from.isScalarInteger() && to.isScalarInteger() && from.getSizeInBits() > to.getSizeInBits();
}

bool WeftTargetLowering::isZExtFree(SDValue value, EVT to) const {
  if (auto* load = dyn_cast<LoadSDNode>(value)) {
    EVT memory = load->getMemoryVT();
    if ((memory == MVT::i8 || memory == MVT::i16) && load->getExtensionType() != ISD::SEXTLOAD)
      return true;
  }
  return TargetLowering::isZExtFree(value, to);
}

Register WeftTargetLowering::getRegisterByName(const char* name, LLT /*type*/,
                                               const MachineFunction& /*function*/) const {
  StringRef text = name;
  if (text == "sp" || text == "x2")
    return Weft::X2;
  if (text == "gp" || text == "x3")
    return Weft::X3;
  if (text == "tp" || text == "x4")
    return Weft::X4;
  report_fatal_error("invalid register name \"" + Twine(text) + "\": only sp, gp and tp can be named", false);
}

std::pair<unsigned, const TargetRegisterClass*>
WeftTargetLowering::getRegForInlineAsmConstraint(const TargetRegisterInfo* registers, StringRef constraint,
                                                 MVT type) const {
  if (constraint == "r")
    return {0u, &Weft::GPRRegClass};
  return TargetLowering::getRegForInlineAsmConstraint(registers, constraint, type);
}

namespace {

SDValue addressNode(SDValue target, const SDLoc& loc, SelectionDAG& dag) {
  return dag.getNode(WeftISD::ADDRESS, loc, MVT::i32, target);
}

} // namespace

SDValue WeftTargetLowering::LowerOperation(SDValue operation, SelectionDAG& dag) const {
  SDLoc loc(operation);
  switch (operation.getOpcode()) {
  case ISD::GlobalAddress: {
    auto* node = cast<GlobalAddressSDNode>(operation);
    return addressNode(dag.getTargetGlobalAddress(node->getGlobal(), loc, MVT::i32, node->getOffset()), loc, dag);
  }
  case ISD::BlockAddress: {
    auto* node = cast<BlockAddressSDNode>(operation);
    return addressNode(dag.getTargetBlockAddress(node->getBlockAddress(), MVT::i32, node->getOffset()), loc, dag);
  }
  case ISD::ConstantPool: {
    auto* node = cast<ConstantPoolSDNode>(operation);
    return addressNode(dag.getTargetConstantPool(node->getConstVal(), MVT::i32, node->getAlign(), node->getOffset()),
                       loc, dag);
  }
  case ISD::JumpTable:
    return addressNode(dag.getTargetJumpTable(cast<JumpTableSDNode>(operation)->getIndex(), MVT::i32), loc, dag);
  case ISD::SELECT_CC:
    return lowerSelect(operation, dag);
  case ISD::VASTART:
    return lowerVaStart(operation, dag);
  case ISD::FRAMEADDR:
    return lowerFrameAddress(operation, dag);
  case ISD::RETURNADDR:
    return lowerReturnAddress(operation, dag);
  default:
    llvm_unreachable("operation is not custom");
  }
}

SDValue WeftTargetLowering::lowerSelect(SDValue operation, SelectionDAG& dag) const {
  SDLoc loc(operation);
  SDValue lhs = operation.getOperand(0);
  SDValue rhs = operation.getOperand(1);
  unsigned opcode = 0;
  bool swap = false;
  switch (cast<CondCodeSDNode>(operation.getOperand(4))->get()) {
  case ISD::SETEQ:
    opcode = Weft::BEQ;
    break;
  case ISD::SETNE:
    opcode = Weft::BNE;
    break;
  case ISD::SETGT:
    swap = true;
    [[fallthrough]];
  case ISD::SETLT:
    opcode = Weft::BLT;
    break;
  case ISD::SETLE:
    swap = true;
    [[fallthrough]];
  case ISD::SETGE:
    opcode = Weft::BGE;
    break;
  case ISD::SETUGT:
    swap = true;
    [[fallthrough]];
  case ISD::SETULT:
    opcode = Weft::BLTU;
    break;
  case ISD::SETULE:
    swap = true;
    [[fallthrough]];
  case ISD::SETUGE:
    opcode = Weft::BGEU;
    break;
  default:
    llvm_unreachable("not an integer comparison");
  }
  if (swap)
    std::swap(lhs, rhs);
  return dag.getNode(
      WeftISD::SELECT_CC, loc, operation.getValueType(),
      {lhs, rhs, dag.getTargetConstant(opcode, loc, MVT::i32), operation.getOperand(2), operation.getOperand(3)});
}

SDValue WeftTargetLowering::lowerVaStart(SDValue operation, SelectionDAG& dag) const {
  SDLoc loc(operation);
  auto* info = dag.getMachineFunction().getInfo<WeftMachineFunctionInfo>();
  SDValue first = dag.getFrameIndex(info->variadicSlot, MVT::i32);
  const Value* list = cast<SrcValueSDNode>(operation.getOperand(2))->getValue();
  return dag.getStore(operation.getOperand(0), loc, first, operation.getOperand(1), MachinePointerInfo(list));
}

SDValue WeftTargetLowering::lowerFrameAddress(SDValue operation, SelectionDAG& dag) const {
  MachineFunction& function = dag.getMachineFunction();
  function.getFrameInfo().setFrameAddressIsTaken(true);
  if (operation.getConstantOperandVal(0) != 0)
    return dag.getConstant(0, SDLoc(operation), MVT::i32); // callers' frames are not linked
  return dag.getCopyFromReg(dag.getEntryNode(), SDLoc(operation), WeftRegisterInfo::kFramePointer, MVT::i32);
}

SDValue WeftTargetLowering::lowerReturnAddress(SDValue operation, SelectionDAG& dag) const {
  MachineFunction& function = dag.getMachineFunction();
  function.getFrameInfo().setReturnAddressIsTaken(true);
  if (operation.getConstantOperandVal(0) != 0)
    return dag.getConstant(0, SDLoc(operation), MVT::i32);
  Register reg = function.addLiveIn(Weft::X1, &Weft::GPRRegClass);
  return dag.getCopyFromReg(dag.getEntryNode(), SDLoc(operation), reg, MVT::i32);
}

// block: branch to `join` if the condition holds; otherwise `other` falls through to `join`.
MachineBasicBlock* WeftTargetLowering::EmitInstrWithCustomInserter(MachineInstr& inst, MachineBasicBlock* block) const {
  if (inst.getOpcode() != Weft::PseudoSelect)
    llvm_unreachable("instruction has no custom inserter");
  const WeftInstrInfo& instructions = *subtarget_.getInstrInfo();
  MachineFunction* function = block->getParent();
  MachineFunction::iterator next = std::next(block->getIterator());
  MachineBasicBlock* other = function->CreateMachineBasicBlock(block->getBasicBlock());
  MachineBasicBlock* join = function->CreateMachineBasicBlock(block->getBasicBlock());
  function->insert(next, other);
  function->insert(next, join);
  join->splice(join->begin(), block, std::next(MachineBasicBlock::iterator(inst)), block->end());
  join->transferSuccessorsAndUpdatePHIs(block);
  block->addSuccessor(other);
  block->addSuccessor(join);
  other->addSuccessor(join);

  const DebugLoc& loc = inst.getDebugLoc();
  BuildMI(block, loc, instructions.get(unsigned(inst.getOperand(3).getImm())))
      .addReg(inst.getOperand(1).getReg())
      .addReg(inst.getOperand(2).getReg())
      .addMBB(join);
  BuildMI(*join, join->begin(), loc, instructions.get(TargetOpcode::PHI), inst.getOperand(0).getReg())
      .addReg(inst.getOperand(4).getReg())
      .addMBB(block)
      .addReg(inst.getOperand(5).getReg())
      .addMBB(other);
  inst.eraseFromParent();
  return join;
}
