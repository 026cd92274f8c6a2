// Do the scales that exactScales gives make the integer operator equal to the float one on every pair of codes, does it
// find some for nearly all quantisations, and does it refuse where half of all results lie between two codes?
#include "compiler/transforms/exact_scales.h"
#include "isa/semantics/numerics.h"

#include "mlir/IR/MLIRContext.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace weft::graph {
namespace {

struct ExactScales : testing::Test {
  mlir::MLIRContext context;
  std::mt19937 random{1};
  mlir::Type si8 = mlir::IntegerType::get(&context, 8, mlir::IntegerType::Signed);
  mlir::Type ui8 = mlir::IntegerType::get(&context, 8, mlir::IntegerType::Unsigned);

  Quantization quantization() {
    const mlir::Type element = random() % 2 ? si8 : ui8;
    std::uniform_real_distribution<float> exponent(-6.0f, -1.5f);
    return {std::exp(exponent(random)), lowest(element) + static_cast<int64_t>(random() % 256), element};
  }

  // Pairs of codes of which the two operators make different results.
  static int differences(PairOperator op, const PairFunction& pair, PairScales scales,
                         llvm::function_ref<float(float, float)> f) {
    const auto zeroA = static_cast<int32_t>(pair.a.zeroPoint), zeroB = static_cast<int32_t>(pair.b.zeroPoint);
    const auto zeroY = static_cast<int32_t>(pair.y.zeroPoint);
    const auto lo = static_cast<int32_t>(pair.lo), hi = static_cast<int32_t>(pair.hi);
    const num::QAdd add = num::makeQAdd(scales.a, zeroA, scales.b, zeroB, pair.y.scale, zeroY);
    const float factor = num::requantiseScale(scales.a, scales.b, pair.y.scale);
    int count = 0;
    for (int64_t a = lowest(pair.a.element); a <= highest(pair.a.element); ++a)
      for (int64_t b = lowest(pair.b.element); b <= highest(pair.b.element); ++b) {
        const auto codeA = static_cast<int32_t>(a), codeB = static_cast<int32_t>(b);
        const int64_t actual = op == PairOperator::add ? num::qadd(codeA, codeB, add, lo, hi)
                                                       : num::qmul(codeA, zeroA, codeB, zeroB, factor, zeroY, lo, hi);
        const int64_t wanted = pair.y.quantize(f(pair.a.dequantize(a), pair.b.dequantize(b)));
        count += actual != std::clamp(wanted, pair.lo, pair.hi);
      }
    return count;
  }

  // Of 100 random quantisations, those for which there are scales; they are right.
  int found(PairOperator op, llvm::function_ref<float(float, float)> f, float signB) {
    int count = 0;
    for (int i = 0; i < 100; ++i) {
      const Quantization y = quantization();
      const PairFunction pair{quantization(), quantization(), y, lowest(y.element) + 5, highest(y.element), {}};
      const std::optional<PairScales> scales = exactScales(op, pair, f, 1, signB);
      if (!scales)
        continue;
      ++count;
      EXPECT_EQ(differences(op, pair, *scales, f), 0);
      EXPECT_NEAR(scales->a / pair.a.scale, 1, 1e-5);
      EXPECT_NEAR(scales->b / pair.b.scale, signB, 1e-5);
    }
    return count;
  }
};

TEST_F(ExactScales, OfSumsExistNearlyAlways) {
  EXPECT_GE(found(
                PairOperator::add, [](float a, float b) { return a + b; }, 1),
            95);
}

TEST_F(ExactScales, OfDifferencesExistNearlyAlways) {
  EXPECT_GE(found(
                PairOperator::add, [](float a, float b) { return a - b; }, -1),
            95);
}

TEST_F(ExactScales, OfProductsExistNearlyAlways) {
  EXPECT_GE(found(
                PairOperator::multiply, [](float a, float b) { return a * b; }, 1),
            90);
}

TEST_F(ExactScales, DoNotExistWhereTiesGoTheOtherWay) {
  const PairFunction pair{{0.5f, 0, si8}, {0.5f, 0, si8}, {1.0f, 1, si8}, -128, 127, {}};
  const auto sum = [](float a, float b) { return a + b; };
  EXPECT_GT(differences(PairOperator::add, pair, {0.5f, 0.5f}, sum), 10000);
  EXPECT_FALSE(exactScales(PairOperator::add, pair, sum));
}

TEST_F(ExactScales, DependOnTheCodesThatOccur) {
  // With b = 0.5 every sum is a tie, with b = 1 none.
  const int64_t one = 1;
  const PairFunction pair{{1.0f, 0, si8}, {0.5f, 0, si8}, {1.0f, 0, si8}, -128, 127, llvm::ArrayRef(one)};
  const PairFunction odd{{1.0f, 0, si8}, {0.5f, 0, si8}, {1.0f, 1, si8}, -128, 127, llvm::ArrayRef(one)};
  const auto sum = [](float a, float b) { return a + b; };
  EXPECT_TRUE(exactScales(PairOperator::add, pair, sum));
  EXPECT_FALSE(exactScales(PairOperator::add, odd, sum));
  const int64_t two = 2;
  PairFunction even = odd;
  even.codesOfB = llvm::ArrayRef(two);
  EXPECT_TRUE(exactScales(PairOperator::add, even, sum));
}

} // namespace
} // namespace weft::graph
