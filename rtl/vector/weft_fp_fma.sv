// y = n * x + z, rounded once, to nearest even, in three stages (lane of the vector engine). n is a small integer, x
// and z are any binary32 numbers. It equals the IEEE fused multiply-add of float(n), x, z; a NaN result is 0x7fc00000.
//
// Product and addend meet in a frame of 39 bits. Bit k has the weight 2^(base - 26 + k), where base is
//   - the exponent of x, if that of z is at most 11 above it: the product is at 3 to 36, the addend moves right;
//   - the exponent of z, less 11, otherwise:                  the addend is at 14 to 37, the product moves right.
// What falls out at the right is collected in bit 0. In the first case bits fall out only if the addend begins at bit
// 22 or lower and x is normal (then the product begins at bit 26 or higher); in the second the product begins at bit 35
// or lower. So the sum loses at most one leading bit then, and bit 0 lies below the bit that decides rounding.
module weft_fp_fma (
  input  logic        clk_i,
  input  logic [2:0]  en_i,  // of each stage
  input  logic [10:0] n_i,   // signed
  input  logic [31:0] x_i,
  input  logic [31:0] z_i,
  output logic [31:0] y_o
);

  // After stage 1. A stage's results share a register: a function assigned to many is simulated once for each.
  logic [89:0] stage1_q;
  logic        nan1, infinite1, sign_p1, sign_z1;
  logic [7:0]  base1;     // biased exponent
  logic [5:0]  move1;     // of the product
  logic [33:0] product1;
  logic [37:0] addend1;   // moved
  // After stage 2.
  logic        nan2_q, infinite2_q;
  logic [7:0]  base2_q;
  logic [27:0] mark2_q;   // the bit of the sum that is the highest one of a denormal number, if it is in reach
  logic [39:0] sum_q;     // sign, magnitude
  logic [31:0] y_q;

  // v moved to the right; bit 0 is set if any bit fell out.
  function automatic logic [37:0] move_right(input logic [37:0] v, input logic [5:0] distance);
    logic [37:0] moved, kept;
    moved = v >> distance;
    kept = {38{1'b1}} << distance;
    move_right = {moved[37:1], moved[0] || (v & ~kept) != '0};
  endfunction

  function automatic logic [89:0] multiply(input logic [10:0] n, input logic [31:0] x, input logic [31:0] z);
    logic        nan, infinite, sign_p, sign_z, infinite_x, infinite_z, above;
    logic [7:0]  exponent_x, exponent_z;
    logic [9:0]  difference, distance; // of the exponent of z from that at which the addend is at 14 to 37
    logic [5:0]  move;                 // distance, limited
    logic [10:0] magnitude;
    logic [33:0] product;
    logic [37:0] addend;
    sign_p = x[31] ^ n[10];
    infinite_x = x[30:0] == 31'h7f80_0000;
    infinite_z = z[30:0] == 31'h7f80_0000;
    infinite = infinite_x || infinite_z;
    nan = x[30:0] > 31'h7f80_0000 || z[30:0] > 31'h7f80_0000 || (infinite_x && n == '0) ||
          (infinite_x && infinite_z && sign_p != z[31]);
    sign_z = z[31];
    // A product of 0 must not push the addend out of the frame.
    exponent_x = x[30:23] == '0 || n == '0 ? 8'd1 : x[30:23];
    exponent_z = z[30:23] == '0 ? 8'd1 : z[30:23];
    difference = 10'(exponent_z) - 10'(exponent_x) - 10'd11;
    above = !difference[9] && difference != '0;
    distance = difference[9] ? -difference : difference;
    move = distance > 10'd63 ? 6'd63 : distance[5:0];
    magnitude = n[10] ? -n : n;
    product = 34'(magnitude) * 34'({x[30:23] != '0, x[22:0]});
    addend = {z[30:23] != '0, z[22:0], 14'd0};
    if (infinite_x) begin // its sign is that of the product
      sign_z = sign_p;
    end else if (infinite_z) begin
      sign_p = sign_z;
    end
    multiply = {nan, infinite, sign_p, sign_z, above ? exponent_z - 8'd11 : exponent_x, above ? move : 6'd0, product,
                above ? addend : move_right(addend, move)};
  endfunction

  function automatic logic [39:0] add(input logic sign_p, input logic sign_z, input logic [5:0] move,
                                      input logic [33:0] product, input logic [37:0] addend);
    logic [37:0] moved;
    logic [38:0] difference; // product - addend
    moved = move_right({1'b0, product, 3'd0}, move);
    difference = {1'b0, moved} - {1'b0, addend};
    if (sign_p == sign_z) begin
      add = {sign_p, {1'b0, moved} + {1'b0, addend}};
    end else if (difference[38]) begin
      add = {sign_z, {1'b0, addend} - {1'b0, moved}};
    end else begin
      add = {sign_p && difference != '0, difference};
    end
  endfunction

  // Left until the highest bit is set, or the exponent is that of denormal numbers: the mark then ends the search, so that
  // the exponent need not be looked at in each step.
  function automatic logic [31:0] round(input logic nan, input logic infinite, input logic sign, input logic [7:0] base,
                                        input logic [27:0] mark, input logic [38:0] sum);
    logic [38:0] m, search;
    logic [8:0]  e;
    logic [5:0]  zeros;
    logic [31:0] rounded;
    search = sum | 39'(mark);
    zeros[5] = search[38:7] == '0;
    search = zeros[5] ? search << 32 : search;
    zeros[4] = search[38:23] == '0;
    search = zeros[4] ? search << 16 : search;
    zeros[3] = search[38:31] == '0;
    search = zeros[3] ? search << 8 : search;
    zeros[2] = search[38:35] == '0;
    search = zeros[2] ? search << 4 : search;
    zeros[1] = search[38:37] == '0;
    search = zeros[1] ? search << 2 : search;
    zeros[0] = !search[38];
    m = sum << zeros;
    e = 9'(base) + 9'd12 - 9'(zeros);
    rounded = {m[38] ? e : 9'd0, m[37:15]} + 32'(m[14] && (m[15] || m[13:0] != '0));
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
      stage1_q <= multiply(n_i, x_i, z_i);
    end
    if (en_i[1]) begin
      nan2_q      <= nan1;
      infinite2_q <= infinite1;
      base2_q     <= base1;
      mark2_q     <= 28'h800_0000 >> base1;
      sum_q       <= add(sign_p1, sign_z1, move1, product1, addend1);
    end
    if (en_i[2]) begin
      y_q <= round(nan2_q, infinite2_q, sum_q[39], base2_q, mark2_q, sum_q[38:0]);
    end
  end

  assign {nan1, infinite1, sign_p1, sign_z1, base1, move1, product1, addend1} = stage1_q;
  assign y_o = y_q;

endmodule
