// Which bank of a banked memory holds an address, and in which word of it. Banks hold contiguous addresses; their size is
// any number of words.
module weft_bank_select #(
  parameter int unsigned BANKS = 4,
  parameter int unsigned WORDS = 16, // of one bank
  parameter int unsigned GRAIN = 1,  // addresses of one word, a power of two
  localparam int unsigned BW = BANKS > 1 ? $clog2(BANKS) : 1,
  localparam int unsigned AW = WORDS > 1 ? $clog2(WORDS) : 1
) (
  input  logic [31:0]   address_i, // below BANKS * WORDS * GRAIN
  output logic [BW-1:0] bank_o,
  output logic [AW-1:0] word_o
);

  localparam int unsigned SIZE = WORDS * GRAIN;

  if (SIZE == (1 << $clog2(SIZE))) begin : gen_power_of_two
    assign bank_o = BANKS > 1 ? BW'(address_i >> $clog2(SIZE)) : '0;
    assign word_o = AW'((address_i & (SIZE - 1)) >> $clog2(GRAIN));
  end else begin : gen_any_size
    always_comb begin
      bank_o = '0;
      word_o = AW'(address_i >> $clog2(GRAIN));
      for (int unsigned b = 1; b < BANKS; b++) begin
        if (address_i >= b * SIZE) begin
          bank_o = BW'(b);
          word_o = AW'((address_i - b * SIZE) >> $clog2(GRAIN));
        end
      end
    end
  end

endmodule
