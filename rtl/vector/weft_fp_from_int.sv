// int32 to binary32, rounded to nearest even, in two stages (lane of the vector engine).
//
// The work of a stage is a function that is called under the stage's enable: an idle lane costs a simulation nothing.
module weft_fp_from_int (
  input  logic        clk_i,
  input  logic [1:0]  en_i,  // of each stage
  input  logic [31:0] x_i,   // signed
  output logic [31:0] y_o
);

  // After stage 1, in one register: a function assigned to many is simulated once for each.
  logic [34:0] stage1_q;
  logic        sign1;
  logic [1:0]  shift1;      // by which the magnitude was shifted, in units of 8
  logic [31:0] magnitude1;  // one of the eight highest bits is set, or all are 0
  logic [31:0] y_q;

  // Sign, magnitude, and the coarse half of its normalisation.
  function automatic logic [34:0] coarse(input logic [31:0] x);
    logic [31:0] m;
    logic [1:0]  shift;
    m = x[31] ? -x : x;
    shift[1] = m[31:16] == '0;
    if (shift[1]) begin
      m = m << 16;
    end
    shift[0] = m[31:24] == '0;
    if (shift[0]) begin
      m = m << 8;
    end
    coarse = {x[31], shift, m};
  endfunction

  // The fine half, and rounding. A carry out of the fraction raises the exponent.
  function automatic logic [31:0] fine(input logic sign, input logic [1:0] coarse_shift, input logic [31:0] magnitude);
    logic [31:0] m;
    logic [2:0]  shift;
    logic [7:0]  exponent;
    logic        up;
    m = magnitude;
    shift[2] = m[31:28] == '0;
    if (shift[2]) begin
      m = m << 4;
    end
    shift[1] = m[31:30] == '0;
    if (shift[1]) begin
      m = m << 2;
    end
    shift[0] = !m[31];
    if (shift[0]) begin
      m = m << 1;
    end
    exponent = m[31] ? 8'd158 - {3'd0, coarse_shift, shift} : 8'd0;
    up = m[7] && (m[8] || m[6:0] != '0);
    fine = {sign, {exponent, m[30:8]} + 31'(up)};
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i[0]) begin
      stage1_q <= coarse(x_i);
    end
    if (en_i[1]) begin
      y_q <= fine(sign1, shift1, magnitude1);
    end
  end

  assign {sign1, shift1, magnitude1} = stage1_q;
  assign y_o = y_q;

endmodule
