"""Generates the C++ decoder and encoder: gen_cpp.py isa.json instructions.h instructions.cpp"""

import json
import sys

import isa_model

HEADER = """// Generated from isa/Weft.td by isa/tools/gen_cpp.py: instructions, decoder, encoder, tables.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace weft {{

// The value is the opcode byte, bits 7-0 of the word.
enum class Opcode : uint8_t {{
{opcodes}
}};

// The built ones again, by what executes them: the sequencer, an engine, of the vector engine the 8-bit or the wide lanes.
// A switch over one of these without default does not compile if it forgets an instruction.
{groups}

enum class Engine : uint8_t {{ sequencer, load, store, matrix, vector }};
enum class Format : uint8_t {{ scalar, tensor }};
enum class OperandKind : uint8_t {{ reg, imm, target, pattern, field, semaphore }};

inline constexpr uint8_t kNoSemaphore = {no_semaphore};

// An instruction, decoded. Operands that `op` does not have keep the values given here. `imm` is sign-agnostic: 32 bits
// as encoded, shorter immediates zero-extended; a branch target is the distance in bytes from the instruction itself.
struct Instruction {{
  Opcode op = static_cast<Opcode>(0); // 0 is no instruction
{fields}
}};

bool operator==(const Instruction& a, const Instruction& b);
inline bool operator!=(const Instruction& a, const Instruction& b) {{ return !(a == b); }}

// One operand: its name in Instruction and in the manual, and its bits low to low + width - 1 of the word.
struct OperandInfo {{
  const char* name = nullptr;
  OperandKind kind = OperandKind::imm;
  uint8_t low = 0;
  uint8_t width = 0;
  bool result = false; // written, not read
}};

inline constexpr int kMaxOperands = {max_operands};
inline constexpr int kInstructionCount = {count};

struct InstructionInfo {{
  Opcode op;
  const char* name;     // of the record in the .td files
  const char* mnemonic; // in assembly
  const char* syntax;   // mnemonic, tab, operands as $name or ${{name}}
  Engine engine;
  Format format;
  bool built; // false: encoded and documented, traps as unimplemented
  uint32_t accessBytes; // that the sequencer loads or stores, at a multiple of them; 0: none
  const char* doc;
  int operandCount;
  std::array<OperandInfo, kMaxOperands> operands;
}};

// Decodes a word. False, and `instruction` unchanged, if it is illegal: unknown opcode, or a bit set that the
// instruction does not use. Instructions that are not built decode.
bool decode(uint64_t word, Instruction& instruction);

// The inverse of decode. Operands that the instruction has not are ignored; one that does not fit its bits fails
// WEFT_CHECK, as does an `op` that is no instruction.
uint64_t encode(const Instruction& instruction);

// False for a byte that is no opcode.
bool isOpcode(uint8_t byte);
// Fails WEFT_CHECK if `op` is no instruction.
const InstructionInfo& info(Opcode op);
// All instructions in the order of their opcodes.
const std::array<InstructionInfo, kInstructionCount>& allInstructions();

// "sequencer", "load", "store", "matrix", "vector".
const char* engineName(Engine engine);
// The name of the calling convention ("zero", "ra", ...) of scalar register 0 to 31.
const char* registerName(int number);
// The value of an operand by its description.
uint32_t operandValue(const Instruction& instruction, const OperandInfo& operand);

// Assembly, with a tab after the mnemonic, as the LLVM target's printer writes it: ABI register names, immediates in
// signed decimal, branch targets as the distance in bytes.
std::string print(const Instruction& instruction);
// The same with branch targets as absolute addresses (hexadecimal), for an instruction at byte address `pc`.
std::string print(const Instruction& instruction, uint32_t pc);

}} // namespace weft
"""

SOURCE = """// Generated from isa/Weft.td by isa/tools/gen_cpp.py.
#include "isa/generated/instructions.h"

#include "isa/support/error.h"

namespace weft {{
namespace {{

// What decoding needs of an opcode. Layout 0 is no instruction; the others are the cases below.
struct Row {{
  uint64_t mustBeZero;
  uint8_t layout;
}};
constexpr Row kRows[256] = {{
{rows}
}};

constexpr uint8_t kNoInfo = 255;
constexpr uint8_t kInfoIndex[256] = {{
{indices}
}};

constexpr std::array<InstructionInfo, kInstructionCount> kInfos = {{{{
{infos}
}}}};

constexpr const char* kRegisterNames[32] = {{
{registers}
}};

uint64_t place(uint32_t value, int low, int width, const char* name) {{
  WEFT_CHECK(width == 32 || value >> width == 0, std::string("operand ") + name + " does not fit its bits");
  return static_cast<uint64_t>(value) << low;
}}

}} // namespace

bool decode(uint64_t word, Instruction& instruction) {{
  const Row& row = kRows[word & 0xff];
  if (row.layout == 0 || (word & row.mustBeZero) != 0)
    return false;
  Instruction d;
  d.op = static_cast<Opcode>(word & 0xff);
  switch (row.layout) {{
{decode}
  default:
    return false;
  }}
  instruction = d;
  return true;
}}

uint64_t encode(const Instruction& i) {{
  const uint64_t opcode = static_cast<uint8_t>(i.op);
  switch (kRows[opcode].layout) {{
{encode}
  default:
    WEFT_CHECK(false, "encode: no instruction has opcode " + std::to_string(opcode));
    return 0;
  }}
}}

bool operator==(const Instruction& a, const Instruction& b) {{
  return {equal};
}}

bool isOpcode(uint8_t byte) {{ return kRows[byte].layout != 0; }}

const InstructionInfo& info(Opcode op) {{
  const uint8_t index = kInfoIndex[static_cast<uint8_t>(op)];
  WEFT_CHECK(index != kNoInfo, "no instruction has opcode " + std::to_string(static_cast<int>(op)));
  return kInfos[index];
}}

const std::array<InstructionInfo, kInstructionCount>& allInstructions() {{ return kInfos; }}

const char* registerName(int number) {{
  WEFT_CHECK(number >= 0 && number < 32, "scalar register number");
  return kRegisterNames[number];
}}

}} // namespace weft
"""

