// Does the shrinker find the core of a planted difference, and does it keep programs legal?
#include "runtime/cosim/cosim.h"
#include "tests/rtl/cosim/random_case.h"
#include "tests/rtl/cosim/shrink.h"
#include "tests/support/random_program.h"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

// The simulator against itself with a machine that is not quite the same.
bool differs(const RandomCase& test, const Machine& other) {
  const cosim::ImageLoader load = imageOf(test);
  cosim::CosimOptions options;
  options.cycleLimit = kCycleLimit;
  options.compareData = test.data;
  return !cosim::compare(cosim::simulatorFactory(test.machine, load), cosim::simulatorFactory(other, load), options)
              .equal();
}

RandomCase caseWithoutRaces(uint64_t seed) {
  RandomCase test;
  test.seed = seed;
  test.machine = randomMachine(seed);
  test.machine.dma.storeOutstanding = 4;
  test.options = {.instructions = 30, .raceFree = true};
  test.data = true;
  test.tree = randomTree(seed, test.machine, test.options);
  return test;
}

TEST(Shrink, LeavesOneStoreIfOnlyStoresDiffer) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const RandomCase test = caseWithoutRaces(seed);
    Machine other = test.machine;
    other.dma.storeOutstanding = 1;
    if (!differs(test, other))
      continue;
    ++found;
    const ShrinkResult small = shrink(test.tree, test.machine, test.options, [&](const RandomTree& tree) {
      RandomCase candidate = test;
      candidate.tree = tree;
      return differs(candidate, other);
    });
    RandomCase result = test;
    result.tree = small.tree;
    EXPECT_TRUE(differs(result, other));
    ASSERT_EQ(size(small.tree), 1u);
    const RandomNode& node = small.tree.nodes[0];
    EXPECT_EQ(node.op, Opcode::ST);
    // Two segments are needed, no more.
    const TensorArguments& args = node.arguments;
    uint64_t bytes = node.times;
    for (size_t k = 0; k < 4; ++k)
      bytes *= args.pA.field[field::count0 + k];
    EXPECT_LE(bytes, 2 * test.machine.dma.burstBytes);
  }
  EXPECT_GT(found, 2);
}

TEST(Shrink, EveryProgramThatItTriesHalts) {
  const RandomCase test = caseWithoutRaces(3);
  int tried = 0;
  shrink(
      test.tree, test.machine, test.options,
      [&](const RandomTree& tree) {
        RandomCase candidate = test;
        candidate.tree = tree;
        const auto model = cosim::simulatorFactory(test.machine, imageOf(candidate))({});
        model->run(kCycleLimit);
        EXPECT_EQ(model->outcome().state, cosim::Outcome::State::halted);
        return ++tried % 3 == 0;
      },
      200);
  EXPECT_GT(tried, 50);
}

TEST(Shrink, StopsAtItsLimit) {
  const RandomCase test = caseWithoutRaces(5);
  int tried = 0;
  const ShrinkResult result = shrink(
      test.tree, test.machine, test.options, [&](const RandomTree&) { return ++tried % 2 == 0; }, 10);
  EXPECT_EQ(tried, 10);
  EXPECT_EQ(result.attempts, 10);
}

} // namespace
} // namespace weft::test
