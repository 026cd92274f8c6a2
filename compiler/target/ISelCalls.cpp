// Calls, arguments and results. The convention is RISC-V's ILP32: arguments go to a0-a7 and then to the stack, results
// to a0 and a1; larger results through a pointer. 64-bit values take two registers or words; a variadic one starts at
// an even register, so that va_arg can align its pointer.
#include "compiler/target/Builtins.h"
#include "compiler/target/ISelLowering.h"
#include "compiler/target/MachineFunctionInfo.h"
#include "compiler/target/Subtarget.h"
#include "llvm/CodeGen/CallingConvLower.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/IR/DiagnosticInfo.h"

using namespace llvm;

namespace {

constexpr MCPhysReg kArgumentRegs[] = {Weft::X10, Weft::X11, Weft::X12, Weft::X13,
                                       Weft::X14, Weft::X15, Weft::X16, Weft::X17};
constexpr MCPhysReg kResultRegs[] = {Weft::X10, Weft::X11};

void reportUnsupported(SelectionDAG& dag, const SDLoc& loc, const Twine& message) {
  const Function& function = dag.getMachineFunction().getFunction();
  function.getContext().diagnose(DiagnosticInfoUnsupported(function, message, loc.getDebugLoc()));
}

// Assigns one 32-bit part of an argument.
void assignArgument(unsigned index, MVT type, ISD::ArgFlagsTy flags, bool fixed, CCState& state) {
  bool wide = flags.isSplit() && flags.getNonZeroOrigAlign() >= Align(8);
  if (!fixed && wide) {
    unsigned next = state.getFirstUnallocated(kArgumentRegs);
    if (next < std::size(kArgumentRegs) && next % 2 != 0)
      state.AllocateReg(kArgumentRegs);
  }
  if (MCRegister reg = state.AllocateReg(kArgumentRegs)) {
    state.addLoc(CCValAssign::getReg(index, type, reg, type, CCValAssign::Full));
    return;
  }
  int64_t offset = state.AllocateStack(4, wide ? Align(8) : Align(4));
  state.addLoc(CCValAssign::getMem(index, type, offset, type, CCValAssign::Full));
}

// Assigns results; false if they do not fit in a0 and a1.
template <typename Parts> bool assignResults(const Parts& parts, CCState& state) {
  for (unsigned i = 0; i < parts.size(); ++i) {
    MCRegister reg = state.AllocateReg(kResultRegs);
    if (!reg)
      return false;
    state.addLoc(CCValAssign::getReg(i, parts[i].VT, reg, parts[i].VT, CCValAssign::Full));
  }
  return true;
}

} // namespace

SDValue WeftTargetLowering::LowerFormalArguments(SDValue chain, CallingConv::ID convention, bool variadic,
                                                 const SmallVectorImpl<ISD::InputArg>& inputs, const SDLoc& loc,
                                                 SelectionDAG& dag, SmallVectorImpl<SDValue>& values) const {
  MachineFunction& function = dag.getMachineFunction();
  MachineFrameInfo& frame = function.getFrameInfo();
  auto* info = function.getInfo<WeftMachineFunctionInfo>();

  SmallVector<CCValAssign, 16> places;
  CCState state(convention, variadic, function, places, *dag.getContext());
  for (unsigned i = 0; i < inputs.size(); ++i) {
    if (inputs[i].Flags.isByVal())
      reportUnsupported(dag, loc, "byval arguments are not supported");
    assignArgument(i, inputs[i].VT, inputs[i].Flags, /*fixed=*/true, state);
  }

  for (const CCValAssign& place : places) {
    if (place.isRegLoc()) {
      Register reg = function.addLiveIn(place.getLocReg(), &Weft::GPRRegClass);
      values.push_back(dag.getCopyFromReg(chain, loc, reg, MVT::i32));
      continue;
    }
    int slot = frame.CreateFixedObject(4, int64_t(place.getLocMemOffset()), /*IsImmutable=*/true);
    values.push_back(dag.getLoad(MVT::i32, loc, chain, dag.getFrameIndex(slot, MVT::i32),
                                 MachinePointerInfo::getFixedStack(function, slot)));
  }
  info->argumentBytes = unsigned(state.getStackSize());

  if (variadic) {
    // The unused argument registers are stored below the arguments on the stack, so that all variadic arguments are
    // consecutive; sp is a multiple of 16 there, so even registers land on multiples of 8.
    unsigned first = state.getFirstUnallocated(kArgumentRegs);
    unsigned count = unsigned(std::size(kArgumentRegs)) - first;
    int64_t start = count == 0 ? int64_t(state.getStackSize()) : -4 * int64_t(count);
    info->variadicSlot = frame.CreateFixedObject(4, start, /*IsImmutable=*/true);
    SmallVector<SDValue, 8> stores;
    for (unsigned i = 0; i < count; ++i) {
      int slot = frame.CreateFixedObject(4, start + 4 * int64_t(i), /*IsImmutable=*/false);
      Register reg = function.addLiveIn(kArgumentRegs[first + i], &Weft::GPRRegClass);
      SDValue value = dag.getCopyFromReg(chain, loc, reg, MVT::i32);
      stores.push_back(dag.getStore(chain, loc, value, dag.getFrameIndex(slot, MVT::i32), MachinePointerInfo()));
    }
    if (!stores.empty()) {
      stores.push_back(chain);
      chain = dag.getNode(ISD::TokenFactor, loc, MVT::Other, stores);
    }
  }
  return chain;
}

