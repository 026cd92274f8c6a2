#include "simulator/cycle/core_state.h"

namespace weft {
namespace {

// share += now - before
void charge(Expenditure& share, const Expenditure& now, const Expenditure& before) {
  share.cycles += now.cycles - before.cycles;
  for (size_t i = 0; i < share.counters.size(); ++i)
    share.counters[i] += now.counters[i] - before.counters[i];
  for (const ActivityField& field : kActivityFields)
    share.activity.*field.count += now.activity.*field.count - before.activity.*field.count;
  for (size_t i = 0; i < share.activity.waits.size(); ++i)
    for (size_t j = 0; j < share.activity.waits.size(); ++j)
      share.activity.waits[i][j] += now.activity.waits[i][j] - before.activity.waits[i][j];
  for (const DramCounterField& field : kDramCounterFields)
    share.dram.*field.count += now.dram.*field.count - before.dram.*field.count;
  for (const DataActivityField& field : kDataActivityFields)
    share.data.*field.count += now.data.*field.count - before.data.*field.count;
}

} // namespace

PartSampler::PartSampler(const std::vector<ProgramPart>& parts)
    : next_(parts.size()), charged_(parts.size()), shares_(parts.size() + 1) {
  for (size_t i = 0; i < parts.size(); ++i)
    parts_.push_back({parts[i], i});
  std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.range.first < b.range.first; });
}

void PartSampler::find(uint32_t pc) {
  auto after = std::upper_bound(parts_.begin(), parts_.end(), pc,
                                [](uint32_t address, const Part& part) { return address < part.range.first; });
  if (after == parts_.begin() || pc >= std::prev(after)->range.end)
    return;
  current_ = std::prev(after)->range;
  next_ = std::prev(after)->index;
}

void PartSampler::settle(const Expenditure& now) {
  charge(shares_[charged_], now, settled_);
  settled_ = now;
  charged_ = next_;
}

} // namespace weft
