// The next segment of a run: bytes that are all real, within one burst of DRAM, or all fill, within one line of the
// scratchpad (isa/docs/timing.md, sections 6 and 7). Real are the bytes in the window.
module weft_dma_segment #(
  parameter int unsigned SW = 8, // bits of the size of a segment
  localparam int unsigned BURST = weft_params_pkg::DMA_BURST_BYTES,
  localparam int unsigned LINE = weft_params_pkg::LINE_BYTES,
  localparam int unsigned DW = $clog2(BURST),
  localparam int unsigned LW = $clog2(LINE)
) (
  input  logic [DW-1:0] dram_i,     // of the current byte: DRAM address modulo the burst,
  input  logic [LW-1:0] pad_i,      // scratchpad address modulo the line,
  input  logic [15:0]   position_i, // in the run,
  input  logic [15:0]   row_i,
  input  logic [15:0]   length_i,   // of the run: more than position_i
  input  logic [15:0]   lo0_i,      // the window: of positions
  input  logic [15:0]   hi0_i,
  input  logic [15:0]   lo1_i,      // of rows
  input  logic [15:0]   hi1_i,
  output logic          real_o,
  output logic [SW-1:0] bytes_o
);

  logic          in_window;
  logic [15:0]   limit, to_limit;
  logic [SW-1:0] to_cut;

  assign in_window = row_i >= lo1_i && row_i < hi1_i;
  assign real_o    = in_window && position_i >= lo0_i && position_i < hi0_i;

  // It ends where the window begins or ends, at the end of the run, or at a cut.
  always_comb begin
    limit = length_i;
    if (in_window && position_i < lo0_i) begin
      if (lo0_i < length_i) begin
        limit = lo0_i;
      end
    end else if (real_o && hi0_i < length_i) begin
      limit = hi0_i;
    end
  end

  assign to_limit = limit - position_i;
  assign to_cut   = real_o ? SW'(BURST) - SW'(dram_i) : SW'(LINE) - SW'(pad_i);
  assign bytes_o  = to_limit < 16'(to_cut) ? SW'(to_limit) : to_cut;

  // The store engine, where nothing is fill, has no bits for a line that is longer than a burst.
  logic unused;
  assign unused = &{1'b0, pad_i};

endmodule
