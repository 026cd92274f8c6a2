// Does the sequencer do in every cycle what the cycle simulator's does? Both run programs, side by side, among queues,
// engines and semaphores that change at random. And does it do the same instructions if the memory refuses requests for
// a while, which the cycle simulator's never does?
#include "tests/rtl/sequencer/random_program.h"
#include "tests/rtl/sequencer/sequencer_bench.h"

#include "simulator/cycle/sequencer.h"
#include "tests/support/program_builder.h"

#include <functional>
#include <map>

namespace weft::test {
namespace {

const Machine& machine() {
  static const Machine instance = loadMachine(WEFT_TEST_MACHINE);
  return instance;
}

// What programs can reach.
bool sameDram(const Dram& a, const Dram& b) {
  auto same = [&](uint64_t address, size_t bytes) { return std::memcmp(a.at(address), b.at(address), bytes) == 0; };
  constexpr size_t kEnd = 4096;
  return same(kDramBase, 1 << 18) && same(kDramBase + a.bytes() - kEnd, kEnd);
}

// The sequencer's counters by number, and the four of Activity that are its own.
struct Account {
  std::array<uint64_t, counter::sequencer_bytes_fetched + 1 - counter::sequencer_busy> counters{};
  std::array<uint64_t, 4> activity{};
  bool operator==(const Account& o) const { return counters == o.counters && activity == o.activity; }
  uint64_t& operator[](int number) { return counters[static_cast<size_t>(number - counter::sequencer_busy)]; }
};

std::ostream& operator<<(std::ostream& out, const Account& account) {
  for (uint64_t value : account.counters)
    out << value << ' ';
  out << '|';
  for (uint64_t value : account.activity)
    out << ' ' << value;
  return out;
}

// The two sequencers in lock-step.
class Pair : CycleObserver {
public:
  using Loader = std::function<void(CoreMemory&)>;
  Pair(const Loader& load, uint64_t seed, DramTimingModel& one, DramTimingModel& other)
      : random_(seed), memory_(machine()), rtlMemory_(machine()), core_(machine(), memory_, one),
        sequencer_(core_, {&engines_[0], &engines_[1], &engines_[2], &engines_[3]}, kResetPc),
        axi_(rtlMemory_.dram, other) {
    load(memory_);
    load(rtlMemory_);
    core_.events.attach(this);
    for (uint64_t& counter : core_.counters)
      counter = random_(); // as if the engines had counted
    accounted_ = account();
    patience_ = 1 + random_() % 20;
    context_.randReset(2); // nothing may depend on what is in a memory at reset
    context_.randSeed(static_cast<int>(1 + seed % 1000));
    unit_ = makeSequencer(context_);
    runFormerProgram(seed);
    reset(*unit_);
  }

  enum class End : uint8_t { none, halt, fault, overflow, changesCode };
  End end() const { return end_; }
  uint64_t cycles() const { return cycle_; }
  const Fault& fault() const { return core_.faults.fault(); }

  // Until they stop, differ, or `limit` cycles are over.
  void run(uint64_t limit) {
    while (end_ == End::none && cycle_ < limit && !testing::Test::HasFailure())
      step();
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << "in cycle " << cycle_ - 1 << ", pc " << std::hex << sequencer_.pc();
      return;
    }
    // The core has stopped, perhaps for the fault of another unit: whatever DRAM still brings, nothing happens.
    for (int i = 0; i < 60; ++i)
      quietCycle();
    EXPECT_TRUE(sameDram(memory_.dram, rtlMemory_.dram));
  }

private:
  void event(const CycleEvent& event) override { events_.push_back(event); }

  // What another program leaves behind, in the instruction cache above all, must not matter after a reset.
  void runFormerProgram(uint64_t seed) {
    CoreMemory memory(machine());
    RandomProgram(machine(), ~seed).load(memory);
    RandomDram dram(seed, 10);
    AxiMemory axi(memory.dram, dram);
    uint64_t cycles = 1000 + random_() % 500; // in the middle of something
    for (uint64_t cycle = 0; cycle < cycles; ++cycle) {
      axi.drive(*unit_, cycle);
      unit_->eval();
      axi.take(*unit_, cycle);
      clock(*unit_);
    }
  }

