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

  // tests/rtl/tools/instructions_test.py: every instruction of the wide lanes is here.
  always_comb begin
    convert   = 1'b0;
    compare_o = 1'b0;
    smaller_o = 1'b0;
    w_is_b_o  = 1'b0;
    z_is_b_o  = 1'b0;
    z_is_d_o  = 1'b0;
    special_o = 1'b0;
    exp_o     = 1'b0;
    rcp_o     = 1'b0;
    rsq_o     = 1'b0;
    tanh_o    = 1'b0;
    case (op_i.op)
      weft_isa_pkg::OP_VMOVF: convert = 1'b1;
      weft_isa_pkg::OP_VADDF: z_is_b_o = 1'b1;
      weft_isa_pkg::OP_VMULF: w_is_b_o = 1'b1;
      weft_isa_pkg::OP_VFMAF: begin
        w_is_b_o = 1'b1;
        z_is_d_o = 1'b1;
      end
      weft_isa_pkg::OP_VMAXF: compare_o = 1'b1;
      weft_isa_pkg::OP_VMINF: begin
        compare_o = 1'b1;
        smaller_o = 1'b1;
      end
      weft_isa_pkg::OP_VEXPF: begin
        special_o = 1'b1;
        exp_o     = 1'b1;
      end
      weft_isa_pkg::OP_VRCPF: begin
        special_o = 1'b1;
        rcp_o     = 1'b1;
      end
      weft_isa_pkg::OP_VRSQF: begin
        special_o = 1'b1;
        rsq_o     = 1'b1;
      end
      weft_isa_pkg::OP_VTANHF: begin
        special_o = 1'b1;
        tanh_o    = 1'b1;
      end
      weft_isa_pkg::OP_VERFF: special_o = 1'b1; // that of none of the others
      default: begin end // not the wide lanes'
    endcase
  end

  assign from_int_o = convert && weft_isa_pkg::type_a(op_i.types) == weft_isa_pkg::TYPE_S32;
  assign to_int_o   = convert && weft_isa_pkg::type_result(op_i.types) == weft_isa_pkg::TYPE_S32;

  assign unary = convert || special_o;
  assign w_o   = unary ? op_i.ra : ONE;
  assign z_o   = unary ? op_i.rf : MINUS_ZERO;

  // All else of the instruction is the control's or the 8-bit lanes'.
  logic unused;
  assign unused = &{1'b0, op_i};

endmodule
