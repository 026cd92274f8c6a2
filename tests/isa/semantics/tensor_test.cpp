// Does each tensor instruction do what the manual says? Random operands against a second, element-by-element
// implementation; then the faults.
#include "isa/semantics/operands.h"
#include "isa/semantics/special.h"
#include "isa/semantics/tensor.h"
#include "tests/support/opcodes.h"
#include "tests/support/program_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>

namespace weft {
namespace {

using test::makeOp;
using test::pattern;
using test::TensorArguments;

// --- The second implementation -------------------------------------------------------------------------------------

void forEachPoint(const PatternRegister& counts, const std::function<void(std::array<int64_t, 4>)>& visit) {
  auto n = [&](size_t k) { return static_cast<int64_t>(counts.field[k]); };
  for (int64_t i3 = 0; i3 < n(3); ++i3)
    for (int64_t i2 = 0; i2 < n(2); ++i2)
      for (int64_t i1 = 0; i1 < n(1); ++i1)
        for (int64_t i0 = 0; i0 < n(0); ++i0)
          visit({i0, i1, i2, i3});
}

int64_t offset(const PatternRegister& walk, const std::array<int64_t, 4>& i) {
  int64_t sum = 0;
  for (size_t k = 0; k < 4; ++k)
    sum += i[k] * static_cast<int32_t>(walk.field[4 + k]);
  return sum;
}

struct Naive {
  const TensorOp& op;
  const Machine& machine;
  CoreMemory& memory;

  int64_t C = machine.array.cols;
  int64_t R = machine.array.rows;
  Opcode code = op.instruction.op;
  const PatternRegister& cfg = op.pD;

  int32_t field(int n) const { return cfg.signedField(n); }
  float real(int n) const {
    float value;
    std::memcpy(&value, &cfg.field[static_cast<size_t>(n)], 4);
    return value;
  }
  uint8_t& byte(int64_t address) { return memory.scratchpad.at(static_cast<size_t>(address)); }
  int32_t typed(int64_t address, uint32_t type) {
    return type == 1 ? static_cast<int8_t>(byte(address)) : static_cast<int32_t>(byte(address));
  }
  int32_t elementA(int64_t address) { return typed(address, cfg.field[0] & 15); }
  int32_t elementB(int64_t address) { return typed(address, (cfg.field[0] >> 4) & 15); }
  bool lut() const { return (cfg.field[0] & 0x1000) != 0; }
  template <typename T> T word(int64_t address) {
    T value;
    std::memcpy(&value, &byte(address), sizeof value);
    return value;
  }
  static float limit(float x, float low, float high) { return std::fmin(std::fmax(x, low), high); }

  int32_t requantise(int64_t acc, int64_t c) {
    auto biased = static_cast<int32_t>(static_cast<uint32_t>(acc + word<int32_t>(op.d + 4 * c)));
    float scaled = static_cast<float>(biased) * word<float>(op.d + 4 * C + 4 * c);
    float zo = static_cast<float>(field(config::zo));
    float low = static_cast<float>(field(config::lo)) - zo;
    float high = static_cast<float>(field(config::hi)) - zo;
    return static_cast<int32_t>(std::nearbyint(limit(scaled, low, high))) + field(config::zo);
  }
  int32_t affine(int32_t a, int32_t b, int low, int high) {
    float inner = std::fma(static_cast<float>(b), real(config::rb), real(config::rf));
    float sum = std::nearbyint(std::fma(static_cast<float>(a), real(config::ra), inner));
    return static_cast<int32_t>(limit(sum, static_cast<float>(field(low)), static_cast<float>(field(high))));
  }

  void run() {
    if (code == Opcode::LD || code == Opcode::ST)
      dma();
    else if (code == Opcode::MM || code == Opcode::MMA)
      matrix();
    else if (operands::usage(code).floatRows)
      floatRows();
    else if (code == Opcode::VLDLUT)
      for (size_t i = 0; i < 256; ++i)
        memory.lut[i] = byte(op.a + static_cast<int64_t>(i));
    else
      vector();
  }