// A call may become a jump if the caller's stack arguments are not needed for the callee's.
bool WeftTargetLowering::canTailCall(const CallLoweringInfo& call, const CCState& state) const {
  const Function& caller = call.DAG.getMachineFunction().getFunction();
  if (caller.hasFnAttribute("interrupt") || caller.hasFnAttribute("disable-tail-calls") || call.IsVarArg ||
      state.getStackSize() != 0 || caller.hasStructRetAttr() || call.CallConv != caller.getCallingConv())
    return false;
  for (const ISD::OutputArg& output : call.Outs)
    if (output.Flags.isSRet() || output.Flags.isByVal())
      return false;
  return true;
}

bool WeftTargetLowering::mayBeEmittedAsTailCall(const CallInst* call) const {
  return call->isTailCall();
}

SDValue WeftTargetLowering::LowerCall(CallLoweringInfo& call, SmallVectorImpl<SDValue>& results) const {
  SelectionDAG& dag = call.DAG;
  const SDLoc& loc = call.DL;
  MachineFunction& function = dag.getMachineFunction();
  SDValue chain = call.Chain;
  SDValue callee = call.Callee;

  if (auto* global = dyn_cast<GlobalAddressSDNode>(callee)) {
    StringRef name = global->getGlobal()->getName();
    if (weft::isBuiltinName(name) && global->getGlobal()->isDeclaration()) {
      if (auto opcode = weft::builtinOpcode(name, *subtarget_.getInstrInfo()))
        return lowerBuiltin(*opcode, name, call, results);
      reportUnsupported(dag, loc, "there is no builtin " + name);
    }
  }

  SmallVector<CCValAssign, 16> places;
  CCState state(call.CallConv, call.IsVarArg, function, places, *dag.getContext());
  for (unsigned i = 0; i < call.Outs.size(); ++i) {
    if (call.Outs[i].Flags.isByVal())
      reportUnsupported(dag, loc, "byval arguments are not supported");
    assignArgument(i, call.Outs[i].VT, call.Outs[i].Flags, call.Outs[i].IsFixed, state);
  }
  bool mustTail = call.CB && call.CB->isMustTailCall();
  call.IsTailCall = call.IsTailCall && canTailCall(call, state);
  if (mustTail && !call.IsTailCall)
    reportUnsupported(dag, loc, "this musttail call needs stack arguments or a different convention");
  uint64_t bytes = alignTo(state.getStackSize(), 16);
  if (!call.IsTailCall)
    chain = dag.getCALLSEQ_START(chain, bytes, 0, loc);

  SmallVector<std::pair<Register, SDValue>, 8> inRegs;
  SmallVector<SDValue, 8> stores;
  SDValue stack;
  for (unsigned i = 0; i < places.size(); ++i) {
    if (places[i].isRegLoc()) {
      inRegs.emplace_back(places[i].getLocReg(), call.OutVals[i]);
      continue;
    }
    if (!stack)
      stack = dag.getCopyFromReg(chain, loc, Weft::X2, MVT::i32);
    SDValue address = dag.getNode(ISD::ADD, loc, MVT::i32, stack,
                                  dag.getConstant(uint64_t(places[i].getLocMemOffset()), loc, MVT::i32));
    stores.push_back(dag.getStore(chain, loc, call.OutVals[i], address,
                                  MachinePointerInfo::getStack(function, places[i].getLocMemOffset())));
  }
  if (!stores.empty())
    chain = dag.getNode(ISD::TokenFactor, loc, MVT::Other, stores);

  SDValue glue;
  for (auto& [reg, value] : inRegs) {
    chain = dag.getCopyToReg(chain, loc, reg, value, glue);
    glue = chain.getValue(1);
  }

  if (auto* global = dyn_cast<GlobalAddressSDNode>(callee))
    callee = dag.getTargetGlobalAddress(global->getGlobal(), loc, MVT::i32, global->getOffset());
  else if (auto* symbol = dyn_cast<ExternalSymbolSDNode>(callee))
    callee = dag.getTargetExternalSymbol(symbol->getSymbol(), MVT::i32);

  SmallVector<SDValue, 12> operands = {chain, callee};
  for (auto& [reg, value] : inRegs)
    operands.push_back(dag.getRegister(reg, value.getValueType()));
  if (!call.IsTailCall)
    operands.push_back(
        dag.getRegisterMask(subtarget_.getRegisterInfo()->getCallPreservedMask(function, call.CallConv)));
  if (glue)
    operands.push_back(glue);
  if (call.IsTailCall) {
    function.getFrameInfo().setHasTailCall();
    return dag.getNode(WeftISD::TAIL, loc, MVT::Other, operands);
  }

  chain = dag.getNode(WeftISD::CALL, loc, dag.getVTList(MVT::Other, MVT::Glue), operands);
  glue = chain.getValue(1);
  chain = dag.getCALLSEQ_END(chain, bytes, 0, glue, loc);
  glue = chain.getValue(1);

  SmallVector<CCValAssign, 2> resultPlaces;
  CCState resultState(call.CallConv, call.IsVarArg, function, resultPlaces, *dag.getContext());
  assignResults(call.Ins, resultState);
  for (const CCValAssign& place : resultPlaces) {
    SDValue value = dag.getCopyFromReg(chain, loc, place.getLocReg(), MVT::i32, glue);
    chain = value.getValue(1);
    glue = value.getValue(2);
    results.push_back(value);
  }
  return chain;
}

