"""Generates the named constants and the tables of fields and counters: gen_timing.py isa.json timing.h"""

import json
import sys

import isa_model

TEMPLATE = """// Generated from isa/Weft.td by isa/tools/gen_timing.py: latencies, pattern fields, counters.
#pragma once

#include "isa/generated/architecture.h"

#include <cstdint>

namespace weft {{

// Latencies and fixed sizes, in core cycles unless the text says otherwise. Timing chapter: isa/docs/timing.md.
namespace timing {{
{constants}
}} // namespace timing

struct FieldInfo {{
  const char* name;
  uint32_t reset; // value after `preset`
  const char* doc;
}};

// The fields of a pattern register that describes a walk: numbers, and the table by number.
namespace field {{
{pattern}
inline constexpr int count = {pattern_count};
inline constexpr FieldInfo table[count] = {{
{pattern_table}
}};
}} // namespace field

// The fields of a pattern register that is a configuration (operand pD).
namespace config {{
{config}
inline constexpr int count = {config_count};
inline constexpr FieldInfo table[count] = {{
{config_table}
}};
}} // namespace config

struct CounterInfo {{
  const char* name; // null: no counter has this number
  const char* doc;
}};

// Performance counters (`rdctr`): numbers, and the table by number.
namespace counter {{
{counters}
inline constexpr int count = {counter_count}; // largest number + 1
inline constexpr CounterInfo table[count] = {{
{counter_table}
}};
}} // namespace counter

}} // namespace weft
"""


def constant(name, value, doc):
    return f"inline constexpr int {name} = {value}; // {doc}"


def numbers(rows):
    return "\n".join(f"inline constexpr int {row['name']} = {row['number']}; // {row['doc']}" for row in rows)


def fields(rows, resets):
    return "\n".join(f"    {{{json.dumps(row['name'])}, {resets[row['number']]}u, {json.dumps(row['doc'])}}},"
                     for row in rows)


def main():
    isa = isa_model.load(sys.argv[1])
    resets = [row["reset"] for row in isa["pattern_fields"]]
    by_number = {row["number"]: row for row in isa["counters"]}
    size = max(by_number) + 1
    counter_rows = []
    for number in range(size):
        row = by_number.get(number)
        counter_rows.append(f"    {{{json.dumps(row['name'])}, {json.dumps(row['doc'])}}}," if row
                            else "    {nullptr, nullptr},")
    isa_model.write(sys.argv[2], TEMPLATE.format(
        constants="\n".join(constant(c["name"], c["value"], c["doc"]) for c in isa["constants"]),
        pattern=numbers(isa["pattern_fields"]), pattern_table=fields(isa["pattern_fields"], resets),
        pattern_count=len(isa["pattern_fields"]),
        config=numbers(isa["config_fields"]), config_table=fields(isa["config_fields"], resets),
        config_count=len(isa["config_fields"]),
        counters=numbers(isa["counters"]), counter_table="\n".join(counter_rows), counter_count=size))


if __name__ == "__main__":
    main()
