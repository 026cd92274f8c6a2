// DRAM behind a TLM-2.0 target socket. Include from C++17 only (Debian's SystemC).
//
// The protocol between core and memory, for those who plug in another memory:
//  - Blocking transport, loosely timed. A transaction is one request of the timing chapter: command, address (a device
//    address), length in whole beats. Its time is sc_time_stamp() + the delay argument, a multiple of the clock's
//    period.
//  - The target adds its own time to the delay: for a read until the first beat can be taken (the rest follow in
//    consecutive cycles), for a write until it is done. The core rounds up to whole cycles. A target may also wait(),
//    but then the time stamps of later requests may lie after their cycles.
//  - Requests come in the order of their time stamps, with equal stamps in the order of the units. So a target that
//  serves
//    them as they come is exact.
//  - Transactions carry time, no data: tensor data is moved when an instruction retires. Data of a read is ignored,
//  data of a write
//    is zero.
#pragma once

#include "simulator/dram/dram_model.h"

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

namespace weft::systemc {

// A memory that can be plugged in. As with every module, the constructors of derived classes take a sc_module_name too.
class MemoryModule : public sc_core::sc_module {
public:
  explicit MemoryModule(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {}
  virtual tlm::tlm_target_socket<>& target() = 0;
  // Shown in results; a memory that does not count returns zeros.
  virtual DramCounters counters() const { return {}; }
};

// The memory of the machine description: wraps the DramTimingModel.
class DramModule final : public MemoryModule {
public:
  // `period` of the core's clock, which starts at time 0.
  DramModule(const sc_core::sc_module_name& name, std::unique_ptr<DramTimingModel> model,
             const sc_core::sc_time& period);
  tlm::tlm_target_socket<>& target() override { return socket_; }
  DramCounters counters() const override { return model_->counters(); }

private:
  void transport(tlm::tlm_generic_payload& request, sc_core::sc_time& delay);

  tlm_utils::simple_target_socket<DramModule> socket_{"socket"};
  std::unique_ptr<DramTimingModel> model_;
  sc_core::sc_time period_;
};

} // namespace weft::systemc
