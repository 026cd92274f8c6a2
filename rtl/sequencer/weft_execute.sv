// Scalar registers and arithmetic: reads the operands of the instruction, and writes its result in the cycle of its
// execution, or when it comes, in the cycle of late_i.
module weft_execute (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         execute_i,       // takes effect in this cycle
  input  logic [7:0]   op_i,
  input  logic         access_i,        // the result is a loaded one, later
  input  logic         mul_i,           // the result comes later
  input  logic         div_i,           // the result comes later
  input  logic         link_i,          // the result is the address of the next instruction
  input  logic         two_registers_i, // the right side is a register
  input  logic [4:0]   rd_i,            // 0: no result
  input  logic [19:0]  read_register_i, // of port p: 5 bits from 5 * p on; port 1 is the left side, 2 the right
  input  logic [31:0]  imm_i,
  input  logic [31:0]  pc_next_i,
  input  logic [31:0]  counter_i,       // the result of rdctr
  input  logic         late_i,          // the result of the instruction that was executed last is there
  input  logic [31:0]  loaded_i,
  output logic [127:0] values_o,        // of port p: 32 bits from 32 * p on
  output logic [31:0]  result_o,
  output logic         taken_o          // of a branch
);

  logic        load_q; // of what was executed last
  logic [4:0]  rd_q;   // of what was executed last and has no result yet, 0 otherwise
  logic [4:0]  write_register;
  logic [31:0] left, right, muldiv_result, direct, write_data;
  logic        later;

  assign left  = values_o[63:32];
  assign right = two_registers_i ? values_o[95:64] : imm_i;
  assign later = access_i || mul_i || div_i;

  weft_registers u_registers (
    .clk_i,
    .rst_ni,
    .write_register_i(write_register),
    .write_data_i    (write_data),
    .read_register_i,
    .read_data_o     (values_o)
  );

  weft_alu u_alu (
    .op_i,
    .left_i (left),
    .right_i(right),
    .result_o,
    .taken_o
  );

  weft_muldiv u_muldiv (
    .clk_i,
    .rst_ni,
    .mul_i   (execute_i && mul_i),
    .div_i   (execute_i && div_i),
    .op_i,
    .left_i  (left),
    .right_i (right),
    .result_o(muldiv_result)
  );

  always_comb begin
    if (link_i) begin
      direct = pc_next_i;
    end else if (op_i == weft_isa_pkg::OP_RDCTR) begin
      direct = counter_i;
    end else begin
      direct = result_o;
    end
  end

  always_comb begin
    write_register = '0;
    write_data     = direct;
    if (execute_i && !later) begin
      write_register = rd_i;
    end else if (late_i) begin
      write_register = rd_q;
      write_data     = load_q ? loaded_i : muldiv_result;
    end
  end

  always_ff @(posedge clk_i) begin
    if (execute_i) begin
      rd_q   <= later ? rd_i : '0;
      load_q <= access_i;
    end
  end

endmodule
