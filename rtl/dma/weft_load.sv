// Load engine: DRAM to scratchpad (isa/docs/timing.md, section 6). The issue stage cuts the runs of an instruction into
// segments and requests those that are real; the write stage takes the segments, in order, from a FIFO between the two.
// Data are not kept: a beat stays on the R channel until the last of it is written.
module weft_load #(
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

  output logic              axi_ar_valid_o,
  output logic [31:0]       axi_ar_addr_o,
  output logic [7:0]        axi_ar_len_o,
  input  logic              axi_ar_ready_i,
  input  logic              axi_r_valid_i,
  input  logic [8*BUS-1:0]  axi_r_data_i,
  input  logic              axi_r_last_i,
  output logic              axi_r_ready_o,

  output logic              lw_req_o,
  output logic [31:0]       lw_addr_o,
  output logic [LINE-1:0]   lw_be_o,
  output logic [8*LINE-1:0] lw_wdata_o,
  input  logic              lw_gnt_i,

  // What the cycle counts for, and what is counted.
  output logic              busy_o,
  output logic              stall_bank_o,
  output logic              stall_dram_o,
  output logic              burst_o,       // a request is made
  output logic [31:0]       burst_bytes_o, // of it
  output logic [31:0]       request_pc_o,
  output logic [31:0]       write_bytes_o, // granted
  output logic [31:0]       beat_pc_o
);

  localparam int unsigned BURST = weft_params_pkg::DMA_BURST_BYTES;
  localparam int unsigned BW = $clog2(BUS);
  localparam int unsigned LW = $clog2(LINE);
  localparam int unsigned SW = $clog2(BURST > LINE ? BURST : LINE) + 1; // bits of the size of a segment
  localparam int unsigned OUTSTANDING = weft_params_pkg::DMA_LOAD_OUTSTANDING;

  // --- Start ---------------------------------------------------------------------------------------------------------

  logic        issuing_q;
  logic        startable, bad_count;
  logic [31:0] bad_value;
  logic        push, push_last;
  logic [31:0] pc_q;
  logic [4:0]  s0_q, s1_q;
  logic [7:0]  fill_q;
  logic [15:0] lo0_q, hi0_q, lo1_q, hi1_q;

  weft_dma_check u_check (
    .count_i(head_i.count),
    .bad_o  (bad_count),
    .value_o(bad_value)
  );

  assign startable = !issuing_q && head_valid_i && sem_ok_i;
  assign start_o   = startable && !bad_count;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      issuing_q <= 1'b0;
    end else if (start_o) begin
      issuing_q <= 1'b1;
    end else if (push && push_last) begin
      issuing_q <= 1'b0;
    end
  end

  // A position or index is at most 65534: a bound of 65535 and one beyond it say the same.
  function automatic logic [15:0] bound(input logic [31:0] value);
    bound = value[31:16] == '0 ? value[15:0] : 16'hffff;
  endfunction

  always_ff @(posedge clk_i) begin
    if (start_o) begin
      pc_q   <= head_i.pc;
      s0_q   <= head_i.s0;
      s1_q   <= head_i.s1;
      fill_q <= head_i.fill;
      lo0_q  <= bound(head_i.lo0);
      hi0_q  <= bound(head_i.hi0);
      lo1_q  <= bound(head_i.lo1);
      hi1_q  <= bound(head_i.hi1);
    end
  end

  // --- Issue stage ---------------------------------------------------------------------------------------------------

  logic [31:0]   dram, pad;
  logic [15:0]   position, length, row;
  logic          from_dram, in_dram;
  logic          fifo_full, may_push, request_fault;
  logic [SW-1:0] bytes;

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
    .advance_i    (push),
    .bytes_i      (bytes),
    .dram_o       (dram),
    .pad_o        (pad),
    .position_o   (position),
    .length_o     (length),
    .row_o        (row),
    .last_o       (push_last)
  );

  weft_dma_segment #(
    .SW(SW)
  ) u_segment (
    .dram_i    (dram[$clog2(BURST)-1:0]),
    .pad_i     (pad[LW-1:0]),
    .position_i(position),
    .row_i     (row),
    .length_i  (length),
    .lo0_i     (lo0_q),
    .hi0_i     (hi0_q),
    .lo1_i     (lo1_q),
    .hi1_i     (hi1_q),
    .real_o    (from_dram),
    .bytes_o   (bytes)
  );

  weft_dma_request #(
    .SW(SW)
  ) u_request (
    .dram_i   (dram),
    .bytes_i  (bytes),
    .address_o(axi_ar_addr_o),
    .length_o (axi_ar_len_o),
    .in_dram_o (in_dram)
  );

  assign may_push       = issuing_q && !fifo_full;
  assign request_fault  = may_push && from_dram && !in_dram;
  assign axi_ar_valid_o = may_push && from_dram && in_dram;
  assign push           = may_push && (!from_dram || (in_dram && axi_ar_ready_i));

  assign burst_o       = axi_ar_valid_o && axi_ar_ready_i;
  assign burst_bytes_o = (32'(axi_ar_len_o) + 32'd1) << BW;
  assign request_pc_o  = pc_q;

  // --- Segments that are requested and not yet written ---------------------------------------------------------------

  localparam int unsigned TW = 32 + 5 + 5 + 8 + 1 + 1 + BW + 32 + SW;

  logic          fifo_empty, pop;
  logic [31:0]   head_pc, head_pad;
  logic [4:0]    head_s0, head_s1;
  logic [7:0]    head_fill;
  logic          head_last, head_from_dram;
  logic [BW-1:0] head_lane;
  logic [SW-1:0] head_bytes;

  weft_fifo #(
    .WIDTH(TW),
    .DEPTH(OUTSTANDING)
  ) u_segments (
    .clk_i,
    .rst_ni,
    .push_i (push),
    .data_i ({pc_q, s0_q, s1_q, fill_q, push_last, from_dram, dram[BW-1:0], pad, bytes}),
    .pop_i  (pop),
    .data_o ({head_pc, head_s0, head_s1, head_fill, head_last, head_from_dram, head_lane, head_pad, head_bytes}),
    .empty_o(fifo_empty),
    .full_o (fifo_full)
  );

  // --- Write stage ---------------------------------------------------------------------------------------------------

  logic [SW-1:0] written_q, left;
  logic [BW-1:0] lane, rotation;
  logic [31:0]   address;
  logic [LW-1:0] column;
  logic [BW:0]   part_bytes;
  logic [LW:0]   write_bytes, column_end;
  logic          part_beat_end, part_end;
  logic          available, in_pad, write_fault, granted;

  assign left    = head_bytes - written_q;
  assign lane    = head_lane + BW'(written_q);
  assign address = head_pad + 32'(written_q);
  assign column  = address[LW-1:0];

  weft_dma_part #(
    .SW(SW)
  ) u_part (
    .lane_i    (lane),
    .column_i  (column),
    .left_i    (left),
    .bytes_o   (part_bytes),
    .beat_end_o(part_beat_end),
    .end_o     (part_end)
  );

  // A segment of fill lies within one line: it is a single write.
  assign write_bytes   = head_from_dram ? (LW + 1)'(part_bytes) : (LW + 1)'(left);
  assign column_end    = (LW + 1)'(column) + write_bytes;
  assign available     = !fifo_empty && (!head_from_dram || axi_r_valid_i);
  assign in_pad        = 33'(address) + 33'(write_bytes) <= 33'(weft_params_pkg::SCRATCHPAD_BYTES);
  assign write_fault   = available && !in_pad;
  assign lw_req_o      = available && in_pad;
  assign lw_addr_o     = address;
  assign granted       = lw_req_o && lw_gnt_i;
  assign pop           = granted && (part_end || !head_from_dram);
  assign axi_r_ready_o = granted && head_from_dram && part_beat_end;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      written_q <= '0;
    end else if (pop) begin
      written_q <= '0;
    end else if (granted) begin
      written_q <= written_q + SW'(write_bytes);
    end
  end

  // Lane x of the beat goes to the column that is as far from the part's first as x is from the part's first lane.
  logic [8*BUS-1:0] rotated;

  assign rotation = lane - column[BW-1:0];
  assign rotated  = (8 * BUS)'({axi_r_data_i, axi_r_data_i} >> {rotation, 3'b000});

  always_comb begin
    lw_be_o = '0;
    for (int unsigned i = 0; i < LINE; i++) begin
      lw_be_o[i] = (LW + 1)'(i) >= (LW + 1)'(column) && (LW + 1)'(i) < column_end;
    end
  end
  assign lw_wdata_o = head_from_dram ? {LINE / BUS{rotated}} : {LINE{head_fill}};

  assign write_bytes_o = granted ? 32'(write_bytes) : '0;
  assign beat_pc_o     = head_pc;

  // --- Retirement ----------------------------------------------------------------------------------------------------

  logic retiring;

  weft_dma_delay #(
    .WIDTH (42),
    .LENGTH(weft_isa_pkg::LD_RETIRE)
  ) u_retire (
    .clk_i,
    .rst_ni,
    .valid_i(pop && head_last),
    .data_i ({head_pc, head_s0, head_s1}),
    .valid_o(retire_o),
    .data_o ({retire_pc_o, retire_s0_o, retire_s1_o}),
    .any_o  (retiring)
  );

  assign under_way_o = issuing_q || !fifo_empty || retiring;

  // --- Faults, accounting --------------------------------------------------------------------------------------------

  always_comb begin
    fault_o       = 1'b1;
    fault_cause_o = weft_isa_pkg::FAULT_ADDRESS;
    fault_pc_o    = head_pc;
    fault_info_o  = address;
    if (!write_fault) begin
      fault_pc_o   = pc_q;
      fault_info_o = dram;
      if (!request_fault) begin
        fault_o       = startable && bad_count;
        fault_cause_o = weft_isa_pkg::FAULT_BAD_OPERAND;
        fault_pc_o    = head_i.pc;
        fault_info_o  = bad_value;
      end
    end
  end

  assign busy_o       = granted || push;
  assign stall_bank_o = lw_req_o && !lw_gnt_i;
  assign stall_dram_o = !fifo_empty && !available;

  // The semaphores are taken by the semaphore block; runs have no stride; the engine counts the bytes of a burst.
  logic unused_inputs;
  assign unused_inputs = ^{head_i.w0, head_i.w1, head_i.dram_stride[0], head_i.pad_stride[0], axi_r_last_i};

endmodule
