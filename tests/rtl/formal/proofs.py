"""The proofs: wrapper, sizes, and defects that each of them must find."""

from typing import NamedTuple


class Proof(NamedTuple):
    top: str
    machine: str = "s4x4"
    parameters: dict = {}
    faults: list = []  # module, text that is in it once, what is put in its place
    pdr: bool = False


PROOFS = {}

# Depth 1, a power of two, and odd ones. The width does not matter to the order: an entry is moved as a whole.
for depth in (1, 2, 3, 5):
    PROOFS[f"fifo_{depth}"] = Proof("weft_fifo_proof", parameters={"DEPTH": depth}, faults=[
        ("weft_fifo", "full_o  = count_q == CW'(DEPTH)", "full_o  = count_q >= CW'(DEPTH - 1)"),
        ("weft_fifo", "push_i && !full_o", "push_i"),
        ("weft_fifo", "pop_i && !empty_o", "pop_i"),
    ] + [
        ("weft_fifo", "pop && !push", "pop"),
    ] * (depth > 1) + [
        ("weft_fifo", "tail_q == PW'(DEPTH - 1) ? '0 : tail_q + PW'(1)", "tail_q + PW'(1)"),
        ("weft_fifo", "head_q == PW'(DEPTH - 1) ? '0 : head_q + PW'(1)", "head_q + PW'(1)"),
    ] * (depth in (3, 5)))

for banks, words, grain in ((1, 8, 4), (4, 2048, 16), (3, 12, 4), (5, 7, 1)):
    PROOFS[f"bank_select_{banks}x{words}x{grain}"] = Proof(
        "weft_bank_select_proof", parameters={"BANKS": banks, "WORDS": words, "GRAIN": grain}, faults=[
            ("weft_bank_select", "BW'(address_i >> $clog2(SIZE))", "BW'(address_i >> $clog2(WORDS))"),
        ] * (banks == 4) + [
            ("weft_bank_select", "address_i >= b * SIZE", "address_i > b * SIZE"),
        ] * (banks in (3, 5)) + [
            ("weft_bank_select", "(SIZE - 1)) >> $clog2(GRAIN)", "(SIZE - 1)) >> 1"),
        ] * (banks == 1))

for machine in ("s4x4", "banks"):
    PROOFS[f"scratchpad_{machine}"] = Proof("weft_scratchpad_proof", machine, faults=[
        ("weft_scratchpad", "q < p; q++", "q + 1 < p; q++"),
        ("weft_scratchpad", "if (req[q] && bank[q] == bank[p])", "if (req[q])"),
        ("weft_scratchpad", "lw_req_i && !(vw_req_i && vw_bank == lw_bank)", "lw_req_i && !vw_req_i"),
        ("weft_scratchpad", "vector_writes ? vw_word : lw_word", "load_writes ? lw_word : vw_word"),
        ("weft_scratchpad", "assign vra_rdata_o = data[bank_q[2]]", "assign vra_rdata_o = data[bank_q[3]]"),
        ("weft_scratchpad", "{sr_req_i, vrb_req_i, vra_req_i, wgt_req_i, act_req_i}",
         "{sr_req_i, vrb_req_i, vra_req_i, act_req_i, wgt_req_i}"),
    ])
    PROOFS[f"accumulators_{machine}"] = Proof("weft_accumulators_proof", machine, faults=[
        ("weft_accumulators", "!(ar_req_i && ar_bank == vacc_bank)", "1'b1"),
        ("weft_accumulators", "matrix_reads ? ar_word : vacc_word", "vector_reads ? vacc_word : ar_word"),
        ("weft_accumulators", "!(ar_req_i && ar_bank == vacc_bank)", "!ar_req_i"),
        ("weft_accumulators", "assign vacc_rdata_o = data[vacc_bank_q]", "assign vacc_rdata_o = data[ar_bank_q]"),
    ])

# All combinations of the five units; the semaphores are alike but for their numbers.
for a, b in ((0, 30), (17, 16)):
    PROOFS[f"semaphores_{a}_{b}"] = Proof("weft_semaphores_proof", pdr=True, parameters={"A": a, "B": b}, faults=[
        ("weft_semaphores", "present[w0_i[5*u +: 5]] && present[w1_i[5*u +: 5]]",
         "present[w0_i[5*u +: 5]] || present[w1_i[5*u +: 5]]"),
        ("weft_semaphores", "(32'd1 << s0_i[5*u +: 5]) | (32'd1", "(32'd1 << s0_i[5*u +: 5]) + (32'd1"),
        ("weft_semaphores", "next > MAX", "next >= MAX"),
        ("weft_semaphores", "int u = UNITS - 1; u >= 0; u--", "int u = 0; u < UNITS; u++"),
        ("weft_semaphores", "lowest = hit & -hit", "lowest = hit"),
        ("weft_semaphores", "(lowest & 32'(above)) != '0 ? signal_pc_i", "(lowest & signals[32*u +: 32]) != '0 ? signal_pc_i"),
        ("weft_semaphores", "present = '1;", "present = '0;"),
    ])

