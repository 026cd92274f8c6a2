// What a vector instruction reads, from its opcode. Combinational.
module weft_vx_shape (
  input  logic [7:0] op_i,
  output logic       table_o,         // the LUT and nothing else
  output logic       parameters_o,    // channel parameters at rD
  output logic       accumulator_a_o, // operand A is a row of the accumulators, else of the scratchpad
  output logic       two_operands_o,  // operand B is at rB + offset of pB
  output logic       window_o,        // pB is a window over operand A
  output logic       weights_o,       // operand B is the window's weights at rB
  output logic       wide_o           // rows of 32-bit elements: the wide lanes' instruction
);

  logic vsum, wide_two, wide_one;

  assign vsum            = op_i == weft_isa_pkg::OP_VSUM;
  assign table_o         = op_i == weft_isa_pkg::OP_VLDLUT;
  assign accumulator_a_o = op_i == weft_isa_pkg::OP_VRQ || op_i == weft_isa_pkg::OP_VRQA;
  assign two_operands_o  = op_i == weft_isa_pkg::OP_VRQA || op_i == weft_isa_pkg::OP_VADD ||
                           op_i == weft_isa_pkg::OP_VMUL || wide_two;
  assign weights_o       = op_i == weft_isa_pkg::OP_VDW;
  assign window_o        = op_i == weft_isa_pkg::OP_VMAX || vsum || weights_o;
  assign parameters_o    = accumulator_a_o || vsum || weights_o || op_i == weft_isa_pkg::OP_VFMAF;

  assign wide_two = op_i == weft_isa_pkg::OP_VADDF || op_i == weft_isa_pkg::OP_VMULF || op_i == weft_isa_pkg::OP_VFMAF ||
                    op_i == weft_isa_pkg::OP_VMAXF || op_i == weft_isa_pkg::OP_VMINF;
  assign wide_one = op_i == weft_isa_pkg::OP_VMOVF || op_i == weft_isa_pkg::OP_VEXPF || op_i == weft_isa_pkg::OP_VRCPF ||
                    op_i == weft_isa_pkg::OP_VRSQF || op_i == weft_isa_pkg::OP_VTANHF || op_i == weft_isa_pkg::OP_VERFF;
  assign wide_o   = wide_two || wide_one;

endmodule
