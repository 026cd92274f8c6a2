// Are simulator and RTL equal on random programs? The part of the campaign that every build runs.
#include "tests/rtl/cosim/coverage.h"
#include "tests/rtl/cosim/random_case.h"
#include "tests/rtl/cosim/shrink.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

namespace weft::test {
namespace {

class RandomPrograms : public testing::TestWithParam<const char*> {
protected:
  void SetUp() override {
    if (std::system("verilator --version > /dev/null 2>&1") != 0)
      GTEST_SKIP() << "verilator is not installed";
  }
};

TEST_P(RandomPrograms, AreEqualInSimulatorAndRtl) {
  const Machine machine = loadMachine(std::string(WEFT_PROJECT_DIR) + "/tests/rtl/" + GetParam());
  uint64_t events = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const RandomCase test = makeCase(seed, machine);
    const cosim::CosimResult result = compareCase(test);
    ASSERT_TRUE(result.equal()) << "seed " << seed << ": " << describeCase(test, result, false)
                                << "run weft_cosim_random with this machine and seed for the smallest program";
    events += result.events;
  }
  EXPECT_GT(events, 10'000u);
}

INSTANTIATE_TEST_SUITE_P(Machines, RandomPrograms,
                         testing::Values("machines/s4x4.yaml", "machines/s8x16.yaml", "machines/s16x8.yaml"),
                         [](const auto& machine) { return std::filesystem::path(machine.param).stem().string(); });

TEST(Coverage, CountsBinsOfWhatRuns) {
  Coverage coverage;
  const size_t bins = coverage.counts().size();
  const Machine machine = smallMachine(4, 4);
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const RandomCase test = makeCase(seed, machine);
    const auto model = cosim::simulatorFactory(test.machine, imageOf(test))({});
    model->run(kCycleLimit);
    coverage.add(test, model->outcome());
  }
  EXPECT_EQ(coverage.counts().size(), bins);
  size_t reached = 0;
  for (const auto& [bin, count] : coverage.counts())
    reached += count > 0;
  EXPECT_GT(reached, bins / 3);
  EXPECT_LT(reached, bins);
  for (const char* bin : {"ld window=partial dram", "st far=zero dram", "mm steps=many weights", "scalar divu"})
    EXPECT_GT(coverage.counts().at(bin), 0u) << bin;
  EXPECT_NE(coverage.table().find("not reached"), std::string::npos);
  Coverage merged;
  merged.add(coverage.counts());
  EXPECT_EQ(merged.counts(), coverage.counts());
}

// What a change of the generator could lose without anybody noticing.
TEST(Coverage, ProgramsThatFaultReachTheEndsOfMemories) {
  const std::vector<std::string> bins = {
      "fault sequencer address, the first behind the end", "fault load address, the first behind the end",
      "fault store address, the first behind the end",     "fault store address, a request within a beat",
      "fault matrix address, the first behind the end",    "fault vector address, the first behind the end",
      "fault sequencer misaligned, and unmapped",          "mma adds to a row in the cycle after its last write"};
  Coverage coverage;
  const Machine machine = smallMachine(4, 4);
  auto reached = [&](const std::string& bin) { return coverage.counts().at(bin) > 0; };
  for (uint64_t seed = 0; seed < 1500 && !std::all_of(bins.begin(), bins.end(), reached); ++seed) {
    const RandomCase test = makeCase(seed, machine);
    if (!test.options.faulty)
      continue;
    const auto model = cosim::simulatorFactory(test.machine, imageOf(test))({});
    model->run(kCycleLimit);
    coverage.add(test, model->outcome());
  }
  for (const std::string& bin : bins)
    EXPECT_TRUE(reached(bin)) << bin;
}

} // namespace
} // namespace weft::test
