#include "runtime/cosim/stream.h"

#include <algorithm>

namespace weft::cosim {

const CycleEvent& EventDifference::event() const {
  const auto& [first, second] = streams;
  if (first.empty())
    return second.front();
  return second.empty() || first.front().cycle <= second.front().cycle ? first.front() : second.front();
}

void StreamComparer::Side::event(const CycleEvent& event) {
  pending.push_back(event);
  if (!owner.options_.data)
    pending.back().data = 0;
}

bool StreamComparer::compare() {
  auto& [first, second] = sides_;
  if (!difference_) {
    const size_t common = std::min(first.pending.size(), second.pending.size());
    size_t same = 0;
    while (same < common && first.pending[same] == second.pending[same])
      ++same;
    equal_ += same;
    const size_t kept = std::min(same, options_.context);
    last_.insert(last_.end(), first.pending.begin() + static_cast<ptrdiff_t>(same - kept),
                 first.pending.begin() + static_cast<ptrdiff_t>(same));
    while (last_.size() > options_.context)
      last_.pop_front();
    const bool equal = same == first.pending.size() && same == second.pending.size();
    for (Side& side : sides_)
      side.pending.erase(side.pending.begin(), side.pending.begin() + static_cast<ptrdiff_t>(same));
    if (equal)
      return true;
    difference_.emplace();
    difference_->index = equal_;
    difference_->before.assign(last_.begin(), last_.end());
  }
  for (size_t i = 0; i < 2; ++i) {
    std::vector<CycleEvent>& stream = difference_->streams[i];
    std::vector<CycleEvent>& pending = sides_[i].pending;
    const size_t wanted =
        std::min(pending.size(), options_.context + 1 - std::min(options_.context + 1, stream.size()));
    stream.insert(stream.end(), pending.begin(), pending.begin() + static_cast<ptrdiff_t>(wanted));
    pending.clear();
  }
  return false;
}

bool StreamComparer::contextComplete() const {
  return difference_ && std::all_of(difference_->streams.begin(), difference_->streams.end(),
                                    [&](const auto& stream) { return stream.size() > options_.context; });
}

} // namespace weft::cosim
