// binary32 to int32, rounded to nearest even and limited to the range of int32, in one stage (wide lane of the vector
// engine). NaN gives the lowest, as num::toInt32 has it.
module weft_fp_to_int (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] x_i,
  output logic [31:0] y_o   // signed
);

  logic [31:0] y_q;

  function automatic logic [31:0] to_int(input logic [31:0] x);
    logic [7:0]  distance; // from 2^31
    logic [63:0] m;        // 32 bits behind the point
    logic        up;
    distance = 8'd158 - x[30:23];
    m = {1'b1, x[22:0], 40'd0} >> distance;
    up = m[31] && (m[32] || m[30:0] != '0);
    if (x[30:0] > 31'h7f80_0000) begin
      to_int = 32'h8000_0000;
    end else if (x[30:23] >= 8'd158) begin
      to_int = x[31] ? 32'h8000_0000 : 32'h7fff_ffff;
    end else if (x[31]) begin
      to_int = ~m[63:32] + 32'(!up);
    end else begin
      to_int = m[63:32] + 32'(up);
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      y_q <= to_int(x_i);
    end
  end

  assign y_o = y_q;

endmodule
