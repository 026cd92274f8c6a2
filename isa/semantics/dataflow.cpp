#include "isa/semantics/dataflow.h"

namespace weft {

namespace {

constexpr size_t kEngines = 5; // index 0, the sequencer, has no queue

class Dataflow {
public:
  Dataflow(const Machine& machine, CoreMemory& memory, const DataflowOptions& options, DataflowClient& client)
      : memory_(memory), options_(options), client_(client), capacity_{0, machine.queues.load, machine.queues.store,
                                                                       machine.queues.matrix, machine.queues.vector} {
    core_.pc = options.entry;
    counter_ = [this](uint32_t number) { return client_.readCounter(number, result_.sequencerInstructions); };
  }

  DataflowResult run() {
    while (!ended_)
      step();
    result_.semaphores = count_;
    return std::move(result_);
  }

private:
  void end(DataflowResult::End how) {
    result_.end = how;
    ended_ = true;
  }
  void fail(const Fault& fault) {
    result_.fault = fault;
    end(DataflowResult::End::fault);
  }

  void step() {
    if (result_.sequencerInstructions >= options_.instructionLimit)
      return end(DataflowResult::End::limit);
    if (++sinceProceed_ >= options_.proceedInterval) {
      sinceProceed_ = 0;
      if (!client_.proceed(result_.sequencerInstructions))
        return end(DataflowResult::End::stopped);
    }
    pc_ = core_.pc;
    const StepOutcome& outcome = core_.step(memory_, counter_);
    switch (outcome.kind) {
    case StepOutcome::Kind::done:
      if (outcome.access != AccessTarget::none)
        report(outcome);
      break;
    case StepOutcome::Kind::tensor:
      dispatch(outcome);
      break;
    case StepOutcome::Kind::fence:
      if (!idle(outcome.engines))
        return deadlock(outcome.instruction);
      report(outcome);
      break;
    case StepOutcome::Kind::semWait:
      if (!take(outcome.instruction))
        return deadlock(outcome.instruction);
      report(outcome);
      break;
    case StepOutcome::Kind::semSignal:
      signal(Engine::sequencer, pc_, outcome.instruction);
      report(outcome);
      runEngines();
      break;
    case StepOutcome::Kind::halt:
      if (!idle(15))
        return deadlock(outcome.instruction);
      report(outcome);
      result_.exitCode = outcome.exitCode;
      if (!ended_)
        end(DataflowResult::End::halted);
      break;
    case StepOutcome::Kind::fault:
      return fail(outcome.fault);
    }
    ++result_.sequencerInstructions;
  }

  void report(const StepOutcome& outcome) {
    if (ended_)
      return;
    if (std::optional<Fault> fault = client_.sequenced(outcome, pc_))
      fail(*fault);
  }

  void dispatch(const StepOutcome& outcome) {
    Engine engine = info(outcome.instruction.op).engine;
    auto number = static_cast<size_t>(engine);
    // Everything that could start has started: a full queue stays full.
    if (queue_[number].size() >= capacity_[number])
      return deadlock(outcome.instruction);
    queue_[number].push_back(outcome.op);
    client_.dispatched(engine, outcome.op);
    runEngines();
  }

  // Each named semaphore once; `-` is 31.
  template <typename Visit> static void forEachSemaphore(uint8_t first, uint8_t second, Visit&& visit) {
    if (first != kNoSemaphore)
      visit(first);
    if (second != kNoSemaphore && second != first)
      visit(second);
  }

  bool ready(const Instruction& in) const {
    bool result = true;
    forEachSemaphore(in.w0, in.w1, [&](uint8_t s) { result = result && count_[s] > 0; });
    return result;
  }

  bool take(const Instruction& in) {
    if (!ready(in))
      return false;
    forEachSemaphore(in.w0, in.w1, [&](uint8_t s) { --count_[s]; });
    return true;
  }

  void signal(Engine engine, uint32_t pc, const Instruction& in) {
    forEachSemaphore(in.s0, in.s1, [&](uint8_t s) {
      if (++count_[s] <= static_cast<uint32_t>(timing::SEMAPHORE_MAX) || ended_)
        return;
      if (std::optional<Fault> fault = client_.overflowed(engine, pc, s))
        fail(*fault);
    });
  }

  // Lets engines take instructions, in unit order, until none can.
  void runEngines() {
    for (bool progress = true; progress && !ended_;) {
      progress = false;
      for (size_t e = 1; e < kEngines; ++e)
        while (!ended_ && !queue_[e].empty() && take(queue_[e].front().instruction)) {
          progress = true;
          TensorOp& op = queue_[e].front();
          if (std::optional<Fault> fault = client_.execute(static_cast<Engine>(e), op))
            return fail(*fault);
          signal(static_cast<Engine>(e), op.pc, op.instruction);
          queue_[e].pop_front();
        }
    }
  }

  bool idle(uint32_t engines) const {
    for (size_t e = 1; e < kEngines; ++e)
      if ((engines >> (e - 1) & 1) != 0 && !queue_[e].empty())
        return false;
    return true;
  }

  void deadlock(const Instruction& sequencerWaitsIn) {
    for (size_t e = 1; e < kEngines; ++e)
      if (!queue_[e].empty())
        result_.waiting.push_back({static_cast<Engine>(e), queue_[e].front().pc, queue_[e].front().instruction});
    result_.waiting.push_back({Engine::sequencer, pc_, sequencerWaitsIn});
    fail({FaultCause::deadlock, Engine::sequencer, pc_, static_cast<uint64_t>(result_.waiting.front().engine)});
  }

  CoreMemory& memory_;
  const DataflowOptions& options_;
  DataflowClient& client_;
  CounterReader counter_;
  ScalarCore core_;
  std::array<size_t, kEngines> capacity_;
  std::array<std::deque<TensorOp>, kEngines> queue_;
  std::array<uint32_t, timing::SEMAPHORES> count_{};
  uint64_t sinceProceed_ = 0;
  uint32_t pc_ = 0; // of the sequencer's instruction
  bool ended_ = false;
  DataflowResult result_;
};

} // namespace

DataflowResult runDataflow(const Machine& machine, CoreMemory& memory, const DataflowOptions& options,
                           DataflowClient& client) {
  return Dataflow(machine, memory, options, client).run();
}

} // namespace weft
