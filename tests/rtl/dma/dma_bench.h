// Drives a Verilated DMA engine and, beside it, the cycle model's: the same instructions, semaphores, refusals of
// memory ports and answers of DRAM; every cycle both must report the same. Each engine's test gives the pins that
// differ.
#pragma once

#include "isa/semantics/state.h"
#include "isa/semantics/tensor.h"
#include "simulator/cycle/core_state.h"
#include "simulator/cycle/walk.h"
#include "simulator/dram/dram_model.h"
#include "tests/support/random.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <verilated.h>

#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace weft::test {

// --- Ports ---------------------------------------------------------------------------------------------------------

// Verilator keeps a port of any width as an integer or an array of 32-bit words, the lowest bits first.
template <typename Port> uint8_t* bytesOf(Port& port) {
  return reinterpret_cast<uint8_t*>(&port);
}
template <typename Port> bool bit(Port& port, uint32_t index) {
  return (bytesOf(port)[index / 8] >> (index % 8)) & 1;
}

// weft_pkg::dma_op_t, its last member in the lowest bits.
template <typename Port> void packDmaOp(const TensorOp& op, Port& port) {
  std::vector<bool> bits;
  auto append = [&bits](uint32_t value, uint32_t width) {
    for (uint32_t i = 0; i < width; ++i)
      bits.push_back((value >> i) & 1);
  };
  auto append4 = [&](const PatternRegister& p, int first) {
    for (int k = 0; k < 4; ++k)
      append(p.field[static_cast<size_t>(first + k)], 32);
  };
  append(op.pA.field[field::fill], 8);
  for (int f : {field::hi1, field::lo1, field::hi0, field::lo0})
    append(op.pA.field[static_cast<size_t>(f)], 32);
  append4(op.pB, field::stride0);
  append4(op.pA, field::stride0);
  append4(op.pA, field::count0);
  for (uint32_t value : {op.b, op.a, op.pc})
    append(value, 32);
  for (uint8_t semaphore : {op.instruction.s1, op.instruction.s0, op.instruction.w1, op.instruction.w0})
    append(semaphore, 5);
  ASSERT_LE(bits.size(), 8 * sizeof(port));
  std::memset(&port, 0, sizeof(port));
  for (size_t i = 0; i < bits.size(); ++i)
    bytesOf(port)[i / 8] = static_cast<uint8_t>(bytesOf(port)[i / 8] | (bits[i] << (i % 8)));
}

// --- Instructions --------------------------------------------------------------------------------------------------

constexpr uint32_t kWindow = 1 << 18; // used bytes at either end of DRAM
constexpr uint8_t kFirstSignal = 8;   // instructions wait for semaphores below it and signal others

// A base from which every address of the walk lies in [low, low + bytes); the walk must fit.
inline uint32_t placed(Random& random, const Walk& walk, uint32_t run, int64_t low, int64_t bytes) {
  Walk::Extent extent = walk.extent();
  int64_t room = bytes - (extent.high - extent.low) - run;
  return static_cast<uint32_t>(low - extent.low + random.below(static_cast<uint64_t>(room) + 1));
}