  void dma() {
    forEachPoint(op.pA, [&](std::array<int64_t, 4> i) {
      std::array<int64_t, 4> run = {0, i[1], i[2], i[3]};
      auto dram = static_cast<uint64_t>(op.a + offset(op.pA, run) + i[0]);
      uint8_t& local = byte(op.b + offset(op.pB, run) + i[0]);
      if (code == Opcode::ST) {
        *memory.dram.at(dram) = local;
        return;
      }
      auto f = [&](size_t n) { return static_cast<int64_t>(op.pA.field[n]); };
      bool isReal = i[0] >= f(8) && i[0] < f(9) && i[1] >= f(10) && i[1] < f(11);
      local = isReal ? *memory.dram.at(dram) : static_cast<uint8_t>(op.pA.field[12]);
    });
  }

  // Element by element, with a formula of the test for each.
  void floatRows() {
    std::vector<uint8_t> addend(static_cast<size_t>(C));
    std::copy_n(&byte(op.d), C, addend.begin());
    forEachPoint(op.pC, [&](std::array<int64_t, 4> i) {
      const int64_t a = op.a + offset(op.pA, i), b = op.b + offset(op.pB, i), c = op.c + offset(op.pC, i);
      for (int64_t lane = 0; lane < C; lane += 4) {
        float d;
        std::memcpy(&d, &addend[static_cast<size_t>(lane)], 4);
        const uint32_t y = floatElement(a + lane, b + lane, d);
        std::memcpy(&byte(c + lane), &y, 4);
      }
    });
  }

  uint32_t floatElement(int64_t a, int64_t b, float d) {
    const float x = word<float>(a);
    const bool two = operands::usage(code).scratchpadB;
    const float y = two ? word<float>(b) : 0.0f;
    const bool fromInt = code == Opcode::VMOVF && (cfg.field[0] & 15) == 2;
    const bool toInt = code == Opcode::VMOVF && (cfg.field[0] >> 8 & 15) == 2;
    const float t = std::fma(fromInt ? static_cast<float>(word<int32_t>(a)) : x, real(config::ra), real(config::rf));
    float result = t;
    switch (static_cast<WideOp>(code)) {
    case WideOp::VMOVF:
      if (toInt)
        return static_cast<uint32_t>(static_cast<int32_t>(
            std::isnan(t) ? -0x1p31 : std::fmin(std::fmax(std::nearbyint(double{t}), -0x1p31), 0x1p31 - 1)));
      break;
    case WideOp::VADDF:
      result = x + y;
      break;
    case WideOp::VMULF:
      result = x * y;
      break;
    case WideOp::VFMAF:
      result = std::fma(x, y, d);
      break;
    case WideOp::VMAXF:
      result = x > y || (x == y && std::signbit(y)) ? x : y;
      if (std::isnan(x) || std::isnan(y))
        result = NAN;
      break;
    case WideOp::VMINF:
      result = x < y || (x == y && std::signbit(x)) ? x : y;
      if (std::isnan(x) || std::isnan(y))
        result = NAN;
      break;
    case WideOp::VEXPF:
      result = special(Special::exp, t);
      break;
    case WideOp::VRCPF:
      result = special(Special::rcp, t);
      break;
    case WideOp::VRSQF:
      result = special(Special::rsq, t);
      break;
    case WideOp::VTANHF:
      result = special(Special::tanh, t);
      break;
    case WideOp::VERFF:
      result = special(Special::erf, t);
      break;
    }
    uint32_t bits = 0x7fc00000;
    if (!std::isnan(result))
      std::memcpy(&bits, &result, 4);
    return bits;
  }

  void matrix() {
    int64_t s = 0;
    forEachPoint(op.pB, [&](std::array<int64_t, 4> step) {
      int64_t m = 0;
      forEachPoint(op.pA, [&](std::array<int64_t, 4> row) {
        for (int64_t c = 0; c < C; ++c) {
          int32_t sum = 0;
          for (int64_t k = 0; k < R; ++k) {
            int32_t a = elementA(op.a + offset(op.pA, row) + offset(op.pB, step) + k) - field(config::za);
            int32_t w = elementB(op.b + s * R * C + k * C + c) - field(config::zb);
            sum += a * w;
          }
          int32_t& acc = memory.accumulators.at(static_cast<size_t>((op.c + m) * C + c));
          uint32_t before = s == 0 && code == Opcode::MM ? 0u : static_cast<uint32_t>(acc);
          acc = static_cast<int32_t>(before + static_cast<uint32_t>(sum));
        }
        ++m;
      });
      ++s;
    });
  }

