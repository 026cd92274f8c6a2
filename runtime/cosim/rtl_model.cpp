#include "rtl/sim/rtl_model.h"

#include "runtime/cosim/model.h"

namespace weft::cosim {
namespace {

class Rtl final : public Model {
public:
  Rtl(const Machine& machine, const ImageLoader& load, const ModelSettings& settings, const RtlSettings& rtl)
      : memory_(machine), dram_(makeDramModel(machine)) {
    load(memory_);
    rtl::RtlModelOptions options;
    options.observer = settings.observer;
    options.eventData = settings.data;
    options.assertions = rtl.assertions;
    options.building = rtl.building;
    if (settings.wave)
      options.wave = {settings.wave->file, settings.wave->first, settings.wave->last, settings.wave->comment};
    model_.emplace(machine, memory_, *dram_, options);
  }

  void run(uint64_t limit) override { model_->run(limit); }

  Outcome outcome() const override {
    Outcome outcome;
    switch (model_->state()) {
    case rtl::RtlModel::State::running:
      break;
    case rtl::RtlModel::State::halted:
      outcome.state = Outcome::State::halted;
      outcome.exitCode = model_->exitCode();
      break;
    case rtl::RtlModel::State::faulted:
      outcome.state = Outcome::State::faulted;
      outcome.fault = model_->fault();
      break;
    }
    outcome.cycles = model_->cycle();
    outcome.counters = model_->counters();
    outcome.activity = model_->activity();
    outcome.dram = dram_->counters();
    return outcome;
  }

  const CoreMemory& memory() override {
    model_->readMemories();
    return memory_;
  }

private:
  CoreMemory memory_;
  std::unique_ptr<DramTimingModel> dram_;
  std::optional<rtl::RtlModel> model_;
};

} // namespace

ModelFactory rtlFactory(const Machine& machine, ImageLoader load, RtlSettings rtl) {
  return [&machine, load = std::move(load), rtl = std::move(rtl)](const ModelSettings& settings) {
    return std::make_unique<Rtl>(machine, load, settings, rtl);
  };
}

} // namespace weft::cosim
