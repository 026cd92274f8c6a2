// The ports of the banked memories: who gets which in a cycle (isa/docs/timing.md, section 4). The priority is the
// order in which the units ask; CoreModel::step() fixes it.
#pragma once

#include "isa/machine/machine.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace weft {

// One port for each bank; each serves one access per cycle.
class BankPorts {
public:
  explicit BankPorts(uint32_t banks) : lastUse_(banks, 0) {}
  // Whether the port of `bank` is still free in `cycle`; if so it is taken.
  bool claim(uint32_t bank, uint64_t cycle) {
    if (lastUse_[bank] == cycle + 1)
      return false;
    lastUse_[bank] = cycle + 1;
    return true;
  }

private:
  std::vector<uint64_t> lastUse_; // cycle + 1
};

struct MemoryPorts {
  explicit MemoryPorts(const Machine& machine)
      : scratchpadRead(machine.scratchpad.banks), scratchpadWrite(machine.scratchpad.banks),
        accumulatorRead(machine.accumulator.banks), scratchpadBytes(machine.scratchpad.bytes),
        bankBytes(machine.bankBytes()), accumulatorRows(machine.accumulatorRows()),
        accumulatorBankRows(machine.accumulatorBankRows()) {}

  uint32_t bank(uint32_t address) const { return address / bankBytes; }
  uint32_t accumulatorBank(uint32_t row) const { return row / accumulatorBankRows; }
  bool inScratchpad(uint32_t address, uint32_t bytes) const { return uint64_t{address} + bytes <= scratchpadBytes; }

  BankPorts scratchpadRead;
  BankPorts scratchpadWrite;
  BankPorts accumulatorRead;
  uint32_t scratchpadBytes;
  uint32_t bankBytes;
  uint32_t accumulatorRows;
  uint32_t accumulatorBankRows;
};

// Banks low to high, both included; none if low > high.
struct BankRange {
  uint32_t low = 1;
  uint32_t high = 0;
  bool overlaps(const BankRange& other) const {
    return std::max(low, other.low) <= std::min(high, other.high); // false also if one is empty
  }
  void include(const BankRange& other) {
    if (other.low > other.high)
      return;
    *this = low > high ? other : BankRange{std::min(low, other.low), std::max(high, other.high)};
  }
};

inline constexpr uint64_t kForever = ~uint64_t{0};

// What a unit promises for the next `cycles` cycles: nothing happens that another unit could see, provided that each of
// its requests is granted. Every request lies in these banks.
struct Steady {
  uint64_t cycles = kForever; // 0: the next cycle has to be stepped
  BankRange readA;            // matrix activations, vector operand A, store
  BankRange readB;            // matrix weights, vector operand B
  BankRange write;
  BankRange accumulatorRead;

  void limit(uint64_t bound) { cycles = std::min(cycles, bound); }
};

} // namespace weft
