// A core without time: the sequencer, the engines' bounded queues, and the semaphores. Engines take instructions as
// soon as they may, whole and at once. Since every semaphore has one producer and one consumer, what the instructions
// compute and whether the core deadlocks do not depend on that choice. Under the functional simulator and the static
// verifier, which say what executing means.
#pragma once

#include "isa/semantics/scalar.h"
#include "isa/semantics/state.h"

#include <deque>

namespace weft {

// What a dataflow run calls, in an order that respects program order and semaphores.
class DataflowClient {
public:
  virtual ~DataflowClient() = default;
  // A tensor instruction starts, executes and retires. A fault stops the core.
  virtual std::optional<Fault> execute(Engine engine, const TensorOp& op) = 0;
  // The sequencer has put an instruction into its engine's queue.
  virtual void dispatched(Engine, const TensorOp&) {}
  // The sequencer has executed an instruction that reads or writes DRAM or scalar memory (outcome.access), `semwait`,
  // `semsignal`, `fence` or `halt`, which is complete. A fault stops the core.
  virtual std::optional<Fault> sequenced(const StepOutcome&, uint32_t /*pc*/) { return std::nullopt; }
  // A signal of the unit makes semaphore `number` exceed SEMAPHORE_MAX in this order of events. A fault stops the core.
  virtual std::optional<Fault> overflowed(Engine engine, uint32_t pc, int number) {
    return Fault{FaultCause::semaphoreOverflow, engine, pc, static_cast<uint64_t>(number)};
  }
  virtual uint32_t readCounter(uint32_t /*number*/, uint64_t /*sequencerInstructions*/) { return 0; }
  // Called every `interval` sequencer instructions; false stops the run.
  virtual bool proceed(uint64_t /*sequencerInstructions*/) { return true; }
};

struct DataflowOptions {
  uint32_t entry = kResetPc;
  uint64_t instructionLimit = UINT64_MAX; // of the sequencer
  uint64_t proceedInterval = 1 << 16;     // sequencer instructions between calls of proceed()
};

// An engine, or the sequencer, that waits when nothing can happen any more.
struct Waiting {
  Engine engine;
  uint32_t pc;
  Instruction instruction;
};

struct DataflowResult {
  enum class End { halted, fault, limit, stopped };
  End end = End::halted;
  uint32_t exitCode = 0;
  // Deadlock: raised by the sequencer at the instruction that it waits in; the information is the number of the first
  // waiting engine, in unit order.
  Fault fault;
  std::vector<Waiting> waiting; // after a deadlock, in unit order, the sequencer last
  uint64_t sequencerInstructions = 0;
  std::array<uint32_t, timing::SEMAPHORES> semaphores{}; // counts at the end
};

// `memory` holds the program and supplies the scalar loads; scalar stores change it. The client changes the rest.
DataflowResult runDataflow(const Machine& machine, CoreMemory& memory, const DataflowOptions& options,
                           DataflowClient& client);

} // namespace weft
