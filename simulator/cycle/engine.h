// What load, store, matrix and vector engine have in common: the queue, start, retirement and accounting.
#pragma once

#include "simulator/cycle/core_state.h"
#include "simulator/cycle/queue.h"

namespace weft {

class EngineUnit {
public:
  struct Numbers { // of its counters
    int busy, idle, instructions, stallSemaphore, stallBank;
  };
  EngineUnit(Engine engine, const Numbers& numbers, uint32_t queueSize, CoreState& core)
      : engine_(engine), numbers_(numbers), core_(core), queue_(queueSize) {}

  EngineQueue& queue() { return queue_; }
  // At the beginning of a cycle: something has started and not retired.
  bool underWay() const { return queue_.started() > 0; }
  // At the beginning of a cycle: nothing is under way, and the head of the queue waits for a semaphore.
  bool waits() { return !underWay() && queue_.waiting() > 0 && !available(); }
  // Nothing will happen in this engine until another unit does something.
  bool blocked() { return !underWay() && (queue_.waiting() == 0 || !available()); }

protected:
  bool available() { return core_.semaphores.available(queue_.head().op.instruction); }

  // First of all in a cycle: remembers the state at its beginning. What was dispatched in this very cycle is not part
  // of it.
  void beginCycle(uint64_t cycle) {
    underWay_ = underWay();
    waiting_ = queue_.waiting() > 0 && queue_.head().dispatched < cycle;
    startable_ = waiting_ && available();
  }
  // Adds cycles to counter `cause`, or if that is kNone to what the table of causes leaves.
  static constexpr int kNone = -1;
  void account(int cause, uint64_t cycles = 1) {
    if (cause == kNone) {
      if (underWay_ || startable_)
        cause = numbers_.busy;
      else
        cause = waiting_ ? numbers_.stallSemaphore : numbers_.idle;
      if (cause == numbers_.stallSemaphore)
        waited_[core_.semaphores.isSet(queue_.head().op.instruction.w0) ? 1 : 0] += cycles;
    }
    count(cause, cycles);
  }
  void count(int number, uint64_t amount = 1) { core_.counters[static_cast<size_t>(number)] += amount; }

  // Called if the front stage was free at the beginning of the cycle: takes the head of the queue if it may start. Null
  // if nothing starts.
  Flight* start(uint64_t cycle);
  // The oldest instruction retires: its effects happen, it signals and leaves.
  void retire(uint64_t cycle);
  void fault(FaultCause cause, uint32_t pc, uint64_t information, FaultLatch::Stage stage) {
    core_.faults.raise({cause, engine_, pc, information}, stage);
  }

  Engine engine_;
  Numbers numbers_;
  CoreState& core_;
  EngineQueue queue_;
  bool underWay_ = false;
  bool waiting_ = false;
  bool startable_ = false;
  std::array<uint64_t, 2> waited_{}; // cycles in which the head of the queue waited for each of its semaphores
};

} // namespace weft