PROOFS["faults"] = Proof("weft_faults_proof", pdr=True, faults=[
    ("weft_faults", "int u = UNITS - 1; u >= 0; u--", "int u = 0; u < UNITS; u++"),
    ("weft_faults", "overflow_i && overflow_unit_i == 3'(u)", "overflow_i && !fault_i[u] && overflow_unit_i == 3'(u)"),
    ("weft_faults", "u == 0 && deadlock_i", "u == 0 && deadlock_i && !fault_i[u]"),
    ("weft_faults", "!stopped_o && (fault_i", "!fault_o && (fault_i"),
    ("weft_faults", "halt_i && !stopped_o", "halt_i"),
])

# Segments of up to 255 bytes; machines whose line is as wide as the bus, and wider.
for machine in ("s4x4", "s16x8"):
    PROOFS[f"dma_part_{machine}"] = Proof("weft_dma_part_proof", machine, faults=[
        ("weft_dma_part", "left <= to_beat && left <= to_line", "left <= to_line"),
        ("weft_dma_part", "beat_first = to_beat <= to_line", "beat_first = to_beat < to_line"),
        ("weft_dma_part", "assign to_line    = W'(LINE)", "assign to_line    = W'(BUS - 1)"),
    ])
    PROOFS[f"dma_request_{machine}"] = Proof("weft_dma_request_proof", machine, faults=[
        ("weft_dma_request", "32'(bytes_i) - 32'd1", "32'(bytes_i)"),
        ("weft_dma_request", "33'(bytes_i) <= DRAM_END", "33'(bytes_i) < DRAM_END"),
        ("weft_dma_request", "dram_i >= weft_isa_pkg::DRAM_BASE && ", ""),
    ])

# Counts of up to 3 and offsets of 3 bits.
for offsets in (1, 2):
    PROOFS[f"walk_{offsets}"] = Proof("weft_walk_proof", parameters={"N": offsets}, faults=[
        ("weft_walk", "for (int unsigned j = 0; j <= k; j++)", "for (int unsigned j = 0; j < k || j == 0; j++)"),
        ("weft_walk", "if (begin_i || last_o) begin", "if (begin_i) begin"),
        ("weft_walk", "wraps[0] = index_q[0 +: CW] + CW'(1) ==", "wraps[0] = index_q[0 +: CW] =="),
        ("weft_walk", "wraps[k] = wraps[k-1] &&", "wraps[k] ="),
        ("weft_walk", "steps[k] = wraps[k-1] && !wraps[k]", "steps[k] = !wraps[k]"),
        ("weft_walk", "index_q[CW*k +: CW] <= CW'(0);", "index_q[CW*k +: CW] <= k == 3 ? CW'(1) : CW'(0);"),
        ("weft_walk", "= offset_q[OW*(4*n + k) +: OW] + stride_i", "= offset_q[OW*(4*n + j) +: OW] + stride_i"),
    ] + [
        ("weft_walk", "+ stride_i[OW*(4*n + k) +: OW]", "+ stride_i[OW*k +: OW]"),
    ] * (offsets == 2))

PROOFS["dma_runs"] = Proof("weft_dma_runs_proof", faults=[
    ("weft_dma_runs", "assign run_end    = position_d == count_q[15:0];", "assign run_end    = position_d >= count_q[15:0] - 16'd1;"),
    ("weft_dma_runs", ".advance_i(advance_i && run_end)", ".advance_i(run_end)"),
    ("weft_dma_runs", "if (begin_i || (advance_i && run_end)) begin", "if (begin_i) begin"),
    ("weft_dma_runs", "{count_q[63:16], 16'd1}", "count_q"),
    ("weft_dma_runs", "{pad_stride_q, 32'd0, dram_stride_q, 32'd0}", "{dram_stride_q, 32'd0, pad_stride_q, 32'd0}"),
    ("weft_dma_runs", "run_end && last_run", "last_run"),
    ("weft_dma_runs", "pad_q + offset[63:32]", "pad_q + offset[31:0]"),
    ("weft_walk", "wraps[k] = wraps[k-1] &&", "wraps[k] ="),
])

# Lines narrower and wider than half a burst.
for machine in ("s4x4", "s16x8"):
    PROOFS[f"dma_segment_{machine}"] = Proof("weft_dma_segment_proof", machine, faults=[
        ("weft_dma_segment", "row_i >= lo1_i && row_i < hi1_i", "row_i >= lo1_i && row_i <= hi1_i"),
        ("weft_dma_segment", "position_i >= lo0_i && position_i < hi0_i", "position_i > lo0_i && position_i < hi0_i"),
        ("weft_dma_segment", "if (lo0_i < length_i) begin", "if (lo0_i > length_i) begin"),
        ("weft_dma_segment", "else if (real_o && hi0_i < length_i)", "else if (hi0_i < length_i)"),
        ("weft_dma_segment", "limit = hi0_i", "limit = length_i"),
        ("weft_dma_segment", "real_o ? SW'(BURST) - SW'(dram_i)", "real_o ? SW'(BURST)"),
        ("weft_dma_segment", "SW'(LINE) - SW'(pad_i)", "SW'(BURST) - SW'(dram_i)"),
        ("weft_dma_segment", "to_limit < 16'(to_cut) ? SW'(to_limit) : to_cut", "SW'(to_limit)"),
    ])
