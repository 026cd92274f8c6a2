"""Generates the SystemVerilog decode package: gen_sv.py isa.json weft_isa_pkg.sv

Only constructs that both Verilator 5.006 and Yosys 0.23 understand: `decode` collects the members in local variables
and assigns their concatenation once (Yosys has no local variables of a struct type); opcodes are constants, not an
enum.
"""

import sys

import isa_model
import special_tables

ENGINES = ["sequencer", "load", "store", "matrix", "vector"]

TEMPLATE = """// Generated from isa/Weft.td by isa/tools/gen_sv.py: opcodes, decoder, constants.
/* verilator lint_off UNUSEDPARAM */ // no design uses every constant
package weft_isa_pkg;

  // Opcodes: bits 7-0 of an instruction.
{opcodes}

{engines}

  // Fields of a pattern register: as a walk, as a configuration.
{fields}
{config}

  // Performance counters.
{counters}

  // Latencies and fixed sizes, in core cycles unless the text says otherwise.
{constants}
  localparam logic [4:0] NO_SEMAPHORE = 5'd{no_semaphore};

  // Address map.
{addresses}

  // Fault causes.
{faults}

  // The field `types` of a configuration: element types, how many are defined, and the bits that are flags.
{types}
  localparam logic [3:0] DEFINED_TYPES = 4'd{defined_types};
{flags}

{type_functions}

  // Element types that the matrix engine takes: bit k for type k.
{matrix_types}

  // What the vector engine does in an instruction. Of what it does not execute nothing is set.
  typedef struct packed {{
{usage_documented}
  }} vector_usage_t;

  function automatic vector_usage_t vector_usage(input logic [7:0] op);
{usage_members}
{usage_defaults}
    case (op)
{usage_cases}
      default: begin end
    endcase
    vector_usage = {{{usage_names}}};
  endfunction

  // An instruction, decoded. Operands that it has not are zero, semaphores {no_semaphore} (none). `imm` is
  // zero-extended; a branch target is the distance in bytes. If `illegal` is set, nothing else is meaningful; if
  // `built` is not, the instruction traps as unimplemented.
  typedef struct packed {{
    logic        illegal;
    logic        built;
    logic [2:0]  engine;
    logic [7:0]  op;
{members}
  }} decoded_t;

  function automatic decoded_t decode(input logic [63:0] word);
    logic        illegal;
    logic        built;
    logic [2:0]  engine;
{members}
    logic [63:0] must_be_zero;
    illegal = 1'b0;
{defaults}
    must_be_zero = 64'd0;
    case (word[7:0])
{operands}
      default: illegal = 1'b1;
    endcase
    case (word[7:0])
{engine_cases}
      default: engine = ENGINE_SEQUENCER;
    endcase
    case (word[7:0])
{unbuilt}: built = 1'b0;
      default: built = 1'b1;
    endcase
    if ((word & must_be_zero) != 64'd0) begin
      illegal = 1'b1;
    end
    decode = {{illegal, built, engine, word[7:0],
              {names}}};
  endfunction

  // Special functions (isa/semantics/special.h): log2(e) scaled by 2^33, the first segment of each function, and the
  // coefficients {{c0, c1, c2}} of a segment, of which c1 and c2 are signed.
  localparam logic [{log2e_high}:0] SPECIAL_LOG2E = {log2e_bits}'d{log2e};
{bases}

  function automatic logic [{row_high}:0] special_coefficients(input logic [{index_high}:0] segment);
    case (segment)
{rows}
      default: special_coefficients = '0;
    endcase
  endfunction

endpackage
/* verilator lint_on UNUSEDPARAM */
"""


def labels(instructions):
    """The case labels of some instructions, wrapped."""
    names = [f"OP_{i['name']}" for i in instructions]
    lines = [", ".join(names[i:i + 6]) for i in range(0, len(names), 6)]
    return "      " + ",\n      ".join(lines)


