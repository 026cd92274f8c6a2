"""Writes weft_builtins.h: a C declaration for every builtin, and constants for fields and counters, from isa.json."""

import json
import os
import sys
import textwrap

ENGINES = [("sequencer", "Sequencer: pattern registers, synchronisation, counters"), ("load", "Load engine"),
           ("store", "Store engine"), ("matrix", "Matrix engine"), ("vector", "Vector engine")]


def comment(text):
    return "\n".join(textwrap.wrap(text, 116, initial_indent="// ", subsequent_indent="// "))


def declaration(instruction):
    results = [operand for operand in instruction["operands"] if operand["result"]]
    inputs = [operand for operand in instruction["operands"] if not operand["result"]]
    # A register operand may be any value; the others are part of the instruction word and must be constants.
    parameters = ", ".join(
        ("weft_value " if operand["kind"] == "register" else "weft_constant ") + operand["name"] for operand in inputs
    )
    name = instruction["mnemonic"]
    lines = [comment(instruction["doc"])]
    if not instruction["built"]:
        lines.append("// Designed, not yet built: raises the fault `unimplemented`.")
    noreturn = "__attribute__((noreturn)) " if name == "halt" else ""
    lines.append(f"{noreturn}{'weft_value' if results else 'void'} weft_{name}({parameters or 'void'}) "
                 f"WEFT_BUILTIN(\"weft.{name}\");")
    return "\n".join(lines)


def constants(entries, prefix):
    return "\n".join(f"#define {prefix}{entry['name'].upper()} {entry['number']} // {entry['doc']}" for entry in entries)


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        isa = json.load(file)
    out = ["// Generated from isa/Weft.td: builtins and constants of weft.h.", "#pragma once", ""]
    out += ["// Fields of a pattern register used as a walk.", constants(isa["pattern_fields"], "WEFT_"), ""]
    out += ["// Fields of a pattern register used as a configuration.", constants(isa["config_fields"], "WEFT_CONFIG_"), ""]
    out += ["// Performance counters.", constants(isa["counters"], "WEFT_COUNTER_"), ""]
    for engine, title in ENGINES:
        out.append(f"// --- {title} " + "-" * (110 - len(title)))
        out.append("")
        for instruction in isa["instructions"]:
            if instruction["effects"] and instruction["engine"] == engine:
                out += [declaration(instruction), ""]
    temporary = target + ".tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write("\n".join(out))
    os.replace(temporary, target)


main()
