// What the units of a core share. Everything that one unit reads and another writes is here; it changes only at the end
// of a cycle, or in the fixed order in which CoreModel::step() lets the units act.
#pragma once

#include "isa/check/race_detector.h"
#include "isa/generated/vector_work.h"
#include "isa/semantics/state.h"
#include "isa/semantics/tensor.h"
#include "simulator/cycle/data_activity.h"
#include "simulator/cycle/dram_meter.h"
#include "simulator/cycle/events.h"
#include "simulator/cycle/ports.h"
#include "simulator/cycle/program_part.h"
#include "simulator/cycle/semaphores.h"
#include "simulator/dram/dram_model.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <vector>

namespace weft {

using CounterValues = std::array<uint64_t, counter::count>;

// What the memories and the array did, beside the architectural counters: the action counts of energy models.
struct Activity : VectorWork {
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
  // Cycles of stall_semaphore, by engine and by the unit that signals what it waits for. Of two semaphores that are
  // missing it is the first. A wait counts when it ends. The simulator's alone: RTL does not have it.
  std::array<std::array<uint64_t, kUnits>, kUnits> waits{};
};

// Every count of an Activity but `waits`, by the name that reports use.
struct ActivityField {
  const char* name;
  uint64_t Activity::*count;
};
inline constexpr auto kActivityFields = [] {
  constexpr ActivityField own[] = {
      {"instruction_cache_lookups", &Activity::instructionLookups},
      {"instruction_cache_misses", &Activity::instructionMisses},
      {"scalar_memory_reads", &Activity::scalarReads},
      {"scalar_memory_writes", &Activity::scalarWrites},
      {"scratchpad_activation_reads", &Activity::activationReads},
      {"scratchpad_weight_reads", &Activity::weightReads},
      {"scratchpad_vector_reads", &Activity::vectorReads},
      {"scratchpad_vector_writes", &Activity::vectorWrites},
      {"scratchpad_store_reads", &Activity::storeReads},
      {"scratchpad_load_writes", &Activity::loadWrites},
      {"accumulator_reads", &Activity::accumulatorReads},
      {"accumulator_writes", &Activity::accumulatorWrites},
      {"accumulator_drains", &Activity::accumulatorDrains},
      {"lut_rows_loaded", &Activity::lutLoads},
  };
  std::array<ActivityField, std::size(own) + kVectorWorkFields.size()> all{};
  size_t count = 0;
  for (const ActivityField& field : own)
    all[count++] = field;
  for (const VectorWorkField& field : kVectorWorkFields)
    all[count++] = {field.name, field.count};
  return all;
}();

inline bool operator==(const Activity& a, const Activity& b) {
  return a.waits == b.waits &&
         std::all_of(std::begin(kActivityFields), std::end(kActivityFields),
                     [&](const ActivityField& field) { return a.*field.count == b.*field.count; });
}

inline constexpr uint64_t kNever = ~uint64_t{0};

struct InstructionRecord {
  uint32_t pc = 0;
  Engine engine = Engine::sequencer;
  uint64_t dispatch = kNever; // cycles; kNever if it did not happen
  uint64_t start = kNever;
  uint64_t retire = kNever;
  Work work; // of a retired one
};

// What a run, or a part of the program, took and did.
struct Expenditure {
  uint64_t cycles = 0;
  CounterValues counters{};
  Activity activity;
  DramCounters dram;
  DataActivity data = {}; // if it is counted
};

// Divides a run among the parts of its program. A part is charged for all that happens from the end of the cycle in
// which its first tensor instruction is dispatched to the end of the cycle in which the first one of another part is.
// So the parts add up to the run exactly. Instructions outside of all parts change nothing.
class PartSampler {
public:
  // The parts do not overlap.
  explicit PartSampler(const std::vector<ProgramPart>& parts);

  // A tensor instruction is dispatched in the current cycle.
  void dispatch(uint32_t pc) {
    if (pc < current_.first || pc >= current_.end)
      find(pc);
  }
  // At the end of a cycle: settle() is due.
  bool due() const { return next_ != charged_; }
  // At the end of a cycle: charges the part that was under way, given what the run has cost up to here.
  void settle(const Expenditure& now);
  // Of each part in the order given; the last element is what came before the first part. Complete after a last
  // settle() at the run's end.
  const std::vector<Expenditure>& shares() const { return shares_; }

private:
  void find(uint32_t pc);

  struct Part {
    ProgramPart range;
    size_t index;
  };
  std::vector<Part> parts_; // by address
  ProgramPart current_;     // that pays after the cycle
  size_t next_, charged_;   // indices of shares_
  Expenditure settled_;
  std::vector<Expenditure> shares_;
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
  PartSampler* parts = nullptr;           // null: not asked for
  DataCounter* data = nullptr;            // null: not asked for
  DramMeter* meter = nullptr;             // null: not asked for
  std::vector<InstructionRecord> records; // by number

  // A DRAM request of `bytes` bytes, widened to whole beats of `busBytes`.
  struct Request {
    uint64_t answer;
    uint32_t address; // of the first beat
    uint32_t bytes;   // moved
  };
  Request request(uint64_t cycle, Engine engine, uint32_t pc, uint32_t address, uint32_t bytes, uint32_t busBytes,
                  bool write) {
    uint32_t first = address & ~(busBytes - 1);
    uint32_t end = (address + (bytes - 1)) | (busBytes - 1); // last byte: cannot wrap
    uint32_t moved = end - first + 1;
    uint64_t answer = dram.access(cycle, first, moved, write);
    if (meter && engine != Engine::sequencer)
      meter->request(pc, first, moved, write);
    if (events.enabled())
      events.add({cycle, EventKind::dramRequest, engine, pc, 0, first, moved, write, answer});
    return {answer, first, moved};
  }
};

} // namespace weft
