// A segment is the longest that the timing chapter allows: its bytes are all real or all fill, in one burst or line; it goes on
// to the end of the run, to a bound of the window, or to the end of burst or line. So segments tile a run.
module weft_dma_segment_proof #(
  localparam int unsigned BURST = weft_params_pkg::DMA_BURST_BYTES,
  localparam int unsigned LINE = weft_params_pkg::LINE_BYTES,
  localparam int unsigned SW = $clog2(BURST > LINE ? BURST : LINE) + 1
) (
  input logic [31:0] dram_i,
  input logic [31:0] pad_i,
  input logic [15:0] position_i,
  input logic [15:0] row_i,
  input logic [15:0] length_i,
  input logic [15:0] lo0_i,
  input logic [15:0] hi0_i,
  input logic [15:0] lo1_i,
  input logic [15:0] hi1_i,
  input logic [15:0] at_i       // any byte of the run
);

  logic          from_dram;
  logic [SW-1:0] bytes;

  weft_dma_segment #(.SW(SW)) dut (
    .dram_i(dram_i[$clog2(BURST)-1:0]), .pad_i(pad_i[$clog2(LINE)-1:0]), .position_i, .row_i, .length_i, .lo0_i, .hi0_i, .lo1_i,
    .hi1_i, .real_o(from_dram), .bytes_o(bytes)
  );

  logic [16:0] first, next, at; // next: the first byte behind the segment
  logic        row_inside, at_real;
  logic [32:0] dram_next, pad_next;

  assign first      = 17'(position_i);
  assign next       = first + 17'(bytes);
  assign at         = 17'(at_i);
  assign row_inside = lo1_i <= row_i && row_i < hi1_i;
  assign at_real    = row_inside && lo0_i <= at_i && at_i < hi0_i;
  assign dram_next  = 33'(dram_i) + 33'(bytes);
  assign pad_next   = 33'(pad_i) + 33'(bytes);

  always_comb begin
    assume (position_i < length_i);
    assert (bytes != '0 && next <= 17'(length_i));
    assert (!(first <= at && at < next) || at_real == from_dram);
    assert (from_dram ? (dram_next - 33'd1) / BURST == 33'(dram_i) / BURST : (pad_next - 33'd1) / LINE == 33'(pad_i) / LINE);
    assert (next == 17'(length_i) || (row_inside && (next == 17'(lo0_i) || next == 17'(hi0_i))) ||
            (from_dram ? dram_next % BURST == '0 : pad_next % LINE == '0));
  end

endmodule
