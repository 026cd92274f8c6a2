// What a core remembers between instructions: memories, scalar and pattern registers, and the fault that stopped it.
// Shared by the functional and the cycle simulator and by the verifier.
#pragma once

#include "isa/generated/architecture.h"
#include "isa/generated/instructions.h"
#include "isa/generated/timing.h"
#include "isa/machine/machine.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft {

struct Fault {
  FaultCause cause = FaultCause::none;
  Engine engine = Engine::sequencer; // unit that raised it
  uint32_t pc = 0;                   // of the instruction at fault
  uint64_t information = 0;          // address, field number or value at fault
};

struct PatternRegister {
  std::array<uint32_t, timing::PATTERN_FIELDS> field;
  PatternRegister(); // the reset value (preset)
  int32_t signedField(int index) const { return static_cast<int32_t>(field[static_cast<size_t>(index)]); }
};

// DRAM of the core: `bytes` of zero-initialised host memory at kDramBase, committed lazily by the host.
class Dram {
public:
  explicit Dram(uint64_t bytes);
  bool contains(uint64_t address, uint64_t count) const {
    return address >= kDramBase && count <= bytes_ && address - kDramBase <= bytes_ - count;
  }
  // Host pointer to a device address for which contains() holds.
  uint8_t* at(uint64_t address) { return memory_.get() + (address - kDramBase); }
  const uint8_t* at(uint64_t address) const { return memory_.get() + (address - kDramBase); }
  uint64_t bytes() const { return bytes_; }

private:
  struct Unmap {
    uint64_t bytes;
    void operator()(uint8_t* memory) const;
  };
  std::unique_ptr<uint8_t[], Unmap> memory_;
  uint64_t bytes_;
};

// All memories of one core. Scratchpad and accumulators start with a fixed non-zero filler, so that a program that
// reads what it never wrote is noticed.
struct CoreMemory {
  explicit CoreMemory(const Machine& machine);
  Dram dram;
  std::vector<uint8_t> scratchpad;
  std::vector<int32_t> accumulators; // row r, column c at r * cols + c
  std::vector<uint8_t> scalar;       // at kScalarMemoryBase
  std::array<uint8_t, timing::LUT_ENTRIES> lut{};
};

// A tensor instruction as its engine sees it: with the register values of its dispatch.
struct TensorOp {
  Instruction instruction;
  uint32_t pc = 0;
  uint32_t a = 0, b = 0, c = 0, d = 0; // values of rA, rB, rC, rD
  PatternRegister pA, pB, pC, pD;
};

} // namespace weft
