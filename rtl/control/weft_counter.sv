// A counter of 64 bits.
module weft_counter (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] add_i,
  output logic [63:0] value_o
);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      value_o <= '0;
    end else if (add_i != '0) begin
      value_o <= value_o + 64'(add_i);
    end
  end

endmodule
