#include "rtl/sim/axi_memory.h"

#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace weft::rtl {

namespace {

void checkAddress(const Dram& dram, uint32_t address, uint32_t bytes, uint32_t bus) {
  if (!dram.contains(address, bytes) || address % bus != 0)
    throw Error(fmt::format("the RTL requests {} bytes at {:#010x}, which is not in DRAM or not a multiple of the bus",
                            bytes, address));
}

} // namespace

// --- Reads -------------------------------------------------------------------------------------------------------

void ReadChannel::request(uint64_t ready, uint32_t address, uint32_t bytes) {
  checkAddress(dram_, address, bytes, bus_);
  for (uint32_t done = 0; done < bytes; done += bus_) {
    if (next(tail_) == head_)
      grow();
    beats_[tail_] = {ready++, done + bus_ == bytes};
    std::memcpy(&data_[tail_ * bus_], dram_.at(address + done), bus_);
    tail_ = next(tail_);
  }
}

// Doubles the ring. Its content moves to the beginning.
void ReadChannel::grow() {
  std::rotate(beats_.begin(), beats_.begin() + static_cast<ptrdiff_t>(head_), beats_.end());
  std::rotate(data_.begin(), data_.begin() + static_cast<ptrdiff_t>(head_ * bus_), data_.end());
  tail_ = beats_.size() - 1;
  head_ = 0;
  beats_.resize(2 * beats_.size());
  data_.resize(2 * data_.size());
}

// --- Writes ------------------------------------------------------------------------------------------------------

void WriteChannel::request(uint64_t done, uint32_t address, uint32_t bytes) {
  checkAddress(dram_, address, bytes, bus_);
  requests_.push_back({done, address, bytes / bus_});
  idle_ = false;
}

void WriteChannel::take() {
  data_.insert(data_.end(), wires_.data, wires_.data + bus_);
  for (uint32_t i = 0; i < bus_; ++i)
    strobes_.push_back((wires_.strobe[i / 8] >> (i % 8) & 1) != 0);
  last_.push_back(*wires_.last != 0);
}

// Performs the writes whose beats are all there.
void WriteChannel::complete(uint64_t cycle) {
  while (!requests_.empty() && last_.size() >= requests_.front().beats) {
    const Request& request = requests_.front();
    const size_t bytes = size_t{request.beats} * bus_;
    for (size_t i = 0; i < bytes; ++i)
      if (strobes_[i])
        *dram_.at(request.address + i) = data_[i];
    for (uint32_t beat = 0; beat < request.beats; ++beat)
      if (last_[beat] != (beat + 1 == request.beats))
        throw Error(fmt::format("the RTL marks a wrong beat as the last of the write to {:#010x}", request.address));
    data_.erase(data_.begin(), data_.begin() + static_cast<ptrdiff_t>(bytes));
    strobes_.erase(strobes_.begin(), strobes_.begin() + static_cast<ptrdiff_t>(bytes));
    last_.erase(last_.begin(), last_.begin() + request.beats);
    answers_.push_back(std::max(request.done, cycle + 1));
    requests_.pop_front();
  }
  idle_ = requests_.empty() && answers_.empty() && *wires_.answered == 0;
}

} // namespace weft::rtl
