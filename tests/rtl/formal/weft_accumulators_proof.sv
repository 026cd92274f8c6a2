// The accumulators' ports: the matrix engine always reads, the vector engine unless the matrix engine reads the same
// bank; addresses and data go to the bank of the row and come back from it.
module weft_accumulators_proof #(
  localparam int unsigned BANKS = weft_params_pkg::ACCUMULATOR_BANKS,
  localparam int unsigned ROWS = weft_params_pkg::ACCUMULATOR_BANK_ROWS,
  localparam int unsigned W = 32 * weft_params_pkg::ARRAY_COLS,
  localparam int unsigned AW = $clog2(ROWS)
) (
  input logic         clk_i,
  input logic         ar_req_i,
  input logic [31:0]  ar_row_i,
  input logic         vacc_req_i,
  input logic [31:0]  vacc_row_i,
  input logic         aw_req_i,
  input logic [31:0]  aw_row_i,
  input logic [W-1:0] aw_data_i
);

  logic         vacc_gnt;
  logic [W-1:0] ar_rdata, vacc_rdata;

  weft_accumulators dut (
    .clk_i,
    .ar_req_i, .ar_row_i, .ar_rdata_o(ar_rdata),
    .vacc_req_i, .vacc_row_i, .vacc_gnt_o(vacc_gnt), .vacc_rdata_o(vacc_rdata),
    .aw_req_i, .aw_row_i, .aw_data_i
  );

  logic [BANKS-1:0]    reads;     // probe dut.gen_bank[ACCUMULATOR_BANKS].sram.read_i
  logic [AW*BANKS-1:0] read_word; // probe dut.gen_bank[ACCUMULATOR_BANKS].sram.read_address_i
  logic [W*BANKS-1:0]  read_data; // probe dut.gen_bank[ACCUMULATOR_BANKS].sram.read_data_o
  logic [BANKS-1:0]    enable;    // probe dut.gen_bank[ACCUMULATOR_BANKS].sram.write_enable_i
  logic [AW*BANKS-1:0] word;      // probe dut.gen_bank[ACCUMULATOR_BANKS].sram.write_address_i
  logic [W*BANKS-1:0]  data;      // probe dut.gen_bank[ACCUMULATOR_BANKS].sram.write_data_i

  logic [31:0] ar_bank, vacc_bank, aw_bank, ar_bank_q, vacc_bank_q;
  logic        ar_q = 1'b0, vacc_q = 1'b0;

  assign ar_bank   = ar_row_i / ROWS;
  assign vacc_bank = vacc_row_i / ROWS;
  assign aw_bank   = aw_row_i / ROWS;

  always_ff @(posedge clk_i) begin
    ar_q        <= ar_req_i;
    vacc_q      <= vacc_gnt;
    ar_bank_q   <= ar_bank;
    vacc_bank_q <= vacc_bank;
  end

  always_comb begin
    assume (ar_row_i < BANKS * ROWS && vacc_row_i < BANKS * ROWS && aw_row_i < BANKS * ROWS);
    assert (vacc_gnt == (vacc_req_i && !(ar_req_i && ar_bank == vacc_bank)));
    for (int unsigned b = 0; b < BANKS; b++) begin
      assert (reads[b] == ((ar_req_i && ar_bank == b) || (vacc_gnt && vacc_bank == b)));
      assert (!(ar_req_i && ar_bank == b) || read_word[AW*b +: AW] == AW'(ar_row_i % ROWS));
      assert (!(vacc_gnt && vacc_bank == b) || read_word[AW*b +: AW] == AW'(vacc_row_i % ROWS));
      assert (!(ar_q && ar_bank_q == b) || ar_rdata == read_data[W*b +: W]);
      assert (!(vacc_q && vacc_bank_q == b) || vacc_rdata == read_data[W*b +: W]);
      assert (enable[b] == (aw_req_i && aw_bank == b));
      assert (!enable[b] || (word[AW*b +: AW] == AW'(aw_row_i % ROWS) && data[W*b +: W] == aw_data_i));
    end
  end

endmodule
