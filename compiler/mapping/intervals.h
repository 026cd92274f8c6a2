// First-fit allocation of byte ranges to things with lifetimes: two share bytes only if they are never alive together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace weft::mapping {

class IntervalAllocator {
public:
  // Lowest offset at which `bytes` are free during all of [first, last], if that ends within `limit`.
  std::optional<int64_t> place(int64_t first, int64_t last, int64_t bytes, int64_t limit) {
    std::vector<Range> busy;
    for (const Range& range : ranges_)
      if (range.first <= last && first <= range.last)
        busy.push_back(range);
    std::sort(busy.begin(), busy.end(), [](const Range& a, const Range& b) { return a.offset < b.offset; });
    int64_t offset = 0;
    for (const Range& range : busy)
      if (offset + bytes > range.offset)
        offset = std::max(offset, range.offset + range.bytes);
      else
        break;
    if (bytes > limit - offset)
      return std::nullopt;
    ranges_.push_back({first, last, offset, bytes});
    peak_ = std::max(peak_, offset + bytes);
    return offset;
  }

  int64_t peak() const { return peak_; }

private:
  struct Range {
    int64_t first, last, offset, bytes;
  };
  std::vector<Range> ranges_;
  int64_t peak_ = 0;
};

} // namespace weft::mapping