  Account account() const {
    Account result;
    for (size_t i = 0; i < result.counters.size(); ++i)
      result.counters[i] = core_.counters[counter::sequencer_busy + i];
    result.activity = {core_.activity.instructionLookups, core_.activity.instructionMisses, core_.activity.scalarReads,
                       core_.activity.scalarWrites};
    return result;
  }
  Account rtlAccount() {
    Account a;
    Vweft_sequencer& u = *unit_;
    a[counter::sequencer_instructions] = u.instruction_o;
    a[counter::sequencer_stall_semaphore] = u.stall_semaphore_o;
    a[counter::sequencer_stall_queue] = u.stall_queue_o;
    a[counter::sequencer_stall_fetch] = u.stall_fetch_o;
    a[counter::sequencer_stall_memory] = u.stall_memory_o;
    a[counter::sequencer_stall_fence] = u.stall_fence_o;
    a[counter::sequencer_busy] =
        !(u.stall_semaphore_o || u.stall_queue_o || u.stall_fetch_o || u.stall_memory_o || u.stall_fence_o);
    a[counter::sequencer_bytes_read] = u.bytes_read_o;
    a[counter::sequencer_bytes_written] = u.bytes_written_o;
    a[counter::sequencer_bytes_fetched] = u.bytes_fetched_o;
    a.activity = {u.lookup_hit_o, u.lookup_miss_o, u.scalar_read_o, u.scalar_write_o};
    return a;
  }
  uint32_t counterValue(uint32_t number) const {
    if (number == counter::cycle_low)
      return static_cast<uint32_t>(cycle_);
    if (number == counter::cycle_high)
      return static_cast<uint32_t>(cycle_ >> 32);
    return number < core_.counters.size() ? static_cast<uint32_t>(core_.counters[number]) : 0;
  }

  void driveInputs() {
    Vweft_sequencer& u = *unit_;
    u.queue_full_i = 0;
    u.engine_idle_i = 0;
    for (size_t i = 0; i < 4; ++i) {
      u.queue_full_i |= static_cast<uint8_t>(engines_[i].queue().full() << i);
      u.engine_idle_i |= static_cast<uint8_t>(engines_[i].queue().idle() << i);
    }
    axi_.drive(u, cycle_);
    u.eval();
    Instruction waits;
    waits.w0 = u.sem_w0_o;
    waits.w1 = u.sem_w1_o;
    u.sem_ok_i = core_.semaphores.available(waits);
    u.counter_value_i = counterValue(u.counter_number_o);
    u.eval();
  }

  void step() {
    driveInputs();
    Vweft_sequencer& u = *unit_;
    events_.clear();
    std::array<int, 31> before{};
    for (uint8_t i = 0; i < before.size(); ++i)
      before[i] = core_.semaphores.count(i);
    sequencer_.step(cycle_);
    core_.events.flush();

    Account after = account(), expected = after;
    for (size_t i = 0; i < after.counters.size(); ++i)
      expected.counters[i] -= accounted_.counters[i];
    for (size_t i = 0; i < after.activity.size(); ++i)
      expected.activity[i] -= accounted_.activity[i];
    accounted_ = after;
    EXPECT_EQ(rtlAccount(), expected);

    checkEvents(axi_.take(u, cycle_));
    EXPECT_EQ(u.blocked_o, sequencer_.blocked(cycle_));
    if (u.blocked_o) {
      EXPECT_EQ(u.pc_o, sequencer_.pc());
    }
    checkFault();
    checkSemaphores(before);
    if (sequencer_.halted())
      end_ = End::halt;
    clock(u);
    ++cycle_;
    around();
  }

  void checkEvents(const std::optional<AxiRequest>& request) {
    Vweft_sequencer& u = *unit_;
    bool dispatches = false, halts = false, requests = false;
    for (const CycleEvent& event : events_) {
      EXPECT_EQ(u.pc_o, event.pc);
      if (event.kind == EventKind::dispatch) {
        dispatches = true;
        size_t engine = static_cast<size_t>(event.engine) - 1;
        EXPECT_EQ(u.dispatch_o, 1 << engine);
        dispatched_[engine].push_back(dispatched(u));
      } else if (event.kind == EventKind::halt) {
        halts = true;
        EXPECT_EQ(u.exit_code_o, event.address);
      } else if (event.kind == EventKind::dramRequest) {
        requests = true;
        EXPECT_TRUE(request && request->address == event.address && request->bytes == event.bytes &&
                    request->write == event.write);
        // The instruction cache would not notice, which the cycle simulator does not model.
        if (event.write && event.address < RandomProgram::kDramData)
          end_ = End::changesCode;
      }
    }
    EXPECT_EQ(u.dispatch_o != 0, dispatches);
    EXPECT_EQ(u.halt_o, halts);
    EXPECT_EQ(request.has_value(), requests);
  }

  void checkFault() {
    Vweft_sequencer& u = *unit_;
    EXPECT_EQ(u.fault_o, core_.faults.raised());
    if (!core_.faults.raised())
      return;
    const Fault& fault = core_.faults.fault();
    EXPECT_EQ(u.fault_cause_o, static_cast<unsigned>(fault.cause));
    EXPECT_EQ(u.fault_pc_o, fault.pc);
    EXPECT_EQ(u.fault_info_o, fault.information);
    end_ = End::fault;
  }

