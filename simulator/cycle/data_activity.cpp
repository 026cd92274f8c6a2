#include "simulator/cycle/data_activity.h"

#include "isa/semantics/switching_kernel.h"

#include <algorithm>
#include <bit>

namespace weft {
namespace {

// Puts bytes onto the lanes of a bus from `lane` on; returns how many bits change.
uint64_t drive(std::vector<uint8_t>& bus, uint32_t lane, const uint8_t* bytes, uint32_t count) {
  uint64_t toggles = 0;
  for (uint32_t i = 0; i < count; ++i) {
    toggles += static_cast<uint64_t>(std::popcount(static_cast<unsigned>(bus[lane + i] ^ bytes[i])));
    bus[lane + i] = bytes[i];
  }
  return toggles;
}

} // namespace

DataCounter::DataCounter(const Machine& machine, const CoreMemory& memory)
    : memory_(memory), array_(machine), busBytes_(machine.dma.busBytes), loadBeat_(busBytes_), storeBeat_(busBytes_) {}

void DataCounter::load(uint32_t address, uint32_t bytes) {
  const uint8_t* data = memory_.dram.at(address);
  if (busBytes_ % 8 == 0) { // each beat against the one before it
    counts_.loadBeatToggles += kernel::differingBits(loadBeat_.data(), data, busBytes_ / 8, ~uint64_t{0}) +
                               kernel::differingBits(data, data + busBytes_, (bytes - busBytes_) / 8, ~uint64_t{0});
    std::copy_n(data + bytes - busBytes_, busBytes_, loadBeat_.begin());
    return;
  }
  for (uint32_t done = 0; done < bytes; done += busBytes_)
    counts_.loadBeatToggles += drive(loadBeat_, 0, data + done, busBytes_);
}

void DataCounter::store(uint32_t dram, uint32_t scratchpad, uint32_t bytes) {
  for (uint32_t done = 0; done < bytes;) {
    const uint32_t lane = (dram + done) % busBytes_;
    const uint32_t count = std::min(bytes - done, busBytes_ - lane);
    counts_.storeBeatToggles += drive(storeBeat_, lane, &memory_.scratchpad[scratchpad + done], count);
    done += count;
  }
}

} // namespace weft
