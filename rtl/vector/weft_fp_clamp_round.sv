// The last step of a requantisation, in one stage (lane of the vector engine): a binary32 number, limited to lo..hi and
// rounded to an integer (nearest even), plus zo. Or the same of an integer. As num::clamp has it, NaN gives lo, and
// everything gives hi if lo > hi. The bounds are integers, so limiting may follow rounding.
module weft_fp_clamp_round (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic        is_int_i, // take int_i, not x_i
  input  logic [31:0] x_i,
  input  logic [10:0] int_i,    // signed
  input  logic [10:0] lo_i,     // signed; -511 to 511 unless is_int_i
  input  logic [10:0] hi_i,
  input  logic [8:0]  zo_i,     // signed
  output logic [10:0] y_o       // signed, modulo 2^11
);

  logic [10:0] y_q;

  // Beyond +-512 all numbers are the same: outside of every bound. NaN is the lowest.
  function automatic logic [10:0] to_int(input logic [31:0] x);
    logic [32:0] m; // 24 bits behind the point
    logic [9:0]  magnitude;
    logic        nan;
    nan = x[30:0] > 31'h7f80_0000;
    m = 33'({1'b1, x[22:0]}) << (x[26:23] - 4'd14); // the exponent is 126 to 135
    magnitude = {1'b0, m[32:24]} + 10'(m[23] && (m[24] || m[22:0] != '0));
    if (x[30:23] < 8'd126) begin
      magnitude = '0;
    end else if (x[30:23] > 8'd135) begin
      magnitude = 10'd512;
    end
    to_int = x[31] || nan ? -{1'b0, magnitude} : {1'b0, magnitude};
  endfunction

  function automatic logic [10:0] clamp(input logic [10:0] x, input logic [10:0] lo, input logic [10:0] hi,
                                        input logic [8:0] zo);
    logic [10:0] low, limited;
    low = $signed(x) > $signed(lo) ? x : lo;
    limited = $signed(low) < $signed(hi) ? low : hi;
    clamp = limited + {{2{zo[8]}}, zo};
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      y_q <= clamp(is_int_i ? int_i : to_int(x_i), lo_i, hi_i, zo_i);
    end
  end

  assign y_o = y_q;

endmodule
