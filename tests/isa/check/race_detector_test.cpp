// Does the race detector find exactly the unordered conflicts? Random programs against a second implementation that
// knows nothing of clocks: reachability in the graph of all events, and sets of addresses.
#include "isa/check/race_detector.h"
#include "simulator/func/functional.h"
#include "tests/support/program_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

namespace weft {
namespace {

using test::makeOp;
using test::pattern;
using test::ProgramBuilder;
using test::TensorArguments;

constexpr uint32_t kData = kDramBase + 0x10000;

struct Event {
  Engine unit;
  uint32_t pc;
  std::vector<size_t> after; // events that it directly follows
  std::vector<Region> regions;
  std::optional<TensorOp> op; // of an engine
  StepOutcome outcome;        // of the sequencer
};

bool conflict(const Event& x, const Event& y) {
  for (const Region& a : x.regions)
    for (const Region& b : y.regions) {
      if (a.space != b.space || a.space == Space::lut || (!a.write && !b.write))
        continue;
      std::set<int64_t> bytes;
      auto collect = [](const Region& r, auto&& visit) {
        forEachRun(normalise(r), [&](int64_t at, int64_t length) {
          for (int64_t i = 0; i < length; ++i)
            visit(at + i);
        });
      };
      collect(a, [&](int64_t at) { bytes.insert(at); });
      bool shared = false;
      collect(b, [&](int64_t at) { shared = shared || bytes.count(at) > 0; });
      if (shared)
        return true;
    }
  return false;
}

class RandomProgram {
public:
  RandomProgram(const Machine& machine, uint32_t seed) : machine_(machine), random_(seed) {}

  // Emits a program and its graph. Waits are only for tokens that something before has signalled: it cannot deadlock.
  void build(int length) {
    for (int i = 0; i < length; ++i)
      switch (pick(10)) {
      case 0:
        fence();
        break;
      case 1:
        scalarAccess();
        if (pick(2) == 0)
          scalarAccess();
        break;
      case 2:
        scalarSynchronisation();
        break;
      default:
        tensor();
        break;
      }
    program.halt();
  }

