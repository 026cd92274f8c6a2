// Streamer of the matrix engine (isa/docs/timing.md, section 8): keeps the step whose tile is in the shadow, swaps when
// that tile is complete and the rows of the step before are through, and requests the activation rows of the current
// step, one per cycle.
module weft_mx_streamer (
  input  logic         clk_i,
  input  logic         rst_ni,
  // Loader: the step of the tile that becomes complete.
  input  logic         tile_i,
  input  logic [31:0]  step_a_i,
  input  logic [31:0]  step_c_i,
  input  logic [63:0]  step_row_count_i,
  input  logic [127:0] step_row_stride_i,
  input  logic         step_s8_i,
  input  logic [8:0]   step_zero_i,
  input  logic         step_accumulates_i,
  input  logic         step_first_i,
  input  logic         step_last_i,
  input  logic [31:0]  step_pc_i,
  input  logic [4:0]   step_s0_i,
  input  logic [4:0]   step_s1_i,
  output logic         shadow_full_o,
  output logic         swap_o,
  // An instruction's first swap: what has to be known of it when its rows leave the array.
  output logic         enter_o,
  output logic [31:0]  enter_c_o,
  output logic [31:0]  enter_pc_o,
  output logic [4:0]   enter_s0_o,
  output logic [4:0]   enter_s1_o,
  // Scratchpad.
  output logic         act_req_o,
  output logic [31:0]  act_addr_o,
  input  logic         act_gnt_i,
  output logic         act_s8_o,         // how the requested row is to be read
  output logic [8:0]   act_zero_o,
  // Rows on their way into the array.
  output logic         row_o,            // a row is granted
  output logic         row_first_o,      // of its step
  output logic         row_accumulates_o,
  output logic         row_last_o,       // of its instruction
  // State and faults.
  output logic         streams_o,        // has a row to request
  output logic         address_fault_o,  // of the row at act_addr_o
  output logic [31:0]  pc_o
);

  localparam int unsigned R = weft_params_pkg::ARRAY_ROWS;

  // The step of the tile in the shadow.
  logic         full_q;
  logic [31:0]  next_a_q, next_c_q, next_pc_q;
  logic [63:0]  next_row_count_q;
  logic [127:0] next_row_stride_q;
  logic         next_s8_q, next_accumulates_q, next_first_q, next_last_q;
  logic [8:0]   next_zero_q;
  logic [4:0]   next_s0_q, next_s1_q;
  // The current step.
  logic         streams_q, first_row_q;
  logic [31:0]  a_q, pc_q;
  logic [63:0]  row_count_q;
  logic [127:0] row_stride_q;
  logic         s8_q, accumulates_q, last_q;
  logic [8:0]   zero_q;

  logic         in_range, step_done, last_row;
  logic [31:0]  row_offset;

  // --- Shadow ------------------------------------------------------------------------------------------------------

  always_ff @(posedge clk_i) begin
    if (tile_i) begin
      next_a_q           <= step_a_i;
      next_c_q           <= step_c_i;
      next_row_count_q   <= step_row_count_i;
      next_row_stride_q  <= step_row_stride_i;
      next_s8_q          <= step_s8_i;
      next_zero_q        <= step_zero_i;
      next_accumulates_q <= step_accumulates_i;
      next_first_q       <= step_first_i;
      next_last_q        <= step_last_i;
      next_pc_q          <= step_pc_i;
      next_s0_q          <= step_s0_i;
      next_s1_q          <= step_s1_i;
    end
  end

  assign shadow_full_o = full_q;
  assign swap_o        = full_q && (!streams_q || step_done);
  assign enter_o       = swap_o && next_first_q;
  assign enter_c_o     = next_c_q;
  assign enter_pc_o    = next_pc_q;
  assign enter_s0_o    = next_s0_q;
  assign enter_s1_o    = next_s1_q;

  // --- Rows --------------------------------------------------------------------------------------------------------

  always_ff @(posedge clk_i) begin
    if (swap_o) begin
      a_q           <= next_a_q;
      row_count_q   <= next_row_count_q;
      row_stride_q  <= next_row_stride_q;
      s8_q          <= next_s8_q;
      zero_q        <= next_zero_q;
      accumulates_q <= next_accumulates_q;
      last_q        <= next_last_q;
      pc_q          <= next_pc_q;
    end
  end

  /* verilator lint_off PINCONNECTEMPTY */ // no index is needed
  weft_walk #(.N(1)) u_rows (
    .clk_i,
    .begin_i  (swap_o),
    .advance_i(row_o),
    .count_i  (row_count_q),
    .stride_i (row_stride_q),
    .offset_o (row_offset),
    .index1_o (),
    .last_o   (last_row)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  // A row ends where the scratchpad ends at the latest: addresses and sizes are multiples of R.
  assign act_addr_o        = a_q + row_offset;
  assign in_range          = act_addr_o <= weft_params_pkg::SCRATCHPAD_BYTES - R;
  assign act_req_o         = streams_q && in_range;
  assign act_s8_o          = s8_q;
  assign act_zero_o        = zero_q;
  assign row_o             = act_req_o && act_gnt_i;
  assign step_done         = row_o && last_row;
  assign row_first_o       = first_row_q;
  assign row_accumulates_o = row_o && accumulates_q;
  assign row_last_o        = last_q && last_row;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      full_q      <= 1'b0;
      streams_q   <= 1'b0;
      first_row_q <= 1'b0;
    end else begin
      if (tile_i) begin
        full_q <= 1'b1;
      end else if (swap_o) begin
        full_q <= 1'b0;
      end
      if (swap_o) begin
        streams_q <= 1'b1;
      end else if (step_done) begin
        streams_q <= 1'b0;
      end
      if (swap_o) begin
        first_row_q <= 1'b1;
      end else if (row_o) begin
        first_row_q <= 1'b0;
      end
    end
  end

  assign streams_o       = streams_q;
  assign address_fault_o = streams_q && !in_range;
  assign pc_o            = pc_q;

endmodule
