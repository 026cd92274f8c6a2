// The look-up table of the vector engine: one of flip-flops for all lanes, since a row of COLS entries is written at
// once and each lane reads an entry of its own. Entry e is byte e % COLS of word e / COLS.
module weft_vx_lut #(
  localparam int unsigned COLS = weft_params_pkg::ARRAY_COLS,
  localparam int unsigned WORDS = weft_isa_pkg::LUT_ENTRIES / COLS,
  localparam int unsigned WW = WORDS > 1 ? $clog2(WORDS) : 1
) (
  input  logic              clk_i,
  input  logic              write_i,
  input  logic [WW-1:0]     word_i,
  input  logic [8*COLS-1:0] data_i,
  input  logic              en_i,     // data_o is the result in the next cycle
  input  logic              lookup_i, // else the index itself is the result
  input  logic [8*COLS-1:0] index_i,  // lane c in [8*c +: 8]
  output logic [8*COLS-1:0] data_o
);

  localparam int unsigned BW = $clog2(COLS); // of the byte in a word

  logic [8*COLS-1:0] table_q [WORDS];
  logic [8*COLS-1:0] data_q;

  always_ff @(posedge clk_i) begin
    if (write_i) begin
      table_q[word_i] <= data_i;
    end
  end

  for (genvar c = 0; c < COLS; c++) begin : gen_lane
    logic [WW-1:0]     word;
    logic [8*COLS-1:0] entries;

    if (WORDS > 1) begin : gen_word
      assign word = index_i[8*c+BW +: WW];
    end else begin : gen_only
      assign word = '0;
    end
    assign entries = table_q[word];

    always_ff @(posedge clk_i) begin
      if (en_i) begin
        data_q[8*c +: 8] <= lookup_i ? entries[8*index_i[8*c +: BW] +: 8] : index_i[8*c +: 8];
      end
    end
  end

  assign data_o = data_q;

endmodule
