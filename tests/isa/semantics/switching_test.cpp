// Are zero operands and toggles of the array those of its processing elements, one by one?
#include "isa/semantics/matrix_blocks.h"
#include "isa/semantics/switching.h"
#include "isa/semantics/switching_kernel.h"
#include "isa/semantics/tensor.h"
#include "tests/support/program_builder.h"

#include <algorithm>
#include <bit>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace weft::test {
namespace {

uint64_t bitsThatDiffer(int64_t a, int64_t b, int width) {
  return static_cast<uint64_t>(std::popcount(static_cast<uint64_t>(a ^ b) & ((uint64_t{1} << width) - 1)));
}

// The array as registers of its own for every element; operands are read byte by byte.
class ElementByElement {
public:
  explicit ElementByElement(const Machine& machine)
      : machine_(machine), act_(rows()), wire_(cols()), weight_(rows() * cols()), product_(rows() * cols()),
        sum_(rows() * cols()) {}

  void execute(const TensorOp& op, const CoreMemory& memory) {
    operands::Nest<1> steps(op.pB);
    steps.setStrides(0, op.pB);
    uint32_t tile = op.b;
    do {
      std::vector<bool> zeroWeight(rows() * cols());
      for (size_t k = 0; k < rows(); ++k)
        for (size_t c = 0; c < cols(); ++c) {
          const int weight = operand(memory.scratchpad[tile + k * cols() + c], op, 4, config::zb);
          counts.columnToggles += bitsThatDiffer(weight, wire_[c], 10);
          wire_[c] = weight;
          counts.weightToggles += bitsThatDiffer(weight, weight_[k * cols() + c], 10);
          weight_[k * cols() + c] = weight;
        }
      tile += static_cast<uint32_t>(rows() * cols());
      operands::Nest<1> walk(op.pA);
      walk.setStrides(0, op.pA);
      do
        pass(&memory.scratchpad[op.a + steps.offset(0) + walk.offset(0)], op);
      while (walk.next());
    } while (steps.next());
  }

  ArraySwitching counts;

private:
  size_t rows() const { return machine_.array.rows; }
  size_t cols() const { return machine_.array.cols; }

  static int operand(uint8_t byte, const TensorOp& op, int shift, int zero) {
    const bool isSigned = (op.pD.field[config::types] >> shift & 15) == 1;
    const auto point = static_cast<int16_t>(op.pD.field[static_cast<size_t>(zero)] << 7);
    return (isSigned ? static_cast<int8_t>(byte) : byte) - (point >> 7);
  }

  void pass(const uint8_t* row, const TensorOp& op) {
    for (size_t k = 0; k < rows(); ++k) {
      const int act = operand(row[k], op, 0, config::za);
      counts.activationToggles += bitsThatDiffer(act, act_[k], 10);
      act_[k] = act;
    }
    for (size_t c = 0; c < cols(); ++c) {
      uint32_t sum = 0;
      for (size_t k = 0; k < rows(); ++k) {
        const size_t at = k * cols() + c;
        const int product = act_[k] * weight_[at];
        sum += static_cast<uint32_t>(product);
        counts.productToggles += bitsThatDiffer(product, product_[at], 20);
        counts.sumToggles += bitsThatDiffer(sum, sum_[at], 32);
        counts.zeroActivationMacs += act_[k] == 0;
        counts.zeroWeightMacs += weight_[at] == 0;
        counts.zeroOperandMacs += act_[k] == 0 || weight_[at] == 0;
        product_[at] = product;
        sum_[at] = sum;
      }
    }
  }

  const Machine machine_;
  std::vector<int> act_, wire_, weight_, product_;
  std::vector<uint32_t> sum_;
};

TensorOp randomOp(const Machine& machine, std::mt19937& random) {
  auto below = [&](uint32_t limit) { return static_cast<uint32_t>(random() % limit); };
  const uint32_t rows = machine.array.rows;
  Walk activations{.count = {1 + below(90), 1 + below(3)},
                   .stride = {static_cast<int32_t>(rows * below(3)), static_cast<int32_t>(rows * 8)}};
  Walk steps{.count = {1 + below(3), 1 + below(2)}, .stride = {static_cast<int32_t>(rows * 4), 0}};
  Config config{.typeA = below(2), .typeB = below(2)};
  config.za = static_cast<int32_t>(below(256)) - (config.typeA == 1 ? 128 : 0);
  config.zb = static_cast<int32_t>(below(256)) - (config.typeB == 1 ? 128 : 0);
  return makeOp(below(2) ? Opcode::MM : Opcode::MMA,
                {.a = 0, .b = 16384, .c = 0, .pA = pattern(activations), .pB = pattern(steps), .pD = pattern(config)});
}

// Bytes of which many are equal to a zero point.
void fill(std::vector<uint8_t>& bytes, const TensorOp& op, std::mt19937& random) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint32_t zero = op.pD.field[i < 16384 ? config::za : config::zb];
    bytes[i] = static_cast<uint8_t>(random() % 3 == 0 ? zero : random());
  }
}

