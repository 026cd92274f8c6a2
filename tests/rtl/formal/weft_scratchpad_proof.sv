// The scratchpad's arbiters: a bank serves one read and one write in a cycle; of those who want it the one of highest
// priority is served; who is not served lost against one who is. Its address goes to the bank, and its data come back.
module weft_scratchpad_proof #(
  localparam int unsigned BANKS = weft_params_pkg::SCRATCHPAD_BANKS,
  localparam int unsigned SIZE = weft_params_pkg::SCRATCHPAD_BANK_BYTES,
  localparam int unsigned LB = weft_params_pkg::LINE_BYTES,
  localparam int unsigned AW = $clog2(SIZE / LB)
) (
  input logic             clk_i,
  input logic [4:0]       req_i,
  input logic [32*5-1:0]  addr_i,
  input logic             vw_req_i,
  input logic [31:0]      vw_addr_i,
  input logic [LB-1:0]    vw_be_i,
  input logic [8*LB-1:0]  vw_wdata_i,
  input logic             lw_req_i,
  input logic [31:0]      lw_addr_i,
  input logic [LB-1:0]    lw_be_i,
  input logic [8*LB-1:0]  lw_wdata_i
);

  logic [4:0]        gnt;
  logic              lw_gnt;
  logic [5*8*LB-1:0] rdata;

  weft_scratchpad dut (
    .clk_i,
    .act_req_i(req_i[0]), .act_addr_i(addr_i[0 +: 32]), .act_gnt_o(gnt[0]), .act_rdata_o(rdata[0 +: 8*LB]),
    .wgt_req_i(req_i[1]), .wgt_addr_i(addr_i[32 +: 32]), .wgt_gnt_o(gnt[1]), .wgt_rdata_o(rdata[8*LB +: 8*LB]),
    .vra_req_i(req_i[2]), .vra_addr_i(addr_i[64 +: 32]), .vra_gnt_o(gnt[2]), .vra_rdata_o(rdata[16*LB +: 8*LB]),
    .vrb_req_i(req_i[3]), .vrb_addr_i(addr_i[96 +: 32]), .vrb_gnt_o(gnt[3]), .vrb_rdata_o(rdata[24*LB +: 8*LB]),
    .sr_req_i(req_i[4]), .sr_addr_i(addr_i[128 +: 32]), .sr_gnt_o(gnt[4]), .sr_rdata_o(rdata[32*LB +: 8*LB]),
    .vw_req_i, .vw_addr_i, .vw_be_i, .vw_wdata_i,
    .lw_req_i, .lw_addr_i, .lw_be_i, .lw_wdata_i, .lw_gnt_o(lw_gnt)
  );

  logic [BANKS-1:0]      reads;     // probe dut.gen_bank[SCRATCHPAD_BANKS].sram.read_i
  logic [AW*BANKS-1:0]   read_word; // probe dut.gen_bank[SCRATCHPAD_BANKS].sram.read_address_i
  logic [8*LB*BANKS-1:0] read_data; // probe dut.gen_bank[SCRATCHPAD_BANKS].sram.read_data_o
  logic [LB*BANKS-1:0]   enable;    // probe dut.gen_bank[SCRATCHPAD_BANKS].sram.write_enable_i
  logic [AW*BANKS-1:0]   word;      // probe dut.gen_bank[SCRATCHPAD_BANKS].sram.write_address_i
  logic [8*LB*BANKS-1:0] data;      // probe dut.gen_bank[SCRATCHPAD_BANKS].sram.write_data_i

  logic [4:0]  served_q = '0; // in the cycle before, of which the bank was
  logic [39:0] bank_q;

  // How many banks end at or below the address.
  function automatic logic [7:0] bank_of(input logic [31:0] address);
    bank_of = '0;
    for (int unsigned b = 1; b < BANKS; b++) begin
      bank_of = bank_of + 8'(address >= b * SIZE);
    end
  endfunction
  function automatic logic [AW-1:0] word_of(input logic [31:0] address);
    word_of = AW'((address - 32'(bank_of(address)) * SIZE) / LB);
  endfunction

  logic [39:0] bank;
  logic [7:0]  vw_bank, lw_bank;
  logic [4:0]  loses_rightly;
  logic [BANKS-1:0] wanted;

  assign vw_bank = bank_of(vw_addr_i);
  assign lw_bank = bank_of(lw_addr_i);

  always_comb begin
    for (int unsigned p = 0; p < 5; p++) begin
      bank[8*p +: 8] = bank_of(addr_i[32*p +: 32]);
      assume (addr_i[32*p +: 32] < weft_params_pkg::SCRATCHPAD_BYTES);
    end
    assume (vw_addr_i < weft_params_pkg::SCRATCHPAD_BYTES);
    assume (lw_addr_i < weft_params_pkg::SCRATCHPAD_BYTES);
  end

  always_ff @(posedge clk_i) begin
    served_q <= gnt;
    bank_q   <= bank;
  end

  always_comb begin
    loses_rightly = '0;
    wanted        = '0;
    for (int unsigned p = 0; p < 5; p++) begin
      for (int unsigned q = 0; q < p; q++) begin
        assert (!(gnt[p] && gnt[q] && bank[8*p +: 8] == bank[8*q +: 8]));
        loses_rightly[p] = loses_rightly[p] || (gnt[q] && bank[8*p +: 8] == bank[8*q +: 8]);
      end
      assert (req_i[p] ? gnt[p] || loses_rightly[p] : !gnt[p]);
      for (int unsigned b = 0; b < BANKS; b++) begin
        if (gnt[p] && bank[8*p +: 8] == 8'(b)) begin
          wanted[b] = 1'b1;
          assert (read_word[AW*b +: AW] == word_of(addr_i[32*p +: 32]));
        end
        if (served_q[p] && bank_q[8*p +: 8] == 8'(b)) begin
          assert (rdata[8*LB*p +: 8*LB] == read_data[8*LB*b +: 8*LB]);
        end
      end
    end
    assert (reads == wanted);

    assert (lw_gnt == (lw_req_i && !(vw_req_i && vw_bank == lw_bank)));
    for (int unsigned b = 0; b < BANKS; b++) begin
      if (vw_req_i && vw_bank == 8'(b)) begin
        assert (enable[LB*b +: LB] == vw_be_i && word[AW*b +: AW] == word_of(vw_addr_i));
        assert (data[8*LB*b +: 8*LB] == vw_wdata_i);
      end else if (lw_gnt && lw_bank == 8'(b)) begin
        assert (enable[LB*b +: LB] == lw_be_i && word[AW*b +: AW] == word_of(lw_addr_i));
        assert (data[8*LB*b +: 8*LB] == lw_wdata_i);
      end else begin
        assert (enable[LB*b +: LB] == '0);
      end
    end
  end

endmodule
