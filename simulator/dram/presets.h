// Timing parameters of real memories.
#pragma once

#include "isa/machine/machine.h"

#include <cstdint>

namespace weft {

// One channel, all times in memory clock cycles. "S" is between different bank groups, "L" within one; a memory without
// bank groups has one group and S = L.
struct DramSpec {
  const char* name;
  uint32_t clockMhzNumerator; // memory clock in MHz = numerator / denominator
  uint32_t clockMhzDenominator;
  uint32_t channelsPerMachineChannel; // HBM: pseudo channels
  uint32_t burstBytes;                // of one column command
  uint32_t interleaveBytes;           // consecutive bytes on a channel
  uint32_t rowBytes;
  uint32_t bankGroups;
  uint32_t banksPerGroup;
  uint32_t dataCycles; // of the data bus for a burst
  uint32_t tRL;
  uint32_t tWL;
  uint32_t tRCDRD;
  uint32_t tRCDWR;
  uint32_t tRP;
  uint32_t tRAS;
  uint32_t tRC;
  uint32_t tRRDS;
  uint32_t tRRDL;
  uint32_t tFAW;
  uint32_t tCCDS;
  uint32_t tCCDL;
  uint32_t tWTRS; // from the end of write data to a read
  uint32_t tWTRL;
  uint32_t tRTW; // from a read to a write command
  uint32_t tRTP;
  uint32_t tWR;
  uint32_t tREFI;
  uint32_t tRFC;
};

const DramSpec& dramSpec(DramPreset preset);

} // namespace weft
