// Writes the timeline of a run as Chrome trace events (JSON), which ui.perfetto.dev and chrome://tracing open.
#pragma once

#include "isa/machine/machine.h"
#include "isa/support/file.h"
#include "simulator/cycle/events.h"
#include "simulator/cycle/program_part.h"
#include "simulator/trace/flows.h"

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weft {

struct TraceLabel {
  std::string mnemonic;
  std::string node;             // that the instruction serves; empty: unknown
  std::string tensor = {};      // that it loads or stores; empty: none or unknown
  Instruction instruction = {}; // its semaphores make flows
};

// A part of the program: from the dispatch of its first tensor instruction until another's is dispatched.
struct TracePhase {
  ProgramPart code;
  std::string name;
  // Counters that hold while it lasts: track, series, value.
  std::map<std::string, std::map<std::string, uint64_t>> counters;
};

struct TraceOptions {
  // What is at this address; called once for each pc. Unset: instructions are named by their address.
  std::function<TraceLabel(uint32_t pc)> label;
  // The tensor at a DRAM address while this instruction runs; called once for each pc that requests.
  std::function<std::string(uint32_t pc, uint32_t address)> tensor;
  std::vector<TracePhase> phases;                            // do not overlap
  std::vector<std::pair<std::string, std::string>> metadata; // further names and values
  uint64_t maxSlices = 1'000'000; // later instructions are left out and counted in the trace's metadata
  uint64_t window = 1024;         // cycles that one sample of the counters covers; doubled when samples get many
};

// One track for each engine (more while its instructions overlap), one slice from start to retirement of each tensor
// instruction with its pc, node, tensor, dispatch cycle and the cycles that it waited in the queue; a track for each
// engine of the times in which it had nothing under way and the head of its queue waited for a semaphore; a track of
// the phases and their counters; flows from the retirement of an instruction to the start of the one that waits for its
// data (SemaphoreFlows); counters of the DRAM bandwidth in GB/s and of the most instructions that waited in each queue;
// an instant for halt or fault. Time is that of the machine's clock. The file is written as the run goes on; without
// finish() nothing remains of it (OutputFile).
class TraceWriter final : public CycleObserver {
public:
  // Throws Error if the file cannot be written, as event() and finish() do.
  TraceWriter(const std::filesystem::path& path, const Machine& machine, TraceOptions options = {});

  void event(const CycleEvent& event) override;
  // The core has stopped and starts again from reset: the cycles of later events count from here, which is `cycles`
  // after the beginning. Nothing is under way.
  void restart(uint64_t cycles);
  // Completes the file.
  void finish(uint64_t cycles);

  uint64_t slices() const { return slices_; }
  uint64_t omitted() const { return omitted_; }
  uint64_t flows() const { return flowCount_; }

private:
  struct Flight {
    uint64_t dispatch = 0;
    uint64_t start = 0;
    size_t lane = 0;
    std::vector<SemaphoreFlows::End> sources;
  };
  struct Sample {
    std::array<uint64_t, 2> bytes{};   // read, written
    std::array<uint64_t, 5> waiting{}; // by engine, the most
    bool operator==(const Sample&) const = default;
  };

  void line(const std::string& json);
  uint64_t picoseconds(uint64_t cycle) const;
  std::string microseconds(uint64_t picoseconds) const;
  std::string time(uint64_t cycle) const { return microseconds(picoseconds(cycle)); }
  void nameTrack(int track, const std::string& name);
  void enterPhase(uint32_t pc, uint64_t cycle);
  void endPhase(uint64_t cycle);
  void flow(const SemaphoreFlows::End& from, const SemaphoreFlows::End& to);
  void dispatch(const CycleEvent& event);
  void start(const CycleEvent& event);
  void retire(const CycleEvent& event);
  const TraceLabel& labelOf(uint32_t pc);
  size_t openLane(Engine engine, uint64_t cycle);
  void waited(const CycleEvent& start, const Flight& flight);
  void nameTensor(const CycleEvent& request);
  bool slice(const CycleEvent& retire, const Flight& flight);
  void sample(uint64_t cycle);
  void writeSample();

  OutputFile file_;
  double clockMhz_;
  TraceOptions options_;
  std::unordered_map<uint32_t, TraceLabel> labels_;
  std::unordered_map<uint64_t, Flight> flights_; // by instruction number
  std::array<std::vector<uint64_t>, 5> lanes_;   // by engine: free from this cycle on
  uint64_t slices_ = 0;
  uint64_t omitted_ = 0;
  SemaphoreFlows flows_;
  uint64_t flowCount_ = 0;
  uint64_t restarted_ = 0; // cycle of the last restart
  size_t phase_;           // under way; number of phases: none
  uint64_t phaseStart_ = 0;
  uint64_t windowStart_ = 0;
  uint64_t samples_ = 0;
  std::array<uint64_t, 5> waiting_{};  // by engine: in its queue
  std::array<uint64_t, 5> underWay_{}; // by engine: started and not retired
  std::array<uint64_t, 5> free_{};     // by engine: with nothing under way from this cycle on
  std::array<bool, 5> hasWaits_{};     // by engine: the track has a name
  Sample window_, last_;
};

} // namespace weft
