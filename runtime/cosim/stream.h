// Compares two streams of events while they are made. Equal events are forgotten but for the last few.
#pragma once

#include "simulator/cycle/events.h"

#include <array>
#include <deque>
#include <optional>

namespace weft::cosim {

// The first place in which the streams differ.
struct EventDifference {
  uint64_t index = 0;                             // equal events before it
  std::vector<CycleEvent> before;                 // the last of those
  std::array<std::vector<CycleEvent>, 2> streams; // of each side from the difference on; empty: the stream has ended
  // The event that differs; of two, the earlier one.
  const CycleEvent& event() const;
};

class StreamComparer {
public:
  struct Options {
    size_t context = 8; // events kept before and after a difference
    bool data = true;   // compare the bytes that beats and requests carry
  };
  explicit StreamComparer(const Options& options) : options_(options), sides_{Side(*this), Side(*this)} {}
  StreamComparer(const StreamComparer&) = delete;
  StreamComparer& operator=(const StreamComparer&) = delete;

  // To be attached to each model; 0 is the simulator, 1 the RTL by convention.
  CycleObserver& side(size_t number) { return sides_[number]; }

  // Both sides have reported all events up to the same cycle: compares them. What one side has more is a difference.
  // True if the streams are equal so far. After a difference, further calls only fill its context.
  bool compare();
  // Whether a difference has all the events that it can show.
  bool contextComplete() const;

  uint64_t events() const { return equal_; } // that are equal
  const std::optional<EventDifference>& difference() const { return difference_; }

private:
  struct Side final : CycleObserver {
    explicit Side(StreamComparer& comparer) : owner(comparer) {}
    void event(const CycleEvent& event) override;
    StreamComparer& owner;
    std::vector<CycleEvent> pending;
  };

  Options options_;
  std::array<Side, 2> sides_;
  std::deque<CycleEvent> last_;
  uint64_t equal_ = 0;
  std::optional<EventDifference> difference_;
};

} // namespace weft::cosim
