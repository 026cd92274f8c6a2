"""The proofs: wrapper, sizes, and defects that each of them must find."""

from typing import NamedTuple


class Proof(NamedTuple):
    top: str
    machine: str = "s4x4"
    parameters: dict = {}
    faults: list = []   # module, text that is in it once, what is put in its place
    options: list = []  # of Yosys `sat`


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
