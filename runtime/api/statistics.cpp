#include "runtime/api/statistics.h"

#include <algorithm>

namespace weft::runtime {

void CycleSpan::include(uint64_t begin, uint64_t end) {
  first = any ? std::min(first, begin) : begin;
  last = any ? std::max(last, end) : end;
  any = true;
}

} // namespace weft::runtime
