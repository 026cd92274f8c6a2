// Machine instructions to assembly or object code.
#include "llvm/CodeGen/AsmPrinter.h"
#include "compiler/target/InstPrinter.h"
#include "compiler/target/TargetMachine.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstBuilder.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSymbol.h"

using namespace llvm;

namespace {

class WeftAsmPrinter : public AsmPrinter {
public:
  WeftAsmPrinter(TargetMachine& machine, std::unique_ptr<MCStreamer> streamer)
      : AsmPrinter(machine, std::move(streamer)) {}

  StringRef getPassName() const override { return "Weft assembly printer"; }

  void emitInstruction(const MachineInstr* inst) override {
    MCInst out;
    switch (inst->getOpcode()) {
    case Weft::PseudoCall:
      jump(Weft::X1, inst->getOperand(0));
      return;
    case Weft::PseudoTail:
    case Weft::PseudoBranch:
      jump(Weft::X0, inst->getOperand(0));
      return;
    case Weft::PseudoCallReg:
      jumpRegister(Weft::X1, inst->getOperand(0).getReg());
      return;
    case Weft::PseudoTailReg:
    case Weft::PseudoBranchReg:
      jumpRegister(Weft::X0, inst->getOperand(0).getReg());
      return;
    case Weft::PseudoReturn:
      jumpRegister(Weft::X0, Weft::X1);
      return;
    default:
      break;
    }
    out.setOpcode(inst->getOpcode());
    for (const MachineOperand& operand : inst->operands())
      if (!operand.isRegMask() && !(operand.isReg() && operand.isImplicit()))
        out.addOperand(lower(operand));
    EmitToStreamer(*OutStreamer, out);
  }

  bool PrintAsmOperand(const MachineInstr* inst, unsigned index, const char* modifier, raw_ostream& out) override {
    if (!AsmPrinter::PrintAsmOperand(inst, index, modifier, out))
      return false;
    const MachineOperand& operand = inst->getOperand(index);
    if (modifier && modifier[0])
      return true;
    if (operand.isReg())
      out << WeftInstPrinter::getRegisterName(operand.getReg(), Weft::AbiName);
    else if (operand.isImm())
      out << operand.getImm();
    else
      return true;
    return false;
  }

  bool PrintAsmMemoryOperand(const MachineInstr* inst, unsigned index, const char* modifier,
                             raw_ostream& out) override {
    if (modifier && modifier[0])
      return true;
    const MachineOperand& base = inst->getOperand(index);
    MCOperand offset = lower(inst->getOperand(index + 1));
    if (offset.isImm())
      out << offset.getImm();
    else
      offset.getExpr()->print(out, MAI);
    out << '(' << WeftInstPrinter::getRegisterName(base.getReg(), Weft::AbiName) << ')';
    return false;
  }

private:
  void jump(unsigned link, const MachineOperand& target) {
    EmitToStreamer(*OutStreamer, MCInstBuilder(Weft::JAL).addReg(link).addOperand(lower(target)));
  }
  void jumpRegister(unsigned link, Register target) {
    EmitToStreamer(*OutStreamer, MCInstBuilder(Weft::JALR).addReg(link).addReg(target).addImm(0));
  }

  MCOperand lower(const MachineOperand& operand) {
    switch (operand.getType()) {
    case MachineOperand::MO_Register:
      return MCOperand::createReg(operand.getReg());
    case MachineOperand::MO_Immediate:
      return MCOperand::createImm(operand.getImm());
    case MachineOperand::MO_MachineBasicBlock:
      return symbol(operand.getMBB()->getSymbol(), 0);
    case MachineOperand::MO_GlobalAddress:
      return symbol(getSymbolPreferLocal(*operand.getGlobal()), operand.getOffset());
    case MachineOperand::MO_ExternalSymbol:
      return symbol(GetExternalSymbolSymbol(operand.getSymbolName()), operand.getOffset());
    case MachineOperand::MO_BlockAddress:
      return symbol(GetBlockAddressSymbol(operand.getBlockAddress()), operand.getOffset());
    case MachineOperand::MO_JumpTableIndex:
      return symbol(GetJTISymbol(unsigned(operand.getIndex())), 0);
    case MachineOperand::MO_ConstantPoolIndex:
      return symbol(GetCPISymbol(unsigned(operand.getIndex())), operand.getOffset());
    case MachineOperand::MO_MCSymbol:
      return symbol(operand.getMCSymbol(), operand.getOffset());
    default:
      llvm_unreachable("operand has no machine-code form");
    }
  }

  MCOperand symbol(const MCSymbol* name, int64_t offset) {
    const MCExpr* expression = MCSymbolRefExpr::create(name, OutContext);
    if (offset != 0)
      expression = MCBinaryExpr::createAdd(expression, MCConstantExpr::create(offset, OutContext), OutContext);
    return MCOperand::createExpr(expression);
  }
};

} // namespace

namespace llvm {
AsmPrinter* createWeftAsmPrinter(TargetMachine& machine, std::unique_ptr<MCStreamer>&& streamer) {
  return new WeftAsmPrinter(machine, std::move(streamer));
}
} // namespace llvm
