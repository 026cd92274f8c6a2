// Does the comparison find what differs, and say where? The second model is the simulator with something wrong planted.
#include "runtime/cosim/cosim.h"
#include "runtime/cosim/describe.h"
#include "tests/support/random_program.h"

#include <gtest/gtest.h>

namespace weft::cosim {
namespace {

using namespace test;

constexpr uint32_t kData = kDramBase + (1 << 18);

// A program whose store follows its load, which follows from nothing.
struct Fixture {
  Fixture() : machine(smallMachine(4, 4)) {
    machine.dma.loadOutstanding = 8;
    const TensorArguments in{.a = kData, .b = 256, .pA = pattern(test::Walk{.count = {1024}}), .sync = {.s0 = 0}};
    const TensorArguments out{
        .a = kData + 8192, .b = 256, .pA = pattern(test::Walk{.count = {1024}}), .sync = {.w0 = 0}};
    load = program.tensor(Opcode::LD, in);
    store = program.tensor(Opcode::ST, out);
    program.halt(7);
  }

  ImageLoader image() const {
    return [this](CoreMemory& memory) {
      fillData(1, memory);
      program.load(memory);
    };
  }
  CosimResult against(const ModelFactory& other, const CosimOptions& options = {}) const {
    return compare(simulatorFactory(machine, image()), other, options);
  }
  DescribeOptions words() const {
    DescribeOptions options;
    options.instruction = [](uint32_t pc) { return "instruction " + std::to_string(pc); };
    options.place = options.instruction;
    return options;
  }

