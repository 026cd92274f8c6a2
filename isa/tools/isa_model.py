"""What the generators share: loading the checked instruction set, encoding layouts, writing outputs."""

import json
import os

# Operand names in the order of the decoded structures. A name has the same width wherever it occurs, except imm.
FIELDS = ["rd", "rs1", "rs2", "rA", "rB", "rC", "rD", "pA", "pB", "pC", "pD", "pF", "w0", "w1", "s0", "s1", "imm"]
WIDTHS = {**{name: 5 for name in FIELDS}, **{name: 4 for name in ("pA", "pB", "pC", "pD", "pF")}, "imm": 32}
SEMAPHORES = ["w0", "w1", "s0", "s1"]
NO_SEMAPHORE = 31


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def must_be_zero(instruction):
    """Mask of the bits that neither the opcode nor an operand uses."""
    used = 0xFF
    for operand in instruction["operands"]:
        used |= ((1 << operand["width"]) - 1) << operand["low"]
    return ~used & (2**64 - 1)


def layouts(isa):
    """The different placements of operands, each a tuple of (name, low, width); instructions refer to them."""
    result = []
    for instruction in isa["instructions"]:
        operands = sorted(instruction["operands"], key=lambda operand: operand["low"])
        layout = tuple((operand["name"], operand["low"], operand["width"]) for operand in operands)
        if layout not in result:
            result.append(layout)
        instruction["layout"] = result.index(layout)
    return result


def write(path, text):
    """Replaces the file at once: never half a file."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    temporary = f"{path}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)
