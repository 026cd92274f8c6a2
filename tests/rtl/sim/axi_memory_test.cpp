// Does the memory behind an AXI port keep the protocol and the cycles of the timing chapter?
#include "isa/support/error.h"
#include "rtl/sim/axi_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

namespace weft::rtl {
namespace {

constexpr uint32_t kBus = 4;
constexpr uint64_t kDramBytes = 1 << 20;

// The wires of a model that a test drives by hand.
struct Wires {
  uint8_t valid = 0, last = 0, ready = 1, answered = 0;
  std::array<uint8_t, kBus> data{};
  uint8_t strobe = 0;
};

struct Reader {
  Reader() : dram(kDramBytes), channel(dram, kBus, {&wires.valid, wires.data.data(), &wires.last, &wires.ready}) {
    std::iota(dram.at(kDramBase), dram.at(kDramBase) + 200, uint8_t{0});
  }
  // The first byte of the beat taken in this cycle; -1 if none is.
  int take(uint64_t cycle, bool ready = true) {
    wires.ready = ready;
    channel.present(cycle);
    const int taken = wires.valid && ready ? wires.data[0] : -1;
    channel.finish();
    return taken;
  }
  Dram dram;
  Wires wires;
  ReadChannel channel;
};

TEST(ReadChannel, BeatJIsThereFromReadyPlusJOn) {
  Reader reader;
  reader.channel.request(10, kDramBase, 3 * kBus);
  EXPECT_EQ(reader.take(9), -1);
  EXPECT_EQ(reader.take(10), 0);
  EXPECT_EQ(reader.wires.last, 0);
  EXPECT_EQ(reader.take(11), 4);
  EXPECT_EQ(reader.take(12), 8);
  EXPECT_EQ(reader.wires.last, 1);
  EXPECT_EQ(reader.take(13), -1);
}

TEST(ReadChannel, ABeatStaysUntilItIsTaken) {
  Reader reader;
  reader.channel.request(10, kDramBase, 2 * kBus);
  for (uint64_t cycle = 10; cycle < 20; ++cycle) {
    EXPECT_EQ(reader.take(cycle, false), -1);
    EXPECT_EQ(reader.wires.valid, 1);
    EXPECT_EQ(reader.wires.data[0], 0);
  }
  EXPECT_EQ(reader.take(20), 0);
  EXPECT_EQ(reader.take(21), 4);
}

TEST(ReadChannel, RequestsAreAnsweredInTheirOrder) {
  Reader reader;
  reader.channel.request(30, kDramBase, kBus);
  reader.channel.request(10, kDramBase + 100, kBus); // ready, but behind the other
  EXPECT_EQ(reader.take(20), -1);
  EXPECT_EQ(reader.take(30), 0);
  EXPECT_EQ(reader.take(31), 100);
}

TEST(ReadChannel, DataIsThatOfTheRequest) {
  Reader reader;
  reader.channel.request(10, kDramBase, kBus);
  *reader.dram.at(kDramBase) = 77;
  EXPECT_EQ(reader.take(10), 0);
}

TEST(ReadChannel, AnyNumberOfBeatsMayBeOutstanding) {
  Reader reader;
  reader.channel.request(0, kDramBase, 10 * kBus);
  for (uint64_t cycle = 0; cycle < 7; ++cycle)
    EXPECT_EQ(reader.take(cycle), static_cast<int>(cycle * kBus));
  reader.channel.request(0, kDramBase + 10 * kBus, 40 * kBus); // wraps around and grows
  for (uint64_t cycle = 7; cycle < 50; ++cycle)
    EXPECT_EQ(reader.take(cycle), static_cast<int>(cycle * kBus)) << cycle;
  EXPECT_EQ(reader.take(50), -1);
}

TEST(ReadChannel, ARequestOutsideDramIsAnError) {
  Reader reader;
  EXPECT_THROW(reader.channel.request(1, kDramBase - kBus, kBus), Error);
  EXPECT_THROW(reader.channel.request(1, kDramBase + kDramBytes - kBus, 2 * kBus), Error);
  EXPECT_THROW(reader.channel.request(1, kDramBase + 2, kBus), Error);
}

struct Writer {
  Writer()
      : dram(kDramBytes),
        channel(dram, kBus,
                {&wires.valid, wires.data.data(), &wires.strobe, &wires.last, &wires.answered, &wires.ready}) {}
  // A cycle in which a beat of four equal bytes is on the wires, or none. Returns whether a write is answered in it.
  bool cycle(uint64_t number) { return run(number); }
  bool cycle(uint64_t number, uint8_t value, uint8_t strobe, bool last) {
    wires.valid = 1;
    wires.data.fill(value);
    wires.strobe = strobe;
    wires.last = last;
    const bool answered = run(number);
    wires.valid = 0;
    return answered;
  }
  std::vector<int> memory(uint32_t count) const { return {dram.at(kDramBase), dram.at(kDramBase) + count}; }

