#include "runtime/cosim/model.h"
#include "simulator/cycle/core_model.h"

#include <optional>

namespace weft::cosim {
namespace {

class SimulatorModel final : public Model {
public:
  SimulatorModel(const Machine& machine, const ImageLoader& load, const ModelSettings& settings)
      : memory_(machine), dram_(makeDramModel(machine)) {
    load(memory_);
    CoreModelOptions options;
    options.observer = settings.observer;
    options.eventData = settings.data;
    model_.emplace(machine, memory_, *dram_, options);
  }

  void run(uint64_t limit) override { model_->run(limit); }

  Outcome outcome() const override {
    Outcome outcome;
    switch (model_->state()) {
    case CoreModel::State::running:
      break;
    case CoreModel::State::halted:
      outcome.state = Outcome::State::halted;
      outcome.exitCode = model_->exitCode();
      break;
    case CoreModel::State::faulted:
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

  const CoreMemory& memory() override { return memory_; }

private:
  CoreMemory memory_;
  std::unique_ptr<DramTimingModel> dram_;
  std::optional<CoreModel> model_;
};

} // namespace

ModelFactory simulatorFactory(const Machine& machine, ImageLoader load) {
  return [&machine, load = std::move(load)](const ModelSettings& settings) {
    return std::make_unique<SimulatorModel>(machine, load, settings);
  };
}

} // namespace weft::cosim
