// The operand check of a DMA instruction at its start (isa/docs/timing.md, section 3): each count is 1 to 65535. Of
// several wrong ones the lowest dimension is reported.
module weft_dma_check (
  input  logic [127:0] count_i, // 32 bits for each dimension, dimension 0 lowest
  output logic         bad_o,
  output logic [31:0]  value_o  // the wrong one
);

  always_comb begin
    bad_o   = 1'b0;
    value_o = '0;
    for (int unsigned k = 0; k < 4; k++) begin
      if (!bad_o && (count_i[32*k +: 32] == '0 || count_i[32*k +: 32] > weft_isa_pkg::LARGEST_COUNT)) begin
        bad_o   = 1'b1;
        value_o = count_i[32*k +: 32];
      end
    end
  end

endmodule