  void vector() {
    forEachPoint(op.pC, [&](std::array<int64_t, 4> i) {
      std::vector<uint8_t> row;
      for (int64_t c = 0; c < C; ++c)
        row.push_back(static_cast<uint8_t>(element(i, c)));
      for (int64_t c = 0; c < C; ++c)
        byte(op.c + offset(op.pC, i) + c) = row[static_cast<size_t>(c)];
    });
  }

  int32_t throughLut(int32_t q) { return lut() ? memory.lut[static_cast<uint8_t>(q)] : q; }

  int32_t element(const std::array<int64_t, 4>& i, int64_t c) {
    int64_t a = op.a + offset(op.pA, i);
    int64_t b = op.b + offset(op.pB, i) + c;
    switch (static_cast<LaneOp>(code)) {
    case LaneOp::VRQ:
      return throughLut(requantise(memory.accumulators.at(static_cast<size_t>(a * C + c)), c));
    case LaneOp::VRQA: {
      int32_t q = requantise(memory.accumulators.at(static_cast<size_t>(a * C + c)), c);
      bool exchanged = ((op.pD.field[config::types] >> 13) & 1) != 0;
      if (!exchanged)
        return throughLut(affine(q, elementB(b), config::lo2, config::hi2));
      float inner = std::fma(static_cast<float>(q), real(config::ra), real(config::rf));
      float sum = std::nearbyint(std::fma(static_cast<float>(elementB(b)), real(config::rb), inner));
      return throughLut(static_cast<int32_t>(
          limit(sum, static_cast<float>(field(config::lo2)), static_cast<float>(field(config::hi2)))));
    }
    case LaneOp::VADD:
      return affine(elementA(a + c), elementB(b), config::lo, config::hi);
    case LaneOp::VMUL: {
      int32_t product = (elementA(a + c) - field(config::za)) * (elementB(b) - field(config::zb));
      float scaled = static_cast<float>(product) * real(config::ra);
      float shifted = std::nearbyint(scaled + static_cast<float>(field(config::zo)));
      return static_cast<int32_t>(
          limit(shifted, static_cast<float>(field(config::lo)), static_cast<float>(field(config::hi))));
    }
    case LaneOp::VLUT:
      return memory.lut[byte(a + c)];
    case LaneOp::VMAX: {
      int32_t largest = INT32_MIN;
      forEachTap(a + c, [&](int32_t value, int64_t) { largest = std::max(largest, value); });
      return std::min(std::max(largest, field(config::lo)), field(config::hi));
    }
    case LaneOp::VSUM: {
      int64_t sum = 0;
      forEachTap(a + c, [&](int32_t value, int64_t) { sum += value - field(config::za); });
      return requantise(sum, c);
    }
    case LaneOp::VDW: {
      int64_t products = 0;
      forEachTap(a + c, [&](int32_t value, int64_t tap) {
        products +=
            static_cast<int64_t>(value - field(config::za)) * (elementB(op.b + tap * C + c) - field(config::zb));
      });
      return throughLut(requantise(products, c));
    }
    }
    ADD_FAILURE() << "no formula";
    return 0;
  }

  // The elements of operand A in the window, and the numbers of the taps.
  void forEachTap(int64_t a, const std::function<void(int32_t, int64_t)>& visit) {
    int64_t tap = 0;
    forEachPoint(op.pB, [&](std::array<int64_t, 4> t) { visit(elementA(a + offset(op.pB, t)), tap++); });
  }
};

// --- Random operands -----------------------------------------------------------------------------------------------

class Random {
public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  uint32_t upTo(uint32_t limit) { return static_cast<uint32_t>(engine_() % (uint64_t{limit} + 1)); }
  int32_t between(int32_t low, int32_t high) {
    return low + static_cast<int32_t>(upTo(static_cast<uint32_t>(high - low)));
  }
  bool flag() { return (engine_() & 1) != 0; }
  uint32_t bits() { return static_cast<uint32_t>(engine_()); }
  float scale() { return std::ldexp(1.0f + static_cast<float>(upTo(1 << 20)) / (1 << 20), between(-14, -6)); }

private:
  std::mt19937 engine_;
};

class TensorTest : public testing::TestWithParam<std::pair<uint32_t, uint32_t>> {
protected:
  Machine machine = test::smallMachine(GetParam().first, GetParam().second);
  uint32_t R = machine.array.rows;
  uint32_t C = machine.array.cols;

