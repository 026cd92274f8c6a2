// Does the ideal DRAM follow section 4 of the timing chapter, with exact arithmetic?
#include "simulator/dram/ideal.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(IdealDram, FirstReadIsReadyAfterTheLatency) {
  IdealDram dram(100, 16000, 1000);
  EXPECT_EQ(dram.access(7, 0x80000000, 64, false), 107u);
}

TEST(IdealDram, WriteIsDoneWhenItsBytesHaveMoved) {
  IdealDram dram(100, 16000, 1000); // 16 bytes per cycle
  EXPECT_EQ(dram.access(0, 0x80000000, 64, true), 104u);
  EXPECT_EQ(dram.access(0, 0x80000040, 16, true), 105u);
}

TEST(IdealDram, ReadsQueueAtTheBandwidth) {
  IdealDram dram(100, 8000, 1000); // 8 bytes per cycle
  EXPECT_EQ(dram.access(0, 0x80000000, 64, false), 100u);
  EXPECT_EQ(dram.access(0, 0x80000040, 64, false), 108u);
  EXPECT_EQ(dram.access(15, 0x80000080, 64, false), 116u); // the pipe is busy until 116
  EXPECT_EQ(dram.access(25, 0x800000c0, 64, false), 125u); // it is free at 124
}

TEST(IdealDram, FractionsOfACycleAccumulateExactly) {
  // 34000 / 700 = 48 4/7 bytes per cycle: 256 bytes take 5 23/85 cycles.
  IdealDram dram(70, 34000, 700);
  uint64_t last = 0;
  for (uint64_t i = 0; i <= 85; ++i) {
    last = dram.access(0, 0x80000000, 256, false);
    EXPECT_EQ(last, 70 + (i * 256 * 7 + 339) / 340) << i;
  }
  EXPECT_EQ(last, 70u + 448u); // after 85 requests no fraction remains
}

TEST(IdealDram, ADoneIsRoundedUp) {
  IdealDram dram(10, 3000, 1000);
  EXPECT_EQ(dram.access(0, 0x80000000, 4, true), 12u);  // 11 1/3
  EXPECT_EQ(dram.access(0, 0x80000004, 4, true), 13u);  // 12 2/3
  EXPECT_EQ(dram.access(0, 0x80000008, 4, true), 14u);  // 14
  EXPECT_EQ(dram.access(0, 0x8000000c, 4, false), 14u); // begins at 14
}

TEST(IdealDram, Counts) {
  IdealDram dram(10, 16000, 1000);
  dram.access(0, 0x80000000, 64, false);
  dram.access(0, 0x80000000, 32, true);
  EXPECT_EQ(dram.counters().reads, 1u);
  EXPECT_EQ(dram.counters().writes, 1u);
  EXPECT_EQ(dram.counters().bytesRead, 64u);
  EXPECT_EQ(dram.counters().bytesWritten, 32u);
}

} // namespace
} // namespace weft
