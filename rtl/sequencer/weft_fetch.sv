// Instruction cache (isa/docs/timing.md, section 5): direct mapped, empty at reset. Data and tags are read one cycle
// before the look-up. A miss gives the place to the missing line at once; its words come as the beats of the fill, and
// the one that was missed is kept, since the look-up that follows the fill cannot read what was written just before it.
module weft_fetch (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        read_i,      // for the look-ups from the next cycle on
  /* verilator lint_off UNUSEDSIGNAL */ // only the look-up compares the tag
  input  logic [31:3] read_pc_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic        lookup_i,    // of pc_i, which is the read_pc_i of the last read, or was missed and has been filled
  input  logic [31:3] pc_i,        // stays the same during a fill
  output logic        hit_o,       // hit_o and word_o: if lookup_i
  output logic [63:0] word_o,
  input  logic        fill_i,      // a beat of the line of pc_i, the lowest address first
  input  logic        fill_last_i,
  input  logic [63:0] fill_data_i
);

  if (weft_isa_pkg::SEQ_BUS_BYTES != 32'd8) begin : gen_check
    $error("a beat has to be an instruction");
  end

  localparam int unsigned LINES  = weft_params_pkg::ICACHE_BYTES / weft_isa_pkg::ICACHE_LINE_BYTES;
  localparam int unsigned OFFSET = $clog2(weft_isa_pkg::ICACHE_LINE_BYTES); // address bits within a line
  localparam int unsigned INDEX  = LINES > 1 ? $clog2(LINES) : 1;           // that choose the place; 1 bit at least
  localparam int unsigned TAG    = 32 - OFFSET - $clog2(LINES);
  localparam int unsigned WORDS  = LINES * (weft_isa_pkg::ICACHE_LINE_BYTES / weft_isa_pkg::SEQ_BUS_BYTES);
  localparam int unsigned AW     = $clog2(WORDS);

  logic [INDEX-1:0]  index, read_index;
  logic [LINES-1:0]  valid_q;
  logic [TAG-1:0]    tag;
  logic [63:0]       data;
  logic [OFFSET-4:0] beat_q;   // of the fill: word in the line
  logic              filled_q; // the last fill was for pc_i, which has not been looked up since
  logic [63:0]       word_q;   // the word of pc_i from the fill
  logic              miss;

  assign index      = LINES > 1 ? pc_i[OFFSET +: INDEX] : '0;
  assign read_index = LINES > 1 ? read_pc_i[OFFSET +: INDEX] : '0;
  assign hit_o      = filled_q || (valid_q[index] && tag == pc_i[31 -: TAG]);
  assign word_o     = filled_q ? word_q : data;
  assign miss       = lookup_i && !hit_o;

  weft_sram #(
    .WIDTH(64), .DEPTH(WORDS), .GRAIN(64)
  ) u_data (
    .clk_i,
    .read_i,
    .read_address_i (read_pc_i[3 +: AW]),
    .read_data_o    (data),
    .write_enable_i (fill_i),
    .write_address_i(AW'({index, beat_q})),
    .write_data_i   (fill_data_i)
  );

  weft_sram #(
    .WIDTH(TAG), .DEPTH(LINES), .GRAIN(TAG)
  ) u_tag (
    .clk_i,
    .read_i,
    .read_address_i (read_index),
    .read_data_o    (tag),
    .write_enable_i (miss),
    .write_address_i(index),
    .write_data_i   (pc_i[31 -: TAG])
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q  <= '0;
      beat_q   <= '0;
      filled_q <= 1'b0;
    end else begin
      if (miss) begin
        valid_q[index] <= 1'b1;
      end
      if (fill_i) begin
        beat_q <= beat_q + 1'b1;
      end
      if (fill_i && fill_last_i) begin
        filled_q <= 1'b1;
      end else if (lookup_i) begin
        filled_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (fill_i && beat_q == pc_i[OFFSET-1:3]) begin
      word_q <= fill_data_i;
    end
  end

endmodule
