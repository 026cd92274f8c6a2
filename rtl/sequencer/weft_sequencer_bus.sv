// The sequencer's AXI4 port: one request at a time, made in the cycle of request_i if the memory is ready, and otherwise
// held until it is. A write has one beat, which goes out with its address. Answers are always taken.
module weft_sequencer_bus (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        request_i,
  input  logic        write_i,
  input  logic [31:0] address_i,    // a multiple of the bus
  input  logic [7:0]  length_i,     // beats of a read - 1
  input  logic [63:0] data_i,
  input  logic [7:0]  strobe_i,
  output logic        axi_ar_valid_o,
  output logic [31:0] axi_ar_addr_o,
  output logic [7:0]  axi_ar_len_o,
  input  logic        axi_ar_ready_i,
  output logic        axi_r_ready_o,
  output logic        axi_aw_valid_o,
  output logic [31:0] axi_aw_addr_o,
  output logic [7:0]  axi_aw_len_o,
  input  logic        axi_aw_ready_i,
  output logic        axi_w_valid_o,
  output logic [63:0] axi_w_data_o,
  output logic [7:0]  axi_w_strb_o,
  output logic        axi_w_last_o,
  input  logic        axi_w_ready_i,
  output logic        axi_b_ready_o
);

  logic        ar_held_q, aw_held_q, w_held_q; // valid, and not ready so far
  logic [31:0] address_q;
  logic [7:0]  length_q;
  logic [63:0] data_q;
  logic [7:0]  strobe_q;

  assign axi_ar_valid_o = ar_held_q || (request_i && !write_i);
  assign axi_ar_addr_o  = ar_held_q ? address_q : address_i;
  assign axi_ar_len_o   = ar_held_q ? length_q : length_i;
  assign axi_r_ready_o  = 1'b1;
  assign axi_aw_valid_o = aw_held_q || (request_i && write_i);
  assign axi_aw_addr_o  = aw_held_q ? address_q : address_i;
  assign axi_aw_len_o   = 8'd0;
  assign axi_w_valid_o  = w_held_q || (request_i && write_i);
  assign axi_w_data_o   = w_held_q ? data_q : data_i;
  assign axi_w_strb_o   = w_held_q ? strobe_q : strobe_i;
  assign axi_w_last_o   = 1'b1;
  assign axi_b_ready_o  = 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_held_q <= 1'b0;
      aw_held_q <= 1'b0;
      w_held_q  <= 1'b0;
    end else begin
      ar_held_q <= axi_ar_valid_o && !axi_ar_ready_i;
      aw_held_q <= axi_aw_valid_o && !axi_aw_ready_i;
      w_held_q  <= axi_w_valid_o && !axi_w_ready_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (request_i) begin
      address_q <= address_i;
      length_q  <= length_i;
      data_q    <= data_i;
      strobe_q  <= strobe_i;
    end
  end

endmodule
