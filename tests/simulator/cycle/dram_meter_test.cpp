// Does the meter charge every byte to the right part and range, and know what was moved before?
#include "simulator/cycle/dram_meter.h"
#include "tests/simulator/cycle/model_fixture.h"
#include "tests/support/random_program.h"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

constexpr uint32_t kBus = 16;

std::vector<uint64_t> list(const DramMoves& moves) {
  return {moves.read, moves.readAgain, moves.written, moves.writtenAgain};
}

TEST(DramMeter, TellsPartsAndRangesApart) {
  // Two tensors at the same place, one after the other.
  DramMeter meter({{0x100, 0x200}, {0x200, 0x300}}, {{0x1000, 0x2000, 0, 0}, {0x1000, 0x1800, 1, 1}}, kBus);
  meter.request(0x108, 0x1000, 64, false);
  meter.request(0x208, 0x1000, 64, false);
  meter.request(0x208, 0x17f0, 16, true);
  meter.request(0x208, 0x1800, 16, true);  // beyond the second
  meter.request(0x300, 0x1000, 16, false); // of no part
  const auto counts = meter.takeCounts();
  ASSERT_EQ(counts.size(), 4u);
  EXPECT_EQ(counts[0].part, 0u);
  EXPECT_EQ(counts[0].range, 0u);
  EXPECT_EQ(list(counts[0].moves), (std::vector<uint64_t>{64, 0, 0, 0}));
  EXPECT_EQ(counts[1].part, 1u);
  EXPECT_EQ(counts[1].range, 1u);
  EXPECT_EQ(list(counts[1].moves), (std::vector<uint64_t>{64, 0, 16, 0}));
  EXPECT_EQ(counts[2].part, 1u);
  EXPECT_EQ(counts[2].range, 2u);
  EXPECT_EQ(list(counts[2].moves), (std::vector<uint64_t>{0, 0, 16, 0}));
  EXPECT_EQ(counts[3].part, 2u);
  EXPECT_EQ(counts[3].range, 2u);
}

TEST(DramMeter, KnowsBeatsThatWereMovedBefore) {
  DramMeter meter({{0x100, 0x200}, {0x200, 0x300}}, {{0x1000, 0x9000, 0, 1}}, kBus);
  meter.request(0x100, 0x1000, 64, false);
  meter.request(0x100, 0x1020, 64, false);   // half of it again
  meter.request(0x100, 0x1000, 64, true);    // a write is no read
  meter.request(0x200, 0x1000, 2048, false); // in another part: 96 bytes again, over words of the bit map
  const auto counts = meter.takeCounts();
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_EQ(list(counts[0].moves), (std::vector<uint64_t>{128, 32, 64, 0}));
  EXPECT_EQ(list(counts[1].moves), (std::vector<uint64_t>{2048, 96, 0, 0}));
}

TEST(DramMeter, RemembersBeatsWhenItsCountsAreTaken) {
  DramMeter meter({{0x100, 0x200}}, {{0x1000, 0x9000, 0, 0}}, kBus);
  meter.request(0x100, 0x1000, 64, false);
  EXPECT_EQ(meter.takeCounts().size(), 1u);
  EXPECT_TRUE(meter.takeCounts().empty());
  meter.request(0x100, 0x1000, 128, false);
  const auto counts = meter.takeCounts();
  ASSERT_EQ(counts.size(), 1u);
  EXPECT_EQ(list(counts[0].moves), (std::vector<uint64_t>{128, 64, 0, 0}));
}

TEST(DramMeter, AddsUpToTheCountersOfTheRun) {
  uint64_t again = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Machine machine = randomMachine(seed);
    const auto end = static_cast<uint32_t>(kDramBase + machine.dram.bytes), middle = kDramBase + (end - kDramBase) / 2;
    std::vector<std::vector<uint64_t>> sums;
    for (bool noSkip : {false, true}) {
      DramMeter meter({{kDramBase, end}}, {{kDramBase, middle, 0, 0}, {middle, end, 0, 0}}, machine.dma.busBytes);
      ModelRun run(machine, randomProgram(seed, machine), noSkip);
      run.options.meter = &meter;
      run.run();
      DramMoves sum;
      for (const DramMeter::Count& count : meter.takeCounts()) {
        EXPECT_EQ(count.part, 0u);
        EXPECT_LT(count.range, 2u);
        sum.read += count.moves.read;
        sum.readAgain += count.moves.readAgain;
        sum.written += count.moves.written;
        sum.writtenAgain += count.moves.writtenAgain;
      }
      EXPECT_EQ(sum.read, run.model->counters()[counter::load_bytes_read]);
      EXPECT_EQ(sum.written, run.model->counters()[counter::store_bytes_written]);
      sums.push_back(list(sum));
    }
    EXPECT_EQ(sums[0], sums[1]);
    again += sums[0][1] + sums[0][3];
  }
  EXPECT_GT(again, 0u);
}

} // namespace
} // namespace weft::test