  void fill(CoreMemory& memory, Random& random) {
    for (uint8_t& byte : memory.scratchpad)
      byte = static_cast<uint8_t>(random.bits());
    for (int32_t& value : memory.accumulators)
      value = static_cast<int32_t>(random.bits() >> random.upTo(24));
    for (uint8_t& byte : memory.lut)
      byte = static_cast<uint8_t>(random.bits());
    for (uint32_t i = 0; i < 16384; ++i)
      *memory.dram.at(kDramBase + i) = static_cast<uint8_t>(random.bits());
  }
  // Channel parameters whose results use the whole range of 8 bits, with some extreme ones.
  void fillParameters(CoreMemory& memory, uint32_t address, Random& random) {
    for (uint32_t c = 0; c < C; ++c) {
      int32_t bias = random.between(-100000, 100000);
      float scale = random.upTo(20) == 0 ? random.scale() * 4096.0f : random.scale();
      std::memcpy(memory.scratchpad.data() + address + 4 * c, &bias, 4);
      std::memcpy(memory.scratchpad.data() + address + 4 * C + 4 * c, &scale, 4);
    }
  }
  test::Walk walk(Random& random, uint32_t unit, int32_t largestStride = 6) {
    test::Walk result;
    for (size_t k = 0; k < 4; ++k) {
      result.count[k] = 1 + random.upTo(3);
      result.stride[k] = random.between(-largestStride, largestStride) * static_cast<int32_t>(unit);
    }
    return result;
  }
  test::Config config(Random& random) {
    test::Config result;
    result.typeA = random.upTo(1);
    result.typeB = random.upTo(1);
    result.typeResult = random.upTo(1);
    result.lut = random.flag();
    result.exchanged = random.flag();
    result.za = random.between(-128, 255);
    result.zb = random.between(-128, 255);
    result.zo = result.typeResult == 1 ? random.between(-128, 127) : random.between(0, 255);
    int32_t low = result.typeResult == 1 ? -128 : 0;
    result.lo = random.flag() ? low : random.between(low, low + 100);
    result.hi = random.flag() ? low + 255 : random.between(low + 101, low + 255);
    result.lo2 = random.flag() ? low : random.between(low, low + 100);
    result.hi2 = low + 255;
    result.ra = random.scale() * 1024.0f;
    result.rb = random.scale() * 1024.0f;
    result.rf = static_cast<float>(random.between(-100, 100)) / 7.0f;
    return result;
  }

  // Numbers instead of bytes, of all sizes, and special ones.
  void fillFloats(CoreMemory& memory, Random& random) {
    const float rare[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 1.0f, 1e-42f, -3e-39f, 3e38f};
    for (size_t at = 0; at + 4 <= memory.scratchpad.size(); at += 4) {
      const uint32_t kind = random.upTo(15);
      const uint32_t bits = kind < 3 ? random.bits() : (random.bits() & 0x807fffff) | (107 + random.upTo(40)) << 23;
      std::memcpy(&memory.scratchpad[at], &bits, 4);
      if (kind == 3)
        std::memcpy(&memory.scratchpad[at], &rare[random.upTo(8)], 4);
    }
  }

