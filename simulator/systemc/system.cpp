#include "simulator/systemc/system.h"

#include "isa/support/error.h"
#include "simulator/systemc/core_module.h"

#include <mutex>
#include <optional>

#ifdef __SANITIZE_ADDRESS__
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#endif

// libsystemc has a main() of its own that calls sc_main(); programs that link it need one, although ours never runs.
int sc_main(int, char**) {
  return 1;
}

namespace weft {

namespace systemc {

namespace {

// SystemC elaborates once for each simulation context and has one current context (some context exists as soon as the
// library is loaded). Each run makes a fresh one and takes it away again, so that runs know nothing of each other.
class KernelContext {
public:
  KernelContext() : previous_(sc_core::sc_curr_simcontext), previousDefault_(sc_core::sc_default_global_context) {
    if (previous_ && sc_core::sc_is_running(previous_))
      throw Error("the cycle simulator cannot run inside another SystemC simulation");
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
  }
  ~KernelContext() {
    delete sc_core::sc_curr_simcontext;
    sc_core::sc_curr_simcontext = previous_;
    sc_core::sc_default_global_context = previousDefault_;
  }
  KernelContext(const KernelContext&) = delete;
  KernelContext& operator=(const KernelContext&) = delete;

private:
  sc_core::sc_simcontext* previous_;
  sc_core::sc_simcontext* previousDefault_;
};

std::mutex kernelMutex;

// libsystemc tells AddressSanitizer of every switch to the stack of a coroutine, but not of the one back when
// sc_start() returns. Without that the sanitizer takes the thread's own stack for an overflow at the next exception.
void announceOwnStack() {
#ifdef __SANITIZE_ADDRESS__
  pthread_attr_t attributes;
  void* bottom = nullptr;
  size_t bytes = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &bottom, &bytes);
  pthread_attr_destroy(&attributes);
  void* fakeStack = nullptr;
  __sanitizer_start_switch_fiber(&fakeStack, bottom, bytes);
  __sanitizer_finish_switch_fiber(fakeStack, nullptr, nullptr);
#endif
}

} // namespace

CycleResult runSystem(const Machine& machine, CoreMemory& memory, const CycleOptions& options,
                      const MemoryFactory& makeMemory) {
  std::lock_guard<std::mutex> lock(kernelMutex);
  KernelContext context;
  sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
  // Rounded to a femtosecond; only the number of periods matters, so cycles stay exact.
  sc_core::sc_time period = sc_core::sc_time::from_value((1'000'000'000 + machine.clockMhz / 2) / machine.clockMhz);

  std::unique_ptr<RaceDetector> races;
  if (options.detectRaces)
    races = std::make_unique<RaceDetector>(machine);
  std::optional<PartSampler> parts;
  if (!options.parts.empty())
    parts.emplace(options.parts);
  CoreModule core("core", machine, memory, options, races.get(), parts ? &*parts : nullptr, period);
  std::unique_ptr<MemoryModule> dram = makeMemory(machine, period);
  core.socket.bind(dram->target());
  core.countFrom(*dram);
  sc_core::sc_start(); // until the core's thread has ended
  announceOwnStack();

  if (core.error())
    std::rethrow_exception(core.error());
  const CoreModel& model = core.model();
  CycleResult result;
  switch (model.state()) {
  case CoreModel::State::halted:
    result.status = CycleResult::Status::halted;
    result.exitCode = model.exitCode();
    break;
  case CoreModel::State::faulted:
    result.status = CycleResult::Status::faulted;
    result.fault = model.fault();
    break;
  case CoreModel::State::running:
    result.status = core.stopped() ? CycleResult::Status::stopped : CycleResult::Status::cycleLimit;
    break;
  }
  result.cycles = model.cycle();
  result.counters = model.counters();
  result.activity = model.activity();
  result.dram = dram->counters();
  if (options.countData)
    result.data = model.data();
  result.instructions = model.records();
  if (parts)
    result.parts = parts->shares();
  if (races) {
    result.races = races->races();
    result.semaphoreProblems = races->semaphoreProblems();
  }
  return result;
}

} // namespace systemc

CycleResult runCycle(const Machine& machine, CoreMemory& memory, const CycleOptions& options) {
  return systemc::runSystem(machine, memory, options, [](const Machine& described, const sc_core::sc_time& period) {
    return std::make_unique<systemc::DramModule>("dram", makeDramModel(described), period);
  });
}

std::vector<std::string> checkAccounting(const CounterValues& counters, uint64_t cycles) {
  struct Unit {
    const char* name;
    std::vector<int> states;
  };
  static const std::vector<Unit> units = {
      {"load",
       {counter::load_busy, counter::load_idle, counter::load_stall_semaphore, counter::load_stall_bank,
        counter::load_stall_dram}},
      {"store",
       {counter::store_busy, counter::store_idle, counter::store_stall_semaphore, counter::store_stall_bank,
        counter::store_stall_dram}},
      {"matrix",
       {counter::matrix_busy, counter::matrix_idle, counter::matrix_stall_semaphore, counter::matrix_stall_bank,
        counter::matrix_stall_weights}},
      {"vector",
       {counter::vector_busy, counter::vector_idle, counter::vector_stall_semaphore, counter::vector_stall_bank}},
      {"sequencer",
       {counter::sequencer_busy, counter::sequencer_idle, counter::sequencer_stall_semaphore,
        counter::sequencer_stall_queue, counter::sequencer_stall_fetch, counter::sequencer_stall_memory,
        counter::sequencer_stall_fence}},
  };
  std::vector<std::string> problems;
  for (const Unit& unit : units) {
    uint64_t sum = 0;
    for (int state : unit.states)
      sum += counters[static_cast<size_t>(state)];
    if (sum != cycles)
      problems.push_back(std::string(unit.name) + ": busy + stalls + idle = " + std::to_string(sum) +
                         ", cycles = " + std::to_string(cycles));
  }
  return problems;
}

} // namespace weft
