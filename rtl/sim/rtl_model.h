// The Verilated core with a memory behind its AXI ports, cycle by cycle: what simulator/cycle's CoreModel is for the
// simulator, with the same results and the same events.
#pragma once

#include "simulator/cycle_simulator.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::rtl {

// A waveform of the cycles [first, last]: a file in the FST format, which GTKWave and Surfer open. Its
// time is that of the machine's clock.
struct Wave {
  std::filesystem::path file;
  uint64_t first = 0;
  uint64_t last = UINT64_MAX;
  std::string comment = {}; // where it comes from
};

struct RtlModelOptions {
  CycleObserver* observer = nullptr;
  bool keepRecords = false;     // of every tensor instruction
  PartSampler* parts = nullptr; // divides the run; complete when the core has stopped
  DramMeter* meter = nullptr;   // is told of the DRAM requests of load and store engine
  bool eventData = false;       // fills CycleEvent::data
  bool assertions = false; // of the design: a violation is an Error; registers without reset begin with random values
  bool coverage = false;   // of lines and cover properties: writeCoverage()
  std::optional<Wave> wave;
  // Called with a sentence for the user some times a second while the design is compiled for this machine, if it has
  // not been yet; what it throws ends that.
  std::function<void(const std::string&)> building;
};

class RtlModel {
public:
  // At reset. The machine, the memory (program loaded) and the DRAM model must outlive it. Builds the model if there is
  // none for the machine yet; throws Error if that fails.
  RtlModel(const Machine& machine, CoreMemory& memory, DramTimingModel& dram, const RtlModelOptions& options);
  ~RtlModel();
  RtlModel(const RtlModel&) = delete;
  RtlModel& operator=(const RtlModel&) = delete;

  enum class State : uint8_t { running, halted, faulted };
  State state() const;
  // Advances until the core stops or `limit` cycles are over in all. Throws Error if an assertion of the design fails.
  // Completes the waveform when the core has stopped or its last cycle is over.
  State run(uint64_t limit);
  // Completes the waveform now. One that is not complete vanishes with the model.
  void endWave();

  uint64_t cycle() const; // cycles that are over
  uint32_t exitCode() const;
  const Fault& fault() const;
  CounterValues counters() const;
  const Activity& activity() const;
  const std::vector<InstructionRecord>& records() const;
  // Copies the memories of the core into the CoreMemory. (DRAM is always current.)
  void readMemories();
  // Adds to Verilator's coverage file.
  void writeCoverage(const std::filesystem::path& file) const;

private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

struct RtlOptions {
  uint64_t cycleLimit = 0;         // stop after so many cycles; 0: no limit
  bool recordInstructions = false; // fills CycleResult::instructions
  std::vector<ProgramPart> parts;  // among which to divide the run: fills CycleResult::parts
  CycleObserver* observer = nullptr;
  DramMeter* meter = nullptr; // is told of the DRAM requests of load and store engine
  std::optional<Wave> wave;
  std::function<void(const std::string&)> building;
  // Called now and then with the cycles that are over; false stops the run.
  std::function<bool(uint64_t cycle)> progress;
};

// Runs the program in `memory` from reset until the core stops, with the machine's DRAM model. The result is that of
// runCycle(), without races. Throws Error, and whatever `progress` or the observer throws.
CycleResult runRtl(const Machine& machine, CoreMemory& memory, const RtlOptions& options = {});

} // namespace weft::rtl
