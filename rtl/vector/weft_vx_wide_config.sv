// What the wide lanes do in an instruction with fp32 rows, decoded from opcode and configuration: x * w + z, and what is
// made of it. Combinational.
//
//   instruction   x            w    z    then
//   vaddf         a            1    b    -
//   vmulf         a            b    -0   -
//   vfmaf         a            b    d    -
//   vmaxf, vminf  one of a, b  1    -0   -
//   vmovf         a            ra   rf   to int32
//   others        a            ra   rf   a special function
//
// The product with 1 and the sum with -0 change nothing but NaN.
module weft_vx_wide_config (
  input  weft_pkg::vector_op_t op_i,
  output logic        from_int_o,
  output logic        to_int_o,
  output logic        compare_o,
  output logic        smaller_o,
  output logic        w_is_b_o,
  output logic        z_is_b_o,
  output logic        z_is_d_o,
  output logic [31:0] w_o,
  output logic [31:0] z_o,
  output logic        special_o,
  output logic        exp_o,
  output logic        rcp_o,
  output logic        rsq_o,
  output logic        tanh_o
);

  localparam logic [31:0] ONE = 32'h3f80_0000;
  localparam logic [31:0] MINUS_ZERO = 32'h8000_0000;

  logic convert, unary;

  assign convert    = op_i.op == weft_isa_pkg::OP_VMOVF;
  assign from_int_o = convert && op_i.types[3:0] == weft_pkg::TYPE_S32;
  assign to_int_o   = convert && op_i.types[11:8] == weft_pkg::TYPE_S32;

  assign z_is_b_o  = op_i.op == weft_isa_pkg::OP_VADDF;
  assign z_is_d_o  = op_i.op == weft_isa_pkg::OP_VFMAF;
  assign w_is_b_o  = op_i.op == weft_isa_pkg::OP_VMULF || z_is_d_o;
  assign smaller_o = op_i.op == weft_isa_pkg::OP_VMINF;
  assign compare_o = op_i.op == weft_isa_pkg::OP_VMAXF || smaller_o;

  assign exp_o     = op_i.op == weft_isa_pkg::OP_VEXPF;
  assign rcp_o     = op_i.op == weft_isa_pkg::OP_VRCPF;
  assign rsq_o     = op_i.op == weft_isa_pkg::OP_VRSQF;
  assign tanh_o    = op_i.op == weft_isa_pkg::OP_VTANHF;
  assign special_o = exp_o || rcp_o || rsq_o || tanh_o || op_i.op == weft_isa_pkg::OP_VERFF;

  assign unary = convert || special_o;
  assign w_o   = unary ? op_i.ra : ONE;
  assign z_o   = unary ? op_i.rf : MINUS_ZERO;

  // All else of the instruction is the control's or the 8-bit lanes'.
  logic unused;
  assign unused = &{1'b0, op_i};

endmodule