// A random legal instruction whose every access is inside, window or not.
inline TensorOp randomDma(Random& random, const Machine& machine, Opcode opcode, uint32_t pc) {
  TensorOp op;
  op.pc = pc;
  op.instruction.op = opcode;
  op.instruction.w0 = random.pick<uint8_t>({0, 1, kNoSemaphore, kNoSemaphore, kNoSemaphore});
  op.instruction.w1 = random.pick<uint8_t>({0, 1, kNoSemaphore, kNoSemaphore, kNoSemaphore});
  op.instruction.s0 = random.percent(70) ? static_cast<uint8_t>(random.between(kFirstSignal, 31)) : kNoSemaphore;
  op.instruction.s1 = random.percent(30) ? static_cast<uint8_t>(random.between(kFirstSignal, 31)) : op.instruction.s0;

  uint32_t line = machine.lineBytes();
  auto& a = op.pA.field;
  auto& b = op.pB.field;
  a[field::count0] = random.pick<uint32_t>({random.between(1, 2 * line), random.between(1, 8 * line),
                                            line * random.between(1, 4), machine.dma.burstBytes * random.between(1, 3),
                                            random.percent(10) ? random.between(1, 3000) : 1});
  for (size_t k = 1; k < 4; ++k) {
    a[field::count0 + k] = random.percent(k == 1 ? 30 : 60) ? 1 : random.between(2, k == 1 ? 7 : 3);
    auto stride = [&](uint32_t dense, uint32_t furthest) {
      uint32_t any = random.between(0, furthest);
      return random.pick<uint32_t>({0, dense, line * random.below(4), any, ~any, dense + 1});
    };
    a[field::stride0 + k] = stride(a[field::count0], 20'000);
    b[field::stride0 + k] = stride(a[field::count0], 2'000);
  }
  a[field::stride0] = static_cast<uint32_t>(random.word()); // not used
  b[field::stride0] = static_cast<uint32_t>(random.word());
  for (size_t k = 0; k < 4; ++k)
    b[field::count0 + k] = static_cast<uint32_t>(random.word());
  if (random.percent(60)) {
    auto bound = [&](uint32_t count) {
      uint32_t near = random.between(0, count + 1);
      return random.pick<uint32_t>({0, near, near, near, 65535, 65536 + near, 0x8000'0000u + near, ~near});
    };
    a[field::lo0] = random.percent(50) ? 0 : bound(a[field::count0]);
    a[field::hi0] = bound(a[field::count0]);
    a[field::lo1] = random.percent(50) ? 0 : bound(a[field::count1]);
    a[field::hi1] = random.percent(30) ? 65535 : bound(a[field::count1]);
  }
  a[field::fill] = static_cast<uint32_t>(random.word());

  uint32_t length = a[field::count0];
  int64_t dramEnd = int64_t{kDramBase} + static_cast<int64_t>(machine.dram.bytes);
  op.a = placed(random, Walk(op.pA, op.pA, 1), length, random.percent(50) ? kDramBase : dramEnd - kWindow, kWindow);
  op.b = placed(random, Walk(op.pA, op.pB, 1), length, 0, machine.scratchpad.bytes);
  return op;
}

// Makes something wrong with it, which shows at the start, in a DRAM request or in an access of the scratchpad, or,
// since windows hide accesses, never.
inline void spoil(Random& random, const Machine& machine, TensorOp& op) {
  uint32_t distance = random.below(random.percent(50) ? 8 : 200);
  switch (random.below(4)) {
  case 0:
    for (uint32_t i = random.below(2); i < 2; ++i)
      op.pA.field[random.below(4)] = random.pick<uint32_t>({0, 65536, 65536 + distance, ~distance});
    break;
  case 1:
    op.a = random.percent(50) ? kDramBase - distance
                              : static_cast<uint32_t>(kDramBase + machine.dram.bytes - distance); // may be 0
    break;
  case 2:
    op.b = random.percent(50) ? 0 - distance : machine.scratchpad.bytes - distance;
    break;
  default:
    op.a = static_cast<uint32_t>(random.word());
    op.b = random.percent(50) ? op.b : static_cast<uint32_t>(random.word());
    break;
  }
}

// --- Memory --------------------------------------------------------------------------------------------------------

// Answers of any order and distance. Two with the same seed answer alike.
class RandomDram final : public DramTimingModel {
public:
  RandomDram(uint64_t seed, uint32_t slowest) : random_(seed), slowest_(slowest) {}
  uint64_t access(uint64_t cycle, uint32_t, uint32_t, bool) override {
    return cycle + 1 + random_.below(random_.percent(50) ? slowest_ : slowest_ / 4 + 1);
  }
  DramCounters counters() const override { return {}; }

private:
  Random random_;
  uint32_t slowest_;
};

inline void fillRandom(Random& random, const Machine& machine, CoreMemory& memory) {
  auto fill = [&random](uint8_t* target, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 8) {
      uint64_t word = random.word();
      std::memcpy(target + i, &word, 8);
    }
  };
  fill(memory.scratchpad.data(), memory.scratchpad.size());
  fill(memory.dram.at(kDramBase), kWindow);
  fill(memory.dram.at(kDramBase + machine.dram.bytes - kWindow), kWindow);
}

inline void copyMemory(const Machine& machine, const CoreMemory& from, CoreMemory& to) {
  to.scratchpad = from.scratchpad;
  for (uint64_t address : {uint64_t{kDramBase}, kDramBase + machine.dram.bytes - kWindow})
    std::memcpy(to.dram.at(address), from.dram.at(address), kWindow);
}

// The first byte that differs; empty if none does.
inline std::string difference(const Machine& machine, const CoreMemory& expected, const CoreMemory& got) {
  for (size_t i = 0; i < expected.scratchpad.size(); ++i)
    if (expected.scratchpad[i] != got.scratchpad[i])
      return fmt::format("scratchpad byte {:#x}: {:#x}, not {:#x}", i, got.scratchpad[i], expected.scratchpad[i]);
  for (uint64_t base : {uint64_t{kDramBase}, kDramBase + machine.dram.bytes - kWindow})
    for (uint64_t a = base; a < base + kWindow; ++a)
      if (*expected.dram.at(a) != *got.dram.at(a))
        return fmt::format("DRAM byte {:#x}: {:#x}, not {:#x}", a, *got.dram.at(a), *expected.dram.at(a));
  return "";
}

// An AXI channel's payload may not change, or be withdrawn, before it is taken.
template <typename Payload> class StablePayload {
public:
  void check(const char* channel, bool valid, bool ready, const Payload& payload) {
    EXPECT_TRUE(!waits_ || (valid && payload == payload_)) << channel << ": changed before it was taken";
    waits_ = valid && !ready;
    payload_ = payload;
  }

private:
  bool waits_ = false;
  Payload payload_{};
};

// --- Running -------------------------------------------------------------------------------------------------------

enum class Patience : uint8_t {
  ready,        // every AXI channel always
  random,       // each now and then
  addressFirst, // write data only after their address
  dataFirst,    // a write's address only after its data
};

struct BenchOptions {
  uint32_t refused = 0;     // per cent of cycles in which a bank is taken by another unit
  uint32_t slowest = 20;    // answer of DRAM
  uint32_t dispatched = 50; // per cent of cycles in which an instruction is put into the queue
  uint32_t signalled = 30;  // per cent of cycles in which a semaphore is signalled
  Patience patience = Patience::ready;
};

inline std::string text(const std::vector<CycleEvent>& events) {
  std::string result;
  for (const CycleEvent& e : events)
    result += fmt::format(" [kind {} pc {:#x} number {} address {:#x} bytes {} write {} answer {} data {:#x}]",
                          static_cast<int>(e.kind), e.pc, e.instruction, e.address, e.bytes, e.write, e.answer, e.data);
  return result;
}

// Where the model's events go.
struct EventList : CycleObserver {
  void event(const CycleEvent& e) override { events.push_back(e); }
  std::vector<CycleEvent> events;
};

// What counts for a cycle: index into Pins::kStates.
enum State : size_t { kBusy, kIdle, kStallSemaphore, kStallBank, kStallDram, kStates };

template <typename Top, template <typename> class PinsOf, typename Model> class DmaBench {
public:
  using Pins = PinsOf<Top>;

  DmaBench(const Machine& machineDescription, uint64_t benchSeed, const BenchOptions& benchOptions)
      : machine(machineDescription), options(benchOptions), random(benchSeed), memory(machine), reference(machine),
        dram(benchSeed, options.slowest), modelDram(benchSeed, options.slowest), top(&context),
        pins(top, machine, memory, dram, options.patience, benchSeed) {
    fillRandom(random, machine, memory);
    copyMemory(machine, memory, reference);
    top.rst_ni = 0;
    top.head_valid_i = 0;
    clock();
    top.rst_ni = 1;
  }

  // In lock-step with the model. Whether all of them retired (none faulted).
  bool lockStep(const std::vector<TensorOp>& ops) {
    CoreState core(machine, reference, modelDram);
    EventList expected;
    core.events.attach(&expected);
    core.eventData = true;
    Model model(1, core);
    size_t dispatched = 0;
    for (uint64_t cycle = 0; retired < ops.size(); ++cycle) {
      // What the cycle begins with.
      bool canStart = !queue.empty() && core.semaphores.available(queue.front().instruction);
      CounterValues before = core.counters;
      bool underWay = model.underWay();
      uint32_t banks = machine.scratchpad.banks;
      std::vector<bool> taken(banks);
      for (uint32_t i = 0; i < banks; ++i)
        taken[i] = random.percent(options.refused);

      bool faulted = step(cycle, canStart, taken);
      EXPECT_EQ(top.under_way_o, underWay);

      if (dispatched < ops.size() && random.percent(options.dispatched)) {
        model.queue().push(ops[dispatched], dispatched, cycle);
        queue.push_back(ops[dispatched++]);
      }
      Pins::stepDram(model, cycle);
      for (uint32_t i = 0; i < banks; ++i)
        if (taken[i])
          Pins::padPorts(core).claim(i, cycle);
      Pins::stepPad(model, cycle);
      otherEngines(core.semaphores);
      EXPECT_FALSE(core.semaphores.commit().happened);

      core.events.flush();
      EXPECT_TRUE(events == expected.events) << "RTL: " << text(events) << "\nmodel: " << text(expected.events);
      expected.events.clear();
      for (size_t s = 0; s < kStates; ++s) {
        auto number = static_cast<size_t>(Pins::kStateCounters[s]);
        EXPECT_EQ(core.counters[number] - before[number], s == state ? 1u : 0u) << "RTL in state " << state;
      }
      EXPECT_EQ(core.counters[static_cast<size_t>(Pins::kBursts)], bursts);
      EXPECT_EQ(core.counters[static_cast<size_t>(Pins::kDramBytes)], dramBytes);
      EXPECT_EQ(core.counters[static_cast<size_t>(Pins::kPadBytes)], padBytes);
      EXPECT_EQ(core.faults.raised(), faulted);
      if (faulted && core.faults.raised()) {
        const Fault& fault = core.faults.fault();
        EXPECT_EQ(top.fault_cause_o, static_cast<uint32_t>(fault.cause));
        EXPECT_EQ(top.fault_pc_o, fault.pc);
        EXPECT_EQ(top.fault_info_o, fault.information);
      }
      EXPECT_LT(cycle, 2'000'000u);
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << "in cycle " << cycle;
        return false;
      }
      if (faulted)
        return false;
      clock();
    }
    EXPECT_EQ(difference(machine, reference, memory), "");
    return true;
  }

  // Without the model: AXI channels that wait change the time, not what happens.
  void alone(const std::vector<TensorOp>& ops) {
    size_t dispatched = 0;
    for (uint64_t cycle = 0; retired < ops.size(); ++cycle) {
      std::vector<bool> taken(machine.scratchpad.banks);
      for (size_t i = 0; i < taken.size(); ++i)
        taken[i] = random.percent(options.refused);
      bool canStart = !queue.empty() && random.percent(options.signalled);
      ASSERT_FALSE(step(cycle, canStart, taken)) << "fault in cycle " << cycle;
      ASSERT_LT(cycle, 2'000'000u) << "it hangs";
      if (::testing::Test::HasFailure())
        return;
      if (dispatched < ops.size() && random.percent(options.dispatched))
        queue.push_back(ops[dispatched++]);
      clock();
    }
    for (const TensorOp& op : ops)
      EXPECT_FALSE(execute(op, machine, reference));
    EXPECT_EQ(difference(machine, reference, memory), "");
    top.eval();
    EXPECT_FALSE(top.under_way_o);
    EXPECT_TRUE(pins.quiet());
  }

  const Machine& machine;
  BenchOptions options;
  Random random;
  CoreMemory memory;    // the RTL's
  CoreMemory reference; // the model's
  RandomDram dram;
  RandomDram modelDram;
  VerilatedContext context;
  Top top;
  Pins pins;

private:
  void clock() {
    top.clk_i = 1;
    top.eval();
    top.clk_i = 0;
    top.eval();
  }

  // The cycle up to its end, without the clock's edge. Whether the engine raised a fault.
  bool step(uint64_t cycle, bool canStart, const std::vector<bool>& taken) {
    events.clear();
    top.head_valid_i = !queue.empty();
    if (!queue.empty() && queue.front().pc != headPc) {
      packDmaOp(queue.front(), top.head_i);
      headPc = queue.front().pc;
    }
    top.sem_ok_i = canStart;
    pins.drive(cycle);
    top.eval();
    pins.grant(taken);
    top.eval();

    if (top.busy_o)
      state = kBusy;
    else if (top.stall_bank_o)
      state = kStallBank;
    else if (top.stall_dram_o)
      state = kStallDram;
    else if (top.under_way_o || canStart)
      state = kBusy;
    else
      state = queue.empty() ? kIdle : kStallSemaphore;

    if (top.retire_o) {
      EXPECT_FALSE(flights.empty()) << "more retirements than starts";
      if (!flights.empty()) {
        const TensorOp& op = flights.front();
        events.push_back({cycle, EventKind::retire, Pins::kEngine, top.retire_pc_o, retired});
        EXPECT_EQ(top.retire_pc_o, op.pc);
        EXPECT_EQ(top.retire_s0_o, op.instruction.s0);
        EXPECT_EQ(top.retire_s1_o, op.instruction.s1);
        flights.pop_front();
      }
      ++retired;
    }
    bool faulted = top.fault_o;
    if (top.start_o) {
      EXPECT_TRUE(canStart);
      if (canStart) {
        events.push_back({cycle, EventKind::start, Pins::kEngine, queue.front().pc, started++});
        flights.push_back(queue.front());
        queue.pop_front();
      }
    }
    uint32_t pad = pins.padAccess(cycle, events);
    padBytes += pad;
    bursts += top.burst_o;
    dramBytes += top.burst_o ? top.burst_bytes_o : 0;
    pins.dramTraffic(cycle, events);
    return faulted;
  }

  // The instructions wait for semaphores that others signal, and signal semaphores that others take.
  void otherEngines(Semaphores& semaphores) {
    for (uint8_t i = 0; i < kNoSemaphore; ++i) {
      Instruction other;
      if (i >= kFirstSignal && semaphores.count(i) > 0) {
        other.w0 = i;
        semaphores.take(other, Engine::vector, 0);
      } else if (i < 2 && semaphores.count(i) < 3 && random.percent(options.signalled)) {
        other.s0 = i;
        semaphores.signal(other, Engine::vector, 0);
      }
    }
  }

  std::deque<TensorOp> queue;   // not started
  uint32_t headPc = 0;          // of what is on the port; instructions differ in it
  std::deque<TensorOp> flights; // started, not retired
  size_t started = 0, retired = 0;
  uint64_t bursts = 0, dramBytes = 0, padBytes = 0;
  size_t state = kIdle;
  std::vector<CycleEvent> events; // of the RTL in this cycle
};

} // namespace weft::test
