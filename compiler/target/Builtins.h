// Builtins: functions named weft.<mnemonic>, one for each instruction with effects beyond scalar registers and memory
// (tensor instructions, pattern registers, semaphores, counters, fence, halt, trap).
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/MC/MCInstrDesc.h"
#include <cstdint>
#include <optional>

namespace llvm {
class MCInstrInfo;
}

namespace weft {

inline constexpr llvm::StringRef kBuiltinPrefix = "weft.";

// Whether a function's name (with or without the \1 of an assembly name) is reserved for builtins.
bool isBuiltinName(llvm::StringRef function);

// The opcode of the instruction that a function's name asks for; nothing if there is no such instruction.
std::optional<unsigned> builtinOpcode(llvm::StringRef function, const llvm::MCInstrInfo& info);

// Whether `value` is legal for an immediate operand; `describe` says what is.
struct OperandRange {
  int64_t low;
  int64_t high;
  const char* describe;
};
OperandRange builtinOperandRange(const llvm::MCOperandInfo& operand);

} // namespace weft