  // What the sequencer does to the semaphores in this cycle.
  void checkSemaphores(const std::array<int, 31>& before) {
    Vweft_sequencer& u = *unit_;
    std::map<int, int> change;
    if (u.sem_take_o) {
      change[u.sem_w0_o] = -1;
      change[u.sem_w1_o] = -1;
    }
    if (u.sem_signal_o) {
      change[u.sem_s0_o] = +1;
      change[u.sem_s1_o] = +1;
    }
    if (core_.semaphores.commit().happened)
      end_ = End::overflow;
    for (uint8_t i = 0; i < before.size(); ++i)
      EXPECT_EQ(core_.semaphores.count(i) - before[i], change[i]) << "semaphore " << int{i};
  }

  // The other units: they see what they get, and start, retire and signal when they like.
  void around() {
    for (size_t i = 0; i < 4; ++i) {
      EngineQueue& queue = engines_[i].queue();
      if (queue.started() > 0 && random_() % patience_ == 0)
        queue.retire();
      if (queue.waiting() > 0 && random_() % patience_ == 0) {
        EXPECT_TRUE(same(queue.head().op, dispatched_[i].front()))
            << "dispatched at " << std::hex << queue.head().op.pc;
        dispatched_[i].pop_front();
        queue.start();
      }
    }
    Instruction signals;
    if (random_() % (2 * patience_) == 0)
      signals.s0 = static_cast<uint8_t>(random_() % 31);
    if (signals.s0 != kNoSemaphore && core_.semaphores.count(signals.s0) < 200)
      core_.semaphores.signal(signals, Engine::load, 0);
    core_.semaphores.commit();
  }

  void quietCycle() {
    Vweft_sequencer& u = *unit_;
    u.stop_i = 1;
    driveInputs();
    EXPECT_FALSE(axi_.take(u, cycle_));
    EXPECT_FALSE(u.instruction_o || u.dispatch_o != 0 || u.fault_o || u.halt_o || u.sem_take_o || u.sem_signal_o ||
                 u.blocked_o || u.lookup_hit_o || u.lookup_miss_o || u.scalar_read_o || u.scalar_write_o);
    clock(u);
    ++cycle_;
  }

