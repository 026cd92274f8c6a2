// Does the detailed DRAM keep every timing parameter that its README claims? Each case runs at the memory's own clock,
// so that answers are memory cycles, and checks a difference that one parameter alone explains.
#include "simulator/dram/detailed.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

const DramSpec& ddr4() {
  return dramSpec(DramPreset::ddr4_2400);
}
constexpr uint32_t kBase = 0x80000000;

// One DDR4 channel: 64 bytes per group of banks, 4 groups, 128 columns of 64 bytes in a row, 4 banks in a group.
constexpr uint32_t kGroupStride = 64;
constexpr uint32_t kColumnStride = 64 * 4;
constexpr uint32_t kBankStride = 8192 * 4;
constexpr uint32_t kRowStride = kBankStride * 4;

struct Ddr4 {
  DetailedDram model{ddr4(), 1, 1200};
  uint64_t access(uint64_t cycle, uint32_t address, uint32_t bytes, bool write) {
    return model.access(cycle, address, bytes, write);
  }
  uint64_t read(uint64_t cycle, uint32_t offset) { return access(cycle, kBase + offset, 64, false); }
  uint64_t write(uint64_t cycle, uint32_t offset) { return access(cycle, kBase + offset, 64, true); }
  DetailedDram::Place place(uint32_t address) const { return model.place(address); }
  DramCounters counters() const { return model.counters(); }
};

TEST(DetailedDram, AddressMapping) {
  Ddr4 dram;
  DetailedDram::Place origin = dram.place(kBase);
  EXPECT_EQ(dram.place(kBase + 63).group, origin.group);
  EXPECT_EQ(dram.place(kBase + kGroupStride).group, origin.group + 1);
  EXPECT_EQ(dram.place(kBase + kColumnStride).bank, origin.bank);
  EXPECT_EQ(dram.place(kBase + kColumnStride).row, origin.row);
  EXPECT_EQ(dram.place(kBase + kBankStride).bank, origin.bank + 1);
  EXPECT_EQ(dram.place(kBase + kRowStride).bank, origin.bank);
  EXPECT_EQ(dram.place(kBase + kRowStride).row, origin.row + 1);
  DetailedDram two(ddr4(), 2, 1200);
  EXPECT_NE(two.place(kBase).channel, two.place(kBase + 64).channel);
  EXPECT_EQ(two.place(kBase).channel, two.place(kBase + 128).channel);
}

TEST(DetailedDram, ClosedRowReadTakesActivateAndReadLatency) {
  Ddr4 dram;
  EXPECT_EQ(dram.read(0, 0), 16u + 16u + 4u); // tRCD + RL + burst
}

TEST(DetailedDram, RowHitNeedsNoActivate) {
  Ddr4 dram;
  dram.read(0, 0);
  EXPECT_EQ(dram.read(1000, kColumnStride), 1000u + 16u + 4u);
  EXPECT_EQ(dram.counters().activates, 1u);
  EXPECT_EQ(dram.counters().rowHits, 1u);
}

TEST(DetailedDram, RowConflictPaysPrecharge) {
  Ddr4 dram;
  dram.read(0, 0);
  EXPECT_EQ(dram.read(1000, kRowStride), 1000u + 16u + 16u + 16u + 4u); // tRP + tRCD + RL + burst
  EXPECT_EQ(dram.counters().rowConflicts, 1u);
}

TEST(DetailedDram, PrechargeWaitsForTRasAndTRc) {
  Ddr4 dram;
  dram.read(0, 0);                                           // activate at 0
  EXPECT_EQ(dram.read(0, kRowStride), 55u + 16u + 16u + 4u); // tRAS + tRP = tRC = 55: activate at 55
}

TEST(DetailedDram, PrechargeWaitsForReadToPrecharge) {
  Ddr4 dram;
  dram.read(0, 0);
  dram.read(100, kColumnStride);                                      // column at 100
  EXPECT_EQ(dram.read(101, kRowStride), 112u + 16u + 16u + 16u + 4u); // precharge at 100 + tRTP
}

TEST(DetailedDram, PrechargeWaitsForWriteRecovery) {
  Ddr4 dram;
  dram.read(0, 0);
  EXPECT_EQ(dram.write(100, kColumnStride), 120u);                    // data end: WL + burst
  EXPECT_EQ(dram.read(101, kRowStride), 138u + 16u + 16u + 16u + 4u); // precharge at 120 + tWR
}

TEST(DetailedDram, ColumnSpacingWithinAndBetweenGroups) {
  Ddr4 dram;
  dram.read(0, 0);
  dram.read(0, kGroupStride);
  EXPECT_EQ(dram.read(1000, 0), 1020u);
  EXPECT_EQ(dram.read(1000, kGroupStride), 1024u);                 // tCCD_S
  EXPECT_EQ(dram.read(1000, kGroupStride + kColumnStride), 1030u); // tCCD_L
}

