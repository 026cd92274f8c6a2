#include "compiler/target/Builtins.h"

#include "compiler/target/MCTargetDesc.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/CodeGen/TargetOpcodes.h"
#include "llvm/MC/MCInstrInfo.h"

using namespace llvm;

namespace weft {

bool isBuiltinName(StringRef function) {
  function.consume_front("\1");
  return function.starts_with(kBuiltinPrefix);
}

std::optional<unsigned> builtinOpcode(StringRef function, const MCInstrInfo& info) {
  // Definitions in isa/*.td are named as their mnemonics, in capitals (isa's checks make sure).
  static const StringMap<unsigned> table = [&info] {
    StringMap<unsigned> opcodes;
    for (unsigned opcode = TargetOpcode::GENERIC_OP_END + 1; opcode < Weft::INSTRUCTION_LIST_END; ++opcode) {
      const MCInstrDesc& description = info.get(opcode);
      if (description.hasUnmodeledSideEffects() && !description.isPseudo())
        opcodes[info.getName(opcode).lower()] = opcode;
    }
    return opcodes;
  }();
  function.consume_front("\1");
  if (!function.consume_front(kBuiltinPrefix))
    return std::nullopt;
  auto found = table.find(function);
  if (found == table.end())
    return std::nullopt;
  return found->second;
}

OperandRange builtinOperandRange(const MCOperandInfo& operand) {
  switch (operand.OperandType) {
  case WeftOp::OPERAND_PATTERN:
    return {0, 15, "the number of a pattern register, 0 to 15"};
  case WeftOp::OPERAND_PATTERN_FIELD:
    return {0, 15, "the number of a pattern register's field, 0 to 15"};
  case WeftOp::OPERAND_SEMAPHORE:
    return {0, 31, "a semaphore, 0 to 30, or 31 for none"};
  case WeftOp::OPERAND_ENGINES:
    return {0, 15, "a set of engines, 0 to 15 (1 load, 2 store, 4 matrix, 8 vector)"};
  case WeftOp::OPERAND_COUNTER:
    return {0, 255, "the number of a counter, 0 to 255"};
  default:
    return {INT32_MIN, INT32_MAX, "a 32-bit number"};
  }
}

} // namespace weft
