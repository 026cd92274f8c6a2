// Scalar arithmetic of one cycle. Loads, stores and `jalr` get their address; immediate operations have their immediate as
// right side. The result of instructions that it does not know means nothing.
module weft_alu (
  input  logic [7:0]  op_i,
  input  logic [31:0] left_i,
  input  logic [31:0] right_i,  // register or immediate
  output logic [31:0] result_o,
  output logic        taken_o   // of a branch
);

  logic less, less_unsigned, equal;

  assign less          = signed'(left_i) < signed'(right_i);
  assign less_unsigned = left_i < right_i;
  assign equal         = left_i == right_i;

  always_comb begin
    case (op_i)
      weft_isa_pkg::OP_SUB:                           result_o = left_i - right_i;
      weft_isa_pkg::OP_AND, weft_isa_pkg::OP_ANDI:    result_o = left_i & right_i;
      weft_isa_pkg::OP_OR, weft_isa_pkg::OP_ORI:      result_o = left_i | right_i;
      weft_isa_pkg::OP_XOR, weft_isa_pkg::OP_XORI:    result_o = left_i ^ right_i;
      weft_isa_pkg::OP_SLL, weft_isa_pkg::OP_SLLI:    result_o = left_i << right_i[4:0];
      weft_isa_pkg::OP_SRL, weft_isa_pkg::OP_SRLI:    result_o = left_i >> right_i[4:0];
      weft_isa_pkg::OP_SRA, weft_isa_pkg::OP_SRAI:    result_o = unsigned'(signed'(left_i) >>> right_i[4:0]);
      weft_isa_pkg::OP_SLT, weft_isa_pkg::OP_SLTI:    result_o = {31'd0, less};
      weft_isa_pkg::OP_SLTU, weft_isa_pkg::OP_SLTIU:  result_o = {31'd0, less_unsigned};
      weft_isa_pkg::OP_ADD, weft_isa_pkg::OP_ADDI, weft_isa_pkg::OP_JALR, weft_isa_pkg::OP_PLOAD,
      weft_isa_pkg::OP_LB, weft_isa_pkg::OP_LBU, weft_isa_pkg::OP_LH, weft_isa_pkg::OP_LHU, weft_isa_pkg::OP_LW,
      weft_isa_pkg::OP_SB, weft_isa_pkg::OP_SH, weft_isa_pkg::OP_SW: result_o = left_i + right_i;
      default:                                        result_o = '0;
    endcase
  end

  always_comb begin
    case (op_i)
      weft_isa_pkg::OP_BEQ:   taken_o = equal;
      weft_isa_pkg::OP_BNE:   taken_o = !equal;
      weft_isa_pkg::OP_BLT:   taken_o = less;
      weft_isa_pkg::OP_BGE:   taken_o = !less;
      weft_isa_pkg::OP_BLTU:  taken_o = less_unsigned;
      weft_isa_pkg::OP_BGEU:  taken_o = !less_unsigned;
      default:                taken_o = 1'b0;
    endcase
  end

endmodule
