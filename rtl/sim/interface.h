// What the library with a Verilated core offers to the program that loads it. Plain C types: the two are compiled
// separately, and each machine has a library of its own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::rtl {

// Ports of weft_sim_top: P(type, name). A port of type `bytes` has a width that depends on the machine; its bits lie in
// memory lowest first.
#define WEFT_RTL_PORTS(P)                                                                                              \
  P(byte, clk_i)                                                                                                       \
  P(byte, rst_ni)                                                                                                      \
  /* AXI of the sequencer. */                                                                                          \
  P(word, seq_axi_ar_addr_o)                                                                                           \
  P(byte, seq_axi_ar_len_o)                                                                                            \
  P(byte, seq_axi_r_valid_i)                                                                                           \
  P(bytes, seq_axi_r_data_i)                                                                                           \
  P(byte, seq_axi_r_last_i)                                                                                            \
  P(byte, seq_axi_r_ready_o)                                                                                           \
  P(word, seq_axi_aw_addr_o)                                                                                           \
  P(byte, seq_axi_aw_len_o)                                                                                            \
  P(byte, seq_axi_w_valid_o)                                                                                           \
  P(bytes, seq_axi_w_data_o)                                                                                           \
  P(bytes, seq_axi_w_strb_o)                                                                                           \
  P(byte, seq_axi_w_last_o)                                                                                            \
  P(byte, seq_axi_b_valid_i)                                                                                           \
  P(byte, seq_axi_b_ready_o)                                                                                           \
  /* AXI of the load engine. */                                                                                        \
  P(word, ld_axi_ar_addr_o)                                                                                            \
  P(byte, ld_axi_ar_len_o)                                                                                             \
  P(byte, ld_axi_r_valid_i)                                                                                            \
  P(bytes, ld_axi_r_data_i)                                                                                            \
  P(byte, ld_axi_r_last_i)                                                                                             \
  P(byte, ld_axi_r_ready_o)                                                                                            \
  /* AXI of the store engine. */                                                                                       \
  P(word, st_axi_aw_addr_o)                                                                                            \
  P(byte, st_axi_aw_len_o)                                                                                             \
  P(byte, st_axi_w_valid_o)                                                                                            \
  P(bytes, st_axi_w_data_o)                                                                                            \
  P(bytes, st_axi_w_strb_o)                                                                                            \
  P(byte, st_axi_w_last_o)                                                                                             \
  P(byte, st_axi_b_valid_i)                                                                                            \
  P(byte, st_axi_b_ready_o)                                                                                            \
  /* How the core stopped. */                                                                                          \
  P(byte, halted_o)                                                                                                    \
  P(word, exit_code_o)                                                                                                 \
  P(byte, fault_o)                                                                                                     \
  P(byte, fault_cause_o)                                                                                               \
  P(byte, fault_unit_o)                                                                                                \
  P(word, fault_pc_o)                                                                                                  \
  P(quad, fault_info_o)                                                                                                \
  /* The tracer: what happens in this cycle (namespace pulse), and the particulars. */                                 \
  P(word, pulses_o)                                                                                                    \
  P(word, seq_pc_o)                                                                                                    \
  P(word, seq_exit_code_o)                                                                                             \
  P(byte, fault_now_unit_o)                                                                                            \
  P(word, fault_now_pc_o)                                                                                              \
  P(quad, fault_now_info_o)                                                                                            \
  P(word, ld_start_pc_o)                                                                                               \
  P(word, st_start_pc_o)                                                                                               \
  P(word, mx_start_pc_o)                                                                                               \
  P(word, vx_start_pc_o)                                                                                               \
  P(word, ld_retire_pc_o)                                                                                              \
  P(word, st_retire_pc_o)                                                                                              \
  P(word, mx_retire_pc_o)                                                                                              \
  P(word, vx_retire_pc_o)                                                                                              \
  P(word, ld_beat_pc_o)                                                                                                \
  P(word, st_beat_pc_o)                                                                                                \
  P(word, ld_request_pc_o)                                                                                             \
  P(word, st_request_pc_o)                                                                                             \
  P(word, ld_beat_addr_o)                                                                                              \
  P(bytes, ld_beat_be_o)                                                                                               \
  P(bytes, ld_beat_data_o)                                                                                             \
  P(word, st_beat_addr_o)                                                                                              \
  P(word, st_beat_bytes_o)                                                                                             \
  P(bytes, st_beat_data_o) /* of the beat in the cycle before */                                                       \
  P(bytes, ld_shape_o)     /* of a starting load: count 0 to 3, lo0, hi0, lo1, hi1 */                                  \
  P(bytes, st_shape_o)     /* of a starting store: count 0 to 3 */                                                     \
  P(bytes, mx_shape_o)     /* of a starting mm or mma: counts of the rows, counts of the steps */                      \
  P(byte, vx_opcode_o)     /* of a starting vector instruction */                                                      \
  P(bytes, counters_o)     /* counter n in bytes 8 * n to 8 * n + 7 */

// Bits of pulses_o.
namespace pulse {
enum : uint32_t {
  // Four bits each: load, store, matrix, vector.
  start = 0,
  retire = 4,
  dispatch = 8,
  // A granted access of the scratchpad or the accumulators.
  loadWrite = 12,
  storeRead = 13,
  activationRead = 14,
  weightRead = 15,
  vectorReadA = 16,
  vectorReadB = 17,
  vectorWrite = 18,
  accumulatorDrain = 19,
  // Rows of the array, counted when their activations are read.
  arrayRow = 20,
  arrayRowAccumulates = 21,
  // Sequencer.
  lookupHit = 22,
  lookupMiss = 23,
  scalarRead = 24,
  scalarWrite = 25,
  halt = 26,
  fault = 27, // of any unit
  // Requests on the AXI ports.
  sequencerRead = 28,
  sequencerWrite = 29,
  loadRequest = 30,
  storeRequest = 31,
};
} // namespace pulse

namespace port {
using byte = uint8_t;
using word = uint32_t;
using quad = uint64_t;
using bytes = uint8_t;
} // namespace port

struct Ports {
#define WEFT_RTL_PORT(type, name) port::type* name;
  WEFT_RTL_PORTS(WEFT_RTL_PORT)
#undef WEFT_RTL_PORT
};

// The words of a memory of the design.
struct SramWords {
  uint8_t* data;
  size_t wordBytes; // from one word to the next
  size_t words;
};

struct Interface {
  uint32_t version;
  void* (*create)();
  void (*destroy)(void* model);
  const Ports* (*ports)(void* model);
  void (*eval)(void* model);
  // The variable with this path below weft_sim_top, which public.vlt names; false if there is none.
  bool (*sram)(void* model, const char* path, SramWords* words);
  // The first violated assertion, null if there is none.
  const char* (*failure)();
  // Waveforms: null in a library without. Times are in picoseconds; `comment` goes into the file.
  bool (*openWave)(void* model, const char* file, const char* comment);
  void (*dumpWave)(void* model, uint64_t time);
  void (*closeWave)(void* model);
  // Null in a library without.
  void (*writeCoverage)(const char* file);
};

inline constexpr uint32_t kInterfaceVersion = 1;
inline constexpr const char* kInterfaceSymbol = "weft_rtl_interface"; // const Interface* weft_rtl_interface()

} // namespace weft::rtl
