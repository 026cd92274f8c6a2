// Shadow memory of the race detector: who last read and wrote each granule. A granule can hold bytes that only one of
// two instructions uses, so a conflict found here is a suspicion that the caller checks exactly.
#pragma once

#include "isa/check/happens_before.h"
#include "isa/semantics/tensor.h"

#include <memory>

namespace weft {

// A set of units.
using UnitMask = uint32_t;
inline UnitMask maskOf(Engine unit) {
  return UnitMask{1} << static_cast<unsigned>(unit);
}

// An access of one event: event `number` of `unit`, after everything in `clock`.
struct Accessor {
  Engine unit;
  uint32_t number;
  Clock clock;
};

// Of the scratchpad or the accumulators.
class LocalShadow {
public:
  LocalShadow(int64_t size, int64_t granule);
  // Notes the access; the units that have an unordered, conflicting access of one of its granules.
  UnitMask access(const NormalRegion& region, bool write, const Accessor& who);
  // Whether every byte's granule in the region has been written.
  bool written(const NormalRegion& region) const;

private:
  int64_t granule_;
  size_t granules_;
  // By unit; numbers of the last event per granule; empty until the unit's first access of the kind.
  std::array<std::vector<uint32_t>, kUnits> lastRead_;
  std::array<std::vector<uint32_t>, kUnits> lastWrite_;
};

// Of DRAM; sparse.
class DramShadow {
public:
  explicit DramShadow(uint64_t bytes);
  UnitMask access(const NormalRegion& region, bool write, const Accessor& who);
  // Whether the store engine has written a granule of the range.
  bool storeWrote(int64_t address, int64_t bytes) const;

private:
  static constexpr int64_t kGranule = 64;
  static constexpr size_t kGranulesPerPage = 64;
  struct Cell {
    uint32_t loadRead = 0;
    uint32_t storeWrite = 0;
    uint32_t sequencerRead = 0;
    uint32_t sequencerWrite = 0;
  };
  using Page = std::array<Cell, kGranulesPerPage>;
  Cell& cell(size_t granule);

  std::vector<std::unique_ptr<Page>> pages_;
};

} // namespace weft