KIND = {"register": "reg"}


def rows_of_eight(items):
    lines = [", ".join(items[i:i + 8]) for i in range(0, len(items), 8)]
    return "\n".join(f"    {line}," for line in lines)


def quote(text):
    return json.dumps(text)


def info(instruction):
    operands = ", ".join(
        f"OperandInfo{{{quote(o['name'])}, OperandKind::{KIND.get(o['kind'], o['kind'])}, {o['low']}, {o['width']}, "
        f"{'true' if o['result'] else 'false'}}}" for o in instruction["operands"])
    return (f"    InstructionInfo{{Opcode::{instruction['name']}, {quote(instruction['name'])}, "
            f"{quote(instruction['mnemonic'])}, {quote(instruction['syntax'])}, Engine::{instruction['engine']}, "
            f"Format::{instruction['format']}, {'true' if instruction['built'] else 'false'}, "
            f"{instruction['access_bytes']},\n"
            f"     {quote(instruction['doc'])}, {len(instruction['operands'])},\n     {{{{{operands}}}}}}},")


def groups(isa):
    """[(name of the enumeration, its instructions)]"""
    def executed_by(instruction):
        use = isa_model.vector_usage(instruction, isa)
        if use is None:
            return {"sequencer": "ScalarOp", "load": "LoadOp", "store": "StoreOp", "matrix": "MatrixOp"}.get(
                instruction["engine"])
        return "" if use["table_load"] else "WideOp" if use["float_rows"] else "LaneOp"

    built = [instruction for instruction in isa["instructions"] if instruction["built"]]
    return [(name, [i for i in built if executed_by(i) == name])
            for name in ("ScalarOp", "LoadOp", "StoreOp", "MatrixOp", "LaneOp", "WideOp")]


def enumeration(name, instructions):
    lines = "\n".join(f"  {i['name']} = {i['opcode']:#04x}," for i in instructions)
    return f"enum class {name} : uint8_t {{\n{lines}\n}};"


def field(name):
    if name == "imm":
        return "  uint32_t imm = 0;"
    return f"  uint8_t {name} = {'kNoSemaphore' if name in isa_model.SEMAPHORES else 0};"


def decode_case(number, layout):
    lines = [f"  case {number}:"]
    for name, low, width in layout:
        kind = "uint32_t" if name == "imm" else "uint8_t"
        lines.append(f"    d.{name} = static_cast<{kind}>((word >> {low}) & {(1 << width) - 1:#x}u);")
    return "\n".join(lines + ["    break;"])


def encode_case(number, layout):
    parts = ["opcode"] + [f'place(i.{name}, {low}, {width}, "{name}")' for name, low, width in layout]
    return f"  case {number}:\n    return " + " |\n           ".join(parts) + ";"


def main():
    isa = isa_model.load(sys.argv[1])
    layouts = isa_model.layouts(isa)
    instructions = isa["instructions"]
    by_opcode = {instruction["opcode"]: instruction for instruction in instructions}
    rows, indices = [], []
    for opcode in range(256):
        found = by_opcode.get(opcode)
        rows.append(f"{{{isa_model.must_be_zero(found):#x}u, {found['layout'] + 1}}}" if found else "{0, 0}")
        indices.append(str(instructions.index(found)) if found else "kNoInfo")
    header = HEADER.format(
        opcodes="\n".join(f"  {i['name']} = {i['opcode']:#04x}," for i in instructions),
        groups="\n".join(enumeration(name, members) for name, members in groups(isa)),
        no_semaphore=isa_model.NO_SEMAPHORE, fields="\n".join(field(name) for name in isa_model.FIELDS),
        max_operands=max(len(i["operands"]) for i in instructions), count=len(instructions))
    source = SOURCE.format(
        rows=rows_of_eight(rows), indices=rows_of_eight(indices), infos="\n".join(info(i) for i in instructions),
        registers=rows_of_eight([quote(register["abi"]) for register in isa["registers"]]),
        decode="\n".join(decode_case(i + 1, layout) for i, layout in enumerate(layouts)),
        encode="\n".join(encode_case(i + 1, layout) for i, layout in enumerate(layouts)),
        equal=" && ".join(f"a.{name} == b.{name}" for name in ["op"] + isa_model.FIELDS))
    isa_model.write(sys.argv[2], header)
    isa_model.write(sys.argv[3], source)


if __name__ == "__main__":
    main()
