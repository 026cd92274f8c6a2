#include "runtime/report/dram.h"

#include <algorithm>
#include <map>

namespace weft::runtime {

void DramReasons::add(const DramReasons& other) {
  for (const DramReason& reason : kDramReasons)
    this->*reason.bytes += other.*reason.bytes;
}

DramMoves TensorReport::moves() const {
  DramMoves sum;
  for (const Part& part : layers) {
    sum.read += part.moves.read;
    sum.readAgain += part.moves.readAgain;
    sum.written += part.moves.written;
    sum.writtenAgain += part.moves.writtenAgain;
  }
  return sum;
}

DramReasons TensorReport::reasons(const DramMoves& moves) const {
  DramReasons reasons;
  if (!range) {
    reasons.unknown = moves.read + moves.written;
    return reasons;
  }
  reasons.refetch = moves.readAgain + moves.writtenAgain;
  const uint64_t read = moves.read - moves.readAgain, written = moves.written - moves.writtenAgain;
  switch (range->use) {
  case MapUse::activation:
    reasons.spill = read + written;
    break;
  case MapUse::output: // what is read back is what it did not stay in the scratchpad for
    reasons.compulsory = written;
    reasons.spill = read;
    break;
  default:
    reasons.compulsory = read;
    reasons.spill = written;
  }
  return reasons;
}

DramReasons TensorReport::reasons() const {
  DramReasons reasons = this->reasons(moves());
  // A program may touch less than all of a tensor: strides skip pixels.
  if (range && reasons.compulsory > range->networkBytes) {
    reasons.padding = reasons.compulsory - range->networkBytes;
    reasons.compulsory = range->networkBytes;
  }
  return reasons;
}

std::vector<TensorReport> tensorReports(const std::vector<TensorTraffic>& traffic,
                                        const std::vector<MemoryRange>& map) {
  std::map<size_t, TensorReport> reports;
  for (const TensorTraffic& entry : traffic) {
    TensorReport& report = reports[entry.tensor.value_or(map.size())];
    if (entry.tensor)
      report.range = map[*entry.tensor];
    report.layers.push_back({entry.layer, entry.moves});
  }
  std::vector<TensorReport> list;
  for (auto& [index, report] : reports)
    list.push_back(std::move(report));
  return list;
}

DramReasons sumOfReasons(const std::vector<TensorReport>& tensors) {
  DramReasons sum;
  for (const TensorReport& tensor : tensors)
    sum.add(tensor.reasons());
  return sum;
}

std::vector<DramReasons> reasonsOfLayers(const std::vector<TensorReport>& tensors, size_t layers) {
  std::vector<DramReasons> sums(layers);
  for (const TensorReport& tensor : tensors)
    for (const TensorReport::Part& part : tensor.layers)
      if (part.layer)
        sums.at(*part.layer).add(tensor.reasons(part.moves));
  return sums;
}

} // namespace weft::runtime
