// Finds the fault of a cycle that wins (isa/docs/timing.md, section 3), keeps it, and stops the core; also after a halt.
// Units in their order: sequencer, load, store, matrix, vector. Each has already chosen among its own stages.
module weft_faults #(
  localparam int unsigned UNITS = 5
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  input  logic [UNITS-1:0]    fault_i,
  input  logic [4*UNITS-1:0]  cause_i,
  input  logic [32*UNITS-1:0] pc_i,
  input  logic [64*UNITS-1:0] info_i,
  // A semaphore's fault: within its unit it comes first.
  input  logic                overflow_i,
  input  logic [2:0]          overflow_unit_i,
  input  logic [31:0]         overflow_pc_i,
  input  logic [4:0]          overflow_semaphore_i,
  // Nothing can happen any more: a fault of the sequencer, which raises no other then.
  input  logic                deadlock_i,
  input  logic [31:0]         deadlock_pc_i,
  input  logic [2:0]          deadlock_engine_i,
  input  logic                halt_i,
  input  logic [31:0]         exit_code_i,

  // The fault of this cycle.
  output logic                now_o,
  output logic [3:0]          now_cause_o,
  output logic [2:0]          now_unit_o,
  output logic [31:0]         now_pc_o,
  output logic [63:0]         now_info_o,
  // How the core stopped; readable from outside.
  output logic                stopped_o,
  output logic                halted_o,
  output logic [31:0]         exit_code_o,
  output logic                fault_o,
  output logic [3:0]          cause_o,
  output logic [2:0]          unit_o,
  output logic [31:0]         pc_o,
  output logic [63:0]         info_o
);

  always_comb begin
    now_o       = 1'b0;
    now_cause_o = '0;
    now_unit_o  = '0;
    now_pc_o    = '0;
    now_info_o  = '0;
    if (!stopped_o && (fault_i != '0 || overflow_i || deadlock_i)) begin
      now_o = 1'b1;
      for (int u = UNITS - 1; u >= 0; u--) begin
        if (fault_i[u]) begin
          now_unit_o  = 3'(u);
          now_cause_o = cause_i[4*u +: 4];
          now_pc_o    = pc_i[32*u +: 32];
          now_info_o  = info_i[64*u +: 64];
        end
        if (u == 0 && deadlock_i) begin
          now_unit_o  = '0;
          now_cause_o = weft_isa_pkg::FAULT_DEADLOCK;
          now_pc_o    = deadlock_pc_i;
          now_info_o  = 64'(deadlock_engine_i);
        end
        if (overflow_i && overflow_unit_i == 3'(u)) begin
          now_unit_o  = 3'(u);
          now_cause_o = weft_isa_pkg::FAULT_SEMAPHORE_OVERFLOW;
          now_pc_o    = overflow_pc_i;
          now_info_o  = 64'(overflow_semaphore_i);
        end
      end
    end
  end

  assign stopped_o = fault_o || halted_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      halted_o    <= 1'b0;
      exit_code_o <= '0;
      fault_o     <= 1'b0;
      cause_o     <= '0;
      unit_o      <= '0;
      pc_o        <= '0;
      info_o      <= '0;
    end else if (now_o) begin
      fault_o <= 1'b1;
      cause_o <= now_cause_o;
      unit_o  <= now_unit_o;
      pc_o    <= now_pc_o;
      info_o  <= now_info_o;
    end else if (halt_i && !stopped_o) begin
      halted_o    <= 1'b1;
      exit_code_o <= exit_code_i;
    end
  end

endmodule
