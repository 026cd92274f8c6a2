#include "simulator/dram/detailed.h"

#include <algorithm>
#include <numeric>

namespace weft {

DetailedDram::DetailedDram(const DramSpec& spec, uint32_t channels, uint32_t clockMhz)
    : spec_(spec), channelCount_(channels * spec.channelsPerMachineChannel) {
  uint64_t numerator = uint64_t{clockMhz} * spec.clockMhzDenominator;
  uint64_t denominator = spec.clockMhzNumerator;
  uint64_t divisor = std::gcd(numerator, denominator);
  toCoreNumerator_ = numerator / divisor;
  toCoreDenominator_ = denominator / divisor;
  Channel channel;
  channel.banks.resize(spec.bankGroups * spec.banksPerGroup);
  channel.groups.resize(spec.bankGroups);
  channel.nextRefresh = spec.tREFI;
  channels_.assign(channelCount_, channel);
}

DetailedDram::Place DetailedDram::place(uint32_t address) const {
  uint32_t unit = address / spec_.interleaveBytes;
  Place place{};
  place.channel = unit % channelCount_;
  unit /= channelCount_;
  place.group = unit % spec_.bankGroups;
  unit /= spec_.bankGroups;
  unit /= spec_.rowBytes / spec_.interleaveBytes; // the column: neighbours of an open row
  place.bank = place.group * spec_.banksPerGroup + unit % spec_.banksPerGroup;
  place.row = unit / spec_.banksPerGroup;
  return place;
}

uint64_t DetailedDram::activateTime(const Channel& channel, const Place& place, uint64_t earliest) const {
  return std::max({earliest, channel.banks[place.bank].activateReady, channel.all.activate,
                   channel.groups[place.group].activate, channel.activates[channel.oldestActivate]});
}

void DetailedDram::activate(Channel& channel, const Place& place, uint64_t time) {
  Bank& bank = channel.banks[place.bank];
  bank.openRow = place.row;
  bank.activateReady = time + spec_.tRC;
  bank.prechargeReady = time + spec_.tRAS;
  bank.readReady = time + spec_.tRCDRD;
  bank.writeReady = time + spec_.tRCDWR;
  channel.all.activate = time + spec_.tRRDS;
  channel.groups[place.group].activate = time + spec_.tRRDL;
  channel.activates[channel.oldestActivate] = time + spec_.tFAW;
  channel.oldestActivate = (channel.oldestActivate + 1) % 4;
  ++counters_.activates;
}

void DetailedDram::refresh(Channel& channel) {
  uint64_t begin = channel.nextRefresh;
  bool anyOpen = false;
  for (const Bank& bank : channel.banks) {
    // The command waits until open banks may be precharged and closed ones are through with theirs.
    begin = std::max(begin, bank.openRow >= 0 ? bank.prechargeReady : 0);
    anyOpen = anyOpen || bank.openRow >= 0;
  }
  uint64_t end = begin + (anyOpen ? spec_.tRP : 0) + spec_.tRFC;
  for (Bank& bank : channel.banks) {
    bank.openRow = -1;
    bank.activateReady = std::max(bank.activateReady, end);
  }
  channel.nextRefresh += spec_.tREFI;
  ++counters_.refreshes;
}

uint64_t DetailedDram::burst(Channel& channel, const Place& place, uint64_t arrival, bool write) {
  while (channel.nextRefresh <= arrival)
    refresh(channel);
  Bank& bank = channel.banks[place.bank];
  const Spacing& group = channel.groups[place.group];
  for (;;) {
    bool hit = bank.openRow == place.row;
    bool conflict = !hit && bank.openRow >= 0;
    uint64_t precharge = std::max(arrival, bank.prechargeReady);
    uint64_t activateAt = hit ? 0 : activateTime(channel, place, conflict ? precharge + spec_.tRP : arrival);
    uint64_t opened = write ? (hit ? bank.writeReady : activateAt + spec_.tRCDWR)
                            : (hit ? bank.readReady : activateAt + spec_.tRCDRD);
    uint64_t column =
        std::max({arrival, opened, write ? channel.all.write : channel.all.read, write ? group.write : group.read});
    if (column >= channel.nextRefresh) {
      refresh(channel);
      continue;
    }
    if (!hit)
      activate(channel, place, activateAt);
    counters_.rowHits += hit;
    counters_.rowConflicts += conflict;
    ++(write ? counters_.writeBursts : counters_.readBursts);

    uint64_t dataEnd = column + (write ? spec_.tWL : spec_.tRL) + spec_.dataCycles;
    bank.prechargeReady = std::max(bank.prechargeReady, write ? dataEnd + spec_.tWR : column + spec_.tRTP);
    Spacing& own = channel.groups[place.group];
    if (write) {
      channel.all.write = column + spec_.tCCDS;
      own.write = column + spec_.tCCDL;
      channel.all.read = dataEnd + spec_.tWTRS;
      own.read = std::max(own.read, dataEnd + spec_.tWTRL);
    } else {
      channel.all.read = column + spec_.tCCDS;
      own.read = column + spec_.tCCDL;
      channel.all.write = column + spec_.tRTW;
    }
    return dataEnd;
  }
}

uint64_t DetailedDram::access(uint64_t cycle, uint32_t address, uint32_t bytes, bool write) {
  ++(write ? counters_.writes : counters_.reads);
  (write ? counters_.bytesWritten : counters_.bytesRead) += bytes;
  uint64_t arrival = (cycle * toCoreDenominator_ + toCoreNumerator_ - 1) / toCoreNumerator_;
  uint64_t end = 0;
  uint64_t first = address / spec_.burstBytes;
  uint64_t last = (uint64_t{address} + bytes - 1) / spec_.burstBytes;
  for (uint64_t i = first; i <= last; ++i) {
    Place at = place(static_cast<uint32_t>(i * spec_.burstBytes));
    end = std::max(end, burst(channels_[at.channel], at, arrival, write));
  }
  return (end * toCoreNumerator_ + toCoreDenominator_ - 1) / toCoreDenominator_;
}

} // namespace weft
