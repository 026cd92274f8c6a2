// Drives the Verilated vector engine and, beside it, the cycle model's: the same instructions, semaphores and refusals
// of memory ports; in every cycle both must report the same, and after every retirement the memories must be equal.
#pragma once

#include "Vweft_vector.h"

#include "isa/semantics/state.h"
#include "isa/semantics/tensor.h"
#include "simulator/cycle/core_state.h"
#include "simulator/cycle/vector.h"
#include "simulator/dram/dram_model.h"
#include "tests/support/random.h"

#include <gtest/gtest.h>
#include <verilated.h>

#include <cstring>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace weft::test {

// --- Ports -----------------------------------------------------------------------------------------------------------

// Verilator keeps a port of any width as an integer or an array of 32-bit words, the lowest bits first.
template <typename Port> uint8_t* bytesOf(Port& port) {
  return reinterpret_cast<uint8_t*>(&port);
}
template <typename Port> bool bit(Port& port, uint32_t index) {
  return (bytesOf(port)[index / 8] >> (index % 8)) & 1;
}

// weft_pkg::vector_op_t, its last member in the lowest bits.
template <typename Port> void packVectorOp(const TensorOp& op, Port& port) {
  std::vector<bool> bits;
  auto append = [&bits](uint32_t value, uint32_t width) {
    for (uint32_t i = 0; i < width; ++i)
      bits.push_back((value >> i) & 1);
  };
  auto append4 = [&](const PatternRegister& p, int first) {
    for (int k = 0; k < 4; ++k)
      append(p.field[static_cast<size_t>(first + k)], 32);
  };
  auto configuration = [&](int number, uint32_t width) { append(op.pD.field[static_cast<size_t>(number)], width); };
  for (int number : {config::rf, config::rb, config::ra})
    configuration(number, 32);
  for (int number : {config::hi2, config::lo2, config::hi, config::lo, config::zo, config::zb, config::za})
    configuration(number, 9);
  configuration(config::types, 16);
  append4(op.pC, field::stride0);
  append4(op.pC, field::count0);
  append4(op.pB, field::stride0);
  append4(op.pB, field::count0);
  append4(op.pA, field::stride0);
  for (uint32_t value : {op.d, op.c, op.b, op.a})
    append(value, 32);
  append(static_cast<uint32_t>(op.instruction.op), 8);
  append(op.pc, 32);
  for (uint8_t semaphore : {op.instruction.s1, op.instruction.s0, op.instruction.w1, op.instruction.w0})
    append(semaphore, 5);
  ASSERT_LE(bits.size(), 8 * sizeof(port));
  std::memset(&port, 0, sizeof(port));
  for (size_t i = 0; i < bits.size(); ++i)
    bytesOf(port)[i / 8] = static_cast<uint8_t>(bytesOf(port)[i / 8] | (bits[i] << (i % 8)));
}

// --- Running ---------------------------------------------------------------------------------------------------------

struct BenchOptions {
  uint32_t refused = 0;      // per cent of cycles in which a bank is taken by another unit
  uint32_t dispatched = 100; // per cent of cycles in which an instruction is put into the queue
  uint32_t signalled = 100;  // per cent of cycles in which a semaphore is signalled
};

// The vector engine makes no request of it.
class NoDram final : public DramTimingModel {
public:
  uint64_t access(uint64_t, uint32_t, uint32_t, bool) override {
    ADD_FAILURE() << "a DRAM request";
    return 0;
  }
  DramCounters counters() const override { return {}; }
};

struct EventList : CycleObserver {
  void event(const CycleEvent& e) override { events.push_back(e); }
  std::vector<CycleEvent> events;
};

class VectorBench {
public:
  static constexpr uint8_t kFirstSignal = 8; // instructions wait for semaphores below it and signal others

  VectorBench(const Machine& machineDescription, const CoreMemory& initial, uint64_t seed,
              const BenchOptions& benchOptions)
      : machine(machineDescription), options(benchOptions), random(seed), memory(machine), reference(machine),
        top(&unknown(context, seed)) {
    for (CoreMemory* m : {&memory, &reference}) {
      m->scratchpad = initial.scratchpad;
      m->accumulators = initial.accumulators;
      m->lut = initial.lut;
    }
    top.clk_i = 0;
    top.rst_ni = 0;
    top.head_valid_i = 0;
    clock();
    top.rst_ni = 1;
  }

