// Sequencer: fetches and executes one instruction at a time and dispatches those of the engines (isa/docs/timing.md,
// sections 3, 5 and 10).
//
// In one cycle the instruction that the cache has read is decoded, its registers are read, and it is executed: the
// registers, the queues and the address of the next instruction change at the end of the cycle, and memories get their
// request in it. The cache reads ahead the next instruction in order; a taken branch costs the cycle in which it reads
// again. What takes longer waits in one of the states below.
module weft_sequencer (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 stop_i,          // the core has stopped: nothing changes any more
  // Engines: load, store, matrix, vector, from bit 0 on
  output logic [3:0]           dispatch_o,      // one at most
  output weft_pkg::tensor_op_t dispatch_op_o,
  input  logic [3:0]           queue_full_i,
  input  logic [3:0]           engine_idle_i,
  // Semaphores
  output logic [4:0]           sem_w0_o,
  output logic [4:0]           sem_w1_o,
  input  logic                 sem_ok_i,        // sem_w0_o and sem_w1_o are at least 1
  output logic                 sem_take_o,
  output logic                 sem_signal_o,
  output logic [4:0]           sem_s0_o,
  output logic [4:0]           sem_s1_o,
  // What is going on
  output logic [31:0]          pc_o,            // of the instruction that is looked up, executed or tried again
  output logic                 blocked_o,       // an instruction was tried in vain
  output logic                 fault_o,
  output logic [3:0]           fault_cause_o,
  output logic [31:0]          fault_pc_o,
  output logic [63:0]          fault_info_o,
  output logic                 halt_o,
  output logic [31:0]          exit_code_o,
  // Counters
  output logic [7:0]           counter_number_o,
  input  logic [31:0]          counter_value_i,
  output logic                 instruction_o,
  output logic                 stall_fetch_o,
  output logic                 stall_memory_o,
  output logic                 stall_queue_o,
  output logic                 stall_fence_o,
  output logic                 stall_semaphore_o,
  output logic [31:0]          bytes_read_o,
  output logic [31:0]          bytes_written_o,
  output logic [31:0]          bytes_fetched_o,
  output logic                 lookup_hit_o,
  output logic                 lookup_miss_o,
  output logic                 scalar_read_o,
  output logic                 scalar_write_o,
  // DRAM
  output logic                 axi_ar_valid_o,
  output logic [31:0]          axi_ar_addr_o,
  output logic [7:0]           axi_ar_len_o,
  input  logic                 axi_ar_ready_i,
  input  logic                 axi_r_valid_i,
  input  logic [63:0]          axi_r_data_i,
  input  logic                 axi_r_last_i,
  output logic                 axi_r_ready_o,
  output logic                 axi_aw_valid_o,
  output logic [31:0]          axi_aw_addr_o,
  output logic [7:0]           axi_aw_len_o,
  input  logic                 axi_aw_ready_i,
  output logic                 axi_w_valid_o,
  output logic [63:0]          axi_w_data_o,
  output logic [7:0]           axi_w_strb_o,
  output logic                 axi_w_last_o,
  input  logic                 axi_w_ready_i,
  input  logic                 axi_b_valid_i,
  output logic                 axi_b_ready_o
);

  if (weft_isa_pkg::TAKEN_BRANCH_CYCLES < 32'd2) begin : gen_check
    $error("TAKEN_BRANCH_CYCLES is less than the cache takes to read");
  end

  localparam logic [31:0] BEAT = weft_isa_pkg::SEQ_BUS_BYTES;
  localparam logic [31:0] LINE = weft_isa_pkg::ICACHE_LINE_BYTES;
  localparam logic [31:0] PATTERN = weft_isa_pkg::PATTERN_FIELDS * 32'd4; // bytes

  typedef enum logic [2:0] {
    LOOKUP, // pc_q is looked up, and executed if it is in the cache
    TRY,    // a condition of the instruction at pc_q did not hold: it is tried again
    WAIT,   // cycles of an instruction that takes a fixed number of them; pc_q is the next
    FETCH,  // the line of pc_q comes
    LOAD,   // data come from DRAM; pc_q is the next
    STORE   // data go to DRAM; pc_q is the next
  } state_t;

  state_t      state_q, state_d;
  logic [31:0] pc_q;
  logic [63:0] word_q;     // instruction that is tried again
  logic [7:0]  wait_q;     // cycles of WAIT that are left
  logic        redirect_q; // pc_q is not what the cache has read ahead
  logic [3:0]  pattern_q;  // pattern register of what goes on

  // --- Look-up ---------------------------------------------------------------------------------------------------
  logic        looks, lookup, hit, miss, pc_misaligned, pc_outside, execute, beat;
  logic [31:0] pc_offset, pc_next;
  logic [63:0] fetched, word;

  assign pc_offset     = pc_q - weft_isa_pkg::DRAM_BASE;
  assign pc_next       = pc_q + BEAT;
  assign pc_misaligned = pc_q[2:0] != '0;
  assign pc_outside    = pc_offset >= weft_params_pkg::DRAM_BYTES;
  assign looks         = state_q == LOOKUP && !stop_i;
  assign lookup        = looks && !pc_misaligned && !pc_outside;
  assign execute       = lookup && hit;
  assign miss          = lookup && !hit;
  assign beat          = axi_r_valid_i && !stop_i;
  assign word          = state_q == TRY ? word_q : fetched;

  weft_fetch u_fetch (
    .clk_i,
    .rst_ni,
    .read_i     (!stop_i && (execute || redirect_q)),
    .read_pc_i  (redirect_q ? pc_q[31:3] : pc_next[31:3]),
    .lookup_i   (lookup),
    .pc_i       (pc_q[31:3]),
    .hit_o      (hit),
    .word_o     (fetched),
    .fill_i     (beat && state_q == FETCH),
    .fill_last_i(axi_r_last_i),
    .fill_data_i(axi_r_data_i)
  );

  // --- Decode and condition ----------------------------------------------------------------------------------------
  weft_isa_pkg::decoded_t inst;
  logic       legal, tensor, conditional, access, pload, mul, div, link, two_registers;
  logic       trap, misaligned, unmapped, access_wrong, holds, tried, complete, single;
  logic [7:0] cycles;

  weft_sequencer_decode u_decode (
    .word_i         (word),
    .inst_o         (inst),
    .tensor_o       (tensor),
    .conditional_o  (conditional),
    .access_o       (access),
    .pload_o        (pload),
    .mul_o          (mul),
    .div_o          (div),
    .link_o         (link),
    .two_registers_o(two_registers),
    .cycles_o       (cycles)
  );

  always_comb begin
    holds = !queue_full_i[2'(inst.engine - weft_isa_pkg::ENGINE_LOAD)];
    if (!tensor) begin
      case (inst.op)
        weft_isa_pkg::OP_SEMWAIT: holds = sem_ok_i;
        weft_isa_pkg::OP_HALT:    holds = &engine_idle_i;
        weft_isa_pkg::OP_FENCE:   holds = (inst.imm[3:0] & ~engine_idle_i) == '0;
        default:                  holds = 1'b1; // it waits for nothing
      endcase
    end
  end

  assign legal        = !inst.illegal && inst.built;
  assign trap         = inst.op == weft_isa_pkg::OP_TRAP;
  assign access_wrong = access && (misaligned || unmapped);
  assign tried        = conditional && ((execute && legal) || (state_q == TRY && !stop_i));
  assign complete     = tried && holds;
  assign blocked_o    = tried && !holds;
  assign single       = execute && legal && !conditional && !access_wrong && !trap; // takes effect, in this one cycle

  // --- Execution ---------------------------------------------------------------------------------------------------
  logic         taken, jump, last_wait, last_beat;
  logic [31:0]  result, loaded;
  logic [127:0] values; // of rA, rB (rs1), rC (rs2), rD: no format has two fields that share a port

  assign jump      = single && (taken || link);
  assign last_wait = state_q == WAIT && wait_q == 8'd1 && !stop_i;
  assign last_beat = beat && axi_r_last_i;

  weft_execute u_execute (
    .clk_i,
    .rst_ni,
    .execute_i      (single),
    .op_i           (inst.op),
    .access_i       (access),
    .mul_i          (mul),
    .div_i          (div),
    .link_i         (link),
    .two_registers_i(two_registers),
    .rd_i           (inst.rd),
    .read_register_i({inst.rD, inst.rC | inst.rs2, inst.rB | inst.rs1, inst.rA}),
    .imm_i          (inst.imm),
    .pc_next_i      (pc_next),
    .counter_i      (counter_value_i),
    .late_i         (last_wait || (state_q == LOAD && beat)),
    .loaded_i       (loaded),
    .values_o       (values),
    .result_o       (result),
    .taken_o        (taken)
  );

  // --- Pattern registers: written at once by pset, pseti and preset, over some cycles by pload ----------------------
  logic          pset;
  logic [1:0]    stream_write, pattern_write;
  logic [2:0]    stream_pair;
  logic [63:0]   stream_data;
  logic [2047:0] patterns;

  assign pset          = single && (inst.op == weft_isa_pkg::OP_PSET || inst.op == weft_isa_pkg::OP_PSETI);
  assign pattern_write = pset ? {inst.pF[0], !inst.pF[0]} : stream_write & {2{!stop_i}};

  weft_patterns u_patterns (
    .clk_i,
    .rst_ni,
    .register_i (single ? inst.pA : pattern_q),
    .preset_i   (single && inst.op == weft_isa_pkg::OP_PRESET),
    .write_i    (pattern_write),
    .pair_i     (single ? inst.pF[3:1] : stream_pair),
    .data_i     (single ? {2{inst.op == weft_isa_pkg::OP_PSET ? values[63:32] : inst.imm}} : stream_data),
    .read_i     ({inst.pD, inst.pC, inst.pB, inst.pA}),
    .read_data_o(patterns)
  );

  // --- Memory ------------------------------------------------------------------------------------------------------
  logic        store, in_scalar, in_dram, dram_access;
  logic [63:0] dram_data;
  logic [7:0]  dram_strobe;

  assign dram_access = single && access && in_dram;

  weft_access u_access (
    .clk_i,
    .rst_ni,
    .access_i       (single && access),
    .op_i           (inst.op),
    .address_i      (result),
    .store_data_i   (values[95:64]),
    .store_o        (store),
    .misaligned_o   (misaligned),
    .unmapped_o     (unmapped),
    .scalar_o       (in_scalar),
    .dram_o         (in_dram),
    .dram_data_o    (dram_data),
    .dram_strobe_o  (dram_strobe),
    .dram_beat_i    (state_q == LOAD && beat),
    .dram_data_i    (axi_r_data_i),
    .load_data_o    (loaded),
    .pattern_write_o(stream_write),
    .pattern_pair_o (stream_pair),
    .pattern_data_o (stream_data)
  );

  logic [7:0] read_length; // beats - 1

  always_comb begin
    if (miss) begin
      read_length = 8'(LINE / BEAT - 32'd1);
    end else begin
      read_length = pload ? 8'(PATTERN / BEAT - 32'd1) : 8'd0;
    end
  end

  weft_sequencer_bus u_bus (
    .clk_i,
    .rst_ni,
    .request_i(miss || dram_access),
    .write_i  (!miss && store),
    .address_i(miss ? pc_q & ~(LINE - 32'd1) : result & ~(BEAT - 32'd1)),
    .length_i (read_length),
    .data_i   (dram_data),
    .strobe_i (dram_strobe),
    .axi_ar_valid_o,
    .axi_ar_addr_o,
    .axi_ar_len_o,
    .axi_ar_ready_i,
    .axi_r_ready_o,
    .axi_aw_valid_o,
    .axi_aw_addr_o,
    .axi_aw_len_o,
    .axi_aw_ready_i,
    .axi_w_valid_o,
    .axi_w_data_o,
    .axi_w_strb_o,
    .axi_w_last_o,
    .axi_w_ready_i,
    .axi_b_ready_o
  );

  // --- State -------------------------------------------------------------------------------------------------------
  logic [7:0] cost; // cycles of a single one

  assign cost = jump ? 8'(weft_isa_pkg::TAKEN_BRANCH_CYCLES) : cycles;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      LOOKUP: begin
        if (miss) begin
          state_d = FETCH;
        end else if (blocked_o) begin
          state_d = TRY;
        end else if (dram_access) begin
          state_d = store ? STORE : LOAD;
        end else if (single && cost != 8'd1) begin
          state_d = WAIT;
        end
      end
      TRY:         state_d = complete ? LOOKUP : TRY;
      WAIT:        state_d = last_wait ? LOOKUP : WAIT;
      FETCH, LOAD: state_d = last_beat ? LOOKUP : state_q;
      STORE:       state_d = axi_b_valid_i ? LOOKUP : STORE;
      default:     state_d = LOOKUP;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= LOOKUP;
      pc_q       <= weft_isa_pkg::RESET_PC;
      redirect_q <= 1'b0;
    end else if (!stop_i) begin
      state_q    <= state_d;
      redirect_q <= jump || (redirect_q && !last_wait);
      if (jump) begin
        pc_q <= inst.op == weft_isa_pkg::OP_JALR ? result : pc_q + inst.imm;
      end else if (single || complete) begin
        pc_q <= pc_next;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (execute) begin
      word_q    <= word;
      wait_q    <= cost - 8'd1;
      pattern_q <= inst.pA;
    end else begin
      wait_q <= wait_q - 8'd1;
    end
  end

  // --- Outputs -----------------------------------------------------------------------------------------------------
  assign pc_o             = pc_q;
  assign sem_w0_o         = inst.w0;
  assign sem_w1_o         = inst.w1;
  assign sem_s0_o         = inst.s0;
  assign sem_s1_o         = inst.s1;
  assign sem_take_o       = complete && inst.op == weft_isa_pkg::OP_SEMWAIT;
  assign sem_signal_o     = single && inst.op == weft_isa_pkg::OP_SEMSIGNAL;
  assign halt_o           = complete && inst.op == weft_isa_pkg::OP_HALT;
  assign exit_code_o      = values[63:32];
  assign counter_number_o = inst.imm[7:0];
  assign dispatch_o       = {4{complete && tensor}} & 4'(32'd1 << (inst.engine - weft_isa_pkg::ENGINE_LOAD));

  always_comb begin
    dispatch_op_o.op = inst.op;
    dispatch_op_o.pc = pc_q;
    dispatch_op_o.a  = values[31:0];
    dispatch_op_o.b  = values[63:32];
    dispatch_op_o.c  = values[95:64];
    dispatch_op_o.d  = values[127:96];
    dispatch_op_o.pA = patterns[511:0];
    dispatch_op_o.pB = patterns[1023:512];
    dispatch_op_o.pC = patterns[1535:1024];
    dispatch_op_o.pD = patterns[2047:1536];
    dispatch_op_o.w0 = inst.w0;
    dispatch_op_o.w1 = inst.w1;
    dispatch_op_o.s0 = inst.s0;
    dispatch_op_o.s1 = inst.s1;
  end

  assign fault_pc_o = pc_q;

  always_comb begin
    fault_o       = 1'b1;
    fault_cause_o = weft_isa_pkg::FAULT_ILLEGAL_INSTRUCTION;
    fault_info_o  = word;
    if (looks && pc_misaligned) begin
      fault_cause_o = weft_isa_pkg::FAULT_MISALIGNED;
      fault_info_o  = {32'd0, pc_q};
    end else if (looks && pc_outside) begin
      fault_cause_o = weft_isa_pkg::FAULT_ADDRESS;
      fault_info_o  = {32'd0, pc_q};
    end else if (execute && !legal) begin
      fault_cause_o = inst.illegal ? weft_isa_pkg::FAULT_ILLEGAL_INSTRUCTION : weft_isa_pkg::FAULT_UNIMPLEMENTED;
    end else if (execute && trap) begin
      fault_cause_o = weft_isa_pkg::FAULT_SOFTWARE;
      fault_info_o  = {32'd0, inst.imm};
    end else if (execute && access_wrong) begin
      fault_cause_o = misaligned ? weft_isa_pkg::FAULT_MISALIGNED : weft_isa_pkg::FAULT_ADDRESS;
      fault_info_o  = {32'd0, result};
    end else begin
      fault_o = 1'b0;
    end
  end

  assign instruction_o     = single || complete;
  assign stall_fetch_o     = miss || (state_q == FETCH && !stop_i);
  assign stall_memory_o    = (state_q == LOAD || state_q == STORE) && !stop_i;
  assign stall_queue_o     = blocked_o && tensor;
  assign stall_semaphore_o = blocked_o && inst.op == weft_isa_pkg::OP_SEMWAIT;
  assign stall_fence_o     = blocked_o && !tensor && !stall_semaphore_o;
  assign bytes_fetched_o   = miss ? LINE : 32'd0;
  assign bytes_read_o      = !dram_access || store ? 32'd0 : pload ? PATTERN : BEAT;
  assign bytes_written_o   = dram_access && store ? BEAT : 32'd0;
  assign lookup_hit_o      = execute;
  assign lookup_miss_o     = miss;
  assign scalar_read_o     = single && access && in_scalar && !store;
  assign scalar_write_o    = single && access && in_scalar && store;

endmodule
