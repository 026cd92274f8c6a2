// Where a DMA engine is in the walk of its instruction: run for run (dimensions 1 to 3, dimension 1 fastest), and
// within a run byte for byte.
module weft_dma_runs #(
  parameter int unsigned SW = 8 // bits of the size of a segment
) (
  input  logic          clk_i,
  input  logic          begin_i,      // takes the operands; at their first byte from the next cycle on
  input  logic [31:0]   dram_i,
  input  logic [31:0]   pad_i,
  input  logic [127:0]  count_i,      // 32 bits for each dimension, dimension 0 lowest: 1 to 65535
  input  logic [95:0]   dram_stride_i, // of dimensions 1 to 3
  input  logic [95:0]   pad_stride_i,
  input  logic          advance_i,    // by bytes_i, which do not go beyond the run
  input  logic [SW-1:0] bytes_i,
  output logic [31:0]   dram_o,       // address of the current byte
  output logic [31:0]   pad_o,
  output logic [15:0]   position_o,   // in the run
  output logic [15:0]   length_o,     // of a run
  output logic [15:0]   row_o,        // index of dimension 1
  output logic          last_o        // bytes_i go to the end of the last run
);

  logic [31:0] dram_q, pad_q;
  logic [63:0] count_q;
  logic [95:0] dram_stride_q, pad_stride_q;
  logic [15:0] position_q, position_d;
  logic [63:0] offset;
  logic        run_end, last_run;

  always_ff @(posedge clk_i) begin
    if (begin_i) begin
      dram_q        <= dram_i;
      pad_q         <= pad_i;
      dram_stride_q <= dram_stride_i;
      pad_stride_q  <= pad_stride_i;
      for (int unsigned k = 0; k < 4; k++) begin
        count_q[16*k +: 16] <= count_i[32*k +: 16];
      end
    end
  end

  assign position_d = position_q + 16'(bytes_i);
  assign run_end    = position_d == count_q[15:0];

  always_ff @(posedge clk_i) begin
    if (begin_i || (advance_i && run_end)) begin
      position_q <= '0;
    end else if (advance_i) begin
      position_q <= position_d;
    end
  end

  // The walk of the runs: dimension 0 is within a run, so it counts once.
  weft_walk #(
    .N(2)
  ) u_walk (
    .clk_i,
    .begin_i,
    .advance_i(advance_i && run_end),
    .count_i  ({count_q[63:16], 16'd1}),
    .stride_i ({pad_stride_q, 32'd0, dram_stride_q, 32'd0}),
    .offset_o (offset),
    .index1_o (row_o),
    .last_o   (last_run)
  );

  assign dram_o     = dram_q + offset[31:0] + 32'(position_q);
  assign pad_o      = pad_q + offset[63:32] + 32'(position_q);
  assign position_o = position_q;
  assign length_o   = count_q[15:0];
  assign last_o     = run_end && last_run;

endmodule
