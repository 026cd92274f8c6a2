// Of the faults of a cycle the first unit's wins, and of a unit's the semaphore's, then the deadlock (sequencer), then its
// own. The first one stays, and so does a halt before it; after either nothing is a fault any more.
module weft_faults_proof #(
  localparam int unsigned UNITS = 5
) (
  input logic                clk_i,
  input logic [UNITS-1:0]    fault_i,
  input logic [4*UNITS-1:0]  cause_i,
  input logic [32*UNITS-1:0] pc_i,
  input logic [64*UNITS-1:0] info_i,
  input logic                overflow_i,
  input logic [2:0]          overflow_unit_i,
  input logic [31:0]         overflow_pc_i,
  input logic [4:0]          overflow_semaphore_i,
  input logic                deadlock_i,
  input logic [31:0]         deadlock_pc_i,
  input logic [2:0]          deadlock_engine_i,
  input logic                halt_i,
  input logic [31:0]         exit_code_i
);

  localparam int unsigned RECORD = 4 + 3 + 32 + 64;

  logic        running_q = 1'b0; // the first cycle is the reset
  logic        now, stopped, halted, fault;
  logic [3:0]  now_cause, cause;
  logic [2:0]  now_unit, unit;
  logic [31:0] now_pc, pc, exit_code;
  logic [63:0] now_info, info;

  weft_faults dut (
    .clk_i, .rst_ni(running_q), .fault_i, .cause_i, .pc_i, .info_i, .overflow_i, .overflow_unit_i, .overflow_pc_i,
    .overflow_semaphore_i, .deadlock_i, .deadlock_pc_i, .deadlock_engine_i, .halt_i, .exit_code_i,
    .now_o(now), .now_cause_o(now_cause), .now_unit_o(now_unit), .now_pc_o(now_pc), .now_info_o(now_info),
    .stopped_o(stopped), .halted_o(halted), .exit_code_o(exit_code),
    .fault_o(fault), .cause_o(cause), .unit_o(unit), .pc_o(pc), .info_o(info)
  );

  // What a unit has to report, and whether a unit before it has.
  logic [UNITS-1:0]  overflows, reports, earlier;
  logic [RECORD-1:0] winner, kept_q;
  logic              fault_q, halt_q;
  logic [31:0]       exit_code_q;

  assign winner = {now_cause, now_unit, now_pc, now_info};
  always_comb begin
    earlier = '0;
    for (int unsigned u = 0; u < UNITS; u++) begin
      overflows[u] = overflow_i && overflow_unit_i == 3'(u);
      reports[u]   = overflows[u] || fault_i[u] || (u == 0 && deadlock_i);
      for (int unsigned v = 0; v < u; v++) begin
        earlier[u] = earlier[u] || reports[v];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    running_q <= 1'b1;
    if (!running_q) begin
      fault_q     <= 1'b0;
      halt_q      <= 1'b0;
      kept_q      <= '0;
      exit_code_q <= '0;
    end else if (!fault_q && !halt_q) begin
      fault_q <= reports != '0;
      halt_q  <= halt_i && reports == '0;
      if (reports != '0) begin
        kept_q <= winner;
      end else if (halt_i) begin
        exit_code_q <= exit_code_i;
      end
    end
  end

  always_comb begin
    assume (overflow_unit_i < 3'd5);
    if (running_q) begin
      assert (stopped == (fault_q || halt_q));
      assert (fault == fault_q && halted == halt_q);
      assert (exit_code == exit_code_q);
      assert ({cause, unit, pc, info} == kept_q);
      assert (now == (reports != '0 && !stopped));
      for (int unsigned u = 0; u < UNITS; u++) begin
        if (now && !earlier[u]) begin
          if (overflows[u]) begin
            assert (winner == {weft_isa_pkg::FAULT_SEMAPHORE_OVERFLOW, 3'(u), overflow_pc_i, 64'(overflow_semaphore_i)});
          end else if (u == 0 && deadlock_i) begin
            assert (winner == {weft_isa_pkg::FAULT_DEADLOCK, 3'(u), deadlock_pc_i, 64'(deadlock_engine_i)});
          end else if (fault_i[u]) begin
            assert (winner == {cause_i[4*u +: 4], 3'(u), pc_i[32*u +: 32], info_i[64*u +: 64]});
          end
        end
      end
    end
  end

endmodule
