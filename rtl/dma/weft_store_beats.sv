// Puts the parts that the store engine reads together to beats of the W channel. A beat is offered ST_SEND cycles after
// the read of its last part, or when the memory has taken those before it.
module weft_store_beats #(
  localparam int unsigned BUS = weft_params_pkg::DMA_BUS_BYTES,
  localparam int unsigned LINE = weft_params_pkg::LINE_BYTES,
  localparam int unsigned BW = $clog2(BUS),
  localparam int unsigned LW = $clog2(LINE)
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              read_i,     // a part is read; its line comes in the next cycle
  input  logic [BW-1:0]     lane_i,     // first byte of the part in the beat
  input  logic [LW-1:0]     column_i,   // and in the line
  input  logic [BW:0]       bytes_i,
  input  logic              beat_end_i, // the part is the last of its beat
  input  logic              last_i,     // and of its segment
  input  logic [8*LINE-1:0] rdata_i,
  output logic              room_o,     // a part may be read

  output logic              w_valid_o,
  output logic [8*BUS-1:0]  w_data_o,
  output logic [BUS-1:0]    w_strb_o,
  output logic              w_last_o,
  input  logic              w_ready_i
);

  // A whole burst fits, since a memory may refuse data before it has the address, which comes with the last beat. With
  // a ready memory at most ST_SEND beats are read and not sent.
  localparam int unsigned SEND = weft_isa_pkg::ST_SEND;
  localparam int unsigned BURST_BEATS = weft_params_pkg::DMA_BURST_BYTES / BUS;
  localparam int unsigned DEPTH = BURST_BEATS > SEND + 1 ? BURST_BEATS : SEND + 1;
  localparam int unsigned CW = $clog2(DEPTH + 1);
  localparam int unsigned TW = 8 * BUS + BUS + 1;

  // --- The line that was read ----------------------------------------------------------------------------------------

  logic             part_q, beat_end_q, last_q;
  logic [BW-1:0]    lane_q;
  logic [LW-1:0]    rotation_q;
  logic [BW:0]      lane_end_q;
  logic [8*BUS-1:0] rotated, data_d, data_q;
  logic [BUS-1:0]   strobe_d, strobe_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      part_q   <= 1'b0;
      strobe_q <= '0;
    end else begin
      part_q <= read_i;
      if (part_q) begin
        strobe_q <= beat_end_q ? '0 : strobe_d;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    beat_end_q <= beat_end_i;
    last_q     <= last_i;
    lane_q     <= lane_i;
    lane_end_q <= (BW + 1)'(lane_i) + bytes_i;
    rotation_q <= column_i - LW'(lane_i);
    if (part_q) begin
      data_q <= data_d;
    end
  end

  assign rotated = (8 * BUS)'({rdata_i, rdata_i} >> {rotation_q, 3'b000});

  always_comb begin
    data_d   = data_q;
    strobe_d = strobe_q;
    for (int unsigned i = 0; i < BUS; i++) begin
      if ((BW + 1)'(i) >= (BW + 1)'(lane_q) && (BW + 1)'(i) < lane_end_q) begin
        data_d[8*i +: 8] = rotated[8*i +: 8];
        strobe_d[i]      = 1'b1;
      end
    end
  end

  // --- Beats ---------------------------------------------------------------------------------------------------------

  logic          delayed, unused_on_way, empty, unused_full, sent;
  logic [TW-1:0] delayed_data;
  logic [CW-1:0] pending_q; // pending: beats of which the last part is read, not yet sent

  weft_dma_delay #(
    .WIDTH (TW),
    .LENGTH(SEND - 2)
  ) u_delay (
    .clk_i,
    .rst_ni,
    .valid_i(part_q && beat_end_q),
    .data_i ({data_d, strobe_d, last_q}),
    .valid_o(delayed),
    .data_o (delayed_data),
    .any_o  (unused_on_way)
  );

  weft_fifo #(
    .WIDTH(TW),
    .DEPTH(DEPTH)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .push_i (delayed),
    .data_i (delayed_data),
    .pop_i  (sent),
    .data_o ({w_data_o, w_strb_o, w_last_o}),
    .empty_o(empty),
    .full_o (unused_full)
  );

  assign w_valid_o = !empty;
  assign sent      = w_valid_o && w_ready_i;
  assign room_o    = pending_q < CW'(DEPTH);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending_q <= '0;
    end else if (read_i && beat_end_i && !sent) begin
      pending_q <= pending_q + CW'(1);
    end else if (sent && !(read_i && beat_end_i)) begin
      pending_q <= pending_q - CW'(1);
    end
  end

endmodule
