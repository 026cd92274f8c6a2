// One core, cycle by cycle or in jumps, without a kernel around it: what simulator/systemc wraps and tests drive.
#pragma once

#include "simulator/cycle/core_state.h"
#include "simulator/cycle/load.h"
#include "simulator/cycle/matrix.h"
#include "simulator/cycle/sequencer.h"
#include "simulator/cycle/store.h"
#include "simulator/cycle/vector.h"

#include <optional>

namespace weft {

struct CoreModelOptions {
  uint32_t entry = kResetPc;
  bool noSkip = false;      // step every cycle; the result is the same
  bool computeData = true;  // false: tensor instructions leave memory alone (the time is the same)
  bool eventData = false;   // fills CycleEvent::data
  bool keepRecords = false; // of every tensor instruction
  bool countData = false;   // needs computeData; the result is otherwise the same
  CycleObserver* observer = nullptr;
  RaceDetector* races = nullptr; // is told of the execution
  PartSampler* parts = nullptr;  // divides the run; complete when the core has stopped
  DramMeter* meter = nullptr;    // is told of the DRAM requests
};

class CoreModel {
public:
  // The machine, memory (program loaded) and DRAM model must outlive it.
  CoreModel(const Machine& machine, CoreMemory& memory, DramTimingModel& dram, const CoreModelOptions& options);
  CoreModel(const CoreModel&) = delete;
  CoreModel& operator=(const CoreModel&) = delete;

  enum class State : uint8_t { running, halted, faulted };
  State state() const { return state_; }
  // Advances until the core stops or `limit` cycles are over in all.
  State run(uint64_t limit);

  uint64_t cycle() const { return cycle_; } // cycles that are over
  uint32_t exitCode() const { return sequencer_.exitCode(); }
  const Fault& fault() const { return core_.faults.fault(); }
  const CounterValues& counters() const { return core_.counters; }
  const Activity& activity() const { return core_.activity; }
  DataActivity data() const { return data_ ? data_->counts() : DataActivity{}; } // zeros: not counted
  const std::vector<InstructionRecord>& records() const { return core_.records; }
  uint64_t stepped() const { return stepped_; } // cycles that were not skipped

private:
  void step();
  uint64_t steadyWindow();
  void skip(uint64_t cycles);
  void settleParts();
  std::optional<Fault> deadlock();

  CoreState core_;
  std::optional<DataCounter> data_;
  LoadEngine load_;
  StoreEngine store_;
  MatrixEngine matrix_;
  VectorEngine vector_;
  Sequencer sequencer_;
  bool noSkip_;
  State state_ = State::running;
  uint64_t cycle_ = 0;
  uint64_t stepped_ = 0;
};

} // namespace weft
