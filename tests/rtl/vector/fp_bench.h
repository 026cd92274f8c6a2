// A floating point unit that takes a vector in each cycle, and what it must answer.
#pragma once

#include <verilated.h>

#include <array>
#include <cstdint>
#include <gtest/gtest.h>

namespace weft::test {

// Unit: a Verilated model with clk_i, en_i and y_o; `stages` is the number of bits of en_i. Input: what a failure
// shows.
template <typename Unit, typename Input, unsigned stages> class FpBench {
public:
  FpBench() {
    unit_.clk_i = 0;
    unit_.en_i = (1u << stages) - 1;
    unit_.eval();
  }
  Unit& unit() { return unit_; }

  // The unit's inputs are set; checks the answer to the vector of `stages` vectors ago. False if it is wrong.
  bool cycle(const Input& input, uint32_t expected) {
    unit_.eval();
    unit_.clk_i = 1;
    unit_.eval();
    unit_.clk_i = 0;
    pending_[number_ % stages] = {input, expected};
    ++number_;
    if (number_ < stages)
      return true;
    const Pending& oldest = pending_[number_ % stages];
    uint32_t answer = unit_.y_o;
    if (answer == oldest.expected)
      return true;
    ADD_FAILURE() << oldest.input << std::hex << ": unit 0x" << answer << ", host 0x" << oldest.expected;
    return ++failures_ < 10;
  }

private:
  struct Pending {
    Input input;
    uint32_t expected;
  };
  Unit unit_;
  std::array<Pending, stages> pending_{};
  uint64_t number_ = 0;
  int failures_ = 0;
};

} // namespace weft::test