  // A random instruction with everything inside its memory: sources in the lower half of the scratchpad, results in the
  // upper half.
  TensorOp randomOp(Opcode code, CoreMemory& memory, Random& random) {
    uint32_t unit = code == Opcode::MM || code == Opcode::MMA ? R : C;
    auto source = [&] { return (8192 + random.upTo(8192)) / unit * unit; };
    auto target = [&] { return (40960 + random.upTo(8192)) / C * C; };
    TensorArguments t;
    t.pD = pattern(config(random));
    if (code == Opcode::LD || code == Opcode::ST) {
      test::Walk w = walk(random, 1, 300);
      w.count[0] = 1 + random.upTo(100);
      w.lo0 = random.upTo(30);
      w.hi0 = random.flag() ? 65535 : random.upTo(60);
      w.lo1 = random.upTo(2);
      w.hi1 = random.flag() ? 65535 : random.upTo(4);
      w.fill = random.bits();
      t.a = kDramBase + 8192 + random.upTo(3000);
      t.b = 16384 + random.upTo(8192);
      t.pA = pattern(w);
      // Runs that overlap each other in the target would make the order matter twice; it is defined, so keep them.
      t.pB = pattern(walk(random, 1, 300));
      return makeOp(code, t);
    }
    t.a = source();
    t.c = target();
    t.pA = pattern(walk(random, unit));
    t.pB = pattern(walk(random, unit));
    t.pC = pattern(walk(random, C));
    switch (code) {
    case Opcode::MM:
    case Opcode::MMA: {
      test::Walk steps;
      steps.count = {1 + random.upTo(2), 1 + random.upTo(1), 1, 1};
      steps.stride = {static_cast<int32_t>(R) * random.between(-3, 3), static_cast<int32_t>(R) * 5, 0, 0};
      t.pB = pattern(steps);
      t.b = (20000 + random.upTo(8192)) / C * C;
      t.c = machine.accumulatorRows() >= 256 ? random.upTo(machine.accumulatorRows() - 256) : 0;
      break;
    }
    case Opcode::VRQ:
    case Opcode::VRQA:
      t.pA = pattern(walk(random, 1, 5));
      t.a = 100 + random.upTo(50);
      t.b = source();
      t.d = 4096;
      fillParameters(memory, t.d, random);
      break;
    default:
      t.b = source();
      t.d = 4096;
      if (!operands::usage(code).floatRows) {
        fillParameters(memory, t.d, random);
        break;
      }
      fillFloats(memory, random);
      t.pD.field[config::types] = 0x888;
      if (code == Opcode::VMOVF)
        t.pD.field[config::types] ^= (random.flag() ? 0xau : 0u) | (random.flag() ? 0xa00u : 0u);
      if (random.flag()) {
        t.pD.field[config::ra] = 0x3f800000;
        t.pD.field[config::rf] = 0x80000000;
      }
      break;
    }
    return makeOp(code, t);
  }

  void compare(Opcode code, int cases) {
    for (int i = 0; i < cases; ++i) {
      Random random(static_cast<uint32_t>(code) * 1000u + static_cast<uint32_t>(i));
      CoreMemory memory(machine);
      fill(memory, random);
      TensorOp op = randomOp(code, memory, random);
      CoreMemory expected(machine);
      expected.scratchpad = memory.scratchpad;
      expected.accumulators = memory.accumulators;
      expected.lut = memory.lut;
      std::memcpy(expected.dram.at(kDramBase), memory.dram.at(kDramBase), memory.dram.bytes());
      ASSERT_FALSE(checkOperands(op, machine)) << "case " << i;
      std::optional<Fault> fault = execute(op, machine, memory);
      ASSERT_FALSE(fault) << "case " << i << ": " << name(fault->cause) << " " << fault->information;
      Naive{op, machine, expected}.run();
      auto same = [&](const auto& x, const auto& y, const char* what) {
        auto [is, shouldBe] = std::mismatch(x.begin(), x.end(), y.begin(), y.end());
        ASSERT_EQ(is, x.end()) << what << " " << (is - x.begin()) << " is " << +*is << ", not " << +*shouldBe
                               << ", case " << i;
      };
      same(memory.scratchpad, expected.scratchpad, "scratchpad byte");
      same(memory.accumulators, expected.accumulators, "accumulator");
      same(memory.lut, expected.lut, "LUT entry");
      ASSERT_EQ(std::memcmp(memory.dram.at(kDramBase), expected.dram.at(kDramBase), memory.dram.bytes()), 0)
          << "case " << i;
    }
  }
};

TEST_P(TensorTest, Load) {
  compare(Opcode::LD, 60);
}
TEST_P(TensorTest, Store) {
  compare(Opcode::ST, 30);
}
TEST_P(TensorTest, MatrixMultiply) {
  compare(Opcode::MM, 20);
}
TEST_P(TensorTest, MatrixMultiplyAccumulate) {
  compare(Opcode::MMA, 20);
}
TEST_P(TensorTest, Requantise) {
  compare(Opcode::VRQ, 40);
}
TEST_P(TensorTest, RequantiseAdd) {
  compare(Opcode::VRQA, 40);
}
TEST_P(TensorTest, Add) {
  compare(Opcode::VADD, 40);
}
TEST_P(TensorTest, Multiply) {
  compare(Opcode::VMUL, 40);
}
TEST_P(TensorTest, LookUp) {
  compare(Opcode::VLUT, 20);
}
TEST_P(TensorTest, LoadTable) {
  compare(Opcode::VLDLUT, 5);
}
TEST_P(TensorTest, Maximum) {
  compare(Opcode::VMAX, 20);
}
TEST_P(TensorTest, Sum) {
  compare(Opcode::VSUM, 20);
}
TEST_P(TensorTest, Depthwise) {
  compare(Opcode::VDW, 20);
}

TEST_P(TensorTest, Floats) {
  for (Opcode code : test::vectorOpcodes(true))
    compare(code, 10);
}

// Those too that have no test of their own yet.
TEST_P(TensorTest, EveryInstruction) {
  for (Engine engine : {Engine::load, Engine::store, Engine::matrix, Engine::vector})
    for (Opcode code : test::builtOpcodes(engine))
      compare(code, 3);
}

INSTANTIATE_TEST_SUITE_P(Shapes, TensorTest,
                         testing::Values(std::pair{4u, 4u}, std::pair{8u, 16u}, std::pair{16u, 8u}, std::pair{16u, 16u},
                                         std::pair{32u, 64u}),
                         [](const auto& shape) {
                           return std::to_string(shape.param.first) + "x" + std::to_string(shape.param.second);
                         });

// --- Faults --------------------------------------------------------------------------------------------------------

class TensorFaultTest : public testing::Test {
protected:
  Machine machine = test::smallMachine();

