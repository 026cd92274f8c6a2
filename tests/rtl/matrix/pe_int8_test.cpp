// Does the processing element multiply all operands right, and meet the new weight exactly when the swap comes?
#include "Vweft_pe_int8.h"

#include "tests/support/random.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace weft {
namespace {

class PeTest : public testing::Test {
protected:
  static constexpr int kLeast = -512;
  static constexpr int kLargest = 511;

  void clock() {
    pe_.clk_i = 1;
    pe_.eval();
    pe_.clk_i = 0;
    pe_.eval();
  }
  static uint16_t tenBits(int value) { return static_cast<uint16_t>(value & 0x3ff); }
  void load(int weight) {
    pe_.load_i = 1;
    pe_.weight_i = tenBits(weight);
    clock();
    pe_.load_i = 0;
  }
  // The partial sum that comes out after an activation.
  uint32_t multiply(int act, uint32_t psum, bool swap) {
    pe_.act_i = tenBits(act);
    pe_.psum_i = psum;
    pe_.swap_i = swap;
    clock();
    return pe_.psum_o;
  }

  void SetUp() override {
    pe_.clk_i = 0;
    pe_.en_i = 1;
    pe_.load_i = 0;
    pe_.swap_i = 0;
    pe_.eval();
  }

  Vweft_pe_int8 pe_;
};

uint32_t expected(int act, int weight, uint32_t psum) {
  return psum + static_cast<uint32_t>(act * weight);
}

TEST_F(PeTest, MultipliesAllPairs) {
  test::Random random(1);
  for (int weight = kLeast; weight <= kLargest; ++weight) {
    load(weight);
    bool swap = true;
    for (int act = kLeast; act <= kLargest; ++act) {
      auto psum = static_cast<uint32_t>(random.word());
      ASSERT_EQ(multiply(act, psum, swap), expected(act, weight, psum)) << act << " * " << weight;
      swap = false;
    }
  }
}

TEST_F(PeTest, PassesActivationAndSwapOn) {
  for (int act : {kLeast, -1, 0, 1, kLargest}) {
    multiply(act, 0, act == 1);
    EXPECT_EQ(pe_.act_o, tenBits(act));
    EXPECT_EQ(pe_.swap_o, act == 1);
  }
}

TEST_F(PeTest, LoadDoesNotDisturbTheActiveWeight) {
  load(7);
  EXPECT_EQ(multiply(3, 0, true), 21u);
  load(-5);
  EXPECT_EQ(multiply(3, 100, false), 121u);
  EXPECT_EQ(multiply(3, 100, true), 85u);
  EXPECT_EQ(multiply(2, 100, false), 90u); // it stays
  EXPECT_EQ(multiply(2, 100, true), 90u);  // the shadow keeps its weight too
}

TEST_F(PeTest, SwapInTheCycleOfTheLoadTakesTheOldShadow) {
  load(7);
  pe_.load_i = 1;
  pe_.weight_i = tenBits(11);
  EXPECT_EQ(multiply(1, 0, true), 7u);
  pe_.load_i = 0;
  EXPECT_EQ(multiply(1, 0, false), 7u);
  EXPECT_EQ(multiply(1, 0, true), 11u);
}

TEST_F(PeTest, HoldsEverythingWithoutEnable) {
  load(7);
  EXPECT_EQ(multiply(2, 1, true), 15u);
  pe_.en_i = 0;
  load(9);
  EXPECT_EQ(multiply(5, 3, true), 15u);
  EXPECT_EQ(pe_.act_o, 2u);
  pe_.en_i = 1;
  EXPECT_EQ(multiply(2, 0, false), 14u); // the swap had no effect
  EXPECT_EQ(multiply(2, 0, true), 14u);  // nor had the load
}

} // namespace
} // namespace weft
