// A wide lane and what configures it, for wide_lane_test.cpp: an element in each cycle.
module wide_lane_top (
  input  logic        clk_i,
  input  logic [17:0] en_i,     // operands, stages 2 to 18
  input  logic        take_d_i, // a_i is the addend of what follows
  input  logic [7:0]  op_i,
  input  logic [15:0] types_i,
  input  logic [31:0] ra_i,
  input  logic [31:0] rf_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] y_o
);

  weft_pkg::vector_op_t op;

  always_comb begin
    op       = '0;
    op.op    = op_i;
    op.types = types_i;
    op.ra    = ra_i;
    op.rf    = rf_i;
  end

  logic        from_int, to_int, compare, smaller, w_is_b, z_is_b, z_is_d, special, is_exp, is_rcp, is_rsq, is_tanh;
  logic [31:0] w, z;

  weft_vx_wide_config u_config (
    .op_i       (op),
    .from_int_o (from_int),
    .to_int_o   (to_int),
    .compare_o  (compare),
    .smaller_o  (smaller),
    .w_is_b_o   (w_is_b),
    .z_is_b_o   (z_is_b),
    .z_is_d_o   (z_is_d),
    .w_o        (w),
    .z_o        (z),
    .special_o  (special),
    .exp_o      (is_exp),
    .rcp_o      (is_rcp),
    .rsq_o      (is_rsq),
    .tanh_o     (is_tanh)
  );

  weft_wide_lane u_lane (
    .clk_i,
    .take_a_i   (en_i[0] && !take_d_i),
    .take_b_i   (en_i[0]),
    .take_d_i,
    .a_i,
    .b_i,
    .row_i      (en_i[17:1]),
    .from_int_i (from_int),
    .to_int_i   (to_int),
    .compare_i  (compare),
    .smaller_i  (smaller),
    .w_is_b_i   (w_is_b),
    .z_is_b_i   (z_is_b),
    .z_is_d_i   (z_is_d),
    .w_i        (w),
    .z_i        (z),
    .special_i  (special),
    .exp_i      (is_exp),
    .rcp_i      (is_rcp),
    .rsq_i      (is_rsq),
    .tanh_i     (is_tanh),
    .result_o   (y_o)
  );

endmodule