def operand_case(layout, instructions):
    lines = [labels(instructions) + ": begin",
             f"        must_be_zero = 64'h{isa_model.must_be_zero(instructions[0]):016x};"]
    for name, low, width in layout:
        bits = f"word[{low + width - 1}:{low}]"
        if width < isa_model.WIDTHS[name]:
            bits = f"{{{isa_model.WIDTHS[name] - width}'d0, {bits}}}"
        lines.append(f"        {name} = {bits};")
    return "\n".join(lines + ["      end"])


def member(name):
    return f"    logic [{isa_model.WIDTHS[name] - 1}:0]".ljust(17) + f"{name};"


def default(name):
    value = isa_model.NO_SEMAPHORE if name in isa_model.SEMAPHORES else 0
    return f"{isa_model.WIDTHS[name]}'d{value}"


def coefficient_row(number, row):
    widths = (special_tables.C0_BITS, special_tables.C1_BITS, special_tables.C2_BITS)
    bits = 0
    for value, width in zip(row, widths):
        bits = bits << width | value & (2**width - 1)
    total = sum(widths)
    return (f"      {special_tables.INDEX_BITS}'d{number}: special_coefficients = "
            f"{total}'h{bits:0{(total + 3) // 4}x};")


# Members of vector_usage_t: (name, bits, text, value in isa_model.vector_usage() or a function of it).
USAGE = [
    ("table_load", 1, "rows of the LUT from rA, and nothing else", "table_load"),
    ("accumulator_a", 1, "operand A is a row of the accumulators", "accumulator_a"),
    ("scratchpad_a", 1, "operand A is a row of the scratchpad", "scratchpad_a"),
    ("scratchpad_b", 1, "operand B is at rB + offset of pB", "scratchpad_b"),
    ("window", 1, "pB is a window over operand A", "taps"),
    ("weights", 1, "operand B is the window's weights at rB", "weights"),
    ("result", 1, "result rows at rC", "result"),
    ("wide", 1, "rows of 32-bit elements: the wide lanes' instruction", "float_rows"),
    ("parameter_rows", 7, "rows of parameters at rD", "parameter_rows"),
    ("lut", 1, "results pass through the LUT", lambda use: use["lut"] == "always"),
    ("lut_if_flagged", 1, "the same if the flag says so", lambda use: use["lut"] == "if_flagged"),
    ("types_a", 16, "element types of A: bit k for type k; none: not named", "types_a"),
    ("types_b", 16, "of B", "types_b"),
    ("types_result", 16, "of the result", "types_result"),
]


def type_mask(names, isa):
    numbers = {row["name"]: row["number"] for row in isa["element_types"]}
    return sum(1 << numbers[name] for name in names)


def usage_case(instruction, isa):
    use = isa_model.vector_usage(instruction, isa)
    lines = [f"      OP_{instruction['name']}: begin"]
    for name, bits, _, source in USAGE:
        value = source(use) if callable(source) else use[source]
        value = type_mask(value, isa) if isinstance(value, list) else int(value)
        if value:
            lines.append(f"        {name} = " + (f"16'h{value:04x};" if bits == 16 else f"{bits}'d{value};"))
    return "\n".join(lines + ["      end"])


def usage_member(name, bits):
    return f"    logic{'' if bits == 1 else f' [{bits - 1}:0]'}".ljust(17) + f"{name};"


def matrix_types(isa):
    """The types of A and B, which are those of every matrix instruction: the engine's queue does not keep the opcode."""
    types = {slot: {tuple(role["types"]) for i in isa["instructions"] if i["engine"] == "matrix" and i["built"]
                    for role in i["roles"] if role["slot"] == slot} for slot in ("a", "b")}
    if any(len(found) != 1 for found in types.values()):
        sys.exit("isa: error: the matrix instructions differ in the element types that they take")
    return "\n".join(f"  localparam logic [15:0] MATRIX_TYPES_{slot.upper()} = 16'h{type_mask(*found, isa):04x};"
                     for slot, found in types.items())


def type_function(row):
    low = row["number"]
    return (f"  function automatic logic [3:0] type_{row['name']}(input logic [15:0] types);\n"
            f"    type_{row['name']} = 4'(types >> {low});\n  endfunction")


