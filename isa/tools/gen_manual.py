"""Generates the ISA manual in Markdown: gen_manual.py isa.json manual.md"""

import pathlib
import re
import sys

import isa_model

TEMPLATE = """# The Weft instruction set

This page is generated from `isa/*.td`; do not edit it, change the description and build `weft_isa_manual`. What the
machine is: [design.md](design.md). In which cycle everything happens: [timing.md](timing.md).

Weft has one instruction length: 64 bits. An in-order *sequencer* executes scalar instructions (RISC-V-shaped: RV32IM's
operations with 32-bit immediates) and *dispatches* tensor instructions into the queues of four *engines*: load, store,
matrix and vector. Each engine executes its queue in order; engines are ordered against each other by semaphores and by
nothing else.

Contents: [Registers](#registers) · [Encoding](#encoding) · [Semaphores](#semaphores) ·
[Pattern registers](#pattern-registers) · [Addresses](#address-map) · [Faults](#faults) · [Counters](#performance-counters) ·
[Constants](#constants) · [Operands](#operands-of-tensor-instructions) ·
[All instructions](#all-instructions) · [Pseudo-instructions](#pseudo-instructions) · [A kernel](#a-kernel) ·
[Sequencer](#sequencer-instructions) · [Load](#load-instructions) ·
[Store](#store-instructions) · [Matrix](#matrix-instructions) · [Vector](#vector-instructions)

## Registers

32 scalar registers of 32 bits. x0 reads as zero and ignores writes. Assembly accepts both names and prints the second, the
one of the calling convention (that of RISC-V's ILP32).

{registers}

Further state: the program counter, {pattern_registers} pattern registers p0 to p15 of {pattern_fields} fields of 32 bits,
{semaphores} semaphores s0 to s30, and the vector engine's look-up table of {lut} bytes.

## Encoding

Bits 7-0 are the opcode; every instruction has its own. Bits that an instruction does not use are zero: a word with one of
them set, or with an unknown opcode, is an illegal instruction. Programs are little endian; the program counter is a
multiple of 8.

Scalar instructions:

```
 63            32 31       23 22   18 17   13 12    8 7      0
+----------------+-----------+-------+-------+-------+--------+
|     imm32      |     0     |  rs2  |  rs1  |  rd   | opcode |
+----------------+-----------+-------+-------+-------+--------+
```

Tensor instructions:

```
 63  59 58  54 53  49 48  44 43  40 39  36 35  32 31  28 27   23 22   18 17   13 12    8 7      0
+------+------+------+------+------+------+------+------+-------+-------+-------+-------+--------+
|  s1  |  s0  |  w1  |  w0  |  pD  |  pC  |  pB  |  pA  |  rD   |  rC   |  rB   |  rA   | opcode |
+------+------+------+------+------+------+------+------+-------+-------+-------+-------+--------+
```

Operands:

{operands}

## Semaphores

Semaphores are counters from 0 to {semaphore_max}, zero at reset. A tensor instruction names up to two to *wait* for (w0, w1)
and up to two to *signal* (s0, s1); {none} means none. It starts when each that it waits for is at least 1, and then decrements
each by 1; when it retires, it increments each that it signals. Naming one twice counts once. `semwait` and `semsignal` are
the same for the sequencer. A signal beyond {semaphore_max} is a fault. Each semaphore has one producing and one consuming
engine.

## Pattern registers

A pattern register describes a *walk* (up to four nested loops: counts and strides, and for loads a window and a fill byte)
or a *configuration* (operand pD: element types, zero points, limits, factors). A tensor instruction takes the values that its
registers have when it is dispatched.

As a walk:

{walk}

As a configuration:

{config}

Reset: what `preset` leaves in the field. A configuration that keeps it for `types`, `za`, `zb` or `zo` is seldom meant.

The field `types`:

{type_fields}

Element types. Built: an instruction takes it. Types that are not built fault as unimplemented, other numbers as bad
operands.

{element_types}

## Address map

The sequencer and DMA address scalar memory and DRAM by 32 bits. Scratchpad, accumulators and look-up table have address
spaces of their own, which only tensor instructions name.

{addresses}

## Faults

What stopped a core, and the information that is reported with it.

{faults}

## Performance counters

Read by `rdctr`. What counts as busy and as which stall: [timing.md](timing.md), "Accounting".

{counters}

## Constants

In core cycles unless the text says otherwise.

{constants}

## Operands of tensor instructions

The table with each instruction says what it reads and writes. An operand is accessed by units, at its register's address
plus the offset of its walk: strides of one pattern register, counts of the one in parentheses. The address, and the strides
that are used, are multiples of the unit's alignment. A sequence is so many units that follow each other: fixed, or one for
each point of a pattern register. Types are those that the configuration may name.

{units}

## All instructions

*Built*: instructions marked "no" are encoded and documented, and trap as unimplemented.

{summary}

## Pseudo-instructions

What the assembler takes besides. The disassembler prints what they stand for.

{pseudos}

## A kernel

Load, multiply, requantise, store: the same kernel in assembly and in C. Its tensors are declared, so that `weft run` takes and
gives them by name ([runtime](../../runtime/README.md#programs-written-by-hand)):

```
weft cc kernel.c -o kernel.weft        # or kernel.s
weft run kernel.weft --arch edge-16 --input inputs.npz --output outputs.npz
```

In assembly (`kernel.s`):

```asm
{kernel_s}```

In C (`kernel.c`):

```c
{kernel_c}```

{sections}
"""

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"


