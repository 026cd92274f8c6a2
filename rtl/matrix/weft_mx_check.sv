// What is wrong with the operands of a matrix instruction, the first defect in the order of isa/docs/timing.md, section 3.
module weft_mx_check (
  /* verilator lint_off UNUSEDSIGNAL */ // only operands are looked at
  input  weft_pkg::matrix_op_t op_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic                 wrong_o,
  output logic [3:0]           cause_o,
  output logic [31:0]          info_o
);

  localparam logic [31:0] ROW_MASK = weft_params_pkg::ARRAY_ROWS - 32'd1;
  localparam logic [31:0] COL_MASK = weft_params_pkg::ARRAY_COLS - 32'd1;
  // Bit k: element type k is built.
  localparam logic [15:0] TYPES_A = weft_isa_pkg::MATRIX_TYPES_A;
  localparam logic [15:0] TYPES_B = weft_isa_pkg::MATRIX_TYPES_B;

  function automatic logic [3:0] type_cause(input logic [3:0] value);
    type_cause = value >= weft_isa_pkg::DEFINED_TYPES ? weft_isa_pkg::FAULT_BAD_OPERAND
                                                      : weft_isa_pkg::FAULT_UNIMPLEMENTED;
  endfunction

  // From the last check to the first: the first one that fails has the last word.
  always_comb begin
    wrong_o = 1'b0;
    cause_o = weft_isa_pkg::FAULT_MISALIGNED;
    info_o  = op_i.b;
    if ((op_i.b & COL_MASK) != 32'd0) begin
      wrong_o = 1'b1;
    end
    for (int k = 3; k >= 0; k--) begin
      if (op_i.step_count[k] > 32'd1 && (op_i.step_stride[k] & ROW_MASK) != 32'd0) begin
        wrong_o = 1'b1;
        info_o  = op_i.step_stride[k];
      end
    end
    for (int k = 3; k >= 0; k--) begin
      if (op_i.row_count[k] > 32'd1 && (op_i.row_stride[k] & ROW_MASK) != 32'd0) begin
        wrong_o = 1'b1;
        info_o  = op_i.row_stride[k];
      end
    end
    if ((op_i.a & ROW_MASK) != 32'd0) begin
      wrong_o = 1'b1;
      info_o  = op_i.a;
    end

    if (!TYPES_B[op_i.type_b]) begin
      wrong_o = 1'b1;
      cause_o = type_cause(op_i.type_b);
      info_o  = {28'd0, op_i.type_b};
    end
    if (!TYPES_A[op_i.type_a]) begin
      wrong_o = 1'b1;
      cause_o = type_cause(op_i.type_a);
      info_o  = {28'd0, op_i.type_a};
    end

    for (int k = 3; k >= 0; k--) begin
      if (op_i.step_count[k] == 32'd0 || op_i.step_count[k] > weft_isa_pkg::LARGEST_COUNT) begin
        wrong_o = 1'b1;
        cause_o = weft_isa_pkg::FAULT_BAD_OPERAND;
        info_o  = op_i.step_count[k];
      end
    end
    for (int k = 3; k >= 0; k--) begin
      if (op_i.row_count[k] == 32'd0 || op_i.row_count[k] > weft_isa_pkg::LARGEST_COUNT) begin
        wrong_o = 1'b1;
        cause_o = weft_isa_pkg::FAULT_BAD_OPERAND;
        info_o  = op_i.row_count[k];
      end
    end
  end

endmodule
