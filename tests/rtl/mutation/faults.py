"""Small faults to plant into the RTL, one at a time: (file, text that occurs once, its replacement)."""

# In the RTL alone; every other fault is a line of a block.
LATENCIES = [
    "TAKEN_BRANCH_CYCLES", "MUL_CYCLES", "DIV_CYCLES", "SRAM_LOAD_CYCLES", "PLOAD_CYCLES",
    "MX_ARRAY_DELAY", "VX_LUT_TAIL", "VX_PIPELINE", "VX_FLOAT_PIPELINE", "LD_RETIRE", "ST_SEND",
]

# Faults that nothing catches, by name (as mutate.py prints it): why.
EXPLAINED = {
    "vector/weft_special.sv: if (negative && is_exp && x[19:0] != '0) begin":
        "wrong for one negative argument of exp in a million (20 fraction bits are 0); the long test of the wide lane, 100 million "
        "vectors for each operation, is no net here",
}

FAULTS = [
    # Common parts.
    ("common/weft_fifo.sv", "assign full_o  = count_q == CW'(DEPTH);", "assign full_o  = count_q == CW'(DEPTH - 1) && DEPTH > 1;"),
    ("common/weft_fifo.sv", "head_q <= head_q == PW'(DEPTH - 1) ?", "head_q <= head_q == PW'(DEPTH - 2) && DEPTH > 2 ?"),
    ("common/weft_walk.sv", "for (int unsigned j = 0; j <= k; j++) begin", "for (int unsigned j = 0; j < k || j == 0; j++) begin"),
    ("common/weft_walk.sv", "if (begin_i || last_o) begin", "if (begin_i) begin"),
    ("common/weft_walk.sv", "index_q[CW*k +: CW] <= CW'(0);", "index_q[CW*k +: CW] <= k == 3 ? CW'(1) : CW'(0);"),
    # Memories.
    ("memory/weft_scratchpad.sv", "if (req[q] && bank[q] == bank[p]) begin", "if (req[q] && gnt[q] && p != 4 && bank[q] == bank[p]) begin"),
    ("memory/weft_scratchpad.sv", "assign req = {sr_req_i, vrb_req_i, vra_req_i, wgt_req_i, act_req_i};", "assign req = {sr_req_i, vra_req_i, vrb_req_i, wgt_req_i, act_req_i};"),
    ("memory/weft_scratchpad.sv", "assign lw_gnt_o = lw_req_i && !(vw_req_i && vw_bank == lw_bank);", "assign lw_gnt_o = lw_req_i && !vw_req_i;"),
    ("memory/weft_scratchpad.sv", "assign wdata         = vector_writes ? vw_wdata_i : lw_wdata_i;", "assign wdata         = load_writes ? lw_wdata_i : vw_wdata_i;"),
    ("memory/weft_accumulators.sv", "assign vacc_gnt_o = vacc_req_i && !(ar_req_i && ar_bank == vacc_bank);", "assign vacc_gnt_o = vacc_req_i && !ar_req_i;"),
    ("memory/weft_accumulators.sv", ".read_address_i(matrix_reads ? ar_word : vacc_word)", ".read_address_i(vector_reads ? vacc_word : ar_word)"),
    # Semaphores.
    ("dispatch/weft_semaphores.sv", "ok_o[u] = present[w0_i[5*u +: 5]] && present[w1_i[5*u +: 5]];", "ok_o[u] = present[w0_i[5*u +: 5]];"),
    ("dispatch/weft_semaphores.sv", "above[s] = !next[CW+2] && next > MAX;", "above[s] = !next[CW+2] && next >= MAX;"),
    ("dispatch/weft_semaphores.sv", "- 4'(takes[32*u + s]);", "- 4'(takes[32*u + s] && u != 4);"),
    ("dispatch/weft_semaphores.sv", "(lowest & 32'(above)) != '0 ? signal_pc_i[32*u +: 32] : take_pc_i[32*u +: 32];", "take_pc_i[32*u +: 32];"),
    # Faults and counters.
    ("control/weft_faults.sv", "for (int u = UNITS - 1; u >= 0; u--) begin", "for (int u = 0; u < UNITS; u++) begin"),
    ("weft_core.sv", "assign waits    = ~queue_empty & ~sem_ok;", "assign waits    = ~queue_empty & ~sem_ok & 4'b0111;"),
    ("weft_core.sv", "assign deadlock = seq_blocked && under_way == '0 && (queue_empty | waits) == '1;", "assign deadlock = seq_blocked && (queue_empty | waits) == '1;"),
    ("control/weft_engine_counters.sv", "end else if (under_way_i || (head_valid_i && sem_ok_i)) begin", "end else if (under_way_i) begin"),
    ("control/weft_counters.sv", "assign value_o = number_i < 8'd96 ? low[number_i[6:0]] : '0;", "assign value_o = number_i < 8'd96 ? low[number_i[6:0]] >> 1 : '0;"),
    # Sequencer.
    ("sequencer/weft_sequencer.sv", "holds = !queue_full_i[2'(inst.engine - weft_isa_pkg::ENGINE_LOAD)];", "holds = queue_full_i == '0;"),
    ("sequencer/weft_sequencer.sv", "weft_isa_pkg::OP_FENCE:   holds = (inst.imm[3:0] & ~engine_idle_i) == '0;", "weft_isa_pkg::OP_FENCE:   holds = &engine_idle_i;"),
    ("sequencer/weft_sequencer.sv", "STORE:       state_d = axi_b_valid_i ? LOOKUP : STORE;", "STORE:       state_d = LOOKUP;"),
    ("sequencer/weft_sequencer.sv", "assign pc_outside    = pc_offset >= weft_params_pkg::DRAM_BYTES;", "assign pc_outside    = pc_offset > weft_params_pkg::DRAM_BYTES;"),
    ("sequencer/weft_sequencer.sv", "pc_q <= inst.op == weft_isa_pkg::OP_JALR ? result : pc_q + inst.imm;", "pc_q <= inst.op == weft_isa_pkg::OP_JALR ? result : pc_next + inst.imm;"),
    ("sequencer/weft_sequencer.sv", "dispatch_op_o.pC = patterns[1535:1024];", "dispatch_op_o.pC = patterns[1023:512];"),
    ("sequencer/weft_sequencer.sv", "fault_cause_o = misaligned ? weft_isa_pkg::FAULT_MISALIGNED : weft_isa_pkg::FAULT_ADDRESS;", "fault_cause_o = unmapped ? weft_isa_pkg::FAULT_ADDRESS : weft_isa_pkg::FAULT_MISALIGNED;"),
    ("sequencer/weft_sequencer.sv", "assign stall_fetch_o     = miss || (state_q == FETCH && !stop_i);", "assign stall_fetch_o     = state_q == FETCH && !stop_i;"),
    # DMA.
    ("dma/weft_dma_part.sv", "assign beat_first = to_beat <= to_line;", "assign beat_first = to_beat < to_line;"),
    ("dma/weft_dma_part.sv", "assign end_o      = left <= to_beat && left <= to_line;", "assign end_o      = left < to_beat && left <= to_line;"),
    ("dma/weft_dma_runs.sv", ".stride_i ({pad_stride_q, 32'd0, dram_stride_q, 32'd0}),", ".stride_i ({dram_stride_q, 32'd0, pad_stride_q, 32'd0}),"),
    ("dma/weft_dma_segment.sv", "assign in_window = row_i >= lo1_i && row_i < hi1_i;", "assign in_window = row_i >= lo1_i && row_i <= hi1_i;"),
    ("dma/weft_dma_segment.sv", "assign real_o    = in_window && position_i >= lo0_i && position_i < hi0_i;", "assign real_o    = in_window && position_i > lo0_i && position_i < hi0_i;"),
    ("dma/weft_load.sv", "assign rotation = lane - column[BW-1:0];", "assign rotation = lane + column[BW-1:0];"),
    ("dma/weft_load.sv", "33'(address) + 33'(write_bytes) <= 33'(weft_params_pkg::SCRATCHPAD_BYTES);", "33'(address) + 33'(write_bytes) < 33'(weft_params_pkg::SCRATCHPAD_BYTES);"),
    ("dma/weft_load.sv", "assign may_push       = issuing_q && !fifo_full;", "assign may_push       = issuing_q && (!fifo_full || pop);"),
    ("dma/weft_load.sv", "assign axi_r_ready_o = granted && head_from_dram && part_beat_end;", "assign axi_r_ready_o = granted && head_from_dram && part_end;"),
    ("dma/weft_load.sv", "assign stall_dram_o = !fifo_empty && !available;", "assign stall_dram_o = !available;"),
    ("dma/weft_store.sv", "assign may_begin     = outstanding_q < OW'(OUTSTANDING);", "assign may_begin     = outstanding_q < OW'(OUTSTANDING) || completes;"),
    ("dma/weft_store.sv", "retire_q <= completes && done_last;", "retire_q <= completes;"),
    ("dma/weft_store.sv", "assign stall_dram_o = reading_q ? !wants : outstanding_q != '0;", "assign stall_dram_o = reading_q && !wants;"),
    ("dma/weft_store.sv", "fault_info_o  = {axi_aw_addr_o[31:BW], send_lane};", "fault_info_o  = axi_aw_addr_o;"),
    # Matrix engine.
    ("matrix/weft_mx_loader.sv", "assign tile_o          = granted && row_q == RW'(R - 1);", "assign tile_o          = granted && row_q == RW'(R - 2);"),
    ("matrix/weft_mx_loader.sv", "assign step_accumulates_o = mma_q || !first_q;", "assign step_accumulates_o = !first_q;"),
    ("matrix/weft_mx_loader.sv", "assign wants           = holds_q && !shadow_full_i;", "assign wants           = holds_q;"),
    ("matrix/weft_mx_streamer.sv", "assign swap_o        = full_q && (!streams_q || step_done);", "assign swap_o        = full_q && !streams_q;"),
    ("matrix/weft_mx_streamer.sv", "act_addr_o <= weft_params_pkg::SCRATCHPAD_BYTES - R;", "act_addr_o < weft_params_pkg::SCRATCHPAD_BYTES - R;"),
    ("matrix/weft_mx_drain.sv", "assign base = forward_q ? forward_data_q : ar_rdata_i;", "assign base = ar_rdata_i;"),
    ("matrix/weft_mx_drain.sv", "assign row      = first ? c : row_q + 32'd1;", "assign row      = first ? c : row_q + 32'd2;"),
    ("matrix/weft_mx_drain.sv", "assign in_range = row < weft_params_pkg::ACCUMULATOR_ROWS;", "assign in_range = row <= weft_params_pkg::ACCUMULATOR_ROWS;"),
    ("matrix/weft_mx_operand.sv", "- {zero_q[8], zero_q};", "- {1'b0, zero_q};"),
    ("matrix/weft_pe_int8.sv", "psum_o <= multiply_add(psum_i, act_i, swap_i ? shadow_q : active_q);", "psum_o <= multiply_add(psum_i, act_i, active_q);"),
    ("matrix/weft_array.sv", ".DEPTH(C - 1 - c)) u_sum", ".DEPTH(C - 1 - c + (c == 1 ? 1 : 0))) u_sum"),
    # Vector engine.
    ("vector/weft_vector.sv", "granted_b_q <= granted_b_q || grant_b;", "granted_b_q <= grant_b;"),
    ("vector/weft_vector.sv", "assign base_a    = phase_q == PARAMETERS ? op_q.d : op_q.a;", "assign base_a    = phase_q == PARAMETERS ? op_q.c : op_q.a;"),
    ("vector/weft_vector.sv", "assign fits_a   = address_a < weft_params_pkg::SCRATCHPAD_BYTES;", "assign fits_a   = address_a <= weft_params_pkg::SCRATCHPAD_BYTES;"),
    ("vector/weft_vector.sv", "row_count_q == usage.parameter_rows - 7'd1;", "row_count_q == usage.parameter_rows - 7'd2;"),
    ("vector/weft_vector.sv", "assign issue_last = issue && (!usage.window || window_last);", "assign issue_last = issue && (!usage.window || window_last || usage.weights);"),
    ("vector/weft_vx_check.sv", "if (usage.scratchpad_b && head_i.count_c[k] > 32'd1 && unaligned(head_i.stride_b[k])) begin", "if (usage.scratchpad_b && head_i.count_c[k] > 32'd2 && unaligned(head_i.stride_b[k])) begin"),
    ("vector/weft_vx_config.sv", "assign swap_o = vrqa && op_i.types[weft_isa_pkg::FLAG_EXCHANGE];", "assign swap_o = 1'b0;"),
    ("vector/weft_vx_config.sv", "assign lo2_o  = extend(vrqa ? op_i.lo2 : op_i.lo);", "assign lo2_o  = extend(op_i.lo);"),
    ("vector/weft_lane.sv", "!first_i ? acc_q : parameters_i ? bias_q : '0);", "acc_q);"),
    ("vector/weft_lane.sv", "$signed(a_q) > $signed(acc_q[9:0])", "a_q > acc_q[9:0]"),
    ("vector/weft_fp_mul.sv", "32'(m[23] && (m[24] || m[22:0] != '0));", "32'(m[23]);"),
    ("vector/weft_fp_from_int.sv", "up = m[7] && (m[8] || m[6:0] != '0);", "up = m[7] && m[6:0] != '0;"),
    ("vector/weft_fp_fma.sv", "moved[0] || (v & ~kept) != '0};", "moved[0]};"),
    ("vector/weft_fp_fma32.sv", "moved[0] || (wide & ~kept) != '0};", "moved[0]};"),
    ("vector/weft_fp_fma32.sv", "stays = distance[9] || zero;", "stays = distance[9];"),
    ("vector/weft_fp_fma32.sv", "32'(m[4] && (m[5] || m[3:0] != '0));", "32'(m[4] && m[5]);"),
    ("vector/weft_fp_fma32.sv", "sign && !(differ && mantissa == '0)", "sign"),
    ("vector/weft_fp_fma32.sv", "(infinite_p && zero) || ", ""),
    ("vector/weft_fp_to_int.sv", "~m[63:32] + 32'(!up);", "~m[63:32] + 32'd1;"),
    ("vector/weft_wide_lane.sv", "ordered = x[31] ? ~x : {1'b1, x[30:0]};", "ordered = x[31] ? ~x : {1'b0, x[30:0]};"),
    ("vector/weft_wide_lane.sv", "choose = b;", "choose = is_nan(b[30:0]) ? a : b;"),
    ("vector/weft_vx_wide_config.sv", "MINUS_ZERO = 32'h8000_0000;", "MINUS_ZERO = 32'h0000_0000;"),
    ("vector/weft_special.sv", "segment = weft_isa_pkg::SPECIAL_RCP + 10'(mantissa[22:16]);", "segment = weft_isa_pkg::SPECIAL_RCP + 10'(mantissa[22:16]) + 10'd1;"),
    ("vector/weft_special.sv", "if (t[30:0] > INFINITY) begin", "if (t[30:0] > INFINITY && !is_exp) begin"),
    ("vector/weft_special.sv", "if (negative && is_exp) begin", "if (negative && is_exp && x[19:0] != '0) begin"),
    ("vector/weft_special.sv", "+ 39'($signed(wide * 34'(u[19:10])))", "+ 39'(wide * 34'(u[19:10]))"),
    ("vector/weft_special.sv", "m[0] = m[0] || (mantissa & ~kept) != '0;", "m[0] = 1'b0;"),
    ("vector/weft_vx_datapath.sv", "row_q            <= begin_i ? '0 : {row_q", "row_q            <= {row_q"),
    ("vector/weft_vx_check.sv", "bad_type = types != '0 && !types[value];", "bad_type = types != '0 && !types[value] && value != weft_isa_pkg::TYPE_S32;"),
    ("vector/weft_fp_clamp_round.sv", "low = $signed(x) > $signed(lo) ? x : lo;", "low = $signed(x) >= 11'sd0 ? x : lo;"),
    ("vector/weft_fp_clamp_round.sv", "10'(m[23] && (m[24] || m[22:0] != '0));", "10'(m[23] && m[24]);"),
]
