// Product of a converted integer and a binary32 number, rounded to nearest even, in two stages (lane of the vector
// engine). Since |x| is 0 or at least 1, the product is denormal only if s is, and no bit ever leaves it to the right
// before it is rounded: there is no right shifter. A NaN result is the quiet NaN 0x7fc00000.
module weft_fp_mul (
  input  logic        clk_i,
  input  logic [1:0]  en_i,  // of each stage
  input  logic [31:0] x_i,   // +-0, or 1 <= |x| <= 2^31
  input  logic [31:0] s_i,   // any
  output logic [31:0] y_o
);

  // After stage 1, in one register: a function assigned to many is simulated once for each.
  logic [59:0] stage1_q;
  logic        sign1, nan1, infinite1;
  logic [8:0]  exponent1;  // biased, if the highest bit of the product is set; at least 2
  logic [47:0] product1;
  logic [31:0] y_q;

  function automatic logic [59:0] multiply(input logic [31:0] x, input logic [31:0] s);
    logic        zero, special;
    logic [7:0]  exponent_s;
    logic [8:0]  exponent;
    logic [47:0] product;
    zero = x[30:23] == '0;
    special = s[30:23] == '1;
    exponent_s = s[30:23] == '0 ? 8'd1 : s[30:23];
    exponent = 9'(x[30:23]) + 9'(exponent_s) - 9'd126;
    product = 48'({!zero, x[22:0]}) * 48'({s[30:23] != '0, s[22:0]});
    multiply = {x[31] ^ s[31], special && (zero || s[22:0] != '0), special, exponent, product};
  endfunction

  // Left until the highest bit is set, or the exponent is that of denormal numbers: a mark in the bit that is the highest
  // one then ends the search, so that the exponent need not be compared with it in each step.
  function automatic logic [31:0] round(input logic sign, input logic nan, input logic infinite,
                                        input logic [8:0] exponent, input logic [47:0] product);
    logic [47:0] m, search;
    logic [8:0]  e;
    logic [4:0]  zeros;
    logic [31:0] rounded;
    search = product | (exponent > 9'd48 ? 48'd0 : 48'h8000_0000_0000 >> (exponent - 9'd1));
    zeros[4] = search[47:32] == '0;
    search = zeros[4] ? search << 16 : search;
    zeros[3] = search[47:40] == '0;
    search = zeros[3] ? search << 8 : search;
    zeros[2] = search[47:44] == '0;
    search = zeros[2] ? search << 4 : search;
    zeros[1] = search[47:46] == '0;
    search = zeros[1] ? search << 2 : search;
    zeros[0] = !search[47];
    m = product << zeros;
    e = exponent - 9'(zeros);
    rounded = {m[47] ? e : 9'd0, m[46:24]} + 32'(m[23] && (m[24] || m[22:0] != '0));
    if (nan) begin
      round = 32'h7fc0_0000;
    end else if (infinite || rounded[31:23] >= 9'd255) begin
      round = {sign, 31'h7f80_0000};
    end else begin
      round = {sign, rounded[30:0]};
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i[0]) begin
      stage1_q <= multiply(x_i, s_i);
    end
    if (en_i[1]) begin
      y_q <= round(sign1, nan1, infinite1, exponent1, product1);
    end
  end

  assign {sign1, nan1, infinite1, exponent1, product1} = stage1_q;
  assign y_o = y_q;

endmodule
