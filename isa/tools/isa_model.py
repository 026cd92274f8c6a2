"""What the generators share: loading the checked instruction set, encoding layouts, writing outputs."""

import json
import os

# Operand names in the order of the decoded structures. A name has the same width wherever it occurs, except imm.
FIELDS = ["rd", "rs1", "rs2", "rA", "rB", "rC", "rD", "pA", "pB", "pC", "pD", "pF", "w0", "w1", "s0", "s1", "imm"]
WIDTHS = {**{name: 5 for name in FIELDS}, **{name: 4 for name in ("pA", "pB", "pC", "pD", "pF")}, "imm": 32}
SEMAPHORES = ["w0", "w1", "s0", "s1"]
NO_SEMAPHORE = 31


REGISTERS = ["rA", "rB", "rC", "rD"]
PATTERNS = ["pA", "pB", "pC", "pD"]


def camel(name):
    """`bad_operand` as a C++ name: badOperand; `_bad_operand` gives BadOperand."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


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


class UsageError(Exception):
    """Roles that the vector engine cannot serve."""


def vector_usage(instruction, isa):
    """What the vector engine does in an instruction, from its roles; None of what it does not execute."""
    if instruction["engine"] != "vector" or not instruction["built"]:
        return None
    use = {"table_load": False, "accumulator_a": False, "scratchpad_a": False, "scratchpad_b": False, "taps": False,
           "weights": False, "parameter_rows": 0, "result": False, "lut": "never",
           "types_a": [], "types_b": [], "types_result": []}
    for role in instruction["roles"]:
        walks = [(walk["strides"], walk["counts"]) for walk in role["walks"]]
        shape = (role["space"], role["register"], role["unit"], role["write"], walks, role["sequence"])
        if shape == ("scratchpad", "rD", "lane_row", False, [], ""):
            use["parameter_rows"] = role["units"]
        elif shape == ("accumulator", "rA", "sums", False, [("pA", "pC")], ""):
            use["accumulator_a"] = True
        elif shape == ("scratchpad", "rA", "lane_row", False, [("pA", "pC")], ""):
            use["scratchpad_a"] = True
        elif shape == ("scratchpad", "rA", "lane_row", False, [("pA", "pC"), ("pB", "pB")], ""):
            use["scratchpad_a"] = use["taps"] = True
        elif shape == ("scratchpad", "rB", "lane_row", False, [("pB", "pC")], ""):
            use["scratchpad_b"] = True
        elif shape == ("scratchpad", "rB", "lane_row", False, [], "pB"):
            use["weights"] = True
        elif shape == ("scratchpad", "rA", "table", False, [], ""):
            use["table_load"] = True
        elif shape == ("lut", "", "table", False, [], ""):
            use["lut"] = "if_flagged" if role["flag"] == "lut" else "always"
        elif shape == ("scratchpad", "rC", "lane_row", True, [("pC", "pC")], ""):
            use["result"] = True
        elif shape != ("lut", "", "table", True, [], ""):
            raise UsageError(f"the vector engine has no operand like the role '{role['name']}'")
        if role["slot"]:
            use[f"types_{role['slot']}"] = role["types"]
    if use["weights"] and not use["taps"]:
        raise UsageError("weights without a window")
    if use["result"] == use["table_load"]:
        raise UsageError("a vector instruction writes result rows, or loads the look-up table")
    widths = {row["bits"] for row in isa["element_types"]
              for slot in ("types_a", "types_b", "types_result") if row["name"] in use[slot]}
    use["float_rows"] = 32 in widths
    if len(widths) > 1:
        raise UsageError("rows of elements of different widths")
    return use


def write(path, text):
    """Replaces the file at once: never half a file."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    temporary = f"{path}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)
