// Writes the timeline of a run as Chrome trace events (JSON), which ui.perfetto.dev and chrome://tracing open.
#pragma once

#include "isa/machine/machine.h"
#include "simulator/cycle/events.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <unordered_map>

namespace weft {

struct TraceLabel {
  std::string mnemonic;
  std::string node; // that the instruction serves; empty: unknown
};

struct TraceOptions {
  // What is at this address; called once for each pc. Unset: instructions are named by their address.
  std::function<TraceLabel(uint32_t pc)> label;
  uint64_t maxSlices = 1'000'000;  // later instructions are left out and counted in the trace's metadata
  uint64_t bandwidthWindow = 1024; // cycles that one sample of the DRAM bandwidth covers; doubled when samples get many
};

// One track for each engine (more while its instructions overlap), one slice from start to retirement of each tensor
// instruction with its pc, node, dispatch cycle and the cycles that it waited in the queue; counters of the DRAM
// bandwidth in GB/s; an instant for halt or fault. Time is that of the machine's clock. The file is written as the run
// goes on, under a temporary name until finish().
class TraceWriter final : public CycleObserver {
public:
  // Throws Error if the file cannot be created.
  TraceWriter(const std::filesystem::path& path, const Machine& machine, TraceOptions options = {});
  ~TraceWriter() override; // without finish(): nothing remains
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;

  void event(const CycleEvent& event) override;
  // Completes the file and gives it its name. Throws Error if it could not be written.
  void finish(uint64_t cycles);

  uint64_t slices() const { return slices_; }
  uint64_t omitted() const { return omitted_; }

private:
  struct Flight {
    uint64_t dispatch = 0;
    uint64_t start = 0;
    size_t lane = 0;
  };

  void line(const std::string& json);
  double microseconds(uint64_t cycle) const;
  const TraceLabel& labelOf(uint32_t pc);
  size_t openLane(Engine engine, uint64_t cycle);
  void slice(const CycleEvent& retire, const Flight& flight);
  void sampleBandwidth(uint64_t cycle);

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::FILE* file_ = nullptr;
  bool failed_ = false;
  double clockMhz_;
  TraceOptions options_;
  std::unordered_map<uint32_t, TraceLabel> labels_;
  std::unordered_map<uint64_t, Flight> flights_; // by instruction number
  std::array<std::vector<uint64_t>, 5> lanes_;   // by engine: free from this cycle on
  uint64_t slices_ = 0;
  uint64_t omitted_ = 0;
  uint64_t windowStart_ = 0;
  uint64_t samples_ = 0;
  std::array<uint64_t, 2> windowBytes_{}; // read, written
  std::array<uint64_t, 2> lastBytes_{};
};

} // namespace weft
