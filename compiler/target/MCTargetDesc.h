// Machine-code layer: constructors that the target registry needs, and the generated enumerations.
#pragma once

#include "llvm/MC/MCInstrDesc.h"
#include <memory>

namespace llvm {
class MCAsmBackend;
class MCCodeEmitter;
class MCContext;
class MCDisassembler;
class MCInstrInfo;
class MCObjectTargetWriter;
class MCRegisterInfo;
class MCSubtargetInfo;
class MCTargetAsmParser;
class MCAsmParser;
class MCTargetOptions;
class Target;

Target& getTheWeftTarget();

MCCodeEmitter* createWeftMCCodeEmitter(const MCInstrInfo& info, MCContext& context);
MCAsmBackend* createWeftAsmBackend(const Target& target, const MCSubtargetInfo& subtarget,
                                   const MCRegisterInfo& registers, const MCTargetOptions& options);
MCDisassembler* createWeftDisassembler(const Target& target, const MCSubtargetInfo& subtarget, MCContext& context);
MCTargetAsmParser* createWeftAsmParser(const MCSubtargetInfo& subtarget, MCAsmParser& parser, const MCInstrInfo& info,
                                       const MCTargetOptions& options);
std::unique_ptr<MCObjectTargetWriter> createWeftObjectWriter();

// Registers the machine-code layer, the assembly parser and so on.
void registerWeftMachineCode();
// Registers TargetMachine and AsmPrinter.
void registerWeftCodeGenerator();

// What an immediate operand means (OperandType in isa/Formats.td).
namespace WeftOp {
enum OperandType : unsigned {
  OPERAND_IMM32 = MCOI::OPERAND_FIRST_TARGET,
  OPERAND_PATTERN,
  OPERAND_PATTERN_FIELD,
  OPERAND_SEMAPHORE,
  OPERAND_ENGINES,
  OPERAND_COUNTER,
};
} // namespace WeftOp

} // namespace llvm

#define GET_REGINFO_ENUM
#include "WeftGenRegisterInfo.inc"
#define GET_INSTRINFO_ENUM
#define GET_INSTRINFO_MC_HELPER_DECLS
#include "WeftGenInstrInfo.inc"
#define GET_SUBTARGETINFO_ENUM
#include "WeftGenSubtarget.inc"
