// The next part of a segment of DRAM bytes: what one access of the scratchpad moves. It ends with the segment, the beat
// (a multiple of the bus width of the DRAM address) or the line of the scratchpad, whichever comes first
// (isa/docs/timing.md, sections 6 and 7).
module weft_dma_part #(
  parameter int unsigned SW = 8, // bits of the size of a segment
  localparam int unsigned BUS = weft_params_pkg::DMA_BUS_BYTES,
  localparam int unsigned LINE = weft_params_pkg::LINE_BYTES,
  localparam int unsigned BW = $clog2(BUS),
  localparam int unsigned LW = $clog2(LINE)
) (
  input  logic [BW-1:0] lane_i,    // DRAM address modulo the bus width
  input  logic [LW-1:0] column_i,  // scratchpad address modulo the line
  input  logic [SW-1:0] left_i,    // bytes of the segment, at least 1
  output logic [BW:0]   bytes_o,
  output logic          beat_end_o, // nothing of the segment is left in the beat
  output logic          end_o       // nothing of the segment is left
);

  localparam int unsigned W = SW > LW + 1 ? SW : LW + 1; // a line is at least as wide as the bus

  logic [W-1:0] to_beat, to_line, left;
  logic         beat_first;

  assign to_beat    = W'(BUS) - W'(lane_i);
  assign to_line    = W'(LINE) - W'(column_i);
  assign left       = W'(left_i);
  assign beat_first = to_beat <= to_line;
  assign end_o      = left <= to_beat && left <= to_line;
  assign beat_end_o = end_o || beat_first;
  assign bytes_o    = (BW + 1)'(end_o ? left : beat_first ? to_beat : to_line);

endmodule
