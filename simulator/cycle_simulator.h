// The cycle-accurate simulator as a function. Free of SystemC headers, for any C++ standard from 17 on; the SystemC
// system behind it, with its memory to be exchanged, is simulator/systemc/system.h.
#pragma once

#include "isa/check/race_detector.h"
#include "isa/semantics/state.h"
#include "simulator/cycle/core_state.h"
#include "simulator/cycle/events.h"
#include "simulator/dram/dram_model.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weft {

struct CycleOptions {
  uint32_t entry = kResetPc;       // pc at reset
  uint64_t cycleLimit = 0;         // stop after so many cycles; 0: no limit
  bool computeData = true;         // false: tensor instructions take their time and leave memory alone
  bool eventData = false;          // fills CycleEvent::data
  bool recordInstructions = false; // fills CycleResult::instructions
  bool detectRaces = false;        // fills CycleResult::races and semaphoreProblems
  bool noSkip = false;             // step every cycle: slow, same result
  bool countData = false;          // fills CycleResult::data and that of its parts; needs computeData
  std::vector<ProgramPart> parts;  // among which to divide the run: fills CycleResult::parts
  CycleObserver* observer = nullptr;
  DramMeter* meter = nullptr;      // is told of the DRAM requests of load and store engine
  // Called now and then with the cycles that are over; false stops the run.
  std::function<bool(uint64_t cycle)> progress;
};

struct CycleResult {
  enum class Status : uint8_t { halted, faulted, cycleLimit, stopped };
  Status status = Status::halted;
  uint32_t exitCode = 0; // halted
  Fault fault;           // faulted
  uint64_t cycles = 0;
  CounterValues counters{}; // by number, weft::counter
  Activity activity;
  DramCounters dram;
  std::optional<DataActivity> data;
  std::vector<InstructionRecord> instructions; // in dispatch order
  std::vector<Expenditure> parts; // of each part asked for, then of what came before them; of a run that ended
  std::vector<Race> races;
  std::vector<SemaphoreProblem> semaphoreProblems;
};

// Runs the program in `memory` from reset until the core stops. Any number of times in a process, but one
// at a time: SystemC has one kernel, and calls from other threads wait. Throws Error if called from inside another
// SystemC simulation, and whatever `progress` or the observer throws.
CycleResult runCycle(const Machine& machine, CoreMemory& memory, const CycleOptions& options = {});

// Adds to `problems` one sentence for every unit whose busy cycles, stalls and idle cycles are not all cycles.
std::vector<std::string> checkAccounting(const CounterValues& counters, uint64_t cycles);

} // namespace weft