  ProgramBuilder program;
  std::vector<Event> events;

private:
  uint32_t pick(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

  size_t add(Engine unit, std::vector<Region> regions) {
    Event event{unit, 0, {}, std::move(regions), std::nullopt, {}};
    size_t number = events.size();
    auto u = static_cast<size_t>(unit);
    if (last_[u])
      event.after.push_back(*last_[u]);
    if (unit != Engine::sequencer && last_[0])
      event.after.push_back(*last_[0]);
    last_[u] = number;
    events.push_back(event);
    return number;
  }
  // Semaphore s is signalled by unit s / 5 and waited for by unit s % 5.
  uint8_t maybeWait(Engine unit, size_t event) {
    for (uint8_t s = 0; s < 25; ++s)
      if (s % 5u == static_cast<size_t>(unit) && !tokens_[s].empty() && pick(3) == 0) {
        events[event].after.push_back(tokens_[s].front());
        tokens_[s].erase(tokens_[s].begin());
        return s;
      }
    return kNoSemaphore;
  }
  uint8_t maybeSignal(Engine unit, size_t event) {
    auto s = static_cast<uint8_t>(5 * static_cast<uint32_t>(unit) + pick(5));
    if (s % 5u == static_cast<size_t>(unit) || pick(2) == 0 || tokens_[s].size() > 3)
      return kNoSemaphore;
    tokens_[s].push_back(event);
    return s;
  }

  void fence() {
    uint32_t engines = 1 + pick(15);
    size_t event = add(Engine::sequencer, {});
    for (size_t e = 1; e < 5; ++e)
      if ((engines >> (e - 1) & 1) != 0 && last_[e])
        events[event].after.push_back(*last_[e]);
    events[event].outcome.kind = StepOutcome::Kind::fence;
    events[event].outcome.engines = engines;
    program.fence(engines);
  }

  void scalarAccess() {
    // Often the word behind the last one: such accesses are recorded together.
    uint32_t address = pick(2) == 0 ? lastAddress_ + 4 : kData + 4 * pick(64);
    lastAddress_ = address;
    bool write = pick(2) == 0;
    Region region{Space::dram, write, address, 4, {}, {}};
    region.count.fill(1);
    program.li(10, address);
    size_t event = add(Engine::sequencer, {region});
    events[event].pc = program.pc();
    StepOutcome& outcome = events[event].outcome;
    outcome.instruction.op = write ? Opcode::SW : Opcode::LW;
    outcome.access = AccessTarget::dram;
    outcome.write = write;
    outcome.address = address;
    outcome.bytes = 4;
    if (write)
      program.store(Opcode::SW, 0, 10, 0);
    else
      program.regImm(Opcode::LW, 11, 10, 0);
  }

  void scalarSynchronisation() {
    size_t event = add(Engine::sequencer, {});
    uint8_t w = maybeWait(Engine::sequencer, event);
    if (w != kNoSemaphore) {
      program.semWait(w);
      events[event].outcome.kind = StepOutcome::Kind::semWait;
      events[event].outcome.instruction.op = Opcode::SEMWAIT;
      events[event].outcome.instruction.w0 = w;
    }
    event = add(Engine::sequencer, {});
    uint8_t s = maybeSignal(Engine::sequencer, event);
    if (s != kNoSemaphore) {
      program.semSignal(s);
      events[event].outcome.kind = StepOutcome::Kind::semSignal;
      events[event].outcome.instruction.op = Opcode::SEMSIGNAL;
      events[event].outcome.instruction.s0 = s;
    }
  }

  void tensor() {
    static const Opcode kOpcodes[] = {Opcode::LD, Opcode::ST, Opcode::MM, Opcode::VRQ, Opcode::VMAX};
    Opcode opcode = kOpcodes[pick(5)];
    TensorArguments t;
    t.a = 16 * pick(32);
    t.b = 1024 + 16 * pick(4);
    t.c = 16 * pick(48);
    t.d = 2048;
    t.pA = pattern(test::Walk{.count = {1 + pick(3)}, .stride = {16}});
    t.pC = t.pA;
    t.pD = pattern(test::Config{});
    if (opcode == Opcode::LD || opcode == Opcode::ST) {
      t.a = kData + pick(256);
      t.b = pick(768);
      t.pA = pattern(test::Walk{.count = {1 + pick(40), 1 + pick(2)}, .stride = {0, 48}});
      t.pB = pattern(test::Walk{.stride = {0, 64}});
    } else if (opcode == Opcode::MM) {
      t.c = pick(8);
    } else if (opcode == Opcode::VRQ) {
      t.a = pick(8);
      t.pA = pattern(test::Walk{.stride = {1}});
    }
    Engine engine = info(opcode).engine;
    size_t event = add(engine, footprint(makeOp(opcode, t), machine_));
    t.sync.w0 = maybeWait(engine, event);
    t.sync.s0 = maybeSignal(engine, event);
    events[event].pc = program.tensor(opcode, t);
    events[event].op = makeOp(opcode, t);
    events[event].op->pc = events[event].pc;
  }

  const Machine& machine_;
  std::mt19937 random_;
  std::array<std::optional<size_t>, 5> last_;
  uint32_t lastAddress_ = kData;
  std::map<uint8_t, std::vector<size_t>> tokens_;
};

using Pairs = std::set<std::pair<uint32_t, uint32_t>>;

Pairs expectedRaces(const std::vector<Event>& events) {
  std::vector<std::vector<bool>> before(events.size(), std::vector<bool>(events.size()));
  Pairs races;
  for (size_t j = 0; j < events.size(); ++j) {
    for (size_t direct : events[j].after) {
      before[j][direct] = true;
      for (size_t i = 0; i < events.size(); ++i)
        if (before[direct][i])
          before[j][i] = true;
    }
    for (size_t i = 0; i < j; ++i)
      if (!before[j][i] && events[i].unit != events[j].unit && conflict(events[i], events[j]))
        races.insert(std::minmax(events[i].pc, events[j].pc));
  }
  return races;
}

Pairs pairsOf(const RaceDetector& detector) {
  Pairs found;
  for (const Race& race : detector.races())
    found.insert(std::minmax(race.first.pc, race.second.pc));
  return found;
}

// Tells the detector of the events in a random order that synchronisation and queues allow, as a cycle simulator might.
void playInRandomOrder(const std::vector<Event>& events, std::mt19937& random, RaceDetector& detector) {
  std::vector<bool> done(events.size());
  std::array<std::deque<size_t>, 5> queue;
  std::array<std::deque<size_t>, 5> flight;
  size_t next = 0;
  auto ready = [&](size_t number) {
    const Event& event = events[number];
    return std::all_of(event.after.begin(), event.after.end(),
                       [&](size_t before) { return done[before] || events[before].unit == event.unit; });
  };
  size_t left = events.size();
  while (left > 0) {
    size_t u = random() % 5;
    if (u == 0 && next < events.size()) {
      const Event& event = events[next];
      if (event.op) {
        detector.dispatch(*event.op);
        queue[static_cast<size_t>(event.unit)].push_back(next);
      } else {
        if (!ready(next))
          continue;
        detector.sequencer(event.outcome, event.pc);
        done[next] = true;
        --left;
      }
      ++next;
    } else if (u != 0 && random() % 2 == 0 && !queue[u].empty() && ready(queue[u].front())) {
      detector.start(static_cast<Engine>(u));
      flight[u].push_back(queue[u].front());
      queue[u].pop_front();
    } else if (u != 0 && !flight[u].empty()) {
      detector.retire(static_cast<Engine>(u));
      done[flight[u].front()] = true;
      flight[u].pop_front();
      --left;
    }
  }
}

// The same races, whatever the timing of the execution that is watched.
TEST(RaceDetector, VerdictDoesNotDependOnTheTiming) {
  Machine machine = test::smallMachine();
  for (uint32_t seed = 0; seed < 300; ++seed) {
    RandomProgram program(machine, 1000 + seed);
    program.build(seed % 3 == 0 ? 200 : 30);
    Pairs expected = expectedRaces(program.events);
    std::mt19937 random(seed);
    for (int i = 0; i < 3; ++i) {
      RaceDetector detector(machine, 1000000);
      playInRandomOrder(program.events, random, detector);
      ASSERT_EQ(pairsOf(detector), expected) << "seed " << seed;
    }
  }
}

TEST(RaceDetector, AgreesWithReachabilityOnRandomPrograms) {
  Machine machine = test::smallMachine();
  machine.queues = {64, 64, 64, 64};
  int racing = 0;
  int clean = 0;
  for (uint32_t seed = 0; seed < 400; ++seed) {
    RandomProgram random(machine, seed);
    random.build(seed % 4 == 0 ? 8 : seed % 4 == 1 ? 200 : 30); // 200: the detector forgets on the way
    CoreMemory memory(machine);
    random.program.load(memory);
    RaceDetector detector(machine, 1000000);
    RunOptions options;
    options.races = &detector;
    RunResult result = FunctionalSimulator(machine, memory).run(options);
    ASSERT_EQ(result.end, DataflowResult::End::halted) << describe(result);
    Pairs expected = expectedRaces(random.events);
    ASSERT_EQ(pairsOf(detector), expected) << "seed " << seed;
    ASSERT_TRUE(detector.semaphoreProblems().empty());
    (expected.empty() ? clean : racing) += 1;
  }
  // Both kinds of program were there.
  EXPECT_GT(racing, 50);
  EXPECT_GT(clean, 20);
}

// The cycle simulator starts the next instruction before the last one has retired: what the next one waited for must
// not leak into what the last one signals.
TEST(RaceDetector, SignalsCarryOnlyWhatTheirInstructionKnew) {
  Machine machine = test::smallMachine();
  RaceDetector detector(machine);
  auto op = [&](Opcode opcode, uint32_t a, uint32_t b, uint32_t pc, test::Sync sync) {
    TensorArguments t;
    t.a = a;
    t.b = b;
    t.c = 0x800;
    t.pD = pattern(test::Config{});
    t.sync = sync;
    TensorOp result = makeOp(opcode, t);
    result.pc = pc;
    return result;
  };
  // The load writes byte 0; the second mm waits for it; the vector engine follows only the first mm and reads byte 0.
  detector.dispatch(op(Opcode::LD, kData, 0, 0x10, {.s0 = 0}));
  detector.dispatch(op(Opcode::MM, 0x100, 0x200, 0x20, {.s0 = 1}));
  detector.dispatch(op(Opcode::MM, 0x100, 0x200, 0x30, {.w0 = 0}));
  detector.dispatch(op(Opcode::VMAX, 0, 0, 0x40, {.w0 = 1}));
  detector.start(Engine::load);
  detector.retire(Engine::load);
  detector.start(Engine::matrix);
  detector.start(Engine::matrix);
  detector.retire(Engine::matrix);
  detector.retire(Engine::matrix);
  detector.start(Engine::vector);
  detector.retire(Engine::vector);
  ASSERT_EQ(detector.races().size(), 1u);
  EXPECT_EQ(detector.races()[0].first.pc, 0x10u);
  EXPECT_EQ(detector.races()[0].second.pc, 0x40u);
  EXPECT_EQ(describe(detector.races()[0]),
            "nothing orders ld at 0x00000010 (load engine, writes) and vmax at 0x00000040 "
            "(vector engine, reads), which share the scratchpad address 0x0");
}

// The load knows the first of two neighbouring scalar stores and not the second; it reads only the first word.
TEST(RaceDetector, NeighbouringScalarAccessesAroundADispatchStayApart) {
  Machine machine = test::smallMachine();
  for (uint32_t bytes : {4u, 5u}) {
    RaceDetector detector(machine);
    StepOutcome store;
    store.instruction.op = Opcode::SW;
    store.access = AccessTarget::dram;
    store.write = true;
    store.bytes = 4;
    store.address = kData;
    detector.sequencer(store, 0x10);
    TensorArguments t;
    t.a = kData;
    t.pA = pattern(test::Walk{.count = {bytes}});
    detector.dispatch(makeOp(Opcode::LD, t));
    store.address = kData + 4;
    detector.sequencer(store, 0x10);
    detector.start(Engine::load);
    detector.retire(Engine::load);
    EXPECT_EQ(detector.races().size(), bytes - 4);
  }
}

// A loop of scalar stores over an array, while a load reads one of its words.
TEST(RaceDetector, LoopsOfScalarAccessesAreCheckedToTheByte) {
  Machine machine = test::smallMachine();
  for (uint32_t word : {0u, 7u, 99u, 100u}) {
    RaceDetector detector(machine);
    TensorArguments t;
    t.a = kData + 4 * word;
    t.pA = pattern(test::Walk{.count = {4}});
    detector.dispatch(makeOp(Opcode::LD, t));
    StepOutcome store;
    store.instruction.op = Opcode::SW;
    store.access = AccessTarget::dram;
    store.write = true;
    store.bytes = 4;
    for (uint32_t i = 0; i < 100; ++i) {
      store.address = kData + 4 * i;
      detector.sequencer(store, 0x10);
    }
    detector.start(Engine::load);
    EXPECT_EQ(detector.races().size(), word < 100 ? 1u : 0u) << word;
  }
}

} // namespace
} // namespace weft
