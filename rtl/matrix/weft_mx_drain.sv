// The rows in the array, and what becomes of them (isa/docs/timing.md, section 8, Array): D = R + C + MX_ARRAY_DELAY
// cycles after its grant a row is written to the accumulators, one cycle before that an accumulating row reads what it
// adds to. The row after the last one of an instruction retires it.
module weft_mx_drain #(
  localparam int unsigned R  = weft_params_pkg::ARRAY_ROWS,
  localparam int unsigned C  = weft_params_pkg::ARRAY_COLS
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  // Instructions that enter, in order.
  input  logic            enter_i,
  input  logic [31:0]     enter_c_i,  // first accumulator row of each of its steps
  input  logic [31:0]     enter_pc_i,
  input  logic [4:0]      enter_s0_i,
  input  logic [4:0]      enter_s1_i,
  // Rows that enter; their sums D cycles later.
  input  logic            row_i,
  input  logic            row_first_i,
  input  logic            row_accumulates_i,
  input  logic            row_last_i,
  input  logic [32*C-1:0] sum_i,
  // Accumulators.
  output logic            ar_req_o,
  output logic [31:0]     ar_row_o,
  input  logic [32*C-1:0] ar_rdata_i,
  output logic            aw_req_o,
  output logic [31:0]     aw_row_o,
  output logic [32*C-1:0] aw_data_o,
  // Retirement.
  output logic            retire_o,
  output logic [31:0]     retire_pc_o,
  output logic [4:0]      retire_s0_o,
  output logic [4:0]      retire_s1_o,
  output logic            under_way_o, // an instruction has entered and not retired
  output logic            fault_o      // accumulator row aw_row_o of the instruction at retire_pc_o
);

  localparam int unsigned D = R + C + weft_isa_pkg::MX_ARRAY_DELAY;
  // An instruction enters with its first swap and leaves D - 1 cycles after its last row. When it leaves, all that came
  // after it but one were swapped in during these cycles, R + 1 apart at least.
  localparam int unsigned DEPTH = (D - 1) / (R + 1) + 2;

  // --- Delay to D - 1 ----------------------------------------------------------------------------------------------

  logic [D-2:0] valid_q, first_q, accumulates_q, last_q; // of the row granted i + 1 cycles ago
  logic         valid, first, accumulates, last;         // of the row that is written in the next cycle

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
    end else begin
      valid_q <= {valid_q[D-3:0], row_i};
    end
  end

  always_ff @(posedge clk_i) begin
    first_q       <= {first_q[D-3:0], row_first_i};
    accumulates_q <= {accumulates_q[D-3:0], row_accumulates_i};
    last_q        <= {last_q[D-3:0], row_last_i};
  end

  assign valid       = valid_q[D-2];
  assign first       = first_q[D-2];
  assign accumulates = accumulates_q[D-2];
  assign last        = last_q[D-2];

  // --- Instructions ------------------------------------------------------------------------------------------------

  logic [31:0] c, pc;
  logic [4:0]  s0, s1;
  logic        none, leaves;

  assign leaves = valid && last;

  /* verilator lint_off PINCONNECTEMPTY */ // it cannot get full
  weft_fifo #(.WIDTH(74), .DEPTH(DEPTH)) u_instructions (
    .clk_i,
    .rst_ni,
    .push_i (enter_i),
    .data_i ({enter_c_i, enter_pc_i, enter_s0_i, enter_s1_i}),
    .pop_i  (leaves),
    .data_o ({c, pc, s0, s1}),
    .empty_o(none),
    .full_o ()
  );
  /* verilator lint_on PINCONNECTEMPTY */

  // --- Accumulators ------------------------------------------------------------------------------------------------

  logic            write_q, write_accumulates_q, write_last_q; // the row that is written in this cycle
  logic [31:0]     row, row_q, pc_q;
  logic [4:0]      s0_q, s1_q;
  logic            in_range, in_range_q;
  logic            forward, forward_q;
  logic [32*C-1:0] forward_data_q, base;

  assign row      = first ? c : row_q + 32'd1;
  assign in_range = row < weft_params_pkg::ACCUMULATOR_ROWS;
  assign ar_req_o = valid && accumulates && in_range;
  assign ar_row_o = row;

  // A read does not see the write of the same cycle. Within a step the two never meet, but the first row of an instruction
  // may be the last one of the instruction before it.
  assign forward = ar_req_o && aw_req_o && row == row_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= 1'b0;
    end else begin
      write_q <= valid;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid) begin
      write_accumulates_q <= accumulates;
      write_last_q        <= last;
      row_q               <= row;
      in_range_q          <= in_range;
      forward_q           <= forward;
      pc_q                <= pc;
      s0_q                <= s0;
      s1_q                <= s1;
    end
    if (forward) begin
      forward_data_q <= aw_data_o;
    end
  end

  assign base = forward_q ? forward_data_q : ar_rdata_i;
  always_comb begin
    aw_data_o = sum_i;
    if (write_accumulates_q) begin
      for (int unsigned i = 0; i < C; i++) begin
        aw_data_o[32*i +: 32] = sum_i[32*i +: 32] + base[32*i +: 32];
      end
    end
  end

  assign aw_req_o    = write_q && in_range_q;
  assign aw_row_o    = row_q;
  assign fault_o     = write_q && !in_range_q;
  assign retire_o    = aw_req_o && write_last_q;
  assign retire_pc_o = pc_q;
  assign retire_s0_o = s0_q;
  assign retire_s1_o = s1_q;
  assign under_way_o = !none || write_q;

endmodule
