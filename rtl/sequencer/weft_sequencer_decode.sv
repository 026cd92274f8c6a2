// What the sequencer has to know of an instruction beside its fields. Of an illegal one nothing is meaningful.
module weft_sequencer_decode (
  input  logic [63:0]            word_i,
  output weft_isa_pkg::decoded_t inst_o,
  output logic                   tensor_o,
  output logic                   conditional_o, // is tried until a condition holds
  output logic                   access_o,      // of scalar memory or DRAM
  output logic                   pload_o,
  output logic                   mul_o,
  output logic                   div_o,
  output logic                   link_o,        // jal, jalr
  output logic                   two_registers_o, // its right side is a register
  output logic [7:0]             cycles_o       // until the next look-up; of a load, from scalar memory
);

  weft_isa_pkg::decoded_t inst;

  assign inst          = weft_isa_pkg::decode(word_i);
  assign inst_o        = inst;
  assign tensor_o      = inst.engine != weft_isa_pkg::ENGINE_SEQUENCER;
  assign conditional_o = tensor_o || inst.op == weft_isa_pkg::OP_FENCE || inst.op == weft_isa_pkg::OP_HALT ||
                         inst.op == weft_isa_pkg::OP_SEMWAIT;
  assign pload_o       = inst.op == weft_isa_pkg::OP_PLOAD;
  assign link_o        = inst.op == weft_isa_pkg::OP_JAL || inst.op == weft_isa_pkg::OP_JALR;

  always_comb begin
    access_o        = 1'b0;
    mul_o           = 1'b0;
    div_o           = 1'b0;
    two_registers_o = 1'b0;
    cycles_o        = 8'd1;
    case (inst.op)
      weft_isa_pkg::OP_SB, weft_isa_pkg::OP_SH, weft_isa_pkg::OP_SW: access_o = 1'b1;
      weft_isa_pkg::OP_LB, weft_isa_pkg::OP_LBU, weft_isa_pkg::OP_LH, weft_isa_pkg::OP_LHU, weft_isa_pkg::OP_LW: begin
        access_o = 1'b1;
        cycles_o = 8'(weft_isa_pkg::SRAM_LOAD_CYCLES);
      end
      weft_isa_pkg::OP_PLOAD: begin
        access_o = 1'b1;
        cycles_o = 8'(weft_isa_pkg::PLOAD_CYCLES);
      end
      weft_isa_pkg::OP_MULI: begin
        mul_o    = 1'b1;
        cycles_o = 8'(weft_isa_pkg::MUL_CYCLES);
      end
      weft_isa_pkg::OP_MUL, weft_isa_pkg::OP_MULH, weft_isa_pkg::OP_MULHU: begin
        mul_o           = 1'b1;
        two_registers_o = 1'b1;
        cycles_o        = 8'(weft_isa_pkg::MUL_CYCLES);
      end
      weft_isa_pkg::OP_DIV, weft_isa_pkg::OP_DIVU, weft_isa_pkg::OP_REM, weft_isa_pkg::OP_REMU: begin
        div_o           = 1'b1;
        two_registers_o = 1'b1;
        cycles_o        = 8'(weft_isa_pkg::DIV_CYCLES);
      end
      weft_isa_pkg::OP_ADD, weft_isa_pkg::OP_SUB, weft_isa_pkg::OP_AND, weft_isa_pkg::OP_OR, weft_isa_pkg::OP_XOR,
      weft_isa_pkg::OP_SLL, weft_isa_pkg::OP_SRL, weft_isa_pkg::OP_SRA, weft_isa_pkg::OP_SLT, weft_isa_pkg::OP_SLTU,
      weft_isa_pkg::OP_BEQ, weft_isa_pkg::OP_BNE, weft_isa_pkg::OP_BLT, weft_isa_pkg::OP_BGE, weft_isa_pkg::OP_BLTU,
      weft_isa_pkg::OP_BGEU: two_registers_o = 1'b1;
      weft_isa_pkg::OP_ADDI, weft_isa_pkg::OP_ANDI, weft_isa_pkg::OP_ORI, weft_isa_pkg::OP_XORI, weft_isa_pkg::OP_SLLI,
      weft_isa_pkg::OP_SRLI, weft_isa_pkg::OP_SRAI, weft_isa_pkg::OP_SLTI, weft_isa_pkg::OP_SLTIU, weft_isa_pkg::OP_JAL,
      weft_isa_pkg::OP_JALR, weft_isa_pkg::OP_RDCTR, weft_isa_pkg::OP_FENCE, weft_isa_pkg::OP_SEMWAIT,
      weft_isa_pkg::OP_SEMSIGNAL, weft_isa_pkg::OP_HALT, weft_isa_pkg::OP_TRAP, weft_isa_pkg::OP_PSETI,
      weft_isa_pkg::OP_PSET, weft_isa_pkg::OP_PRESET: begin end
      default: begin end // no scalar instruction
    endcase
  end

endmodule
