// The runs of a DMA instruction are walked byte for byte: each advance goes on where the last one ended, a run after its last byte
// to the next run, and the last advance is the one that moves the last of all bytes. Here an advance is any number of bytes within
// the run; which number it is, is weft_dma_segment's.
module weft_dma_runs_proof #(
  parameter int unsigned SW = 4
) (
  input logic          clk_i,
  input logic          begin_i,
  input logic [31:0]   dram_i,
  input logic [31:0]   pad_i,
  input logic [127:0]  count_i,
  input logic [95:0]   dram_stride_i,
  input logic [95:0]   pad_stride_i,
  input logic          advance_i,
  input logic [SW-1:0] bytes_i
);

  logic        begun_q = 1'b0; // an instruction has begun
  logic [31:0] dram, pad;
  logic [15:0] position, length, row;
  logic        last;

  weft_dma_runs #(.SW(SW)) dut (
    .clk_i, .begin_i, .dram_i, .pad_i, .count_i, .dram_stride_i, .pad_stride_i, .advance_i, .bytes_i, .dram_o(dram), .pad_o(pad),
    .position_o(position), .length_o(length), .row_o(row), .last_o(last)
  );

  // The model: operands, indices, and where the run begins.
  logic [15:0] count0_q, count1_q, count2_q, count3_q, index1_q, index2_q, index3_q;
  logic [31:0] dram_q, pad_q;
  logic [95:0] dram_stride_q, pad_stride_q;
  logic [15:0] done_q; // bytes of the run that are moved
  logic [31:0] dram1_q, dram2_q, dram3_q; // offsets at which the current run, and the iterations of dimensions 2 and 3 began
  logic [31:0] pad1_q, pad2_q, pad3_q;
  logic        run_ends, over;

  assign run_ends = 17'(done_q) + 17'(bytes_i) == 17'(count0_q);
  assign over     = run_ends && 17'(index1_q) + 17'd1 == 17'(count1_q) && 17'(index2_q) + 17'd1 == 17'(count2_q) &&
                    17'(index3_q) + 17'd1 == 17'(count3_q);

  always_ff @(posedge clk_i) begin
    if (begin_i) begin
      begun_q       <= 1'b1;
      count0_q      <= count_i[15:0];
      count1_q      <= count_i[47:32];
      count2_q      <= count_i[79:64];
      count3_q      <= count_i[111:96];
      dram_q        <= dram_i;
      pad_q         <= pad_i;
      dram_stride_q <= dram_stride_i;
      pad_stride_q  <= pad_stride_i;
      done_q        <= '0;
      {index1_q, index2_q, index3_q} <= '0;
      {dram1_q, dram2_q, dram3_q}    <= '0;
      {pad1_q, pad2_q, pad3_q}       <= '0;
    end else if (advance_i) begin
      begun_q <= !over;
      done_q  <= run_ends ? '0 : done_q + 16'(bytes_i);
      if (run_ends) begin
        if (17'(index1_q) + 17'd1 != 17'(count1_q)) begin
          index1_q <= index1_q + 16'd1;
          dram1_q  <= dram1_q + dram_stride_q[31:0];
          pad1_q   <= pad1_q + pad_stride_q[31:0];
        end else if (17'(index2_q) + 17'd1 != 17'(count2_q)) begin
          index1_q <= '0;
          index2_q <= index2_q + 16'd1;
          {dram1_q, dram2_q} <= {2{dram2_q + dram_stride_q[63:32]}};
          {pad1_q, pad2_q}   <= {2{pad2_q + pad_stride_q[63:32]}};
        end else begin
          index1_q <= '0;
          index2_q <= '0;
          index3_q <= index3_q + 16'd1;
          {dram1_q, dram2_q, dram3_q} <= {3{dram3_q + dram_stride_q[95:64]}};
          {pad1_q, pad2_q, pad3_q}    <= {3{pad3_q + pad_stride_q[95:64]}};
        end
      end
    end
  end

  logic [63:0]  index;        // probe dut.u_walk.index_q
  logic [255:0] offset;       // probe dut.u_walk.offset_q
  logic [63:0]  count;        // probe dut.count_q
  logic [31:0]  dram_base;    // probe dut.dram_q
  logic [31:0]  pad_base;     // probe dut.pad_q
  logic [95:0]  dram_stride;  // probe dut.dram_stride_q
  logic [95:0]  pad_stride;   // probe dut.pad_stride_q

  // Counts are checked before an instruction begins; an advance does not go beyond the run.
  always_comb begin
    for (int unsigned k = 0; k < 4; k++) begin
      assume (!begin_i || (count_i[32*k +: 32] != '0 && count_i[32*k +: 32] <= 32'd65535));
    end
    assume (!advance_i || (begun_q && bytes_i != '0 && 17'(done_q) + 17'(bytes_i) <= 17'(count0_q)));
  end

  always_comb begin
    if (begun_q) begin
      assert (position == done_q && length == count0_q && row == index1_q);
      assert (done_q < count0_q && index1_q < count1_q && index2_q < count2_q && index3_q < count3_q);
      assert (dram == dram_q + dram1_q + 32'(done_q));
      assert (pad == pad_q + pad1_q + 32'(done_q));
      assert (last == over || bytes_i == '0 || 17'(done_q) + 17'(bytes_i) > 17'(count0_q));

      // Where the block keeps it.
      assert (index == {index3_q, index2_q, index1_q, 16'd0});
      assert (count == {count3_q, count2_q, count1_q, count0_q});
      assert (dram_base == dram_q && pad_base == pad_q && dram_stride == dram_stride_q && pad_stride == pad_stride_q);
      assert (offset == {pad3_q, pad2_q, {2{pad1_q}}, dram3_q, dram2_q, {2{dram1_q}}});
    end
  end

endmodule
