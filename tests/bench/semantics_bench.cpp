// How fast are the functional semantics? Multiply-accumulates per second of `mm` (a 3 x 3 convolution over 16 input
// tiles), bytes per second of the drain, instructions per second of scalar code, and tensor instructions per second of
// the verifier.
#include "isa/check/verifier.h"
#include "isa/semantics/matrix_kernel.h"
#include "isa/semantics/tensor.h"
#include "simulator/func/functional.h"
#include "tests/support/program_builder.h"

#include <benchmark/benchmark.h>

namespace weft {
namespace {

using test::pattern;
using test::ProgramBuilder;
using test::TensorArguments;

Machine machineOf(const benchmark::State& state) {
  auto size = static_cast<uint32_t>(state.range(0));
  Machine machine = test::smallMachine(size, size);
  machine.scratchpad = {8u << 20, 16};
  machine.accumulator.bytes = 1024 * 4 * size;
  return machine;
}

void matrixMultiply(benchmark::State& state) {
  Machine machine = machineOf(state);
  auto rows = static_cast<int32_t>(state.range(1));
  int32_t size = static_cast<int32_t>(machine.array.rows);
  CoreMemory memory(machine);
  TensorArguments t;
  t.b = 4u << 20;
  t.pA = pattern(test::Walk{.count = {static_cast<uint32_t>(rows)}, .stride = {size}});
  t.pB = pattern(test::Walk{.count = {3, 3, 4}, .stride = {size, 16 * size, 256 * size}});
  t.pD = pattern(test::Config{.za = 128, .zb = 3});
  TensorOp op = test::makeOp(Opcode::MM, t);
  for (auto _ : state)
    if (execute(op, machine, memory))
      state.SkipWithError("the instruction faults");
  auto macs = static_cast<double>(work(op, machine).macs) * static_cast<double>(state.iterations());
  state.counters["MAC/s"] = benchmark::Counter(macs, benchmark::Counter::kIsRate);
}
BENCHMARK(matrixMultiply)
    ->Args({16, 196})
    ->Args({16, 49})
    ->Args({16, 1})
    ->Args({32, 196})
    ->Args({128, 196})
    ->Args({128, 49});

void requantise(benchmark::State& state) {
  Machine machine = machineOf(state);
  CoreMemory memory(machine);
  auto size = static_cast<int32_t>(machine.array.cols);
  TensorArguments t;
  t.c = 1u << 20;
  t.b = 2u << 20;
  t.pA = pattern(test::Walk{.stride = {1}});
  t.pB = pattern(test::Walk{.stride = {size}});
  t.pC = pattern(test::Walk{.count = {512}, .stride = {size}});
  t.pD = pattern(test::Config{.ra = 0.3f});
  TensorOp op = test::makeOp(state.range(1) != 0 ? Opcode::VRQA : Opcode::VRQ, t);
  for (auto _ : state)
    if (execute(op, machine, memory))
      state.SkipWithError("the instruction faults");
  state.SetBytesProcessed(state.iterations() * 512 * size);
}
BENCHMARK(requantise)->Args({16, 0})->Args({16, 1})->Args({128, 0});

void scalarCode(benchmark::State& state) {
  Machine machine = test::smallMachine();
  CoreMemory memory(machine);
  ProgramBuilder p;
  int loop = p.newLabel();
  p.li(11, 100000);
  p.bind(loop);
  p.regReg(Opcode::ADD, 10, 10, 11);
  p.regImm(Opcode::ADDI, 11, 11, -1);
  p.branch(Opcode::BNE, 11, 0, loop);
  p.halt();
  p.load(memory);
  uint64_t instructions = 0;
  for (auto _ : state)
    instructions += FunctionalSimulator(machine, memory).run().sequencerInstructions;
  state.SetItemsProcessed(static_cast<int64_t>(instructions));
}
BENCHMARK(scalarCode);

// A stream of load, mm, drain and store with double buffers, as a compiled network has it.
void verifier(benchmark::State& state) {
  Machine machine = test::smallMachine();
  machine.scratchpad = {256 * 1024, 4};
  machine.dram.bytes = 64 << 20;
  ProgramBuilder p;
  const int64_t tiles = state.range(0);
  p.tensor(Opcode::LD, {.a = kDramBase + (48 << 20), .b = 0x20000, .pA = pattern(test::Walk{.count = {49152}})});
  p.fence(15);
  for (int64_t i = 0; i < tiles; ++i) {
    auto half = static_cast<uint32_t>(i % 2);
    uint8_t back = i >= 2 ? 0 : 1;
    auto none = [&](uint8_t semaphore) { return back == 0 ? semaphore : kNoSemaphore; };
    auto more = [&](uint8_t semaphore) { return i + 2 < tiles ? semaphore : kNoSemaphore; };
    TensorArguments load;
    load.a = kDramBase + (40 << 20);
    load.b = half * 0x8000;
    load.pA = pattern(test::Walk{.count = {288, 18, 4}, .stride = {0, 896, 32768}});
    load.pB = pattern(test::Walk{.stride = {0, 288, 5184}});
    load.sync = {.w0 = none(1), .s0 = 0};
    p.tensor(Opcode::LD, load);
    TensorArguments mm;
    mm.a = half * 0x8000;
    mm.b = 0x20000;
    mm.c = half * 128;
    mm.pA = pattern(test::Walk{.count = {16, 8}, .stride = {16, 288}});
    mm.pB = pattern(test::Walk{.count = {3, 3, 4}, .stride = {16, 288, 5184}});
    mm.pD = pattern(test::Config{});
    mm.sync = {.w0 = 0, .w1 = none(3), .s0 = 2, .s1 = more(1)};
    p.tensor(Opcode::MM, mm);
    TensorArguments drain;
    drain.a = half * 128;
    drain.c = 0x18000 + half * 2048;
    drain.d = 0x20000;
    drain.pA = pattern(test::Walk{.stride = {1}});
    drain.pC = pattern(test::Walk{.count = {128}, .stride = {16}});
    drain.pD = pattern(test::Config{});
    drain.sync = {.w0 = 2, .w1 = none(5), .s0 = more(3), .s1 = 4};
    p.tensor(Opcode::VRQ, drain);
    TensorArguments store;
    store.a = kDramBase + (44 << 20) + static_cast<uint32_t>(i % 1024) * 2048;
    store.b = 0x18000 + half * 2048;
    store.pA = pattern(test::Walk{.count = {2048}});
    store.sync = {.w0 = 4, .s0 = more(5)};
    p.tensor(Opcode::ST, store);
  }
  p.halt();
  CoreMemory memory(machine);
  p.load(memory);
  size_t findings = 0;
  for (auto _ : state)
    findings += verify(machine, memory).size();
  if (findings != 0)
    state.SkipWithError("the program has findings");
  state.SetItemsProcessed(state.iterations() * tiles * 4);
}
BENCHMARK(verifier)->Arg(1000)->Arg(25000)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace weft

BENCHMARK_MAIN();
