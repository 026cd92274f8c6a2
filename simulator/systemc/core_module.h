// The core as a SystemC module. Include from C++17 only (Debian's SystemC).
#pragma once

#include "simulator/cycle/core_model.h"
#include "simulator/cycle_simulator.h"
#include "simulator/systemc/dram_module.h"

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include <exception>
#include <memory>

namespace weft::systemc {

// Wraps a CoreModel. There is no clock: the module runs ahead of the kernel by kQuantum cycles at most (temporal
// decoupling as TLM-2.0 has it), then waits until the kernel's time is the core's. DRAM requests leave with their time
// stamps.
class CoreModule final : public sc_core::sc_module, private DramTimingModel {
public:
  CoreModule(const sc_core::sc_module_name& name, const Machine& machine, CoreMemory& memory,
             const CycleOptions& options, RaceDetector* races, PartSampler* parts, const sc_core::sc_time& period);

  tlm_utils::simple_initiator_socket<CoreModule> socket{"socket"};

  // Whose counts are those of this core's memory; must outlive the simulation.
  void countFrom(const MemoryModule& memory) { memory_ = &memory; }
  const CoreModel& model() const { return model_; }
  bool stopped() const { return stopped_; } // by CycleOptions::progress
  // What was thrown while it ran, to be rethrown outside of the kernel.
  std::exception_ptr error() const { return error_; }

private:
  static constexpr uint64_t kQuantum = 1 << 16;

  void thread();
  sc_core::sc_time timeOf(uint64_t cycle) const;
  uint64_t access(uint64_t cycle, uint32_t address, uint32_t bytes, bool write) override;
  DramCounters counters() const override { return memory_ ? memory_->counters() : DramCounters{}; }

  CoreModel model_;
  const MemoryModule* memory_ = nullptr;
  CycleOptions options_;
  sc_core::sc_time period_;
  tlm::tlm_generic_payload request_;
  std::vector<unsigned char> data_;
  bool stopped_ = false;
  std::exception_ptr error_;
};

} // namespace weft::systemc
