#include "isa/check/shadow.h"

#include <algorithm>

namespace weft {

namespace {

size_t at(Engine unit) {
  return static_cast<size_t>(unit);
}

// Whether an event after `known` is in the range.
bool anyAfter(const std::vector<uint32_t>& last, size_t first, size_t end, uint32_t known) {
  if (last.empty())
    return false;
  uint32_t newest = 0;
  for (size_t i = first; i < end; ++i)
    newest = std::max(newest, last[i]);
  return newest > known;
}

} // namespace

LocalShadow::LocalShadow(int64_t size, int64_t granule)
    : granule_(granule), granules_(static_cast<size_t>((size + granule - 1) / granule)) {}

UnitMask LocalShadow::access(const NormalRegion& region, bool write, const Accessor& who) {
  std::vector<uint32_t>& mine = write ? lastWrite_[at(who.unit)] : lastRead_[at(who.unit)];
  if (mine.empty())
    mine.resize(granules_);
  UnitMask conflicts = 0;
  forEachRun(region, [&](int64_t address, int64_t length) {
    auto first = static_cast<size_t>(address / granule_);
    auto end = static_cast<size_t>((address + length + granule_ - 1) / granule_);
    for (size_t u = 0; u < kUnits; ++u) {
      if (u == at(who.unit))
        continue;
      if (anyAfter(lastWrite_[u], first, end, who.clock[u]) ||
          (write && anyAfter(lastRead_[u], first, end, who.clock[u])))
        conflicts |= maskOf(static_cast<Engine>(u));
    }
    std::fill(mine.begin() + static_cast<std::ptrdiff_t>(first), mine.begin() + static_cast<std::ptrdiff_t>(end),
              who.number);
  });
  return conflicts;
}

bool LocalShadow::written(const NormalRegion& region) const {
  bool all = true;
  forEachRun(region, [&](int64_t address, int64_t length) {
    auto first = static_cast<size_t>(address / granule_);
    auto end = static_cast<size_t>((address + length + granule_ - 1) / granule_);
    for (size_t i = first; i < end && all; ++i) {
      bool one = false;
      for (const std::vector<uint32_t>& last : lastWrite_)
        one = one || (!last.empty() && last[i] != 0);
      all = one;
    }
  });
  return all;
}

DramShadow::DramShadow(uint64_t bytes) : pages_(bytes / (kGranule * kGranulesPerPage) + 1) {}

DramShadow::Cell& DramShadow::cell(size_t granule) {
  std::unique_ptr<Page>& page = pages_[granule / kGranulesPerPage];
  if (!page)
    page = std::make_unique<Page>();
  return (*page)[granule % kGranulesPerPage];
}

UnitMask DramShadow::access(const NormalRegion& region, bool write, const Accessor& who) {
  UnitMask conflicts = 0;
  bool isSequencer = who.unit == Engine::sequencer;
  auto suspect = [&](Engine unit, uint32_t number) {
    if (unit != who.unit && number > who.clock[at(unit)])
      conflicts |= maskOf(unit);
  };
  forEachRun(region, [&](int64_t address, int64_t length) {
    int64_t first = (address - kDramBase) / kGranule;
    int64_t last = (address - kDramBase + length - 1) / kGranule;
    for (int64_t g = first; g <= last; ++g) {
      Cell& c = cell(static_cast<size_t>(g));
      suspect(Engine::store, c.storeWrite);
      suspect(Engine::sequencer, c.sequencerWrite);
      if (write) {
        suspect(Engine::load, c.loadRead);
        suspect(Engine::sequencer, c.sequencerRead);
      }
      if (isSequencer)
        (write ? c.sequencerWrite : c.sequencerRead) = who.number;
      else
        (write ? c.storeWrite : c.loadRead) = who.number;
    }
  });
  return conflicts;
}

bool DramShadow::storeWrote(int64_t address, int64_t bytes) const {
  for (int64_t g = (address - kDramBase) / kGranule; g <= (address - kDramBase + bytes - 1) / kGranule; ++g) {
    const std::unique_ptr<Page>& page = pages_[static_cast<size_t>(g) / kGranulesPerPage];
    if (page && (*page)[static_cast<size_t>(g) % kGranulesPerPage].storeWrite != 0)
      return true;
  }
  return false;
}

} // namespace weft
