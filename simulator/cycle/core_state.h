// What the units of a core share. Everything that one unit reads and another writes is here; it changes only at the end
// of a cycle, or in the fixed order in which CoreModel::step() lets the units act.
#pragma once

#include "isa/check/race_detector.h"
#include "isa/semantics/state.h"
#include "isa/semantics/tensor.h"
#include "simulator/cycle/events.h"
#include "simulator/cycle/ports.h"
#include "simulator/cycle/semaphores.h"
#include "simulator/dram/dram_model.h"

#include <array>
#include <cstdint>
#include <vector>

namespace weft {

using CounterValues = std::array<uint64_t, counter::count>;

// What the memories and the array did, beside the architectural counters: the action counts of energy models.
struct Activity {
  uint64_t instructionLookups = 0; // of the instruction cache
  uint64_t instructionMisses = 0;
  uint64_t scalarReads = 0; // accesses of scalar memory
  uint64_t scalarWrites = 0;
  uint64_t activationReads = 0;   // scratchpad, R bytes each: rows that the array multiplies
  uint64_t weightReads = 0;       // scratchpad, C bytes each
  uint64_t vectorReads = 0;       // scratchpad, C bytes each
  uint64_t vectorWrites = 0;      // scratchpad, C bytes each
  uint64_t storeReads = 0;        // scratchpad, at most a line each; bytes: counter store_bytes_read
  uint64_t loadWrites = 0;        // scratchpad, at most a line each; bytes: counter load_bytes_written
  uint64_t accumulatorReads = 0;  // rows read back by the matrix engine
  uint64_t accumulatorWrites = 0; // rows
  uint64_t accumulatorDrains = 0; // rows read by the vector engine
  uint64_t lutLoads = 0;          // rows of the LUT written

  bool operator==(const Activity& o) const {
    return instructionLookups == o.instructionLookups && instructionMisses == o.instructionMisses &&
           scalarReads == o.scalarReads && scalarWrites == o.scalarWrites && activationReads == o.activationReads &&
           weightReads == o.weightReads && vectorReads == o.vectorReads && vectorWrites == o.vectorWrites &&
           storeReads == o.storeReads && loadWrites == o.loadWrites && accumulatorReads == o.accumulatorReads &&
           accumulatorWrites == o.accumulatorWrites && accumulatorDrains == o.accumulatorDrains &&
           lutLoads == o.lutLoads;
  }
};

inline constexpr uint64_t kNever = ~uint64_t{0};

struct InstructionRecord {
  uint32_t pc = 0;
  Engine engine = Engine::sequencer;
  uint64_t dispatch = kNever; // cycles; kNever if it did not happen
  uint64_t start = kNever;
  uint64_t retire = kNever;
  Work work; // of a retired one
};

// Keeps the fault of a cycle that wins: the first unit in unit order; within a unit the stage nearest to retirement.
class FaultLatch {
public:
  enum Stage { signal, back, middle, front, startStage, stages };
  void raise(const Fault& fault, Stage stage) {
    int rank = static_cast<int>(fault.engine) * stages + stage;
    if (rank < rank_) {
      rank_ = rank;
      fault_ = fault;
    }
  }
  bool raised() const { return rank_ != kNone; }
  const Fault& fault() const { return fault_; }

private:
  static constexpr int kNone = 1000;
  int rank_ = kNone;
  Fault fault_;
};

struct CoreState {
  CoreState(const Machine& machineDescription, CoreMemory& coreMemory, DramTimingModel& dramModel)
      : machine(machineDescription), memory(coreMemory), dram(dramModel), ports(machineDescription) {}

  const Machine& machine;
  CoreMemory& memory;
  DramTimingModel& dram;
  MemoryPorts ports;
  Semaphores semaphores;
  FaultLatch faults;
  CounterValues counters{};
  Activity activity;
  EventLog events;
  uint64_t dispatched = 0; // tensor instructions
  bool computeData = true;
  bool eventData = false;
  bool keepRecords = false;
  RaceDetector* races = nullptr;          // null: not asked for
  std::vector<InstructionRecord> records; // by number

  // A DRAM request of `bytes` bytes, widened to whole beats of `busBytes`.
  struct Request {
    uint64_t answer;
    uint32_t bytes; // moved
  };
  Request request(uint64_t cycle, Engine engine, uint32_t pc, uint32_t address, uint32_t bytes, uint32_t busBytes,
                  bool write) {
    uint32_t first = address & ~(busBytes - 1);
    uint32_t end = (address + (bytes - 1)) | (busBytes - 1); // last byte: cannot wrap
    uint32_t moved = end - first + 1;
    uint64_t answer = dram.access(cycle, first, moved, write);
    if (events.enabled())
      events.add({cycle, EventKind::dramRequest, engine, pc, 0, first, moved, write, answer});
    return {answer, moved};
  }
};

} // namespace weft
