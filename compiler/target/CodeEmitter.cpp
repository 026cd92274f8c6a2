// Instructions to bytes and fixups.
#include "compiler/target/MCTargetDesc.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCFixup.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/EndianStream.h"

using namespace llvm;

namespace {

// Where the 32-bit immediate starts in an instruction.
constexpr uint32_t kImmediateByte = 4;

class WeftMCCodeEmitter : public MCCodeEmitter {
public:
  explicit WeftMCCodeEmitter(MCContext& context) : context_(context) {}

  void encodeInstruction(const MCInst& inst, SmallVectorImpl<char>& bytes, SmallVectorImpl<MCFixup>& fixups,
                         const MCSubtargetInfo& subtarget) const override {
    support::endian::write<uint64_t>(bytes, getBinaryCodeForInstr(inst, fixups, subtarget), endianness::little);
  }

  // Generated.
  uint64_t getBinaryCodeForInstr(const MCInst& inst, SmallVectorImpl<MCFixup>& fixups,
                                 const MCSubtargetInfo& subtarget) const;
  uint64_t getMachineOpValue(const MCInst& /*inst*/, const MCOperand& operand, SmallVectorImpl<MCFixup>& /*fixups*/,
                             const MCSubtargetInfo& /*subtarget*/) const {
    if (operand.isReg())
      return context_.getRegisterInfo()->getEncodingValue(operand.getReg());
    return uint64_t(operand.getImm());
  }
  uint64_t encodeImm32(const MCInst& inst, unsigned index, SmallVectorImpl<MCFixup>& fixups,
                       const MCSubtargetInfo& /*subtarget*/) const {
    const MCOperand& operand = inst.getOperand(index);
    if (operand.isImm())
      return uint32_t(operand.getImm());
    fixups.push_back(MCFixup::create(kImmediateByte, operand.getExpr(), FK_Data_4, inst.getLoc()));
    return 0;
  }
  // The distance counts from the instruction, the fixup from its own place four bytes on.
  uint64_t encodeTarget32(const MCInst& inst, unsigned index, SmallVectorImpl<MCFixup>& fixups,
                          const MCSubtargetInfo& /*subtarget*/) const {
    const MCOperand& operand = inst.getOperand(index);
    if (operand.isImm())
      return uint32_t(operand.getImm());
    const MCExpr* target =
        MCBinaryExpr::createAdd(operand.getExpr(), MCConstantExpr::create(kImmediateByte, context_), context_);
    fixups.push_back(MCFixup::create(kImmediateByte, target, FK_PCRel_4, inst.getLoc()));
    return 0;
  }

private:
  MCContext& context_;
};

} // namespace

#include "WeftGenCodeEmitter.inc"

MCCodeEmitter* llvm::createWeftMCCodeEmitter(const MCInstrInfo& /*info*/, MCContext& context) {
  return new WeftMCCodeEmitter(context);
}
