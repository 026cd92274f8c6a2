#include "simulator/systemc/dram_module.h"

namespace weft::systemc {

DramModule::DramModule(const sc_core::sc_module_name& name, std::unique_ptr<DramTimingModel> model,
                       const sc_core::sc_time& period)
    : MemoryModule(name), model_(std::move(model)), period_(period) {
  socket_.register_b_transport(this, &DramModule::transport);
}

void DramModule::transport(tlm::tlm_generic_payload& request, sc_core::sc_time& delay) {
  if (request.get_command() == tlm::TLM_IGNORE_COMMAND) {
    request.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  // Time stamps are multiples of the period, so everything here is exact.
  uint64_t cycle = (sc_core::sc_time_stamp() + delay).value() / period_.value();
  uint64_t answer = model_->access(cycle, static_cast<uint32_t>(request.get_address()), request.get_data_length(),
                                   request.is_write());
  delay += sc_core::sc_time::from_value((answer - cycle) * period_.value());
  request.set_response_status(tlm::TLM_OK_RESPONSE);
}

} // namespace weft::systemc