TEST(Switching, EveryElementIsCounted) {
  std::mt19937 random(3);
  for (const auto& [rows, cols] : {std::pair{4u, 4u}, {16u, 4u}, {4u, 8u}, {8u, 32u}, {16u, 16u}, {32u, 64u}}) {
    SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(cols));
    const Machine machine = smallMachine(rows, cols);
    CoreMemory memory(machine);
    ArrayRegisters array(machine);
    ElementByElement reference(machine);
    ArraySwitching counts;
    for (int i = 0; i < 6; ++i) {
      const TensorOp op = randomOp(machine, random);
      fill(memory.scratchpad, op, random);
      ASSERT_FALSE(checkAddresses(op, machine)) << "the test's own mistake";
      array.execute(op, memory, counts);
      reference.execute(op, memory);
    }
    EXPECT_EQ(counts.zeroActivationMacs, reference.counts.zeroActivationMacs);
    EXPECT_EQ(counts.zeroWeightMacs, reference.counts.zeroWeightMacs);
    EXPECT_EQ(counts.zeroOperandMacs, reference.counts.zeroOperandMacs);
    EXPECT_EQ(counts.activationToggles, reference.counts.activationToggles);
    EXPECT_EQ(counts.weightToggles, reference.counts.weightToggles);
    EXPECT_EQ(counts.columnToggles, reference.counts.columnToggles);
    EXPECT_EQ(counts.productToggles, reference.counts.productToggles);
    EXPECT_EQ(counts.sumToggles, reference.counts.sumToggles);
    EXPECT_GT(counts.zeroOperandMacs, 0u);
    EXPECT_GT(counts.sumToggles, counts.productToggles / 10);
  }
}

TEST(Switching, NothingTogglesWhereNothingChanges) {
  const Machine machine = smallMachine();
  CoreMemory memory(machine);
  std::mt19937 random(5);
  TensorOp op = makeOp(Opcode::MM, {.a = 0,
                                    .b = 4096,
                                    .c = 0,
                                    .pA = pattern(Walk{.count = {100}}), // the same row again and again
                                    .pB = pattern(Walk{}),
                                    .pD = pattern(Config{})});
  fill(memory.scratchpad, op, random);
  ArrayRegisters array(machine);
  ArraySwitching first, second;
  array.execute(op, memory, first);
  EXPECT_GT(first.activationToggles, 0u);
  EXPECT_GT(first.sumToggles, 0u);
  array.execute(op, memory, second);
  EXPECT_EQ(second.activationToggles + second.weightToggles + second.productToggles + second.sumToggles, 0u);
  EXPECT_EQ(second.zeroOperandMacs, first.zeroOperandMacs);
}

TEST(Switching, ImplementationsAgreeOnEveryShapeAndAtTheExtremes) {
  std::mt19937 random(7);
  const kernel::ToggleImplementation* list = nullptr;
  const size_t all = kernel::implementations(list);
  for (bool extreme : {false, true})
    for (size_t rows : {4u, 8u, 64u})
      for (size_t cols : {4u, 8u, 16u, 64u})
        for (size_t count : {1u, 7u, 64u}) {
          auto operand = [&] {
            return static_cast<int16_t>(extreme ? (random() % 2 ? 511 : -383) : static_cast<int>(random() % 895) - 383);
          };
          std::vector<int16_t> a(count * rows), tile(rows * cols);
          std::generate(a.begin(), a.end(), operand);
          std::generate(tile.begin(), tile.end(), operand);
          std::vector<int32_t> products(rows * cols), sums(rows * cols);
          for (size_t i = 0; i < products.size(); ++i) {
            products[i] = operand() * operand();
            sums[i] = static_cast<int32_t>(random());
          }
          auto expectedProducts = products, expectedSums = sums;
          const kernel::Toggles expected =
              list[0].function(a.data(), count, rows, tile.data(), cols, expectedProducts.data(), expectedSums.data());
          for (size_t i = 1; i < all; ++i) {
            if (cols % list[i].lanes != 0)
              continue;
            SCOPED_TRACE(list[i].name);
            auto lastProducts = products, lastSums = sums;
            const kernel::Toggles toggles =
                list[i].function(a.data(), count, rows, tile.data(), cols, lastProducts.data(), lastSums.data());
            EXPECT_EQ(toggles.product, expected.product);
            EXPECT_EQ(toggles.sum, expected.sum);
            EXPECT_EQ(lastProducts, expectedProducts);
            EXPECT_EQ(lastSums, expectedSums);
          }
        }
}

} // namespace
} // namespace weft::test
