// What a run tells about itself. All counts are exact figures of the device named with them.
#pragma once

#include "simulator/cycle/dram_meter.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weft::runtime {

// A range of cycles [first, last], or none.
struct CycleSpan {
  bool any = false;
  uint64_t first = 0;
  uint64_t last = 0;

  void include(uint64_t begin, uint64_t end);
  uint64_t cycles() const { return any ? last - first + 1 : 0; }
};

// What a run, or one layer of it, took and did. Counters by their names in isa/Counters.td (empty for `ref`); activity
// are further counts of the device: memories, vector lanes, DRAM. A count that is missing is 0.
struct Share {
  uint64_t cycles = 0;
  std::map<std::string, uint64_t> counters;
  std::map<std::string, uint64_t> activity;
};

// One group of the program (a function and the nodes that it serves).
struct LayerStatistics {
  std::string symbol;
  std::vector<std::string> onnxNodes;
  std::string mapping;
  uint64_t usefulMacs = 0;
  CycleSpan span;             // from the first start to the last retirement of its tensor instructions
  uint64_t instructions = 0;  // tensor instructions
  uint64_t arrayMacs = 0;     // that the array did for it, with padding
  uint64_t matrixBusy = 0;    // cycles in which the array took a row for it
  uint64_t dramBytesRead = 0; // that the memory moved for its loads: whole beats
  uint64_t dramBytesWritten = 0;
  // From the end of the cycle in which its first tensor instruction is dispatched until the next layer's is: the shares
  // of the layers and the prologue add up to the run. Only of devices with time.
  Share share;
};

// What one user moved in one memory.
struct MemoryTraffic {
  std::string memory; // "dram", "scratchpad", "accumulators", "scalar memory"
  std::string user;   // the engine, and what for where it has several
  uint64_t reads = 0; // accesses; 0 where the device does not count them
  uint64_t writes = 0;
  uint64_t bytesRead = 0;
  uint64_t bytesWritten = 0;
};

// What load and store engine moved of one tensor for one layer.
struct TensorTraffic {
  std::optional<size_t> tensor; // index in the program's memory map; none: of nothing in it
  std::optional<size_t> layer;  // none: for no layer
  DramMoves moves;
};

// Operators that ran on the host at a stretch.
struct HostStep {
  struct Operator {
    std::string name;   // "name (operator)"
    std::string reason; // why not on the accelerator
  };
  size_t deviceSteps = 0; // that came before
  std::vector<Operator> operators;
};

// A tensor that the host wrote for a step of the device, or read after it.
struct Crossing {
  std::string tensor;
  size_t deviceStep = 0;
  bool toDevice = false;
  uint64_t bytes = 0; // in DRAM: with padding
};

struct RunStatistics {
  std::string device;   // "ref", "func", "cycle"
  std::string fidelity; // what the figures are worth, in words
  bool timed = false;   // cycles and cycle counters mean something
  uint64_t cycles = 0;
  uint32_t exitCode = 0;                    // of the program
  std::map<std::string, uint64_t> counters; // by their names in isa/Counters.td; empty for `ref`
  std::map<std::string, uint64_t> activity; // further counts of the device: caches, LUT, DRAM rows
  std::vector<MemoryTraffic> traffic;
  std::vector<LayerStatistics> layers;                     // in program order
  std::optional<std::vector<TensorTraffic>> tensorTraffic; // of devices with time
  std::optional<Share> prologue;                           // before the first layer; if the run is divided into layers
  std::vector<HostStep> host;                              // in order
  std::vector<Crossing> crossings;                         // in order
};

} // namespace weft::runtime
