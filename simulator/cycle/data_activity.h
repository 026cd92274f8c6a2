// What the data of a run do to the array and to the buses: action counts of an energy model that depends on data. They
// cost time, so they are made only where asked for, and have no part in anything else.
#pragma once

#include "isa/semantics/state.h"
#include "isa/semantics/switching.h"

#include <cstdint>
#include <vector>

namespace weft {

// Beats: bits that differ from the beat before on the same bus. A load's beats are whole; of a store's beat the bytes
// that are not written stay as they were.
struct DataActivity : ArraySwitching {
  uint64_t loadBeatToggles = 0;
  uint64_t storeBeatToggles = 0;
};

// Every count of a DataActivity, by the name that reports use.
struct DataActivityField {
  const char* name;
  uint64_t DataActivity::*count;
};
inline constexpr DataActivityField kDataActivityFields[] = {
    {"matrix_zero_activation_macs", &DataActivity::zeroActivationMacs},
    {"matrix_zero_weight_macs", &DataActivity::zeroWeightMacs},
    {"matrix_zero_operand_macs", &DataActivity::zeroOperandMacs},
    {"matrix_activation_toggles", &DataActivity::activationToggles},
    {"matrix_weight_toggles", &DataActivity::weightToggles},
    {"matrix_column_toggles", &DataActivity::columnToggles},
    {"matrix_product_toggles", &DataActivity::productToggles},
    {"matrix_sum_toggles", &DataActivity::sumToggles},
    {"load_beat_toggles", &DataActivity::loadBeatToggles},
    {"store_beat_toggles", &DataActivity::storeBeatToggles},
};

// Array and buses begin with all bits 0.
class DataCounter {
public:
  // Both must outlive it.
  DataCounter(const Machine& machine, const CoreMemory& memory);

  const DataActivity& counts() const { return counts_; }
  // A matrix instruction that retires. Its operands are read now, as those of its effects are.
  void matrix(const TensorOp& op) { array_.execute(op, memory_, counts_); }
  // A request of the load engine: whole beats.
  void load(uint32_t address, uint32_t bytes);
  // A request of the store engine, of `bytes` bytes to DRAM.
  void store(uint32_t dram, uint32_t scratchpad, uint32_t bytes);

private:
  const CoreMemory& memory_;
  ArrayRegisters array_;
  DataActivity counts_;
  uint32_t busBytes_;
  std::vector<uint8_t> loadBeat_, storeBeat_; // the last ones
};

} // namespace weft
