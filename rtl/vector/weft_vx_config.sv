// What the lanes do in an instruction: constants, decoded from opcode and configuration. Combinational.
//
//   instruction  accumulate          requantise      first FMA           second FMA        last bounds
//   vrq          bias + acc          scale[c]        -                   -                 -
//   vsum         bias + sum(a - za)  scale[c]        -                   -                 -
//   vdw          bias + sum(a' * w') scale[c]        -                   -                 -
//   vrqa         bias + acc          scale[c]        b * rb + rf         q * ra + first    lo2, hi2
//   exchange     bias + acc          scale[c]        q * ra + rf         b * rb + first    lo2, hi2
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

  weft_isa_pkg::vector_usage_t usage;
  logic                        vrqa, vadd, vmul, vlut;

  assign usage           = weft_isa_pkg::vector_usage(op_i.op);
  assign parameters_o    = usage.parameter_rows != '0;
  assign accumulator_a_o = usage.accumulator_a;
  assign wide_o          = usage.wide;

  // tests/rtl/tools/instructions_test.py: every instruction of the lanes is here.
  always_comb begin
    vrqa      = 1'b0;
    vadd      = 1'b0;
    vmul      = 1'b0;
    vlut      = 1'b0;
    maximum_o = 1'b0;
    case (op_i.op)
      weft_isa_pkg::OP_VRQ, weft_isa_pkg::OP_VSUM, weft_isa_pkg::OP_VDW: begin end // all follows from the operands
      weft_isa_pkg::OP_VRQA: vrqa = 1'b1;
      weft_isa_pkg::OP_VADD: vadd = 1'b1;
      weft_isa_pkg::OP_VMUL: vmul = 1'b1;
      weft_isa_pkg::OP_VLUT: vlut = 1'b1;
      weft_isa_pkg::OP_VMAX: maximum_o = 1'b1;
      default: begin end // not the lanes'
    endcase
  end

  assign signed_a_o = weft_isa_pkg::type_a(op_i.types) == weft_isa_pkg::TYPE_S8;
  assign signed_b_o = weft_isa_pkg::type_b(op_i.types) == weft_isa_pkg::TYPE_S8;
  assign za_o       = vmul || (usage.window && !maximum_o) ? op_i.za : '0;
  assign zb_o       = vmul || usage.weights ? op_i.zb : '0;
  assign product_o  = vmul || usage.weights;

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

  assign fma_o  = usage.scratchpad_b;
  assign swap_o = vrqa && op_i.types[weft_isa_pkg::FLAG_EXCHANGE];
  assign x1_o   = swap_o ? op_i.ra : op_i.rb;
  assign z1_o   = vmul ? to_float(op_i.zo) : op_i.rf;
  assign lo2_o  = extend(vrqa ? op_i.lo2 : op_i.lo);
  assign hi2_o  = extend(vrqa ? op_i.hi2 : op_i.hi);
  assign lut_o  = usage.lut || (usage.lut_if_flagged && op_i.types[weft_isa_pkg::FLAG_LUT]);

  always_comb begin
    x2_o = swap_o ? op_i.rb : op_i.ra;
    if (vmul) begin
      x2_o = '0;
    end
  end

  // Addresses, walks and semaphores, and the flags and types that nothing depends on.
  logic unused;
  assign unused = &{1'b0, op_i, usage};

endmodule
