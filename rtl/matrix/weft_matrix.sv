// Matrix engine: loader of weight tiles, streamer of activation rows, systolic array, accumulation (isa/docs/timing.md,
// section 8).
//
//   head -> loader ---(step)---> streamer ---(row)---------------> drain -> retirement
//             |                     |                                |
//        wgt_ port             act_ port                       ar_, aw_ ports
//             |                     |                                |
//          operand --> shadow    operand --> rows  --> array --> column sums
//
// An access that is granted in t enters the array in t + 3, its column sums are there in t + R + C + 2 and wait
// MX_ARRAY_DELAY - 2 cycles. The swap of cycle t travels with the row that is granted in t + 1.
module weft_matrix #(
  localparam int unsigned R  = weft_params_pkg::ARRAY_ROWS,
  localparam int unsigned C  = weft_params_pkg::ARRAY_COLS,
  localparam int unsigned LB = weft_params_pkg::LINE_BYTES
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // Queue and semaphores.
  input  logic                 head_valid_i,
  input  weft_pkg::matrix_op_t head_i,
  input  logic                 sem_ok_i,
  output logic                 start_o,
  output logic                 retire_o,
  output logic [31:0]          retire_pc_o,
  output logic [4:0]           retire_s0_o,
  output logic [4:0]           retire_s1_o,
  output logic                 under_way_o,
  output logic                 fault_o,
  output logic [3:0]           fault_cause_o,
  output logic [31:0]          fault_pc_o,
  output logic [31:0]          fault_info_o,
  // Accounting.
  output logic                 busy_o,
  output logic                 stall_bank_o,
  output logic                 stall_weights_o,
  output logic                 row_o,
  output logic                 row_accumulates_o,
  output logic                 tile_o,
  // Scratchpad: activations and weights.
  output logic                 act_req_o,
  output logic [31:0]          act_addr_o,
  input  logic                 act_gnt_i,
  input  logic [8*LB-1:0]      act_rdata_i,
  output logic                 wgt_req_o,
  output logic [31:0]          wgt_addr_o,
  input  logic                 wgt_gnt_i,
  input  logic [8*LB-1:0]      wgt_rdata_i,
  // Accumulators.
  output logic                 ar_req_o,
  output logic [31:0]          ar_row_o,
  input  logic [32*C-1:0]      ar_rdata_i,
  output logic                 aw_req_o,
  output logic [31:0]          aw_row_o,
  output logic [32*C-1:0]      aw_data_o
);

  localparam int unsigned ARRAY_DELAY = weft_isa_pkg::MX_ARRAY_DELAY;
  localparam int unsigned D           = R + C + ARRAY_DELAY;

  // --- Control -----------------------------------------------------------------------------------------------------

  logic         shadow_full, swap, holds, streams, in_array;
  logic         weight_fault, act_fault, start_fault, row_fault;
  logic [3:0]   start_cause;
  logic [31:0]  start_info, act_pc;
  logic         weight_s8, act_s8;
  logic [8:0]   weight_zero, act_zero;
  logic [31:0]  step_a, step_c, step_pc;
  logic [63:0]  step_row_count;
  logic [127:0] step_row_stride;
  logic         step_s8, step_accumulates, step_first, step_last;
  logic [8:0]   step_zero;
  logic [4:0]   step_s0, step_s1;
  logic         enter;
  logic [31:0]  enter_c, enter_pc;
  logic [4:0]   enter_s0, enter_s1;
  logic         row_first, row_last;

  weft_mx_loader u_loader (
    .clk_i,
    .rst_ni,
    .head_valid_i,
    .head_i,
    .sem_ok_i,
    .start_o,
    .wgt_req_o,
    .wgt_addr_o,
    .wgt_gnt_i,
    .weight_s8_o       (weight_s8),
    .weight_zero_o     (weight_zero),
    .shadow_full_i     (shadow_full),
    .tile_o,
    .step_a_o          (step_a),
    .step_c_o          (step_c),
    .step_row_count_o  (step_row_count),
    .step_row_stride_o (step_row_stride),
    .step_s8_o         (step_s8),
    .step_zero_o       (step_zero),
    .step_accumulates_o(step_accumulates),
    .step_first_o      (step_first),
    .step_last_o       (step_last),
    .step_pc_o         (step_pc),
    .step_s0_o         (step_s0),
    .step_s1_o         (step_s1),
    .holds_o           (holds),
    .address_fault_o   (weight_fault),
    .start_fault_o     (start_fault),
    .start_cause_o     (start_cause),
    .start_info_o      (start_info)
  );

  weft_mx_streamer u_streamer (
    .clk_i,
    .rst_ni,
    .tile_i            (tile_o),
    .step_a_i          (step_a),
    .step_c_i          (step_c),
    .step_row_count_i  (step_row_count),
    .step_row_stride_i (step_row_stride),
    .step_s8_i         (step_s8),
    .step_zero_i       (step_zero),
    .step_accumulates_i(step_accumulates),
    .step_first_i      (step_first),
    .step_last_i       (step_last),
    .step_pc_i         (step_pc),
    .step_s0_i         (step_s0),
    .step_s1_i         (step_s1),
    .shadow_full_o     (shadow_full),
    .swap_o            (swap),
    .enter_o           (enter),
    .enter_c_o         (enter_c),
    .enter_pc_o        (enter_pc),
    .enter_s0_o        (enter_s0),
    .enter_s1_o        (enter_s1),
    .act_req_o,
    .act_addr_o,
    .act_gnt_i,
    .act_s8_o          (act_s8),
    .act_zero_o        (act_zero),
    .row_o,
    .row_first_o       (row_first),
    .row_accumulates_o,
    .row_last_o        (row_last),
    .streams_o         (streams),
    .address_fault_o   (act_fault),
    .pc_o              (act_pc)
  );

  // --- Data --------------------------------------------------------------------------------------------------------

  localparam int unsigned AWAKE = D + 1; // cycles until the last trace of an access or a swap is out of the array
  localparam int unsigned AW    = $clog2(AWAKE + 1);

  logic [10*R-1:0] act;
  logic [10*C-1:0] weight;
  logic [32*C-1:0] array_sum, sum;
  logic            weight_valid, swap_enters, array_en;
  logic [R-1:0]    load_row_q, load;
  logic [2:0]      swap_q;
  logic [AW-1:0]   awake_q;

  /* verilator lint_off PINCONNECTEMPTY */ // what no row is behind is not written to the accumulators
  weft_mx_operand #(.N(R)) u_act (
    .clk_i,
    .rst_ni,
    .granted_i (row_o),
    .addr_i    (act_addr_o),
    .s8_i      (act_s8),
    .zero_i    (act_zero),
    .line_i    (act_rdata_i),
    .valid_o   (),
    .elements_o(act)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  weft_mx_operand #(.N(C)) u_weight (
    .clk_i,
    .rst_ni,
    .granted_i (wgt_req_o && wgt_gnt_i),
    .addr_i    (wgt_addr_o),
    .s8_i      (weight_s8),
    .zero_i    (weight_zero),
    .line_i    (wgt_rdata_i),
    .valid_o   (weight_valid),
    .elements_o(weight)
  );

  // The rows of a tile come in order, and a tile is always completed.
  assign load = weight_valid ? load_row_q : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      load_row_q  <= R'(1);
      swap_q      <= '0;
      swap_enters <= 1'b0;
      awake_q     <= '0;
    end else begin
      if (weight_valid) begin
        load_row_q <= {load_row_q[R-2:0], load_row_q[R-1]};
      end
      swap_q      <= {swap_q[1:0], swap};
      swap_enters <= swap_q[2];
      if (row_o || swap || (wgt_req_o && wgt_gnt_i)) begin
        awake_q <= AW'(AWAKE);
      end else if (awake_q != '0) begin
        awake_q <= awake_q - AW'(1);
      end
    end
  end

  // The array's clock gate.
  assign array_en = awake_q != '0;

  weft_array u_array (
    .clk_i,
    .en_i    (array_en),
    .act_i   (act),
    .swap_i  (swap_enters),
    .load_i  (load),
    .weight_i(weight),
    .sum_o   (array_sum)
  );

  weft_mx_delay #(.WIDTH(32 * C), .DEPTH(ARRAY_DELAY - 2)) u_sum (
    .clk_i,
    .en_i  (array_en),
    .data_i(array_sum),
    .data_o(sum)
  );

  // --- Rows that leave ---------------------------------------------------------------------------------------------

  weft_mx_drain u_drain (
    .clk_i,
    .rst_ni,
    .enter_i          (enter),
    .enter_c_i        (enter_c),
    .enter_pc_i       (enter_pc),
    .enter_s0_i       (enter_s0),
    .enter_s1_i       (enter_s1),
    .row_i            (row_o),
    .row_first_i      (row_first),
    .row_accumulates_i(row_accumulates_o),
    .row_last_i       (row_last),
    .sum_i            (sum),
    .ar_req_o,
    .ar_row_o,
    .ar_rdata_i,
    .aw_req_o,
    .aw_row_o,
    .aw_data_o,
    .retire_o,
    .retire_pc_o,
    .retire_s0_o,
    .retire_s1_o,
    .under_way_o      (in_array),
    .fault_o          (row_fault)
  );

  // --- Faults and accounting ---------------------------------------------------------------------------------------

  // The stage nearest to retirement first.
  always_comb begin
    fault_cause_o = weft_isa_pkg::FAULT_ADDRESS;
    if (row_fault) begin
      fault_pc_o   = retire_pc_o;
      fault_info_o = aw_row_o;
    end else if (act_fault) begin
      fault_pc_o   = act_pc;
      fault_info_o = act_addr_o;
    end else if (weight_fault) begin
      fault_pc_o   = step_pc;
      fault_info_o = wgt_addr_o;
    end else begin
      fault_cause_o = start_cause;
      fault_pc_o    = head_i.pc;
      fault_info_o  = start_info;
    end
  end

  assign fault_o         = row_fault || act_fault || weight_fault || start_fault;
  assign under_way_o     = holds || shadow_full || in_array;
  assign busy_o          = row_o;
  assign stall_bank_o    = (act_req_o && !act_gnt_i) || (wgt_req_o && !wgt_gnt_i);
  assign stall_weights_o = !streams && !swap && holds;

endmodule
