#include "compiler/target/MCTargetDesc.h"

#include "compiler/target/InstPrinter.h"
#include "compiler/target/target.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfoELF.h"
#include "llvm/MC/MCAssembler.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDwarf.h"
#include "llvm/MC/MCELFStreamer.h"
#include "llvm/MC/MCInstrAnalysis.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSection.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include <mutex>

#define GET_INSTRINFO_MC_DESC
#define GET_INSTRINFO_MC_HELPERS
#include "WeftGenInstrInfo.inc"
#define GET_SUBTARGETINFO_MC_DESC
#include "WeftGenSubtarget.inc"
#define GET_REGINFO_MC_DESC
#include "WeftGenRegisterInfo.inc"

using namespace llvm;

namespace {

class WeftMCAsmInfo : public MCAsmInfoELF {
public:
  WeftMCAsmInfo() {
    CodePointerSize = CalleeSaveStackSlotSize = 4;
    MinInstAlignment = 8;
    MaxInstLength = 8;
    CommentString = "#";
    AlignmentIsInBytes = false;
    SupportsDebugInformation = true;
    Data16bitsDirective = "\t.half\t";
    Data32bitsDirective = "\t.word\t";
    ZeroDirective = "\t.zero\t";
    UseIntegratedAssembler = true;
  }
};

// Refuses fills and alignments that no program needs: LLVM would write them out, whatever their size.
class WeftELFStreamer : public MCELFStreamer {
public:
  using MCELFStreamer::MCELFStreamer;

  void emitFill(const MCExpr& bytes, uint64_t value, SMLoc loc) override {
    if (fits(bytes, 1, loc))
      MCELFStreamer::emitFill(bytes, value, loc);
  }
  void emitFill(const MCExpr& count, int64_t size, int64_t value, SMLoc loc) override {
    if (fits(count, size, loc))
      MCELFStreamer::emitFill(count, size, value, loc);
  }
  void emitNops(int64_t bytes, int64_t most, SMLoc loc, const MCSubtargetInfo& subtarget) override {
    if (fits(*MCConstantExpr::create(bytes, getContext()), 1, loc))
      MCELFStreamer::emitNops(bytes, most, loc, subtarget);
  }
  void emitValueToOffset(const MCExpr* offset, unsigned char value, SMLoc loc) override {
    if (fits(*offset, 1, loc))
      MCELFStreamer::emitValueToOffset(offset, value, loc);
  }
  void emitValueToAlignment(Align alignment, int64_t value, unsigned size, unsigned most) override {
    if (fits(alignment))
      MCELFStreamer::emitValueToAlignment(alignment, value, size, most);
  }
  void emitCodeAlignment(Align alignment, const MCSubtargetInfo* subtarget, unsigned most) override {
    if (fits(alignment))
      MCELFStreamer::emitCodeAlignment(alignment, subtarget, most);
  }

private:
  bool fits(const MCExpr& count, int64_t size, SMLoc loc) {
    int64_t number;
    if (size <= 0 || !count.evaluateAsAbsolute(number, getAssembler()) || number <= 0)
      return true;
    int64_t& left = getCurrentSectionOnly()->isVirtualSection() ? zerosLeft_ : contentLeft_;
    if (number > left / size) {
      getContext().reportError(loc, "fills of more than 64 MiB in all (2 GiB in sections of zeros)");
      return false;
    }
    left -= number * size;
    return true;
  }
  bool fits(Align alignment) {
    if (alignment <= Align(weft::kLargestAlignment))
      return true;
    getContext().reportError(getStartTokLoc(), "alignment to " + Twine(alignment.value()) +
                                                   " bytes: a power of two up to " + Twine(weft::kLargestAlignment) +
                                                   " is possible");
    return false;
  }

  int64_t contentLeft_ = int64_t{1} << 26; // LLVM appends one value of a fill at a time
  int64_t zerosLeft_ = int64_t{1} << 31;
};

class WeftInstrAnalysis : public MCInstrAnalysis {
public:
  using MCInstrAnalysis::MCInstrAnalysis;

