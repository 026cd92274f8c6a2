// Are all products, quotients and remainders right, and there in the cycle in which the sequencer takes them?
#include "Vweft_muldiv.h"

#include "isa/generated/instructions.h"
#include "isa/generated/timing.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace weft {
namespace {

constexpr Opcode kMultiplications[] = {Opcode::MUL, Opcode::MULI, Opcode::MULH, Opcode::MULHU};
constexpr Opcode kDivisions[] = {Opcode::DIV, Opcode::DIVU, Opcode::REM, Opcode::REMU};

bool multiplies(Opcode op) {
  return op == Opcode::MUL || op == Opcode::MULI || op == Opcode::MULH || op == Opcode::MULHU;
}

// By the manual, in 64 bits.
uint32_t expected(Opcode op, uint32_t a, uint32_t b) {
  uint64_t ua = a, ub = b;
  int64_t sa = static_cast<int32_t>(a), sb = static_cast<int32_t>(b);
  switch (op) {
  case Opcode::MULH:
    return static_cast<uint32_t>(static_cast<uint64_t>(sa * sb) >> 32);
  case Opcode::MULHU:
    return static_cast<uint32_t>(ua * ub >> 32);
  case Opcode::DIV:
    return b == 0 ? ~0u : static_cast<uint32_t>(sa / sb);
  case Opcode::DIVU:
    return b == 0 ? ~0u : a / b;
  case Opcode::REM:
    return b == 0 ? a : static_cast<uint32_t>(sa % sb);
  case Opcode::REMU:
    return b == 0 ? a : a % b;
  case Opcode::MUL:
  case Opcode::MULI:
    return static_cast<uint32_t>(ua * ub);
  default:
    ADD_FAILURE() << "no product, quotient or remainder: " << info(op).mnemonic;
    return 0;
  }
}

class MulDiv : public testing::Test {
protected:
  MulDiv() {
    unit_.clk_i = 0;
    unit_.rst_ni = 0;
    unit_.eval();
    unit_.rst_ni = 1;
  }
  void clock() {
    unit_.clk_i = 1;
    unit_.eval();
    unit_.clk_i = 0;
    unit_.eval();
  }
  // The result in the last cycle before the next instruction is looked up.
  uint32_t result(Opcode op, uint32_t a, uint32_t b) {
    unit_.mul_i = multiplies(op);
    unit_.div_i = !multiplies(op);
    unit_.op_i = static_cast<uint8_t>(op);
    unit_.left_i = a;
    unit_.right_i = b;
    clock();
    unit_.mul_i = 0;
    unit_.div_i = 0;
    unit_.left_i = ~a;
    unit_.right_i = ~b;
    unit_.op_i = 0;
    for (int i = 2; i < (multiplies(op) ? timing::MUL_CYCLES : timing::DIV_CYCLES); ++i)
      clock();
    return unit_.result_o;
  }
  void check(Opcode op, uint32_t a, uint32_t b) {
    ASSERT_EQ(result(op, a, b), expected(op, a, b)) << info(op).mnemonic << " " << a << ", " << b;
  }

  Vweft_muldiv unit_;
};

TEST_F(MulDiv, SmallAndExtremeOperands) {
  std::vector<uint32_t> values;
  for (uint32_t i = 0; i <= 40; ++i) {
    values.push_back(i);
    values.push_back(0u - i);
    values.push_back(0x80000000u + i);
    values.push_back(0x80000000u - i);
  }
  for (uint32_t bit = 0; bit < 32; ++bit) {
    values.push_back(1u << bit);
    values.push_back((1u << bit) - 1);
    values.push_back(~(1u << bit));
  }
  for (uint32_t a : values)
    for (uint32_t b : values) {
      for (Opcode op : kMultiplications)
        check(op, a, b);
      for (Opcode op : kDivisions)
        check(op, a, b);
    }
}

TEST_F(MulDiv, RandomOperands) {
  std::mt19937_64 random(1);
  // Every length of operand, since quotients of equally long ones are small.
  auto operand = [&] { return static_cast<uint32_t>(random()) >> random() % 32; };
  auto either = [&](uint32_t value) { return random() % 4 == 0 ? 0u - value : value; };
  for (int i = 0; i < 1'000'000; ++i) {
    uint32_t a = either(operand());
    uint32_t b = either(operand());
    check(kMultiplications[i % 4], a, b);
    check(kDivisions[i % 4], a, b);
  }
}

} // namespace
} // namespace weft
