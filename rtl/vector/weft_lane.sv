// One lane of the vector engine: everything that happens to one element of a row between the scratchpad's data and the
// LUT. It has no state of its own but the channel's parameters; weft_vector says when each stage works, weft_vx_config
// what it does. Stage k works in cycle t + k if the tap (from stage 3 on: the last tap of a row) is issued in t:
//
//    1      operands, zero points     7      bounds, rounding, + zo: q
//    2      multiply, accumulate      8-10   first FMA
//    3-4    to binary32              11-13   second FMA
//    5-6    times scale              14      bounds, rounding, low byte
module weft_lane (
  input  logic        clk_i,
  // Data of the memories and what to take of them.
  input  logic        take_a_i,
  input  logic        take_b_i,
  input  logic        take_acc_i,
  input  logic        take_bias_i,
  input  logic        take_scale_i,
  input  logic [7:0]  a_i,
  input  logic [7:0]  b_i,
  input  logic [31:0] acc_i,
  input  logic [31:0] parameter_i,
  // Stages at work.
  input  logic        tap_i,       // stage 2
  input  logic        first_i,     // the tap is the first of its row
  input  logic [14:3] row_i,       // stages 3 to 14
  // Configuration (weft_vx_config).
  input  logic        parameters_i,
  input  logic        accumulator_a_i,
  input  logic        signed_a_i,
  input  logic        signed_b_i,
  input  logic [8:0]  za_i,
  input  logic [8:0]  zb_i,
  input  logic        product_i,
  input  logic        maximum_i,
  input  logic        float_i,
  input  logic        multiply_i,
  input  logic [10:0] lo1_i,
  input  logic [10:0] hi1_i,
  input  logic [8:0]  zo1_i,
  input  logic        fma_i,
  input  logic        swap_i,
  input  logic [31:0] ra_i,
  input  logic [31:0] x1_i,
  input  logic [31:0] z1_i,
  input  logic [31:0] x2_i,
  input  logic [10:0] lo2_i,
  input  logic [10:0] hi2_i,
  output logic [7:0]  result_o     // after stage 14
);

  // Channel parameters.
  logic [31:0] bias_q, scale_q;

  always_ff @(posedge clk_i) begin
    if (take_bias_i) begin
      bias_q <= parameter_i;
    end
    if (take_scale_i) begin
      scale_q <= parameter_i;
    end
  end

  // Stage 1. An operand that is granted before the tap is issued waits here.
  logic [9:0]  a_q, b_q;
  logic [31:0] acc_in_q;

  function automatic logic [9:0] element(input logic is_signed, input logic [7:0] value, input logic [8:0] zero_point);
    element = {{2{is_signed && value[7]}}, value} - {zero_point[8], zero_point};
  endfunction

  always_ff @(posedge clk_i) begin
    if (take_a_i) begin
      a_q <= element(signed_a_i, a_i, za_i);
    end
    if (take_b_i) begin
      b_q <= element(signed_b_i, b_i, zb_i);
    end
    if (take_acc_i) begin
      acc_in_q <= acc_i;
    end
  end

  // Stage 2. The sum begins with the bias. Its low 10 bits are the largest element of vmax, or the element itself.
  logic [31:0] acc_q;

  function automatic logic [31:0] next_sum(input logic [9:0] a, input logic [9:0] b, input logic [31:0] acc_in,
                                           input logic is_acc, input logic is_product, input logic [31:0] sum);
    logic signed [19:0] product;
    logic        [31:0] term;
    product = signed'(a) * signed'(b);
    term = {{22{a[9]}}, a};
    if (is_acc) begin
      term = acc_in;
    end else if (is_product) begin
      term = {{12{product[19]}}, product};
    end
    next_sum = sum + term;
  endfunction

  always_ff @(posedge clk_i) begin
    if (tap_i && !maximum_i) begin
      acc_q <= next_sum(a_q, b_q, acc_in_q, accumulator_a_i, product_i, !first_i ? acc_q : parameters_i ? bias_q : '0);
    end
    if (tap_i && maximum_i && (first_i || $signed(a_q) > $signed(acc_q[9:0]))) begin
      acc_q[9:0] <= a_q;
    end
  end

  // Integers beside the floating point units: the element (not requantised), and the second operand (with FMA).
  logic [9:0]  integer3_q, integer4_q, integer5_q, integer6_q;
  logic [9:0]  b2_q, b3_q, b4_q, b5_q, b6_q, b7_q;

  always_ff @(posedge clk_i) begin
    if (!float_i) begin
      if (row_i[3]) begin
        integer3_q <= acc_q[9:0];
      end
      if (row_i[4]) begin
        integer4_q <= integer3_q;
      end
      if (row_i[5]) begin
        integer5_q <= integer4_q;
      end
      if (row_i[6]) begin
        integer6_q <= integer5_q;
      end
    end
    if (fma_i) begin
      if (tap_i) begin
        b2_q <= b_q;
      end
      if (row_i[3]) begin
        b3_q <= b2_q;
      end
      if (row_i[4]) begin
        b4_q <= b3_q;
      end
      if (row_i[5]) begin
        b5_q <= b4_q;
      end
      if (row_i[6]) begin
        b6_q <= b5_q;
      end
      if (row_i[7]) begin
        b7_q <= b6_q;
      end
    end
  end

  // Stages 3 to 7.
  logic [31:0] converted, scaled;
  logic [31:0] y_q;       // vmul: scaled, to be added to zo
  logic [10:0] q;

  weft_fp_from_int u_from_int (
    .clk_i,
    .en_i (row_i[4:3] & {2{float_i}}),
    .x_i  (acc_q),
    .y_o  (converted)
  );

  weft_fp_mul u_mul (
    .clk_i,
    .en_i (row_i[6:5] & {2{float_i}}),
    .x_i  (converted),
    .s_i  (multiply_i ? ra_i : scale_q),
    .y_o  (scaled)
  );

  weft_fp_clamp_round u_requantise (
    .clk_i,
    .en_i     (row_i[7] && !multiply_i),
    .is_int_i (!float_i),
    .x_i      (scaled),
    .int_i    ({integer6_q[9], integer6_q}),
    .lo_i     (lo1_i),
    .hi_i     (hi1_i),
    .zo_i     (zo1_i),
    .y_o      (q)
  );

  always_ff @(posedge clk_i) begin
    if (row_i[7] && multiply_i) begin
      y_q <= scaled;
    end
  end

  // Stages 8 to 13. Without FMA the result passes beside the units.
  logic [10:0] b7, n1, n2;
  logic [10:0] n8_q, n9_q, n10_q, n11_q, n12_q, n13_q;
  logic [31:0] inner, outer;

  assign b7 = {b7_q[9], b7_q};
  assign n1 = multiply_i ? 11'd1 : swap_i ? q : b7;
  assign n2 = multiply_i ? 11'd0 : swap_i ? b7 : q;

  always_ff @(posedge clk_i) begin
    if (row_i[8]) begin
      n8_q <= n2;
    end
    if (row_i[9]) begin
      n9_q <= n8_q;
    end
    if (row_i[10]) begin
      n10_q <= n9_q;
    end
    if (!fma_i) begin
      if (row_i[11]) begin
        n11_q <= n10_q;
      end
      if (row_i[12]) begin
        n12_q <= n11_q;
      end
      if (row_i[13]) begin
        n13_q <= n12_q;
      end
    end
  end

  weft_fp_fma u_inner (
    .clk_i,
    .en_i (row_i[10:8] & {3{fma_i}}),
    .n_i  (n1),
    .x_i  (multiply_i ? y_q : x1_i),
    .z_i  (z1_i),
    .y_o  (inner)
  );

  weft_fp_fma u_outer (
    .clk_i,
    .en_i (row_i[13:11] & {3{fma_i}}),
    .n_i  (n10_q),
    .x_i  (x2_i),
    .z_i  (inner),
    .y_o  (outer)
  );

  // Stage 14.
  logic [10:0] result;

  weft_fp_clamp_round u_result (
    .clk_i,
    .en_i     (row_i[14]),
    .is_int_i (!fma_i),
    .x_i      (outer),
    .int_i    (n13_q),
    .lo_i     (fma_i ? lo2_i : 11'h400),
    .hi_i     (fma_i ? hi2_i : 11'h3ff),
    .zo_i     (9'd0),
    .y_o      (result)
  );

  assign result_o = result[7:0];

  logic unused;
  assign unused = &{1'b0, result[10:8]};

endmodule
