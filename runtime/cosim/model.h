// A model of the core as the comparison sees it: something that runs to a cycle and can be asked what it did.
#pragma once

#include "simulator/cycle/core_state.h"
#include "simulator/cycle/events.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace weft::cosim {

// What a model has done so far.
struct Outcome {
  enum class State : uint8_t { running, halted, faulted };
  State state = State::running;
  uint64_t cycles = 0;   // that are over
  uint32_t exitCode = 0; // halted
  Fault fault;           // faulted
  CounterValues counters{};
  Activity activity;
  DramCounters dram;
};

class Model {
public:
  virtual ~Model() = default;
  // Advances until the core stops or `limit` cycles are over in all. Every event before that cycle has been reported
  // then.
  virtual void run(uint64_t limit) = 0;
  virtual Outcome outcome() const = 0;
  // All memories of a model that has stopped.
  virtual const CoreMemory& memory() = 0;
};

// A waveform of the cycles [first, last].
struct Wave {
  std::filesystem::path file;
  uint64_t first = 0;
  uint64_t last = 0;
  std::string comment = {}; // where it comes from
};

struct ModelSettings {
  CycleObserver* observer = nullptr;
  bool data = false;        // events carry the bytes that they move
  std::optional<Wave> wave; // of models that can record one
};

// Makes a model at reset, with the program in its memory. Each call gives one that knows nothing of the others.
using ModelFactory = std::function<std::unique_ptr<Model>(const ModelSettings& settings)>;

// Fills the memories at reset.
using ImageLoader = std::function<void(CoreMemory&)>;

struct RtlSettings {
  bool assertions = false; // of the design
  // Called before the design is compiled for the machine, if it has not been yet, with a sentence for the user.
  std::function<void(const std::string&)> building;
};

// The cycle simulator, without a SystemC kernel around it. `machine` must outlive the models.
ModelFactory simulatorFactory(const Machine& machine, ImageLoader load);
// The Verilated design. The factory throws Error if it cannot be built for the machine.
ModelFactory rtlFactory(const Machine& machine, ImageLoader load, RtlSettings settings = {});

} // namespace weft::cosim
