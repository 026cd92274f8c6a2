// The table of the special functions: {c0, c1, c2} of a segment (isa/tools/special_tables.py), in the next cycle.
module weft_special_rom (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [9:0]  segment_i,
  output logic [68:0] coefficients_o
);

  /* verilator no_inline_module */ // else each lane of a model has code of its own for it

  logic [68:0] coefficients_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      coefficients_q <= weft_isa_pkg::special_coefficients(segment_i);
    end
  end

  assign coefficients_o = coefficients_q;

endmodule
