// The DRAM request of a segment: an AXI burst of the whole beats that it touches.
module weft_dma_request #(
  parameter int unsigned SW = 8 // bits of the size of a segment
) (
  input  logic [31:0]   dram_i,   // first byte
  input  logic [SW-1:0] bytes_i,  // at least 1; the segment does not cross a multiple of the longest burst
  output logic [31:0]   address_o,
  output logic [7:0]    length_o, // beats - 1
  output logic          in_dram_o // the segment lies in DRAM
);

  localparam int unsigned BUS = weft_params_pkg::DMA_BUS_BYTES;
  localparam int unsigned BW = $clog2(BUS);
  localparam logic [32:0] DRAM_END = 33'(weft_isa_pkg::DRAM_BASE) + 33'(weft_params_pkg::DRAM_BYTES);

  assign address_o = {dram_i[31:BW], BW'(0)};
  assign length_o  = 8'((32'(dram_i[BW-1:0]) + 32'(bytes_i) - 32'd1) >> BW);
  assign in_dram_o = dram_i >= weft_isa_pkg::DRAM_BASE && 33'(dram_i) + 33'(bytes_i) <= DRAM_END;

endmodule
