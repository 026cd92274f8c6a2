// A part is the most bytes that lie in the segment, in the beat and in the line: the least of the three, in closed form.
module weft_dma_part_proof #(
  parameter int unsigned SW = 8,
  localparam int unsigned BUS = weft_params_pkg::DMA_BUS_BYTES,
  localparam int unsigned LINE = weft_params_pkg::LINE_BYTES
) (
  input logic [$clog2(BUS)-1:0]  lane_i,
  input logic [$clog2(LINE)-1:0] column_i,
  input logic [SW-1:0]           left_i
);

  logic [$clog2(BUS):0] bytes;
  logic                 beat_end, last;

  weft_dma_part #(.SW(SW)) dut (.lane_i, .column_i, .left_i, .bytes_o(bytes), .beat_end_o(beat_end), .end_o(last));

  logic [31:0] n, left;
  assign n    = 32'(bytes);
  assign left = 32'(left_i);

  always_comb begin
    assume (left_i != '0);
    // It fits, and it could not be longer.
    assert (n >= 1 && n <= left && 32'(lane_i) + n <= BUS && 32'(column_i) + n <= LINE);
    assert (n == left || 32'(lane_i) + n == BUS || 32'(column_i) + n == LINE);
    assert (last == (n == left));
    assert (beat_end == (n == left || 32'(lane_i) + n == BUS));
  end

endmodule
