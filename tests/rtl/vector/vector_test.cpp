// Is the vector engine equal to the cycle model on every cycle and byte, whatever other units take of the memories?
#include "tests/rtl/vector/vector_bench.h"
#include "tests/rtl/vector/vector_ops.h"

namespace weft::test {
namespace {

class VectorTest : public ::testing::Test {
protected:
  const Machine machine = loadMachine(WEFT_TEST_MACHINE);
  CoreMemory initial{machine};

  // Programs begin with a LUT: the hardware's is undefined at reset.
  std::vector<TensorOp> program(VectorOps& source, size_t count) {
    source.fill(initial);
    std::vector<TensorOp> ops;
    for (size_t i = 0; i < count; ++i) {
      Opcode opcode = source.random.pick(builtOpcodes(Engine::vector));
      ops.push_back(source.instruction(i == 0 ? Opcode::VLDLUT : opcode, static_cast<uint32_t>(kDramBase + 8 * i)));
    }
    return ops;
  }
  static BenchOptions options(Random& random) {
    return {random.pick<uint32_t>({0, 0, 20, 60}), random.pick<uint32_t>({100, 100, 5}),
            random.pick<uint32_t>({100, 100, 5})};
  }
};

TEST_F(VectorTest, EachInstructionAlone) {
  for (Opcode opcode : builtOpcodes(Engine::vector))
    for (uint64_t seed = 0; seed < 30 && !HasFailure(); ++seed) {
      VectorOps source(machine, seed);
      std::vector<TensorOp> ops = program(source, 1);
      ops.push_back(source.instruction(opcode, kDramBase + 8));
      VectorBench bench(machine, initial, seed, {});
      EXPECT_TRUE(bench.lockStep(ops)) << info(opcode).mnemonic << ", seed " << seed;
    }
}

TEST_F(VectorTest, RandomProgramsInLockStep) {
  for (uint64_t seed = 0; seed < 150 && !HasFailure(); ++seed) {
    VectorOps source(machine, seed);
    std::vector<TensorOp> ops = program(source, 40);
    VectorBench bench(machine, initial, seed, options(source.random));
    EXPECT_TRUE(bench.lockStep(ops)) << "seed " << seed;
  }
}

TEST_F(VectorTest, FaultsInLockStep) {
  int faults = 0;
  for (uint64_t seed = 0; seed < 1500 && !HasFailure(); ++seed) {
    VectorOps source(machine, seed);
    std::vector<TensorOp> ops = program(source, 3);
    for (TensorOp& op : ops)
      source.spoil(op);
    source.spoil(ops.back());
    VectorBench bench(machine, initial, seed, options(source.random));
    faults += !bench.lockStep(ops);
    EXPECT_FALSE(HasFailure()) << "seed " << seed;
  }
  EXPECT_GT(faults, 1000);
}

TEST_F(VectorTest, LongestWalksInLockStep) {
  for (size_t k = 0; k < 4 && !HasFailure(); ++k) {
    VectorOps source(machine, k);
    std::vector<TensorOp> ops = program(source, 1);
    for (Opcode opcode : {Opcode::VADD, Opcode::VSUM}) {
      TensorOp op = source.instruction(opcode, kDramBase + 8);
      op.a = op.b = machine.scratchpad.bytes / 2;
      op.c = machine.scratchpad.bytes - machine.array.cols;
      for (PatternRegister* p : {&op.pA, &op.pB, &op.pC})
        for (size_t i = 0; i < 4; ++i) {
          p->field[static_cast<size_t>(field::count0) + i] = 1;
          p->field[static_cast<size_t>(field::stride0) + i] = 0;
        }
      (opcode == Opcode::VSUM ? op.pB : op.pC).field[static_cast<size_t>(field::count0) + k] = 65535;
      ops.push_back(op);
    }
    VectorBench bench(machine, initial, k, {});
    EXPECT_TRUE(bench.lockStep(ops)) << "dimension " << k;
  }
}

} // namespace
} // namespace weft::test
