// Store engine: scratchpad to DRAM (isa/docs/timing.md, section 7). The front stage cuts the runs of an instruction
// into segments and reads them from the scratchpad, part for part. What was read is put together to beats, which go to
// the W channel ST_SEND cycles after the read of their last part; the address of a segment goes with its last beat.
module weft_store #(
  localparam int unsigned BUS = weft_params_pkg::DMA_BUS_BYTES,
  localparam int unsigned LINE = weft_params_pkg::LINE_BYTES
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              head_valid_i,
  input  weft_pkg::dma_op_t head_i,
  input  logic              sem_ok_i,
  output logic              start_o,
  output logic              retire_o,
  output logic [31:0]       retire_pc_o,
  output logic [4:0]        retire_s0_o,
  output logic [4:0]        retire_s1_o,
  output logic              under_way_o,

  output logic              fault_o,
  output logic [3:0]        fault_cause_o,
  output logic [31:0]       fault_pc_o,
  output logic [31:0]       fault_info_o,

  output logic              axi_aw_valid_o,
  output logic [31:0]       axi_aw_addr_o,
  output logic [7:0]        axi_aw_len_o,
  input  logic              axi_aw_ready_i,
  output logic              axi_w_valid_o,
  output logic [8*BUS-1:0]  axi_w_data_o,
  output logic [BUS-1:0]    axi_w_strb_o,
  output logic              axi_w_last_o,
  input  logic              axi_w_ready_i,
  input  logic              axi_b_valid_i,
  output logic              axi_b_ready_o,

  output logic              sr_req_o,
  output logic [31:0]       sr_addr_o,
  input  logic              sr_gnt_i,
  input  logic [8*LINE-1:0] sr_rdata_i,

  // What the cycle counts for, and what is counted.
  output logic              busy_o,
  output logic              stall_bank_o,
  output logic              stall_dram_o,
  output logic              burst_o,       // a request is made
  output logic [31:0]       burst_bytes_o, // of it
  output logic [31:0]       request_pc_o,
  output logic [31:0]       read_bytes_o,  // granted
  output logic [31:0]       beat_pc_o
);

  localparam int unsigned BURST = weft_params_pkg::DMA_BURST_BYTES;
  localparam int unsigned BW = $clog2(BUS);
  localparam int unsigned LW = $clog2(LINE);
  localparam int unsigned SW = $clog2(BURST) + 1; // bits of the size of a segment
  localparam int unsigned OUTSTANDING = weft_params_pkg::DMA_STORE_OUTSTANDING;

  // --- Start ---------------------------------------------------------------------------------------------------------

  logic        reading_q;
  logic        startable, bad_count;
  logic [31:0] bad_value;
  logic        next_segment, last_segment;
  logic [31:0] pc_q;
  logic [4:0]  s0_q, s1_q;

  weft_dma_check u_check (
    .count_i(head_i.count),
    .bad_o  (bad_count),
    .value_o(bad_value)
  );

  assign startable = !reading_q && head_valid_i && sem_ok_i;
  assign start_o   = startable && !bad_count;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      reading_q <= 1'b0;
    end else if (start_o) begin
      reading_q <= 1'b1;
    end else if (next_segment && last_segment) begin
      reading_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_o) begin
      pc_q <= head_i.pc;
      s0_q <= head_i.s0;
      s1_q <= head_i.s1;
    end
  end

  // --- Segments and the parts that they are read in ------------------------------------------------------------------

  logic [31:0]   dram, pad, burst_address;
  logic [15:0]   position, length, row;
  logic [7:0]    burst_length;
  logic [SW-1:0] bytes, read_q, left;
  logic          in_dram, unused_real;
  logic [BW-1:0] lane;
  logic [31:0]   address;
  logic [BW:0]   part_bytes;
  logic          part_beat_end, part_end, in_pad;
  logic          may_begin, room, begun_q, wants, granted;

  weft_dma_runs #(
    .SW(SW)
  ) u_runs (
    .clk_i,
    .begin_i      (start_o),
    .dram_i       (head_i.dram),
    .pad_i        (head_i.pad),
    .count_i      (head_i.count),
    .dram_stride_i(head_i.dram_stride[3:1]),
    .pad_stride_i (head_i.pad_stride[3:1]),
    .advance_i    (next_segment),
    .bytes_i      (bytes),
    .dram_o       (dram),
    .pad_o        (pad),
    .position_o   (position),
    .length_o     (length),
    .row_o        (row),
    .last_o       (last_segment)
  );

  // Everything is in a window without bounds: no fill.
  weft_dma_segment #(
    .SW(SW)
  ) u_segment (
    .dram_i    (dram[$clog2(BURST)-1:0]),
    .pad_i     (pad[LW-1:0]),
    .position_i(position),
    .row_i     (row),
    .length_i  (length),
    .lo0_i     (16'd0),
    .hi0_i     (16'hffff),
    .lo1_i     (16'd0),
    .hi1_i     (16'hffff),
    .real_o    (unused_real),
    .bytes_o   (bytes)
  );

  weft_dma_request #(
    .SW(SW)
  ) u_request (
    .dram_i   (dram),
    .bytes_i  (bytes),
    .address_o(burst_address),
    .length_o (burst_length),
    .in_dram_o (in_dram)
  );

  assign left    = bytes - read_q;
  assign lane    = dram[BW-1:0] + BW'(read_q);
  assign address = pad + 32'(read_q);

  weft_dma_part #(
    .SW(SW)
  ) u_part (
    .lane_i    (lane),
    .column_i  (address[LW-1:0]),
    .left_i    (left),
    .bytes_o   (part_bytes),
    .beat_end_o(part_beat_end),
    .end_o     (part_end)
  );

  assign wants        = reading_q && (begun_q || may_begin) && room;
  assign in_pad       = 33'(address) + 33'(part_bytes) <= 33'(weft_params_pkg::SCRATCHPAD_BYTES);
  assign sr_req_o     = wants && in_pad;
  assign sr_addr_o    = address;
  assign granted      = sr_req_o && sr_gnt_i;
  assign next_segment = granted && part_end;
  assign read_bytes_o = granted ? 32'(part_bytes) : '0;
  assign beat_pc_o    = pc_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      begun_q <= 1'b0;
      read_q  <= '0;
    end else begin
      if (next_segment) begin
        begun_q <= 1'b0;
        read_q  <= '0;
      end else if (wants) begin
        begun_q <= 1'b1;
        if (granted) begin
          read_q <= read_q + SW'(part_bytes);
        end
      end
    end
  end

  // --- Segments that have begun and not completed --------------------------------------------------------------------

  localparam int unsigned OW = $clog2(OUTSTANDING + 1);

  logic [OW-1:0] outstanding_q;
  logic          begins, completes;

  assign may_begin     = outstanding_q < OW'(OUTSTANDING);
  assign begins        = wants && !begun_q;
  assign axi_b_ready_o = 1'b1;
  assign completes     = axi_b_valid_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      outstanding_q <= '0;
    end else if (begins && !completes) begin
      outstanding_q <= outstanding_q + OW'(1);
    end else if (completes && !begins) begin
      outstanding_q <= outstanding_q - OW'(1);
    end
  end

  // --- Data: beats ---------------------------------------------------------------------------------------------------

  logic beat_room;

  weft_store_beats u_beats (
    .clk_i,
    .rst_ni,
    .read_i    (granted),
    .lane_i    (lane),
    .column_i  (address[LW-1:0]),
    .bytes_i   (part_bytes),
    .beat_end_i(part_beat_end),
    .last_i    (part_end),
    .rdata_i   (sr_rdata_i),
    .room_o    (beat_room),
    .w_valid_o (axi_w_valid_o),
    .w_data_o  (axi_w_data_o),
    .w_strb_o  (axi_w_strb_o),
    .w_last_o  (axi_w_last_o),
    .w_ready_i (axi_w_ready_i)
  );

  // --- Addresses: DRAM requests --------------------------------------------------------------------------------------

  // With a ready memory at most ST_SEND segments are read and not requested.
  localparam int unsigned SEND = weft_isa_pkg::ST_SEND;
  localparam int unsigned ADDRESSES = SEND + 1;
  localparam int unsigned AW = $clog2(ADDRESSES + 1);
  localparam int unsigned TW = 32 + BW + 8 + 1 + 1 + 32 + 5 + 5;

  logic          delayed, unused_on_way, send_empty, unused_send_full, request_fault;
  logic [TW-1:0] delayed_data;
  logic [AW-1:0] pending_q;
  logic [BW-1:0] send_lane;
  logic          send_in_dram, send_last;
  logic [31:0]   send_pc;
  logic [4:0]    send_s0, send_s1;

  weft_dma_delay #(
    .WIDTH (TW),
    .LENGTH(SEND - 1)
  ) u_delay (
    .clk_i,
    .rst_ni,
    .valid_i(next_segment),
    .data_i ({burst_address, dram[BW-1:0], burst_length, in_dram, last_segment, pc_q, s0_q, s1_q}),
    .valid_o(delayed),
    .data_o (delayed_data),
    .any_o  (unused_on_way)
  );

  weft_fifo #(
    .WIDTH(TW),
    .DEPTH(ADDRESSES)
  ) u_send (
    .clk_i,
    .rst_ni,
    .push_i (delayed),
    .data_i (delayed_data),
    .pop_i  (burst_o),
    .data_o ({axi_aw_addr_o, send_lane, axi_aw_len_o, send_in_dram, send_last, send_pc, send_s0, send_s1}),
    .empty_o(send_empty),
    .full_o (unused_send_full)
  );

  assign axi_aw_valid_o = !send_empty && send_in_dram;
  assign request_fault  = !send_empty && !send_in_dram;
  assign burst_o        = axi_aw_valid_o && axi_aw_ready_i;
  assign burst_bytes_o  = (32'(axi_aw_len_o) + 32'd1) << BW;
  assign request_pc_o   = send_pc;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending_q <= '0;
    end else if (next_segment && !burst_o) begin
      pending_q <= pending_q + AW'(1);
    end else if (burst_o && !next_segment) begin
      pending_q <= pending_q - AW'(1);
    end
  end
  assign room = beat_room && pending_q < AW'(ADDRESSES);

  // --- Completion and retirement -------------------------------------------------------------------------------------

  logic          unused_sent_empty, unused_sent_full, done_last, retire_q;
  logic [41:0]   done_data, retire_data_q;

  weft_fifo #(
    .WIDTH(43),
    .DEPTH(OUTSTANDING)
  ) u_sent (
    .clk_i,
    .rst_ni,
    .push_i (burst_o),
    .data_i ({send_last, send_pc, send_s0, send_s1}),
    .pop_i  (completes),
    .data_o ({done_last, done_data}),
    .empty_o(unused_sent_empty),
    .full_o (unused_sent_full)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      retire_q <= 1'b0;
    end else begin
      retire_q <= completes && done_last;
    end
  end
  always_ff @(posedge clk_i) begin
    retire_data_q <= done_data;
  end

  assign retire_o = retire_q;
  assign {retire_pc_o, retire_s0_o, retire_s1_o} = retire_data_q;
  assign under_way_o = reading_q || outstanding_q != '0 || retire_q;

  // --- Faults, accounting --------------------------------------------------------------------------------------------

  always_comb begin
    fault_o       = 1'b1;
    fault_cause_o = weft_isa_pkg::FAULT_ADDRESS;
    fault_pc_o    = send_pc;
    fault_info_o  = {axi_aw_addr_o[31:BW], send_lane};
    if (!request_fault) begin
      fault_pc_o   = pc_q;
      fault_info_o = address;
      if (!(wants && !in_pad)) begin
        fault_o       = startable && bad_count;
        fault_cause_o = weft_isa_pkg::FAULT_BAD_OPERAND;
        fault_pc_o    = head_i.pc;
        fault_info_o  = bad_value;
      end
    end
  end

  assign busy_o       = granted;
  assign stall_bank_o = sr_req_o && !sr_gnt_i;
  assign stall_dram_o = reading_q ? !wants : outstanding_q != '0;

  // The semaphores are taken by the semaphore block; runs have no stride; a store has no window.
  logic unused_inputs;
  assign unused_inputs = ^{head_i.w0, head_i.w1, head_i.dram_stride[0], head_i.pad_stride[0], head_i.lo0, head_i.hi0,
                           head_i.lo1, head_i.hi1, head_i.fill};

endmodule
