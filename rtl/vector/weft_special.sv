// The special functions (isa/semantics/special.h, which says what each step computes), in ten stages (wide lane of the
// vector engine):
//
//    1-2  the argument in parts, normalised; times log2(e)    5-7  interpolation
//    3    segment of the table and fraction                   8-9  times factor, normalised
//    4    coefficients                                        10   rounded
//
// Products of more than about 24 x 16 bits are two, whose sum is made in the next stage.
//
// Results that need no table travel beside.
module weft_special (
  input  logic        clk_i,
  input  logic [9:0]  en_i,       // of each stage
  input  logic        exp_i,      // the function, constant while the stages work: one of these, or erf
  input  logic        rcp_i,
  input  logic        rsq_i,
  input  logic        tanh_i,
  input  logic [31:0] t_i,
  output logic [31:0] y_o
);

  localparam logic [31:0] NAN = 32'h7fc0_0000;
  localparam logic [30:0] INFINITY = 31'h7f80_0000;
  localparam logic [30:0] ONE = 31'h3f80_0000;
  localparam logic [8:0]  BIAS = 9'd127;

  // --- Stage 1 -------------------------------------------------------------------------------------------------------

  logic [66:0] stage1_q;
  logic [81:0] products1_q; // mantissa times the halves of log2(e)
  logic        exception1, sign1;
  logic [31:0] value1;      // of an exception
  logic [8:0]  exponent1;   // signed: down to -22
  logic [23:0] mantissa1;   // its highest bit is set

  function automatic logic [32:0] exceptional(input logic is_exp, input logic is_rcp, input logic is_rsq,
                                              input logic is_tanh, input logic [31:0] t);
    logic zero, infinite;
    zero = t[30:0] == '0;
    infinite = t[30:0] == INFINITY;
    exceptional = {1'b0, t};
    if (t[30:0] > INFINITY) begin
      exceptional = {1'b1, NAN};
    end else if (is_exp) begin
      if (t[30:23] >= 8'd135) begin // 256 or more
        exceptional = {1'b1, 1'b0, t[31] ? 31'd0 : INFINITY};
      end
    end else if (is_rcp) begin
      if (zero || infinite) begin
        exceptional = {1'b1, t[31], zero ? INFINITY : 31'd0};
      end
    end else if (is_rsq) begin
      if (zero) begin
        exceptional = {1'b1, t[31], INFINITY};
      end else if (t[31]) begin
        exceptional = {1'b1, NAN};
      end else if (infinite) begin
        exceptional = {1'b1, 32'd0};
      end
    end else if (zero) begin
      exceptional = {1'b1, t};
    end else if (t[30:23] >= (is_tanh ? 8'd131 : 8'd129)) begin // 16, 4
      exceptional = {1'b1, t[31], ONE};
    end
  endfunction

  function automatic logic [32:0] normalised(input logic [30:0] t);
    logic [23:0] m;
    logic [8:0]  e;
    m = {t[30:23] != '0, t[22:0]};
    e = {1'b0, t[30:23] == '0 ? 8'd1 : t[30:23]};
    if (m[23:8] == '0) begin
      m = m << 16;
      e = e - 9'd16;
    end
    if (m[23:16] == '0) begin
      m = m << 8;
      e = e - 9'd8;
    end
    if (m[23:20] == '0) begin
      m = m << 4;
      e = e - 9'd4;
    end
    if (m[23:22] == '0) begin
      m = m << 2;
      e = e - 9'd2;
    end
    if (!m[23]) begin
      m = m << 1;
      e = e - 9'd1;
    end
    normalised = {e, m};
  endfunction

  // A denormal number is so small that it need not be normalised.
  function automatic logic [81:0] times_log2e(input logic [30:0] t);
    logic [40:0] m;
    m = {17'd0, t[30:23] != '0, t[22:0]};
    times_log2e = {m * 41'(weft_isa_pkg::SPECIAL_LOG2E[33:17]), m * 41'(weft_isa_pkg::SPECIAL_LOG2E[16:0])};
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i[0] && exp_i) begin
      products1_q <= times_log2e(t_i[30:0]);
    end
    if (en_i[0]) begin
      stage1_q <= {exceptional(exp_i, rcp_i, rsq_i, tanh_i, t_i), t_i[31], normalised(t_i[30:0])};
    end
  end

  assign {exception1, value1, sign1, exponent1, mantissa1} = stage1_q;

  // --- Stage 2 -------------------------------------------------------------------------------------------------------

  logic        exception2_q, sign2_q;
  logic [31:0] value2_q;
  logic [8:0]  exponent2_q;
  logic [23:0] mantissa2_q;
  logic [57:0] scaled_q;    // mantissa, times log2(e) for exp: with 33 more bits behind the point

  function automatic logic [57:0] scale(input logic is_exp, input logic [23:0] mantissa, input logic [81:0] products);
    scale = is_exp ? {products[81:41], 17'd0} + 58'(products[40:0]) : {1'b0, mantissa, 33'd0};
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i[1]) begin
      exception2_q <= exception1;
      value2_q     <= value1;
      sign2_q      <= sign1;
      exponent2_q  <= exponent1;
      mantissa2_q  <= mantissa1;
      scaled_q     <= scale(exp_i, mantissa1, products1_q);
    end
  end

  // --- Stage 3 -------------------------------------------------------------------------------------------------------

  logic [63:0] stage3_q;
  logic        exception3_q, sign3_q;
  logic [31:0] value3_q;
  logic [9:0]  segment3;
  logic [19:0] fraction3;
  logic [9:0]  exponent3;  // of the result, signed
  logic [23:0] factor3;

  function automatic logic [63:0] reduce(input logic is_exp, input logic is_rcp, input logic is_rsq,
                                         input logic is_tanh, input logic negative, input logic [8:0] exponent,
                                         input logic [23:0] mantissa, input logic [57:0] scaled);
    logic [8:0]  distance;
    logic [35:0] x;            // signed, 26 bits behind the point
    logic [9:0]  segment;
    logic [19:0] fraction;
    logic [9:0]  e;
    logic [8:0]  unbiased;
    logic [23:0] factor;
    distance = 9'd157 - exponent; // at least 23
    x = 36'(scaled >> distance);
    if (negative && is_exp) begin
      x = -x;
    end
    unbiased = exponent - BIAS;
    factor = 24'h80_0000;
    e = {1'b0, BIAS};
    if (is_exp) begin
      segment = weft_isa_pkg::SPECIAL_EXP + 10'(x[25:20]);
      fraction = x[19:0];
      e = {1'b0, BIAS} + x[35:26];
    end else if (is_rcp) begin
      segment = weft_isa_pkg::SPECIAL_RCP + 10'(mantissa[22:16]);
      fraction = {mantissa[15:0], 4'd0};
      e = 10'd254 - {exponent[8], exponent};
    end else if (is_rsq) begin
      segment = weft_isa_pkg::SPECIAL_RSQ + (unbiased[0] ? 10'd128 + 10'(mantissa[22:17]) : 10'(mantissa[22:16]));
      fraction = unbiased[0] ? {mantissa[16:0], 3'd0} : {mantissa[15:0], 4'd0};
      e = {1'b0, BIAS} - {{2{unbiased[8]}}, unbiased[8:1]};
    end else begin
      if (x[29]) begin
        segment = 10'd224 + 10'(x[28:26]);
        fraction = x[25:6];
      end else if (x[28]) begin
        segment = 10'd192 + 10'(x[27:23]);
        fraction = x[22:3];
      end else if (x[27]) begin
        segment = 10'd128 + 10'(x[26:21]);
        fraction = x[20:1];
      end else if (x[26]) begin
        segment = 10'd64 + 10'(x[25:20]);
        fraction = x[19:0];
      end else begin
        segment = 10'(x[25:20]);
        fraction = x[19:0];
        factor = mantissa;
        e = {exponent[8], exponent};
      end
      segment = segment + (is_tanh ? weft_isa_pkg::SPECIAL_TANH : weft_isa_pkg::SPECIAL_ERF);
    end
    reduce = {segment, fraction, e, factor};
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i[2]) begin
      exception3_q <= exception2_q;
      value3_q     <= value2_q;
      sign3_q      <= sign2_q && !exp_i;
      stage3_q     <= reduce(exp_i, rcp_i, rsq_i, tanh_i, sign2_q, exponent2_q, mantissa2_q, scaled_q);
    end
  end

  assign {segment3, fraction3, exponent3, factor3} = stage3_q;

  // --- Stages 4 to 7 -------------------------------------------------------------------------------------------------

  logic [68:0] coefficients;
  logic [28:0] c0, c0_5_q;
  logic [23:0] c1, slope_q;   // signed
  logic [15:0] c2;            // signed
  logic [19:0] fraction4_q, fraction5_q;
  logic [72:0] stage6_q;
  logic [38:0] high6;
  logic [33:0] low6;          // signed
  logic [28:0] y7_q;
  logic [23:0] factor4_q, factor5_q, factor6_q, factor7_q;
  logic [9:0]  exponent4_q, exponent5_q, exponent6_q, exponent7_q;
  logic        exception4_q, exception5_q, exception6_q, exception7_q, sign4_q, sign5_q, sign6_q, sign7_q;
  logic [31:0] value4_q, value5_q, value6_q, value7_q;

  weft_special_rom u_rom (
    .clk_i,
    .en_i           (en_i[3]),
    .segment_i      (segment3),
    .coefficients_o (coefficients)
  );
  assign {c0, c1, c2} = coefficients;

  // c1 + c2 * u, u of 16 bits
  function automatic logic [23:0] slope(input logic [23:0] first, input logic [15:0] second, input logic [15:0] u);
    logic [31:0] product;
    product = 32'({{16{second[15]}}, second}) * 32'(u);
    slope = first + 24'($signed(product) >>> 16);
  endfunction

  // c0 + slope * u, which is positive: high * 2^10 + low, with 20 bits to be cut off.
  function automatic logic [72:0] multiply(input logic [28:0] first, input logic [23:0] second, input logic [19:0] u);
    logic [33:0] wide;
    wide = {{10{second[23]}}, second};
    multiply = {{first, 10'd0} + 39'($signed(wide * 34'(u[19:10]))), wide * 34'(u[9:0])};
  endfunction

  function automatic logic [28:0] sum(input logic [38:0] high, input logic [33:0] low);
    sum = 29'(({high, 10'd0} + 49'($signed(low))) >> 20);
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i[3]) begin
      fraction4_q  <= fraction3;
      factor4_q    <= factor3;
      exponent4_q  <= exponent3;
      exception4_q <= exception3_q;
      value4_q     <= value3_q;
      sign4_q      <= sign3_q;
    end
    if (en_i[4]) begin
      c0_5_q       <= c0;
      slope_q      <= slope(c1, c2, fraction4_q[19:4]);
      fraction5_q  <= fraction4_q;
      factor5_q    <= factor4_q;
      exponent5_q  <= exponent4_q;
      exception5_q <= exception4_q;
      value5_q     <= value4_q;
      sign5_q      <= sign4_q;
    end
    if (en_i[5]) begin
      stage6_q     <= multiply(c0_5_q, slope_q, fraction5_q);
      factor6_q    <= factor5_q;
      exponent6_q  <= exponent5_q;
      exception6_q <= exception5_q;
      value6_q     <= value5_q;
      sign6_q      <= sign5_q;
    end
    if (en_i[6]) begin
      y7_q         <= sum(high6, low6);
      factor7_q    <= factor6_q;
      exponent7_q  <= exponent6_q;
      exception7_q <= exception6_q;
      value7_q     <= value6_q;
      sign7_q      <= sign6_q;
    end
  end

  assign {high6, low6} = stage6_q;

  // --- Stages 8 to 10 ------------------------------------------------------------------------------------------------

  logic [81:0] products8_q;  // of y and the halves of the factor
  logic [9:0]  exponent8_q;
  logic        exception8_q, sign8_q, exception9_q, sign9_q;
  logic [31:0] value8_q, value9_q;
  logic [35:0] normal_q;
  logic [31:0] y_q;

  function automatic logic [81:0] scale_y(input logic [28:0] unscaled, input logic [23:0] factor);
    scale_y = {41'(unscaled) * 41'(factor[23:12]), 41'(unscaled) * 41'(factor[11:0])};
  endfunction

  // Exponent, 24 bits, the next one, and whether any other is set. One of the three highest bits of the product is set.
  function automatic logic [35:0] normalise(input logic [9:0] exponent, input logic [81:0] products);
    logic [52:0] m;
    logic [9:0]  e;
    m = {products[81:41], 12'd0} + 53'(products[40:0]);
    e = exponent + 10'd1;
    if (!m[52]) begin
      m = m << 1;
      e = e - 10'd1;
    end
    if (!m[52]) begin
      m = m << 1;
      e = e - 10'd1;
    end
    normalise = {e, m[52:28], m[27:0] != '0};
  endfunction

  // A denormal number moves to the right first.
  function automatic logic [31:0] round(input logic exception, input logic [31:0] value_of, input logic sign,
                                        input logic [9:0] exponent, input logic [25:0] mantissa);
    logic [25:0] m, kept;
    logic [9:0]  distance;
    logic [32:0] rounded;
    distance = 10'd1 - exponent;
    kept = {26{1'b1}} << distance;
    m = mantissa;
    if (!distance[9] && distance != '0) begin
      m = mantissa >> distance;
      m[0] = m[0] || (mantissa & ~kept) != '0;
    end
    rounded = {m[25] ? exponent : 10'd0, m[24:2]} + 33'(m[1] && (m[2] || m[0]));
    if (exception) begin
      round = value_of;
    end else if (rounded[32:23] >= 10'd255) begin
      round = {sign, INFINITY};
    end else begin
      round = {sign, rounded[30:0]};
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i[7]) begin
      products8_q  <= scale_y(y7_q, factor7_q);
      exponent8_q  <= exponent7_q;
      exception8_q <= exception7_q;
      value8_q     <= value7_q;
      sign8_q      <= sign7_q;
    end
    if (en_i[8]) begin
      normal_q     <= normalise(exponent8_q, products8_q);
      exception9_q <= exception8_q;
      value9_q     <= value8_q;
      sign9_q      <= sign8_q;
    end
    if (en_i[9]) begin
      y_q <= round(exception9_q, value9_q, sign9_q, normal_q[35:26], normal_q[25:0]);
    end
  end

  assign y_o = y_q;

endmodule
