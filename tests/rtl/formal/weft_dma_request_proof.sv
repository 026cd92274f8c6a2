// A burst is the beats that the segment touches: it begins in the beat of the first byte and ends in that of the last.
module weft_dma_request_proof #(
  localparam int unsigned BURST = weft_params_pkg::DMA_BURST_BYTES,
  localparam int unsigned BUS = weft_params_pkg::DMA_BUS_BYTES,
  localparam int unsigned SW = $clog2(BURST) + 1
) (
  input logic [31:0]   dram_i,
  input logic [SW-1:0] bytes_i,
  input logic [31:0]   byte_i // any byte
);

  logic [31:0] address;
  logic [7:0]  length;
  logic        in_dram;

  weft_dma_request #(.SW(SW)) dut (.dram_i, .bytes_i, .address_o(address), .length_o(length), .in_dram_o(in_dram));

  logic [39:0] first, last, low, high, at;
  assign first = 40'(dram_i);
  assign last  = 40'(dram_i) + 40'(bytes_i) - 40'd1;
  assign low   = 40'(address);
  assign high  = 40'(address) + BUS * (40'(length) + 40'd1) - 40'd1;
  assign at    = 40'(byte_i);

  logic inside_dram;
  assign inside_dram = at >= 40'(weft_isa_pkg::DRAM_BASE) && at < 40'(weft_isa_pkg::DRAM_BASE) + 40'(weft_params_pkg::DRAM_BYTES);

  always_comb begin
    assume (bytes_i != '0 && first / BURST == last / BURST);
    assert (low % BUS == 0);
    assert (low <= first && first < low + BUS);
    assert (last <= high && high < last + BUS);
    // In DRAM means all its bytes; not in DRAM means the first or the last is outside.
    assert (!(in_dram && at >= first && at <= last) || inside_dram);
    assert (in_dram || !(at == first && inside_dram) || last >= 40'(weft_isa_pkg::DRAM_BASE) + 40'(weft_params_pkg::DRAM_BYTES));
  end

endmodule
