#include "compiler/transforms/exact_scales.h"

#include "isa/semantics/numerics.h"

#include <bit>
#include <cmath>

namespace weft::graph {

namespace {

constexpr int kMaxUlps = 24;
// In units of the result: what may be rounded differently lies closer than this to the middle between two codes.
constexpr double kDoubtful = 1e-3;

struct Codes {
  int32_t a, b, y; // operands and the right result
};

// The positive float `ulps` units in the last place above x.
float shifted(float x, int ulps) {
  return std::bit_cast<float>(std::bit_cast<int32_t>(x) + ulps);
}

class Search {
public:
  Search(PairOperator chosen, const PairFunction& function, float first, float second)
      : op(chosen), pair(function), signA(first), signB(second), zeroA(static_cast<int32_t>(pair.a.zeroPoint)),
        zeroB(static_cast<int32_t>(pair.b.zeroPoint)), zeroY(static_cast<int32_t>(pair.y.zeroPoint)),
        lo(static_cast<int32_t>(pair.lo)), hi(static_cast<int32_t>(pair.hi)) {}

  std::optional<PairScales> run(llvm::function_ref<float(float, float)> f) {
    tabulate(f);
    // The nearest scales first. A product has one scale: b's stays.
    for (int distance = 0; distance <= kMaxUlps; ++distance)
      for (int i = -distance; i <= distance; ++i) {
        const bool edge = std::abs(i) == distance;
        for (int j = -distance; j <= distance; j += edge ? 1 : 2 * distance) {
          if (op == PairOperator::multiply && (j != 0 || !edge))
            continue;
          const PairScales scales{signA * shifted(pair.a.scale, i), signB * shifted(pair.b.scale, j)};
          if (right(scales, doubtful) && right(scales, all))
            return scales;
        }
      }
    return std::nullopt;
  }

private:
  const PairOperator op;
  const PairFunction& pair;
  const float signA, signB;
  const int32_t zeroA, zeroB, zeroY, lo, hi;
  std::vector<Codes> all, doubtful;

  void tabulate(llvm::function_ref<float(float, float)> f) {
    std::vector<int64_t> codesOfB(pair.codesOfB);
    if (codesOfB.empty())
      for (int64_t code = lowest(pair.b.element); code <= highest(pair.b.element); ++code)
        codesOfB.push_back(code);
    for (int64_t a = lowest(pair.a.element); a <= highest(pair.a.element); ++a)
      for (int64_t b : codesOfB) {
        const float real = f(pair.a.dequantize(a), pair.b.dequantize(b));
        const Codes codes{static_cast<int32_t>(a), static_cast<int32_t>(b),
                          num::quantise(real, pair.y.scale, zeroY, lo, hi)};
        all.push_back(codes);
        const double units = static_cast<double>(real) / static_cast<double>(pair.y.scale);
        if (!(std::abs(units - std::floor(units) - 0.5) > kDoubtful))
          doubtful.push_back(codes);
      }
  }

  // What fails once is tried first the next time.
  bool right(const PairScales& scales, std::vector<Codes>& cases) const {
    const float scale = num::requantiseScale(scales.a, scales.b, pair.y.scale);
    const num::QAdd add = num::makeQAdd(scales.a, zeroA, scales.b, zeroB, pair.y.scale, zeroY);
    const num::QAdd exchanged = num::makeQAdd(scales.b, zeroB, scales.a, zeroA, pair.y.scale, zeroY);
    for (Codes& codes : cases) {
      const bool equal = op == PairOperator::multiply
                             ? num::qmul(codes.a, zeroA, codes.b, zeroB, scale, zeroY, lo, hi) == codes.y
                             : num::qadd(codes.a, codes.b, add, lo, hi) == codes.y &&
                                   (!pair.eitherOrder || num::qadd(codes.b, codes.a, exchanged, lo, hi) == codes.y);
      if (equal)
        continue;
      std::swap(codes, cases.front());
      return false;
    }
    return true;
  }
};

} // namespace

std::optional<PairScales> exactScales(PairOperator op, const PairFunction& pair,
                                      llvm::function_ref<float(float, float)> f, float signA, float signB) {
  return Search(op, pair, signA, signB).run(f);
}

} // namespace weft::graph
