// DRAM with channels, banks, rows and refresh. The rules are in README.md, one section for each function here.
#pragma once

#include "simulator/dram/dram_model.h"
#include "simulator/dram/presets.h"

#include <array>
#include <vector>

namespace weft {

class DetailedDram final : public DramTimingModel {
public:
  // `channels` of the machine description, a power of two.
  DetailedDram(const DramSpec& spec, uint32_t channels, uint32_t clockMhz);
  uint64_t access(uint64_t cycle, uint32_t address, uint32_t bytes, bool write) override;
  DramCounters counters() const override { return counters_; }

  // Where a byte lies.
  struct Place {
    uint32_t channel;
    uint32_t group;
    uint32_t bank; // within all groups: group * banksPerGroup + bank of the group
    uint32_t row;
  };
  Place place(uint32_t address) const;

private:
  // Memory clock cycles throughout.
  struct Bank {
    int64_t openRow = -1;
    uint64_t activateReady = 0;  // from the last activate (tRC) and precharge (tRP)
    uint64_t prechargeReady = 0; // from the last activate (tRAS), read (tRTP) and write (tWR)
    uint64_t readReady = 0;      // tRCD
    uint64_t writeReady = 0;
  };
  // Earliest next command of a kind in a bank group, or in any group.
  struct Spacing {
    uint64_t activate = 0;
    uint64_t read = 0;
    uint64_t write = 0;
  };
  struct Channel {
    std::vector<Bank> banks;
    std::vector<Spacing> groups;
    Spacing all;
    std::array<uint64_t, 4> activates{}; // ends of the windows of four activates, a ring
    uint32_t oldestActivate = 0;
    uint64_t nextRefresh = 0;
  };

  uint64_t burst(Channel& channel, const Place& place, uint64_t arrival, bool write);
  void refresh(Channel& channel);
  uint64_t activateTime(const Channel& channel, const Place& place, uint64_t earliest) const;
  void activate(Channel& channel, const Place& place, uint64_t time);

  const DramSpec& spec_;
  uint32_t channelCount_;
  // memory cycles * toCoreNumerator_ / toCoreDenominator_ = core cycles
  uint64_t toCoreNumerator_;
  uint64_t toCoreDenominator_;
  std::vector<Channel> channels_;
  DramCounters counters_;
};

} // namespace weft