  // Whether all retired: false after a fault.
  bool lockStep(const std::vector<TensorOp>& ops) {
    NoDram dram;
    CoreState core(machine, reference, dram);
    EventList events;
    core.events.attach(&events);
    VectorEngine model(1, core);
    size_t dispatched = 0;
    size_t retired = 0;
    for (uint64_t cycle = 0; retired < ops.size(); ++cycle) {
      bool canStart = !queue.empty() && core.semaphores.available(queue.front().instruction);
      bool waiting = !queue.empty();
      bool underWay = model.underWay();
      CounterValues before = core.counters;
      Activity active = core.activity;
      for (uint32_t i = 0; i < machine.scratchpad.banks; ++i)
        if (random.percent(options.refused))
          core.ports.scratchpadRead.claim(i, cycle);
      for (uint32_t i = 0; i < machine.accumulator.banks; ++i)
        if (random.percent(options.refused))
          core.ports.accumulatorRead.claim(i, cycle);
      MemoryPorts free = core.ports; // as the engine finds them
      if (dispatched < ops.size() && random.percent(options.dispatched)) {
        model.queue().push(ops[dispatched], dispatched, cycle);
        ++dispatched;
      }
      model.step(cycle);

      drive(canStart, waiting);
      grant(free, cycle);
      top.eval();

      // Reports.
      events.events.clear();
      core.events.flush();
      bool starts = false;
      bool retires = false;
      for (const CycleEvent& e : events.events) {
        starts = starts || e.kind == EventKind::start;
        retires = retires || e.kind == EventKind::retire;
      }
      EXPECT_EQ(top.under_way_o, underWay);
      EXPECT_EQ(top.start_o, starts);
      EXPECT_EQ(top.retire_o, retires);
      EXPECT_EQ(core.faults.raised(), static_cast<bool>(top.fault_o));
      if (core.faults.raised() && top.fault_o) {
        const Fault& fault = core.faults.fault();
        EXPECT_EQ(top.fault_cause_o, static_cast<uint32_t>(fault.cause));
        EXPECT_EQ(top.fault_pc_o, fault.pc);
        EXPECT_EQ(top.fault_info_o, fault.information);
      }
      if (retires) {
        const TensorOp& op = ops[retired];
        EXPECT_EQ(top.retire_pc_o, op.pc);
        EXPECT_EQ(top.retire_s0_o, op.instruction.s0);
        EXPECT_EQ(top.retire_s1_o, op.instruction.s1);
        ++retired;
      }

      // Accounting.
      int state = counter::vector_idle;
      if (top.busy_o)
        state = counter::vector_busy;
      else if (top.stall_bank_o)
        state = counter::vector_stall_bank;
      else if (underWay || canStart)
        state = counter::vector_busy;
      else if (waiting)
        state = counter::vector_stall_semaphore;
      for (int number :
           {counter::vector_busy, counter::vector_stall_bank, counter::vector_stall_semaphore, counter::vector_idle})
        EXPECT_EQ(delta(core, before, number), number == state ? 1u : 0u) << "counter " << number;
      EXPECT_EQ(delta(core, before, counter::vector_rows), top.row_o);
      EXPECT_EQ(top.row_o, top.vw_req_o);
      EXPECT_EQ(core.activity.vectorReads - active.vectorReads,
                (top.vra_req_o && top.vra_gnt_i) + (top.vrb_req_o && top.vrb_gnt_i));
      EXPECT_EQ(core.activity.accumulatorDrains - active.accumulatorDrains, top.vacc_req_o && top.vacc_gnt_i);

      access();
      if (retires && (memory.scratchpad != reference.scratchpad))
        ADD_FAILURE() << "instruction " << retired - 1 << ": " << difference();
      otherEngines(core.semaphores);
      EXPECT_FALSE(core.semaphores.commit().happened);
      EXPECT_LT(cycle, 5'000'000u);
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << "in cycle " << cycle;
        return false;
      }
      if (top.fault_o)
        return false;
      if (starts) {
        queue.pop_front();
        headIsDriven = false;
      }
      while (queue.size() < model.queue().waiting())
        queue.push_back(ops[dispatched - 1]);
      clock();
    }
    return true;
  }

  const Machine& machine;
  BenchOptions options;
  Random random;
  CoreMemory memory;    // the RTL's
  CoreMemory reference; // the model's
  VerilatedContext context;
  Vweft_vector top;

