// Does a wide lane compute every instruction with fp32 rows as isa/semantics does?
#include "Vwide_lane_top.h"

#include "isa/semantics/vector_float.h"
#include "tests/rtl/vector/fp_bench.h"
#include "tests/rtl/vector/fp_vectors.h"
#include "tests/support/opcodes.h"

#include <ostream>

namespace weft::test {
namespace {

constexpr unsigned kStages = 18;

struct Operands {
  Opcode op;
  uint32_t types, ra, rf, a, b, d;
};
std::ostream& operator<<(std::ostream& out, const Operands& x) {
  out << info(x.op).mnemonic << std::hex;
  for (uint32_t word : {x.types, x.ra, x.rf, x.a, x.b, x.d})
    out << " 0x" << word;
  return out;
}

// Elements of one instruction; another one begins with an empty pipeline.
class Bench {
public:
  Bench(Opcode op, uint32_t types, uint32_t ra, uint32_t rf, uint32_t d) : fixed_{op, types, ra, rf, 0, 0, d} {
    PatternRegister config;
    config.field[config::types] = types;
    config.field[config::ra] = ra;
    config.field[config::rf] = rf;
    lane_ = WideLane(op, config);
    Vwide_lane_top& unit = bench_.unit();
    unit.op_i = static_cast<uint8_t>(op);
    unit.types_i = static_cast<uint16_t>(types);
    unit.ra_i = ra;
    unit.rf_i = rf;
    unit.a_i = d;
    unit.b_i = 0;
    unit.take_d_i = 1;
    for (int level : {1, 0}) {
      unit.clk_i = static_cast<uint8_t>(level);
      unit.eval();
    }
    unit.take_d_i = 0;
  }

  bool element(uint32_t a, uint32_t b) {
    bench_.unit().a_i = a;
    bench_.unit().b_i = b;
    Operands input = fixed_;
    input.a = a;
    input.b = b;
    return bench_.cycle(input, lane_(a, b, fixed_.d));
  }

private:
  FpBench<Vwide_lane_top, Operands, kStages> bench_;
  Operands fixed_;
  WideLane lane_{Opcode::VADDF, PatternRegister()};
};

constexpr uint32_t kOne = 0x3f800000, kMinusZero = 0x80000000;
constexpr uint32_t kFp32 = 0x888, kToInt = 0x288, kFromInt = 0x882, kInt = 0x282;
// Instructions of two operands, and special functions.
const std::vector<Opcode> kTwo = [] {
  std::vector<Opcode> result;
  for (const Opcode op : vectorOpcodes(true))
    if (operands::usage(op).scratchpadB)
      result.push_back(op);
  return result;
}();
const std::vector<Opcode> kFunctions = [] {
  std::vector<Opcode> result;
  for (const Opcode op : vectorOpcodes(true))
    if (!operands::usage(op).scratchpadB && op != Opcode::VMOVF)
      result.push_back(op);
  return result;
}();

constexpr uint32_t kSpecialValues[] = {
    0x00000000, 0x00000001, 0x00200000, 0x003fffff, 0x00400000, 0x007fffff, 0x00800000, 0x00800001,
    0x2e000000, 0x3effffff, 0x3f000000, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fffffff, 0x40000000,
    0x407fffff, 0x40800000, 0x41800000, 0x417fffff, 0x42aeac50, 0x42b17218, 0x42b17217, 0x42cff1b5,
    0x437fffff, 0x43800000, 0x4affffff, 0x4b000001, 0x4effffff, 0x4f000000, 0x4f000001, 0x7e800000,
    0x7e800001, 0x7effffff, 0x7f000000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fffffff};

// Scattered over all bits or near numbers where something changes.
uint32_t argument(VectorSource& source) {
  return source.number(source.below(2) == 0 ? 127 : source.below(255));
}

TEST(WideLane, SpecialValues) {
  for (Opcode op : kTwo)
    for (uint32_t d : {0x00000000u, 0x80000001u, 0x7f800000u}) {
      Bench bench(op, kFp32, 0, 0, d);
      for (uint32_t a : kSpecialValues)
        for (uint32_t b : kSpecialValues)
          for (uint32_t signs = 0; signs < 4; ++signs)
            ASSERT_TRUE(bench.element(a | (signs & 1) << 31, b | (signs >> 1) << 31));
      for (unsigned i = 0; i < kStages; ++i)
        ASSERT_TRUE(bench.element(0, 0));
    }
  auto unary = [](Opcode op, uint32_t types) {
    Bench bench(op, types, kOne, kMinusZero, 0);
    for (uint32_t sign : {0u, 0x80000000u})
      for (uint32_t a : kSpecialValues)
        ASSERT_TRUE(bench.element(a | sign, 0));
    for (uint32_t exponent = 0; exponent < 256; ++exponent) // powers of two
      ASSERT_TRUE(bench.element(exponent << 23, 0));
    for (unsigned i = 0; i < kStages; ++i)
      ASSERT_TRUE(bench.element(0, 0));
  };
  for (Opcode op : kFunctions)
    unary(op, kFp32);
  for (uint32_t types : {kFp32, kToInt, kFromInt, kInt})
    unary(Opcode::VMOVF, types);
}

// Vectors are those of each operation. The addend and the factors change now and then.
constexpr uint64_t kBatch = 1 << 14;

TEST(WideLane, TwoOperandsRandom) {
  VectorSource source(21);
  for (Opcode op : kTwo)
    for (uint64_t left = vectorCount(200'000); left > 0;) {
      Bench bench(op, kFp32, argument(source), argument(source), argument(source));
      const uint64_t batch = std::min(left, kBatch);
      left -= batch;
      for (uint64_t i = 0; i < batch; ++i) {
        const uint32_t a = argument(source);
        // Near to a, or to what makes a product of about 1.
        const uint32_t e = a >> 23 & 255;
        const uint32_t b =
            source.below(16) == 0 ? a ^ source.below(3) : source.number(source.below(2) == 0 ? e : 254 - e);
        ASSERT_TRUE(bench.element(a, b));
      }
    }
}

TEST(WideLane, ConversionRandom) {
  VectorSource source(22);
  for (uint32_t types : {kFp32, kToInt, kFromInt, kInt})
    for (uint64_t left = vectorCount(200'000); left > 0;) {
      const bool plain = source.below(2) == 0;
      Bench bench(Opcode::VMOVF, types, plain ? kOne : argument(source), plain ? kMinusZero : argument(source), 0);
      const uint64_t batch = std::min(left, kBatch);
      left -= batch;
      for (uint64_t i = 0; i < batch; ++i)
        ASSERT_TRUE(bench.element(types & 8 ? source.number(150) : static_cast<uint32_t>(source.integer(32)), 0));
    }
}

TEST(WideLane, FunctionsRandom) {
  VectorSource source(23);
  for (Opcode op : kFunctions)
    for (uint64_t left = vectorCount(200'000); left > 0;) {
      const bool plain = source.below(8) != 0;
      Bench bench(op, kFp32, plain ? kOne : argument(source), plain ? kMinusZero : argument(source), 0);
      const uint64_t batch = std::min(left, kBatch);
      left -= batch;
      // Half of the arguments where the functions are not constant.
      for (uint64_t i = 0; i < batch; ++i)
        ASSERT_TRUE(bench.element(
            i % 2 == 0 ? argument(source) : asBits((static_cast<float>(source.integer(32)) + 0.5f) * 0x1p-24f), 0));
    }
}

} // namespace
} // namespace weft::test
