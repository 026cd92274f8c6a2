// The machine description: every parameter of one accelerator core and its DRAM. A YAML file (schema: isa/README.md,
// examples beside this file) is the only place where a parameter is defined; compiler,
// simulators, RTL and reports read this structure.
//
// C++17: the SystemC files include it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

enum class DramModel : uint8_t { ideal, detailed };
enum class DramPreset : uint8_t { ddr4_2400, lpddr4_3200, hbm2 };

// "ideal", "detailed"; "DDR4-2400", "LPDDR4-3200", "HBM2".
const char* name(DramModel model);
const char* name(DramPreset preset);

// Ranges are those that parseMachine accepts; a Machine that it returned is consistent.
struct Machine {
  std::string name;      // 1 to 64 letters, digits, '.', '_', '-'
  uint32_t clockMhz = 0; // 1 to 10000

  struct Array {
    uint32_t rows = 0; // R, power of two, 4 to 256: length of a dot product
    uint32_t cols = 0; // C, power of two, 4 to 256: output channels, lanes of the vector engine
  } array;
  struct Scratchpad {
    uint32_t bytes = 0; // a multiple of banks * lineBytes(), at most 256 MiB
    uint32_t banks = 0; // power of two, 1 to 256
  } scratchpad;
  struct Accumulator {
    uint32_t bytes = 0; // a multiple of banks * 4 * cols, at most 256 MiB
    uint32_t banks = 0; // power of two, 1 to 64
  } accumulator;
  struct Queues { // entries, 1 to 64
    uint32_t load = 0;
    uint32_t store = 0;
    uint32_t matrix = 0;
    uint32_t vector = 0;
  } queues;
  struct Dma {
    uint32_t busBytes = 0;         // power of two, 4 to 1024: bytes of a beat
    uint32_t burstBytes = 0;       // power of two, busBytes to min(256 * busBytes, 4096): largest request
    uint32_t loadOutstanding = 0;  // segments, 1 to 256
    uint32_t storeOutstanding = 0; // segments, 1 to 256
  } dma;
  struct Icache {
    uint32_t bytes = 0; // power of two, 256 to 1 MiB; direct mapped, lines of 256 bytes
  } icache;
  struct ScalarMemory {
    uint32_t bytes = 0; // power of two, 1 KiB to 16 MiB
  } scalarMemory;
  struct Dram {
    uint64_t bytes = uint64_t{1} << 31; // a multiple of 4096, 1 MiB to 2 GiB
    DramModel model = DramModel::ideal;
    uint32_t latencyNs = 100;                  // ideal: 1 to 10000
    uint32_t bandwidthMbS = 16000;             // ideal: 10^6 bytes per second, 1 to 10000000
    DramPreset preset = DramPreset::ddr4_2400; // detailed
    uint32_t channels = 1;                     // detailed: power of two, 1 to 32
  } dram;
  struct Technology {
    uint32_t nodeNm = 0; // 2 to 250
    double voltageV = 0; // 0.3 to 3.3
  } technology;

  // Bytes of a scratchpad row, W in the timing chapter: max(rows, cols).
  uint32_t rowBytes() const { return array.rows > array.cols ? array.rows : array.cols; }
  // Bytes that one scratchpad port moves in a cycle: max(rowBytes(), dma.busBytes).
  uint32_t lineBytes() const { return rowBytes() > dma.busBytes ? rowBytes() : dma.busBytes; }
  // Bytes of one scratchpad bank; banks hold contiguous addresses.
  uint32_t bankBytes() const { return scratchpad.bytes / scratchpad.banks; }
  // Bytes of an accumulator row: one int32 for each column.
  uint32_t accumulatorRowBytes() const { return 4 * array.cols; }
  uint32_t accumulatorRows() const { return accumulator.bytes / accumulatorRowBytes(); }
  uint32_t accumulatorBankRows() const { return accumulatorRows() / accumulator.banks; }
  // Latency of the ideal DRAM model in cycles, rounded up: ceil(latency_ns * clock_mhz / 1000).
  uint32_t dramLatencyCycles() const {
    return static_cast<uint32_t>((uint64_t{dram.latencyNs} * clockMhz + 999) / 1000);
  }
  // Multiply-accumulates per cycle.
  uint32_t macsPerCycle() const { return array.rows * array.cols; }
};

// Parses and checks a description. `origin` (a file name) starts every message. Throws Error naming line, field, value
// and legal range; the first defect in file order of the schema is reported. Never crashes, whatever the text.
Machine parseMachine(std::string_view yaml, const std::string& origin);

// A built-in machine by its name ("edge-16"), otherwise a YAML file by its path. Throws Error.
Machine loadMachine(const std::string& nameOrPath);
// The same with the text that it was read from.
std::pair<Machine, std::string> machineSource(const std::string& nameOrPath);

// Every field; parseMachine(toYaml(m)) gives m.
std::string toYaml(const Machine& machine);

// Stable hash of every parameter that affects compiled programs or timing: not the name, the technology, or the
// parameters of the DRAM model that is not selected. A program records it and runs only on machines with the same.
uint64_t hash(const Machine& machine);

// A SystemVerilog package `weft_params_pkg` with every size as a localparam.
std::string toSystemVerilog(const Machine& machine);

struct BuiltinMachine {
  std::string_view name;
  std::string_view yaml;
};
// The descriptions of this folder (edge-16, tpu-256, cloud-128), sorted by name.
const std::vector<BuiltinMachine>& builtinMachines();

} // namespace weft
