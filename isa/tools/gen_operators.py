"""Generates what follows from the operators: gen_operators.py tablegen.json operators.h operators.td operators.json
operators.md

operators.h: enumeration, arities, names of operands and attributes for C++. operators.td: one operation of the graph
dialect for each operator that has one. operators.json: the names, for scripts. operators.md: the table of the docs.
"""

import json
import sys

import isa_model

FORMS = ["", "resolved", "fixed", "ignored", "own", "network"]
KINDS = {"integer": "IntegerAttribute", "axis": "IntegerAttribute", "real": "RealAttribute", "text": "TextAttribute",
         "integers": "IntegersAttribute", "reals": None, "tensor": None, "ignored": None}
PRESENCES = ["required", "optional", "defaulted", "resolved"]
ROLES = ["tensor", "scale", "zeroPoint"]
# Where layers of each kind run, as the docs say it.
PLACES = {"contraction": "array", "map": "vector engine", "move": "DMA"}

HEADER = """// Generated from isa/program/Operators.td by isa/tools/gen_operators.py. Include isa/program/network_ops.h.
#pragma once

namespace weft::net {{

// The operators that a network may have.
enum class Op : uint8_t {{ {enumerators} }};
inline constexpr size_t kOpCount = {count};

// How the shape of a result follows from operands and attributes.
enum class ShapeRule : uint8_t {{ {rules} }};

// Each operator's operands, by position, and attributes.
namespace ops {{
{structs}
}} // namespace ops

namespace tables {{
{arrays}
}} // namespace tables

// By number: kNetworkOperators[size_t(Op::Conv)] is Conv's. Names ascend.
inline constexpr OperatorInfo kNetworkOperators[] = {{
{network}
}};

// What only ONNX files have: the importer leaves nothing of it.
inline constexpr OperatorInfo kImportOnlyOperators[] = {{
{imported}
}};

}} // namespace weft::net
"""

PAGE = """# Operators

Generated from [`isa/program/Operators.td`](../program/Operators.td) by `isa/tools/gen_operators.py`; a test holds
this copy to it. Each operator follows the ONNX specification. An operand in brackets may be omitted, one with dots
repeats. An attribute has its default behind it. Whatever is listed is imported, its shapes are inferred, and the
reference executor (device `ref`) computes it.

The second column says where it runs in a quantised network: on the array, the vector engine or by DMA (where it is no
mere view, which costs nothing), folded into constants or other operators, or on the host. Forms that the accelerator
does not have are the host's, too; `weft compile` names each with the reason.

{tables}
"""


def fail(message):
    raise SystemExit(f"isa/program/Operators.td: {message}")


def load(path):
    """The operators in ascending order of their names, references resolved."""
    with open(path, encoding="utf-8") as file:
        records = json.load(file)
    operators = []
    for key in records["!instanceof"]["Operator"]:
        operator = dict(records[key])
        operator["operands"] = [dict(records[item["def"]]) for item in operator["operands"]]
        for operand in operator["operands"]:
            operand["elements"] = records[operand["elements"]["def"]]
        operator["attributes"] = [records[item["def"]] for item in operator["attributes"]]
        check(operator)
        operators.append(operator)
    return sorted(operators, key=lambda operator: operator["name"])


def check(operator):
    """What TableGen cannot say of a record."""
    name, operands = operator["name"], operator["operands"]
    kept = [operand for operand in operands if operand["presence"] != "resolved"]
    if operands[:len(kept)] != kept:
        fail(f"{name}: resolved operands must be the last")
    for i, operand in enumerate(operands):
        if operand["presence"] not in PRESENCES or operand["role"] not in ROLES:
            fail(f"{name}: operand {operand['name']} has an unknown presence or role")
        if operand["repeated"] and i + 1 != len(operands):
            fail(f"{name}: the repeated operand {operand['name']} must be the last")
    for attribute in operator["attributes"]:
        if attribute["kind"] not in KINDS or attribute["form"] not in FORMS:
            fail(f"{name}: attribute {attribute['name']} has an unknown kind or form")
    names = [operand["name"] for operand in operands]
    names += [attribute["name"] for attribute in operator["attributes"] if attribute["form"] != "ignored"]
    if len(set(names)) != len(names):
        fail(f"{name}: two operands or attributes have one name")
    if operator["resultLike"] and operator["resultLike"] not in names:
        fail(f"{name}: there is no operand {operator['resultLike']}")
    for kind in operator["layers"]:
        if kind not in PLACES:
            fail(f"{name}: there is no kind of layers {kind}")


