#include "isa/check/own_results.h"

#include "isa/semantics/operands.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace weft {

namespace {

// Four nested loops over dimensions `first` to `first` + 3 of a region, dimension `first` fastest.
class Loops {
public:
  Loops(const Region& region, size_t first) : first_(first) {
    std::copy_n(region.count.begin() + static_cast<ptrdiff_t>(first), 4, count_.begin());
  }
  bool next() {
    for (size_t k = 0; k < 4; ++k) {
      if (++index_[k] < count_[k])
        return true;
      index_[k] = 0;
    }
    return false;
  }
  int64_t offset(const Region& region) const {
    int64_t result = 0;
    for (size_t k = 0; k < 4; ++k)
      result += index_[k] * region.stride[first_ + k];
    return result;
  }
  uint64_t points(uint64_t most) const {
    uint64_t product = 1;
    for (int64_t count : count_)
      product = std::min(most + 1, product * static_cast<uint64_t>(count));
    return product;
  }

private:
  size_t first_;
  std::array<int64_t, 4> count_{};
  std::array<int64_t, 4> index_{};
};

// The same rows in the same order, none of them twice as far as nested strides tell.
bool inPlace(const Region& read, const Region& write) {
  if (read.base != write.base || read.length != write.length || read.count != write.count)
    return false;
  std::vector<std::pair<int64_t, int64_t>> dimensions; // stride, count
  for (size_t k = 0; k < read.count.size(); ++k) {
    if (read.count[k] == 1)
      continue;
    if (read.stride[k] != write.stride[k])
      return false;
    dimensions.emplace_back(std::abs(write.stride[k]), write.count[k]);
  }
  std::sort(dimensions.begin(), dimensions.end());
  int64_t reach = write.length;
  for (const auto& [stride, count] : dimensions) {
    if (stride < reach)
      return false;
    reach += (count - 1) * stride;
  }
  return true;
}

} // namespace

bool readsOwnResults(const TensorOp& op, const Machine& machine, uint64_t limit) {
  const operands::Usage& use = operands::usage(op.instruction.op);
  if (info(op.instruction.op).engine != Engine::vector || use.tableLoad || checkOperands(op, machine) ||
      checkAddresses(op, machine))
    return false;
  const std::vector<Region> regions = footprint(op, machine);
  const Region& result = regions.back();
  std::vector<Region> reads;
  for (size_t i = use.parameterRows > 0 ? 1 : 0; i + 1 < regions.size(); ++i)
    if (regions[i].space == Space::scratchpad && overlap(regions[i], result) && !inPlace(regions[i], result))
      reads.push_back(regions[i]);
  if (reads.empty())
    return false;

  // Row by row: the reads of a row against the results of the rows before it. The first four dimensions of the operands
  // are those of the result; what follows, the taps, is read for every row.
  const int64_t cols = machine.array.cols;
  Loops rows(result, 0);
  uint64_t perRow = 0;
  for (const Region& read : reads)
    perRow += Loops(read, 4).points(limit) * static_cast<uint64_t>(read.length / cols);
  if (perRow > limit || rows.points(limit) > limit / perRow)
    return true;
  std::vector<bool> written(static_cast<size_t>(machine.scratchpad.bytes / machine.array.cols));
  auto slot = [&](int64_t address) { return static_cast<size_t>(address / cols); };
  do {
    for (const Region& read : reads) {
      Loops taps(read, 4);
      do {
        const int64_t address = read.base + rows.offset(read) + taps.offset(read);
        for (int64_t at = address; at < address + read.length; at += cols)
          if (written[slot(at)])
            return true;
      } while (taps.next());
    }
    written[slot(result.base + rows.offset(result))] = true;
  } while (rows.next());
  return false;
}

} // namespace weft
