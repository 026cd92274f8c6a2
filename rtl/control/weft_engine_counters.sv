// Accounting of one engine (isa/docs/timing.md, section 10): every cycle is counted for the first state that holds.
module weft_engine_counters (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         run_i,          // the core has not stopped
  input  logic         busy_i,
  input  logic         stall_bank_i,
  input  logic         stall_other_i,  // load, store: DRAM; matrix: weights
  input  logic         under_way_i,
  input  logic         head_valid_i,
  input  logic         sem_ok_i,
  input  logic         retire_i,
  // 64 bits each, lowest first: busy, idle, instructions, semaphore stalls, bank stalls, other stalls.
  output logic [383:0] values_o
);

  logic [5:0] increment;

  always_comb begin
    increment = '0;
    if (run_i) begin
      increment[2] = retire_i;
      if (busy_i) begin
        increment[0] = 1'b1;
      end else if (stall_bank_i) begin
        increment[4] = 1'b1;
      end else if (stall_other_i) begin
        increment[5] = 1'b1;
      end else if (under_way_i || (head_valid_i && sem_ok_i)) begin
        increment[0] = 1'b1;
      end else if (head_valid_i) begin
        increment[3] = 1'b1;
      end else begin
        increment[1] = 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      values_o <= '0;
    end else begin
      for (int unsigned i = 0; i < 6; i++) begin
        if (increment[i]) begin
          values_o[64*i +: 64] <= values_o[64*i +: 64] + 64'd1;
        end
      end
    end
  end

endmodule
