// Fixups and relocations.
#include "compiler/target/MCTargetDesc.h"
#include "compiler/target/target.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAssembler.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCELFObjectWriter.h"
#include "llvm/MC/MCFixupKindInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCValue.h"
#include "llvm/Support/EndianStream.h"

using namespace llvm;

namespace {

// addi x0, x0, 0
constexpr uint64_t kNop = 0x20;

class WeftObjectWriter : public MCELFObjectTargetWriter {
public:
  WeftObjectWriter()
      : MCELFObjectTargetWriter(/*Is64Bit=*/false, ELF::ELFOSABI_NONE, weft::kElfMachine, /*HasAddend=*/true) {}

protected:
  unsigned getRelocType(MCContext& context, const MCValue& /*target*/, const MCFixup& fixup,
                        bool relative) const override {
    switch (unsigned(fixup.getKind())) {
    case FK_NONE:
      return weft::kRelocationNone;
    case FK_Data_4:
    case FK_PCRel_4:
      return relative ? weft::kRelocationRelative32 : weft::kRelocationAbsolute32;
    default:
      context.reportError(fixup.getLoc(), "no relocation for this expression: only 32-bit addresses and distances "
                                          "can be filled in by the linker");
      return weft::kRelocationNone;
    }
  }

  // Symbols are kept (not rewritten to section + offset): the linker's messages can then name them.
  bool needsRelocateWithSymbol(const MCValue& /*value*/, const MCSymbol& /*symbol*/, unsigned /*type*/) const override {
    return true;
  }
};

class WeftAsmBackend : public MCAsmBackend {
public:
  WeftAsmBackend() : MCAsmBackend(endianness::little) {}

  unsigned getNumFixupKinds() const override { return 0; }

  void applyFixup(const MCAssembler& assembler, const MCFixup& fixup, const MCValue& /*target*/,
                  MutableArrayRef<char> data, uint64_t value, bool /*resolved*/,
                  const MCSubtargetInfo* /*subtarget*/) const override {
    if (fixup.getKind() >= FirstLiteralRelocationKind || fixup.getKind() == FK_NONE)
      return;
    unsigned size = (getFixupKindInfo(fixup.getKind()).TargetSize + 7) / 8;
    if (size < 8) {
      int64_t number = int64_t(value);
      if (!isIntN(size * 8, number) && !isUIntN(size * 8, value))
        assembler.getContext().reportError(fixup.getLoc(),
                                           "value " + Twine(number) + " does not fit in " + Twine(size * 8) + " bits");
    }
    for (unsigned i = 0; i < size; ++i)
      data[fixup.getOffset() + i] = char(uint8_t(value >> (8 * i)));
  }

  // Data may precede the padding: its odd bytes become zeros. (LLVM looks for a size that is a multiple of this one,
  // and with any but 1 there may be none.)
  unsigned getMinimumNopSize() const override { return 1; }

  bool writeNopData(raw_ostream& out, uint64_t count, const MCSubtargetInfo* /*subtarget*/) const override {
    out.write_zeros(unsigned(count % 8));
    for (uint64_t i = 0; i < count / 8; ++i)
      support::endian::write<uint64_t>(out, kNop, endianness::little);
    return true;
  }

  std::unique_ptr<MCObjectTargetWriter> createObjectTargetWriter() const override { return createWeftObjectWriter(); }
};

} // namespace

std::unique_ptr<MCObjectTargetWriter> llvm::createWeftObjectWriter() {
  return std::make_unique<WeftObjectWriter>();
}

MCAsmBackend* llvm::createWeftAsmBackend(const Target& /*target*/, const MCSubtargetInfo& /*subtarget*/,
                                         const MCRegisterInfo& /*registers*/, const MCTargetOptions& /*options*/) {
  return new WeftAsmBackend;
}
