// Bank and word are quotient and remainder of the address, for sizes that are powers of two and others.
module weft_bank_select_proof #(
  parameter int unsigned BANKS = 4,
  parameter int unsigned WORDS = 16,
  parameter int unsigned GRAIN = 1,
  localparam int unsigned BW = BANKS > 1 ? $clog2(BANKS) : 1,
  localparam int unsigned AW = WORDS > 1 ? $clog2(WORDS) : 1
) (
  input logic [31:0] address_i
);

  logic [BW-1:0] bank;
  logic [AW-1:0] word;

  weft_bank_select #(.BANKS(BANKS), .WORDS(WORDS), .GRAIN(GRAIN)) dut (.address_i, .bank_o(bank), .word_o(word));

  logic [31:0] rest; // within the word
  assign rest = address_i - (32'(bank) * WORDS + 32'(word)) * GRAIN;

  always_comb begin
    assume (address_i < BANKS * WORDS * GRAIN);
    assert (32'(bank) < BANKS);
    assert (32'(word) < WORDS);
    assert (rest < GRAIN);
  end

endmodule
