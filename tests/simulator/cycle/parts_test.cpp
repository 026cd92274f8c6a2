// Is a run divided among the parts of its program without anything lost or counted twice, and in the same way whether
// cycles are skipped or not?
#include "tests/simulator/cycle/model_fixture.h"
#include "tests/support/random_program.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace weft::test {
namespace {

Expenditure total(const ModelRun& run) {
  return {run.model->cycle(), run.model->counters(), run.model->activity(), run.dram->counters(), run.model->data()};
}

Expenditure sum(const std::vector<Expenditure>& shares) {
  Expenditure result;
  for (const Expenditure& share : shares) {
    result.cycles += share.cycles;
    for (size_t i = 0; i < result.counters.size(); ++i)
      result.counters[i] += share.counters[i];
    for (const ActivityField& field : kActivityFields)
      result.activity.*field.count += share.activity.*field.count;
    for (size_t i = 0; i < kUnits; ++i)
      for (size_t j = 0; j < kUnits; ++j)
        result.activity.waits[i][j] += share.activity.waits[i][j];
    for (const DramCounterField& field : kDramCounterFields)
      result.dram.*field.count += share.dram.*field.count;
    for (const DataActivityField& field : kDataActivityFields)
      result.data.*field.count += share.data.*field.count;
  }
  return result;
}

void compare(const Expenditure& a, const Expenditure& b) {
  EXPECT_EQ(a.cycles, b.cycles);
  EXPECT_EQ(a.counters, b.counters);
  for (const ActivityField& field : kActivityFields)
    EXPECT_EQ(a.activity.*field.count, b.activity.*field.count) << field.name;
  EXPECT_EQ(a.activity.waits, b.activity.waits);
  for (const DramCounterField& field : kDramCounterFields)
    EXPECT_EQ(a.dram.*field.count, b.dram.*field.count) << field.name;
  for (const DataActivityField& field : kDataActivityFields)
    EXPECT_EQ(a.data.*field.count, b.data.*field.count) << field.name;
}

// Parts between the addresses of every fourth dispatch of the run.
std::vector<ProgramPart> partsOf(const ModelRun& run) {
  std::vector<uint32_t> borders;
  for (size_t i = 2; i < run.model->records().size(); i += 4)
    borders.push_back(run.model->records()[i].pc);
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  std::vector<ProgramPart> parts;
  for (size_t i = 0; i + 1 < borders.size(); ++i)
    parts.push_back({borders[i], borders[i + 1]});
  std::reverse(parts.begin(), parts.end()); // any order will do
  return parts;
}

TEST(Parts, AddUpToTheRunSkippedOrNot) {
  size_t divided = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Machine machine = randomMachine(seed);
    const ProgramBuilder program = randomProgram(seed, machine, {.instructions = 30});
    ModelRun plain(machine, program);
    plain.run();
    const std::vector<ProgramPart> ranges = partsOf(plain);
    std::vector<std::vector<Expenditure>> shares;
    for (bool noSkip : {false, true}) {
      PartSampler parts(ranges);
      ModelRun run(machine, program, noSkip);
      run.options.parts = &parts;
      run.options.countData = true;
      run.run();
      compare(sum(parts.shares()), total(run));
      EXPECT_EQ(run.model->cycle(), plain.model->cycle());
      shares.push_back(parts.shares());
    }
    ASSERT_EQ(shares[0].size(), ranges.size() + 1);
    for (size_t i = 0; i < shares[0].size(); ++i) {
      compare(shares[0][i], shares[1][i]);
      // In each part every engine is in one state in each cycle.
      for (uint64_t cycles : accounted(shares[0][i].counters))
        EXPECT_EQ(cycles, shares[0][i].cycles);
      divided += shares[0][i].cycles > 0;
    }
  }
  EXPECT_GT(divided, 500u); // and there were parts to speak of
}

// A part pays from the cycle after its first dispatch on.
TEST(Parts, ChangeWithTheDispatch) {
  const Machine machine = randomMachine(3);
  const ProgramBuilder program = randomProgram(3, machine, {.instructions = 30});
  ModelRun plain(machine, program);
  plain.run();
  const std::vector<InstructionRecord>& records = plain.model->records();
  const uint32_t pc = records.at(2).pc;
  const InstructionRecord& first =
      *std::find_if(records.begin(), records.end(), [&](const InstructionRecord& record) { return record.pc == pc; });
  PartSampler parts({{pc, pc + 8}});
  ModelRun run(machine, program);
  run.options.parts = &parts;
  run.run();
  EXPECT_EQ(parts.shares()[1].cycles, first.dispatch + 1); // before the part
  EXPECT_EQ(parts.shares()[0].cycles, plain.model->cycle() - first.dispatch - 1);
}

} // namespace
} // namespace weft::test