def main():
    isa = isa_model.load(sys.argv[1])
    instructions = isa["instructions"]
    layouts = isa_model.layouts(isa)

    def parameter(name, value, doc=""):
        return f"  localparam logic [31:0] {name.upper()} = 32'd{value};" + (f" // {doc}" if doc else "")

    isa_model.write(sys.argv[2], TEMPLATE.format(
        opcodes="\n".join(f"  localparam logic [7:0] OP_{i['name']} = 8'h{i['opcode']:02x};" for i in instructions),
        engines="\n".join(f"  localparam logic [2:0] ENGINE_{name.upper()} = 3'd{i};"
                          for i, name in enumerate(ENGINES)),
        fields="\n".join(f"  localparam logic [3:0] FIELD_{r['name'].upper()} = 4'd{r['number']};"
                         for r in isa["pattern_fields"]),
        config="\n".join(f"  localparam logic [3:0] CONFIG_{r['name'].upper()} = 4'd{r['number']};"
                         for r in isa["config_fields"]),
        counters="\n".join(f"  localparam logic [7:0] COUNTER_{r['name'].upper()} = 8'd{r['number']};"
                           for r in isa["counters"]),
        constants="\n".join(parameter(c["name"], c["value"], c["doc"]) for c in isa["constants"]),
        no_semaphore=isa_model.NO_SEMAPHORE,
        addresses="\n".join(f"  localparam logic [31:0] {row['name'].upper()} = 32'h{row['value']:08x}; // {row['doc']}"
                            for row in isa["addresses"]),
        faults="\n".join(f"  localparam logic [3:0] FAULT_{row['name'].upper()} = 4'd{row['number']};"
                         for row in isa["faults"]),
        types="\n".join(f"  localparam logic [3:0] TYPE_{row['name'].upper()} = 4'd{row['number']};"
                        for row in isa["element_types"]),
        defined_types=len(isa["element_types"]),
        flags="\n".join(f"  localparam logic [3:0] FLAG_{row['name'].upper()} = 4'd{row['number']}; // {row['doc']}"
                        for row in isa["flags"]),
        type_functions="\n".join(type_function(row) for row in isa["type_slots"]),
        matrix_types=matrix_types(isa),
        usage_members="\n".join(usage_member(name, bits) for name, bits, _, _ in USAGE),
        usage_documented="\n".join(f"{usage_member(name, bits):34}// {text}" for name, bits, text, _ in USAGE),
        usage_defaults="\n".join(f"    {name} = '0;" for name, _, _, _ in USAGE),
        usage_cases="\n".join(usage_case(i, isa) for i in instructions if isa_model.vector_usage(i, isa)),
        usage_names=", ".join(name for name, _, _, _ in USAGE),
        members="\n".join(member(name) for name in isa_model.FIELDS),
        defaults="\n".join(f"    {name} = {default(name)};" for name in isa_model.FIELDS),
        names=", ".join(isa_model.FIELDS),
        operands="\n".join(operand_case(layout, [i for i in instructions if i["layout"] == number])
                           for number, layout in enumerate(layouts)),
        engine_cases="\n".join(
            labels([i for i in instructions if i["engine"] == engine]) + f": engine = ENGINE_{engine.upper()};"
            for engine in ENGINES[1:]),
        log2e_high=special_tables.LOG2E_BITS - 1, log2e_bits=special_tables.LOG2E_BITS, log2e=special_tables.LOG2E,
        bases="\n".join(f"  localparam logic [{special_tables.INDEX_BITS - 1}:0] SPECIAL_{name.upper()} = "
                        f"{special_tables.INDEX_BITS}'d{base};" for name, base in special_tables.bases()),
        row_high=special_tables.C0_BITS + special_tables.C1_BITS + special_tables.C2_BITS - 1,
        index_high=special_tables.INDEX_BITS - 1,
        rows="\n".join(coefficient_row(i, row) for i, row in enumerate(special_tables.coefficients())),
        unbuilt=labels([i for i in instructions if not i["built"]])))


if __name__ == "__main__":
    main()
