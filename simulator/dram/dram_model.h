// The time that DRAM takes. One model answers the SystemC simulator and, behind the AXI port of the test bench, the
// RTL.
//
// C++17: the SystemC files include it.
#pragma once

#include "isa/machine/machine.h"

#include <cstdint>
#include <memory>

namespace weft {

struct DramCounters {
  uint64_t reads = 0;  // requests
  uint64_t writes = 0; // requests
  uint64_t bytesRead = 0;
  uint64_t bytesWritten = 0;
  // Of the detailed model; 0 in the ideal one.
  uint64_t readBursts = 0;  // column commands
  uint64_t writeBursts = 0; // column commands
  uint64_t activates = 0;
  uint64_t rowHits = 0;      // bursts that found their row open
  uint64_t rowConflicts = 0; // bursts that had to close another row first
  uint64_t refreshes = 0;    // of all banks of a channel
};

// Every count of DramCounters, by the name that reports use.
struct DramCounterField {
  const char* name;
  uint64_t DramCounters::*count;
};
inline constexpr DramCounterField kDramCounterFields[] = {
    {"dram_read_requests", &DramCounters::reads},        {"dram_write_requests", &DramCounters::writes},
    {"dram_bytes_read", &DramCounters::bytesRead},       {"dram_bytes_written", &DramCounters::bytesWritten},
    {"dram_read_bursts", &DramCounters::readBursts},     {"dram_write_bursts", &DramCounters::writeBursts},
    {"dram_activates", &DramCounters::activates},        {"dram_row_hits", &DramCounters::rowHits},
    {"dram_row_conflicts", &DramCounters::rowConflicts}, {"dram_refreshes", &DramCounters::refreshes},
};

class DramTimingModel {
public:
  virtual ~DramTimingModel() = default;

  // A request made in core cycle `cycle` for `bytes` bytes at device address `address` (whole beats of the requester's
  // bus, so both are multiples of the bus width; bytes >= 1). The answer is the cycle `ready` of a read, in which the
  // first beat can be taken (beat j from ready + j on), or `done` of a write; it is larger than `cycle`. Requests come
  // in order of `cycle`, within a cycle in the order of the units. The answer depends on nothing but this request and
  // the earlier ones.
  virtual uint64_t access(uint64_t cycle, uint32_t address, uint32_t bytes, bool write) = 0;

  virtual DramCounters counters() const = 0;
};

// The model that the machine description selects.
std::unique_ptr<DramTimingModel> makeDramModel(const Machine& machine);

} // namespace weft
