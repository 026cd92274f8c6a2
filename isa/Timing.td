//===- Timing.td - latencies and fixed sizes -----------------------------------------------------------------===//
//
// Named constants of the timing chapter (docs/timing.md), generated into C++ (weft::timing), SystemVerilog and the
// manual's table. In core cycles unless the text says otherwise.
//
//===----------------------------------------------------------------------------------------------------------===//

// Sequencer.
def TAKEN_BRANCH_CYCLES : Constant<2, "a taken branch, jal or jalr (others: 1)">;
def MUL_CYCLES : Constant<3, "mul, mulh, mulhu, muli">;
def DIV_CYCLES : Constant<34, "div, divu, rem, remu">;
def SRAM_LOAD_CYCLES : Constant<2, "a load from scalar memory (a store: 1)">;
def PLOAD_CYCLES : Constant<17, "pload from scalar memory">;
def ICACHE_LINE_BYTES : Constant<256, "bytes of an instruction cache line">;
def SEQ_BUS_BYTES : Constant<8, "bytes per cycle of the sequencer's DRAM port">;

// Engines.
def MX_ARRAY_DELAY : Constant<3, "cycles added to rows + cols from the read of an activation row to its accumulator write">;
def VX_PARAM_READS : Constant<8, "reads of C bytes that fetch the channel parameters (4 biases, then 4 scales)">;
def VX_LUT_TAIL : Constant<1, "cycles after the last read of vldlut until it retires">;
def VX_PIPELINE : Constant<16, "cycles from the issue of the last tap of a row to its scratchpad write request">;
def VX_FLOAT_PARAM_READS : Constant<1, "reads of C bytes that fetch the addend of vfmaf">;
def VX_FLOAT_PIPELINE : Constant<19, "the same as VX_PIPELINE of an instruction with fp32 rows">;
def LD_RETIRE : Constant<1, "cycles from the last write of a load to its retirement">;
def ST_SEND : Constant<2, "cycles from the last scratchpad read of a store segment to its DRAM request">;
