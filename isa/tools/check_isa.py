"""Checks the instruction set exactly and reduces TableGen's JSON to what the generators need.

    check_isa.py tablegen.json isa.json

Fails, naming the record, if an encoding is not fully determined: a bit that is neither a constant nor an operand's, an
operand's bit that is missing, doubled or out of order, an opcode or mnemonic used twice, two encodings that one word
could match, a constant 1 outside the opcode (unused bits are zero by definition), numbers or names used twice in a
table. Likewise if the roles of a tensor instruction do not fit its operands, or its engine.
"""

import json
import re
import sys

import isa_model

ENGINES = ["sequencer", "load", "store", "matrix", "vector"]
FORMATS = ["scalar", "tensor"]
KINDS = ["register", "imm", "target", "pattern", "field", "semaphore"]


class IsaError(Exception):
    """A defect of the description; the message names the record."""


def number(bits, where):
    """The value of a TableGen bits<n> (least significant first)."""
    if any(bit not in (0, 1) for bit in bits):
        raise IsaError(f"{where} has unset bits")
    return sum(bit << i for i, bit in enumerate(bits))


def operands_of(name, record, records):
    """The operands in the order of the lists: results first."""
    result = []
    for is_result, dag in ((True, record["OutOperandList"]), (False, record["InOperandList"])):
        for argument, operand in dag["args"]:
            kind = argument[0]["def"] if isinstance(argument, list) else argument["def"]
            if kind == "GPR":
                described = {"kind": "register", "width": 5, "text": "a scalar register"}
            elif "WeftOperand" in records[kind]["!superclasses"]:
                source = records[kind]
                described = {"kind": source["Kind"], "width": source["Width"], "text": source["Text"]}
            else:
                raise IsaError(f"{name}: operand ${operand} has type {kind}, which is neither GPR nor a WeftOperand")
            if described["kind"] not in KINDS:
                raise IsaError(f"{name}: operand ${operand} has unknown kind '{described['kind']}'")
            if operand not in isa_model.FIELDS:
                raise IsaError(f"{name}: operand ${operand} is not one of {', '.join(isa_model.FIELDS)}")
            if described["width"] > isa_model.WIDTHS[operand]:
                raise IsaError(f"{name}: operand ${operand} has {described['width']} bits, at most "
                               f"{isa_model.WIDTHS[operand]} are decoded")
            if any(other["name"] == operand for other in result):
                raise IsaError(f"{name}: operand ${operand} occurs twice")
            result.append({"name": operand, "result": is_result, "operand": kind, **described})
    return result


def place(name, operand, positions):
    """Checks that an operand's bits lie once each, in order, side by side; returns the lowest bit's place."""
    indices = [index for index, _ in positions]
    for index in range(operand["width"]):
        if indices.count(index) == 0:
            raise IsaError(f"{name}: bit {index} of operand ${operand['name']} is missing from the encoding")
        if indices.count(index) > 1:
            raise IsaError(f"{name}: bit {index} of operand ${operand['name']} is encoded twice")
    if len(indices) != operand["width"]:
        raise IsaError(f"{name}: operand ${operand['name']} has {operand['width']} bits, the encoding {len(indices)}")
    low = positions[0][1]
    if [(i, low + i) for i in range(operand["width"])] != positions:
        raise IsaError(f"{name}: the bits of operand ${operand['name']} are not side by side in order")
    return low


def instruction(name, record, records):
    bits = record["Inst"]
    if len(bits) != 64:
        raise IsaError(f"{name}: the encoding has {len(bits)} bits, not 64")
    for attribute, legal in (("Engine", ENGINES), ("Format", FORMATS)):
        if record[attribute] not in legal:
            raise IsaError(f"{name}: {attribute} is '{record[attribute]}', not one of {', '.join(legal)}")
    if not record["Doc"]:
        raise IsaError(f"{name}: no Doc")

    operands = operands_of(name, record, records)
    positions = {operand["name"]: [] for operand in operands}
    fixed = []
    for place_in_word, bit in enumerate(bits):
        if bit in (0, 1):
            fixed.append(bit)
            continue
        fixed.append(None)
        if bit is None:
            raise IsaError(f"{name}: bit {place_in_word} of the encoding is unset")
        variable, index = (bit["var"], bit["index"]) if bit.get("kind") == "varbit" else (bit.get("var"), 0)
        if variable not in positions:
            raise IsaError(f"{name}: bit {place_in_word} of the encoding belongs to ${variable}, which is no operand")
        positions[variable].append((index, place_in_word))
    for operand in operands:
        operand["low"] = place(name, operand, positions[operand["name"]])

    opcode = number(record["Opcode"], f"{name}: Opcode")
    if fixed[:8] != [(opcode >> i) & 1 for i in range(8)]:
        raise IsaError(f"{name}: bits 7-0 of the encoding are not the opcode {opcode:#04x}")
    for place_in_word in range(8, 64):
        if fixed[place_in_word] == 1:
            raise IsaError(f"{name}: bit {place_in_word} of the encoding is 1; bits that no operand uses are 0")
    if any(record["SoftFail"]):
        raise IsaError(f"{name}: SoftFail is not supported: a word is legal or it is not")

    syntax = record["AsmString"]
    mentioned = re.findall(r"\$\{?(\w+)\}?", syntax)
    if sorted(mentioned) != sorted(positions):
        raise IsaError(f"{name}: the syntax '{syntax}' does not name every operand once")
    return {
        "name": name, "mnemonic": syntax.split("\t")[0], "syntax": syntax, "opcode": opcode,
        "engine": record["Engine"], "format": record["Format"], "built": bool(record["Built"]), "doc": record["Doc"],
        "effects": bool(record["hasSideEffects"]),
        "operands": operands, "fixed": fixed, "access_bytes": record["AccessBytes"],
        "roles": roles(name, record, records, positions) if record["Format"] == "tensor" else [],
        "flags": [records[flag["def"]]["Name"] for flag in record.get("Flags", [])],
        "counted_as": record.get("CountedAs", ""),
    }