private:
  static uint64_t delta(const CoreState& core, const CounterValues& before, int number) {
    return core.counters[static_cast<size_t>(number)] - before[static_cast<size_t>(number)];
  }

  // Registers without reset begin with anything.
  static VerilatedContext& unknown(VerilatedContext& context, uint64_t seed) {
    context.randReset(2);
    context.randSeed(static_cast<int>(seed + 1));
    return context;
  }

  void clock() {
    top.eval();
    top.clk_i = 1;
    top.eval();
    top.clk_i = 0;
    top.eval();
  }

  // Inputs that do not depend on the engine's requests.
  void drive(bool canStart, bool waiting) {
    top.head_valid_i = waiting;
    top.sem_ok_i = canStart;
    if (waiting && !std::exchange(headIsDriven, true))
      packVectorOp(queue.front(), top.head_i);
    line(readA, machine.lineBytes(), bytesOf(top.vra_rdata_i));
    line(readB, machine.lineBytes(), bytesOf(top.vrb_rdata_i));
    line(readAcc, machine.accumulatorRowBytes(), bytesOf(top.vacc_rdata_i));
    top.eval();
  }

  // The granted line; without a grant, anything.
  void line(std::vector<uint8_t>& granted, uint32_t bytes, uint8_t* port) {
    for (uint32_t i = 0; i < bytes; ++i)
      port[i] = granted.empty() ? static_cast<uint8_t>(random.word()) : granted[i];
    granted.clear();
  }

  void grant(MemoryPorts& free, uint64_t cycle) {
    auto scratchpad = [&](bool request, uint32_t address) {
      EXPECT_TRUE(!request || free.inScratchpad(address, machine.array.cols)) << "address " << address;
      return request && free.inScratchpad(address, machine.array.cols) &&
             free.scratchpadRead.claim(free.bank(address), cycle);
    };
    top.vra_gnt_i = scratchpad(top.vra_req_o, top.vra_addr_o);
    top.vrb_gnt_i = scratchpad(top.vrb_req_o, top.vrb_addr_o);
    EXPECT_TRUE(!top.vacc_req_o || top.vacc_row_o < free.accumulatorRows);
    top.vacc_gnt_i = top.vacc_req_o && top.vacc_row_o < free.accumulatorRows &&
                     free.accumulatorRead.claim(free.accumulatorBank(top.vacc_row_o), cycle);
  }

  // What the memories do at the end of the cycle.
  void access() {
    uint32_t bytes = machine.lineBytes();
    auto read = [&](bool granted, uint32_t address, std::vector<uint8_t>& data) {
      auto first = memory.scratchpad.begin() + (address & ~(bytes - 1));
      if (granted)
        data.assign(first, first + bytes);
    };
    read(top.vra_req_o && top.vra_gnt_i, top.vra_addr_o, readA);
    read(top.vrb_req_o && top.vrb_gnt_i, top.vrb_addr_o, readB);
    if (top.vacc_req_o && top.vacc_gnt_i) {
      const auto* row = reinterpret_cast<const uint8_t*>(&memory.accumulators[top.vacc_row_o * machine.array.cols]);
      readAcc.assign(row, row + machine.accumulatorRowBytes());
    }
    if (top.vw_req_o) {
      uint32_t first = top.vw_addr_o & ~(bytes - 1);
      for (uint32_t i = 0; i < bytes; ++i)
        if (bit(top.vw_be_o, i))
          memory.scratchpad[first + i] = bytesOf(top.vw_wdata_o)[i];
    }
  }

  std::string difference() const {
    for (size_t i = 0; i < memory.scratchpad.size(); ++i)
      if (memory.scratchpad[i] != reference.scratchpad[i])
        return "byte " + std::to_string(i) + ": RTL " + std::to_string(memory.scratchpad[i]) + ", semantics " +
               std::to_string(reference.scratchpad[i]);
    return "";
  }

  // The instructions wait for semaphores that others signal, and signal semaphores that others take.
  void otherEngines(Semaphores& semaphores) {
    for (uint8_t i = 0; i < kNoSemaphore; ++i) {
      Instruction other;
      if (i >= kFirstSignal && semaphores.count(i) > 0) {
        other.w0 = i;
        semaphores.take(other, Engine::load, 0);
      } else if (i < 2 && semaphores.count(i) < 3 && random.percent(options.signalled)) {
        other.s0 = i;
        semaphores.signal(other, Engine::load, 0);
      }
    }
  }

  std::deque<TensorOp> queue; // not started
  bool headIsDriven = false;
  std::vector<uint8_t> readA, readB, readAcc; // data of the next cycle
};

} // namespace weft::test
