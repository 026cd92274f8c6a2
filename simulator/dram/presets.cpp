#include "simulator/dram/presets.h"

#include "isa/support/error.h"

namespace weft {

namespace {

// Sources: README.md, "Presets".
constexpr DramSpec kDdr4{"DDR4-2400",
                         1200,
                         1,
                         /*channelsPerMachineChannel=*/1,
                         /*burstBytes=*/64, // 64 bit, BL8
                         /*interleaveBytes=*/64,
                         /*rowBytes=*/8192, // 8 devices of 1 KiB
                         /*bankGroups=*/4,
                         /*banksPerGroup=*/4,
                         /*dataCycles=*/4,
                         /*tRL=*/16,
                         /*tWL=*/16,
                         /*tRCDRD=*/16,
                         /*tRCDWR=*/16,
                         /*tRP=*/16,
                         /*tRAS=*/39,
                         /*tRC=*/55,
                         /*tRRDS=*/4,
                         /*tRRDL=*/6,
                         /*tFAW=*/26,
                         /*tCCDS=*/4,
                         /*tCCDL=*/6,
                         /*tWTRS=*/3,
                         /*tWTRL=*/9,
                         /*tRTW=*/6, // RL + burst + 2 (bus turnaround, preamble) - WL
                         /*tRTP=*/12,
                         /*tWR=*/18,
                         /*tREFI=*/4680,
                         /*tRFC=*/313};

constexpr DramSpec kLpddr4{"LPDDR4-3200",
                           1600,
                           1,
                           /*channelsPerMachineChannel=*/1,
                           /*burstBytes=*/32, // 16 bit, BL16
                           /*interleaveBytes=*/64,
                           /*rowBytes=*/2048,
                           /*bankGroups=*/1,
                           /*banksPerGroup=*/8,
                           /*dataCycles=*/8,
                           /*tRL=*/28,
                           /*tWL=*/14,
                           /*tRCDRD=*/29,
                           /*tRCDWR=*/29,
                           /*tRP=*/29, // one bank
                           /*tRAS=*/68,
                           /*tRC=*/97,
                           /*tRRDS=*/16,
                           /*tRRDL=*/16,
                           /*tFAW=*/64,
                           /*tCCDS=*/8,
                           /*tCCDL=*/8,
                           /*tWTRS=*/16,
                           /*tWTRL=*/16,
                           /*tRTW=*/30, // RL + DQSCK + burst + preamble - WL = 28 + 6 + 8 + 2 - 14
                           /*tRTP=*/12,
                           /*tWR=*/29,
                           /*tREFI=*/6246,
                           /*tRFC=*/448};

constexpr DramSpec kHbm2{"HBM2",
                         1000,
                         1,
                         /*channelsPerMachineChannel=*/2, // pseudo channels of 64 bit
                         /*burstBytes=*/32,               // 64 bit, BL4
                         /*interleaveBytes=*/64,
                         /*rowBytes=*/1024,
                         /*bankGroups=*/8,
                         /*banksPerGroup=*/4,
                         /*dataCycles=*/2,
                         /*tRL=*/17,
                         /*tWL=*/7,
                         /*tRCDRD=*/12,
                         /*tRCDWR=*/6,
                         /*tRP=*/14,
                         /*tRAS=*/28,
                         /*tRC=*/42,
                         /*tRRDS=*/4,
                         /*tRRDL=*/6,
                         /*tFAW=*/16,
                         /*tCCDS=*/2,
                         /*tCCDL=*/3,
                         /*tWTRS=*/4,
                         /*tWTRL=*/9,
                         /*tRTW=*/18,
                         /*tRTP=*/5,
                         /*tWR=*/14,
                         /*tREFI=*/3900,
                         /*tRFC=*/220};

} // namespace

const DramSpec& dramSpec(DramPreset preset) {
  switch (preset) {
  case DramPreset::ddr4_2400:
    return kDdr4;
  case DramPreset::lpddr4_3200:
    return kLpddr4;
  case DramPreset::hbm2:
    return kHbm2;
  }
  WEFT_CHECK(false, "a DRAM preset without timings");
  return kDdr4;
}

} // namespace weft
