// y = x * w + z of any binary32 numbers, rounded once, to nearest even, in five stages (wide lane of the vector engine):
// the IEEE fused multiply-add with denormal numbers; a NaN result is 0x7fc00000.
//
// Product and addend meet in a frame of 100 bits. The product is at 26 to 73. The addend begins at 76 to 99 and moves to
// the right by the distance of the exponents; if it would have to move to the left, the product is less than a quarter
// of its last place and stays where it is: only that it is not 0 matters. What falls out at the right is collected in
// bit 0. That is far below the bit that decides rounding: when bits fall out, the addend ends below bit 23, and a product
// that is not 0 (at most one of its factors is denormal) has a bit at 49 or above.
module weft_fp_fma32 (
  input  logic        clk_i,
  input  logic [4:0]  en_i,  // of each stage
  input  logic [31:0] x_i,
  input  logic [31:0] w_i,
  input  logic [31:0] z_i,
  output logic [31:0] y_o
);

  // A stage's results share a register: a function assigned to many is simulated once for each.
  logic [115:0] stage1_q;
  logic         nan1, infinite1, sign_p1, sign_z1;
  logic [8:0]   base1;          // biased exponent of a number whose highest bit is 99
  logic [6:0]   move1;          // of the addend to the right
  logic [35:0]  low1, high1;    // the product is low + high * 2^12
  logic [23:0]  addend1;
  logic [160:0] stage2_q;
  logic         nan2, infinite2, sign_p2, sign_z2;
  logic [8:0]   base2;
  logic [47:0]  product2;
  logic [99:0]  addend2;        // moved
  logic [112:0] stage3_q;
  logic         nan3, infinite3, differ3, sign3;
  logic [8:0]   base3;
  logic [99:0]  sum3;           // magnitude
  logic [41:0]  stage4_q;
  logic         nan4, infinite4, differ4, sign4;
  logic [8:0]   exponent4;
  logic [28:0]  mantissa4;      // its lowest bit is set if any other bit of the sum is
  logic [31:0]  y_q;

  function automatic logic [115:0] multiply(input logic [31:0] x, input logic [31:0] w, input logic [31:0] z);
    logic        infinite_x, infinite_w, infinite_z, infinite_p, nan, sign_p, sign_z, zero, stays;
    logic [7:0]  exponent_x, exponent_w, exponent_z;
    logic [9:0]  exponent_p, distance; // signed
    logic [23:0] factor;
    infinite_x = x[30:0] == 31'h7f80_0000;
    infinite_w = w[30:0] == 31'h7f80_0000;
    infinite_z = z[30:0] == 31'h7f80_0000;
    infinite_p = infinite_x || infinite_w;
    zero = x[30:0] == '0 || w[30:0] == '0;
    sign_p = x[31] ^ w[31];
    sign_z = z[31];
    nan = x[30:0] > 31'h7f80_0000 || w[30:0] > 31'h7f80_0000 || z[30:0] > 31'h7f80_0000 ||
          (infinite_p && zero) || (infinite_p && infinite_z && sign_p != sign_z);
    exponent_x = x[30:23] == '0 ? 8'd1 : x[30:23];
    exponent_w = w[30:23] == '0 ? 8'd1 : w[30:23];
    exponent_z = z[30:23] == '0 ? 8'd1 : z[30:23];
    exponent_p = 10'(exponent_x) + 10'(exponent_w) - 10'd100; // less 27: where the addend need not move
    distance = exponent_p - 10'(exponent_z);
    stays = distance[9] || zero; // a product of 0 must not push the addend out of the frame
    if (infinite_p) begin // the sign is that of what is infinite
      sign_z = sign_p;
    end else if (infinite_z) begin
      sign_p = sign_z;
    end
    factor = {x[30:23] != '0, x[22:0]};
    multiply = {nan, infinite_p || infinite_z, sign_p, sign_z, stays ? 9'(exponent_z) : exponent_p[8:0],
                stays ? 7'd0 : distance > 10'd127 ? 7'd127 : distance[6:0],
                36'(factor) * 36'(w[11:0]), 36'(factor) * 36'({w[30:23] != '0, w[22:12]}),
                z[30:23] != '0, z[22:0]};
  endfunction

  function automatic logic [147:0] align(input logic [6:0] move, input logic [35:0] low, input logic [35:0] high,
                                         input logic [23:0] addend);
    logic [99:0] wide, moved, kept;
    wide = {addend, 76'd0};
    moved = wide >> move;
    kept = {100{1'b1}} << move;
    align = {48'(low) + {high, 12'd0}, moved[99:1], moved[0] || (wide & ~kept) != '0};
  endfunction

  // Sign and magnitude. The sign of a difference that is 0 is wrong.
  function automatic logic [100:0] add(input logic sign_p, input logic sign_z, input logic [47:0] product,
                                       input logic [99:0] addend);
    logic [99:0]  wide;
    logic [100:0] difference; // product - addend
    wide = {26'd0, product, 26'd0};
    difference = {1'b0, wide} - {1'b0, addend};
    if (sign_p == sign_z) begin
      add = {sign_p, wide + addend};
    end else if (difference[100]) begin
      add = {sign_z, addend - wide};
    end else begin
      add = {sign_p, difference[99:0]};
    end
  endfunction

  // Left until one of the four highest bits is set, or nearly until the exponent is that of denormal numbers.
  function automatic logic [37:0] normalise(input logic [8:0] base, input logic [99:0] sum);
    logic [99:0] m;
    logic [8:0]  e;
    m = sum;
    e = base;
    if (m[99:36] == '0 && e > 9'd64) begin
      m = m << 64;
      e = e - 9'd64;
    end
    if (m[99:68] == '0 && e > 9'd32) begin
      m = m << 32;
      e = e - 9'd32;
    end
    if (m[99:84] == '0 && e > 9'd16) begin
      m = m << 16;
      e = e - 9'd16;
    end
    if (m[99:92] == '0 && e > 9'd8) begin
      m = m << 8;
      e = e - 9'd8;
    end
    if (m[99:96] == '0 && e > 9'd4) begin
      m = m << 4;
      e = e - 9'd4;
    end
    normalise = {e, m[99:72], m[71:0] != '0};
  endfunction

  // The last three places to the left, and rounding.
  function automatic logic [31:0] round(input logic nan, input logic infinite, input logic differ, input logic sign,
                                        input logic [8:0] exponent, input logic [28:0] mantissa);
    logic [28:0] m;
    logic [8:0]  e;
    logic [31:0] rounded;
    m = mantissa;
    e = exponent;
    if (m[28:27] == '0 && e > 9'd2) begin
      m = {m[26:1], 2'd0, m[0]};
      e = e - 9'd2;
    end
    if (!m[28] && e > 9'd1) begin
      m = {m[27:1], 1'b0, m[0]};
      e = e - 9'd1;
    end
    rounded = {m[28] ? e : 9'd0, m[27:5]} + 32'(m[4] && (m[5] || m[3:0] != '0));
    if (nan) begin
      round = 32'h7fc0_0000;
    end else if (infinite || rounded[31:23] >= 9'd255) begin
      round = {sign, 31'h7f80_0000};
    end else begin
      round = {sign && !(differ && mantissa == '0), rounded[30:0]};
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i[0]) begin
      stage1_q <= multiply(x_i, w_i, z_i);
    end
    if (en_i[1]) begin
      stage2_q <= {nan1, infinite1, sign_p1, sign_z1, base1, align(move1, low1, high1, addend1)};
    end
    if (en_i[2]) begin
      stage3_q <= {nan2, infinite2, sign_p2 != sign_z2, base2, add(sign_p2, sign_z2, product2, addend2)};
    end
    if (en_i[3]) begin
      stage4_q <= {nan3, infinite3, differ3, sign3, normalise(base3, sum3)};
    end
    if (en_i[4]) begin
      y_q <= round(nan4, infinite4, differ4, sign4, exponent4, mantissa4);
    end
  end

  assign {nan1, infinite1, sign_p1, sign_z1, base1, move1, low1, high1, addend1} = stage1_q;
  assign {nan2, infinite2, sign_p2, sign_z2, base2, product2, addend2}           = stage2_q;
  assign {nan3, infinite3, differ3, base3, sign3, sum3}                          = stage3_q;
  assign {nan4, infinite4, differ4, sign4, exponent4, mantissa4}                 = stage4_q;
  assign y_o = y_q;

endmodule