  // A legal instruction to spoil.
  TensorArguments legal(Opcode) {
    TensorArguments t;
    t.a = 0x100;
    t.b = 0x200;
    t.c = 0x10;
    t.d = 0x400;
    t.pD = pattern(test::Config{});
    return t;
  }
  void expect(Opcode code, const TensorArguments& t, FaultCause cause, uint64_t information) {
    TensorOp op = makeOp(code, t);
    op.pc = 0x80001230;
    std::optional<Fault> fault = checkOperands(op, machine);
    if (!fault) {
      CoreMemory memory(machine);
      fault = execute(op, machine, memory);
    }
    ASSERT_TRUE(fault) << info(code).mnemonic;
    EXPECT_EQ(name(fault->cause), std::string(name(cause)));
    EXPECT_EQ(fault->information, information);
    EXPECT_EQ(fault->engine, info(code).engine);
    EXPECT_EQ(fault->pc, 0x80001230u);
  }
};

TEST_F(TensorFaultTest, CountsAreOneTo65535) {
  for (uint32_t count : {0u, 65536u}) {
    TensorArguments t = legal(Opcode::MM);
    t.pA.field[field::count2] = count;
    expect(Opcode::MM, t, FaultCause::badOperand, count);
    expect(Opcode::LD, t, FaultCause::badOperand, count);
    t = legal(Opcode::MM);
    t.pB.field[field::count0] = count;
    expect(Opcode::MM, t, FaultCause::badOperand, count);
    expect(Opcode::VMAX, t, FaultCause::badOperand, count);
    t = legal(Opcode::VADD);
    t.pC.field[field::count3] = count;
    expect(Opcode::VADD, t, FaultCause::badOperand, count);
  }
}

TEST_F(TensorFaultTest, CountsOfUnusedWalksAreNotChecked) {
  TensorArguments t = legal(Opcode::VADD);
  t.pA.field[field::count0] = 0;
  t.pB.field[field::count0] = 0;
  EXPECT_FALSE(checkOperands(makeOp(Opcode::VADD, t), machine));
  t = legal(Opcode::LD);
  t.a = kDramBase;
  t.pB.field[field::count0] = 0;
  EXPECT_FALSE(checkOperands(makeOp(Opcode::LD, t), machine));
}

TEST_F(TensorFaultTest, TypesThatAreNotBuiltOrNotDefined) {
  TensorArguments t = legal(Opcode::MM);
  t.pD.field[config::types] = 5; // bf16
  expect(Opcode::MM, t, FaultCause::unimplemented, 5);
  t.pD.field[config::types] = 9;
  expect(Opcode::MM, t, FaultCause::badOperand, 9);
  t.pD.field[config::types] = 0x30;
  expect(Opcode::VADD, t, FaultCause::unimplemented, 3);
  t.pD.field[config::types] = 0x200;
  expect(Opcode::VRQ, t, FaultCause::unimplemented, 2);
  EXPECT_FALSE(checkOperands(makeOp(Opcode::MM, t), machine)) << "mm has no result type";
  // fp32 rows: A, B if there is one, result; s32 for vmovf only.
  t.pD.field[config::types] = 0x882;
  expect(Opcode::VADDF, t, FaultCause::unimplemented, 2);
  expect(Opcode::VEXPF, t, FaultCause::unimplemented, 2);
  EXPECT_FALSE(checkOperands(makeOp(Opcode::VMOVF, t), machine));
  t.pD.field[config::types] = 0x808;
  expect(Opcode::VFMAF, t, FaultCause::unimplemented, 0);
  EXPECT_FALSE(checkOperands(makeOp(Opcode::VRCPF, t), machine)) << "vrcpf has no operand B";
  t.pD.field[config::types] = 0xf88;
  expect(Opcode::VMINF, t, FaultCause::badOperand, 15);
  t.pD.field[config::types] = 0x588;
  expect(Opcode::VMOVF, t, FaultCause::unimplemented, 5);
}

TEST_F(TensorFaultTest, BasesAndUsedStridesAreAligned) {
  machine = test::smallMachine(8, 16);
  TensorArguments t = legal(Opcode::MM);
  t.a = 0x104;
  expect(Opcode::MM, t, FaultCause::misaligned, 0x104);
  t = legal(Opcode::MM);
  t.a = 0x108; // a multiple of R
  EXPECT_FALSE(checkOperands(makeOp(Opcode::MM, t), machine));
  t.b = 0x208;
  expect(Opcode::MM, t, FaultCause::misaligned, 0x208);
  t = legal(Opcode::VRQ);
  t.pC = pattern(test::Walk{.count = {2}, .stride = {24}});
  expect(Opcode::VRQ, t, FaultCause::misaligned, 24);
  t.pC = pattern(test::Walk{.count = {1}, .stride = {24}});
  EXPECT_FALSE(checkOperands(makeOp(Opcode::VRQ, t), machine)) << "a stride with count 1 is not used";
  t = legal(Opcode::VRQ);
  t.a = 3; // accumulator rows have no alignment
  EXPECT_FALSE(checkOperands(makeOp(Opcode::VRQ, t), machine));
  t.d = 0x404;
  expect(Opcode::VRQ, t, FaultCause::misaligned, 0x404);
}

TEST_F(TensorFaultTest, AddressesOutsideTheirMemory) {
  // Each operand in turn.
  TensorArguments t = legal(Opcode::LD);
  t.a = kDramBase - 16;
  t.pA = pattern(test::Walk{.count = {32}});
  expect(Opcode::LD, t, FaultCause::address, kDramBase - 16);
  t.a = kDramBase + (1 << 20) - 16;
  expect(Opcode::LD, t, FaultCause::address, kDramBase + (1 << 20));
  t.a = kDramBase;
  t.b = 65536 - 31;
  expect(Opcode::LD, t, FaultCause::address, 65536);
  expect(Opcode::ST, t, FaultCause::address, 65536);
  t.b = 0;
  t.a = 0x1000;
  expect(Opcode::ST, t, FaultCause::address, 0x1000);

  t = legal(Opcode::MM);
  t.a = 65536;
  expect(Opcode::MM, t, FaultCause::address, 65536);
  t = legal(Opcode::MM);
  t.pA = pattern(test::Walk{.count = {20}, .stride = {-16}});
  expect(Opcode::MM, t, FaultCause::address, static_cast<uint32_t>(-16));
  t = legal(Opcode::MM);
  t.b = 65536 - 240;
  expect(Opcode::MM, t, FaultCause::address, 65536);
  t = legal(Opcode::MM);
  t.pA = pattern(test::Walk{.count = {8}});
  t.c = 250;
  expect(Opcode::MM, t, FaultCause::address, 256);

  t = legal(Opcode::VADD);
  t.pC = pattern(test::Walk{.count = {3}, .stride = {16}});
  t.pB = pattern(test::Walk{.count = {1}, .stride = {65536}});
  expect(Opcode::VADD, t, FaultCause::address, 65536 + 0x200);
  t = legal(Opcode::VRQ);
  t.a = 256;
  expect(Opcode::VRQ, t, FaultCause::address, 256);
  t = legal(Opcode::VSUM);
  t.d = 65536 - 64;
  expect(Opcode::VSUM, t, FaultCause::address, 65536);
  t = legal(Opcode::VDW);
  t.pB = pattern(test::Walk{.count = {9}, .stride = {16}});
  t.b = 65536 - 128;
  expect(Opcode::VDW, t, FaultCause::address, 65536);
  t = legal(Opcode::VLDLUT);
  t.a = 65536 - 240;
  expect(Opcode::VLDLUT, t, FaultCause::address, 65536);
}

TEST_F(TensorFaultTest, FillMayLieOutsideDram) {
  TensorArguments t = legal(Opcode::LD);
  t.a = kDramBase - 64; // the first row and the first 16 bytes of each row are padding
  t.pA = pattern(test::Walk{.count = {32, 3}, .stride = {0, 48}, .lo0 = 16, .lo1 = 1, .fill = 7});
  t.pB = pattern(test::Walk{.stride = {0, 32}});
  CoreMemory memory(machine);
  for (uint32_t i = 0; i < 256; ++i)
    *memory.dram.at(kDramBase + i) = static_cast<uint8_t>(100 + i);
  EXPECT_FALSE(execute(makeOp(Opcode::LD, t), machine, memory));
  EXPECT_EQ(memory.scratchpad[0x200], 7);
  EXPECT_EQ(memory.scratchpad[0x200 + 31], 7);
  EXPECT_EQ(memory.scratchpad[0x200 + 32 + 15], 7);
  EXPECT_EQ(memory.scratchpad[0x200 + 32 + 16], 100);
  EXPECT_EQ(memory.scratchpad[0x200 + 64 + 16], 148);
}

TEST_F(TensorFaultTest, AFaultWritesNothing) {
  TensorArguments t = legal(Opcode::VMAX);
  t.pC = pattern(test::Walk{.count = {3}, .stride = {32768}});
  CoreMemory memory(machine);
  std::vector<uint8_t> before = memory.scratchpad;
  EXPECT_TRUE(execute(makeOp(Opcode::VMAX, t), machine, memory));
  EXPECT_EQ(memory.scratchpad, before);
}

TEST(Work, CountsMacsAndRealDramBytes) {
  Machine machine = test::smallMachine(8, 16);
  TensorArguments t;
  t.pA = pattern(test::Walk{.count = {32, 3}, .lo0 = 16, .lo1 = 1});
  t.pB = pattern(test::Walk{.count = {5, 2}});
  EXPECT_EQ(work(makeOp(Opcode::LD, t), machine).dramBytesRead, 32u);
  EXPECT_EQ(work(makeOp(Opcode::ST, t), machine).dramBytesWritten, 96u);
  EXPECT_EQ(work(makeOp(Opcode::MM, t), machine).macs, 96u * 10u * 128u);
}

TEST(CoreMemory, StartsWithoutZeros) {
  Machine machine = test::smallMachine();
  CoreMemory memory(machine);
  EXPECT_NE(memory.scratchpad[0], 0);
  EXPECT_NE(memory.accumulators[0], 0);
  EXPECT_EQ(*memory.dram.at(kDramBase), 0);
  EXPECT_EQ(memory.accumulators.size(), 256u * 16u);
}

TEST(FaultCause, HasAName) {
  EXPECT_STREQ(name(FaultCause::semaphoreOverflow), "semaphore-overflow");
  EXPECT_STREQ(name(FaultCause::illegalInstruction), "illegal-instruction");
}

} // namespace
} // namespace weft
