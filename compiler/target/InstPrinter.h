// Prints instructions as assembly.
#pragma once

#include "llvm/MC/MCInstPrinter.h"

namespace llvm {

class WeftInstPrinter : public MCInstPrinter {
public:
  using MCInstPrinter::MCInstPrinter;

  void printRegName(raw_ostream& out, MCRegister reg) const override;
  void printInst(const MCInst* inst, uint64_t address, StringRef annotation, const MCSubtargetInfo& subtarget,
                 raw_ostream& out) override;

  // Generated.
  std::pair<const char*, uint64_t> getMnemonic(const MCInst* inst) override;
  void printInstruction(const MCInst* inst, uint64_t address, raw_ostream& out);
  static const char* getRegisterName(MCRegister reg, unsigned alternative = 0);

private:
  void printOperand(const MCInst* inst, unsigned index, raw_ostream& out);
  void printTarget(const MCInst* inst, uint64_t address, unsigned index, raw_ostream& out);
  void printPattern(const MCInst* inst, unsigned index, raw_ostream& out);
  void printPatternField(const MCInst* inst, unsigned index, raw_ostream& out);
  void printSemaphore(const MCInst* inst, unsigned index, raw_ostream& out);
};

} // namespace llvm
