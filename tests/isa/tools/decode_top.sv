// The generated decoder as a module, for lint, synthesis and comparison with the C++ decoder.
module decode_top (
  input  logic [63:0] word_i,
  output logic        illegal_o,
  output logic        built_o,
  output logic [2:0]  engine_o,
  output logic [7:0]  op_o,
  output logic [14:0] scalar_o,    // rs2, rs1, rd
  output logic [19:0] registers_o, // rD to rA
  output logic [19:0] patterns_o,  // pF, pD to pA
  output logic [19:0] semaphores_o,// s1, s0, w1, w0
  output logic [31:0] imm_o,
  output logic [16:0] usage_o,     // of the vector engine, without the types
  output logic [47:0] types_o      // of operands A, B and result
);
  weft_isa_pkg::decoded_t d;
  weft_isa_pkg::vector_usage_t usage;
  always_comb begin
    d = weft_isa_pkg::decode(word_i);
    usage = weft_isa_pkg::vector_usage(word_i[7:0]);
  end
  assign usage_o      = {usage.table_load, usage.accumulator_a, usage.scratchpad_a, usage.scratchpad_b, usage.window,
                         usage.weights, usage.result, usage.wide, usage.parameter_rows, usage.lut, usage.lut_if_flagged};
  assign types_o      = {usage.types_a, usage.types_b, usage.types_result};
  assign illegal_o    = d.illegal;
  assign built_o      = d.built;
  assign engine_o     = d.engine;
  assign op_o         = d.op;
  assign scalar_o     = {d.rs2, d.rs1, d.rd};
  assign registers_o  = {d.rD, d.rC, d.rB, d.rA};
  assign patterns_o   = {d.pF, d.pD, d.pC, d.pB, d.pA};
  assign semaphores_o = {d.s1, d.s0, d.w1, d.w0};
  assign imm_o        = d.imm;
endmodule
