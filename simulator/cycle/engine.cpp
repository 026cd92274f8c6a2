#include "simulator/cycle/engine.h"

#include "isa/semantics/tensor.h"
#include "isa/support/error.h"

namespace weft {

Flight* EngineUnit::start(uint64_t cycle) {
  if (!startable_)
    return nullptr;
  const TensorOp& op = queue_.head().op;
  if (std::optional<Fault> wrong = checkOperands(op, core_.machine)) {
    core_.faults.raise(*wrong, FaultLatch::startStage);
    return nullptr;
  }
  const uint8_t semaphores[] = {op.instruction.w0, op.instruction.w1};
  for (size_t i = 0; i < waited_.size(); ++i) {
    if (waited_[i] > 0) {
      const auto signaller = static_cast<size_t>(core_.semaphores.signaller(semaphores[i]));
      core_.activity.waits[static_cast<size_t>(engine_)][signaller] += waited_[i];
      waited_[i] = 0;
    }
  }
  core_.semaphores.take(op.instruction, engine_, op.pc);
  Flight& flight = queue_.start();
  if (core_.keepRecords)
    core_.records[flight.number].start = cycle;
  if (core_.races)
    core_.races->start(engine_);
  if (core_.events.enabled())
    core_.events.add({cycle, EventKind::start, engine_, op.pc, flight.number});
  return &flight;
}

void EngineUnit::retire(uint64_t cycle) {
  const Flight& flight = queue_.oldest();
  const TensorOp& op = flight.op;
  if (core_.computeData) {
    if (core_.data && engine_ == Engine::matrix)
      core_.data->matrix(op);
    std::optional<Fault> wrong = execute(op, core_.machine, core_.memory);
    WEFT_CHECK(!wrong, "the engine's state machine and the semantics disagree about an address");
  }
  core_.semaphores.signal(op.instruction, engine_, op.pc);
  count(numbers_.instructions);
  if (core_.races)
    core_.races->retire(engine_);
  if (core_.events.enabled())
    core_.events.add({cycle, EventKind::retire, engine_, op.pc, flight.number});
  if (core_.keepRecords) {
    InstructionRecord& record = core_.records[flight.number];
    record.retire = cycle;
    record.work = work(op, core_.machine);
  }
  queue_.retire();
}

} // namespace weft
