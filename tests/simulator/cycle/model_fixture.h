// Runs a program on the core model and keeps everything that it reports.
#pragma once

#include "simulator/cycle/core_model.h"
#include "tests/support/program_builder.h"

#include <memory>
#include <vector>

namespace weft::test {

// Of smallMachine(), in cycles. The tests add them up to closed forms of the timing chapter.
inline constexpr uint64_t kRows = 16; // and columns, of the array
inline constexpr uint64_t kDramLatency = 100;
// A line of the instruction cache, from its request on. The first is requested in cycle 0, so this is also the cycle in
// which the first instruction of a cold cache executes.
inline constexpr uint64_t kLineFetch = kDramLatency + timing::ICACHE_LINE_BYTES / timing::SEQ_BUS_BYTES;
// A matrix instruction: from its start to its first swap, from the grant of a row to its accumulator write.
inline constexpr uint64_t kFirstSwap = kRows + 1;
inline constexpr uint64_t kArrayDelay = 2 * kRows + timing::MX_ARRAY_DELAY;
// vldlut, from its start to its retirement.
inline constexpr uint64_t kTableLoad = timing::LUT_ENTRIES / kRows + timing::VX_LUT_TAIL;

struct ModelRun : CycleObserver {
  ModelRun(const Machine& machineDescription, const ProgramBuilder& program, bool noSkip = false)
      : machine(machineDescription), memory(machine), dram(makeDramModel(machine)) {
    program.load(memory);
    options.noSkip = noSkip;
    options.keepRecords = true;
    options.observer = this;
  }
  // Events are compared with another run's; otherwise the observer only costs time.
  void event(const CycleEvent& e) override { events.push_back(e); }

  CoreModel& run(uint64_t limit = 100'000'000) {
    model = std::make_unique<CoreModel>(machine, memory, *dram, options);
    model->run(limit);
    return *model;
  }

  // The records of an engine's instructions, in order.
  std::vector<InstructionRecord> of(Engine engine) const {
    std::vector<InstructionRecord> result;
    for (const InstructionRecord& record : model->records())
      if (record.engine == engine)
        result.push_back(record);
    return result;
  }
  uint64_t counterValue(int number) const { return model->counters()[static_cast<size_t>(number)]; }

  const Machine machine;
  CoreMemory memory;
  std::unique_ptr<DramTimingModel> dram;
  CoreModelOptions options;
  std::unique_ptr<CoreModel> model;
  std::vector<CycleEvent> events;
};

// busy + idle + stalls of each unit, which must be the number of cycles.
inline std::vector<uint64_t> accounted(const CounterValues& c) {
  return {
      c[counter::load_busy] + c[counter::load_idle] + c[counter::load_stall_semaphore] + c[counter::load_stall_bank] +
          c[counter::load_stall_dram],
      c[counter::store_busy] + c[counter::store_idle] + c[counter::store_stall_semaphore] +
          c[counter::store_stall_bank] + c[counter::store_stall_dram],
      c[counter::matrix_busy] + c[counter::matrix_idle] + c[counter::matrix_stall_semaphore] +
          c[counter::matrix_stall_bank] + c[counter::matrix_stall_weights],
      c[counter::vector_busy] + c[counter::vector_idle] + c[counter::vector_stall_semaphore] +
          c[counter::vector_stall_bank],
      c[counter::sequencer_busy] + c[counter::sequencer_idle] + c[counter::sequencer_stall_semaphore] +
          c[counter::sequencer_stall_queue] + c[counter::sequencer_stall_fetch] + c[counter::sequencer_stall_memory] +
          c[counter::sequencer_stall_fence],
  };
}

} // namespace weft::test
