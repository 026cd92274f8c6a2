// The performance counters: 64 bits each, of which rdctr reads the low half (isa/docs/timing.md, section 10; numbers from
// isa/Counters.td).
module weft_counters (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         run_i, // the core has not stopped

  // Accounting of load, store, matrix, vector: a bit each, in this order.
  input  logic [3:0]   busy_i,
  input  logic [3:0]   stall_bank_i,
  input  logic [3:0]   stall_other_i,
  input  logic [3:0]   under_way_i,
  input  logic [3:0]   head_valid_i,
  input  logic [3:0]   sem_ok_i,
  input  logic [3:0]   retire_i,
  // What the engines did in this cycle.
  input  logic         ld_burst_i,
  input  logic [31:0]  ld_burst_bytes_i,
  input  logic [31:0]  ld_write_bytes_i,
  input  logic         st_burst_i,
  input  logic [31:0]  st_burst_bytes_i,
  input  logic [31:0]  st_read_bytes_i,
  input  logic         mx_row_i,
  input  logic         mx_tile_i,
  input  logic         vx_row_i,
  // The sequencer; a cycle that is no stall is busy.
  input  logic         seq_instruction_i,
  input  logic         seq_stall_semaphore_i,
  input  logic         seq_stall_queue_i,
  input  logic         seq_stall_fetch_i,
  input  logic         seq_stall_memory_i,
  input  logic         seq_stall_fence_i,
  input  logic [31:0]  seq_bytes_read_i,
  input  logic [31:0]  seq_bytes_written_i,
  input  logic [31:0]  seq_bytes_fetched_i,

  input  logic [7:0]   number_i,
  output logic [31:0]  value_o,  // of counter `number_i` at the beginning of the cycle; 0 if there is none
  output logic [64*96-1:0] values_o // all: counter n in 64 bits from 64 * n on; 0 if there is none
);

  localparam logic [31:0] MACS = weft_params_pkg::ARRAY_ROWS * weft_params_pkg::ARRAY_COLS;

  logic [63:0]      cycle;
  /* verilator lint_off UNUSEDSIGNAL */ // the vector engine has no sixth counter
  logic [384*4-1:0] engines;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [63:0]      ld_bytes_read, ld_bytes_written, ld_bursts;
  logic [63:0]      st_bytes_read, st_bytes_written, st_bursts;
  logic [63:0]      mx_macs, mx_tiles, vx_rows;
  logic [63:0]      seq_busy, seq_instructions, seq_stall_semaphore, seq_stall_queue, seq_stall_fetch;
  logic [63:0]      seq_stall_memory, seq_stall_fence, seq_bytes_read, seq_bytes_written, seq_bytes_fetched;
  logic             seq_stalls;

  for (genvar e = 0; e < 4; e++) begin : gen_engine
    weft_engine_counters accounting (
      .clk_i,
      .rst_ni,
      .run_i,
      .busy_i(busy_i[e]),
      .stall_bank_i(stall_bank_i[e]),
      .stall_other_i(stall_other_i[e]),
      .under_way_i(under_way_i[e]),
      .head_valid_i(head_valid_i[e]),
      .sem_ok_i(sem_ok_i[e]),
      .retire_i(retire_i[e]),
      .values_o(engines[384*e +: 384])
    );
  end

  assign seq_stalls =
    seq_stall_semaphore_i || seq_stall_queue_i || seq_stall_fetch_i || seq_stall_memory_i || seq_stall_fence_i;

  weft_counter cycle_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'd1 : 32'd0), .value_o(cycle)
  );
  weft_counter ld_bytes_read_counter (
    .clk_i, .rst_ni, .add_i(run_i && ld_burst_i ? ld_burst_bytes_i : 32'd0), .value_o(ld_bytes_read)
  );
  weft_counter ld_bytes_written_counter (
    .clk_i, .rst_ni, .add_i(run_i ? ld_write_bytes_i : 32'd0), .value_o(ld_bytes_written)
  );
  weft_counter ld_bursts_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(ld_burst_i) : 32'd0), .value_o(ld_bursts)
  );
  weft_counter st_bytes_read_counter (
    .clk_i, .rst_ni, .add_i(run_i ? st_read_bytes_i : 32'd0), .value_o(st_bytes_read)
  );
  weft_counter st_bytes_written_counter (
    .clk_i, .rst_ni, .add_i(run_i && st_burst_i ? st_burst_bytes_i : 32'd0), .value_o(st_bytes_written)
  );
  weft_counter st_bursts_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(st_burst_i) : 32'd0), .value_o(st_bursts)
  );
  weft_counter mx_macs_counter (
    .clk_i, .rst_ni, .add_i(run_i ? (mx_row_i ? MACS : 32'd0) : 32'd0), .value_o(mx_macs)
  );
  weft_counter mx_tiles_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(mx_tile_i) : 32'd0), .value_o(mx_tiles)
  );
  weft_counter vx_rows_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(vx_row_i) : 32'd0), .value_o(vx_rows)
  );
  weft_counter seq_busy_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(!seq_stalls) : 32'd0), .value_o(seq_busy)
  );
  weft_counter seq_instructions_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(seq_instruction_i) : 32'd0), .value_o(seq_instructions)
  );
  weft_counter seq_stall_semaphore_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(seq_stall_semaphore_i) : 32'd0), .value_o(seq_stall_semaphore)
  );
  weft_counter seq_stall_queue_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(seq_stall_queue_i) : 32'd0), .value_o(seq_stall_queue)
  );
  weft_counter seq_stall_fetch_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(seq_stall_fetch_i) : 32'd0), .value_o(seq_stall_fetch)
  );
  weft_counter seq_stall_memory_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(seq_stall_memory_i) : 32'd0), .value_o(seq_stall_memory)
  );
  weft_counter seq_stall_fence_counter (
    .clk_i, .rst_ni, .add_i(run_i ? 32'(seq_stall_fence_i) : 32'd0), .value_o(seq_stall_fence)
  );
  weft_counter seq_bytes_read_counter (
    .clk_i, .rst_ni, .add_i(run_i ? seq_bytes_read_i : 32'd0), .value_o(seq_bytes_read)
  );
  weft_counter seq_bytes_written_counter (
    .clk_i, .rst_ni, .add_i(run_i ? seq_bytes_written_i : 32'd0), .value_o(seq_bytes_written)
  );
  weft_counter seq_bytes_fetched_counter (
    .clk_i, .rst_ni, .add_i(run_i ? seq_bytes_fetched_i : 32'd0), .value_o(seq_bytes_fetched)
  );

  always_comb begin
    values_o = '0;
    values_o[64*weft_isa_pkg::COUNTER_CYCLE_LOW +: 64]  = cycle;
    values_o[64*weft_isa_pkg::COUNTER_CYCLE_HIGH +: 64] = cycle >> 32;
    values_o[64*weft_isa_pkg::COUNTER_LOAD_BUSY +: 64] = engines[64*0 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_LOAD_IDLE +: 64] = engines[64*1 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_LOAD_INSTRUCTIONS +: 64] = engines[64*2 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_LOAD_STALL_SEMAPHORE +: 64] = engines[64*3 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_LOAD_STALL_BANK +: 64] = engines[64*4 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_LOAD_STALL_DRAM +: 64] = engines[64*5 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_STORE_BUSY +: 64] = engines[64*6 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_STORE_IDLE +: 64] = engines[64*7 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_STORE_INSTRUCTIONS +: 64] = engines[64*8 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_STORE_STALL_SEMAPHORE +: 64] = engines[64*9 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_STORE_STALL_BANK +: 64] = engines[64*10 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_STORE_STALL_DRAM +: 64] = engines[64*11 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_MATRIX_BUSY +: 64] = engines[64*12 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_MATRIX_IDLE +: 64] = engines[64*13 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_MATRIX_INSTRUCTIONS +: 64] = engines[64*14 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_MATRIX_STALL_SEMAPHORE +: 64] = engines[64*15 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_MATRIX_STALL_BANK +: 64] = engines[64*16 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_MATRIX_STALL_WEIGHTS +: 64] = engines[64*17 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_VECTOR_BUSY +: 64] = engines[64*18 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_VECTOR_IDLE +: 64] = engines[64*19 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_VECTOR_INSTRUCTIONS +: 64] = engines[64*20 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_VECTOR_STALL_SEMAPHORE +: 64] = engines[64*21 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_VECTOR_STALL_BANK +: 64] = engines[64*22 +: 64];
    values_o[64*weft_isa_pkg::COUNTER_LOAD_BYTES_READ +: 64] = ld_bytes_read;
    values_o[64*weft_isa_pkg::COUNTER_LOAD_BYTES_WRITTEN +: 64] = ld_bytes_written;
    values_o[64*weft_isa_pkg::COUNTER_LOAD_BURSTS +: 64] = ld_bursts;
    values_o[64*weft_isa_pkg::COUNTER_STORE_BYTES_READ +: 64] = st_bytes_read;
    values_o[64*weft_isa_pkg::COUNTER_STORE_BYTES_WRITTEN +: 64] = st_bytes_written;
    values_o[64*weft_isa_pkg::COUNTER_STORE_BURSTS +: 64] = st_bursts;
    values_o[64*weft_isa_pkg::COUNTER_MATRIX_MACS +: 64] = mx_macs;
    values_o[64*weft_isa_pkg::COUNTER_MATRIX_WEIGHT_TILES +: 64] = mx_tiles;
    values_o[64*weft_isa_pkg::COUNTER_VECTOR_ROWS +: 64] = vx_rows;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_BUSY +: 64] = seq_busy;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_INSTRUCTIONS +: 64] = seq_instructions;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_STALL_SEMAPHORE +: 64] = seq_stall_semaphore;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_STALL_QUEUE +: 64] = seq_stall_queue;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_STALL_FETCH +: 64] = seq_stall_fetch;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_STALL_MEMORY +: 64] = seq_stall_memory;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_STALL_FENCE +: 64] = seq_stall_fence;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_BYTES_READ +: 64] = seq_bytes_read;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_BYTES_WRITTEN +: 64] = seq_bytes_written;
    values_o[64*weft_isa_pkg::COUNTER_SEQUENCER_BYTES_FETCHED +: 64] = seq_bytes_fetched;
  end

  logic [31:0] low [96];
  for (genvar n = 0; n < 96; n++) begin : gen_low
    assign low[n] = values_o[64*n +: 32];
  end
  assign value_o = number_i < 8'd96 ? low[number_i[6:0]] : '0;

endmodule