SDValue WeftTargetLowering::lowerBuiltin(unsigned opcode, StringRef name, CallLoweringInfo& call,
                                         SmallVectorImpl<SDValue>& results) const {
  SelectionDAG& dag = call.DAG;
  const SDLoc& loc = call.DL;
  const MCInstrDesc& description = subtarget_.getInstrInfo()->get(opcode);
  unsigned firstInput = description.getNumDefs();
  unsigned inputs = description.getNumOperands() - firstInput;
  name.consume_front("\1");
  call.IsTailCall = false;

  auto fail = [&](const Twine& message) {
    reportUnsupported(dag, loc, "builtin " + name + ": " + message);
    for (const ISD::InputArg& result : call.Ins)
      results.push_back(dag.getUNDEF(result.VT));
    return call.Chain;
  };
  if (call.OutVals.size() != inputs)
    return fail("takes " + Twine(inputs) + " arguments of 32 bits, not " + Twine(call.OutVals.size()));
  if (call.Ins.size() > firstInput)
    return fail(firstInput == 0 ? "returns nothing" : "returns one value of 32 bits");

  SmallVector<SDValue, 16> operands;
  for (unsigned i = 0; i < inputs; ++i) {
    const MCOperandInfo& operand = description.operands()[firstInput + i];
    if (operand.RegClass >= 0) {
      operands.push_back(isNullConstant(call.OutVals[i]) ? dag.getRegister(Weft::X0, MVT::i32) : call.OutVals[i]);
      continue;
    }
    weft::OperandRange range = weft::builtinOperandRange(operand);
    auto* constant = dyn_cast<ConstantSDNode>(call.OutVals[i]);
    if (!constant)
      return fail("argument " + Twine(i + 1) + " must be a constant: " + range.describe);
    int64_t value = constant->getSExtValue();
    if (value < range.low || value > range.high)
      return fail("argument " + Twine(i + 1) + " is " + Twine(value) + ", but must be " + range.describe);
    operands.push_back(dag.getTargetConstant(uint64_t(value), loc, MVT::i32));
  }
  operands.push_back(call.Chain);

  SmallVector<EVT, 2> types(firstInput, MVT::i32);
  types.push_back(MVT::Other);
  MachineSDNode* node = dag.getMachineNode(opcode, loc, dag.getVTList(types), operands);
  for (unsigned i = 0; i < call.Ins.size(); ++i)
    results.push_back(SDValue(node, i));
  return SDValue(node, firstInput);
}

bool WeftTargetLowering::CanLowerReturn(CallingConv::ID convention, MachineFunction& function, bool variadic,
                                        const SmallVectorImpl<ISD::OutputArg>& outputs, LLVMContext& context) const {
  SmallVector<CCValAssign, 2> places;
  CCState state(convention, variadic, function, places, context);
  return assignResults(outputs, state);
}

SDValue WeftTargetLowering::LowerReturn(SDValue chain, CallingConv::ID convention, bool variadic,
                                        const SmallVectorImpl<ISD::OutputArg>& outputs,
                                        const SmallVectorImpl<SDValue>& values, const SDLoc& loc,
                                        SelectionDAG& dag) const {
  SmallVector<CCValAssign, 2> places;
  CCState state(convention, variadic, dag.getMachineFunction(), places, *dag.getContext());
  assignResults(outputs, state);
  SmallVector<SDValue, 4> operands = {chain};
  SDValue glue;
  for (unsigned i = 0; i < places.size(); ++i) {
    chain = dag.getCopyToReg(chain, loc, places[i].getLocReg(), values[i], glue);
    glue = chain.getValue(1);
    operands.push_back(dag.getRegister(places[i].getLocReg(), MVT::i32));
  }
  operands[0] = chain;
  if (glue)
    operands.push_back(glue);
  return dag.getNode(WeftISD::RETURN, loc, MVT::Other, operands);
}
