#include "simulator/systemc/core_module.h"

#include "isa/support/error.h"

#include <algorithm>

namespace weft::systemc {

namespace {

CoreModelOptions modelOptions(const CycleOptions& options, RaceDetector* races, PartSampler* parts) {
  CoreModelOptions result;
  result.entry = options.entry;
  result.noSkip = options.noSkip;
  result.computeData = options.computeData;
  result.eventData = options.eventData;
  result.keepRecords = options.recordInstructions;
  result.countData = options.countData;
  result.observer = options.observer;
  result.races = races;
  result.parts = parts;
  result.meter = options.meter;
  return result;
}

} // namespace

CoreModule::CoreModule(const sc_core::sc_module_name& name, const Machine& machine, CoreMemory& memory,
                       const CycleOptions& options, RaceDetector* races, PartSampler* parts,
                       const sc_core::sc_time& period)
    : sc_core::sc_module(name), model_(machine, memory, *this, modelOptions(options, races, parts)), options_(options),
      period_(period), data_(std::max<size_t>(machine.dma.burstBytes, timing::ICACHE_LINE_BYTES)) {
  SC_HAS_PROCESS(CoreModule);
  SC_THREAD(thread);
  // Instructions are executed on the process's stack.
  set_stack_size(8 << 20);
}

sc_core::sc_time CoreModule::timeOf(uint64_t cycle) const {
  return sc_core::sc_time::from_value(cycle * period_.value());
}

uint64_t CoreModule::access(uint64_t cycle, uint32_t address, uint32_t bytes, bool write) {
  sc_core::sc_time now = sc_core::sc_time_stamp();
  sc_core::sc_time at = std::max(timeOf(cycle), now);
  sc_core::sc_time delay = at - now;
  request_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  request_.set_address(address);
  request_.set_data_ptr(data_.data());
  request_.set_data_length(bytes);
  request_.set_streaming_width(bytes);
  request_.set_byte_enable_ptr(nullptr);
  request_.set_dmi_allowed(false);
  request_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  socket->b_transport(request_, delay);
  if (!request_.is_response_ok())
    throw Error("the memory model refused a request: " + request_.get_response_string());
  uint64_t end = (sc_core::sc_time_stamp() + delay).value();
  uint64_t answer = (end + period_.value() - 1) / period_.value();
  return std::max(answer, cycle + 1);
}

void CoreModule::thread() {
  uint64_t limit = options_.cycleLimit == 0 ? kForever : options_.cycleLimit;
  try {
    while (model_.state() == CoreModel::State::running && model_.cycle() < limit) {
      model_.run(std::min(limit, model_.cycle() + kQuantum));
      if (options_.progress && !options_.progress(model_.cycle())) {
        stopped_ = true;
        return;
      }
      sc_core::sc_time end = timeOf(model_.cycle());
      if (end > sc_core::sc_time_stamp())
        wait(end - sc_core::sc_time_stamp());
    }
  } catch (const sc_core::sc_unwind_exception&) {
    throw; // the kernel ends the process
  } catch (...) {
    error_ = std::current_exception();
  }
}

} // namespace weft::systemc
