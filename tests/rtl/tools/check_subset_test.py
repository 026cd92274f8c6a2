"""Is every construct outside the SystemVerilog subset found, in its line, and nothing else?

    check_subset_test.py rtl/tools
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(TOOLS))
import check_subset  # noqa: E402 (its folder is an argument)

PACKAGE = """package types_pkg;
  typedef struct packed {
    logic [3:0] a;
    logic [3:0][7:0] b;
  } pair_t;
  typedef logic [7:0] byte_t;
  typedef pair_t alias_t;
endpackage
"""

# Rule, and what breaks it: the line with the mark <- .
BAD = [
    ("output-array", "logic [7:0] x [4];\nother u_other (\n.y_o(x[1]) // <-\n);"),
    ("real", "real x; // <-"),
    ("real", "assign x = 1.5; // <-"),
    ("real", "localparam int unsigned X = 1e3; // <-"),
    ("dpi", 'import "DPI-C" function int f(); // <-'),
    ("import", "import types_pkg::*; // <-"),
    ("simulation", "initial begin x = 1'b0; end // <-"),
    ("simulation", "final x = 1'b0; // <-"),
    ("always", "always @* y = x; // <-"),
    ("always", "always @(posedge clk_i) y <= x; // <-"),
    ("always", "always_latch y = x; // <-"),
    ("delay", "assign #1 y = x; // <-"),
    ("delay", "always_ff @(posedge clk_i) y <= #1 x; // <-"),
    ("delay", "always_comb begin\n#5; // <-\nend"),
    ("delay", "always_comb begin #(5) y = x; // <-\nend"),
    ("delay", "always_comb begin\n@(posedge clk_i); // <-\nend"),
    ("interface", "interface bus; // <-\nlogic a;\nendinterface"),
    ("interface", "interface_user u (.bus(b));\nmodport master(input a); // <-"),
    ("statement", "function automatic logic f(input logic x);\nreturn x; // <-\nendfunction"),
    ("statement", "always_comb begin\nfor (int i = 0; i < 4; i++) begin\nbreak; // <-\nend\nend"),
    ("statement", "always_comb begin\nforeach (m[i]) y = m[i]; // <-\nend"),
    ("statement", "always_comb begin\nwhile (x) y = x; // <-\nend"),
    ("statement", "always_comb begin\nif (x inside {1, 2}) y = x; // <-\nend"),
    ("statement", "always_comb begin\nunique if (x) y = x; // <-\nend"),
    ("statement", "function void f(); // <-\nendfunction"),
    ("automatic", "always_comb begin\nautomatic logic t = x; // <-\nend"),
    ("union", "typedef union packed { logic [7:0] a; logic [7:0] b; } both_t; // <-"),
    ("casex", "always_comb begin\ncasex (x) // <-\ndefault: y = x;\nendcase\nend"),
    ("logic", "wire w; // <-"),
    ("logic", "output reg [3:0] w; // <-"),
    ("assertion", "assert property (@(posedge clk_i) x |-> y); // <-"),
    ("assertion", "always_comb begin\nassert (x); // <-\nend"),
    ("system", '$display("x"); // <-'),
    ("directive", "`ifdef SYNTHESIS // <-"),
    ("directive", "assign y = `WIDTH; // <-"),
    ("directive", "// synthesis translate_off <-"),
    ("pattern", "assign y = '{a: 1, b: 2}; // <-"),
    ("streaming", "assign y = {<< 8 {x}}; // <-"),
    ("cast", "assign y = types_pkg::pair_t'(x); // <-"),
    ("cast", "typedef logic [1:0] state_e;\nassign y = state_e'(x); // <-"),
    ("bits", "localparam int unsigned W = $bits(types_pkg::pair_t); // <-"),
    ("bits", "localparam int unsigned W = $bits(logic [3:0]); // <-"),
    ("parameter", "module m #(parameter type T = logic) (); // <-\nendmodule"),
    ("parameter", 'localparam NAME = "weft"; // <-'),
    ("parameter", "localparam logic [7:0] TABLE [4] = X; // <-"),
    ("dimensions", "logic [3:0][7:0] x; // <-"),
    ("dimensions", "module m (\ninput logic [3:0][7:0] x_i // <-\n);\nendmodule"),
    ("dimensions", "typedef logic [3:0][7:0] bytes_t; // <-"),
    ("dimensions", "typedef struct packed {\nlogic [1:0][3:0][7:0] x; // <-\n} deep_t;"),
    ("typedef-array", "typedef types_pkg::byte_t [3:0] vec_t; // <-"),
    ("typedef-array", "types_pkg::byte_t [3:0] x; // <-"),
    ("typedef-array", "typedef logic [7:0] elem;\nelem [3:0] x; // <-"),
    ("struct-array", "types_pkg::pair_t x [4]; // <-"),
    ("struct-array", "types_pkg::alias_t x [4]; // <-"),
    ("struct-array", "types_pkg::pair_t x, y [4]; // <-"),
    ("struct", "typedef struct { logic a; } loose_t; // <-"),
    ("struct", "typedef struct packed {\nlogic a;\ntypes_pkg::byte_t b; // <-\n} mixed_t;"),
    ("package", "package other_pkg;\nlocalparam logic [3:0] X = types_pkg::Y; // <-\nendpackage"),
    ("function", "function automatic logic f(\ninput types_pkg::pair_t x); // <-\nf = x.a;\nendfunction"),
    ("function", "function automatic types_pkg::pair_t f(input logic x);\nf.a = x; // <-\nendfunction"),
    ("function", "function automatic logic f(input logic x);\ntypes_pkg::pair_t t; // <-\nf = x;\nendfunction"),
    ("port", "module m (\ninput logic [7:0] x_i [4] // <-\n);\nendmodule"),
    ("waiver", "/* verilator lint_off WIDTH */ <-\n/* verilator lint_on WIDTH */"),
    ("waiver", "/* verilator lint_off */ // all of them <-\n/* verilator lint_on */"),
    ("waiver", "/* verilator lint_off UNOPTFLAT */ // slow only <-\n/* verilator lint_on UNOPTFLAT */"),
    ("waiver", "/* verilator lint_off WIDTH */ // of the rest of the file <-"),
]

GOOD = """
// One of everything that both tools read alike: real, initial, `import`, #1 and wire in a comment.
module weft_good #(
  parameter int unsigned WIDTH = 8,
  localparam int unsigned CW = $clog2(WIDTH + 1)
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  types_pkg::pair_t    pair_i,
  input  logic signed [7:0]   left_i, right_i,
  output logic [CW-1:0]       count_o,
  output types_pkg::byte_t    byte_o
);
  typedef enum logic [1:0] { IDLE, BUSY } state_e;
  state_e           state_q, state_d;
  types_pkg::pair_t pair_q, pair_d;
  types_pkg::byte_t bytes [4];
  logic [WIDTH-1:0] mem [4];
  /* verilator lint_off UNUSEDSIGNAL */ // only its sign
  logic [7:0]       low, high;
  /* verilator lint_on UNUSEDSIGNAL */

  function automatic logic [7:0] twice(input logic [7:0] x);
    twice = x << 1;
  endfunction

  if (WIDTH == 0) begin : gen_check
    $error("no width");
  end
  for (genvar i = 0; i < 4; i++) begin : gen_bytes
    assign bytes[i] = pair_i.b[i];
  end
  weft_other #(.WIDTH($bits(pair_q))) u_other (.clk_i, .data_i(pair_q), .*);

  assign byte_o = bytes[pair_i.a[1:0]] + 8'(signed'(left_i)) + (WIDTH + 1)'(right_i) + {2{4'hf}} + '1 + 8'hE3;
  always_comb begin
    pair_d = pair_q;
    pair_d.a = 4'd1;
    state_d = state_q;
    unique case (state_q)
      IDLE: state_d = BUSY;
      default: state_d = IDLE;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= IDLE;
    end else if (count_o <= CW'(3)) begin
      state_q <= state_d;
    end
  end
  assign low = mem[1][7 -: 8];
  assign high = twice(low);
endmodule
"""


def findings(text):
    return [(finding.rule, finding.line) for finding in check_subset.check({"types_pkg": PACKAGE, "x": text})]


class CheckSubset(unittest.TestCase):
    def test_every_construct_outside_the_subset_is_found_in_its_line(self):
        for rule, text in BAD:
            with self.subTest(text):
                line = next(number for number, line in enumerate(text.split("\n"), 1) if "<-" in line)
                self.assertIn((rule, line), findings(text.replace("<-", "")))

    def test_the_subset_itself_is_let_through(self):
        self.assertEqual(findings(GOOD), [])

    def test_a_reason_may_stand_in_the_line_before(self):
        text = "// for the tracer\n/* verilator lint_off UNUSED */\nlogic x;\n/* verilator lint_on UNUSED */\n"
        self.assertEqual(findings(text), [])
        self.assertEqual(findings(text.replace("// for the tracer", "")), [("waiver", 2)])

    def test_a_finding_is_a_line_and_an_exit_code(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "bad.sv"
            path.write_text("module bad;\n  initial $finish;\nendmodule\n", encoding="utf-8")
            (pathlib.Path(folder) / "sim").mkdir()
            (pathlib.Path(folder) / "sim" / "bench.sv").write_text("initial", encoding="utf-8")
            done = subprocess.run([sys.executable, str(TOOLS / "check_subset.py"), folder], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stdout.splitlines()[0],
                             f"{path}:2: simulation: 'initial': only a simulator can do this")
            self.assertIn("1 files, 2 findings", done.stderr)

    def test_what_is_not_there_is_an_error(self):
        done = subprocess.run([sys.executable, str(TOOLS / "check_subset.py"), "nowhere"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "check_subset: error: there is no file or folder 'nowhere'\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
