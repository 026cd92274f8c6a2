// Front stage of the matrix engine (isa/docs/timing.md, section 8, Loader): takes the instruction at the head of the
// queue and reads the weight tiles of its steps, one row of C bytes per cycle, whenever the shadow is free. With the last
// row of a tile it hands the streamer what the tile's step needs.
module weft_mx_loader (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // Queue.
  input  logic                 head_valid_i,
  /* verilator lint_off UNUSEDSIGNAL */ // the core sees to the semaphores to wait for
  input  weft_pkg::matrix_op_t head_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic                 sem_ok_i,
  output logic                 start_o,
  // Scratchpad.
  output logic                 wgt_req_o,
  output logic [31:0]          wgt_addr_o,
  input  logic                 wgt_gnt_i,
  output logic                 weight_s8_o,      // how the requested row is to be read
  output logic [8:0]           weight_zero_o,
  // Streamer.
  input  logic                 shadow_full_i,
  output logic                 tile_o,           // the last row of a tile is granted: the step is
  output logic [31:0]          step_a_o,         // its first activation row
  output logic [31:0]          step_c_o,         // its first accumulator row
  output logic [63:0]          step_row_count_o,
  output logic [127:0]         step_row_stride_o,
  output logic                 step_s8_o,
  output logic [8:0]           step_zero_o,
  output logic                 step_accumulates_o,
  output logic                 step_first_o,     // of its instruction
  output logic                 step_last_o,
  output logic [31:0]          step_pc_o,
  output logic [4:0]           step_s0_o,
  output logic [4:0]           step_s1_o,
  // State and faults.
  output logic                 holds_o,          // an instruction
  output logic                 address_fault_o,  // of the weight row at wgt_addr_o
  output logic                 start_fault_o,
  output logic [3:0]           start_cause_o,
  output logic [31:0]          start_info_o
);

  localparam int unsigned R  = weft_params_pkg::ARRAY_ROWS;
  localparam int unsigned C  = weft_params_pkg::ARRAY_COLS;
  localparam int unsigned RW = $clog2(R);

  logic          holds_q;
  logic          first_q, mma_q;       // step 0 is next; it accumulates too
  logic          s8_a_q, s8_b_q;
  logic [8:0]    zero_a_q, zero_b_q;
  logic [31:0]   a_q, c_q, pc_q;
  logic [63:0]   row_count_q, step_count_q;
  logic [127:0]  row_stride_q, step_stride_q;
  logic [4:0]    s0_q, s1_q;
  logic [31:0]   weight_q;             // address of the next weight row
  logic [RW-1:0] row_q;                // its number
  logic          wants, in_range, granted, may_start, wrong, last_step;
  logic [31:0]   step_offset;

  // --- Start -------------------------------------------------------------------------------------------------------

  weft_mx_check u_check (
    .op_i   (head_i),
    .wrong_o(wrong),
    .cause_o(start_cause_o),
    .info_o (start_info_o)
  );

  assign may_start     = !holds_q && head_valid_i && sem_ok_i;
  assign start_o       = may_start && !wrong;
  assign start_fault_o = may_start && wrong;

  always_ff @(posedge clk_i) begin
    if (start_o) begin
      mma_q    <= head_i.accumulate;
      s8_a_q   <= head_i.type_a == weft_isa_pkg::TYPE_S8;
      s8_b_q   <= head_i.type_b == weft_isa_pkg::TYPE_S8;
      zero_a_q <= head_i.za;
      zero_b_q <= head_i.zb;
      a_q      <= head_i.a;
      c_q      <= head_i.c;
      pc_q     <= head_i.pc;
      s0_q     <= head_i.s0;
      s1_q     <= head_i.s1;
      for (int k = 0; k < 4; k++) begin
        row_count_q[16*k +: 16]   <= head_i.row_count[k][15:0];
        row_stride_q[32*k +: 32]  <= head_i.row_stride[k];
        step_count_q[16*k +: 16]  <= head_i.step_count[k][15:0];
        step_stride_q[32*k +: 32] <= head_i.step_stride[k];
      end
    end
  end

  // --- Weight rows -------------------------------------------------------------------------------------------------

  // A row ends where the scratchpad ends at the latest: addresses and sizes are multiples of C.
  assign wants           = holds_q && !shadow_full_i;
  assign in_range        = weight_q <= weft_params_pkg::SCRATCHPAD_BYTES - C;
  assign wgt_req_o       = wants && in_range;
  assign wgt_addr_o      = weight_q;
  assign weight_s8_o     = s8_b_q;
  assign weight_zero_o   = zero_b_q;
  assign address_fault_o = wants && !in_range;
  assign granted         = wgt_req_o && wgt_gnt_i;
  assign tile_o          = granted && row_q == RW'(R - 1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      holds_q <= 1'b0;
      row_q   <= '0;
    end else begin
      if (start_o) begin
        holds_q <= 1'b1;
      end else if (tile_o && last_step) begin
        holds_q <= 1'b0;
      end
      if (granted) begin
        row_q <= row_q + RW'(1); // R is a power of two
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_o) begin
      weight_q <= head_i.b;
      first_q  <= 1'b1;
    end else if (granted) begin
      weight_q <= weight_q + C;
      if (tile_o) begin
        first_q <= 1'b0;
      end
    end
  end

  // --- Steps -------------------------------------------------------------------------------------------------------

  /* verilator lint_off PINCONNECTEMPTY */ // no index is needed
  weft_walk #(.N(1)) u_steps (
    .clk_i,
    .begin_i  (start_o),
    .advance_i(tile_o),
    .count_i  (step_count_q),
    .stride_i (step_stride_q),
    .offset_o (step_offset),
    .index1_o (),
    .last_o   (last_step)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  assign step_a_o           = a_q + step_offset;
  assign step_c_o           = c_q;
  assign step_row_count_o   = row_count_q;
  assign step_row_stride_o  = row_stride_q;
  assign step_s8_o          = s8_a_q;
  assign step_zero_o        = zero_a_q;
  assign step_accumulates_o = mma_q || !first_q;
  assign step_first_o       = first_q;
  assign step_last_o        = last_step;
  assign step_pc_o          = pc_q;
  assign step_s0_o          = s0_q;
  assign step_s1_o          = s1_q;

  assign holds_o = holds_q;

endmodule
