// Words to instructions. Any bit pattern that no instruction has is rejected.
#include "compiler/target/MCTargetDesc.h"
#include "llvm/MC/MCDecoderOps.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Endian.h"

#define DEBUG_TYPE "weft-disassembler"

using namespace llvm;
using DecodeStatus = MCDisassembler::DecodeStatus;

namespace {

DecodeStatus DecodeGPRRegisterClass(MCInst& inst, uint64_t number, uint64_t /*address*/,
                                    const MCDisassembler* /*decoder*/) {
  if (number > 31)
    return MCDisassembler::Fail;
  inst.addOperand(MCOperand::createReg(unsigned(Weft::X0 + number)));
  return MCDisassembler::Success;
}

DecodeStatus decodeImm32(MCInst& inst, uint64_t value, uint64_t /*address*/, const MCDisassembler* /*decoder*/) {
  inst.addOperand(MCOperand::createImm(int32_t(uint32_t(value))));
  return MCDisassembler::Success;
}

DecodeStatus decodeTarget32(MCInst& inst, uint64_t value, uint64_t address, const MCDisassembler* decoder) {
  int64_t distance = int32_t(uint32_t(value));
  if (!decoder->tryAddingSymbolicOperand(inst, int64_t(address) + distance, address, /*IsBranch=*/true, 4, 4, 8))
    inst.addOperand(MCOperand::createImm(distance));
  return MCDisassembler::Success;
}

} // namespace

#include "WeftGenDisassembler.inc"

namespace {

class WeftDisassembler : public MCDisassembler {
public:
  using MCDisassembler::MCDisassembler;

  DecodeStatus getInstruction(MCInst& inst, uint64_t& size, ArrayRef<uint8_t> bytes, uint64_t address,
                              raw_ostream& /*comments*/) const override {
    if (bytes.size() < 8) {
      size = 0;
      return Fail;
    }
    size = 8;
    return decodeInstruction(DecoderTableWeft64, inst, support::endian::read64le(bytes.data()), address, this, STI);
  }
};

} // namespace

MCDisassembler* llvm::createWeftDisassembler(const Target& /*target*/, const MCSubtargetInfo& subtarget,
                                             MCContext& context) {
  return new WeftDisassembler(subtarget, context);
}
