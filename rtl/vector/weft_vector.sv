// Vector engine (isa/docs/timing.md, section 9): control. One instruction at a time: it reads channel parameters or the
// LUT, then the taps of its result rows. weft_vx_datapath computes the rows; each is written VX_PIPELINE or
// VX_FLOAT_PIPELINE cycles after the issue of its last tap.
module weft_vector #(
  localparam int unsigned COLS = weft_params_pkg::ARRAY_COLS,
  localparam int unsigned LB = weft_params_pkg::LINE_BYTES
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // Start and retirement.
  input  logic                 head_valid_i,
  input  weft_pkg::vector_op_t head_i,
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
  output logic                 row_o,          // a result row is written
  // Scratchpad: operand A, parameters, LUT; operand B; result.
  output logic                 vra_req_o,
  output logic [31:0]          vra_addr_o,
  input  logic                 vra_gnt_i,
  input  logic [8*LB-1:0]      vra_rdata_i,
  output logic                 vrb_req_o,
  output logic [31:0]          vrb_addr_o,
  input  logic                 vrb_gnt_i,
  input  logic [8*LB-1:0]      vrb_rdata_i,
  output logic                 vw_req_o,
  output logic [31:0]          vw_addr_o,
  output logic [LB-1:0]        vw_be_o,
  output logic [8*LB-1:0]      vw_wdata_o,
  // Accumulators.
  output logic                 vacc_req_o,
  output logic [31:0]          vacc_row_o,
  input  logic                 vacc_gnt_i,
  input  logic [32*COLS-1:0]   vacc_rdata_i
);

  localparam int unsigned TAIL = weft_isa_pkg::VX_LUT_TAIL;
  localparam int unsigned TABLE_ROWS = weft_isa_pkg::LUT_ENTRIES / COLS;

  // --- The instruction -----------------------------------------------------------------------------------------------

  typedef enum logic [2:0] {
    IDLE,
    TABLE,      // vldlut: rows of the LUT
    PARAMETERS,
    TAPS,
    DRAIN       // everything is read
  } phase_e;

  phase_e               phase_q, phase_d;
  weft_pkg::vector_op_t op_q;
  logic [6:0]           row_count_q;    // rows of the LUT or parameters that were granted
  logic                 read_last;      // in t: the last row of LUT or parameters, or the last tap, is granted
  logic                 check_wrong;
  logic [3:0]           check_cause;
  logic [31:0]          check_info;

  weft_vx_check u_check (
    .head_i,
    .wrong_o (check_wrong),
    .cause_o (check_cause),
    .info_o  (check_info)
  );

  // The opcode at the head decides only where an instruction begins; afterwards it is in op_q.
  weft_isa_pkg::vector_usage_t usage;
  logic                        parameters;

  assign usage      = weft_isa_pkg::vector_usage(phase_q == IDLE ? head_i.op : op_q.op);
  assign parameters = usage.parameter_rows != '0;

  logic may_start;

  assign may_start   = phase_q == IDLE && head_valid_i && sem_ok_i;
  assign start_o     = may_start && !check_wrong;
  assign under_way_o = phase_q != IDLE;
  assign retire_pc_o = op_q.pc;
  assign retire_s0_o = op_q.s0;
  assign retire_s1_o = op_q.s1;

  always_comb begin
    phase_d = phase_q;
    unique case (phase_q)
      IDLE: begin
        if (start_o) begin
          phase_d = usage.table_load ? TABLE : parameters ? PARAMETERS : TAPS;
        end
      end
      TABLE, TAPS: begin
        if (read_last) begin
          phase_d = DRAIN;
        end
      end
      PARAMETERS: begin
        if (read_last) begin
          phase_d = TAPS;
        end
      end
      default: ;
    endcase
    if (retire_o) begin
      phase_d = IDLE;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      phase_q <= IDLE;
    end else begin
      phase_q <= phase_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_o) begin
      op_q <= head_i;
    end
  end

  // --- Walks ---------------------------------------------------------------------------------------------------------

  logic        issue, issue_last; // in t: a tap, the last tap of a row
  logic        row_last, window_last, write_last;
  logic [31:0] offset_a, offset_b, offset_tap, offset_c;
  logic [63:0] count_b, count_c;
  logic [15:0] index_operands, index_taps, index_result; // of dimension 1: for DMA only

  for (genvar k = 0; k < 4; k++) begin : gen_count
    assign count_b[16*k +: 16] = op_q.count_b[k][15:0];
    assign count_c[16*k +: 16] = op_q.count_c[k][15:0];
  end

  // Operands, moved when the last tap of a row is issued.
  weft_walk #(.N(2)) u_walk_operands (
    .clk_i,
    .begin_i   (start_o),
    .advance_i (issue_last),
    .count_i   (count_c),
    .stride_i  ({op_q.stride_b, op_q.stride_a}),
    .offset_o  ({offset_b, offset_a}),
    .index1_o  (index_operands),
    .last_o    (row_last)
  );

  weft_walk u_walk_taps (
    .clk_i,
    .begin_i   (start_o),
    .advance_i (issue && usage.window),
    .count_i   (count_b),
    .stride_i  (op_q.stride_b),
    .offset_o  (offset_tap),
    .index1_o  (index_taps),
    .last_o    (window_last)
  );

  // Results, moved when a row is written.
  weft_walk u_walk_result (
    .clk_i,
    .begin_i   (start_o),
    .advance_i (vw_req_o),
    .count_i   (count_c),
    .stride_i  (op_q.stride_c),
    .offset_o  (offset_c),
    .index1_o  (index_result),
    .last_o    (write_last)
  );

  assign issue_last = issue && (!usage.window || window_last);

  // The weights of vdw follow each other; so do the rows of parameters and LUT.
  logic        parameter_grant, table_grant;
  logic [31:0] next_row_q;

  always_ff @(posedge clk_i) begin
    if (start_o || (issue_last && usage.weights)) begin
      next_row_q <= '0;
    end else if (parameter_grant || table_grant) begin
      next_row_q <= read_last ? '0 : next_row_q + COLS;
    end else if (issue && usage.weights) begin
      next_row_q <= next_row_q + COLS;
    end
  end

  // --- Reads ---------------------------------------------------------------------------------------------------------

  logic        reads_b, wants_a, wants_b, fits_a, fits_b, fits_row;
  logic        granted_a_q, granted_b_q;  // of the current tap, before t
  logic        grant_a, grant_b;          // in t
  logic [31:0] base_a, address_a, address_b;

  assign reads_b = usage.scratchpad_b || usage.weights;
  assign wants_a = phase_q == TABLE || phase_q == PARAMETERS || (phase_q == TAPS && !granted_a_q);
  assign wants_b = phase_q == TAPS && reads_b && !granted_b_q;

  assign base_a    = phase_q == PARAMETERS ? op_q.d : op_q.a;
  assign address_a = base_a + (phase_q == TAPS ? offset_a + (usage.window ? offset_tap : '0) : next_row_q);
  assign address_b = op_q.b + (usage.weights ? next_row_q : offset_b);

  // Bases and used strides are multiples of COLS: a row lies in the scratchpad if its first byte does.
  assign fits_a   = address_a < weft_params_pkg::SCRATCHPAD_BYTES;
  assign fits_b   = address_b < weft_params_pkg::SCRATCHPAD_BYTES;
  assign fits_row = address_a < weft_params_pkg::ACCUMULATOR_ROWS;

  logic from_accumulators;
  assign from_accumulators = usage.accumulator_a && phase_q == TAPS;

  assign vra_req_o  = wants_a && !from_accumulators && fits_a;
  assign vra_addr_o = address_a;
  assign vrb_req_o  = wants_b && fits_b;
  assign vrb_addr_o = address_b;
  assign vacc_req_o = wants_a && from_accumulators && fits_row;
  assign vacc_row_o = address_a;

  assign grant_a         = (vra_req_o && vra_gnt_i) || (vacc_req_o && vacc_gnt_i);
  assign grant_b         = vrb_req_o && vrb_gnt_i;
  assign table_grant     = phase_q == TABLE && grant_a;
  assign parameter_grant = phase_q == PARAMETERS && grant_a;
  assign issue           = phase_q == TAPS && (granted_a_q || grant_a) && (!reads_b || granted_b_q || grant_b);

  always_comb begin
    read_last = issue_last && row_last;
    if (phase_q == TABLE) begin
      read_last = table_grant && row_count_q == 7'(TABLE_ROWS - 1);
    end else if (phase_q == PARAMETERS) begin
      read_last = parameter_grant && row_count_q == usage.parameter_rows - 7'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_o) begin
      row_count_q <= '0;
    end else if (parameter_grant || table_grant) begin
      row_count_q <= row_count_q + 7'd1;
    end
    if (start_o || issue) begin
      granted_a_q <= 1'b0;
      granted_b_q <= 1'b0;
    end else if (phase_q == TAPS) begin
      granted_a_q <= granted_a_q || grant_a;
      granted_b_q <= granted_b_q || grant_b;
    end
  end

  assign busy_o       = table_grant || parameter_grant || issue;
  assign stall_bank_o = (vra_req_o && !vra_gnt_i) || (vrb_req_o && !vrb_gnt_i) || (vacc_req_o && !vacc_gnt_i);

  // --- Rows ----------------------------------------------------------------------------------------------------------

  localparam int unsigned CB = $clog2(COLS);

  logic [8*COLS-1:0] result;
  logic              write; // a row is ready

  weft_vx_datapath u_datapath (
    .clk_i,
    .rst_ni,
    .op_i            (op_q),
    .begin_i         (start_o),
    .got_a_i         (vra_req_o && vra_gnt_i && phase_q == TAPS),
    .got_b_i         (grant_b),
    .got_acc_i       (vacc_req_o && vacc_gnt_i),
    .got_table_i     (table_grant),
    .got_parameter_i (parameter_grant),
    .got_row_i       (row_count_q),
    .place_a_i       (address_a[$clog2(LB)-1:0]),
    .place_b_i       (address_b[$clog2(LB)-1:0]),
    .line_a_i        (vra_rdata_i),
    .line_b_i        (vrb_rdata_i),
    .acc_i           (vacc_rdata_i),
    .issue_i         (issue),
    .issue_last_i    (issue_last),
    .write_o         (write),
    .result_o        (result)
  );

  assign vw_wdata_o = {LB/COLS{result}};

  if (LB > COLS) begin : gen_place
    assign vw_be_o = LB'({COLS{1'b1}}) << {vw_addr_o[$clog2(LB)-1:CB], CB'(0)};
  end else begin : gen_whole
    assign vw_be_o = '1;
  end

  // --- Write, retirement, faults -------------------------------------------------------------------------------------

  logic            fits_write;
  logic [TAIL:0]   tail; // k: the last row of the LUT was granted k cycles ago

  assign vw_addr_o  = op_q.c + offset_c;
  assign fits_write = vw_addr_o < weft_params_pkg::SCRATCHPAD_BYTES;
  assign vw_req_o   = write && fits_write;
  assign row_o      = vw_req_o;

  assign tail[0] = table_grant && read_last;
  if (TAIL > 0) begin : gen_tail
    logic [TAIL:1] tail_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        tail_q <= '0;
      end else begin
        tail_q <= tail[TAIL-1:0];
      end
    end
    assign tail[TAIL:1] = tail_q;
  end

  assign retire_o = (vw_req_o && write_last) || tail[TAIL];

  // The stage nearest to retirement first.
  always_comb begin
    fault_o       = 1'b1;
    fault_cause_o = weft_isa_pkg::FAULT_ADDRESS;
    fault_pc_o    = op_q.pc;
    fault_info_o  = address_b;
    if (write && !fits_write) begin
      fault_info_o = vw_addr_o;
    end else if (wants_a && !(from_accumulators ? fits_row : fits_a)) begin
      fault_info_o = address_a;
    end else if (!wants_b || fits_b) begin
      fault_o       = may_start && check_wrong;
      fault_cause_o = check_cause;
      fault_pc_o    = head_i.pc;
      fault_info_o  = check_info;
    end
  end

  // The lanes' configuration is in weft_vx_datapath, the semaphores to wait for in the dispatcher.
  logic unused;
  assign unused = &{1'b0, op_q, usage, index_operands, index_taps, index_result};

endmodule