TEST(DetailedDram, ActivateSpacing) {
  Ddr4 dram;
  EXPECT_EQ(dram.read(0, 0), 36u);                          // activate at 0
  EXPECT_EQ(dram.read(0, kGroupStride), 40u);               // at tRRD_S
  EXPECT_EQ(dram.read(0, kGroupStride + kBankStride), 46u); // at 4 + tRRD_L
  EXPECT_EQ(dram.read(0, 2 * kGroupStride), 50u);           // at 10 + tRRD_S
  EXPECT_EQ(dram.read(0, 3 * kGroupStride), 26u + 36u);     // the fifth: tFAW after the first
}

TEST(DetailedDram, WriteToReadTurnaround) {
  Ddr4 dram;
  dram.read(0, 0);
  dram.read(0, kGroupStride);
  EXPECT_EQ(dram.write(1000, 0), 1020u);
  EXPECT_EQ(dram.read(1000, kGroupStride), 1020u + 3u + 20u); // tWTR_S
  EXPECT_EQ(dram.write(2000, 0), 2020u);
  EXPECT_EQ(dram.read(2000, 0), 2020u + 9u + 20u); // tWTR_L
}

TEST(DetailedDram, ReadToWriteTurnaround) {
  Ddr4 dram;
  dram.read(0, 0);
  EXPECT_EQ(dram.read(1000, 0), 1020u);
  EXPECT_EQ(dram.write(1000, 0), 1006u + 20u); // tRTW
}

TEST(DetailedDram, RefreshClosesRowsAndBlocks) {
  Ddr4 dram;
  dram.read(0, 0);
  // A read whose column command would be at tREFI waits for precharge, refresh, activate; one cycle earlier it passes.
  EXPECT_EQ(dram.read(4679, 0), 4679u + 20u);
  Ddr4 other;
  other.read(0, 0);
  EXPECT_EQ(other.read(4680, 0), 4680u + 16u + 313u + 16u + 20u);
  EXPECT_EQ(other.counters().refreshes, 1u);
}

TEST(DetailedDram, RefreshesOfIdleTimeAreCounted) {
  Ddr4 dram;
  dram.read(4680 * 10 + 1000, 0);
  EXPECT_EQ(dram.counters().refreshes, 10u);
}

TEST(DetailedDram, AnswersInCoreCyclesAreRoundedUp) {
  // Core at 1000 MHz: a memory cycle is 5/6 core cycles; 36 memory cycles are 30 core cycles.
  DetailedDram dram(ddr4(), 1, 1000);
  EXPECT_EQ(dram.access(0, kBase, 64, false), 30u);
  // Arrival in core cycle 1001 = memory cycle 1201.2, so 1202; data at 1222 = core cycle 1018.33.
  EXPECT_EQ(dram.access(1001, kBase, 64, false), 1019u);
}

TEST(DetailedDram, SequentialReadsReachTheBusBandwidth) {
  for (DramPreset preset : {DramPreset::ddr4_2400, DramPreset::lpddr4_3200, DramPreset::hbm2}) {
    const DramSpec& spec = dramSpec(preset);
    DetailedDram dram(spec, 1, spec.clockMhzNumerator);
    uint64_t end = 0;
    constexpr uint32_t kRequests = 4096;
    for (uint32_t i = 0; i < kRequests; ++i)
      end = std::max(end, dram.access(0, kBase + 64 * i, 64, false));
    double cycles = static_cast<double>(end);
    double bursts = 64.0 * kRequests / spec.burstBytes / spec.channelsPerMachineChannel;
    double ideal = bursts * spec.dataCycles;
    EXPECT_GE(cycles, ideal) << spec.name;
    EXPECT_LE(cycles, ideal * 1.35) << spec.name; // refresh, row changes, tCCD_L of HBM2's second burst
  }
}

TEST(DetailedDram, ARequestOfManyBurstsIsReadyWithItsLast) {
  Ddr4 dram;
  dram.read(0, 0);
  for (uint32_t group = 1; group < 4; ++group)
    dram.read(0, group * kGroupStride);
  // Four bursts in four groups, tCCD_S apart.
  EXPECT_EQ(dram.access(1000, kBase, 256, false), 1020u + 3u * 4u);
}

TEST(DetailedDram, PresetsAreConsistent) {
  for (DramPreset preset : {DramPreset::ddr4_2400, DramPreset::lpddr4_3200, DramPreset::hbm2}) {
    const DramSpec& spec = dramSpec(preset);
    EXPECT_EQ(spec.tRC, spec.tRAS + spec.tRP) << spec.name;
    EXPECT_GE(spec.tCCDS, spec.dataCycles) << spec.name; // bursts do not overlap on the data bus
    EXPECT_GE(spec.tCCDL, spec.tCCDS) << spec.name;
    EXPECT_GE(spec.tRTW + spec.tWL, spec.tRL + spec.dataCycles) << spec.name;
    EXPECT_LT(spec.tRFC, spec.tREFI) << spec.name;
  }
}

} // namespace
} // namespace weft
