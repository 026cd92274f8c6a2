// How fast is the cycle-accurate simulator? Cycles per second of a double-buffered convolution on edge-16 whose array,
// DMA and vector engine are all at work: by jumps, by steps, and through SystemC with data and with an observer.
#include "simulator/cycle/core_model.h"
#include "simulator/cycle_simulator.h"
#include "tests/support/program_builder.h"

#include <benchmark/benchmark.h>

namespace weft {
namespace {

using test::pattern;
using test::ProgramBuilder;
using test::TensorArguments;

// Each half of the buffers: 8 KiB in, 9 steps of 28 x 14 rows, the drain, 6272 bytes out.
ProgramBuilder convolution(uint32_t rounds) {
  ProgramBuilder program;
  for (int free : {0, 1, 4, 5, 8, 9})
    program.semSignal(static_cast<uint8_t>(free));
  program.li(20, rounds);
  int loop = program.newLabel();
  program.bind(loop);
  for (uint8_t half = 0; half < 2; ++half) {
    auto semaphore = [half](int number) { return static_cast<uint8_t>(number + half); };
    uint32_t in = half * 65536u;
    uint32_t out = 131072u + half * 65536u;
    TensorArguments load;
    load.a = kDramBase + (1 << 20) + in;
    load.b = in;
    load.pA = pattern(test::Walk{.count = {1024, 8}, .stride = {0, 1024}});
    load.pB = pattern(test::Walk{.stride = {0, 1024}});
    load.sync = {.w0 = semaphore(0), .s0 = semaphore(2)};
    program.tensor(Opcode::LD, load);
    TensorArguments multiply;
    multiply.a = in;
    multiply.b = in + 16384;
    multiply.c = half * 512u;
    multiply.pA = pattern(test::Walk{.count = {28, 14}, .stride = {16, 16 * 28}});
    multiply.pB = pattern(test::Walk{.count = {9}, .stride = {16}});
    multiply.pD = pattern(test::Config{});
    multiply.sync = {.w0 = semaphore(2), .w1 = semaphore(4), .s0 = semaphore(6), .s1 = semaphore(0)};
    program.tensor(Opcode::MM, multiply);
    TensorArguments drain;
    drain.a = half * 512u;
    drain.c = out;
    drain.d = out + 32768;
    drain.pA = pattern(test::Walk{.stride = {1}});
    drain.pC = pattern(test::Walk{.count = {392}, .stride = {16}});
    drain.pD = pattern(test::Config{});
    drain.sync = {.w0 = semaphore(6), .w1 = semaphore(8), .s0 = semaphore(4), .s1 = semaphore(10)};
    program.tensor(Opcode::VRQ, drain);
    TensorArguments store;
    store.a = kDramBase + (8 << 20) + in;
    store.b = out;
    store.pA = pattern(test::Walk{.count = {6272}});
    store.sync = {.w0 = semaphore(10), .s0 = semaphore(8)};
    program.tensor(Opcode::ST, store);
  }
  program.regImm(Opcode::ADDI, 20, 20, -1);
  program.branch(Opcode::BNE, 20, 0, loop);
  program.halt();
  return program;
}

struct Ignore : CycleObserver {
  void event(const CycleEvent& e) override { benchmark::DoNotOptimize(e.cycle); }
};

void report(benchmark::State& state, uint64_t cycles) {
  state.counters["cycles/s"] = benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
}

void model(benchmark::State& state, bool noSkip) {
  Machine machine = loadMachine("edge-16");
  CoreMemory memory(machine);
  convolution(100).load(memory);
  CoreModelOptions options;
  options.noSkip = noSkip;
  options.computeData = false;
  uint64_t cycles = 0;
  for (auto _ : state) {
    auto dram = makeDramModel(machine);
    CoreModel core(machine, memory, *dram, options);
    core.run(kForever);
    cycles += core.cycle();
  }
  report(state, cycles);
}

void system(benchmark::State& state, bool observed) {
  Machine machine = loadMachine("edge-16");
  CoreMemory memory(machine);
  convolution(100).load(memory);
  Ignore observer;
  CycleOptions options;
  options.observer = observed ? &observer : nullptr;
  uint64_t cycles = 0;
  for (auto _ : state)
    cycles += runCycle(machine, memory, options).cycles;
  report(state, cycles);
}

BENCHMARK_CAPTURE(model, jumps, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(model, steps, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(system, data, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(system, data_and_events, true)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace weft

BENCHMARK_MAIN();
