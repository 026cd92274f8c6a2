// The order that a program's synchronisation imposes on every timing: program order within a unit, dispatch from the
// sequencer to an engine, semaphore tokens from producer to consumer, fences from engines to the sequencer.
#pragma once

#include "isa/semantics/state.h"

#include <array>
#include <deque>
#include <vector>

namespace weft {

inline constexpr size_t kUnits = 5; // by Engine

// For each unit: its events up to this number have happened before. Events of a unit count from 1: of an engine, its
// instructions; of the sequencer, its DRAM accesses, `semwait` and `semsignal`.
using Clock = std::array<uint32_t, kUnits>;

// A use of semaphores that the convention forbids, or that may fail on some timing.
struct SemaphoreProblem {
  enum class Kind {
    secondProducer, // two units signal it
    secondConsumer, // two units wait for it
    overflow,       // the producer may be more than SEMAPHORE_MAX signals ahead
  };
  Kind kind;
  int semaphore;
  Engine unit; // that does it second, or that may signal too often
  uint32_t pc;
  Opcode op;
};

// Is told of the events of one execution, in their order, and computes the order that all executions have in common
// (which needs one producer and one consumer for each semaphore; violations are reported).
class HappensBefore {
public:
  explicit HappensBefore(const Machine& machine);

  void dispatch(Engine engine, const TensorOp& op);
  // The oldest dispatched instruction of the engine starts. Returns what happened before it.
  const Clock& start(Engine engine);
  // The oldest started instruction of the engine retires.
  void retire(Engine engine);
  void wait(uint32_t pc, const Instruction& semwait);
  void signal(uint32_t pc, const Instruction& semsignal);
  void fence(uint32_t engines);
  // The sequencer accesses DRAM: a new event of it, with what happened before it.
  const Clock& sequencerAccess();

  // Number of the newest event of the unit (engine: started instruction).
  uint32_t newest(Engine unit) const { return started_[static_cast<size_t>(unit)]; }
  // A lower bound of what all future events of `unit` know of `other`.
  uint32_t known(Engine unit, Engine other) const;
  const std::vector<SemaphoreProblem>& problems() const { return problems_; }

private:
  struct Pending {
    Instruction instruction;
    uint32_t pc;
    Clock clock;      // dispatched: of the sequencer; started: its own
    Clock dispatched; // instructions dispatched to each engine until then
    uint32_t number;
  };
  struct Semaphore {
    std::deque<Clock> tokens;
    std::deque<uint32_t> waits; // event numbers of the consumer's waits that may come after the newest signal
    uint64_t signals = 0;
    uint64_t waitsBefore = 0; // waits that are certainly before the newest signal
    int producer = -1;
    int consumer = -1;
    bool overflowReported = false;
  };

  void take(Engine unit, const Pending& who, Clock& into);
  void give(Engine unit, const Pending& who);
  void claim(int& owner, Engine unit, SemaphoreProblem::Kind kind, int semaphore, const Pending& who);
  void checkLead(Semaphore& semaphore, int number, Engine unit, const Pending& who);

  std::array<uint32_t, kUnits> queueSize_;
  std::array<std::deque<Pending>, kUnits> queue_;  // dispatched, not started
  std::array<std::deque<Pending>, kUnits> flight_; // started, not retired
  std::array<Clock, kUnits> latest_{};             // of the newest event of each unit
  std::array<Clock, kUnits> retired_{};            // of the newest retired instruction, itself included
  std::array<uint32_t, kUnits> started_{};
  Clock dispatched_{};
  std::array<Semaphore, timing::SEMAPHORES> semaphores_;
  std::vector<SemaphoreProblem> problems_;
};

} // namespace weft
