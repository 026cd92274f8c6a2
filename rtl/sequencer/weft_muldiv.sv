// Multiplication and division. The operands are taken in the cycle of the start; the result is there from the cycle
// MUL_DELAY (DIV_DELAY) after it on, and stays until the next start. One thing at a time.
//
// Multiplication: four partial products of halves, then their sum. Division: of the magnitudes, one bit of the quotient
// in a cycle, most significant first; the signs are put on at the end. So a divisor of 0, which always fits in, gives a
// quotient of ones and the dividend as remainder, and -2^31 / -1 wraps, as the manual wants it.
module weft_muldiv #(
  localparam int unsigned MUL_DELAY = 2,
  localparam int unsigned DIV_DELAY = 33
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        mul_i,    // start
  input  logic        div_i,    // start
  input  logic [7:0]  op_i,
  input  logic [31:0] left_i,
  input  logic [31:0] right_i,
  output logic [31:0] result_o
);

  if (weft_isa_pkg::MUL_CYCLES <= MUL_DELAY) begin : gen_check_mul
    $error("MUL_CYCLES is less than the multiplier takes");
  end
  if (weft_isa_pkg::DIV_CYCLES <= DIV_DELAY) begin : gen_check_div
    $error("DIV_CYCLES is less than the divider takes");
  end

  // What is asked for.
  logic divides_q, high_q, remainder_q;

  always_ff @(posedge clk_i) begin
    if (mul_i || div_i) begin
      divides_q   <= div_i;
      high_q      <= op_i == weft_isa_pkg::OP_MULH || op_i == weft_isa_pkg::OP_MULHU;
      remainder_q <= op_i == weft_isa_pkg::OP_REM || op_i == weft_isa_pkg::OP_REMU;
    end
  end

  // Multiplication. The low word of the product is the same for signed and unsigned factors.
  logic signed [16:0] left_high_q, right_high_q;
  logic        [15:0] left_low_q, right_low_q;
  logic        [31:0] low_q, high_product_q; // of the high one, what belongs to the 64 bits
  logic signed [33:0] middle_left_q, middle_right_q;
  logic signed [31:0] high_product;
  logic               signed_mul;
  logic        [63:0] product;

  assign signed_mul   = op_i == weft_isa_pkg::OP_MULH;
  assign high_product = left_high_q * right_high_q;

  always_ff @(posedge clk_i) begin
    if (mul_i) begin
      left_high_q  <= {signed_mul && left_i[31], left_i[31:16]};
      left_low_q   <= left_i[15:0];
      right_high_q <= {signed_mul && right_i[31], right_i[31:16]};
      right_low_q  <= right_i[15:0];
    end
    low_q          <= left_low_q * right_low_q;
    middle_left_q  <= left_high_q * signed'({1'b0, right_low_q});
    middle_right_q <= signed'({1'b0, left_low_q}) * right_high_q;
    high_product_q <= high_product;
  end

  assign product = {high_product_q, low_q} + {{14{middle_left_q[33]}}, middle_left_q, 16'd0} +
                   {{14{middle_right_q[33]}}, middle_right_q, 16'd0};

  // Division. The quotient's bits take the place of the dividend's, which move into the remainder.
  logic [31:0] quotient_q, divisor_q, rest_q;
  logic [5:0]  steps_q; // to be done
  logic        negate_quotient_q, negate_rest_q;
  logic        signed_div, left_negative, right_negative;
  logic [32:0] shifted, difference;

  assign signed_div     = op_i == weft_isa_pkg::OP_DIV || op_i == weft_isa_pkg::OP_REM;
  assign left_negative  = signed_div && left_i[31];
  assign right_negative = signed_div && right_i[31];
  assign shifted        = {rest_q, quotient_q[31]};
  assign difference     = shifted - {1'b0, divisor_q};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      steps_q <= '0;
    end else if (div_i) begin
      steps_q <= 6'd32;
    end else if (steps_q != '0) begin
      steps_q <= steps_q - 6'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (div_i) begin
      quotient_q        <= left_negative ? -left_i : left_i;
      divisor_q         <= right_negative ? -right_i : right_i;
      rest_q            <= '0;
      negate_quotient_q <= left_negative != right_negative && right_i != '0;
      negate_rest_q     <= left_negative;
    end else if (steps_q != '0) begin
      quotient_q <= {quotient_q[30:0], !difference[32]};
      rest_q     <= difference[32] ? shifted[31:0] : difference[31:0];
    end
  end

  always_comb begin
    if (!divides_q) begin
      result_o = high_q ? product[63:32] : product[31:0];
    end else if (remainder_q) begin
      result_o = negate_rest_q ? -rest_q : rest_q;
    end else begin
      result_o = negate_quotient_q ? -quotient_q : quotient_q;
    end
  end

endmodule
