// Instructions by what the description says of them, for tests that go through all of them.
#pragma once

#include "isa/generated/operands.h"

#include <vector>

namespace weft::test {

// The built instructions of an engine, in the order of their opcodes.
inline std::vector<Opcode> builtOpcodes(Engine engine) {
  std::vector<Opcode> result;
  for (const InstructionInfo& description : allInstructions())
    if (description.engine == engine && description.built)
      result.push_back(description.op);
  return result;
}

// The built vector instructions of the wide lanes, or all others.
inline std::vector<Opcode> vectorOpcodes(bool floatRows) {
  std::vector<Opcode> result;
  for (const Opcode op : builtOpcodes(Engine::vector))
    if (operands::usage(op).floatRows == floatRows)
      result.push_back(op);
  return result;
}

// The element types that a configuration may name in this place (slot::a, ...); none: the instruction names none there.
inline std::vector<uint32_t> elementTypes(Opcode op, int slot) {
  std::vector<uint32_t> result;
  for (const operands::Role& role : operands::roles(op))
    for (uint32_t type = 0; role.slot == slot && type < operands::definedTypes; ++type)
      if ((role.types >> type & 1) != 0)
        result.push_back(type);
  return result;
}

// Element types of a configuration that the instruction takes; what it does not name is u8 or s8. `below(n)` is a
// random number below n.
template <typename Below> uint32_t randomTypes(Opcode op, Below&& below) {
  uint32_t result = 0;
  for (const int slot : {slot::a, slot::b, slot::result}) {
    const std::vector<uint32_t> types = elementTypes(op, slot);
    result |= (types.empty() ? below(2) : types[below(static_cast<uint32_t>(types.size()))]) << slot;
  }
  return result;
}

} // namespace weft::test
