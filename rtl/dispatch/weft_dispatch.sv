// A tensor instruction as each engine's queue keeps it: the fields that the engine uses.
module weft_dispatch (
  /* verilator lint_off UNUSEDSIGNAL */ // no engine uses every field; the opcode has chosen the queue
  input  weft_pkg::tensor_op_t op_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output weft_pkg::dma_op_t    ld_op_o,
  output weft_pkg::dma_op_t    st_op_o,
  output weft_pkg::matrix_op_t mx_op_o,
  output weft_pkg::vector_op_t vx_op_o
);

  // Four counts or strides lie side by side, field 0 lowest.
  logic [127:0] count_a, count_b, count_c, stride_a, stride_b, stride_c;
  logic [19:0]  semaphores;
  logic [15:0]  types;
  assign count_a    = {op_i.pA[3], op_i.pA[2], op_i.pA[1], op_i.pA[0]};
  assign count_b    = {op_i.pB[3], op_i.pB[2], op_i.pB[1], op_i.pB[0]};
  assign count_c    = {op_i.pC[3], op_i.pC[2], op_i.pC[1], op_i.pC[0]};
  assign stride_a   = {op_i.pA[7], op_i.pA[6], op_i.pA[5], op_i.pA[4]};
  assign stride_b   = {op_i.pB[7], op_i.pB[6], op_i.pB[5], op_i.pB[4]};
  assign stride_c   = {op_i.pC[7], op_i.pC[6], op_i.pC[5], op_i.pC[4]};
  assign semaphores = {op_i.w0, op_i.w1, op_i.s0, op_i.s1};
  assign types      = op_i.pD[weft_isa_pkg::CONFIG_TYPES][15:0];

  // In the order of the structs of weft_pkg.
  assign ld_op_o = {
    semaphores, op_i.pc, op_i.a, op_i.b, count_a, stride_a, stride_b,
    op_i.pA[weft_isa_pkg::FIELD_LO0], op_i.pA[weft_isa_pkg::FIELD_HI0],
    op_i.pA[weft_isa_pkg::FIELD_LO1], op_i.pA[weft_isa_pkg::FIELD_HI1], op_i.pA[weft_isa_pkg::FIELD_FILL][7:0]
  };
  assign st_op_o = {semaphores, op_i.pc, op_i.a, op_i.b, count_a, stride_a, stride_b, 136'd0};
  assign mx_op_o = {
    semaphores, op_i.pc, op_i.op == weft_isa_pkg::OP_MMA, op_i.a, op_i.b, op_i.c, count_a, stride_a, count_b, stride_b,
    weft_isa_pkg::type_a(types), weft_isa_pkg::type_b(types),
    op_i.pD[weft_isa_pkg::CONFIG_ZA][8:0], op_i.pD[weft_isa_pkg::CONFIG_ZB][8:0]
  };
  assign vx_op_o = {
    semaphores, op_i.pc, op_i.op, op_i.a, op_i.b, op_i.c, op_i.d, stride_a, count_b, stride_b, count_c, stride_c,
    types,
    op_i.pD[weft_isa_pkg::CONFIG_ZA][8:0], op_i.pD[weft_isa_pkg::CONFIG_ZB][8:0],
    op_i.pD[weft_isa_pkg::CONFIG_ZO][8:0], op_i.pD[weft_isa_pkg::CONFIG_LO][8:0],
    op_i.pD[weft_isa_pkg::CONFIG_HI][8:0], op_i.pD[weft_isa_pkg::CONFIG_LO2][8:0],
    op_i.pD[weft_isa_pkg::CONFIG_HI2][8:0],
    op_i.pD[weft_isa_pkg::CONFIG_RA], op_i.pD[weft_isa_pkg::CONFIG_RB], op_i.pD[weft_isa_pkg::CONFIG_RF]
  };

endmodule
