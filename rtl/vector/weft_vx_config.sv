// What the lanes do in an instruction: constants, decoded from opcode and configuration. Combinational.
//
//   instruction  accumulate          requantise      first FMA           second FMA        last bounds
//   vrq          bias + acc          scale[c]        -                   -                 -
//   vsum         bias + sum(a - za)  scale[c]        -                   -                 -
//   vdw          bias + sum(a' * w') scale[c]        -                   -                 -
//   vrqa         bias + acc          scale[c]        b * rb + rf         q * ra + first    lo2, hi2
//   vrqa, bit 13 bias + acc          scale[c]        q * ra + rf         b * rb + first    lo2, hi2
//   vadd         a                   -               b * rb + rf         a * ra + first    lo, hi
//   vmul         a' * b'             ra, no bounds   1 * y + zo          0 * 0 + first     lo, hi
//   vmax         max(a)              only bounds     -                   -                 -
//   vlut         a                   -               -                   -                 -
module weft_vx_config (
  input  weft_pkg::vector_op_t op_i,
  // Accumulate.
  output logic        parameters_o,   // begin with the bias, requantise
  output logic        accumulator_a_o,
  output logic        signed_a_o,
  output logic        signed_b_o,
  output logic [8:0]  za_o,           // to subtract from a, b
  output logic [8:0]  zb_o,
  output logic        product_o,
  output logic        maximum_o,
  // Requantise.
  output logic        float_o,        // convert to binary32 and multiply
  output logic        multiply_o,     // vmul: by ra, and no bounds
  output logic [10:0] lo1_o,          // signed
  output logic [10:0] hi1_o,
  output logic [8:0]  zo1_o,
  // Multiply-add.
  output logic        fma_o,
  output logic        swap_o,         // q is in the first, b in the second
  output logic [31:0] x1_o,           // factor of the first, unless multiply_o
  output logic [31:0] z1_o,           // addend of the first
  output logic [31:0] x2_o,           // factor of the second
  output logic [10:0] lo2_o,
  output logic [10:0] hi2_o,
  output logic        lut_o,
  output logic        wide_o          // none of the above: the wide lanes' instruction
);

  // The first bounds of what is not to be limited: integers of 10 bits.
  localparam logic [10:0] LOWEST = 11'h400;
  localparam logic [10:0] HIGHEST = 11'h3ff;

  logic vrqa, vadd, vmul, vlut, two_operands, window, weights, table_load;

  weft_vx_shape u_shape (
    .op_i            (op_i.op),
    .table_o         (table_load),
    .parameters_o,
    .accumulator_a_o,
    .two_operands_o  (two_operands),
    .window_o        (window),
    .weights_o       (weights),
    .wide_o
  );

  assign vrqa      = op_i.op == weft_isa_pkg::OP_VRQA;
  assign vadd      = op_i.op == weft_isa_pkg::OP_VADD;
  assign vmul      = op_i.op == weft_isa_pkg::OP_VMUL;
  assign vlut      = op_i.op == weft_isa_pkg::OP_VLUT;
  assign maximum_o = op_i.op == weft_isa_pkg::OP_VMAX;

  assign signed_a_o = op_i.types[3:0] == weft_pkg::TYPE_S8;
  assign signed_b_o = op_i.types[7:4] == weft_pkg::TYPE_S8;
  assign za_o       = vmul || (window && !maximum_o) ? op_i.za : '0;
  assign zb_o       = vmul || weights ? op_i.zb : '0;
  assign product_o  = vmul || weights;

  function automatic logic [10:0] extend(input logic [8:0] x);
    extend = {{2{x[8]}}, x};
  endfunction

  // A 9-bit integer as binary32.
  function automatic logic [31:0] to_float(input logic [8:0] x);
    logic [8:0] m;
    logic [7:0] exponent;
    m = x[8] ? -x : x;
    exponent = 8'd135;
    for (int i = 0; i < 8; i++) begin
      if (!m[8]) begin
        m = {m[7:0], 1'b0};
        exponent = exponent - 8'd1;
      end
    end
    to_float = m[8] ? {x[8], exponent, m[7:0], 15'd0} : 32'd0;
  endfunction

  assign float_o    = parameters_o || vmul;
  assign multiply_o = vmul;
  assign zo1_o      = parameters_o ? op_i.zo : '0;

  always_comb begin
    lo1_o = extend(op_i.lo) - extend(zo1_o);
    hi1_o = extend(op_i.hi) - extend(zo1_o);
    if (vadd || vlut) begin
      lo1_o = LOWEST;
      hi1_o = HIGHEST;
    end
  end

  assign fma_o  = two_operands;
  assign swap_o = vrqa && op_i.types[13];
  assign x1_o   = swap_o ? op_i.ra : op_i.rb;
  assign z1_o   = vmul ? to_float(op_i.zo) : op_i.rf;
  assign lo2_o  = extend(vrqa ? op_i.lo2 : op_i.lo);
  assign hi2_o  = extend(vrqa ? op_i.hi2 : op_i.hi);
  assign lut_o  = vlut || ((accumulator_a_o || weights) && op_i.types[12]);

  always_comb begin
    x2_o = swap_o ? op_i.rb : op_i.ra;
    if (vmul) begin
      x2_o = '0;
    end
  end

  // Addresses, walks and semaphores, and the flags and types that nothing depends on.
  logic unused;
  assign unused = &{1'b0, op_i, table_load};

endmodule
