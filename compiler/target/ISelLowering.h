// How LLVM's operations become ours: what is legal, calls, and the builtins.
#pragma once

#include "llvm/CodeGen/SelectionDAG.h"
#include "llvm/CodeGen/TargetLowering.h"

namespace llvm {

class CCState;
class WeftSubtarget;

namespace WeftISD {
enum NodeType : unsigned {
  FIRST_NUMBER = ISD::BUILTIN_OP_END,
  CALL,      // chain, callee, argument registers, register mask
  TAIL,      // the same as a jump
  RETURN,    // chain, result registers
  SELECT_CC, // lhs, rhs, branch opcode, value if it branches, value if not
  ADDRESS,   // the address of a symbol
};
} // namespace WeftISD

class WeftTargetLowering : public TargetLowering {
public:
  WeftTargetLowering(const TargetMachine& machine, const WeftSubtarget& subtarget);

  const char* getTargetNodeName(unsigned opcode) const override;
  EVT getSetCCResultType(const DataLayout& layout, LLVMContext& context, EVT type) const override;
  SDValue LowerOperation(SDValue operation, SelectionDAG& dag) const override;
  MachineBasicBlock* EmitInstrWithCustomInserter(MachineInstr& inst, MachineBasicBlock* block) const override;

  bool isLegalAddressingMode(const DataLayout& layout, const AddrMode& mode, Type* type, unsigned space,
                             Instruction* inst) const override;
  bool isLegalICmpImmediate(int64_t value) const override { return value == 0; }
  bool isLegalAddImmediate(int64_t /*value*/) const override { return true; }
  bool isTruncateFree(Type* from, Type* to) const override;
  bool isTruncateFree(EVT from, EVT to) const override;
  bool isZExtFree(SDValue value, EVT to) const override;
  bool isOffsetFoldingLegal(const GlobalAddressSDNode* /*address*/) const override { return true; }
  bool shouldConvertConstantLoadToIntImm(const APInt& /*value*/, Type* /*type*/) const override { return true; }
  Register getRegisterByName(const char* name, LLT type, const MachineFunction& function) const override;
  std::pair<unsigned, const TargetRegisterClass*>
  getRegForInlineAsmConstraint(const TargetRegisterInfo* registers, StringRef constraint, MVT type) const override;

  SDValue LowerFormalArguments(SDValue chain, CallingConv::ID convention, bool variadic,
                               const SmallVectorImpl<ISD::InputArg>& inputs, const SDLoc& loc, SelectionDAG& dag,
                               SmallVectorImpl<SDValue>& values) const override;
  SDValue LowerCall(CallLoweringInfo& call, SmallVectorImpl<SDValue>& results) const override;
  bool CanLowerReturn(CallingConv::ID convention, MachineFunction& function, bool variadic,
                      const SmallVectorImpl<ISD::OutputArg>& outputs, LLVMContext& context) const override;
  SDValue LowerReturn(SDValue chain, CallingConv::ID convention, bool variadic,
                      const SmallVectorImpl<ISD::OutputArg>& outputs, const SmallVectorImpl<SDValue>& values,
                      const SDLoc& loc, SelectionDAG& dag) const override;
  bool mayBeEmittedAsTailCall(const CallInst* call) const override;

private:
  // A call of a function named weft.<mnemonic> becomes that instruction. Returns the new chain.
  SDValue lowerBuiltin(unsigned opcode, StringRef name, CallLoweringInfo& call,
                       SmallVectorImpl<SDValue>& results) const;
  bool canTailCall(const CallLoweringInfo& call, const CCState& state) const;

  SDValue lowerSelect(SDValue operation, SelectionDAG& dag) const;
  SDValue lowerVaStart(SDValue operation, SelectionDAG& dag) const;
  SDValue lowerFrameAddress(SDValue operation, SelectionDAG& dag) const;
  SDValue lowerReturnAddress(SDValue operation, SelectionDAG& dag) const;

  const WeftSubtarget& subtarget_;
};

} // namespace llvm
