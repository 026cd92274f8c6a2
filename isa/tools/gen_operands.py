"""Generates the architecture's tables, the roles of operands, and the counts of vector work:

    gen_operands.py isa.json architecture.h operands.h operands.cpp vector_work.h
"""

import json
import sys

import isa_model

ARCHITECTURE = """// Generated from isa/Architecture.td by isa/tools/gen_operands.py: address map, faults, memories, element types.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft {{

// Address map of the sequencer and of DMA.
{addresses}

// Architectural fault causes; the numbers are what hardware reports.
enum class FaultCause : uint8_t {{
  none = 0,
{faults}
}};
inline constexpr std::array<const char*, {fault_count}> kFaultNames = {{{{
    "none",
{fault_names}
}}}};
// "illegal-instruction", ...
inline const char* name(FaultCause cause) {{
  const auto number = static_cast<size_t>(cause);
  return number < kFaultNames.size() ? kFaultNames[number] : "unknown";
}}

// Memories that tensor instructions access.
enum class Space : uint8_t {{
{spaces}
}};

// The field `types` of a configuration: element types of 4 bits each at these places, and flags.
namespace slot {{
{slots}
}} // namespace slot
namespace flag {{
{flags}
}} // namespace flag

namespace operands {{

// Element types of a configuration.
enum ElementType : uint32_t {{
{types}
  definedTypes = {type_count}
}};
inline constexpr std::array<uint32_t, definedTypes> kElementBits = {{{type_bits}}};

// The field `types` of a configuration.
constexpr uint32_t types(uint32_t a, uint32_t b, uint32_t result, uint32_t flags = 0) {{
  return a << slot::a | b << slot::b | result << slot::result | flags;
}}

}} // namespace operands
}} // namespace weft
"""

HEADER = """// Generated from isa/*.td by isa/tools/gen_operands.py: what tensor instructions do with their registers.
#pragma once

#include "isa/generated/architecture.h"
#include "isa/generated/instructions.h"

#include <array>
#include <cstdint>
#include <span>

namespace weft::operands {{

// What is accessed at once. R and C are the rows and columns of the array.
enum class Unit : uint8_t {{
{units}
}};

inline constexpr int8_t kNone = -1;

// Addresses: the strides of one pattern register, as many times as the counts of one say (0 pA to 3 pD). For runs
// dimension 0 is the run itself.
struct Steps {{
  uint8_t strides = 0;
  uint8_t counts = 0;
}};

// One operand, or a part of what an instruction does to memory (isa/Operands.td).
struct Role {{
  const char* name;
  Space space;
  bool write;
  int8_t base;  // its address: 0 rA to 3 rD; kNone: the memory holds one unit
  Unit unit;
  uint32_t units;  // that follow each other
  int8_t sequence; // so many again for each point of this pattern register; or kNone
  bool window;     // nothing outside of the window of its walk is accessed
  uint8_t stepsCount;
  std::array<Steps, 2> steps;
  int8_t slot;     // of its element type in the field `types`; or kNone
  uint16_t types;  // element types that are built: bit k for type k
  uint32_t onlyIf; // a flag without which it is not used; 0: always used
}};

// Of a built tensor instruction, reads before writes and the result last; others have none.
std::span<const Role> roles(Opcode op);
// Those flags of the field `types` that change what the instruction does.
uint32_t flags(Opcode op);

enum class Lut : uint8_t {{ never, ifFlagged, always }};

// What the vector engine does in an instruction: the same roles as the engine sees them.
struct Usage {{
  bool tableLoad = false;     // rows of the LUT from rA, and nothing else
  bool accumulatorA = false;  // operand A lies in the accumulators
  bool scratchpadA = false;   // operand A lies in the scratchpad: elements at rA + offset of pA
  bool scratchpadB = false;   // operand B: elements at rB + offset of pB
  bool taps = false;          // pB is a window over operand A
  bool weights = false;       // operand B is the weights of the taps: C bytes for each, from rB on
  uint32_t parameterRows = 0; // at rD: rows of C bytes
  bool floatRows = false;     // rows hold elements of 32 bits
  Lut lut = Lut::never;       // results pass through it
}};
// Of a built vector instruction; of others nothing.
const Usage& usage(Opcode op);

}} // namespace weft::operands
"""

