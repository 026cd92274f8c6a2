// Operand checks of the vector engine (isa/docs/timing.md, section 3): counts, types of A, B and result, alignment.
// Combinational.
module weft_vx_check (
  input  weft_pkg::vector_op_t head_i,
  output logic                 wrong_o,
  output logic [3:0]           cause_o,
  output logic [31:0]          info_o   // the first value that is wrong
);

  // Bits of an address that must be 0.
  localparam logic [31:0] UNALIGNED = weft_params_pkg::ARRAY_COLS - 32'd1;

  logic       accumulator_a, two_operands, window, weights, parameters, table_load, type_a, type_b, wide;
  logic       words; // its elements may be s32
  logic [3:0] type_a_value, type_b_value, type_result_value;

  weft_vx_shape u_shape (
    .op_i            (head_i.op),
    .table_o         (table_load),
    .parameters_o    (parameters),
    .accumulator_a_o (accumulator_a),
    .two_operands_o  (two_operands),
    .window_o        (window),
    .weights_o       (weights),
    .wide_o          (wide)
  );

  logic lut_only;
  assign lut_only = table_load || head_i.op == weft_isa_pkg::OP_VLUT;
  assign type_a   = !lut_only && !accumulator_a;
  assign type_b   = two_operands || weights;
  assign words    = head_i.op == weft_isa_pkg::OP_VMOVF;

  assign type_a_value      = head_i.types[3:0];
  assign type_b_value      = head_i.types[7:4];
  assign type_result_value = head_i.types[11:8];

  function automatic logic bad_count(input logic [31:0] count);
    bad_count = count == '0 || count > weft_pkg::LARGEST_COUNT;
  endfunction

  function automatic logic bad_type(input logic [3:0] value, input logic is_wide, input logic may_be_s32);
    bad_type = value != weft_pkg::TYPE_U8 && value != weft_pkg::TYPE_S8;
    if (is_wide) begin
      bad_type = value != weft_pkg::TYPE_FP32 && !(may_be_s32 && value == weft_pkg::TYPE_S32);
    end
  endfunction

  function automatic logic [3:0] type_cause(input logic [3:0] value);
    type_cause = value >= weft_pkg::DEFINED_TYPES ? weft_pkg::FAULT_BAD_OPERAND : weft_pkg::FAULT_UNIMPLEMENTED;
  endfunction

  function automatic logic unaligned(input logic [31:0] address);
    unaligned = (address & UNALIGNED) != '0;
  endfunction

  // From the last check to the first: an earlier one overrides.
  always_comb begin
    wrong_o = 1'b0;
    cause_o = weft_pkg::FAULT_MISALIGNED;
    info_o  = '0;
    if (parameters && unaligned(head_i.d)) begin
      wrong_o = 1'b1;
      info_o  = head_i.d;
    end
    for (int k = 3; k >= 0; k--) begin
      if (!table_load && head_i.count_c[k] > 32'd1 && unaligned(head_i.stride_c[k])) begin
        wrong_o = 1'b1;
        info_o  = head_i.stride_c[k];
      end
    end
    if (!table_load && unaligned(head_i.c)) begin
      wrong_o = 1'b1;
      info_o  = head_i.c;
    end
    for (int k = 3; k >= 0; k--) begin
      if (two_operands && head_i.count_c[k] > 32'd1 && unaligned(head_i.stride_b[k])) begin
        wrong_o = 1'b1;
        info_o  = head_i.stride_b[k];
      end
    end
    if (type_b && unaligned(head_i.b)) begin
      wrong_o = 1'b1;
      info_o  = head_i.b;
    end
    for (int k = 3; k >= 0; k--) begin
      if (window && head_i.count_b[k] > 32'd1 && unaligned(head_i.stride_b[k])) begin
        wrong_o = 1'b1;
        info_o  = head_i.stride_b[k];
      end
    end
    for (int k = 3; k >= 0; k--) begin
      if (!table_load && !accumulator_a && head_i.count_c[k] > 32'd1 && unaligned(head_i.stride_a[k])) begin
        wrong_o = 1'b1;
        info_o  = head_i.stride_a[k];
      end
    end
    if (!accumulator_a && unaligned(head_i.a)) begin
      wrong_o = 1'b1;
      info_o  = head_i.a;
    end
    if (!lut_only && bad_type(type_result_value, wide, words)) begin
      wrong_o = 1'b1;
      cause_o = type_cause(type_result_value);
      info_o  = 32'(type_result_value);
    end
    if (type_b && bad_type(type_b_value, wide, words)) begin
      wrong_o = 1'b1;
      cause_o = type_cause(type_b_value);
      info_o  = 32'(type_b_value);
    end
    if (type_a && bad_type(type_a_value, wide, words)) begin
      wrong_o = 1'b1;
      cause_o = type_cause(type_a_value);
      info_o  = 32'(type_a_value);
    end
    for (int k = 3; k >= 0; k--) begin
      if (window && bad_count(head_i.count_b[k])) begin
        wrong_o = 1'b1;
        cause_o = weft_pkg::FAULT_BAD_OPERAND;
        info_o  = head_i.count_b[k];
      end
    end
    for (int k = 3; k >= 0; k--) begin
      if (!table_load && bad_count(head_i.count_c[k])) begin
        wrong_o = 1'b1;
        cause_o = weft_pkg::FAULT_BAD_OPERAND;
        info_o  = head_i.count_c[k];
      end
    end
  end

  // Semaphores, pc, and what only computation uses.
  logic unused;
  assign unused = &{1'b0, head_i};

endmodule
