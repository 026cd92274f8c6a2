// One wide lane of the vector engine: everything that happens to one 32-bit element of a row of an instruction with fp32
// rows. Stage k works in cycle t + k if the row's tap is issued in t; weft_vx_wide_config says what it does.
//
//    1      operands                          4-8    x * w + z
//    2-3    the larger or smaller operand;    9      to int32
//           to binary32                       9-18   special function
module weft_wide_lane (
  input  logic        clk_i,
  // Data of the memories and what to take of them.
  input  logic        take_a_i,
  input  logic        take_b_i,
  input  logic        take_d_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  // Stages at work.
  input  logic [18:2] row_i,
  // Configuration.
  input  logic        from_int_i,  // a is an int32
  input  logic        to_int_i,    // so is the result
  input  logic        compare_i,   // x is the larger one of a and b
  input  logic        smaller_i,   // or the smaller one
  input  logic        w_is_b_i,    // else w_i
  input  logic        z_is_b_i,    // else:
  input  logic        z_is_d_i,    // else z_i
  input  logic [31:0] w_i,
  input  logic [31:0] z_i,
  input  logic        special_i,   // the result is a special function of x * w + z
  input  logic        exp_i,
  input  logic        rcp_i,
  input  logic        rsq_i,
  input  logic        tanh_i,
  output logic [31:0] result_o     // after stage 18
);

  // Stage 1. An operand that is granted before the tap is issued waits here.
  logic [31:0] a_q, b_q, d_q;

  always_ff @(posedge clk_i) begin
    if (take_a_i) begin
      a_q <= a_i;
    end
    if (take_b_i) begin
      b_q <= b_i;
    end
    if (take_d_i) begin
      d_q <= a_i;
    end
  end

  // Stages 2 and 3.
  logic [31:0] x2_q, x3_q, b2_q, b3_q, converted;

  // In the order of these numbers -0 is less than +0.
  function automatic logic [31:0] ordered(input logic [31:0] x);
    ordered = x[31] ? ~x : {1'b1, x[30:0]};
  endfunction

  function automatic logic is_nan(input logic [30:0] x);
    is_nan = x > 31'h7f80_0000;
  endfunction

  function automatic logic [31:0] choose(input logic compare, input logic smaller, input logic [31:0] a,
                                         input logic [31:0] b);
    choose = a;
    if (compare && !is_nan(a[30:0]) && (is_nan(b[30:0]) || (ordered(a) < ordered(b)) != smaller)) begin
      choose = b;
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (row_i[2]) begin
      x2_q <= choose(compare_i, smaller_i, a_q, b_q);
      b2_q <= b_q;
    end
    if (row_i[3]) begin
      x3_q <= x2_q;
      b3_q <= b2_q;
    end
  end

  weft_fp_from_int u_from_int (
    .clk_i,
    .en_i (row_i[3:2] & {2{from_int_i}}),
    .x_i  (a_q),
    .y_o  (converted)
  );

  // Stages 4 to 8.
  logic [31:0] y;

  weft_fp_fma32 u_fma (
    .clk_i,
    .en_i (row_i[8:4]),
    .x_i  (from_int_i ? converted : x3_q),
    .w_i  (w_is_b_i ? b3_q : w_i),
    .z_i  (z_is_b_i ? b3_q : z_is_d_i ? d_q : z_i),
    .y_o  (y)
  );

  // Stages 9 to 18.
  logic [31:0] value, integer9, plain, y9_q;

  weft_special u_special (
    .clk_i,
    .en_i (row_i[18:9] & {10{special_i}}),
    .exp_i,
    .rcp_i,
    .rsq_i,
    .tanh_i,
    .t_i  (y),
    .y_o  (value)
  );

  weft_fp_to_int u_to_int (
    .clk_i,
    .en_i (row_i[9] && to_int_i),
    .x_i  (y),
    .y_o  (integer9)
  );

  always_ff @(posedge clk_i) begin
    if (row_i[9] && !to_int_i && !special_i) begin
      y9_q <= y;
    end
  end

  weft_vx_delay #(.WIDTH(32), .DEPTH(9)) u_delay (
    .clk_i,
    .en_i (row_i[18:10] & {9{!special_i}}),
    .d_i  (to_int_i ? integer9 : y9_q),
    .q_o  (plain)
  );

  assign result_o = special_i ? value : plain;

endmodule
