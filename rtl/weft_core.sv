// One core: sequencer, queues, semaphores, four engines, scratchpad, accumulators, counters, faults. In which cycle
// everything happens: isa/docs/timing.md. Nothing is computed here; the blocks meet.
//
// Reset is asynchronous; cycle 0 is the first clock edge after it is released. After a halt or a fault the core makes no
// more memory requests until it is reset.
module weft_core #(
  localparam int unsigned DMA_BITS = 8 * weft_params_pkg::DMA_BUS_BYTES,
  localparam int unsigned SEQ_BITS = 8 * weft_isa_pkg::SEQ_BUS_BYTES
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  // Status.
  output logic                  halted_o,
  output logic [31:0]           exit_code_o,
  output logic                  fault_o,
  output logic [3:0]            fault_cause_o, // isa/semantics/state.h
  output logic [2:0]            fault_unit_o,  // 0 sequencer, 1 load, 2 store, 3 matrix, 4 vector
  output logic [31:0]           fault_pc_o,
  output logic [63:0]           fault_info_o,

  // AXI4 master of the sequencer: instruction fetch, scalar and pattern loads; scalar stores.
  output logic                  seq_axi_ar_valid_o,
  output logic [31:0]           seq_axi_ar_addr_o,
  output logic [7:0]            seq_axi_ar_len_o,
  input  logic                  seq_axi_ar_ready_i,
  input  logic                  seq_axi_r_valid_i,
  input  logic [SEQ_BITS-1:0]   seq_axi_r_data_i,
  input  logic                  seq_axi_r_last_i,
  output logic                  seq_axi_r_ready_o,

  output logic                  seq_axi_aw_valid_o,
  output logic [31:0]           seq_axi_aw_addr_o,
  output logic [7:0]            seq_axi_aw_len_o,
  input  logic                  seq_axi_aw_ready_i,
  output logic                  seq_axi_w_valid_o,
  output logic [SEQ_BITS-1:0]   seq_axi_w_data_o,
  output logic [SEQ_BITS/8-1:0] seq_axi_w_strb_o,
  output logic                  seq_axi_w_last_o,
  input  logic                  seq_axi_w_ready_i,
  input  logic                  seq_axi_b_valid_i,
  output logic                  seq_axi_b_ready_o,

  // AXI4 master of the load engine.
  output logic                  ld_axi_ar_valid_o,
  output logic [31:0]           ld_axi_ar_addr_o,
  output logic [7:0]            ld_axi_ar_len_o,
  input  logic                  ld_axi_ar_ready_i,
  input  logic                  ld_axi_r_valid_i,
  input  logic [DMA_BITS-1:0]   ld_axi_r_data_i,
  input  logic                  ld_axi_r_last_i,
  output logic                  ld_axi_r_ready_o,

  // AXI4 master of the store engine.
  output logic                  st_axi_aw_valid_o,
  output logic [31:0]           st_axi_aw_addr_o,
  output logic [7:0]            st_axi_aw_len_o,
  input  logic                  st_axi_aw_ready_i,
  output logic                  st_axi_w_valid_o,
  output logic [DMA_BITS-1:0]   st_axi_w_data_o,
  output logic [DMA_BITS/8-1:0] st_axi_w_strb_o,
  output logic                  st_axi_w_last_o,
  input  logic                  st_axi_w_ready_i,
  input  logic                  st_axi_b_valid_i,
  output logic                  st_axi_b_ready_o
);

  localparam int unsigned LB = weft_params_pkg::LINE_BYTES;
  localparam int unsigned ACC = 32 * weft_params_pkg::ARRAY_COLS;

  logic stopped;

  // --- Sequencer ----------------------------------------------------------------------------------------------------

  logic [3:0]           seq_dispatch;
  weft_pkg::tensor_op_t seq_op;
  logic [3:0]           queue_full, queue_empty, under_way;
  logic [4:0]           seq_w0, seq_w1, seq_s0, seq_s1;
  logic                 seq_sem_ok, seq_take, seq_signal;
  logic [31:0]          seq_pc;
  logic                 seq_blocked;
  logic [7:0]           counter_number;
  logic [31:0]          counter_value;
  logic                 seq_fault;
  logic [3:0]           seq_fault_cause;
  logic [31:0]          seq_fault_pc;
  logic [63:0]          seq_fault_info;
  logic                 seq_halt;
  logic [31:0]          seq_exit_code;
  logic                 seq_instruction, seq_stall_fetch, seq_stall_memory, seq_stall_queue, seq_stall_fence;
  logic                 seq_stall_semaphore;
  logic [31:0]          seq_bytes_read, seq_bytes_written, seq_bytes_fetched;
  logic                 seq_ar_valid, seq_aw_valid, seq_w_valid;
  /* verilator lint_off UNUSEDSIGNAL */ // for the tracer of rtl/sim
  logic                 seq_lookup_hit, seq_lookup_miss, seq_scalar_read, seq_scalar_write;
  /* verilator lint_on UNUSEDSIGNAL */

  weft_sequencer sequencer (
    .clk_i,
    .rst_ni,
    .stop_i(stopped),
    .dispatch_o(seq_dispatch),
    .dispatch_op_o(seq_op),
    .queue_full_i(queue_full),
    .engine_idle_i(queue_empty & ~under_way),
    .sem_w0_o(seq_w0),
    .sem_w1_o(seq_w1),
    .sem_ok_i(seq_sem_ok),
    .sem_take_o(seq_take),
    .sem_signal_o(seq_signal),
    .sem_s0_o(seq_s0),
    .sem_s1_o(seq_s1),
    .pc_o(seq_pc),
    .blocked_o(seq_blocked),
    .counter_number_o(counter_number),
    .counter_value_i(counter_value),
    .fault_o(seq_fault),
    .fault_cause_o(seq_fault_cause),
    .fault_pc_o(seq_fault_pc),
    .fault_info_o(seq_fault_info),
    .halt_o(seq_halt),
    .exit_code_o(seq_exit_code),
    .instruction_o(seq_instruction),
    .stall_fetch_o(seq_stall_fetch),
    .stall_memory_o(seq_stall_memory),
    .stall_queue_o(seq_stall_queue),
    .stall_fence_o(seq_stall_fence),
    .stall_semaphore_o(seq_stall_semaphore),
    .bytes_read_o(seq_bytes_read),
    .bytes_written_o(seq_bytes_written),
    .bytes_fetched_o(seq_bytes_fetched),
    .lookup_hit_o(seq_lookup_hit),
    .lookup_miss_o(seq_lookup_miss),
    .scalar_read_o(seq_scalar_read),
    .scalar_write_o(seq_scalar_write),
    .axi_ar_valid_o(seq_ar_valid),
    .axi_ar_addr_o(seq_axi_ar_addr_o),
    .axi_ar_len_o(seq_axi_ar_len_o),
    .axi_ar_ready_i(seq_axi_ar_ready_i),
    .axi_r_valid_i(seq_axi_r_valid_i),
    .axi_r_data_i(seq_axi_r_data_i),
    .axi_r_last_i(seq_axi_r_last_i),
    .axi_r_ready_o(seq_axi_r_ready_o),
    .axi_aw_valid_o(seq_aw_valid),
    .axi_aw_addr_o(seq_axi_aw_addr_o),
    .axi_aw_len_o(seq_axi_aw_len_o),
    .axi_aw_ready_i(seq_axi_aw_ready_i),
    .axi_w_valid_o(seq_w_valid),
    .axi_w_data_o(seq_axi_w_data_o),
    .axi_w_strb_o(seq_axi_w_strb_o),
    .axi_w_last_o(seq_axi_w_last_o),
    .axi_w_ready_i(seq_axi_w_ready_i),
    .axi_b_valid_i(seq_axi_b_valid_i),
    .axi_b_ready_o(seq_axi_b_ready_o)
  );
  assign seq_axi_ar_valid_o = seq_ar_valid && !stopped;
  assign seq_axi_aw_valid_o = seq_aw_valid && !stopped;
  assign seq_axi_w_valid_o  = seq_w_valid && !stopped;

  // --- Queues -------------------------------------------------------------------------------------------------------

  weft_pkg::dma_op_t    ld_op, st_op, ld_head, st_head;
  weft_pkg::matrix_op_t mx_op, mx_head;
  weft_pkg::vector_op_t vx_op, vx_head;
  logic                 ld_start, st_start, mx_start, vx_start;

  weft_dispatch dispatch (
    .op_i(seq_op), .ld_op_o(ld_op), .st_op_o(st_op), .mx_op_o(mx_op), .vx_op_o(vx_op)
  );

  weft_fifo #(.WIDTH($bits(ld_op)), .DEPTH(weft_params_pkg::QUEUES_LOAD)) ld_queue (
    .clk_i,
    .rst_ni,
    .push_i(seq_dispatch[0]),
    .data_i(ld_op),
    .pop_i(ld_start),
    .data_o(ld_head),
    .empty_o(queue_empty[0]),
    .full_o(queue_full[0])
  );

  weft_fifo #(.WIDTH($bits(st_op)), .DEPTH(weft_params_pkg::QUEUES_STORE)) st_queue (
    .clk_i,
    .rst_ni,
    .push_i(seq_dispatch[1]),
    .data_i(st_op),
    .pop_i(st_start),
    .data_o(st_head),
    .empty_o(queue_empty[1]),
    .full_o(queue_full[1])
  );

  weft_fifo #(.WIDTH($bits(mx_op)), .DEPTH(weft_params_pkg::QUEUES_MATRIX)) mx_queue (
    .clk_i,
    .rst_ni,
    .push_i(seq_dispatch[2]),
    .data_i(mx_op),
    .pop_i(mx_start),
    .data_o(mx_head),
    .empty_o(queue_empty[2]),
    .full_o(queue_full[2])
  );

  weft_fifo #(.WIDTH($bits(vx_op)), .DEPTH(weft_params_pkg::QUEUES_VECTOR)) vx_queue (
    .clk_i,
    .rst_ni,
    .push_i(seq_dispatch[3]),
    .data_i(vx_op),
    .pop_i(vx_start),
    .data_o(vx_head),
    .empty_o(queue_empty[3]),
    .full_o(queue_full[3])
  );

  // --- Engines ------------------------------------------------------------------------------------------------------

  logic            ld_sem_ok, ld_retire, ld_fault, ld_busy, ld_stall_bank;
  logic [4:0]      ld_retire_s0, ld_retire_s1;
  logic [3:0]      ld_fault_cause;
  logic [31:0]     ld_retire_pc, ld_fault_pc, ld_fault_info;
  logic            st_sem_ok, st_retire, st_fault, st_busy, st_stall_bank;
  logic [4:0]      st_retire_s0, st_retire_s1;
  logic [3:0]      st_fault_cause;
  logic [31:0]     st_retire_pc, st_fault_pc, st_fault_info;
  logic            mx_sem_ok, mx_retire, mx_fault, mx_busy, mx_stall_bank;
  logic [4:0]      mx_retire_s0, mx_retire_s1;
  logic [3:0]      mx_fault_cause;
  logic [31:0]     mx_retire_pc, mx_fault_pc, mx_fault_info;
  logic            vx_sem_ok, vx_retire, vx_fault, vx_busy, vx_stall_bank;
  logic [4:0]      vx_retire_s0, vx_retire_s1;
  logic [3:0]      vx_fault_cause;
  logic [31:0]     vx_retire_pc, vx_fault_pc, vx_fault_info;
  logic            ld_stall_dram, st_stall_dram, mx_stall_weights;
  logic            ld_burst, st_burst, mx_row, mx_tile, vx_row;
  logic [31:0]     ld_burst_bytes, ld_write_bytes, st_burst_bytes, st_read_bytes;
  logic            ld_ar_valid, st_aw_valid, st_w_valid;
  /* verilator lint_off UNUSEDSIGNAL */ // for the tracer of rtl/sim
  logic [31:0]     ld_beat_pc, ld_request_pc, st_beat_pc, st_request_pc;
  logic            mx_row_accumulates;
  /* verilator lint_on UNUSEDSIGNAL */
  logic            act_req, act_gnt;
  logic [31:0]     act_addr;
  logic [8*LB-1:0] act_rdata;
  logic            wgt_req, wgt_gnt;
  logic [31:0]     wgt_addr;
  logic [8*LB-1:0] wgt_rdata;
  logic            vra_req, vra_gnt;
  logic [31:0]     vra_addr;
  logic [8*LB-1:0] vra_rdata;
  logic            vrb_req, vrb_gnt;
  logic [31:0]     vrb_addr;
  logic [8*LB-1:0] vrb_rdata;
  logic            sr_req, sr_gnt;
  logic [31:0]     sr_addr;
  logic [8*LB-1:0] sr_rdata;
  logic            vw_req, lw_req, lw_gnt;
  logic [31:0]     vw_addr, lw_addr;
  logic [LB-1:0]   vw_be, lw_be;
  logic [8*LB-1:0] vw_wdata, lw_wdata;
  logic            ar_req, aw_req, vacc_req, vacc_gnt;
  logic [31:0]     ar_row, aw_row, vacc_row;
  logic [ACC-1:0]  ar_rdata, aw_data, vacc_rdata;

  weft_load load (
    .clk_i,
    .rst_ni,
    .head_valid_i(!queue_empty[0]),
    .head_i(ld_head),
    .sem_ok_i(ld_sem_ok),
    .start_o(ld_start),
    .retire_o(ld_retire),
    .retire_pc_o(ld_retire_pc),
    .retire_s0_o(ld_retire_s0),
    .retire_s1_o(ld_retire_s1),
    .under_way_o(under_way[0]),
    .fault_o(ld_fault),
    .fault_cause_o(ld_fault_cause),
    .fault_pc_o(ld_fault_pc),
    .fault_info_o(ld_fault_info),
    .busy_o(ld_busy),
    .stall_bank_o(ld_stall_bank),
    .stall_dram_o(ld_stall_dram),
    .burst_o(ld_burst),
    .burst_bytes_o(ld_burst_bytes),
    .write_bytes_o(ld_write_bytes),
    .beat_pc_o(ld_beat_pc),
    .request_pc_o(ld_request_pc),
    .lw_req_o(lw_req),
    .lw_addr_o(lw_addr),
    .lw_be_o(lw_be),
    .lw_wdata_o(lw_wdata),
    .lw_gnt_i(lw_gnt),
    .axi_ar_valid_o(ld_ar_valid),
    .axi_ar_addr_o(ld_axi_ar_addr_o),
    .axi_ar_len_o(ld_axi_ar_len_o),
    .axi_ar_ready_i(ld_axi_ar_ready_i),
    .axi_r_valid_i(ld_axi_r_valid_i),
    .axi_r_data_i(ld_axi_r_data_i),
    .axi_r_last_i(ld_axi_r_last_i),
    .axi_r_ready_o(ld_axi_r_ready_o)
  );
  assign ld_axi_ar_valid_o = ld_ar_valid && !stopped;

  weft_store store (
    .clk_i,
    .rst_ni,
    .head_valid_i(!queue_empty[1]),
    .head_i(st_head),
    .sem_ok_i(st_sem_ok),
    .start_o(st_start),
    .retire_o(st_retire),
    .retire_pc_o(st_retire_pc),
    .retire_s0_o(st_retire_s0),
    .retire_s1_o(st_retire_s1),
    .under_way_o(under_way[1]),
    .fault_o(st_fault),
    .fault_cause_o(st_fault_cause),
    .fault_pc_o(st_fault_pc),
    .fault_info_o(st_fault_info),
    .busy_o(st_busy),
    .stall_bank_o(st_stall_bank),
    .stall_dram_o(st_stall_dram),
    .burst_o(st_burst),
    .burst_bytes_o(st_burst_bytes),
    .read_bytes_o(st_read_bytes),
    .beat_pc_o(st_beat_pc),
    .request_pc_o(st_request_pc),
    .sr_req_o(sr_req),
    .sr_addr_o(sr_addr),
    .sr_gnt_i(sr_gnt),
    .sr_rdata_i(sr_rdata),
    .axi_aw_valid_o(st_aw_valid),
    .axi_aw_addr_o(st_axi_aw_addr_o),
    .axi_aw_len_o(st_axi_aw_len_o),
    .axi_aw_ready_i(st_axi_aw_ready_i),
    .axi_w_valid_o(st_w_valid),
    .axi_w_data_o(st_axi_w_data_o),
    .axi_w_strb_o(st_axi_w_strb_o),
    .axi_w_last_o(st_axi_w_last_o),
    .axi_w_ready_i(st_axi_w_ready_i),
    .axi_b_valid_i(st_axi_b_valid_i),
    .axi_b_ready_o(st_axi_b_ready_o)
  );
  assign st_axi_aw_valid_o = st_aw_valid && !stopped;
  assign st_axi_w_valid_o  = st_w_valid && !stopped;

  weft_matrix matrix (
    .clk_i,
    .rst_ni,
    .head_valid_i(!queue_empty[2]),
    .head_i(mx_head),
    .sem_ok_i(mx_sem_ok),
    .start_o(mx_start),
    .retire_o(mx_retire),
    .retire_pc_o(mx_retire_pc),
    .retire_s0_o(mx_retire_s0),
    .retire_s1_o(mx_retire_s1),
    .under_way_o(under_way[2]),
    .fault_o(mx_fault),
    .fault_cause_o(mx_fault_cause),
    .fault_pc_o(mx_fault_pc),
    .fault_info_o(mx_fault_info),
    .busy_o(mx_busy),
    .stall_bank_o(mx_stall_bank),
    .stall_weights_o(mx_stall_weights),
    .row_o(mx_row),
    .row_accumulates_o(mx_row_accumulates),
    .tile_o(mx_tile),
    .act_req_o(act_req),
    .act_addr_o(act_addr),
    .act_gnt_i(act_gnt),
    .act_rdata_i(act_rdata),
    .wgt_req_o(wgt_req),
    .wgt_addr_o(wgt_addr),
    .wgt_gnt_i(wgt_gnt),
    .wgt_rdata_i(wgt_rdata),
    .ar_req_o(ar_req),
    .ar_row_o(ar_row),
    .ar_rdata_i(ar_rdata),
    .aw_req_o(aw_req),
    .aw_row_o(aw_row),
    .aw_data_o(aw_data)
  );

  weft_vector vector (
    .clk_i,
    .rst_ni,
    .head_valid_i(!queue_empty[3]),
    .head_i(vx_head),
    .sem_ok_i(vx_sem_ok),
    .start_o(vx_start),
    .retire_o(vx_retire),
    .retire_pc_o(vx_retire_pc),
    .retire_s0_o(vx_retire_s0),
    .retire_s1_o(vx_retire_s1),
    .under_way_o(under_way[3]),
    .fault_o(vx_fault),
    .fault_cause_o(vx_fault_cause),
    .fault_pc_o(vx_fault_pc),
    .fault_info_o(vx_fault_info),
    .busy_o(vx_busy),
    .stall_bank_o(vx_stall_bank),
    .row_o(vx_row),
    .vra_req_o(vra_req),
    .vra_addr_o(vra_addr),
    .vra_gnt_i(vra_gnt),
    .vra_rdata_i(vra_rdata),
    .vrb_req_o(vrb_req),
    .vrb_addr_o(vrb_addr),
    .vrb_gnt_i(vrb_gnt),
    .vrb_rdata_i(vrb_rdata),
    .vw_req_o(vw_req),
    .vw_addr_o(vw_addr),
    .vw_be_o(vw_be),
    .vw_wdata_o(vw_wdata),
    .vacc_req_o(vacc_req),
    .vacc_row_o(vacc_row),
    .vacc_gnt_i(vacc_gnt),
    .vacc_rdata_i(vacc_rdata)
  );

  // --- Memories -----------------------------------------------------------------------------------------------------

  weft_scratchpad scratchpad (
    .clk_i,
    .act_req_i(act_req),
    .act_addr_i(act_addr),
    .act_gnt_o(act_gnt),
    .act_rdata_o(act_rdata),
    .wgt_req_i(wgt_req),
    .wgt_addr_i(wgt_addr),
    .wgt_gnt_o(wgt_gnt),
    .wgt_rdata_o(wgt_rdata),
    .vra_req_i(vra_req),
    .vra_addr_i(vra_addr),
    .vra_gnt_o(vra_gnt),
    .vra_rdata_o(vra_rdata),
    .vrb_req_i(vrb_req),
    .vrb_addr_i(vrb_addr),
    .vrb_gnt_o(vrb_gnt),
    .vrb_rdata_o(vrb_rdata),
    .sr_req_i(sr_req),
    .sr_addr_i(sr_addr),
    .sr_gnt_o(sr_gnt),
    .sr_rdata_o(sr_rdata),
    .vw_req_i(vw_req),
    .vw_addr_i(vw_addr),
    .vw_be_i(vw_be),
    .vw_wdata_i(vw_wdata),
    .lw_req_i(lw_req),
    .lw_addr_i(lw_addr),
    .lw_be_i(lw_be),
    .lw_wdata_i(lw_wdata),
    .lw_gnt_o(lw_gnt)
  );

  weft_accumulators accumulators (
    .clk_i,
    .ar_req_i(ar_req),
    .ar_row_i(ar_row),
    .ar_rdata_o(ar_rdata),
    .vacc_req_i(vacc_req),
    .vacc_row_i(vacc_row),
    .vacc_gnt_o(vacc_gnt),
    .vacc_rdata_o(vacc_rdata),
    .aw_req_i(aw_req),
    .aw_row_i(aw_row),
    .aw_data_i(aw_data)
  );

  // --- Semaphores, faults, counters: units in the order sequencer, load, store, matrix, vector, lowest first -------------

  logic        overflow;
  logic [2:0]  overflow_unit;
  logic [31:0] overflow_pc;
  logic [4:0]  overflow_semaphore;

  weft_semaphores semaphores (
    .clk_i,
    .rst_ni,
    .w0_i({vx_head.w0, mx_head.w0, st_head.w0, ld_head.w0, seq_w0}),
    .w1_i({vx_head.w1, mx_head.w1, st_head.w1, ld_head.w1, seq_w1}),
    .ok_o({vx_sem_ok, mx_sem_ok, st_sem_ok, ld_sem_ok, seq_sem_ok}),
    .take_i({vx_start, mx_start, st_start, ld_start, seq_take}),
    .take_pc_i({vx_head.pc, mx_head.pc, st_head.pc, ld_head.pc, seq_pc}),
    .signal_i({vx_retire, mx_retire, st_retire, ld_retire, seq_signal}),
    .s0_i({vx_retire_s0, mx_retire_s0, st_retire_s0, ld_retire_s0, seq_s0}),
    .s1_i({vx_retire_s1, mx_retire_s1, st_retire_s1, ld_retire_s1, seq_s1}),
    .signal_pc_i({vx_retire_pc, mx_retire_pc, st_retire_pc, ld_retire_pc, seq_pc}),
    .fault_o(overflow),
    .fault_unit_o(overflow_unit),
    .fault_pc_o(overflow_pc),
    .fault_semaphore_o(overflow_semaphore)
  );

  // Deadlock: the sequencer waits in vain, and every engine has nothing under way and nothing that may start.
  logic [3:0] waits, sem_ok;
  logic       deadlock;
  logic [2:0] deadlock_engine;

  assign sem_ok   = {vx_sem_ok, mx_sem_ok, st_sem_ok, ld_sem_ok};
  assign waits    = ~queue_empty & ~sem_ok;
  assign deadlock = seq_blocked && under_way == '0 && (queue_empty | waits) == '1;
  always_comb begin
    deadlock_engine = '0;
    for (int e = 3; e >= 0; e--) begin
      if (waits[e]) begin
        deadlock_engine = 3'(e + 1);
      end
    end
  end

  /* verilator lint_off UNUSEDSIGNAL */ // for the tracer of rtl/sim
  logic        fault_now;
  logic [3:0]  fault_cause_now;
  logic [2:0]  fault_unit_now;
  logic [31:0] fault_pc_now;
  logic [63:0] fault_info_now;
  /* verilator lint_on UNUSEDSIGNAL */

  weft_faults faults (
    .clk_i,
    .rst_ni,
    .fault_i({vx_fault, mx_fault, st_fault, ld_fault, seq_fault}),
    .cause_i({vx_fault_cause, mx_fault_cause, st_fault_cause, ld_fault_cause, seq_fault_cause}),
    .pc_i({vx_fault_pc, mx_fault_pc, st_fault_pc, ld_fault_pc, seq_fault_pc}),
    .info_i({64'(vx_fault_info), 64'(mx_fault_info), 64'(st_fault_info), 64'(ld_fault_info), seq_fault_info}),
    .overflow_i(overflow),
    .overflow_unit_i(overflow_unit),
    .overflow_pc_i(overflow_pc),
    .overflow_semaphore_i(overflow_semaphore),
    .deadlock_i(deadlock),
    .deadlock_pc_i(seq_pc),
    .deadlock_engine_i(deadlock_engine),
    .halt_i(seq_halt),
    .exit_code_i(seq_exit_code),
    .now_o(fault_now),
    .now_cause_o(fault_cause_now),
    .now_unit_o(fault_unit_now),
    .now_pc_o(fault_pc_now),
    .now_info_o(fault_info_now),
    .stopped_o(stopped),
    .halted_o,
    .exit_code_o,
    .fault_o,
    .cause_o(fault_cause_o),
    .unit_o(fault_unit_o),
    .pc_o(fault_pc_o),
    .info_o(fault_info_o)
  );

  /* verilator lint_off UNUSEDSIGNAL */ // for the tracer of rtl/sim
  logic [64*96-1:0] counter_values;
  /* verilator lint_on UNUSEDSIGNAL */

  weft_counters counters (
    .clk_i,
    .rst_ni,
    .run_i(!stopped),
    .busy_i({vx_busy, mx_busy, st_busy, ld_busy}),
    .stall_bank_i({vx_stall_bank, mx_stall_bank, st_stall_bank, ld_stall_bank}),
    .stall_other_i({1'b0, mx_stall_weights, st_stall_dram, ld_stall_dram}),
    .under_way_i(under_way),
    .head_valid_i(~queue_empty),
    .sem_ok_i(sem_ok),
    .retire_i({vx_retire, mx_retire, st_retire, ld_retire}),
    .ld_burst_i(ld_burst),
    .ld_burst_bytes_i(ld_burst_bytes),
    .ld_write_bytes_i(ld_write_bytes),
    .st_burst_i(st_burst),
    .st_burst_bytes_i(st_burst_bytes),
    .st_read_bytes_i(st_read_bytes),
    .mx_row_i(mx_row),
    .mx_tile_i(mx_tile),
    .vx_row_i(vx_row),
    .seq_instruction_i(seq_instruction),
    .seq_stall_semaphore_i(seq_stall_semaphore),
    .seq_stall_queue_i(seq_stall_queue),
    .seq_stall_fetch_i(seq_stall_fetch),
    .seq_stall_memory_i(seq_stall_memory),
    .seq_stall_fence_i(seq_stall_fence),
    .seq_bytes_read_i(seq_bytes_read),
    .seq_bytes_written_i(seq_bytes_written),
    .seq_bytes_fetched_i(seq_bytes_fetched),
    .number_i(counter_number),
    .value_o(counter_value),
    .values_o(counter_values)
  );

endmodule
