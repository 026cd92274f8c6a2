// Delays a value by DEPTH enabled cycles. Not reset. A wire if DEPTH is 0.
module weft_mx_delay #(
  parameter int unsigned WIDTH = 8,
  parameter int unsigned DEPTH = 1
) (
  /* verilator lint_off UNUSEDSIGNAL */ // a wire has no clock
  input  logic             clk_i,
  input  logic             en_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [WIDTH-1:0] data_i,
  output logic [WIDTH-1:0] data_o
);

  // One register for each stage, not one wide one: simulates faster.
  for (genvar i = 0; i < DEPTH; i++) begin : g_stage
    logic [WIDTH-1:0] data_q;
    if (i == 0) begin : g_first
      always_ff @(posedge clk_i) begin
        if (en_i) begin
          data_q <= data_i;
        end
      end
    end else begin : g_next
      always_ff @(posedge clk_i) begin
        if (en_i) begin
          data_q <= g_stage[i-1].data_q;
        end
      end
    end
  end

  if (DEPTH == 0) begin : g_wire
    assign data_o = data_i;
  end else begin : g_last
    assign data_o = g_stage[DEPTH-1].data_q;
  end

endmodule
