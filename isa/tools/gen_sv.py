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