def role(name, source, records, operands):
    """A role of a tensor instruction, checked against the instruction's operands."""
    def refers(key):
        return records[source[key]["def"]] if source[key] else None

    walks = [records[walk["def"]] for walk in source["Walks"]]
    slot, flag, unit, space = refers("Type"), refers("OnlyIf"), refers("Each")["Name"], refers("In")["Name"]
    result = {
        "name": source["Name"], "space": space, "register": source["Register"], "unit": unit,
        "unit_doc": refers("Each")["Doc"], "write": bool(source["Write"]), "units": source["Units"],
        "walks": [{"strides": walk["Strides"], "counts": walk["Counts"]} for walk in walks],
        "sequence": source["Sequence"], "window": bool(source["Window"]), "slot": slot["Name"] if slot else "",
        "types": [records[kind["def"]]["Name"] for kind in source["Types"]], "flag": flag["Name"] if flag else "",
    }
    where = f"{name}: the role '{result['name']}'"
    used = [source["Register"], source["Sequence"], *(w[key] for w in walks for key in ("Strides", "Counts"))]
    for operand in used + (["pD"] if slot or flag else []):
        if operand and operand not in operands:
            raise IsaError(f"{where} uses ${operand}, which is no operand")
    if len(walks) > 2:
        raise IsaError(f"{where} has more than two walks")
    if bool(slot) != bool(result["types"]):
        raise IsaError(f"{where} has element types, or a place that names them, without the other")
    if (space == "accumulator") != (unit == "sums"):
        raise IsaError(f"{where}: accumulators, and nothing else, are accessed by rows of sums")
    if (space == "lut") != (source["Register"] == ""):
        raise IsaError(f"{where}: every memory but the look-up table needs an address")
    return result


def roles(name, record, records, operands):
    """The roles of a tensor instruction. One that is built has some; the last one is written."""
    result = [role(name, records[source["def"]], records, operands) for source in record["Roles"]]
    if record["Built"] and not (result and result[-1]["write"]):
        raise IsaError(f"{name}: its last role is not its result")
    slots = [entry["slot"] for entry in result if entry["slot"]]
    if len(set(slots)) < len(slots):
        raise IsaError(f"{name}: two roles have their element type in the same place")
    return result


def pseudo(name, records):
    """A pseudo-instruction and, in assembly, the instruction that it stands for."""
    record, result = records[name], records[name]["ResultInst"]
    base = records[result["operator"]["def"]]
    names = [operand for dag in ("OutOperandList", "InOperandList") for _, operand in base[dag]["args"]]
    text = re.sub(r"\$\{(\w+)\}", r"$\1", base["AsmString"])
    for operand, (value, argument) in zip(names, result["args"], strict=True):
        if not argument:
            argument = (records[value["def"]]["AltNames"] or [""])[0] if isinstance(value, dict) else str(value)
        text = text.replace(f"${operand}", argument)
    return {"syntax": record["AsmString"], "base": text, "doc": record["Doc"]}


def check_encodings(instructions):
    """No two instructions share an opcode or a mnemonic, and no word matches two of them."""
    for i, left in enumerate(instructions):
        for right in instructions[:i]:
            names = f"{right['name']} and {left['name']}"
            if left["opcode"] == right["opcode"]:
                raise IsaError(f"{names} have the same opcode {left['opcode']:#04x}: their encodings overlap")
            if left["mnemonic"] == right["mnemonic"]:
                raise IsaError(f"{names} have the same mnemonic '{left['mnemonic']}'")
            if all(a is None or b is None or a == b for a, b in zip(left["fixed"], right["fixed"])):
                raise IsaError(f"{names}: a word can match both encodings")


