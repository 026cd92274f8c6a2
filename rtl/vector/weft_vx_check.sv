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

  weft_isa_pkg::vector_usage_t usage;
  logic                        reads_b;
  logic [3:0]                  type_a, type_b, type_result;

  assign usage       = weft_isa_pkg::vector_usage(head_i.op);
  assign reads_b     = usage.scratchpad_b || usage.weights;
  assign type_a      = weft_isa_pkg::type_a(head_i.types);
  assign type_b      = weft_isa_pkg::type_b(head_i.types);
  assign type_result = weft_isa_pkg::type_result(head_i.types);

  function automatic logic bad_count(input logic [31:0] count);
    bad_count = count == '0 || count > weft_isa_pkg::LARGEST_COUNT;
  endfunction

  // `types`: those that the instruction takes; none: it names no type here.
  function automatic logic bad_type(input logic [3:0] value, input logic [15:0] types);
    bad_type = types != '0 && !types[value];
  endfunction

  function automatic logic [3:0] type_cause(input logic [3:0] value);
    type_cause = value >= weft_isa_pkg::DEFINED_TYPES ? weft_isa_pkg::FAULT_BAD_OPERAND : weft_isa_pkg::FAULT_UNIMPLEMENTED;
  endfunction

  function automatic logic unaligned(input logic [31:0] address);
    unaligned = (address & UNALIGNED) != '0;
  endfunction

  // From the last check to the first: an earlier one overrides.
  always_comb begin
    wrong_o = 1'b0;
    cause_o = weft_isa_pkg::FAULT_MISALIGNED;
    info_o  = '0;
    if (usage.parameter_rows != '0 && unaligned(head_i.d)) begin
      wrong_o = 1'b1;
      info_o  = head_i.d;
    end
    for (int k = 3; k >= 0; k--) begin
      if (usage.result && head_i.count_c[k] > 32'd1 && unaligned(head_i.stride_c[k])) begin
        wrong_o = 1'b1;
        info_o  = head_i.stride_c[k];
      end
    end
    if (usage.result && unaligned(head_i.c)) begin
      wrong_o = 1'b1;
      info_o  = head_i.c;
    end
    for (int k = 3; k >= 0; k--) begin
      if (usage.scratchpad_b && head_i.count_c[k] > 32'd1 && unaligned(head_i.stride_b[k])) begin
        wrong_o = 1'b1;
        info_o  = head_i.stride_b[k];
      end
    end
    if (reads_b && unaligned(head_i.b)) begin
      wrong_o = 1'b1;
      info_o  = head_i.b;
    end
    for (int k = 3; k >= 0; k--) begin
      if (usage.window && head_i.count_b[k] > 32'd1 && unaligned(head_i.stride_b[k])) begin
        wrong_o = 1'b1;
        info_o  = head_i.stride_b[k];
      end
    end
    for (int k = 3; k >= 0; k--) begin
      if (usage.scratchpad_a && head_i.count_c[k] > 32'd1 && unaligned(head_i.stride_a[k])) begin
        wrong_o = 1'b1;
        info_o  = head_i.stride_a[k];
      end
    end
    if ((usage.scratchpad_a || usage.table_load) && unaligned(head_i.a)) begin
      wrong_o = 1'b1;
      info_o  = head_i.a;
    end
    if (bad_type(type_result, usage.types_result)) begin
      wrong_o = 1'b1;
      cause_o = type_cause(type_result);
      info_o  = 32'(type_result);
    end
    if (bad_type(type_b, usage.types_b)) begin
      wrong_o = 1'b1;
      cause_o = type_cause(type_b);
      info_o  = 32'(type_b);
    end
    if (bad_type(type_a, usage.types_a)) begin
      wrong_o = 1'b1;
      cause_o = type_cause(type_a);
      info_o  = 32'(type_a);
    end
    for (int k = 3; k >= 0; k--) begin
      if (usage.window && bad_count(head_i.count_b[k])) begin
        wrong_o = 1'b1;
        cause_o = weft_isa_pkg::FAULT_BAD_OPERAND;
        info_o  = head_i.count_b[k];
      end
    end
    for (int k = 3; k >= 0; k--) begin
      if (usage.result && bad_count(head_i.count_c[k])) begin
        wrong_o = 1'b1;
        cause_o = weft_isa_pkg::FAULT_BAD_OPERAND;
        info_o  = head_i.count_c[k];
      end
    end
  end

  // Semaphores, pc, and what only computation uses.
  logic unused;
  assign unused = &{1'b0, head_i, usage};

endmodule
