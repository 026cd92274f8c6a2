// The banked accumulators (isa/docs/timing.md, section 4): rows of COLS int32. The matrix engine's reads go before the
// vector engine's; only the matrix engine writes.
module weft_accumulators #(
  localparam int unsigned BANKS = weft_params_pkg::ACCUMULATOR_BANKS,
  localparam int unsigned W = 32 * weft_params_pkg::ARRAY_COLS
) (
  input  logic         clk_i,

  input  logic         ar_req_i, // matrix reads: always granted; the data comes in the next cycle
  input  logic [31:0]  ar_row_i,
  output logic [W-1:0] ar_rdata_o,
  input  logic         vacc_req_i,
  input  logic [31:0]  vacc_row_i,
  output logic         vacc_gnt_o,
  output logic [W-1:0] vacc_rdata_o,
  input  logic         aw_req_i,
  input  logic [31:0]  aw_row_i,
  input  logic [W-1:0] aw_data_i
);

  localparam int unsigned ROWS = weft_params_pkg::ACCUMULATOR_BANK_ROWS;
  localparam int unsigned BW = BANKS > 1 ? $clog2(BANKS) : 1;
  localparam int unsigned AW = ROWS > 1 ? $clog2(ROWS) : 1;

  logic [BW-1:0] ar_bank, vacc_bank, aw_bank, ar_bank_q, vacc_bank_q;
  logic [AW-1:0] ar_word, vacc_word, aw_word;
  logic [W-1:0]  data [BANKS];

  weft_bank_select #(.BANKS(BANKS), .WORDS(ROWS)) ar_select (
    .address_i(ar_row_i), .bank_o(ar_bank), .word_o(ar_word)
  );
  weft_bank_select #(.BANKS(BANKS), .WORDS(ROWS)) vacc_select (
    .address_i(vacc_row_i), .bank_o(vacc_bank), .word_o(vacc_word)
  );
  weft_bank_select #(.BANKS(BANKS), .WORDS(ROWS)) aw_select (
    .address_i(aw_row_i), .bank_o(aw_bank), .word_o(aw_word)
  );

  assign vacc_gnt_o = vacc_req_i && !(ar_req_i && ar_bank == vacc_bank);

  always_ff @(posedge clk_i) begin
    if (ar_req_i) begin
      ar_bank_q <= ar_bank;
    end
    if (vacc_gnt_o) begin
      vacc_bank_q <= vacc_bank;
    end
  end

  for (genvar b = 0; b < BANKS; b++) begin : gen_bank
    logic         matrix_reads, vector_reads;
    logic [W-1:0] rdata; // Yosys takes an element of an array at an instance's output for a read of it
    assign matrix_reads = ar_req_i && ar_bank == BW'(b);
    assign vector_reads = vacc_req_i && vacc_bank == BW'(b);

    weft_sram #(.WIDTH(W), .DEPTH(ROWS), .GRAIN(W)) sram (
      .clk_i,
      .read_i(matrix_reads || vector_reads),
      .read_address_i(matrix_reads ? ar_word : vacc_word),
      .read_data_o(rdata),
      .write_enable_i(aw_req_i && aw_bank == BW'(b)),
      .write_address_i(aw_word),
      .write_data_i(aw_data_i)
    );
    assign data[b] = rdata;
  end

  assign ar_rdata_o   = data[ar_bank_q];
  assign vacc_rdata_o = data[vacc_bank_q];

endmodule