def escape(text):
    """Prose for Markdown: what is not in backticks keeps its asterisks, bars and angle brackets."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*|<])", r"\\\1", part) for part in parts)


def table(titles, rows):
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def syntax(instruction):
    return re.sub(r"\$\{?(\w+)\}?", r"\1", instruction["syntax"]).replace("\t", " ")


def encoding(instruction):
    """The bits of an instruction from the highest down, unused ones merged."""
    parts = [(0, 8, f"`{instruction['opcode']:#04x}`")]
    for operand in sorted(instruction["operands"], key=lambda o: o["low"]):
        end = parts[-1][0] + parts[-1][1]
        if operand["low"] > end:
            parts.append((end, operand["low"] - end, "0"))
        parts.append((operand["low"], operand["width"], operand["name"]))
    end = parts[-1][0] + parts[-1][1]
    if end < 64:
        parts.append((end, 64 - end, "0"))
    parts.reverse()
    titles = [f"{low + width - 1}-{low}" if width > 1 else f"{low}" for low, width, _ in parts]
    return table(titles, [[text for _, _, text in parts]])


def yes(value):
    return "yes" if value else "no"


def walk_text(role):
    walks = [w["strides"] if w["strides"] == w["counts"] else f"{w['strides']} ({w['counts']})" for w in role["walks"]]
    text = " + ".join(walks) or "-"
    return text + (", within the window" if role["window"] else "")


def sequence_text(role):
    return f"points of {role['sequence']}" if role["sequence"] else role["units"] if role["units"] > 1 else "-"


def role_row(role):
    access = ("write" if role["write"] else "read") + (f" if `{role['flag']}`" if role["flag"] else "")
    return (role["name"], access, role["space"], role["register"] or "-", role["unit"].replace("_", " "), walk_text(role),
            sequence_text(role), ", ".join(role["types"]) or "-")


def role_table(instruction):
    return table(["operand", "access", "memory", "register", "unit", "walk", "sequence", "types"],
                 [role_row(role) for role in instruction["roles"]])


def place_text(role, alignments):
    """Where the units of a role lie: "scratchpad byte rC + offset of pC, a multiple of C"."""
    if role["space"] == "lut":
        return "the look-up table"
    memory = {"dram": "DRAM address", "scratchpad": "scratchpad byte", "accumulator": "accumulator row"}[role["space"]]
    offsets = [role["register"]] + [f"offset of {walk['strides']}" for walk in role["walks"]]
    if role["sequence"]:
        offsets.append(f"the number of the point of {role['sequence']}")
    alignment = alignments[role["unit"]]
    return f"{memory} {' + '.join(offsets)}" + (f", a multiple of {alignment}" if alignment != "1" else "")


def result_text(role, isa):
    """What an instruction writes, and where, from its last role."""
    units = {unit["name"]: unit for unit in isa["units"]}
    each = "".join(f" for each index of {walk['counts']} (its four counts, dimension 0 fastest)"
                   for walk in role["walks"] if role["unit"] != "run")
    each += f" for each point of {role['sequence']}" if role["sequence"] else ""
    what = units[role["unit"]]["doc"]
    place = place_text(role, {name: unit["alignment"] for name, unit in units.items()})
    return f"**Result:** {escape(what)}{each}, to {place}."


def section(instruction, isa):
    built = "built" if instruction["built"] else "not built: traps as unimplemented"
    return "\n\n".join([
        f"### {instruction['mnemonic']}",
        f"`{syntax(instruction)}`",
        encoding(instruction),
        f"{instruction['engine'].capitalize()}; {built}.",
        escape(instruction["doc"]),
    ] + ([result_text(instruction["roles"][-1], isa), role_table(instruction)] if instruction["roles"] else []))


def operand_rows(isa):
    """One row for each operand type: its names, bits and meaning."""
    kinds = {}
    for instruction in isa["instructions"]:
        for operand in instruction["operands"]:
            names, text, width = kinds.setdefault(operand["operand"], ([], operand["text"], operand["width"]))
            if operand["name"] not in names:
                names.append(operand["name"])
    return [[", ".join(sorted(names, key=isa_model.FIELDS.index)), width, escape(text)]
            for names, text, width in kinds.values()]


def main():
    isa = isa_model.load(sys.argv[1])
    constants = {constant["name"]: constant["value"] for constant in isa["constants"]}
    engines = ["sequencer", "load", "store", "matrix", "vector"]
    sections = []
    for engine in engines:
        sections.append(f"## {engine.capitalize()} instructions")
        sections += [section(i, isa) for i in isa["instructions"] if i["engine"] == engine]
    half = len(isa["registers"]) // 2
    built_types = {name for i in isa["instructions"] for role in i["roles"] for name in role["types"]}
    registers = [(a["name"], a["abi"], b["name"], b["abi"])
                 for a, b in zip(isa["registers"][:half], isa["registers"][half:])]
    isa_model.write(sys.argv[2], TEMPLATE.format(
        registers=table(["register", "name", "register", "name"], registers),
        pattern_registers=constants["PATTERN_REGISTERS"], pattern_fields=constants["PATTERN_FIELDS"],
        semaphores=constants["SEMAPHORES"], semaphore_max=constants["SEMAPHORE_MAX"], lut=constants["LUT_ENTRIES"],
        none=isa_model.NO_SEMAPHORE, operands=table(["operands", "bits", "value"], operand_rows(isa)),
        walk=table(["field", "name", "reset", "meaning"],
                   [(r["number"], f"`{r['name']}`", r["reset"], escape(r["doc"])) for r in isa["pattern_fields"]]),
        config=table(["field", "name", "reset", "meaning"],
                     [(r["number"], f"`{r['name']}`", walk["reset"], escape(r["doc"]))
                      for r, walk in zip(isa["config_fields"], isa["pattern_fields"])]),
        type_fields=table(["bits", "meaning"],
                          [(f"{r['number'] + 3}-{r['number']}", f"element type of {escape(r['doc'])}")
                           for r in isa["type_slots"]] +
                          [(r["number"], f"flag `{r['name']}`: {escape(r['doc'])}") for r in isa["flags"]]),
        element_types=table(["number", "name", "bits", "type", "built"],
                            [(r["number"], f"`{r['name']}`", r["bits"], escape(r["doc"]), yes(r["name"] in built_types))
                             for r in isa["element_types"]]),
        addresses=table(["address", "name", "meaning"],
                        [(f"`{r['value']:#010x}`", f"`{r['name']}`", escape(r["doc"])) for r in isa["addresses"]]),
        faults=table(["number", "name", "cause", "information"],
                     [(r["number"], r["name"].replace("_", "-"), escape(r["doc"]), escape(r["information"]))
                      for r in isa["faults"]]),
        units=table(["unit", "what", "alignment"],
                    [(r["name"].replace("_", " "), escape(r["doc"]), r["alignment"]) for r in isa["units"]]),
        counters=table(["number", "name", "counts"],
                       [(r["number"], f"`{r['name']}`", escape(r["doc"])) for r in isa["counters"]]),
        constants=table(["constant", "value", "meaning"],
                        [(f"`{c['name']}`", c["value"], escape(c["doc"])) for c in isa["constants"]]),
        summary=table(["opcode", "instruction", "engine", "built"],
                      [(f"`{i['opcode']:#04x}`", f"[{i['mnemonic']}](#{i['mnemonic']})", i["engine"],
                        "yes" if i["built"] else "no") for i in isa["instructions"]]),
        pseudos=table(["pseudo-instruction", "stands for", "meaning"],
                      [(f"`{syntax(p)}`", f"`{syntax({'syntax': p['base']})}`", escape(p["doc"])) for p in isa["pseudos"]]),
        kernel_s=(DOCS / "kernel.s").read_text(encoding="utf-8"), kernel_c=(DOCS / "kernel.c").read_text(encoding="utf-8"),
        sections="\n\n".join(sections)))


if __name__ == "__main__":
    main()
