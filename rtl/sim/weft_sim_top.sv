// The core as the harness of rtl/sim sees it: AXI ports of a memory that always accepts, and a tracer that looks into the
// core from outside. The ports and the bits of pulses_o are listed in interface.h.
module weft_sim_top #(
  localparam int unsigned DMA_BITS = 8 * weft_params_pkg::DMA_BUS_BYTES,
  localparam int unsigned SEQ_BITS = 8 * weft_isa_pkg::SEQ_BUS_BYTES,
  localparam int unsigned LB = weft_params_pkg::LINE_BYTES
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  output logic [31:0]           seq_axi_ar_addr_o,
  output logic [7:0]            seq_axi_ar_len_o,
  input  logic                  seq_axi_r_valid_i,
  input  logic [SEQ_BITS-1:0]   seq_axi_r_data_i,
  input  logic                  seq_axi_r_last_i,
  output logic                  seq_axi_r_ready_o,
  output logic [31:0]           seq_axi_aw_addr_o,
  output logic [7:0]            seq_axi_aw_len_o,
  output logic                  seq_axi_w_valid_o,
  output logic [SEQ_BITS-1:0]   seq_axi_w_data_o,
  output logic [SEQ_BITS/8-1:0] seq_axi_w_strb_o,
  output logic                  seq_axi_w_last_o,
  input  logic                  seq_axi_b_valid_i,
  output logic                  seq_axi_b_ready_o,

  output logic [31:0]           ld_axi_ar_addr_o,
  output logic [7:0]            ld_axi_ar_len_o,
  input  logic                  ld_axi_r_valid_i,
  input  logic [DMA_BITS-1:0]   ld_axi_r_data_i,
  input  logic                  ld_axi_r_last_i,
  output logic                  ld_axi_r_ready_o,

  output logic [31:0]           st_axi_aw_addr_o,
  output logic [7:0]            st_axi_aw_len_o,
  output logic                  st_axi_w_valid_o,
  output logic [DMA_BITS-1:0]   st_axi_w_data_o,
  output logic [DMA_BITS/8-1:0] st_axi_w_strb_o,
  output logic                  st_axi_w_last_o,
  input  logic                  st_axi_b_valid_i,
  output logic                  st_axi_b_ready_o,

  output logic                  halted_o,
  output logic [31:0]           exit_code_o,
  output logic                  fault_o,
  output logic [3:0]            fault_cause_o,
  output logic [2:0]            fault_unit_o,
  output logic [31:0]           fault_pc_o,
  output logic [63:0]           fault_info_o,

  output logic [31:0]           pulses_o,
  output logic [31:0]           seq_pc_o,
  output logic [31:0]           seq_exit_code_o,
  output logic [2:0]            fault_now_unit_o,
  output logic [31:0]           fault_now_pc_o,
  output logic [63:0]           fault_now_info_o,
  output logic [31:0]           ld_start_pc_o,
  output logic [31:0]           st_start_pc_o,
  output logic [31:0]           mx_start_pc_o,
  output logic [31:0]           vx_start_pc_o,
  output logic [31:0]           ld_retire_pc_o,
  output logic [31:0]           st_retire_pc_o,
  output logic [31:0]           mx_retire_pc_o,
  output logic [31:0]           vx_retire_pc_o,
  output logic [31:0]           ld_beat_pc_o,
  output logic [31:0]           st_beat_pc_o,
  output logic [31:0]           ld_request_pc_o,
  output logic [31:0]           st_request_pc_o,
  output logic [31:0]           ld_beat_addr_o,
  output logic [LB-1:0]         ld_beat_be_o,
  output logic [8*LB-1:0]       ld_beat_data_o,
  output logic [31:0]           st_beat_addr_o,
  output logic [31:0]           st_beat_bytes_o,
  output logic [8*LB-1:0]       st_beat_data_o,
  output logic [255:0]          ld_shape_o,
  output logic [127:0]          st_shape_o,
  output logic [255:0]          mx_shape_o,
  output logic [7:0]            vx_opcode_o,
  output logic [64*96-1:0]      counters_o
);

  logic seq_ar_valid, seq_aw_valid, ld_ar_valid, st_aw_valid;

  weft_core core (
    .clk_i,
    .rst_ni,
    .halted_o,
    .exit_code_o,
    .fault_o,
    .fault_cause_o,
    .fault_unit_o,
    .fault_pc_o,
    .fault_info_o,
    .seq_axi_ar_valid_o(seq_ar_valid),
    .seq_axi_ar_addr_o,
    .seq_axi_ar_len_o,
    .seq_axi_ar_ready_i(1'b1),
    .seq_axi_r_valid_i,
    .seq_axi_r_data_i,
    .seq_axi_r_last_i,
    .seq_axi_r_ready_o,
    .seq_axi_aw_valid_o(seq_aw_valid),
    .seq_axi_aw_addr_o,
    .seq_axi_aw_len_o,
    .seq_axi_aw_ready_i(1'b1),
    .seq_axi_w_valid_o,
    .seq_axi_w_data_o,
    .seq_axi_w_strb_o,
    .seq_axi_w_last_o,
    .seq_axi_w_ready_i(1'b1),
    .seq_axi_b_valid_i,
    .seq_axi_b_ready_o,
    .ld_axi_ar_valid_o(ld_ar_valid),
    .ld_axi_ar_addr_o,
    .ld_axi_ar_len_o,
    .ld_axi_ar_ready_i(1'b1),
    .ld_axi_r_valid_i,
    .ld_axi_r_data_i,
    .ld_axi_r_last_i,
    .ld_axi_r_ready_o,
    .st_axi_aw_valid_o(st_aw_valid),
    .st_axi_aw_addr_o,
    .st_axi_aw_len_o,
    .st_axi_aw_ready_i(1'b1),
    .st_axi_w_valid_o,
    .st_axi_w_data_o,
    .st_axi_w_strb_o,
    .st_axi_w_last_o,
    .st_axi_w_ready_i(1'b1),
    .st_axi_b_valid_i,
    .st_axi_b_ready_o
  );

  // Highest bit first.
  assign pulses_o = {
    st_aw_valid, ld_ar_valid, seq_aw_valid, seq_ar_valid,
    core.fault_now, core.seq_halt,
    core.seq_scalar_write, core.seq_scalar_read, core.seq_lookup_miss, core.seq_lookup_hit,
    core.mx_row_accumulates, core.mx_row,
    core.vacc_gnt, core.vw_req, core.vrb_gnt, core.vra_gnt, core.wgt_gnt, core.act_gnt, core.sr_gnt, core.lw_gnt,
    core.seq_dispatch,
    core.vx_retire, core.mx_retire, core.st_retire, core.ld_retire,
    core.vx_start, core.mx_start, core.st_start, core.ld_start
  };

  assign seq_pc_o         = core.seq_pc;
  assign seq_exit_code_o  = core.seq_exit_code;
  assign fault_now_unit_o = core.fault_unit_now;
  assign fault_now_pc_o   = core.fault_pc_now;
  assign fault_now_info_o = core.fault_info_now;
  assign ld_start_pc_o    = core.ld_head.pc;
  assign st_start_pc_o    = core.st_head.pc;
  assign mx_start_pc_o    = core.mx_head.pc;
  assign vx_start_pc_o    = core.vx_head.pc;
  assign ld_retire_pc_o   = core.ld_retire_pc;
  assign st_retire_pc_o   = core.st_retire_pc;
  assign mx_retire_pc_o   = core.mx_retire_pc;
  assign vx_retire_pc_o   = core.vx_retire_pc;
  assign ld_beat_pc_o     = core.ld_beat_pc;
  assign st_beat_pc_o     = core.st_beat_pc;
  assign ld_request_pc_o  = core.ld_request_pc;
  assign st_request_pc_o  = core.st_request_pc;
  assign ld_beat_addr_o   = core.lw_addr;
  assign ld_beat_be_o     = core.lw_be;
  assign ld_beat_data_o   = core.lw_wdata;
  assign st_beat_addr_o   = core.sr_addr;
  assign st_beat_bytes_o  = core.st_read_bytes;
  assign st_beat_data_o   = core.sr_rdata;
  assign ld_shape_o       = {core.ld_head.hi1, core.ld_head.lo1, core.ld_head.hi0, core.ld_head.lo0, core.ld_head.count};
  assign st_shape_o       = core.st_head.count;
  assign mx_shape_o       = {core.mx_head.step_count, core.mx_head.row_count};
  assign vx_opcode_o      = core.vx_head.op;
  assign counters_o       = core.counter_values;

endmodule