  Dram dram;
  Wires wires;
  WriteChannel channel;

private:
  bool run(uint64_t number) {
    channel.present(number);
    const bool answered = wires.answered && wires.ready;
    channel.finish(number);
    return answered;
  }
};

TEST(WriteChannel, WritesTheEnabledBytesAndAnswersInDone) {
  Writer writer;
  writer.channel.request(10, kDramBase, 2 * kBus);
  writer.cycle(3, 1, 0b1100, false);
  EXPECT_EQ(writer.memory(8), std::vector<int>(8, 0)); // not complete
  writer.cycle(4, 2, 0b0101, true);
  EXPECT_EQ(writer.memory(8), (std::vector<int>{0, 0, 1, 1, 2, 0, 2, 0}));
  for (uint64_t cycle = 5; cycle < 14; ++cycle)
    EXPECT_EQ(writer.cycle(cycle), cycle == 10) << cycle;
}

TEST(WriteChannel, BeatsMayComeBeforeTheirRequest) {
  Writer writer;
  writer.cycle(0, 1, 0b1111, false);
  writer.cycle(1, 2, 0b1111, true);
  writer.channel.request(10, kDramBase, 2 * kBus);
  for (uint64_t cycle = 2; cycle < 14; ++cycle)
    EXPECT_EQ(writer.cycle(cycle), cycle == 10) << cycle;
  EXPECT_EQ(writer.memory(8), (std::vector<int>{1, 1, 1, 1, 2, 2, 2, 2}));
}

TEST(WriteChannel, AnswersOneInACycleInOrder) {
  Writer writer;
  for (uint8_t i = 0; i < 3; ++i)
    writer.cycle(i, i, 0b1111, true);
  writer.channel.request(12, kDramBase, kBus);
  writer.channel.request(12, kDramBase + 4, kBus);
  writer.channel.request(11, kDramBase + 8, kBus);
  for (uint64_t cycle = 3; cycle < 20; ++cycle)
    EXPECT_EQ(writer.cycle(cycle), cycle >= 12 && cycle <= 14) << cycle;
}

TEST(WriteChannel, AnAnswerStaysUntilItIsTakenAndNotBeforeTheData) {
  Writer writer;
  writer.channel.request(5, kDramBase, kBus);
  EXPECT_FALSE(writer.cycle(6));
  EXPECT_FALSE(writer.cycle(7, 1, 0b1111, true));
  writer.wires.ready = 0;
  EXPECT_FALSE(writer.cycle(8));
  EXPECT_EQ(writer.wires.answered, 1);
  writer.wires.ready = 1;
  EXPECT_TRUE(writer.cycle(9));
  EXPECT_FALSE(writer.cycle(10));
}

TEST(WriteChannel, TheLastBeatMustBeMarked) {
  Writer early;
  early.channel.request(5, kDramBase, 2 * kBus);
  early.cycle(1, 0, 0, true);
  EXPECT_THROW(early.cycle(2, 0, 0, true), Error);
  Writer never;
  never.channel.request(5, kDramBase, kBus);
  EXPECT_THROW(never.cycle(1, 0, 0, false), Error);
}

} // namespace
} // namespace weft::rtl