def least_inputs(operator, imported):
    """Operands that a node (of an ONNX file if `imported`) has at least."""
    least = 0
    for i, operand in enumerate(operator["operands"]):
        if operand["presence"] == "required" and not (imported and operand["attributeBefore"]):
            least = i + max(operand["repeated"], 1)
    return least


def is_variadic(operator):
    return bool(operator["operands"]) and operator["operands"][-1]["repeated"] > 0


def boolean(value):
    return "true" if value else "false"


def quote(text):
    return json.dumps(text)


def attribute_constant(attribute):
    cpp = KINDS[attribute["kind"]]
    if cpp is None or attribute["form"] == "ignored":
        return None
    name, value = attribute["name"], attribute["value"]
    fields = quote(name)
    if cpp == "IntegersAttribute":
        if not attribute["optional"]:
            fields += ", true"
    elif attribute["optional"]:
        cpp = "Optional" + cpp
    elif value == "":
        fields += ", 0, true"
    else:
        fields += f", {quote(value) if cpp == 'TextAttribute' else value}"
    return f"  static constexpr {cpp} {name}{{{fields}}};"


def struct(operator):
    lines = [f"struct {operator['name']} {{", f"  static constexpr std::string_view name = {quote(operator['name'])};"]
    if operator["inNetwork"]:
        lines.append(f"  static constexpr Op op = Op::{operator['name']};")
    operands = ", ".join(f"{operand['name']} = {i}" for i, operand in enumerate(operator["operands"]))
    if operands:
        lines.append(f"  static constexpr size_t {operands};")
    lines += filter(None, map(attribute_constant, operator["attributes"]))
    return "\n".join(lines + ["};"])


def operand_row(operand):
    return (f"    {{{quote(operand['name'])}, Presence::{operand['presence']}, Role::{operand['role']}, "
            f"{operand['repeated']}, {boolean(operand['scalar'])}, {boolean(operand['attributeBefore'])}, "
            f"{boolean(operand['elements']['shared'])}}},")


def attribute_row(attribute):
    value = attribute["value"]
    form = attribute["form"] or "common"
    integer = value if attribute["kind"] in ("integer", "axis") and value else "0"
    real = value if attribute["kind"] == "real" and value else "0"
    text = value if attribute["kind"] == "text" else ""
    optional = attribute["optional"] or value != ""
    return (f"    {{{quote(attribute['name'])}, AttributeKind::{attribute['kind']}, AttributeForm::{form}, "
            f"{boolean(not optional)}, {integer}, {real}, {quote(text)}}},")


def arrays(operator):
    name = operator["name"]
    text = ""
    if operator["operands"]:
        rows = "\n".join(map(operand_row, operator["operands"]))
        text += f"inline constexpr OperandInfo k{name}Operands[] = {{\n{rows}\n}};\n"
    if operator["attributes"]:
        rows = "\n".join(map(attribute_row, operator["attributes"]))
        text += f"inline constexpr AttributeInfo k{name}Attributes[] = {{\n{rows}\n}};\n"
    return text


def onnx_attributes(operator):
    names = [attribute["name"] for attribute in operator["attributes"] if attribute["form"] not in ("own", "network")]
    names += [operand["name"] for operand in operator["operands"] if operand["attributeBefore"]]
    return " ".join(sorted(set(names)))


def operator_row(operator, rules):
    name = operator["name"]
    operands = [operand["name"] for operand in operator["operands"]]
    spans = [f"tables::k{name}{what}" if operator[what.lower()] else "{}" for what in ("Operands", "Attributes")]
    like = operands.index(operator["resultLike"]) if operator["resultLike"] else "kNoOperand"
    fixed = f"DType::{operator['resultType']}" if operator["resultType"] else "std::nullopt"
    most = "kVariadic" if is_variadic(operator) else len(operands)
    rule = f"ShapeRule::{operator['rule']}" if operator["inDialect"] else "std::nullopt"
    return (f"    {{{quote(name)}, {quote(operator['mnemonic'])}, {boolean(operator['standard'])}, "
            f"{boolean(operator['microsoft'])}, {rule}, {least_inputs(operator, False)}, "
            f"{least_inputs(operator, True)}, {most}, {spans[0]}, {spans[1]}, {like}, {fixed}, "
            f"{quote(onnx_attributes(operator))}, {boolean(operator['moves'])}, {quote(' '.join(operator['layers']))}, "
            f"{quote(' '.join(operator['forms']))}}},")


