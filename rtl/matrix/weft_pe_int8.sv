// Processing element of the int8 array: one weight, one multiply-accumulate per cycle. What enters has its zero point
// already subtracted, so it has 10 bits. The partial sum comes from above and goes down, the activation comes from the
// left and goes on to the right, each with one register.
//
// The weight of the next tile is loaded into the shadow while the active one works. The swap travels with the activation
// of its cycle: that activation is the first one that meets the new weight.
//
// No reset: what a register holds at power-up leaves the array before the first tile's swap reaches it, or is written
// over by the first tile.
module weft_pe_int8 (
  input  logic               clk_i,
  input  logic               en_i,     // something is in the array
  // From the left and on to the right.
  input  logic signed [9:0]  act_i,
  input  logic               swap_i,
  output logic signed [9:0]  act_o,
  output logic               swap_o,
  // From above and on down.
  input  logic        [31:0] psum_i,
  output logic        [31:0] psum_o,
  // Along the column.
  input  logic               load_i,
  input  logic signed [9:0]  weight_i
);

  logic signed [9:0] active_q, shadow_q;

  function automatic logic [31:0] multiply_add(input logic [31:0] psum, input logic signed [9:0] act,
                                               input logic signed [9:0] weight);
    logic signed [31:0] product; // 20 bits of it are more than its sign
    product = act * weight;
    multiply_add = psum + product;
  endfunction

  // Everything is within the enable: a simulator then skips the whole array while it is empty.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      act_o  <= act_i;
      swap_o <= swap_i;
      psum_o <= multiply_add(psum_i, act_i, swap_i ? shadow_q : active_q);
      if (swap_i) begin
        active_q <= shadow_q;
      end
      if (load_i) begin
        shadow_q <= weight_i;
      end
    end
  end

endmodule