  Machine machine;
  ProgramBuilder program;
  uint32_t load = 0;
  uint32_t store = 0;
};

std::vector<CycleEvent> eventsOf(const Machine& machine, const ImageLoader& image) {
  struct Collector : CycleObserver {
    void event(const CycleEvent& event) override { events.push_back(event); }
    std::vector<CycleEvent> events;
  } collector;
  const auto model = simulatorFactory(machine, image)({&collector, true, {}});
  model->run(100'000);
  return collector.events;
}

// The simulator with a hand in what it shows.
class Tampered : public Model, private CycleObserver {
public:
  Tampered(const Fixture& fixture, const ModelSettings& settings)
      : observer_(settings.observer),
        model_(simulatorFactory(fixture.machine, fixture.image())({this, settings.data, {}})) {}
  void run(uint64_t limit) override { model_->run(limit); }
  Outcome outcome() const override { return model_->outcome(); }
  const CoreMemory& memory() override { return model_->memory(); }

protected:
  virtual bool passes(CycleEvent&) { return true; }
  CoreMemory& changeable() { return const_cast<CoreMemory&>(model_->memory()); }

private:
  void event(const CycleEvent& event) override {
    CycleEvent copy = event;
    if (observer_ && passes(copy))
      observer_->event(copy);
  }
  CycleObserver* observer_;
  std::unique_ptr<Model> model_;
};

template <typename T> ModelFactory tampered(const Fixture& fixture) {
  return [&fixture](const ModelSettings& settings) { return std::make_unique<T>(fixture, settings); };
}

TEST(Cosim, FindsNothingBetweenEqualModels) {
  Fixture f;
  const CosimResult result = f.against(simulatorFactory(f.machine, f.image()));
  EXPECT_TRUE(result.equal());
  EXPECT_EQ(result.events, eventsOf(f.machine, f.image()).size());
  EXPECT_TRUE(result.memoriesCompared);
  EXPECT_GE(result.bytesCompared, f.machine.dram.bytes + f.machine.scratchpad.bytes);
  EXPECT_EQ(result.outcomes[1].exitCode, 7u);
  const std::string text = describe(result, f.words());
  EXPECT_EQ(text.find("0 of "), 0u) << text;
  EXPECT_NE(text.find(std::to_string(result.cycles) + " cycles, 0 of "), std::string::npos) << text;
}

TEST(Cosim, NamesTheFirstEventThatDiffers) {
  Fixture f;
  Machine other = f.machine;
  other.dma.storeOutstanding = 1;
  const auto right = eventsOf(f.machine, f.image());
  const auto wrong = eventsOf(other, f.image());
  const auto [a, b] = std::mismatch(right.begin(), right.end(), wrong.begin());
  ASSERT_NE(a, right.end());

  const CosimResult result = f.against(simulatorFactory(other, f.image()));
  ASSERT_TRUE(result.event);
  EXPECT_EQ(result.event->index, static_cast<uint64_t>(a - right.begin()));
  EXPECT_EQ(result.event->streams[0].front(), *a);
  EXPECT_EQ(result.event->streams[1].front(), *b);
  EXPECT_EQ(result.cycle(), std::min(a->cycle, b->cycle));
  EXPECT_EQ(result.event->before.size(), 8u);
  EXPECT_EQ(result.event->before.back(), *(a - 1));
  EXPECT_EQ(result.event->streams[0].size(), 9u);
  EXPECT_FALSE(result.memoriesCompared);
  const std::string text = describe(result, f.words());
  EXPECT_NE(text.find("of the store"), std::string::npos) << text;
  EXPECT_NE(text.find("at instruction " + std::to_string(f.store)), std::string::npos) << text;
}

TEST(Cosim, ComparesTheBytesOfBeatsUnlessTold) {
  Fixture f;
  const ImageLoader changed = [&](CoreMemory& memory) {
    f.image()(memory);
    *memory.dram.at(kData + 500) ^= 1;
  };
  const CosimResult result = f.against(simulatorFactory(f.machine, changed));
  ASSERT_TRUE(result.event);
  EXPECT_EQ(result.event->streams[0].front().kind, EventKind::beat);
  EXPECT_EQ(result.event->streams[0].front().engine, Engine::load);
  EXPECT_EQ(result.event->streams[0].front().address, (256u + 500) / 16 * 16);

  CosimOptions timeOnly;
  timeOnly.compareData = false;
  const CosimResult same = f.against(simulatorFactory(f.machine, changed), timeOnly);
  EXPECT_TRUE(same.equal());
  EXPECT_FALSE(same.memoriesCompared);
}

TEST(Cosim, FindsAMemoryThatDiffersAndWhoWroteIt) {
  struct Model : Tampered {
    using Tampered::Tampered;
    const CoreMemory& memory() override {
      changeable().scratchpad[300] ^= 0x10;
      return changeable();
    }
  };
  Fixture f;
  const CosimResult result = f.against(tampered<Model>(f));
  EXPECT_FALSE(result.equal());
  ASSERT_EQ(result.memories.size(), 1u);
  EXPECT_EQ(result.memories[0].memory, "scratchpad");
  EXPECT_EQ(result.memories[0].address, 300u);
  EXPECT_EQ(result.memories[0].bytes, 1u);
  EXPECT_EQ(result.memories[0].values[0] ^ result.memories[0].values[1], 0x10);
  EXPECT_EQ(lastWriter(f.machine, f.image(), result.memories[0]), f.load);
  EXPECT_EQ(lastWriter(f.machine, f.image(), {"DRAM", 1, kData + 8192, {0, 0}}), f.store);
  EXPECT_EQ(lastWriter(f.machine, f.image(), {"scratchpad", 1, 100, {0, 0}}), std::nullopt);
}

TEST(Cosim, AStreamThatStopsEarlyIsADifference) {
  struct Model : Tampered {
    using Tampered::Tampered;
    bool passes(CycleEvent& event) override { return event.kind != EventKind::halt; }
  };
  Fixture f;
  const CosimResult result = f.against(tampered<Model>(f));
  ASSERT_TRUE(result.event);
  EXPECT_EQ(result.event->index + 1, eventsOf(f.machine, f.image()).size());
  EXPECT_EQ(result.event->streams[0].front().kind, EventKind::halt);
  EXPECT_TRUE(result.event->streams[1].empty());
  EXPECT_NE(describe(result, f.words()).find("no more events"), std::string::npos);
}

TEST(Cosim, AModelThatStopsWithoutAnEventIsADifference) {
  struct Model : Tampered {
    using Tampered::Tampered;
    void run(uint64_t limit) override { Tampered::run(std::min<uint64_t>(limit, 20)); }
    Outcome outcome() const override {
      Outcome outcome = Tampered::outcome();
      if (outcome.cycles >= 20)
        outcome.state = Outcome::State::halted;
      return outcome;
    }
  };
  Fixture f;
  EXPECT_FALSE(f.against(tampered<Model>(f)).equal());
}

TEST(Cosim, FindsTheCycleInWhichACounterBeginsToDiffer) {
  struct Model : Tampered {
    using Tampered::Tampered;
    Outcome outcome() const override {
      Outcome outcome = Tampered::outcome();
      if (outcome.cycles > 123)
        ++outcome.counters[counter::matrix_idle];
      return outcome;
    }
  };
  Fixture f;
  const CosimResult result = f.against(tampered<Model>(f));
  EXPECT_FALSE(result.event);
  ASSERT_EQ(result.counters.size(), 1u);
  EXPECT_EQ(result.counters[0].name, "matrix_idle");
  EXPECT_EQ(result.countersFrom, 124u);
  EXPECT_EQ(result.cycle(), 123u);
}

TEST(Cosim, FindsAnExitCodeThatDiffers) {
  struct Model : Tampered {
    using Tampered::Tampered;
    Outcome outcome() const override {
      Outcome outcome = Tampered::outcome();
      if (outcome.state == Outcome::State::halted)
        ++outcome.exitCode;
      return outcome;
    }
  };
  Fixture f;
  const CosimResult result = f.against(tampered<Model>(f));
  ASSERT_EQ(result.outcome.size(), 1u);
  EXPECT_EQ(result.outcome[0].name, "exit code");
}

TEST(Cosim, EqualFaultsAreEqualAndMemoryIsNotCompared) {
  Fixture f;
  f.program = ProgramBuilder();
  f.program.tensor(Opcode::LD, {.a = 0, .b = 0, .pA = pattern(test::Walk{.count = {64}})});
  f.program.halt();
  const CosimResult result = f.against(simulatorFactory(f.machine, f.image()));
  EXPECT_TRUE(result.equal());
  EXPECT_FALSE(result.memoriesCompared);
  EXPECT_NE(describe(result, f.words()).find("both fault with 'address'"), std::string::npos);
}

TEST(Cosim, StopsAtTheLimit) {
  Fixture f;
  CosimOptions options;
  options.cycleLimit = 50;
  const CosimResult result = f.against(simulatorFactory(f.machine, f.image()), options);
  EXPECT_TRUE(result.equal());
  EXPECT_EQ(result.cycles, 50u);
  EXPECT_FALSE(result.memoriesCompared);
}

} // namespace
} // namespace weft::cosim
