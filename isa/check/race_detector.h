// Finds accesses that conflict and that nothing orders: two units, the same byte (accumulator row), at least one write,
// and a timing on which either may come first. One execution is enough to find a race of any timing, because the order
// that it checks is the one that all timings have in common. Attached to the functional and the cycle simulator, and
// used by the static verifier.
#pragma once

#include "isa/check/happens_before.h"
#include "isa/check/shadow.h"
#include "isa/semantics/scalar.h"
#include "isa/semantics/tensor.h"

#include <deque>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace weft {

struct Race {
  struct Side {
    Engine unit;
    uint32_t pc;
    Opcode op;
    bool write;
  };
  Side first; // in the execution at hand
  Side second;
  Space space;
  int64_t address; // one that they share; accumulator: row
};

// One sentence, without the sources of the instructions.
std::string describe(const Race& race);
std::string describe(const SemaphoreProblem& problem);

class RaceDetector {
public:
  // Keeps at most `limit` races, one for each pair of instructions and memory.
  explicit RaceDetector(const Machine& machine, size_t limit = 100);

  void dispatch(const TensorOp& op);
  void start(Engine engine);  // its oldest dispatched instruction
  void retire(Engine engine); // its oldest started instruction
  // An instruction that the sequencer completed, other than a dispatch. Those that access no DRAM, wait for nothing and
  // signal nothing may be left out.
  void sequencer(const StepOutcome& outcome, uint32_t pc);

  const std::vector<Race>& races() const { return races_; }
  const std::vector<SemaphoreProblem>& semaphoreProblems() const { return order_.problems(); }

  // Whether everything in the region (scratchpad or accumulators) has been written by some started instruction.
  bool written(const Region& region) const;
  // Whether a started store has written one of these bytes of DRAM.
  bool storeWrote(uint32_t address, uint32_t bytes) const;

private:
  struct Record {
    uint32_t pc;
    Opcode op;
    std::vector<Region> regions;
    uint32_t number = 0; // set by its start
  };

  void access(Record record, const Accessor& who);
  void confirm(UnitMask suspects, const Record& record, const Accessor& who);
  void report(const Record& earlier, Engine unit, const Region& x, const Record& later, Engine by, const Region& y,
              int64_t address);
  void scalarAccess(const StepOutcome& outcome, uint32_t pc);
  void forget();

  const Machine& machine_;
  size_t limit_;
  HappensBefore order_;
  LocalShadow scratchpad_;
  LocalShadow accumulators_;
  DramShadow dram_;
  std::array<std::deque<Record>, kUnits> queued_;
  std::array<std::deque<Record>, kUnits> records_; // of events that something may still be unordered with
  std::vector<Region> stored_;                     // DRAM regions of all stores
  uint32_t sinceForget_ = 0;
  bool dispatchedSinceAccess_ = false;
  std::set<std::tuple<uint32_t, uint32_t, Space>> reported_;
  std::vector<Race> races_;
};

} // namespace weft
