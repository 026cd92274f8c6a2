#include "simulator/cycle/core_model.h"

#include "isa/support/error.h"

namespace weft {

CoreModel::CoreModel(const Machine& machine, CoreMemory& memory, DramTimingModel& dram, const CoreModelOptions& options)
    : core_(machine, memory, dram), load_(machine.queues.load, core_), store_(machine.queues.store, core_),
      matrix_(machine.queues.matrix, core_), vector_(machine.queues.vector, core_),
      sequencer_(core_, {&load_, &store_, &matrix_, &vector_}, options.entry), noSkip_(options.noSkip) {
  core_.computeData = options.computeData;
  core_.eventData = options.eventData;
  core_.keepRecords = options.keepRecords;
  core_.races = options.races;
  core_.parts = options.parts;
  core_.meter = options.meter;
  core_.events.attach(options.observer);
  WEFT_CHECK(options.computeData || !options.countData, "data that are not there cannot be counted");
  if (options.countData)
    core_.data = &data_.emplace(machine, memory);
}

// Whether nothing can ever happen again: asked when the sequencer has acted and no engine has.
std::optional<Fault> CoreModel::deadlock() {
  if (!sequencer_.blocked(cycle_))
    return std::nullopt;
  EngineUnit* engines[] = {&load_, &store_, &matrix_, &vector_};
  Engine first = Engine::sequencer; // that waits
  for (int i = 3; i >= 0; --i) {
    if (!engines[i]->blocked())
      return std::nullopt;
    if (engines[i]->waits())
      first = static_cast<Engine>(i + 1);
  }
  return Fault{FaultCause::deadlock, Engine::sequencer, sequencer_.pc(), static_cast<uint64_t>(first)};
}

void CoreModel::step() {
  sequencer_.step(cycle_); // first: it sees the state at the beginning of the cycle
  if (std::optional<Fault> fault = deadlock())
    core_.faults.raise(*fault, FaultLatch::front);
  // DRAM requests in unit order, then port requests in the order of their priority.
  load_.stepIssue(cycle_);
  store_.stepSend(cycle_);
  matrix_.step(cycle_);
  vector_.step(cycle_);
  store_.stepRead(cycle_);
  load_.stepWrite(cycle_);
  Semaphores::Overflow overflow = core_.semaphores.commit();
  if (overflow.happened)
    core_.faults.raise({FaultCause::semaphoreOverflow, overflow.engine, overflow.pc, overflow.semaphore},
                       FaultLatch::signal);
  if (core_.faults.raised()) {
    state_ = State::faulted;
    const Fault& fault = core_.faults.fault();
    if (core_.events.enabled())
      core_.events.add({cycle_, EventKind::fault, fault.engine, fault.pc, 0, static_cast<uint32_t>(fault.information)});
  } else if (sequencer_.halted()) {
    state_ = State::halted;
  }
  ++cycle_;
  ++stepped_;
  if (core_.parts && (core_.parts->due() || state_ != State::running))
    settleParts();
}

void CoreModel::settleParts() {
  core_.parts->settle({cycle_, core_.counters, core_.activity, core_.dram.counters(), data()});
}

// The number of cycles from now on in which no unit can notice another.
uint64_t CoreModel::steadyWindow() {
  uint64_t cycles = sequencer_.steady(cycle_).cycles;
  if (cycles == 0)
    return 0;
  Steady load = load_.steady(cycle_);
  if (load.cycles == 0)
    return 0;
  Steady matrix = matrix_.steady(cycle_);
  if (matrix.cycles == 0)
    return 0;
  Steady vector = vector_.steady(cycle_);
  if (vector.cycles == 0)
    return 0;
  Steady store = store_.steady(cycle_);
  cycles = std::min({cycles, load.cycles, matrix.cycles, vector.cycles, store.cycles});
  if (cycles == 0)
    return 0;
  const BankRange* reads[] = {&matrix.readA, &matrix.readB, &vector.readA, &vector.readB, &store.readA};
  for (size_t i = 0; i < 5; ++i)
    for (size_t j = i + 1; j < 5; ++j)
      if (reads[i]->overlaps(*reads[j]))
        return 0;
  if (vector.write.overlaps(load.write) || matrix.accumulatorRead.overlaps(vector.accumulatorRead))
    return 0;
  return cycles;
}

void CoreModel::skip(uint64_t cycles) {
  sequencer_.advance(cycle_, cycles);
  load_.advance(cycle_, cycles);
  store_.advance(cycle_, cycles);
  matrix_.advance(cycle_, cycles);
  vector_.advance(cycle_, cycles);
  cycle_ += cycles;
}

CoreModel::State CoreModel::run(uint64_t limit) {
  while (state_ == State::running && cycle_ < limit) {
    uint64_t cycles = noSkip_ ? 0 : steadyWindow();
    if (cycles > 0 && cycles != kForever)
      skip(std::min(cycles, limit - cycle_));
    else
      step(); // kForever: nothing can happen any more, which step() finds
    core_.events.flush();
  }
  return state_;
}

} // namespace weft
