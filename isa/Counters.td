//===- Counters.td - performance counters --------------------------------------------------------------------===//
//
// What `rdctr` reads. Every counter starts at zero with the core and is 64 bits wide; `rdctr` gives its low 32 bits (of
// the cycle number also the high ones). For every engine busy + idle + the sum of its stalls = cycles
// (which cycle counts for what: docs/timing.md, "Accounting").
//
//===----------------------------------------------------------------------------------------------------------===//

class Counter<int number, string name, string doc> {
  int Number = number;
  string Name = name;
  string Doc = doc;
}

// The counters that every tensor engine has, from number `base` on.
multiclass EngineCounters<int base, string engine> {
  def _BUSY : Counter<base, engine # "_busy",
    "cycles in which the " # engine # " engine does the work of an instruction">;
  def _IDLE : Counter<!add(base, 1), engine # "_idle", "cycles in which the " # engine # " engine has no instruction">;
  def _INSTRUCTIONS : Counter<!add(base, 2), engine # "_instructions",
    "instructions retired by the " # engine # " engine">;
  def _STALL_SEMAPHORE : Counter<!add(base, 3), engine # "_stall_semaphore",
    "cycles in which nothing is under way and the head of the " # engine # " queue waits for a semaphore">;
  def _STALL_BANK : Counter<!add(base, 4), engine # "_stall_bank",
    "cycles in which the " # engine # " engine requested a memory port and was refused">;
}

def K_CYCLE_LOW : Counter<0, "cycle_low", "low 32 bits of the cycle number">;
def K_CYCLE_HIGH : Counter<1, "cycle_high", "high 32 bits of the cycle number">;

defm K_LOAD : EngineCounters<16, "load">;
def K_LOAD_STALL_DRAM : Counter<21, "load_stall_dram", "cycles in which the load engine waits for a beat from DRAM and "
  "cannot push another segment">;
def K_LOAD_BYTES_READ : Counter<22, "load_bytes_read", "bytes that the load engine reads from DRAM">;
def K_LOAD_BYTES_WRITTEN : Counter<23, "load_bytes_written", "bytes that the load engine writes to the scratchpad">;
def K_LOAD_BURSTS : Counter<24, "load_bursts", "DRAM bursts that the load engine requests">;

defm K_STORE : EngineCounters<32, "store">;
def K_STORE_STALL_DRAM : Counter<37, "store_stall_dram", "cycles in which the store engine waits for DRAM: too many "
  "segments outstanding, or everything read and a write still to complete">;
def K_STORE_BYTES_READ : Counter<38, "store_bytes_read", "bytes that the store engine reads from the scratchpad">;
def K_STORE_BYTES_WRITTEN : Counter<39, "store_bytes_written", "bytes that the store engine writes to DRAM">;
def K_STORE_BURSTS : Counter<40, "store_bursts", "DRAM bursts that the store engine requests">;

defm K_MATRIX : EngineCounters<48, "matrix">;
def K_MATRIX_STALL_WEIGHTS : Counter<53, "matrix_stall_weights", "cycles in which activations wait until the next weight "
  "tile is in the shadow registers">;
def K_MATRIX_MACS : Counter<54, "matrix_macs",
  "multiply-accumulates of the array: activation rows times rows times columns">;
def K_MATRIX_WEIGHT_TILES : Counter<55, "matrix_weight_tiles", "weight tiles loaded into the array">;

defm K_VECTOR : EngineCounters<64, "vector">;
def K_VECTOR_ROWS : Counter<69, "vector_rows", "result rows that the vector engine writes">;

def K_SEQUENCER_BUSY : Counter<80, "sequencer_busy", "cycles in which the sequencer executes or dispatches">;
def K_SEQUENCER_IDLE : Counter<81, "sequencer_idle", "cycles after the sequencer halted">;
def K_SEQUENCER_INSTRUCTIONS : Counter<82, "sequencer_instructions",
  "instructions that the sequencer completes, dispatches included">;
def K_SEQUENCER_STALL_SEMAPHORE : Counter<83, "sequencer_stall_semaphore", "cycles in which semwait waits">;
def K_SEQUENCER_STALL_QUEUE : Counter<84, "sequencer_stall_queue",
  "cycles in which a dispatch waits for room in an engine's queue">;
def K_SEQUENCER_STALL_FETCH : Counter<85, "sequencer_stall_fetch",
  "cycles in which the sequencer waits for an instruction">;
def K_SEQUENCER_STALL_MEMORY : Counter<86, "sequencer_stall_memory",
  "cycles in which the sequencer waits for its data access to DRAM">;
def K_SEQUENCER_STALL_FENCE : Counter<87, "sequencer_stall_fence", "cycles in which fence or halt waits for engines">;
def K_SEQUENCER_BYTES_READ : Counter<88, "sequencer_bytes_read", "bytes that the sequencer reads from DRAM as data">;
def K_SEQUENCER_BYTES_WRITTEN : Counter<89, "sequencer_bytes_written", "bytes that the sequencer writes to DRAM">;
def K_SEQUENCER_BYTES_FETCHED : Counter<90, "sequencer_bytes_fetched",
  "bytes of instructions that the sequencer reads from DRAM">;