  bool evaluateBranch(const MCInst& inst, uint64_t address, uint64_t /*size*/, uint64_t& target) const override {
    const MCInstrDesc& description = Info->get(inst.getOpcode());
    for (unsigned i = 0; i < description.getNumOperands() && i < inst.getNumOperands(); ++i)
      if (description.operands()[i].OperandType == MCOI::OPERAND_PCREL && inst.getOperand(i).isImm()) {
        target = uint32_t(address + uint64_t(inst.getOperand(i).getImm()));
        return true;
      }
    return false;
  }
};

MCAsmInfo* createAsmInfo(const MCRegisterInfo& registers, const Triple& /*triple*/,
                         const MCTargetOptions& /*options*/) {
  auto* info = new WeftMCAsmInfo;
  info->addInitialFrameState(
      MCCFIInstruction::cfiDefCfa(nullptr, unsigned(registers.getDwarfRegNum(Weft::X2, true)), 0));
  return info;
}

MCInstrInfo* createInstrInfo() {
  auto* info = new MCInstrInfo;
  InitWeftMCInstrInfo(info);
  return info;
}

MCRegisterInfo* createRegisterInfo(const Triple& /*triple*/) {
  auto* info = new MCRegisterInfo;
  InitWeftMCRegisterInfo(info, Weft::X1);
  return info;
}

MCSubtargetInfo* createSubtargetInfo(const Triple& triple, StringRef cpu, StringRef features) {
  if (cpu.empty())
    cpu = "generic";
  return createWeftMCSubtargetInfoImpl(triple, cpu, cpu, features);
}

MCInstPrinter* createInstPrinter(const Triple& /*triple*/, unsigned /*variant*/, const MCAsmInfo& asmInfo,
                                 const MCInstrInfo& info, const MCRegisterInfo& registers) {
  return new WeftInstPrinter(asmInfo, info, registers);
}

MCStreamer* createElfStreamer(const Triple& /*triple*/, MCContext& context, std::unique_ptr<MCAsmBackend>&& backend,
                              std::unique_ptr<MCObjectWriter>&& writer, std::unique_ptr<MCCodeEmitter>&& emitter) {
  return new WeftELFStreamer(context, std::move(backend), std::move(writer), std::move(emitter));
}

MCInstrAnalysis* createInstrAnalysis(const MCInstrInfo* info) {
  return new WeftInstrAnalysis(info);
}

} // namespace

Target& llvm::getTheWeftTarget() {
  static Target target;
  return target;
}

void llvm::registerWeftMachineCode() {
  Target& target = getTheWeftTarget();
  // The triple's architecture "weft" is unknown to LLVM's Triple.
  TargetRegistry::RegisterTarget(target, "weft", "Weft accelerator core", "Weft",
                                 [](Triple::ArchType arch) { return arch == Triple::UnknownArch; });
  TargetRegistry::RegisterMCAsmInfo(target, createAsmInfo);
  TargetRegistry::RegisterMCInstrInfo(target, createInstrInfo);
  TargetRegistry::RegisterMCRegInfo(target, createRegisterInfo);
  TargetRegistry::RegisterMCSubtargetInfo(target, createSubtargetInfo);
  TargetRegistry::RegisterMCInstPrinter(target, createInstPrinter);
  TargetRegistry::RegisterMCInstrAnalysis(target, createInstrAnalysis);
  TargetRegistry::RegisterMCCodeEmitter(target, createWeftMCCodeEmitter);
  TargetRegistry::RegisterMCAsmBackend(target, createWeftAsmBackend);
  TargetRegistry::RegisterELFStreamer(target, createElfStreamer);
  TargetRegistry::RegisterMCDisassembler(target, createWeftDisassembler);
  TargetRegistry::RegisterMCAsmParser(target, createWeftAsmParser);
}

void weft::initialiseWeftTarget() {
  static std::once_flag once;
  std::call_once(once, [] {
    registerWeftMachineCode();
    registerWeftCodeGenerator();
  });
}