SOURCE = """// Generated from isa/*.td by isa/tools/gen_operands.py.
#include "isa/generated/operands.h"

namespace weft::operands {{
namespace {{

constexpr Role kRoles[] = {{
{roles}
}};

struct Row {{
  uint16_t first = 0;
  uint16_t count = 0;
  uint32_t flags = 0;
  Usage usage;
}};
constexpr uint8_t kIndex[256] = {{
{indices}
}};
// The first one is of what is not a built tensor instruction.
constexpr Row kRows[] = {{
    {{}},
{rows}
}};

const Row& row(Opcode op) {{
  return kRows[kIndex[static_cast<uint8_t>(op)]];
}}

}} // namespace

std::span<const Role> roles(Opcode op) {{
  return std::span<const Role>(kRoles).subspan(row(op).first, row(op).count);
}}

uint32_t flags(Opcode op) {{
  return row(op).flags;
}}

const Usage& usage(Opcode op) {{
  return row(op).usage;
}}

}} // namespace weft::operands
"""

WORK = """// Generated from isa/Tensor.td by isa/tools/gen_operands.py: counts of the vector engine's work.
#pragma once

#include "isa/generated/instructions.h"

#include <array>
#include <cstdint>

namespace weft {{

// Result rows of C bytes by the kind of their arithmetic, and the taps (reads of operand A) of windows.
struct VectorWork {{
{members}
}};

// The counts by the names that reports use.
struct VectorWorkField {{
  const char* name;
  uint64_t VectorWork::*count;
}};
inline constexpr std::array<VectorWorkField, {count}> kVectorWorkFields = {{{{
{fields}
}}}};

// Where the rows and the taps of a vector instruction are counted; null if it has none.
struct VectorCounts {{
  uint64_t VectorWork::*rows = nullptr;
  uint64_t VectorWork::*taps = nullptr;
}};
inline constexpr std::array<VectorCounts, 256> kVectorCounts = [] {{
  std::array<VectorCounts, 256> all{{}};
  for (VectorCounts& none : all) // GCC 12 leaves zeros, which are the first member
    none = {{nullptr, nullptr}};
{cases}
  return all;
}}();
inline VectorCounts vectorCounts(Opcode op) {{
  return kVectorCounts[static_cast<uint8_t>(op)];
}}

}} // namespace weft
"""


def boolean(value):
    return "true" if value else "false"


def index(names, name):
    return names.index(name) if name else "kNone"


def role(entry, isa):
    types = {row["name"]: row["number"] for row in isa["element_types"]}
    flags = {row["name"]: row["number"] for row in isa["flags"]}
    steps = ", ".join(f"Steps{{{isa_model.PATTERNS.index(walk['strides'])}, "
                      f"{isa_model.PATTERNS.index(walk['counts'])}}}" for walk in entry["walks"])
    slot = f"slot::{entry['slot']}" if entry["slot"] else "kNone"
    mask = sum(1 << types[name] for name in entry["types"])
    only_if = f"flag::{entry['flag']}" if entry["flag"] else "0"
    return (f"    {{{json.dumps(entry['name'])}, Space::{entry['space']}, {boolean(entry['write'])}, "
            f"{index(isa_model.REGISTERS, entry['register'])}, Unit::{isa_model.camel(entry['unit'])}, "
            f"{entry['units']}, {index(isa_model.PATTERNS, entry['sequence'])}, {boolean(entry['window'])}, "
            f"{len(entry['walks'])}, {{{steps}}}, {slot}, {mask:#x}, {only_if}}},")


def usage(instruction, isa):
    use = isa_model.vector_usage(instruction, isa)
    if use is None:
        return "{}"
    return (f"{{{boolean(use['table_load'])}, {boolean(use['accumulator_a'])}, {boolean(use['scratchpad_a'])}, "
            f"{boolean(use['scratchpad_b'])}, {boolean(use['taps'])}, {boolean(use['weights'])}, "
            f"{use['parameter_rows']}, {boolean(use['float_rows'])}, Lut::{isa_model.camel(use['lut'])}}}")