def table(records, class_name, keys):
    """The records of a numbered table, checked for double numbers and names, in order of their numbers."""
    rows = [{key.lower(): records[name][key] for key in keys} for name in records["!instanceof"].get(class_name, [])]
    for key in ("number", "name"):
        seen = set()
        for row in rows:
            if row[key] in seen:
                raise IsaError(f"{class_name}: {key} {row[key]} is used twice")
            seen.add(row[key])
    for row in rows:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", row["name"]):
            raise IsaError(f"{class_name}: '{row['name']}' is not a lower-case identifier")
    return sorted(rows, key=lambda row: row["number"])


def location(records, name):
    file, line = records[name]["!locs"][-1].rsplit(":", 1)
    return file, int(line)


def reduce(records):
    names = records["!instanceof"].get("WeftInst", [])
    if not names:
        raise IsaError("no record of class WeftInst")
    instructions = [instruction(name, records[name], records) for name in names]
    check_encodings(instructions)
    for entry in instructions:
        del entry["fixed"]

    constants = records["!instanceof"].get("Constant", [])
    addresses = records["!instanceof"].get("Address", [])
    isa = {
        "instructions": sorted(instructions, key=lambda entry: entry["opcode"]),
        "pseudos": [pseudo(name, records) for name in sorted(records["!instanceof"].get("Pseudo", []),
                                                             key=lambda name: location(records, name))],
        "pattern_fields": table(records, "PatternField", ["Number", "Name", "Reset", "Doc"]),
        "config_fields": table(records, "ConfigField", ["Number", "Name", "Doc"]),
        "counters": table(records, "Counter", ["Number", "Name", "Doc"]),
        "constants": [{"name": name, "value": records[name]["Value"], "doc": records[name]["Doc"]}
                      for name in sorted(constants, key=lambda name: location(records, name))],
        "addresses": [{"name": records[name]["Name"], "value": records[name]["Value"], "doc": records[name]["Doc"]}
                      for name in sorted(addresses, key=lambda name: location(records, name))],
        "faults": table(records, "FaultCause", ["Number", "Name", "Doc", "Information"]),
        "spaces": table(records, "Space", ["Number", "Name", "Doc"]),
        "units": table(records, "Unit", ["Number", "Name", "Alignment", "Doc"]),
        "element_types": table(records, "ElementType", ["Number", "Name", "Bits", "Doc"]),
        "type_slots": table(records, "TypeSlot", ["Number", "Name", "Doc"]),
        "flags": table(records, "ConfigFlag", ["Number", "Name", "Doc"]),
        "registers": [],
    }
    for class_name, key in (("PatternField", "pattern_fields"), ("ConfigField", "config_fields")):
        if [row["number"] for row in isa[key]] != list(range(16)):
            raise IsaError(f"{class_name}: the numbers are not 0 to 15")
    for class_name, key, first in (("FaultCause", "faults", 1), ("Space", "spaces", 0), ("Unit", "units", 0),
                                   ("ElementType", "element_types", 0)):
        if [row["number"] for row in isa[key]] != list(range(first, first + len(isa[key]))):
            raise IsaError(f"{class_name}: the numbers are not {first}, {first + 1}, ...")
    if len(isa["element_types"]) > 16 or any(not 12 <= row["number"] <= 15 for row in isa["flags"]):
        raise IsaError("the field `types` has 16 bits: three element types of 4 bits, then flags")
    for entry in isa["instructions"]:
        try:
            isa_model.vector_usage(entry, isa)
        except isa_model.UsageError as error:
            raise IsaError(f"{entry['name']}: {error}") from error
    if any(not 0 <= row["number"] <= 255 for row in isa["counters"]):
        raise IsaError("Counter: a number is not in 0 to 255")
    for name in records["!instanceof"].get("WeftReg", []):
        record = records[name]
        isa["registers"].append({"number": number(record["HWEncoding"], name), "name": record["AsmName"],
                                 "abi": (record["AltNames"] or [record["AsmName"]])[0]})
    isa["registers"].sort(key=lambda register: register["number"])
    if [register["number"] for register in isa["registers"]] != list(range(32)):
        raise IsaError("WeftReg: the numbers are not 0 to 31")
    return isa


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        records = json.load(file)
    try:
        isa = reduce(records)
    except IsaError as error:
        sys.exit(f"isa: error: {error}")
    isa_model.write(target, json.dumps(isa, indent=1) + "\n")


if __name__ == "__main__":
    main()
