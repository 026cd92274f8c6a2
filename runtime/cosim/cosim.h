// Runs two models of one machine side by side on the same program and compares everything that they do: every event
// with its cycle and data, counters, and the memories at the end. Streaming: memory does not grow with the length of
// the run.
#pragma once

#include "runtime/cosim/model.h"
#include "runtime/cosim/stream.h"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weft::cosim {

struct CosimOptions {
  uint64_t cycleLimit = 0; // compare so many cycles only; 0: until the core stops
  // Compare the bytes of beats and the memories at the end. False for programs with races: their data is not defined,
  // their time is.
  bool compareData = true;
  size_t context = 8; // events shown before and after a difference
  // Called now and then with the cycles that both have done.
  std::function<void(uint64_t cycle)> progress;
  // Called with the first one's memories when both have come to the same halt.
  std::function<void(const CoreMemory&)> halted;
};

// One quantity that is not the same on both sides.
struct Mismatch {
  std::string name; // of a counter, of an activity figure, "exit code", ...
  uint64_t first = 0;
  uint64_t second = 0;
};

// A memory that is not the same at the end.
struct MemoryMismatch {
  std::string memory;   // "DRAM", "scratchpad", "accumulators", "scalar memory", "LUT"
  uint64_t bytes = 0;   // that differ
  uint64_t address = 0; // of the first one: DRAM and scalar memory as instructions name it, others from 0
  uint8_t values[2] = {0, 0};
};

struct CosimResult {
  uint64_t cycles = 0; // compared
  uint64_t events = 0; // equal ones, before the first difference if there is one
  std::array<Outcome, 2> outcomes;

  // What differs; nothing if the models agree. An event difference ends the run, and nothing else is looked at then.
  std::optional<EventDifference> event;
  // First cycle after which some counter differs, and which ones then do.
  std::optional<uint64_t> countersFrom;
  std::vector<Mismatch> counters;
  std::vector<Mismatch> outcome; // state, cycles, exit code, fault
  std::vector<MemoryMismatch> memories;
  bool memoriesCompared = false;
  uint64_t bytesCompared = 0;

  bool equal() const { return !event && counters.empty() && outcome.empty() && memories.empty(); }
  // The cycle of the first difference.
  uint64_t cycle() const;
};

// Throws what `progress` throws.
CosimResult compare(const ModelFactory& first, const ModelFactory& second, const CosimOptions& options);

} // namespace weft::cosim