def flags(instruction):
    names = instruction["flags"] + [entry["flag"] for entry in instruction["roles"] if entry["flag"]]
    return " | ".join(f"flag::{name}" for name in names) or "0"


def architecture(isa):
    types = isa["element_types"]
    return ARCHITECTURE.format(
        addresses="\n".join(f"inline constexpr uint32_t k{isa_model.camel('_' + row['name'])} = {row['value']:#010x}; "
                            f"// {row['doc']}" for row in isa["addresses"]),
        faults="\n".join(f"  {isa_model.camel(row['name'])} = {row['number']}, // {row['doc']}"
                         for row in isa["faults"]),
        fault_names="\n".join(f"    \"{row['name'].replace('_', '-')}\"," for row in isa["faults"]),
        fault_count=len(isa["faults"]) + 1,
        spaces="\n".join(f"  {row['name']} = {row['number']}, // {row['doc']}" for row in isa["spaces"]),
        slots="\n".join(f"inline constexpr int {row['name']} = {row['number']}; // {row['doc']}"
                        for row in isa["type_slots"]),
        flags="\n".join(f"inline constexpr uint32_t {row['name']} = uint32_t{{1}} << {row['number']}; // {row['doc']}"
                        for row in isa["flags"]),
        types="\n".join(f"  {row['name']} = {row['number']}, // {row['doc']}, {row['bits']} bits" for row in types),
        type_count=len(types), type_bits=", ".join(str(row["bits"]) for row in types))


def work(isa):
    built = [i for i in isa["instructions"] if (isa_model.vector_usage(i, isa) or {}).get("result")]
    kinds, windows = [], []
    for instruction in built:
        kind = instruction["counted_as"]
        if kind not in kinds:
            kinds.append(kind)
        if isa_model.vector_usage(instruction, isa)["taps"] and kind not in windows:
            windows.append(kind)
    fields = [("rows", kind) for kind in kinds] + [("taps", kind) for kind in windows]

    cases = []
    for instruction in built:
        kind = instruction["counted_as"].capitalize()
        taps = isa_model.vector_usage(instruction, isa)["taps"]
        cases.append(f"  all[{instruction['opcode']:#04x}] = {{&VectorWork::rows{kind}, "
                     f"{f'&VectorWork::taps{kind}' if taps else 'nullptr'}}};")
    return WORK.format(
        members="\n".join(f"  uint64_t {what}{kind.capitalize()} = 0;" for what, kind in fields),
        fields="\n".join(f"    {{\"vector_{what}_{kind}\", &VectorWork::{what}{kind.capitalize()}}},"
                         for what, kind in fields),
        count=len(fields), cases="\n".join(cases))


def main():
    isa = isa_model.load(sys.argv[1])
    header = HEADER.format(units="\n".join(f"  {isa_model.camel(row['name'])}, // {row['doc']}"
                                           for row in isa["units"]))
    roles, rows, indices, first = [], [], ["0"] * 256, 0
    for instruction in isa["instructions"]:
        if not instruction["roles"] or not instruction["built"]:
            continue
        entries = [role(entry, isa) for entry in instruction["roles"]]
        roles.append(f"    // {instruction['mnemonic']}")
        roles += entries
        rows.append(f"    {{{first}, {len(entries)}, {flags(instruction)}, {usage(instruction, isa)}}}, "
                    f"// {instruction['mnemonic']}")
        indices[instruction["opcode"]] = str(len(rows))
        first += len(entries)
    lines = [", ".join(indices[i:i + 16]) for i in range(0, 256, 16)]
    source = SOURCE.format(roles="\n".join(roles), rows="\n".join(rows),
                           indices="\n".join(f"    {line}," for line in lines))
    for path, text in zip(sys.argv[2:], (architecture(isa), header, source, work(isa))):
        isa_model.write(path, text)


if __name__ == "__main__":
    main()