def header(operators):
    network = [operator for operator in operators if operator["inNetwork"]]
    imported = [operator for operator in operators if not operator["inNetwork"]]
    rules = sorted({operator["rule"] for operator in operators if operator["inDialect"]})
    return HEADER.format(
        enumerators=", ".join(operator["name"] for operator in network), count=len(network), rules=", ".join(rules),
        structs="\n".join(map(struct, operators)), arrays="".join(map(arrays, operators)),
        network="\n".join(operator_row(operator, rules) for operator in network),
        imported="\n".join(operator_row(operator, rules) for operator in imported))


def dialect(operators):
    lines = ["// Generated from isa/program/Operators.td by isa/tools/gen_operators.py; the end of Graph.td."]
    lines += [f"def Graph_{operator['dialectName']}Op : Graph_Operator<Net_{operator['name']}>;"
              for operator in operators if operator["inDialect"]]
    return "\n".join(lines) + "\n"


def describe_operand(operand):
    text = f"`{operand['name']}`" + (", ..." if operand["repeated"] else "")
    return text if operand["presence"] == "required" else f"[{text}]"


def describe_attribute(attribute):
    text = f"`{attribute['name']}`"
    if attribute["form"] == "ignored":
        return text + " (ignored)"
    if attribute["form"] == "fixed":
        return f"{text} (only {attribute['value']})"
    return f"{text} {attribute['value']}".rstrip()


def places(operator, by_name):
    """Where the operator runs, in words."""
    found = set()
    for form in operator["forms"] or [operator["name"]]:
        if form not in by_name:
            found.add("folded")
            continue
        layers = by_name[form]["layers"]
        found.update([PLACES[kind] for kind in layers] or ["host"])
    if operator["folds"]:
        found.add("folded")
    return ", ".join(place for place in [*PLACES.values(), "folded", "host"] if place in found)


def describe(operator, by_name):
    operands = ", ".join(map(describe_operand, operator["operands"]))
    attributes = ", ".join(describe_attribute(attribute) for attribute in operator["attributes"]
                           if attribute["form"] not in ("own", "network"))
    before = [f"`{operand['name']}`" for operand in operator["operands"] if operand["attributeBefore"]]
    notes = [operator["note"]] if operator["inDialect"] else [f"becomes {operator['note']}"]
    if before:
        notes.append(f"{', '.join(before)} may be {'attributes' if len(before) > 1 else 'an attribute'} (older opsets)")
    if operator["folds"]:
        notes.append("computed at compile time where its operands are constants")
    return (f"| {operator['name']} | {places(operator, by_name)} | {operands} | {attributes} | "
            f"{'; '.join(filter(None, notes))} |")


def page(operators):
    by_name = {operator["name"]: operator for operator in operators}
    groups = [("ONNX", [operator for operator in operators if operator["standard"]]),
              ("com.microsoft", [operator for operator in operators if operator["microsoft"]]),
              ("Weft's own, made by the compiler",
               [operator for operator in operators if not operator["standard"] and not operator["microsoft"]])]
    tables = []
    for title, rows in groups:
        body = "\n".join(describe(row, by_name) for row in rows)
        tables.append(f"## {title}\n\n| operator | runs on | operands | attributes | notes |\n"
                      f"|---|---|---|---|---|\n{body}")
    return PAGE.format(tables="\n\n".join(tables))


def main():
    operators = load(sys.argv[1])
    names = [{"name": operator["name"], "inNetwork": bool(operator["inNetwork"])} for operator in operators]
    outputs = [header(operators), dialect(operators), json.dumps(names, indent=1) + "\n", page(operators)]
    for path, text in zip(sys.argv[2:], outputs):
        isa_model.write(path, text)


if __name__ == "__main__":
    main()
