#include "compiler/target/InstPrinter.h"

#include "compiler/target/MCTargetDesc.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

#include "WeftGenAsmWriter.inc"

void WeftInstPrinter::printRegName(raw_ostream& out, MCRegister reg) const {
  out << getRegisterName(reg, Weft::AbiName);
}

void WeftInstPrinter::printInst(const MCInst* inst, uint64_t address, StringRef annotation,
                                const MCSubtargetInfo& /*subtarget*/, raw_ostream& out) {
  printInstruction(inst, address, out);
  printAnnotation(out, annotation);
}

void WeftInstPrinter::printOperand(const MCInst* inst, unsigned index, raw_ostream& out) {
  const MCOperand& operand = inst->getOperand(index);
  if (operand.isReg())
    printRegName(out, operand.getReg());
  else if (operand.isImm())
    out << operand.getImm();
  else
    operand.getExpr()->print(out, &MAI);
}

void WeftInstPrinter::printTarget(const MCInst* inst, uint64_t address, unsigned index, raw_ostream& out) {
  const MCOperand& operand = inst->getOperand(index);
  if (operand.isImm() && PrintBranchImmAsAddress)
    out << formatHex(uint64_t(uint32_t(address + uint64_t(operand.getImm()))));
  else
    printOperand(inst, index, out);
}

void WeftInstPrinter::printPattern(const MCInst* inst, unsigned index, raw_ostream& out) {
  out << 'p' << inst->getOperand(index).getImm();
}

// A number, not a name: the same field has one name in a walk and another in a configuration.
void WeftInstPrinter::printPatternField(const MCInst* inst, unsigned index, raw_ostream& out) {
  out << inst->getOperand(index).getImm();
}

void WeftInstPrinter::printSemaphore(const MCInst* inst, unsigned index, raw_ostream& out) {
  int64_t number = inst->getOperand(index).getImm();
  if (number == 31)
    out << '-';
  else
    out << 's' << number;
}
