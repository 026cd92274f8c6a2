// Instruction selection: the generated matcher and its address patterns.
#include "compiler/target/TargetMachine.h"
#include "llvm/CodeGen/SelectionDAGISel.h"

#define DEBUG_TYPE "weft-isel"
#define PASS_NAME "Weft DAG-to-DAG pattern instruction selection"

using namespace llvm;

namespace {

class WeftDAGToDAGISel : public SelectionDAGISel {
public:
  WeftDAGToDAGISel(WeftTargetMachine& machine, CodeGenOptLevel level) : SelectionDAGISel(machine, level) {}

  void Select(SDNode* node) override {
    if (node->isMachineOpcode()) { // a builtin, or already selected
      node->setNodeId(-1);
      return;
    }
    if (node->getOpcode() == ISD::Constant && cast<ConstantSDNode>(node)->isZero()) { // x0 needs no instruction
      ReplaceNode(node, CurDAG->getCopyFromReg(CurDAG->getEntryNode(), SDLoc(node), Weft::X0, MVT::i32).getNode());
      return;
    }
    SelectCode(node);
  }

  // Inline assembly's "m": register plus zero.
  bool SelectInlineAsmMemoryOperand(const SDValue& operand, InlineAsm::ConstraintCode /*code*/,
                                    std::vector<SDValue>& operands) override {
    SDValue base, offset;
    selectAddress(operand, base, offset);
    operands.push_back(base);
    operands.push_back(offset);
    return false;
  }

  bool selectFrameAddress(SDValue value, SDValue& base, SDValue& offset) {
    auto* slot = dyn_cast<FrameIndexSDNode>(value);
    if (!slot)
      return false;
    base = CurDAG->getTargetFrameIndex(slot->getIndex(), MVT::i32);
    offset = CurDAG->getTargetConstant(0, SDLoc(value), MVT::i32);
    return true;
  }

  bool selectAddress(SDValue address, SDValue& base, SDValue& offset) {
    SDLoc loc(address);
    if (selectFrameAddress(address, base, offset))
      return true;
    if (address.getOpcode() == WeftISD::ADDRESS) {
      base = CurDAG->getRegister(Weft::X0, MVT::i32);
      offset = address.getOperand(0);
      return true;
    }
    if (auto* number = dyn_cast<ConstantSDNode>(address)) {
      base = CurDAG->getRegister(Weft::X0, MVT::i32);
      offset = CurDAG->getTargetConstant(number->getZExtValue(), loc, MVT::i32);
      return true;
    }
    if (CurDAG->isBaseWithConstantOffset(address)) {
      auto* number = cast<ConstantSDNode>(address.getOperand(1));
      base = address.getOperand(0);
      if (base.getOpcode() == WeftISD::ADDRESS && foldIntoSymbol(base.getOperand(0), number->getSExtValue(), offset)) {
        base = CurDAG->getRegister(Weft::X0, MVT::i32);
        return true;
      }
      if (auto* slot = dyn_cast<FrameIndexSDNode>(base))
        base = CurDAG->getTargetFrameIndex(slot->getIndex(), MVT::i32);
      offset = CurDAG->getTargetConstant(number->getZExtValue(), loc, MVT::i32);
      return true;
    }
    // register + symbol
    if (address.getOpcode() == ISD::ADD)
      for (unsigned i : {0u, 1u}) {
        SDValue symbol = address.getOperand(i);
        SDValue other = address.getOperand(1 - i);
        if (symbol.getOpcode() == WeftISD::ADDRESS && !isa<FrameIndexSDNode>(other)) {
          base = other;
          offset = symbol.getOperand(0);
          return true;
        }
      }
    base = address;
    offset = CurDAG->getTargetConstant(0, loc, MVT::i32);
    return true;
  }

private:
  // symbol + number as one relocated operand
  bool foldIntoSymbol(SDValue symbol, int64_t number, SDValue& folded) {
    if (auto* global = dyn_cast<GlobalAddressSDNode>(symbol)) {
      folded =
          CurDAG->getTargetGlobalAddress(global->getGlobal(), SDLoc(symbol), MVT::i32, global->getOffset() + number);
      return true;
    }
    if (auto* pool = dyn_cast<ConstantPoolSDNode>(symbol); pool && !pool->isMachineConstantPoolEntry()) {
      folded = CurDAG->getTargetConstantPool(pool->getConstVal(), MVT::i32, pool->getAlign(),
                                             int(pool->getOffset() + number));
      return true;
    }
    return false;
  }

#define GET_DAGISEL_DECL
#include "WeftGenDAGISel.inc"
};

#define GET_DAGISEL_BODY WeftDAGToDAGISel
#include "WeftGenDAGISel.inc"

class WeftDAGToDAGISelLegacy : public SelectionDAGISelLegacy {
public:
  static char ID;
  WeftDAGToDAGISelLegacy(WeftTargetMachine& machine, CodeGenOptLevel level)
      : SelectionDAGISelLegacy(ID, std::make_unique<WeftDAGToDAGISel>(machine, level)) {}
  StringRef getPassName() const override { return PASS_NAME; }
};

char WeftDAGToDAGISelLegacy::ID = 0;

} // namespace

FunctionPass* llvm::createWeftISelDag(WeftTargetMachine& machine, CodeGenOptLevel level) {
  return new WeftDAGToDAGISelLegacy(machine, level);
}