  static constexpr EngineUnit::Numbers kNoNumbers{};
  std::mt19937_64 random_;
  CoreMemory memory_, rtlMemory_;
  CoreState core_;
  std::array<EngineUnit, 4> engines_{EngineUnit(Engine::load, kNoNumbers, machine().queues.load, core_),
                                     EngineUnit(Engine::store, kNoNumbers, machine().queues.store, core_),
                                     EngineUnit(Engine::matrix, kNoNumbers, machine().queues.matrix, core_),
                                     EngineUnit(Engine::vector, kNoNumbers, machine().queues.vector, core_)};
  Sequencer sequencer_;
  AxiMemory axi_;
  VerilatedContext context_;
  std::unique_ptr<Vweft_sequencer> unit_;
  std::array<std::deque<TensorOp>, 4> dispatched_; // and not started
  std::vector<CycleEvent> events_;                 // of the cycle
  Account accounted_;
  uint64_t patience_ = 1;
  uint64_t cycle_ = 0;
  End end_ = End::none;
};

TEST(SequencerTest, LockStepRandomPrograms) {
  std::map<Pair::End, int> ends;
  std::map<FaultCause, int> causes;
  uint64_t cycles = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    RandomProgram program(machine(), seed);
    // From a memory that answers at once to one that is slow.
    uint64_t longest = 1 + seed % 5 * 20;
    RandomDram one(seed, longest), other(seed, longest);
    Pair pair([&](CoreMemory& memory) { program.load(memory); }, seed, one, other);
    pair.run(200 + seed % 10 * 1500);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    ++ends[pair.end()];
    if (pair.end() == Pair::End::fault)
      ++causes[pair.fault().cause];
    cycles += pair.cycles();
  }
  // The programs are worth something only if they end in every way, and last.
  EXPECT_GT(ends[Pair::End::none], 20);
  EXPECT_GT(ends[Pair::End::halt], 5);
  for (FaultCause cause : {FaultCause::illegalInstruction, FaultCause::unimplemented, FaultCause::misaligned,
                           FaultCause::address, FaultCause::software})
    EXPECT_GT(causes[cause], 5) << name(cause);
  EXPECT_GT(cycles, 500'000u);
}

// The last instruction of DRAM is followed by the first address outside, which in the largest DRAM is 0.
TEST(SequencerTest, RunsOffTheEndOfDram) {
  uint32_t end = static_cast<uint32_t>(kDramBase + machine().dram.bytes);
  ProgramBuilder start;
  start.regImm(Opcode::JALR, 1, 0, static_cast<int32_t>(end - 16));
  ProgramBuilder last(end - 16);
  last.store(Opcode::SW, 1, 1, RandomProgram::kDramData - kDramBase);
  last.regImm(Opcode::ADDI, 2, 2, 1);
  RandomDram one(1, 50), other(1, 50);
  Pair pair(
      [&](CoreMemory& memory) {
        start.load(memory);
        last.load(memory);
      },
      1, one, other);
  pair.run(10'000);
  EXPECT_EQ(pair.end(), Pair::End::fault);
  EXPECT_EQ(pair.fault().cause, FaultCause::address);
  EXPECT_EQ(pair.fault().pc, end);
}

// Runs a program beside ScalarCore, instruction by instruction: how long something takes is left to chance.
class Unsteady {
public:
  Unsteady(const RandomProgram& program, uint64_t seed)
      : random_(seed), memory_(machine()), rtlMemory_(machine()), dram_(seed, 30), axi_(rtlMemory_.dram, dram_) {
    program.load(memory_);
    program.load(rtlMemory_);
    unit_ = makeSequencer(context_);
  }
  uint64_t instructions() const { return instructions_; }

  // Until the program stops, or executes an instruction after `limit` cycles.
  void run(uint64_t limit) {
    for (uint64_t cycle = 0; !stopped_ && !testing::Test::HasFailure(); ++cycle) {
      Vweft_sequencer& u = *unit_;
      u.queue_full_i = random_() & 15;
      u.engine_idle_i = static_cast<uint8_t>((random_() | random_()) & 15);
      u.sem_ok_i = random_() & 1;
      u.counter_value_i = static_cast<uint32_t>(random_());
      u.axi_ar_ready_i = random_() % 4 == 0;
      u.axi_aw_ready_i = random_() % 4 == 0;
      u.axi_w_ready_i = random_() % 4 == 0;
      axi_.drive(u, cycle);
      u.eval();
      if (u.instruction_o || u.fault_o)
        instruction(cycle >= limit);
      axi_.take(u, cycle);
      clock(u);
      ASSERT_LT(cycle, limit + 10'000) << "it hangs";
    }
  }

private:
  void instruction(bool last) {
    Vweft_sequencer& u = *unit_;
    EXPECT_EQ(u.pc_o, core_.pc);
    // All that was done before is in memory.
    if (last) {
      EXPECT_TRUE(sameDram(memory_.dram, rtlMemory_.dram));
      stopped_ = true;
      return;
    }
    ++instructions_;
    const StepOutcome& outcome = core_.step(memory_, [&](uint32_t) { return u.counter_value_i; });
    EXPECT_EQ(u.fault_o, outcome.kind == StepOutcome::Kind::fault);
    EXPECT_EQ(u.halt_o, outcome.kind == StepOutcome::Kind::halt);
    EXPECT_EQ(u.dispatch_o != 0, outcome.kind == StepOutcome::Kind::tensor);
    EXPECT_EQ(u.sem_take_o, outcome.kind == StepOutcome::Kind::semWait);
    EXPECT_EQ(u.sem_signal_o, outcome.kind == StepOutcome::Kind::semSignal);
    if (u.fault_o) {
      EXPECT_EQ(u.fault_cause_o, static_cast<unsigned>(outcome.fault.cause));
      EXPECT_EQ(u.fault_info_o, outcome.fault.information);
    } else if (u.dispatch_o != 0) {
      EXPECT_TRUE(same(dispatched(u), outcome.op));
      EXPECT_EQ(u.dispatch_o & u.queue_full_i, 0);
    } else if (u.halt_o) {
      EXPECT_EQ(u.exit_code_o, outcome.exitCode);
    }
    bool changesCode =
        outcome.access == AccessTarget::dram && outcome.write && outcome.address < RandomProgram::kDramData;
    stopped_ = u.fault_o || u.halt_o || changesCode;
  }

  std::mt19937_64 random_;
  CoreMemory memory_, rtlMemory_;
  RandomDram dram_;
  AxiMemory axi_;
  ScalarCore core_;
  VerilatedContext context_;
  std::unique_ptr<Vweft_sequencer> unit_;
  uint64_t instructions_ = 0;
  bool stopped_ = false;
};

TEST(SequencerTest, UnsteadyMemory) {
  uint64_t instructions = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RandomProgram program(machine(), 1'000'000 + seed);
    Unsteady pair(program, seed);
    pair.run(5000);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    instructions += pair.instructions();
  }
  EXPECT_GT(instructions, 50'000u);
}

} // namespace
} // namespace weft::test
