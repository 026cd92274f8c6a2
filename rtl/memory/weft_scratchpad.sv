// The banked scratchpad and the arbiters of its ports (isa/docs/timing.md, section 4). Every bank has one read and one
// write port. The order of the ports below is their priority; a request that is not granted is made again.
module weft_scratchpad #(
  localparam int unsigned BANKS = weft_params_pkg::SCRATCHPAD_BANKS,
  localparam int unsigned LB = weft_params_pkg::LINE_BYTES
) (
  input  logic            clk_i,

  // Reads: matrix activations, matrix weights, vector operands A and B, store. The data is the line of the address, in
  // the cycle after the grant.
  input  logic            act_req_i,
  input  logic [31:0]     act_addr_i,
  output logic            act_gnt_o,
  output logic [8*LB-1:0] act_rdata_o,
  input  logic            wgt_req_i,
  input  logic [31:0]     wgt_addr_i,
  output logic            wgt_gnt_o,
  output logic [8*LB-1:0] wgt_rdata_o,
  input  logic            vra_req_i,
  input  logic [31:0]     vra_addr_i,
  output logic            vra_gnt_o,
  output logic [8*LB-1:0] vra_rdata_o,
  input  logic            vrb_req_i,
  input  logic [31:0]     vrb_addr_i,
  output logic            vrb_gnt_o,
  output logic [8*LB-1:0] vrb_rdata_o,
  input  logic            sr_req_i,
  input  logic [31:0]     sr_addr_i,
  output logic            sr_gnt_o,
  output logic [8*LB-1:0] sr_rdata_o,

  // Writes: vector (always granted), load.
  input  logic            vw_req_i,
  input  logic [31:0]     vw_addr_i,
  input  logic [LB-1:0]   vw_be_i,
  input  logic [8*LB-1:0] vw_wdata_i,
  input  logic            lw_req_i,
  input  logic [31:0]     lw_addr_i,
  input  logic [LB-1:0]   lw_be_i,
  input  logic [8*LB-1:0] lw_wdata_i,
  output logic            lw_gnt_o
);

  localparam int unsigned BW = BANKS > 1 ? $clog2(BANKS) : 1;
  localparam int unsigned WORDS = weft_params_pkg::SCRATCHPAD_BANK_BYTES / LB;
  localparam int unsigned AW = WORDS > 1 ? $clog2(WORDS) : 1;
  localparam int unsigned READERS = 5;

  logic [READERS-1:0] req, gnt;
  logic [31:0]        address  [READERS];
  logic [BW-1:0]      bank     [READERS];
  logic [BW-1:0]      bank_q   [READERS]; // of the grant in the cycle before
  logic [AW-1:0]      word     [READERS];
  logic [8*LB-1:0]    data     [BANKS];
  logic [BW-1:0]      vw_bank, lw_bank;
  logic [AW-1:0]      vw_word, lw_word;

  assign req = {sr_req_i, vrb_req_i, vra_req_i, wgt_req_i, act_req_i};
  assign address[0] = act_addr_i;
  assign address[1] = wgt_addr_i;
  assign address[2] = vra_addr_i;
  assign address[3] = vrb_addr_i;
  assign address[4] = sr_addr_i;

  // Yosys takes an element of an array at an instance's output for a read of it: outputs go to wires of their own.
  for (genvar p = 0; p < READERS; p++) begin : gen_reader
    logic [BW-1:0] selected_bank;
    logic [AW-1:0] selected_word;
    weft_bank_select #(.BANKS(BANKS), .WORDS(WORDS), .GRAIN(LB)) select (
      .address_i(address[p]), .bank_o(selected_bank), .word_o(selected_word)
    );
    assign bank[p] = selected_bank;
    assign word[p] = selected_word;
    always_ff @(posedge clk_i) begin
      if (gnt[p]) begin
        bank_q[p] <= bank[p];
      end
    end
  end
  weft_bank_select #(.BANKS(BANKS), .WORDS(WORDS), .GRAIN(LB)) vw_select (
    .address_i(vw_addr_i), .bank_o(vw_bank), .word_o(vw_word)
  );
  weft_bank_select #(.BANKS(BANKS), .WORDS(WORDS), .GRAIN(LB)) lw_select (
    .address_i(lw_addr_i), .bank_o(lw_bank), .word_o(lw_word)
  );

  // A request is granted unless one of higher priority wants the same bank.
  always_comb begin
    gnt = req;
    for (int unsigned p = 1; p < READERS; p++) begin
      for (int unsigned q = 0; q < p; q++) begin
        if (req[q] && bank[q] == bank[p]) begin
          gnt[p] = 1'b0;
        end
      end
    end
  end
  assign {sr_gnt_o, vrb_gnt_o, vra_gnt_o, wgt_gnt_o, act_gnt_o} = gnt;
  assign lw_gnt_o = lw_req_i && !(vw_req_i && vw_bank == lw_bank);

  for (genvar b = 0; b < BANKS; b++) begin : gen_bank
    logic            read;
    logic [AW-1:0]   read_address, write_address;
    logic            vector_writes, load_writes;
    logic [LB-1:0]   enable;
    logic [8*LB-1:0] rdata, wdata;

    always_comb begin
      read         = 1'b0;
      read_address = '0;
      for (int unsigned p = 0; p < READERS; p++) begin
        if (gnt[p] && bank[p] == BW'(b)) begin
          read         = 1'b1;
          read_address = word[p];
        end
      end
    end

    assign vector_writes = vw_req_i && vw_bank == BW'(b);
    assign load_writes   = lw_req_i && lw_bank == BW'(b);
    assign write_address = vector_writes ? vw_word : lw_word;
    assign enable        = vector_writes ? vw_be_i : load_writes ? lw_be_i : '0;
    assign wdata         = vector_writes ? vw_wdata_i : lw_wdata_i;

    weft_sram #(.WIDTH(8 * LB), .DEPTH(WORDS), .GRAIN(8)) sram (
      .clk_i,
      .read_i(read),
      .read_address_i(read_address),
      .read_data_o(rdata),
      .write_enable_i(enable),
      .write_address_i(write_address),
      .write_data_i(wdata)
    );
    assign data[b] = rdata;
  end

  assign act_rdata_o = data[bank_q[0]];
  assign wgt_rdata_o = data[bank_q[1]];
  assign vra_rdata_o = data[bank_q[2]];
  assign vrb_rdata_o = data[bank_q[3]];
  assign sr_rdata_o  = data[bank_q[4]];

endmodule
