// Core and memory as one SystemC system, and the place to plug in another memory. Include from C++17 only (Debian's
// SystemC); everybody else uses simulator/cycle_simulator.h.
#pragma once

#include "simulator/cycle_simulator.h"
#include "simulator/systemc/dram_module.h"

#include <functional>
#include <memory>

namespace weft::systemc {

// Makes the memory during elaboration; `period` is that of the core's clock.
using MemoryFactory =
    std::function<std::unique_ptr<MemoryModule>(const Machine& machine, const sc_core::sc_time& period)>;

// As weft::runCycle, with any memory.
CycleResult runSystem(const Machine& machine, CoreMemory& memory, const CycleOptions& options,
                      const MemoryFactory& makeMemory);

} // namespace weft::systemc
